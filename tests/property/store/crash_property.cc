// Power is lost at any moment of any history: every acknowledged version is complete afterwards, nothing else is visible, and work goes on.
//
// A history is played against a store over a disk in memory; now and then the disk and the database are copied as a crash would find them.
// Each copy is then crashed (of what was not synced, a random part survives), reopened and judged against what had been acknowledged; then
// its index is taken away, made anew from the packs, and judged again.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cerrno>
#include <deque>
#include <random>
#include <set>

#include "store/rebuild.h"
#include "workshop.h"

namespace coffer::store {
namespace {

constexpr std::size_t archive_count = 2;

struct Step {
  enum class Kind : std::uint8_t { offer, commit, settle, reopen, damage, fail } kind;
  std::uint8_t archive, first, count, after;
};

void showValue(const Step& step, std::ostream& out) {
  out << "{" << int(step.kind) << ", archive " << int(step.archive) << ", blocks " << int(step.first) << "+" << int(step.count)
      << ", after " << int(step.after) << "}";
}

rc::Gen<Step> any_step() {
  using Kind = Step::Kind;
  return rc::gen::build<Step>(
      rc::gen::set(&Step::kind,
                   rc::gen::weightedElement<Kind>(
                       {{8, Kind::offer}, {6, Kind::commit}, {1, Kind::settle}, {1, Kind::reopen}, {1, Kind::damage}, {2, Kind::fail}})),
      rc::gen::set(&Step::archive, rc::gen::inRange<std::uint8_t>(0, archive_count)),
      rc::gen::set(&Step::first, rc::gen::inRange<std::uint8_t>(0, 20)), rc::gen::set(&Step::count, rc::gen::inRange<std::uint8_t>(1, 5)),
      rc::gen::set(&Step::after, rc::gen::inRange<std::uint8_t>(0, 8)));
}

/// A commit that has not been acknowledged: it may turn out either way, but only whole.
struct Attempt {
  protocol::CommitVersion version;
  std::set<std::uint32_t> blocks;
};

/// What was promised about one archive.
struct Promise {
  std::vector<protocol::CommitVersion> versions;
  std::set<std::uint32_t> blocks;  // of all of them
  std::vector<Attempt> attempts;   // since the last acknowledged version

  ChainEnd end() const { return versions.empty() ? ChainEnd{} : end_of(versions.back()); }
};
using Promises = std::array<Promise, archive_count>;

/// What a crash at one moment finds, and what had been promised by then.
struct Image {
  MemoryFileSystem disk;
  TemporaryDirectory index;
  Promises promises;
};

Block block_of(std::uint32_t seed) { return make_block(seed, 30 + seed * 13); }

class History {
 public:
  History(StoreOptions options, std::size_t image_every) : options_(options), image_every_(image_every) { reopen(); }

  void play(const Step& step) {
    switch (step.kind) {
      case Step::Kind::offer: return offer(step.archive, step.first, step.count);
      case Step::Kind::commit: return commit(step.archive);
      case Step::Kind::settle: return check(store_->settle());
      case Step::Kind::reopen: return reopen();
      case Step::Kind::damage: return damage(step.first, step.after);
      case Step::Kind::fail: fail_after_ = step.after; return;
    }
  }

  std::deque<Image>& images() { return images_; }
  void take_image() {
    if (images_.size() >= 10) return;
    Image& image = images_.emplace_back();
    image.disk = disk_.snapshot();
    copy_index(directory_.path(), image.index.path());
    image.promises = promises_;
  }

 private:
  struct Session {
    Archive archive;
    std::set<std::uint32_t> offered;
  };

  void reopen() {
    disk_.fail = {};
    fail_after_.reset();
    store_.reset();
    auto opened = Store::open(directory_.path(), disk_, fixed_clock(), options_);
    RC_ASSERT(opened.has_value());
    store_ = std::move(*opened);
    begin_sessions();
    disk_.fail = [this](MemoryFileSystem::Operation operation, const std::string&) -> std::optional<int> {
      using enum MemoryFileSystem::Operation;
      if (operation != write && operation != sync && operation != truncate && operation != sync_folder) return std::nullopt;
      if (++operations_ % image_every_ == 0) take_image();
      if (!fail_after_) return std::nullopt;
      if (*fail_after_ > 0) return --*fail_after_, std::nullopt;
      fail_after_.reset();
      disk_.short_write = operations_ % 100;
      return EIO;
    };
  }

