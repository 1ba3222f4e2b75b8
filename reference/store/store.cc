#include "store/store.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>

#include <fmt/core.h>

#include "fault/switch.h"
#include "store/chain.h"
#include "store/compactor.h"
#include "store/directory_lock.h"
#include "store/holdings.h"
#include "store/scrub.h"
#include "store/staged_releases.h"
#include "store/start.h"
#include "store/usage.h"
#include "store/verify_store.h"

namespace coffer::store {
namespace {

Digest digest_at(View ids, std::size_t index) {
  Digest id;
  std::copy_n(ids.begin() + static_cast<std::ptrdiff_t>(index * id.size()), id.size(), id.begin());
  return id;
}

// Blocks that come together are written together, up to so many and so many octets.
constexpr std::size_t written_together_max = 1024;
constexpr std::uint64_t written_octets_max = std::uint64_t{1} << 20;

/// The block as it was stored, or why that is not there.
std::expected<RecordRead, std::string> prove(const Located& block, const Result<std::shared_ptr<File>>& file) {
  if (!file) return std::unexpected(file.error().what);
  auto content = read_indexed(**file, block.place.pack, block.place.offset, block.record);
  if (!content) return std::unexpected(content.error().what);
  if (!*content) return std::unexpected("octets are not what was stored");
  return std::move(**content);
}

}  // namespace

class Store::Impl {
 public:
  Impl(DirectoryLock lock, std::filesystem::path index_file, Index index, std::optional<LogDamage> log_damage, FileSystem& files,
       Clock clock, StoreOptions options)
      : lock_(std::move(lock)),
        log_damage_(log_damage),
        unindexed_octets_max_(options.unindexed_octets_max),
        unindexed_blocks_max_(options.unindexed_blocks_max),
        passing_events_max_(options.passing_events_max),
        reserve_octets_(options.reserve_octets),
        mending_(options.mend_at_start ? Mending::at_start : Mending::later),
        holdings_(std::move(index_file), std::move(index), Packs(files, options.pack_octets_max), std::move(clock),
                  std::move(options.on_damage)),
        usage_(holdings_, std::move(options.quota_octets)),
        compactor_(holdings_, options.live_percent_min, options.pack_octets_max) {}

  Result<void> start() {
    auto started = store::start(holdings_, log_damage_, mending_);
    return started ? usage_.count() : started;
  }

  Result<Archive> archive_of(std::uint64_t user, std::uint64_t computer, std::uint64_t session) {
    const std::lock_guard lock(holdings_.mutex());
    const auto row = holdings_.index().archive_of(user, computer);
    if (!row) return std::unexpected(row.error());
    return Archive{*row, holdings_.generation(), {user, computer}, session};
  }

  Result<BlockIdPage> block_ids(Archive archive, const Digest& after, std::size_t limit) {
    const std::lock_guard lock(holdings_.mutex());
    if (holdings_.has_received())
      if (auto settled = holdings_.settle(); !settled) return std::unexpected(settled.error());
    BlockIdPage page;
    for (Digest from = after;;) {
      const auto ids = holdings_.index().block_ids(archive.row, from, limit + 1);
      if (!ids) return std::unexpected(ids.error());
      for (const Digest& id : *ids) {
        if (is_staged(archive, id)) continue;  // [ARC-105] … without those that the session has released
        if (page.ids.size() == limit) {
          page.more = true;
          return page;
        }
        page.ids.push_back(id);
      }
      if (ids->size() <= limit) return page;
      from = ids->back();
    }
  }

