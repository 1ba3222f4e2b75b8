// Any history of backups, releases, purges, compaction and scrubbing, and at any operation of it the disk is full, fails, writes half, or
// loses its power: every acknowledged version is there with its blocks, what a version released is gone with it and not before,
// verification finds nothing but what the failure did, and work goes on. Then the same with the index made anew, with an index of earlier
// beside the packs, and with packs of earlier beside the index.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <cstdlib>
#include <random>
#include <set>

#include "power.h"
#include "store/rebuild.h"
#include "workshop.h"

namespace coffer::store {
namespace {

// The same histories in every run; RC_PARAMS in the environment chooses others.
[[maybe_unused]] const int same_cases = setenv("RC_PARAMS", "seed=1", 0);

constexpr std::size_t archive_count = 2;
constexpr std::uint32_t seed_count = 16;

struct Step {
  enum class Kind : std::uint8_t { offer, commit, release, compact, scrub, restore, settle, reopen, purge } kind;
  std::uint8_t archive, first, count;
};

void showValue(const Step& step, std::ostream& out) {
  constexpr std::array names{"offer", "commit", "release", "compact", "scrub", "restore", "settle", "reopen", "purge"};
  out << "{" << names.at(static_cast<std::size_t>(step.kind)) << ", archive " << int(step.archive) << ", blocks " << int(step.first) << "+"
      << int(step.count) << "}";
}

rc::Gen<Step> any_step() {
  using Kind = Step::Kind;
  return rc::gen::build<Step>(rc::gen::set(&Step::kind, rc::gen::weightedElement<Kind>({{8, Kind::offer},
                                                                                        {6, Kind::commit},
                                                                                        {5, Kind::release},
                                                                                        {6, Kind::compact},
                                                                                        {1, Kind::scrub},
                                                                                        {1, Kind::restore},
                                                                                        {1, Kind::settle},
                                                                                        {1, Kind::reopen},
                                                                                        {1, Kind::purge}})),
                              rc::gen::set(&Step::archive, rc::gen::inRange<std::uint8_t>(0, archive_count)),
                              rc::gen::set(&Step::first, rc::gen::inRange<std::uint8_t>(0, seed_count - 5)),
                              rc::gen::set(&Step::count, rc::gen::inRange<std::uint8_t>(1, 6)));
}

Block block_of(std::uint32_t seed) { return make_block(seed, 60 + seed * 17); }

using Seeds = std::set<std::uint32_t>;

/// What a version makes of the archive.
struct State {
  protocol::CommitVersion version;
  Seeds blocks;
};

/// What was promised about one archive, and what was tried since.
struct Promise {
  std::vector<protocol::CommitVersion> versions;
  Seeds blocks;
  std::vector<State> attempts;
  bool may_be_purged = false;  // that was tried, and nothing has been acknowledged since
  ChainEnd end() const { return versions.empty() ? ChainEnd{} : end_of(versions.back()); }
};
using Promises = std::array<Promise, archive_count>;

StoreOptions options_of(std::uint64_t pack_octets) {
  StoreOptions options;
  options.pack_octets_max = pack_octets;
  options.unindexed_octets_max = 700;
  return options;
}

class History {
 public:
  History(const std::filesystem::path& directory, std::uint64_t pack_octets, FailurePlan plan)
      : power_(directory, plan), directory_(directory), options_(options_of(pack_octets)) {
    open();
  }
  ~History() { store_.reset(); }
  History(const History&) = delete;
  History& operator=(const History&) = delete;

  void play(const std::vector<Step>& steps) {
    for (const Step& step : steps) {
      if (power_.is_off()) return;
      if (!store_) open();
      if (store_) play(step);
    }
  }
  /// As the power's loss, or an end in order, leaves everything.
  void end(std::minstd_rand& random) {
    if (!power_.is_off()) power_.plan({});
    store_.reset();
    if (power_.is_off()) power_.power_off(random);
    power_.packs.fail = {};
  }

  Power& power() { return power_; }
  const Promises& promises() const { return promises_; }
  /// Closed in order, with nothing under way: an index and packs that could be put back some day.
  std::function<void()> at_rest;

 private:
  struct Session {
    Archive archive;
    Seeds offered, staged;
  };

  void open() {
    auto opened = Store::open(directory_, power_.packs, fixed_clock(), options_);
    if (!opened) return;
    store_ = std::move(*opened);
    for (std::size_t i = 0; i < archive_count; ++i) begin_session(i);
  }