  void begin_sessions() {
    for (std::size_t i = 0; i < archive_count; ++i) sessions_[i] = {value(store_->archive_of(1, i + 1)), {}};
  }

  /// A session that meets trouble ends; what it had offered is no longer part of its next version.
  void check(const Result<void>& result) {
    if (!result) begin_sessions();
  }

  void offer(std::size_t which, std::uint32_t first, std::uint32_t count) {
    Octets ids;
    for (std::uint32_t seed = first; seed < first + count; ++seed) {
      const Block block = block_of(seed);
      ids.insert(ids.end(), block.id.begin(), block.id.end());
    }
    for (const std::uint16_t index : value(store_->missing(sessions_[which].archive, ids))) {
      const Block block = block_of(first + index);
      const auto put = store_->put(sessions_[which].archive, block.id, block.checksum, block.sealed);
      if (!put) return check(put);
    }
    for (std::uint32_t seed = first; seed < first + count; ++seed) sessions_[which].offered.insert(seed);
  }

  void commit(std::size_t which) {
    Promise& promise = promises_[which];
    Session& session = sessions_[which];
    const auto version = next_version(promise.end(), std::to_string(operations_));
    promise.attempts.push_back({version, session.offered});
    const Promises before = promises_;
    TemporaryDirectory index_before;
    copy_index(directory_.path(), index_before.path());

    const auto outcome = store_->commit(session.archive, version);
    if (outcome) {
      RC_ASSERT(*outcome == CommitOutcome::committed);
      promise.versions.push_back(version);
      promise.attempts.clear();
      promise.blocks.insert(session.offered.begin(), session.offered.end());
      // Between the packs' sync and the database's: the new packs beside the old index.
      if (images_.size() < 10) {
        Image& image = images_.emplace_back();
        image.disk = disk_.snapshot();
        copy_index(index_before.path(), image.index.path());
        image.promises = before;
      }
    }
    session.offered.clear();
    if (!outcome) begin_sessions();
  }

  /// Takes a promise back the way a disk does: one octet of one block. Loading finds it, and the next backup must mend it.
  void damage(std::uint32_t seed, std::size_t octet) {
    for (const auto& archive : sessions_) {
      const Block block = block_of(seed);
      const auto loaded = value(store_->load(archive.archive, block.id));
      if (!loaded) continue;
      RC_ASSERT(loaded->sealed == block.sealed);
      for (std::uint32_t pack = 1; pack < 200; ++pack) {
        if (!disk_.exists(pack_name(pack))) continue;
        Octets& octets = disk_.octets(pack_name(pack));
        const auto found = std::search(octets.begin(), octets.end(), block.sealed.begin(), block.sealed.end());
        if (found != octets.end()) found[static_cast<std::ptrdiff_t>(octet)] ^= 1;
      }
      // The one archive's copy or another's: whatever no longer loads was promised no more.
      for (std::size_t i = 0; i < archive_count; ++i)
        if (!value(store_->load(sessions_[i].archive, block.id))) {
          promises_[i].blocks.erase(seed);
          for (Attempt& attempt : promises_[i].attempts) attempt.blocks.erase(seed);
          sessions_[i].offered.erase(seed);
        }
      return;
    }
  }