  Result<void> stage_release(Archive archive, View ids) {
    const std::lock_guard lock(holdings_.mutex());
    if (auto fresh = check_generation(archive); !fresh) return fresh;
    if (!staged_.ask(archive.session, ids.size() / sizeof(Digest)))
      return std::unexpected(Trouble{
          Trouble::Kind::too_many, fmt::format("more than {} blocks to be released by one record", spec::limits::releases_per_record_max)});
    const auto reading = holdings_.index().reading();
    if (!reading) return std::unexpected(reading.error());
    for (std::size_t i = 0; (i + 1) * 32 <= ids.size(); ++i) {
      const Digest id = digest_at(ids, i);
      const auto block = holdings_.where(archive.row, id);  // so that no more is kept in mind than the archive has blocks
      if (!block) return std::unexpected(block.error());
      if (*block) staged_.add(archive.session, archive.row, id);
    }
    return {};
  }

  // [ARC-109] A server MUST keep the blocks that a session has released when the session ends without another commit
  void end_session(std::uint64_t session) {
    const std::lock_guard lock(holdings_.mutex());
    if (fault::on(fault::ARC_109_remembered)) return;
    staged_.forget(session);
  }

  Result<std::vector<std::uint16_t>> missing(Archive archive, View ids) {
    ++operations_;
    const std::lock_guard lock(holdings_.mutex());
    const auto reading = holdings_.index().reading();
    if (!reading) return std::unexpected(reading.error());
    std::vector<std::uint16_t> indices;
    std::set<Digest> seen;
    for (std::size_t i = 0; (i + 1) * 32 <= ids.size(); ++i) {
      const Digest id = digest_at(ids, i);
      if (!seen.insert(id).second) continue;
      // [ARC-110] A server MUST name a block that the session has released missing when it is offered again
      if (is_staged(archive, id) && !fault::on(fault::ARC_110_not_missing)) {
        indices.push_back(static_cast<std::uint16_t>(i));
        continue;
      }
      if (holdings_.is_received(archive.row, id)) continue;
      const auto found = holdings_.index().find(archive.row, id);
      if (!found) return std::unexpected(found.error());
      if (*found && (*found)->damaged) repaired_.insert(archive.row);
      if (!*found || (*found)->damaged || fault::on(fault::ARC_033_known_ones_too)) indices.push_back(static_cast<std::uint16_t>(i));
    }
    if (fault::on(fault::ARC_033_last_overlooked) && !indices.empty()) indices.pop_back();
    return indices;
  }

  Result<void> put(Archive archive, std::span<const NewBlock> came) {
    ++operations_;
    const std::lock_guard lock(holdings_.mutex());
    if (auto fresh = check_generation(archive); !fresh) return fresh;
    const auto lacking = those_that_lack(archive, came);
    if (!lacking) return std::unexpected(lacking.error());
    std::span<const NewBlock> blocks = *lacking;
    if (auto room = check_room(blocks); !room) return room;
    while (!blocks.empty()) {
      std::vector<Packs::Incoming> run;
      std::uint64_t octets = 0;
      std::int64_t growth = 0;
      for (const NewBlock& block : blocks.first(std::min(blocks.size(), written_together_max))) {
        const Record record{archive.row, block.id, block.checksum, static_cast<std::uint32_t>(block.sealed.size())};
        octets += record.octets();
        if (!run.empty() && (octets > written_octets_max || holdings_.packs().begins_pack(octets))) break;
        const auto grown = usage_.growth(archive.row, archive.owner.user, block.id, growth, block.sealed.size());
        if (!grown) return std::unexpected(grown.error());
        growth += *grown;
        run.push_back({record, block.sealed});
      }
      if (auto appended = holdings_.receive(run); !appended) return appended;
      usage_.add(archive.owner.user, growth);
      for (const auto& [record, content] : run) keep(archive, record.id);
      blocks = blocks.subspan(run.size());
      if (holdings_.received_octets() < unindexed_octets_max_ && holdings_.received_count() < unindexed_blocks_max_) continue;
      if (auto settled = holdings_.settle(); !settled) return settled;
    }
    return {};
  }

  Result<void> settle() {
    const std::lock_guard lock(holdings_.mutex());
    if (auto stored = store_early(); !stored) return stored;
    return !holdings_.has_received() ? Result<void>{} : holdings_.settle();
  }