  void begin_session(std::size_t which) {
    if (!store_) return;
    store_->end_session(sessions_[which].archive.session);
    const auto archive = store_->archive_of(which + 1, which + 1, ++session_number_);
    if (!archive) return store_.reset();
    sessions_[which] = {*archive, {}, {}};
  }

  /// Trouble ends all sessions: what they had offered is no part of their next version.
  void trouble() {
    for (std::size_t i = 0; i < archive_count; ++i) begin_session(i);
  }

  void play(const Step& step) {
    switch (step.kind) {
      case Step::Kind::offer: return offer(step.archive, step.first, step.count);
      case Step::Kind::commit: return commit(step.archive);
      case Step::Kind::release: return release(step.archive, step.first, step.count);
      case Step::Kind::compact: {
        for (int i = 0; i < step.count; ++i)
          if (!store_->compact_some(500, step.first % 2 == 0 ? Newest::included : Newest::spared)) return trouble();
        return;
      }
      case Step::Kind::scrub:
        if (!store_->scrub_some(1000)) trouble();
        return;
      case Step::Kind::restore: return restore(step.archive);
      case Step::Kind::settle:
        if (!store_->settle()) trouble();
        return;
      case Step::Kind::purge: return purge(step.archive);
      case Step::Kind::reopen: {
        store_.reset();
        if (at_rest && !power_.is_off()) at_rest();
        return;
      }
    }
  }

  static Octets ids_of(std::uint32_t first, std::uint32_t count) {
    Octets ids;
    for (std::uint32_t seed = first; seed < first + count; ++seed) {
      const Block block = block_of(seed);
      ids.insert(ids.end(), block.id.begin(), block.id.end());
    }
    return ids;
  }

  void offer(std::size_t which, std::uint32_t first, std::uint32_t count) {
    Session& session = sessions_[which];
    const Octets ids = ids_of(first, count);
    const auto missing = store_->missing(session.archive, ids);
    if (!missing) return trouble();
    for (const std::uint16_t index : *missing) {
      const Block block = block_of(first + index);
      if (!store_->put(session.archive, block.id, block.checksum, block.sealed)) return trouble();
      session.staged.erase(first + index);
    }
    for (std::uint32_t seed = first; seed < first + count; ++seed) session.offered.insert(seed);
  }

  void release(std::size_t which, std::uint32_t first, std::uint32_t count) {
    Session& session = sessions_[which];
    const Octets ids = ids_of(first, count);
    const auto missing = store_->missing(session.archive, ids);
    if (!missing || !store_->stage_release(session.archive, ids)) return trouble();
    for (std::uint32_t seed = first; seed < first + count; ++seed)
      if (std::ranges::find(*missing, static_cast<std::uint16_t>(seed - first)) == missing->end()) session.staged.insert(seed);
  }

  /// After trouble, a commit that was not acknowledged may stand, at once or since the next start, and what it releases is gone with it:
  /// the client looks first. False when the store cannot say.
  bool look(std::size_t which) {
    Promise& promise = promises_[which];
    const auto all = store_->versions(sessions_[which].archive, 0, 1000);
    if (!all) return false;
    if (promise.may_be_purged && all->entries.empty()) promise = {};
    const auto stands = store_->versions(sessions_[which].archive, promise.versions.size() + 1, 9);
    if (!stands) return false;
    RC_ASSERT(stands->entries.size() <= 1);
    if (!stands->entries.empty()) adopt(promise, stands->entries.back());
    return true;
  }

  void restore(std::size_t which) {
    if (!look(which)) return trouble();
    for (const std::uint32_t seed : promises_[which].blocks) {
      const Block block = block_of(seed);
      const auto loaded = store_->load(sessions_[which].archive, block.id);
      if (!loaded) continue;
      RC_ASSERT(loaded->has_value());
      RC_ASSERT((*loaded)->sealed == block.sealed);
    }
  }

  void commit(std::size_t which) {
    Promise& promise = promises_[which];
    Session& session = sessions_[which];
    if (!look(which)) return trouble();
    State state{next_version(promise.end(), std::to_string(++commits_)), promise.blocks};
    state.blocks.insert(session.offered.begin(), session.offered.end());
    for (const std::uint32_t seed : session.staged) state.blocks.erase(seed);
    promise.attempts.push_back(state);
    const auto outcome = store_->commit(session.archive, state.version);
    if (!outcome) return trouble();
    RC_ASSERT(*outcome == CommitOutcome::committed);
    promise.versions.push_back(state.version);
    promise.blocks = std::move(state.blocks);
    promise.attempts.clear();
    for (Promise& each : promises_) each.may_be_purged = false;
    session.offered.clear();
    session.staged.clear();
  }