  StoreOptions options_;
  std::size_t image_every_;
  TemporaryDirectory directory_;
  MemoryFileSystem disk_;
  std::array<Session, archive_count> sessions_;
  Promises promises_;
  std::deque<Image> images_;
  std::size_t operations_ = 0;
  std::optional<std::size_t> fail_after_;
  std::unique_ptr<Store> store_;  // goes first: it still writes, and the hook sees it
};

bool loads(Store& store, Archive archive, std::uint32_t seed) {
  const Block block = block_of(seed);
  const auto loaded = value(store.load(archive, block.id));
  if (loaded) RC_ASSERT(loaded->sealed == block.sealed);
  return loaded.has_value();
}

/// Judges what is visible, and says where each archive's chain ends.
std::array<ChainEnd, archive_count> judge(Store& store, const Promises& promises) {
  std::array<ChainEnd, archive_count> ends;
  for (std::size_t i = 0; i < archive_count; ++i) {
    const Promise& promise = promises[i];
    const Archive archive = value(store.archive_of(1, i + 1));
    const auto entries = value(store.versions(archive, 0, 1000)).entries;
    // [ARC-038, ARC-060] every acknowledged version is there, with its blocks
    RC_ASSERT(entries.size() >= promise.versions.size());
    for (std::size_t n = 0; n < promise.versions.size(); ++n) {
      RC_ASSERT(entries[n].number == n + 1);
      RC_ASSERT(entries[n].link == promise.versions[n].link);
      RC_ASSERT(entries[n].record == promise.versions[n].record);
    }
    for (const std::uint32_t block : promise.blocks) RC_ASSERT(loads(store, archive, block));
    // [ARC-043] nothing else is, unless it was tried, and then it is complete
    ends[i] = promise.end();
    if (entries.size() > promise.versions.size()) {
      RC_ASSERT(entries.size() == promise.versions.size() + 1);
      const auto tried = std::find_if(promise.attempts.begin(), promise.attempts.end(),
                                      [&](const Attempt& attempt) { return attempt.version.link == entries.back().link; });
      RC_ASSERT(tried != promise.attempts.end());
      for (const std::uint32_t block : tried->blocks) RC_ASSERT(loads(store, archive, block));
      ends[i] = end_of(tried->version);
    }
  }
  return ends;
}

/// Everything can be backed up, and is then there.
void work_goes_on(Store& store, const std::array<ChainEnd, archive_count>& ends) {
  for (std::size_t i = 0; i < archive_count; ++i) {
    const Archive archive = value(store.archive_of(1, i + 1));
    for (std::uint32_t block = 0; block < 24; ++block) {
      const Block made = block_of(block);
      if (!value(store.missing(archive, made.id)).empty()) ok(store.put(archive, made.id, made.checksum, made.sealed));
    }
    RC_ASSERT(value(store.commit(archive, next_version(ends[i]))) == CommitOutcome::committed);
  }
}

void judge(Image& image, StoreOptions options, std::uint32_t seed) {
  std::minstd_rand random(seed);
  const unsigned survive_percent = seed % 101;
  image.disk.crash([&](std::size_t) { return random() % 100 < survive_percent; });
  auto opened = Store::open(image.index.path(), image.disk, fixed_clock(), options);
  RC_ASSERT(opened.has_value());
  const auto ends = judge(**opened, image.promises);
  opened->reset();

  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(image.index.path() / (std::string(index_name) + suffix));
  PosixFileSystem home{image.index.path()};
  RC_ASSERT(rebuild(image.index.path(), image.disk, home, fixed_clock()).has_value());
  opened = Store::open(image.index.path(), image.disk, fixed_clock(), options);
  RC_ASSERT(opened.has_value());
  const auto ends_anew = judge(**opened, image.promises);
  for (std::size_t i = 0; i < archive_count; ++i) {
    RC_ASSERT(ends_anew[i].number == ends[i].number);
    RC_ASSERT(ends_anew[i].link == ends[i].link);
  }
  work_goes_on(**opened, ends);
}

RC_GTEST_PROP(StoreCrash, ARC_038_ARC_060_and_ARC_043_acknowledged_versions_are_complete_and_alone_visible_after_any_crash, ()) {
  StoreOptions options;
  options.pack_octets_max = *rc::gen::element<std::uint64_t>(500, 2000, 1u << 30);
  options.unindexed_octets_max = *rc::gen::element<std::uint64_t>(1, 1000, 1u << 30);
  const auto every = *rc::gen::inRange<std::size_t>(1, 12);
  const auto steps = *rc::gen::container<std::vector<Step>>(any_step());
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  History history(options, every);
  for (const Step& step : steps) history.play(step);
  history.take_image();
  std::uint32_t number = 0;
  for (Image& image : history.images()) judge(image, options, seed + 37 * number++);
}

}  // namespace
}  // namespace coffer::store