  Result<CommitOutcome> commit(Archive archive, const protocol::CommitVersion& version) {
    ++operations_;
    const std::lock_guard lock(holdings_.mutex());
    if (auto fresh = check_generation(archive); !fresh) return std::unexpected(fresh.error());
    if (auto stored = store_early(); !stored) return std::unexpected(stored.error());
    const auto end = holdings_.index().chain_end(archive.row);
    if (!end) return std::unexpected(end.error());
    // [ARC-037] … when a commit's number, previous link or link does not continue the archive's chain
    if ((version.number != end->number + 1 && !fault::on(fault::ARC_037_any_number)) ||
        (!fault::on(fault::ARC_037_any_link) &&
         (!equal(version.previous, end->link) || !equal(version.link, link_of(version.previous, version.number, version.record)))))
      return CommitOutcome::conflict;
    VersionStatement statement{archive.row, archive.owner, version.number, {}, version.record};
    std::copy_n(version.link.begin(), std::min(version.link.size(), statement.link.size()), statement.link.begin());
    // [ARC-038] … only after the version and every block received before it are stored
    if (fault::on(fault::ARC_038_acknowledged_early)) {
      early_ = std::move(statement);
      return CommitOutcome::committed;
    }
    if (auto stored = store_version(statement, archive.session); !stored) return std::unexpected(stored.error());
    return CommitOutcome::committed;
  }

  Result<VersionPage> versions(Archive archive, std::uint64_t from, std::size_t limit) {
    const std::lock_guard lock(holdings_.mutex());
    if (auto stored = store_early(); !stored) return std::unexpected(stored.error());
    // [ARC-040] … from the stated number on, in ascending order
    auto entries = holdings_.index().versions(archive.row, fault::on(fault::ARC_040_from_the_first) ? 1 : from, limit + 1);
    if (!entries) return std::unexpected(entries.error());
    // [ARC-041] … at most 24 versions into one answer and set more exactly when there are others beyond them
    VersionPage page{std::move(*entries), false};
    page.more = page.entries.size() > limit;
    if (page.more) page.entries.resize(limit);
    if (fault::on(fault::ARC_041_never_more)) page.more = false;
    if (fault::on(fault::ARC_041_always_more)) page.more = true;
    if (fault::on(fault::ARC_040_newest_first)) std::ranges::reverse(page.entries);
    if (fault::on(fault::ARC_043_shown_too_early) && holdings_.has_received()) page.entries.push_back({from + 1, Octets(32), Octets(30)});
    return page;
  }

  Result<std::vector<std::optional<StoredBlock>>> load(Archive archive, View ids, std::size_t octets_enough) {
    ++operations_;
    struct Wanted {
      Located block;
      Result<std::shared_ptr<File>> file;
    };
    std::vector<std::optional<Wanted>> wanted;
    {
      const std::lock_guard lock(holdings_.mutex());
      const auto reading = holdings_.index().reading();
      if (!reading) return std::unexpected(reading.error());
      std::size_t octets = 0;
      for (std::size_t i = 0; (i + 1) * sizeof(Digest) <= ids.size() && octets < octets_enough; ++i) {
        const auto block = holdings_.where(archive.row, digest_at(ids, i));
        if (!block) return std::unexpected(block.error());
        // [ARC-109] … and serve them until there is one.
        if (!*block || (fault::on(fault::ARC_109_at_once) && is_staged(archive, digest_at(ids, i)))) {
          wanted.emplace_back();
          continue;
        }
        octets += (*block)->record.octets();
        wanted.push_back(Wanted{**block, holdings_.packs().file((*block)->place.pack)});
      }
    }
    std::vector<std::optional<StoredBlock>> found;
    for (const auto& want : wanted) {
      if (!want) {
        found.emplace_back();
        continue;
      }
      const auto& [block, file] = *want;
      // [ARC-057] … exactly as they were stored: what does not prove it is not sent.
      if (auto content = prove(block, file)) {
        found.push_back(StoredBlock{content->record.checksum, std::move(content->sealed)});
        continue;
      } else {
        const std::lock_guard lock(holdings_.mutex());
        if (auto named = holdings_.name_damaged(block, content.error()); !named) return std::unexpected(named.error());
      }
      found.emplace_back();
    }
    return found;
  }