  void purge(std::size_t which) {
    promises_[which].may_be_purged = true;
    if (!store_->purge(which + 1)) return trouble();
    promises_[which] = {};
    begin_session(which);
  }

 public:
  static void adopt(Promise& promise, const protocol::VersionEntry& entry) {
    const auto tried = std::ranges::find_if(promise.attempts, [&](const State& attempt) { return attempt.version.link == entry.link; });
    RC_ASSERT(tried != promise.attempts.end());
    const State state = *tried;
    promise.versions.push_back(state.version);
    promise.blocks = state.blocks;
    promise.attempts.clear();
  }

 private:
  Power power_;
  std::filesystem::path directory_;
  StoreOptions options_;
  std::unique_ptr<Store> store_;
  std::array<Session, archive_count> sessions_;
  std::uint64_t session_number_ = 0;
  Promises promises_;
  int commits_ = 0;
};

enum class Strictness : std::uint8_t { exact, may_lack_blocks };

/// Opens what is there, judges it, stores what is missing again, and goes on working.
/// Lines of the event log need not survive a loss of power before the next commit, and their loss is named.
bool is_whole(const VerifyReport& report) {
  return std::ranges::all_of(report.findings, [](const Finding& finding) {
    return finding.kind == Finding::Kind::event || finding.kind == Finding::Kind::orphan || finding.kind == Finding::Kind::unreadable;
  });
}

void judge(const char* which, const std::filesystem::path& directory, MemoryFileSystem& packs, StoreOptions options, Promises& promises,
           Strictness strictness) {
  RC_LOG() << which << "\n";
  auto opened = Store::open(directory, packs, fixed_clock(), options);
  RC_ASSERT(opened.has_value());
  Store& store = **opened;
  const auto report = store.verify();
  RC_ASSERT(report.has_value());
  for (const Finding& finding : report->findings) RC_LOG() << text(finding) << "\n";
  if (strictness == Strictness::exact) RC_ASSERT(is_whole(*report));
  for (std::size_t i = 0; i < archive_count; ++i) {
    Promise& promise = promises[i];
    const Archive archive = value(store.archive_of(i + 1, i + 1, 1));
    const auto entries = value(store.versions(archive, 0, 1000)).entries;
    if (promise.may_be_purged && entries.empty()) promise = {};
    RC_ASSERT(entries.size() >= promise.versions.size());
    for (std::size_t n = 0; n < promise.versions.size(); ++n) RC_ASSERT(entries[n].link == promise.versions[n].link);
    RC_ASSERT(entries.size() <= promise.versions.size() + 1);
    if (entries.size() > promise.versions.size()) History::adopt(promise, entries.back());
    for (std::uint32_t seed = 0; seed < seed_count; ++seed) {
      const Block block = block_of(seed);
      const auto loaded = value(store.load(archive, block.id));
      if (loaded) RC_ASSERT(loaded->sealed == block.sealed);
      RC_ASSERT(value(store.missing(archive, block.id)).empty() == loaded.has_value());
      if (loaded) continue;
      if (strictness == Strictness::exact) RC_ASSERT(!promise.blocks.contains(seed));
      ok(store.put(archive, block.id, block.checksum, block.sealed));
    }
    const auto version = next_version(promise.end(), "goes on");
    RC_ASSERT(value(store.commit(archive, version)) == CommitOutcome::committed);
    promise.versions.push_back(version);
    for (std::uint32_t seed = 0; seed < seed_count; ++seed) {
      RC_ASSERT(value(store.load(archive, block_of(seed).id)).has_value());
      promise.blocks.insert(seed);
    }
  }
  for (;;) {
    const auto done = store.compact_some(1 << 20, Newest::included);
    RC_ASSERT(done.has_value());
    if (done->pack == 0) break;
  }
  const auto after = store.verify();
  RC_ASSERT(after.has_value());
  for (const Finding& finding : after->findings) RC_LOG() << "compacted: " << text(finding) << "\n";
  RC_ASSERT(is_whole(*after));
}

void remove_index(const std::filesystem::path& directory) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(directory / (std::string(index_name) + suffix));
}

/// What the index leads to of released blocks after all this: nothing. Only where no version was tried in vain, whose releases are open.
void judge_releases(const std::filesystem::path& directory, MemoryFileSystem& packs, StoreOptions options, Promises& promises,
                    const std::array<Seeds, archive_count>& may_stand) {
  auto store = value(Store::open(directory, packs, fixed_clock(), options));
  for (std::size_t i = 0; i < archive_count; ++i) {
    const Archive archive = value(store->archive_of(i + 1, i + 1, 1));
    const auto entries = value(store->versions(archive, 0, 1000)).entries;
    if (promises[i].may_be_purged && entries.empty()) promises[i] = {};
    RC_ASSERT(entries.size() >= promises[i].versions.size());
    if (entries.size() > promises[i].versions.size()) History::adopt(promises[i], entries.back());
    for (std::uint32_t seed = 0; seed < seed_count; ++seed) {
      const bool stands = value(store->load(archive, block_of(seed).id)).has_value();
      if (promises[i].blocks.contains(seed)) RC_ASSERT(stands);
      if (stands) RC_ASSERT(promises[i].blocks.contains(seed) || may_stand[i].contains(seed));
    }
  }
}

struct Kept {
  std::optional<MemoryFileSystem> packs;
  std::unique_ptr<TemporaryDirectory> index;
};

void scenario(const std::vector<Step>& steps, std::uint64_t pack_octets, FailurePlan plan, std::uint32_t seed) {
  const StoreOptions options = options_of(pack_octets);
  std::minstd_rand random(seed);
  TemporaryDirectory directory, anew, older_index, older_packs;
  MemoryFileSystem packs;
  Promises promises;
  Kept kept;
  {
    History history(directory.path(), pack_octets, plan);
    history.at_rest = [&] {
      if (kept.index != nullptr && random() % 2 == 0) return;
      kept.index = std::make_unique<TemporaryDirectory>();
      copy_index(directory.path(), kept.index->path());
      kept.packs = history.power().packs.snapshot();
    };
    history.play(steps);
    history.end(random);
    packs = history.power().packs.snapshot();
    promises = history.promises();
  }
  copy_index(directory.path(), anew.path());
  copy_index(directory.path(), older_packs.path());

  MemoryFileSystem copy = packs.snapshot();
  Promises as_found = promises;
  judge("as found", directory.path(), copy, options, as_found, Strictness::exact);

  // The index that is made anew says what this one said: the same blocks, the same versions.
  copy = packs.snapshot();
  as_found = promises;
  std::array<Seeds, archive_count> standing;
  {
    auto store = value(Store::open(anew.path(), copy, fixed_clock(), options));
    for (std::size_t i = 0; i < archive_count; ++i)
      for (std::uint32_t block = 0; block < seed_count; ++block)
        if (value(store->load(value(store->archive_of(i + 1, i + 1)), block_of(block).id))) standing[i].insert(block);
  }
  remove_index(anew.path());
  PosixFileSystem home{anew.path()};
  RC_ASSERT(rebuild(anew.path(), copy, home, fixed_clock()).has_value());
  judge_releases(anew.path(), copy, options, as_found, standing);
  judge("index made anew", anew.path(), copy, options, as_found, Strictness::exact);

  if (!kept.index) return;
  copy = packs.snapshot();
  as_found = promises;
  copy_index(kept.index->path(), older_index.path());
  judge("index of earlier", older_index.path(), copy, options, as_found, Strictness::exact);
  as_found = promises;
  judge("packs of earlier", older_packs.path(), *kept.packs, options, as_found, Strictness::may_lack_blocks);
}

std::size_t operations_of(const std::vector<Step>& steps, std::uint64_t pack_octets) {
  TemporaryDirectory directory;
  History history(directory.path(), pack_octets, {});
  history.play(steps);
  return history.power().operations();
}

RC_GTEST_PROP(StorePower,
              ARC_060_ARC_131_whatever_fails_and_whenever_nothing_acknowledged_is_lost_and_nothing_released_or_purged_comes_back, ()) {
  const auto pack_octets = *rc::gen::element<std::uint64_t>(600, 1500, 1u << 30);
  const auto steps = *rc::gen::container<std::vector<Step>>(any_step());
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  std::minstd_rand random(seed);
  const std::size_t operations = operations_of(steps, pack_octets);
  for (const Failing what : {Failing::power, Failing::power, Failing::power, Failing::no_space, Failing::bad_sector}) {
    const FailurePlan plan{what, 1 + random() % (operations + 1), 1 + random() % 4};
    RC_LOG() << "fails with " << int(what) << " at operation " << plan.at << " of " << operations << ", " << plan.count << " times\n";
    scenario(steps, pack_octets, plan, static_cast<std::uint32_t>(random()));
  }
}

}  // namespace
}  // namespace coffer::store