  Result<bool> begin_restore(Archive archive, std::uint64_t version, std::uint16_t purpose) {
    const std::lock_guard lock(holdings_.mutex());
    if (auto stored = store_early(); !stored) return std::unexpected(stored.error());
    const auto found = holdings_.index().has_version(archive.row, version);
    if (!found || !*found) return found;
    if (fault::on(fault::ARC_050_not_logged)) return true;
    // [ARC-050] A server MUST log each restore with user, computer, version and purpose before it answers
    auto logged =
        note_restore("restore_begun", archive, {{"version", std::to_string(version)}, {"purpose", purpose == 0 ? "restore" : "verify"}});
    if (!logged) return std::unexpected(logged.error());
    return true;
  }

  Result<void> end_restore(Archive archive, bool complete) {
    const std::lock_guard lock(holdings_.mutex());
    if (fault::on(fault::ARC_054_not_logged)) return {};
    // [ARC-054] A server MUST log the end of each restore and whether it was complete.
    return note_restore("restore_ended", archive, {{"complete", complete ? "yes" : "no"}});
  }

  Result<void> note(std::string_view event, Fields fields, Keep keep) {
    const std::lock_guard lock(holdings_.mutex());
    auto noted = holdings_.note(event, fields, Index::Durability::with_the_next, keep);
    // [LIM-007] … in rate and in number: here the number.
    if (noted && keep == Keep::while_new && !fault::on(fault::LIM_007_any_number))
      return holdings_.index().forget_events_beyond(passing_events_max_);
    return noted;
  }

  Result<void> note_durably(std::string_view event, Fields fields) {
    const std::lock_guard lock(holdings_.mutex());
    return holdings_.note(event, fields, Index::Durability::at_once);
  }

  Result<std::map<std::uint64_t, std::uint64_t>> bindings() {
    const std::lock_guard lock(holdings_.mutex());
    return holdings_.index().bindings();
  }

  Result<void> bind(std::uint64_t computer, std::uint64_t user) {
    const std::lock_guard lock(holdings_.mutex());
    const auto bound = holdings_.index().is_bound(computer);
    if (!bound) return std::unexpected(bound.error());
    if (*bound) return {};
    const ComputerStatement statement{computer, user};
    const auto said = holdings_.append(stated(statement));
    return said ? holdings_.settle({.computers = {&statement, 1}}) : said;
  }

  // [ARC-150] A server that purges an account MUST take away what says that archives of it are there, all of it in one …
  Result<Purged> purge(std::uint64_t user) {
    const std::lock_guard lock(holdings_.mutex());
    // What is received for others must not hang on whether this succeeds.
    if (auto settled = holdings_.settle(); !settled) return std::unexpected(settled.error());
    const auto archives = holdings_.index().archives();
    if (!archives) return std::unexpected(archives.error());
    const auto octets = holdings_.index().octets_by_archive();
    if (!octets) return std::unexpected(octets.error());
    std::vector<std::int64_t> all;
    Purged purged;
    for (const auto& [archive, owner] : *archives) {
      if (owner.user != user || user == 0) continue;
      all.push_back(archive);
      if (const auto found = octets->find(archive); found != octets->end()) purged.octets += found->second;
    }
    if (all.empty()) return purged;
    if (auto done = state_purged(all); !done) {
      holdings_.lose_received();  // said in a pack and not in the index, the next start would take it for done
      return std::unexpected(done.error());
    }
    purged_.insert(all.begin(), all.end());
    purged.archives = all.size();
    usage_.release(user, purged.octets);
    compactor_.look_again();
    return purged;
  }

  Result<VerifyReport> verify() {
    const std::lock_guard lock(holdings_.mutex());
    if (holdings_.has_received())
      if (auto settled = holdings_.settle(); !settled) return std::unexpected(settled.error());
    auto report = verify_store(holdings_.packs(), holdings_.index());
    if (report && log_damage_)
      report->findings.insert(report->findings.begin(), {Finding::Kind::event, 0, 0, 0, 0, {}, text(*log_damage_)});
    return report;
  }

  std::uint64_t operations() const { return operations_; }
  Holdings& holdings() { return holdings_; }
  Compactor& compactor() { return compactor_; }

 private:
  // Under the holdings' mutex:

  /// Blocks of an older generation may be gone: a version that counts on them must not be acknowledged.
  Result<void> check_generation(Archive archive) const {
    if (purged_.contains(archive.row)) return std::unexpected(Trouble{Trouble::Kind::failed, "the archive was purged"});
    if (archive.generation == holdings_.generation()) return {};
    return std::unexpected(Trouble{Trouble::Kind::lost, "blocks received earlier were lost by a failed write"});
  }

  // [ARC-110] … and keep it when it has then come.
  void keep(const Archive& archive, const Digest& id) {
    if (!fault::on(fault::ARC_110_released_all_the_same)) staged_.keep(archive.session, id);
  }

  /// Of the blocks that came, those to be stored. The others stay, and are no longer released.
  Result<std::vector<NewBlock>> those_that_lack(const Archive& archive, std::span<const NewBlock> came) {
    std::vector<NewBlock> lacking;
    for (const NewBlock& block : came) {
      const auto stands = is_staged(archive, block.id) ? still_stands(archive, block.id) : Result<bool>(false);
      if (!stands) return std::unexpected(stands.error());
      if (*stands)
        keep(archive, block.id);
      else
        lacking.push_back(block);
    }
    return lacking;
  }

  // [ARC-156] A server MUST keep the octets that it has of a released block which comes again …, unless it can no longer verify them.
  Result<bool> still_stands(const Archive& archive, const Digest& id) {
    if (fault::on(fault::ARC_156_the_last_octets)) return false;
    const auto block = holdings_.where(archive.row, id);
    if (!block) return std::unexpected(block.error());
    if (!*block) return false;
    if (fault::on(fault::ARC_156_damaged_ones_too)) return true;
    if ((*block)->damaged) return false;
    const auto proven = prove(**block, holdings_.packs().file((*block)->place.pack));
    if (proven) return true;
    repaired_.insert(archive.row);
    if (auto named = holdings_.name_damaged(**block, proven.error()); !named) return std::unexpected(named.error());
    return false;
  }

  // [ARC-151] A server MUST refuse blocks for want of room while it still has the room that it needs to commit a record which retires …
  Result<void> check_room(std::span<const NewBlock> blocks) const {
    if (reserve_octets_ == 0) return {};
    const auto available = holdings_.packs().available();
    if (!available) return std::unexpected(available.error());
    std::error_code ignored;
    const auto index = std::filesystem::file_size(holdings_.index_file(), ignored);
    std::uint64_t needed = reserve_octets_ + (ignored ? 0 : index);
    for (const NewBlock& block : blocks) needed += record_header_octets + block.sealed.size();
    if (*available >= needed) return {};
    return std::unexpected(
        Trouble{Trouble::Kind::full, fmt::format("{} octets are left where the packs are, {} are needed, most of them for "
                                                 "releasing and compacting{}",
                                                 *available, needed, full_advice)});
  }

  Result<void> store_version(const VersionStatement& statement, std::uint64_t session) {
    auto releases = staged_releases(statement, session);
    if (!releases) return std::unexpected(releases.error());
    for (std::size_t from = 0; from < releases->blocks.size(); from += releases_per_statement_max) {
      const auto part = std::span(releases->blocks).subspan(from);
      const auto first = part.first(std::min(part.size(), releases_per_statement_max));
      if (auto said =
              holdings_.append(stated(ReleaseStatement{statement.archive, statement.number, statement.link, {first.begin(), first.end()}}));
          !said)
        return said;
    }
    // A version is stated only when its blocks, and what it releases, are on stable storage: where a statement is found whole, later damage
    // alone can have harmed what stands before it.
    auto stored = holdings_.sync();
    if (stored) stored = holdings_.append(stated(statement));
    if (stored) stored = holdings_.settle({.versions = {&statement, 1}, .released = {{statement.archive, releases->blocks}}});
    if (!stored) return stored;
    staged_.forget(session);
    usage_.release(statement.owner.user, releases->octets);
    if (repaired_.erase(statement.archive) != 0 || !releases->blocks.empty()) compactor_.look_again();
    return stored;
  }

  Result<void> state_purged(std::span<const std::int64_t> archives) {
    std::vector<Packs::Incoming> together;  // none of them is settled without the others
    for (const std::int64_t archive : archives) together.push_back({stated(PurgedStatement{archive}).record, {}});
    if (auto said = holdings_.append(together); !said) return std::unexpected(said.error());
    return holdings_.settle({.purged = archives});
  }

  struct Releases {
    std::vector<Release> blocks;
    std::uint64_t octets = 0;
  };
  // [ARC-108] A server MUST cease to have the blocks that a session has released when it commits the session's next version, in one with
  // it.
  /// What the session's commit releases: each block up to where it stands now.
  Result<Releases> staged_releases(const VersionStatement& version, std::uint64_t session) {
    Releases releases;
    if (fault::on(fault::ARC_108_never_released)) return releases;
    for (const Digest& id : staged_.of(session, version.archive)) {
      const auto block = holdings_.where(version.archive, id);
      if (!block) return std::unexpected(block.error());
      if (!*block) continue;
      releases.blocks.push_back({id, (*block)->place});
      releases.octets += (*block)->record.length;
    }
    return releases;
  }

  bool is_staged(const Archive& archive, const Digest& id) const { return staged_.contains(archive.session, archive.row, id); }

  Result<void> store_early() {
    if (!fault::on(fault::ARC_038_acknowledged_early) || !early_) return {};
    const auto statement = *std::exchange(early_, std::nullopt);
    return store_version(statement, 0);
  }

  Result<void> note_restore(std::string_view event, Archive archive, std::vector<std::pair<std::string_view, std::string>> fields) {
    fields.insert(fields.begin(),
                  {{"user", std::to_string(archive.owner.user)}, {"computer", fmt::format("{:016x}", archive.owner.computer)}});
    return holdings_.note(event, fields, Index::Durability::at_once);
  }

  DirectoryLock lock_;
  const std::optional<LogDamage> log_damage_;  // of the index's, as it was before it was opened
  const std::uint64_t unindexed_octets_max_, unindexed_blocks_max_, passing_events_max_, reserve_octets_;
  const Mending mending_;
  Holdings holdings_;
  Usage usage_;
  StagedReleases staged_;
  std::set<std::int64_t> repaired_;  // archives whose next commit brings damaged blocks again, for the sake of which packs may stay
  std::set<std::int64_t> purged_;    // since this store was opened: sessions may still name them
  Compactor compactor_;
  std::optional<VersionStatement> early_;  // what a fault has acknowledged and not stored
  std::atomic<std::uint64_t> operations_ = 0;
};

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() { (void)impl_->settle(); }

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& directory, FileSystem& files, Clock clock, StoreOptions options) {
  std::error_code error;
  const auto standing = std::filesystem::status(directory, error);
  if (standing.type() == std::filesystem::file_type::none)
    return std::unexpected(
        Trouble{Trouble::Kind::failed, "cannot read " + directory.string() + ": " + error.message() + advice(error.value())});
  if (std::filesystem::exists(standing) && !std::filesystem::is_directory(standing))
    return std::unexpected(Trouble{Trouble::Kind::failed, directory.string() + " is a file; name a directory"});
  std::filesystem::create_directories(directory, error);
  if (error)
    return std::unexpected(Trouble{Trouble::Kind::failed, "cannot make the directory " + directory.string() + ": " + error.message() +
                                                              "; name a directory where this user may write"});
  auto lock = DirectoryLock::take(directory);
  if (!lock) return std::unexpected(lock.error());
  Packs packs(files, options.pack_octets_max);
  if (auto ready = packs.prepare(); !ready) return std::unexpected(ready.error());
  const auto numbers = packs.numbers();
  if (!numbers) return std::unexpected(numbers.error());
  const auto log_damage = damage_of_log(directory / (std::string(index_name) + wal_suffix));
  auto index = Index::open(directory / index_name, !numbers->empty());
  if (!index) return std::unexpected(index.error());
  auto impl =
      std::make_unique<Impl>(std::move(*lock), directory / index_name, std::move(*index), log_damage, files, std::move(clock), options);
  if (auto started = impl->start(); !started) return std::unexpected(started.error());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Result<Archive> Store::archive_of(std::uint64_t user, std::uint64_t computer, std::uint64_t session) {
  return impl_->archive_of(user, computer, session);
}
Result<BlockIdPage> Store::block_ids(Archive archive, const Digest& after, std::size_t limit) {
  return impl_->block_ids(archive, after, limit);
}
Result<void> Store::stage_release(Archive archive, View ids) { return impl_->stage_release(archive, ids); }
void Store::end_session(std::uint64_t session) { impl_->end_session(session); }
Result<std::vector<std::uint16_t>> Store::missing(Archive archive, View ids) { return impl_->missing(archive, ids); }
Result<void> Store::put(Archive archive, std::span<const NewBlock> blocks) { return impl_->put(archive, blocks); }
Result<void> Store::settle() { return impl_->settle(); }
Result<CommitOutcome> Store::commit(Archive archive, const protocol::CommitVersion& version) { return impl_->commit(archive, version); }
Result<VersionPage> Store::versions(Archive archive, std::uint64_t from, std::size_t limit) {
  return impl_->versions(archive, from, limit);
}
Result<std::optional<StoredBlock>> Store::load(Archive archive, const Digest& id) {
  auto loaded = impl_->load(archive, id, 1);
  if (!loaded) return std::unexpected(loaded.error());
  return std::move(loaded->front());
}
Result<std::vector<std::optional<StoredBlock>>> Store::load(Archive archive, View ids, std::size_t octets_enough) {
  return impl_->load(archive, ids, octets_enough);
}
Result<bool> Store::begin_restore(Archive archive, std::uint64_t version, std::uint16_t purpose) {
  return impl_->begin_restore(archive, version, purpose);
}
Result<void> Store::end_restore(Archive archive, bool complete) { return impl_->end_restore(archive, complete); }
Result<void> Store::note(std::string_view event, std::span<const std::pair<std::string_view, std::string>> fields, Keep keep) {
  return impl_->note(event, fields, keep);
}
Result<void> Store::note_durably(std::string_view event, std::span<const std::pair<std::string_view, std::string>> fields) {
  return impl_->note_durably(event, fields);
}
Result<std::map<std::uint64_t, std::uint64_t>> Store::bindings() { return impl_->bindings(); }
Result<void> Store::bind(std::uint64_t computer, std::uint64_t user) { return impl_->bind(computer, user); }
Result<Purged> Store::purge(std::uint64_t user) { return impl_->purge(user); }
Result<VerifyReport> Store::verify() { return impl_->verify(); }
Result<Scrubbed> Store::scrub_some(std::uint64_t octets) { return store::scrub_some(impl_->holdings(), octets); }
std::uint64_t Store::operations() const { return impl_->operations(); }
Result<Compacted> Store::compact_some(std::uint64_t octets, Newest newest) { return impl_->compactor().compact_some(octets, newest); }

}  // namespace coffer::store
