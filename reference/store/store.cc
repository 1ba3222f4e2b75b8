#include "store/store.h"

#include <atomic>
#include <iterator>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include <fmt/core.h>

#include <algorithm>
#include "fault/switch.h"
#include "store/chain.h"
#include "store/compaction.h"
#include "store/directory_lock.h"
#include "store/index.h"
#include "store/packs.h"
#include "store/recovery.h"
#include "store/verify_store.h"
#include "store/write_ahead_log.h"

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

using Fields = std::span<const std::pair<std::string_view, std::string>>;

std::string fields_json(Fields fields) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const auto& [name, value] : fields) object[std::string(name)] = value;
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

class Store::Impl {
 public:
  Impl(DirectoryLock lock, std::filesystem::path index_file, Index index, std::optional<LogDamage> log_damage, FileSystem& files,
       Clock clock, StoreOptions options)
      : lock_(std::move(lock)),
        index_file_(std::move(index_file)),
        index_(std::move(index)),
        log_damage_(log_damage),
        packs_(files, options.pack_octets_max),
        clock_(std::move(clock)),
        options_(options) {}

  Result<void> start() {
    if (auto ready = packs_.prepare(); !ready) return ready;
    if (log_damage_) index_.distrust();
    const auto recovered = recover(packs_, index_);
    if (!recovered) return std::unexpected(recovered.error());
    if (index_.owes_statements())
      if (auto made = make_statements(); !made) return made;
    if (log_damage_)
      if (auto noted = note_log_damage(); !noted) return noted;
    if (auto noted = note_recovered(*recovered); !noted) return noted;
    if (options_.mend_at_start && index_.needs_mending())
      if (auto mended = mend(); !mended) return mended;
    for (const std::string& index : index_.rebuilt()) {
      const std::pair<std::string_view, std::string> fields[] = {{"index", index}};
      if (auto noted = note_locked("index_rebuilt", fields, Index::Durability::at_once); !noted) return noted;
    }
    return options_.quota_octets ? count_used() : Result<void>{};
  }

  Result<Archive> archive_of(std::uint64_t user, std::uint64_t computer, std::uint64_t session) {
    const std::lock_guard lock(mutex_);
    const auto row = index_.archive_of(user, computer);
    if (!row) return std::unexpected(row.error());
    return Archive{*row, generation_, {user, computer}, session};
  }

  Result<BlockIdPage> block_ids(Archive archive, const Digest& after, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    if (!received_.empty())
      if (auto settled = settle_locked(); !settled) return std::unexpected(settled.error());
    BlockIdPage page;
    for (Digest from = after;;) {
      const auto ids = index_.block_ids(archive.row, from, limit + 1);
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
    const std::lock_guard lock(mutex_);
    if (auto fresh = check_generation(archive); !fresh) return fresh;
    const auto reading = index_.reading();
    if (!reading) return std::unexpected(reading.error());
    Staged& staged = staged_[archive.session];
    staged.archive = archive.row;
    for (std::size_t i = 0; (i + 1) * 32 <= ids.size(); ++i) {
      const Digest id = digest_at(ids, i);
      const auto block = where_locked(archive.row, id);  // so that no more is kept in mind than the archive has blocks
      if (!block) return std::unexpected(block.error());
      if (*block) staged.ids.insert(id);
    }
    return {};
  }

  // [ARC-109] A server MUST keep the blocks that a session has released when the session ends without another commit
  void end_session(std::uint64_t session) {
    const std::lock_guard lock(mutex_);
    if (fault::on(fault::ARC_109_remembered)) return;
    staged_.erase(session);
  }

  Result<std::vector<std::uint16_t>> missing(Archive archive, View ids) {
    ++operations_;
    const std::lock_guard lock(mutex_);
    const auto reading = index_.reading();
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
      if (received_.contains({archive.row, id})) continue;
      const auto found = index_.find(archive.row, id);
      if (!found) return std::unexpected(found.error());
      if (!*found || (*found)->damaged || fault::on(fault::ARC_033_known_ones_too)) indices.push_back(static_cast<std::uint16_t>(i));
    }
    if (fault::on(fault::ARC_033_last_overlooked) && !indices.empty()) indices.pop_back();
    return indices;
  }

  Result<void> put(Archive archive, std::span<const NewBlock> blocks) {
    ++operations_;
    const std::lock_guard lock(mutex_);
    if (auto fresh = check_generation(archive); !fresh) return fresh;
    while (!blocks.empty()) {
      std::vector<Packs::Incoming> run;
      std::uint64_t octets = 0, growth = 0;
      for (const NewBlock& block : blocks.first(std::min(blocks.size(), written_together_max))) {
        const Record record{archive.row, block.id, block.checksum, static_cast<std::uint32_t>(block.sealed.size())};
        octets += record.octets();
        if (!run.empty() && (octets > written_octets_max || packs_.begins_pack(octets))) break;
        const auto grown = growth_locked(archive, block.id, growth, block.sealed.size());
        if (!grown) return std::unexpected(grown.error());
        growth += *grown;
        run.push_back({record, block.sealed});
      }
      if (auto appended = put_locked(run); !appended) return appended;
      used_octets_[archive.owner.user] += growth;
      // [ARC-110] … and keep it when it has then come.
      if (const auto staged = staged_.find(archive.session); staged != staged_.end() && !fault::on(fault::ARC_110_released_all_the_same))
        for (const auto& [record, content] : run) staged->second.ids.erase(record.id);
      blocks = blocks.subspan(run.size());
      if (received_octets_ < options_.unindexed_octets_max) continue;
      if (auto settled = settle_locked(); !settled) return settled;
    }
    return {};
  }

  Result<void> settle() {
    const std::lock_guard lock(mutex_);
    if (auto stored = store_early_locked(); !stored) return stored;
    return received_.empty() ? Result<void>{} : settle_locked();
  }

  Result<CommitOutcome> commit(Archive archive, const protocol::CommitVersion& version) {
    ++operations_;
    const std::lock_guard lock(mutex_);
    if (auto fresh = check_generation(archive); !fresh) return std::unexpected(fresh.error());
    if (auto stored = store_early_locked(); !stored) return std::unexpected(stored.error());
    const auto end = index_.chain_end(archive.row);
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
    if (auto stored = store_version_locked(statement, archive.session); !stored) return std::unexpected(stored.error());
    return CommitOutcome::committed;
  }

  Result<VersionPage> versions(Archive archive, std::uint64_t from, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    if (auto stored = store_early_locked(); !stored) return std::unexpected(stored.error());
    // [ARC-040] … from the stated number on, in ascending order
    auto entries = index_.versions(archive.row, fault::on(fault::ARC_040_from_the_first) ? 1 : from, limit + 1);
    if (!entries) return std::unexpected(entries.error());
    // [ARC-041] … at most 24 versions into one answer and set more exactly when there are others beyond them
    VersionPage page{std::move(*entries), false};
    page.more = page.entries.size() > limit;
    if (page.more) page.entries.resize(limit);
    if (fault::on(fault::ARC_041_never_more)) page.more = false;
    if (fault::on(fault::ARC_041_always_more)) page.more = true;
    if (fault::on(fault::ARC_040_newest_first)) std::ranges::reverse(page.entries);
    if (fault::on(fault::ARC_043_shown_too_early) && !received_.empty()) page.entries.push_back({from + 1, Octets(32), Octets(30)});
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
      const std::lock_guard lock(mutex_);
      const auto reading = index_.reading();
      if (!reading) return std::unexpected(reading.error());
      std::size_t octets = 0;
      for (std::size_t i = 0; (i + 1) * sizeof(Digest) <= ids.size() && octets < octets_enough; ++i) {
        const auto block = where_locked(archive.row, digest_at(ids, i));
        if (!block) return std::unexpected(block.error());
        // [ARC-109] … and serve them until there is one.
        if (!*block || (fault::on(fault::ARC_109_at_once) && is_staged(archive, digest_at(ids, i)))) {
          wanted.emplace_back();
          continue;
        }
        octets += (*block)->record.octets();
        wanted.push_back(Wanted{**block, packs_.file((*block)->place.pack)});
      }
    }
    std::vector<std::optional<StoredBlock>> found;
    for (const auto& want : wanted) {
      if (!want) {
        found.emplace_back();
        continue;
      }
      const auto& [block, file] = *want;
      std::string why = file ? "octets are not what was stored" : file.error().what;
      if (file) {
        auto content = read_indexed(**file, block.place.pack, block.place.offset, block.record);
        // [ARC-057] … exactly as they were stored: what does not prove it is not sent.
        if (content && *content) {
          found.push_back(StoredBlock{(*content)->record.checksum, std::move((*content)->sealed)});
          continue;
        }
        if (!content) why = content.error().what;
      }
      const std::lock_guard lock(mutex_);
      auto marked = damaged_locked(block, why);
      if (!marked) return std::unexpected(marked.error());
      found.push_back(std::move(*marked));
    }
    return found;
  }

  Result<bool> begin_restore(Archive archive, std::uint64_t version, std::uint16_t purpose) {
    const std::lock_guard lock(mutex_);
    if (auto stored = store_early_locked(); !stored) return std::unexpected(stored.error());
    const auto found = index_.has_version(archive.row, version);
    if (!found || !*found) return found;
    if (fault::on(fault::ARC_050_not_logged)) return true;
    // [ARC-050] A server MUST log each restore with user, computer, version and purpose before it answers
    auto logged =
        note_restore("restore_begun", archive, {{"version", std::to_string(version)}, {"purpose", purpose == 0 ? "restore" : "verify"}});
    if (!logged) return std::unexpected(logged.error());
    return true;
  }

  Result<void> end_restore(Archive archive, bool complete) {
    const std::lock_guard lock(mutex_);
    if (fault::on(fault::ARC_054_not_logged)) return {};
    // [ARC-054] A server MUST log the end of each restore and whether it was complete.
    return note_restore("restore_ended", archive, {{"complete", complete ? "yes" : "no"}});
  }

  Result<void> note(std::string_view event, Fields fields, Keep keep) {
    const std::lock_guard lock(mutex_);
    auto noted = note_locked(event, fields, Index::Durability::with_the_next, keep);
    // [LIM-007] … in rate and in number: here the number.
    if (noted && keep == Keep::while_new && !fault::on(fault::LIM_007_any_number))
      return index_.forget_events_beyond(options_.passing_events_max);
    return noted;
  }

  Result<void> note_durably(std::string_view event, Fields fields) {
    const std::lock_guard lock(mutex_);
    return note_locked(event, fields, Index::Durability::at_once);
  }

  Result<std::map<std::uint64_t, std::uint64_t>> bindings() {
    const std::lock_guard lock(mutex_);
    return index_.bindings();
  }

  Result<void> bind(std::uint64_t computer, std::uint64_t user) {
    const std::lock_guard lock(mutex_);
    const auto bound = index_.is_bound(computer);
    if (!bound) return std::unexpected(bound.error());
    if (*bound) return {};
    const ComputerStatement statement{computer, user};
    const auto said = append_locked(stated(statement));
    return said ? settle_locked({.computers = {&statement, 1}}) : said;
  }

  Result<VerifyReport> verify() {
    const std::lock_guard lock(mutex_);
    if (!received_.empty())
      if (auto settled = settle_locked(); !settled) return std::unexpected(settled.error());
    auto report = verify_store(packs_, index_);
    if (report && log_damage_) report->findings.insert(report->findings.begin(), {Finding::Kind::event, 0, 0, 0, 0, {}, log_damage_text()});
    return report;
  }

  Result<Compacted> compact_some(std::uint64_t octets, Newest newest) {
    const std::lock_guard working(compacting_);
    Compacted done;
    if (!task_)
      if (auto begun = begin_compaction(newest); !begun) return std::unexpected(begun.error());
    if (!task_) return done;
    done.pack = task_->pack;
    auto worked = survey(octets, done);
    if (worked && task_ && task_->surveyed) worked = copy_some(octets, done);
    if (worked && task_ && task_->surveyed && task_->copied == task_->live.size()) worked = finish_compaction(done);
    if (worked) return done;
    task_.reset();
    const std::lock_guard lock(mutex_);
    left_alone_.erase(done.pack);
    census_due_ = true;
    return std::unexpected(worked.error());
  }

  std::uint64_t operations() const { return operations_; }

  Result<Scrubbed> scrub_some(std::uint64_t octets) {
    Scrubbed done;
    ScrubPlace place;
    std::uint64_t end = 0;
    std::shared_ptr<File> file;
    {
      const std::lock_guard lock(mutex_);
      const auto kept = index_.scrub_place();
      if (!kept) return std::unexpected(kept.error());
      place = kept->value_or(ScrubPlace{.began = clock_()});
      const auto indexed = index_.packs();
      if (!indexed) return std::unexpected(indexed.error());
      for (const auto& [number, size] : *indexed) done.octets_total += size;
      done.began = place.began;
      done.octets_done = place.octets;
      if (octets == 0) return done;
      // One that is compacted meanwhile is read elsewhere; one that is gone the start has named.
      while (!file) {
        const auto next = indexed->lower_bound(place.next.pack);
        if (next == indexed->end()) return end_round_locked(place, done);
        if (next->first != place.next.pack) place.next = {next->first, 0};
        end = next->second;
        const auto opened = packs_.file(next->first);
        if (opened && place.next.offset < end) file = *opened;
        if (!file) place.next = {next->first + 1, 0};
      }
    }
    const std::uint64_t from = place.next.offset;
    if (from < pack_header_octets) {
      const auto header = pack_header_whole(*file, place.next.pack);
      if (!header || !*header) tell(fmt::format("{}: its header is damaged", pack_name(place.next.pack)));
      place.next.offset = pack_header_octets;
    }
    // [ARC-132] A server SHOULD check the checksum of every stored block …, and name missing in offers those that it can no longer verify.
    const ScrubFound found = read_on(*file, place.next, end, octets);
    done.octets = place.next.offset - from;
    place.octets += done.octets;
    done.octets_done = place.octets;
    const std::lock_guard lock(mutex_);
    const auto named = name_locked(place.next.pack, found);
    if (!named) return std::unexpected(named.error());
    place.damaged += *named;
    if (auto kept = index_.set_scrub_place(place); !kept) return std::unexpected(kept.error());
    return done;
  }

 private:
  // ---- Compaction: by one thread at a time, which takes mutex_ for each thing it does to index and packs, and not while it reads ----

  struct CompactionTask {
    std::uint32_t pack = 0;
    std::shared_ptr<File> file;
    std::uint64_t size = 0, offset = pack_header_octets;  // the survey has come so far
    bool surveyed = false;
    std::vector<Located> live{};
    std::uint64_t live_octets = 0, statement_octets = 0;
    std::vector<RecordRead> statements{};
    std::size_t copied = 0;  // of live
  };

  /// Begins with the pack of which the least counts, if one is worth it.
  Result<void> begin_compaction(Newest newest) {
    std::map<std::uint32_t, std::uint64_t> indexed;
    std::optional<std::uint32_t> appended_to;
    {
      const std::lock_guard lock(mutex_);
      if (!census_due_ && newest == Newest::spared) return {};
      auto packs = index_.packs();
      if (!packs) return std::unexpected(packs.error());
      indexed = std::move(*packs);
      appended_to = packs_.newest();
      census_due_ = false;
    }
    const auto live = live_octets(index_file_);
    if (!live) return std::unexpected(live.error());
    std::optional<std::uint32_t> best;
    double best_share = options_.live_percent_min / 100.0;
    for (const auto& [pack, octets] : indexed) {
      if (octets <= pack_header_octets) continue;
      const auto found = live->find(pack);
      const std::uint64_t counts = found == live->end() ? 0 : found->second;
      const bool is_spared = newest == Newest::spared && pack == appended_to && octets - counts < options_.pack_octets_max / 4;
      const auto left = left_alone_.find(pack);
      if (is_spared || counts > octets || (left != left_alone_.end() && left->second == counts)) continue;
      const double share = static_cast<double>(counts) / static_cast<double>(octets);
      if (share >= best_share) continue;
      best = pack;
      best_share = share;
    }
    if (!best) return {};
    const std::lock_guard lock(mutex_);
    census_due_ = true;  // there may be others
    const auto found = live->find(*best);
    left_alone_[*best] = found == live->end() ? 0 : found->second;  // unless this succeeds, or less counts another time
    auto file = packs_.file(*best);
    if (!file) return {};  // the start has named it
    CompactionTask task{.pack = *best, .file = *file, .size = indexed.at(*best)};
    task_ = std::move(task);
    return {};
  }

  /// Headers first: what counts is known before anything is copied.
  Result<void> survey(std::uint64_t budget, Compacted& done) {
    constexpr std::size_t headers_at_once = 500;
    CompactionTask& task = *task_;
    while (!task.surveyed && done.octets < budget) {
      if (task.offset >= task.size) return judge();
      auto walked = walk(*task.file, task.pack, task.offset, task.size, headers_at_once);
      if (!walked) return std::unexpected(trouble(walked.error()));
      done.octets += (walked->blocks.size() + walked->statements.size()) * record_header_octets + walked->statement_octets;
      task.statement_octets += walked->statement_octets;
      std::ranges::move(walked->statements, std::back_inserter(task.statements));
      const std::lock_guard lock(mutex_);
      for (const Located& block : walked->blocks) {
        const auto counts = where_locked(block.record.archive, block.record.id);
        if (!counts) return std::unexpected(counts.error());
        if (!*counts || (*counts)->place != block.place) continue;
        task.live.push_back(block);
        task.live_octets += block.record.octets();
      }
    }
    return {};
  }

  /// Whether it is worth it, statements being no loss. The pack that is appended to gets no more from here on.
  Result<void> judge() {
    const std::lock_guard lock(mutex_);
    CompactionTask& task = *task_;
    const std::uint64_t counts = pack_header_octets + task.live_octets + task.statement_octets;
    if (counts * 100 > task.size * options_.live_percent_min) {
      task_.reset();
      return {};
    }
    if (packs_.newest() == task.pack) {
      if (auto settled = settle_locked(); !settled) return settled;
      packs_.begin_after(task.pack);
      const auto size = task.file->size();
      if (!size) return std::unexpected(trouble(size.error()));
      task.size = *size;
      if (task.offset < task.size) return {};  // the survey goes on
    }
    task.surveyed = true;
    return {};
  }

  /// Copies as a put() does: in received_ until it is synced and indexed, and until then the index leads to the old place.
  Result<void> copy_some(std::uint64_t budget, Compacted& done) {
    constexpr std::uint64_t octets_at_once = std::uint64_t{1} << 20;
    CompactionTask& task = *task_;
    while (task.copied < task.live.size() && done.octets < budget) {
      std::vector<std::pair<Located, Octets>> batch;
      for (std::uint64_t octets = 0; task.copied < task.live.size() && octets < octets_at_once; ++task.copied) {
        const Located& block = task.live[task.copied];
        auto read = read_record(*task.file, task.pack, block.place.offset);
        octets += block.record.octets();
        if (read && read->state == RecordRead::State::whole && read->record == block.record) {
          batch.emplace_back(block, std::move(read->sealed));
          continue;
        }
        const std::lock_guard lock(mutex_);  // it stays where it is, and the pack with it
        if (auto told = damaged_locked(block, read ? "octets are not what was stored" : read.error().what); !told)
          return std::unexpected(told.error());
      }
      const std::lock_guard lock(mutex_);
      std::vector<Packs::Incoming> run;
      std::uint64_t run_octets = 0;
      for (const auto& [block, content] : batch) {
        const auto counts = where_locked(block.record.archive, block.record.id);
        if (!counts) return std::unexpected(counts.error());
        done.octets += block.record.octets();
        if (!*counts || (*counts)->place != block.place) continue;
        run_octets += block.record.octets();
        if (!run.empty() && packs_.begins_pack(run_octets)) {
          if (auto appended = put_locked(run); !appended) return appended;
          run.clear();
          run_octets = block.record.octets();
        }
        run.push_back({block.record, content});
      }
      if (run.empty()) continue;
      if (auto appended = put_locked(run); !appended) return appended;
    }
    return settle_copies();
  }

  /// The long part of a sync without the lock: what is left of it under the lock is short then.
  Result<void> settle_copies() {
    std::vector<std::shared_ptr<File>> written;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [number, octets] : packs_.unsynced())
        if (auto file = packs_.file(number)) written.push_back(*file);
    }
    for (const auto& file : written)
      if (auto synced = file->sync(); !synced) {
        const std::lock_guard lock(mutex_);
        lose_received();
        return std::unexpected(trouble(synced.error()));
      }
    const std::lock_guard lock(mutex_);
    return received_.empty() && packs_.unsynced().empty() ? Result<void>{} : settle_locked();
  }

  // [ARC-131] A server MUST NOT take away a stored copy of a block that it still counts as stored before another copy of it is on stable
  // storage and found in its place.
  /// All that counted in the pack stands elsewhere and the index leads there, both on stable storage; now what it stated follows, the index
  /// forgets the pack in one with that, and only then its file goes.
  Result<void> finish_compaction(Compacted& done) {
    const CompactionTask task = *std::exchange(task_, std::nullopt);
    const auto unneeded = nothing_leads_to(task.pack, index_file_);
    if (!unneeded) return std::unexpected(unneeded.error());
    if (!*unneeded) return {};  // damaged blocks: left_alone_ until one of them is sent again or released
    {
      const std::lock_guard lock(mutex_);
      if (auto carried = carry_locked(task); !carried) return carried;
      if (auto settled = settle_locked({.emptied = task.pack}); !settled) return settled;
      packs_.close(task.pack);
    }
    if (auto removed = packs_.remove(task.pack); !removed) return removed;
    done.gone = true;
    done.freed_octets = task.size - task.live_octets - task.statement_octets;
    const std::lock_guard lock(mutex_);
    left_alone_.erase(task.pack);
    if (auto forgotten = index_.forget_pack(task.pack); !forgotten) return forgotten;
    const std::pair<std::string_view, std::string> fields[] = {{"pack", std::to_string(task.pack)},
                                                               {"octets", std::to_string(task.size)},
                                                               {"copied", std::to_string(task.live_octets + task.statement_octets)}};
    return note_locked("pack_compacted", fields, Index::Durability::with_the_next);
  }

  /// What the pack stated and what still counts of it is stated again in the newest.
  Result<void> carry_locked(const CompactionTask& task) {
    const auto bindings = index_.bindings();
    if (!bindings) return std::unexpected(bindings.error());
    for (const RecordRead& read : task.statements) {
      Stated again{read.record, read.sealed};
      if (const auto version = version_in(read)) {
        const auto link = index_.version_link(version->archive, version->number);
        if (!link) return std::unexpected(link.error());
        if (*link && *link != version->link) continue;  // an attempt that another took the place of
        again.record.kind = RecordKind::version_again;
      } else if (const auto computer = computer_in(read)) {
        const auto bound = bindings->find(computer->computer);
        if (bound == bindings->end() || bound->second != computer->user) continue;
      } else if (auto release = release_in(read)) {
        const auto left = still_needed(std::move(*release), task.pack);
        if (!left) return std::unexpected(left.error());
        if (left->blocks.empty()) continue;
        again = stated(*left);
      }
      if (auto said = append_locked(again); !said) return said;
    }
    return append_locked(stated(GoneStatement{task.pack}));
  }

  /// Without the blocks of which no record can stand any longer where it says, once this pack is gone.
  Result<ReleaseStatement> still_needed(ReleaseStatement release, std::uint32_t going) {
    const auto link = index_.version_link(release.archive, release.number);
    if (!link) return std::unexpected(link.error());
    if (*link && *link != release.link) release.blocks.clear();
    const auto numbers = packs_.numbers();
    if (!numbers) return std::unexpected(numbers.error());
    const auto left_behind = index_.left_behind();
    if (!left_behind) return std::unexpected(left_behind.error());
    const auto stands = [&](std::uint32_t pack) { return pack != going && std::ranges::binary_search(*numbers, pack); };
    std::erase_if(release.blocks, [&](const Release& block) {
      const auto copy = std::ranges::find_if(*left_behind, stands);
      return !stands(block.up_to.pack) && (copy == left_behind->end() || *copy > block.up_to.pack);
    });
    return release;
  }

  // ---- Scrubbing: as compaction ----

  struct ScrubFound {
    std::vector<Located> damaged;                                     // by their headers
    std::vector<std::pair<std::uint64_t, std::uint64_t>> unreadable;  // from, to
  };
  /// Reads from `at` on, up to about so many octets, and says what is not what was stored. Moves `at` behind what was read.
  static ScrubFound read_on(const File& file, Place& at, std::uint64_t end, std::uint64_t octets) {
    ScrubFound found;
    const std::uint64_t enough = at.offset + octets;
    while (at.offset < end && at.offset < enough) {
      const auto read = read_record(file, at.pack, at.offset);
      if (read && read->state == RecordRead::State::whole) {
        at.offset += read->record.octets();
        continue;
      }
      const auto next = read ? behind(file, at.pack, at.offset, *read, end) : FileResult<std::uint64_t>(end);
      const std::uint64_t to = next ? *next : end;
      if (read && read->state == RecordRead::State::damaged && read->record.kind == RecordKind::block)
        found.damaged.push_back({read->record, at, false});
      else
        found.unreadable.emplace_back(at.offset, to);
      at.offset = to;
    }
    return found;
  }

  /// How many blocks count as lacking from now on.
  Result<std::uint64_t> name_locked(std::uint32_t pack, const ScrubFound& found) {
    std::uint64_t named = 0;
    const auto name_one = [&](const Located& block) -> Result<void> {
      const auto counts = where_locked(block.record.archive, block.record.id);
      if (!counts) return std::unexpected(counts.error());
      if (!*counts || (*counts)->place != block.place || (*counts)->damaged) return {};
      ++named;
      auto told = damaged_locked(**counts, "octets are not what was stored");
      return told ? Result<void>{} : std::unexpected(told.error());
    };
    for (const Located& block : found.damaged)
      if (auto told = name_one(block); !told) return std::unexpected(told.error());
    if (found.unreadable.empty()) return named;
    tell(fmt::format("{}: {} places are no whole records; `cofferd verify` says more", pack_name(pack), found.unreadable.size()));
    const auto blocks = index_.blocks_of(pack);
    if (!blocks) return std::unexpected(blocks.error());
    for (const Located& block : *blocks)
      for (const auto& [from, to] : found.unreadable)
        if (block.place.offset >= from && block.place.offset < to)
          if (auto told = name_one(block); !told) return std::unexpected(told.error());
    return named;
  }

  Result<Scrubbed> end_round_locked(const ScrubPlace& place, Scrubbed done) {
    done.ended = true;
    const std::pair<std::string_view, std::string> fields[] = {
        {"octets", std::to_string(place.octets)},
        {"damaged", std::to_string(place.damaged)},
        {"seconds", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(clock_() - place.began).count())}};
    if (auto noted = note_locked("scrub_ended", fields, Index::Durability::with_the_next); !noted) return std::unexpected(noted.error());
    if (auto kept = index_.set_scrub_place({.began = clock_()}); !kept) return std::unexpected(kept.error());
    return done;
  }

  // ---- Under mutex_ ----

  /// Blocks of an older generation may be gone: a version that counts on them must not be acknowledged.
  Result<void> check_generation(Archive archive) const {
    if (archive.generation == generation_) return {};
    return std::unexpected(Trouble{Trouble::Kind::lost, "blocks received earlier were lost by a failed write"});
  }

  Result<Place> append_locked(std::span<const Packs::Incoming> records) {
    if (packs_.begins_pack(records.front().record.octets()) && !packs_.unsynced().empty())
      if (auto settled = settle_locked(); !settled) return std::unexpected(settled.error());
    return packs_.append(records);
  }
  Result<void> append_locked(const Stated& statement) {
    const Packs::Incoming record{statement.record, statement.content};
    if (auto place = append_locked({&record, 1}); !place) return std::unexpected(place.error());
    return {};
  }

  Result<void> put_locked(std::span<const Packs::Incoming> run) {
    auto place = append_locked(run);
    if (!place) return std::unexpected(place.error());
    for (const auto& [record, content] : run) {
      received_[{record.archive, record.id}] = {record, *place, false};
      received_octets_ += record.octets();
      place->offset += record.octets();
    }
    return {};
  }

  std::string log_damage_text() const {
    return fmt::format("{}{} is damaged at frame {}: {} of its frames were left out, and lines of the event log with them", index_name,
                       wal_suffix, log_damage_->frame, log_damage_->left_out);
  }

  Result<void> note_log_damage() {
    tell(log_damage_text());
    const std::pair<std::string_view, std::string> fields[] = {{"frame", std::to_string(log_damage_->frame)},
                                                               {"frames_left_out", std::to_string(log_damage_->left_out)}};
    return note_locked("index_log_torn", fields, Index::Durability::at_once);
  }

  Result<void> note_recovered(const Recovered& recovered) {
    if (recovered.blocks == 0 && recovered.versions == 0 && recovered.octets_cut == 0 && recovered.losses.empty()) return {};
    std::vector<std::pair<std::string_view, std::string>> fields{{"blocks_indexed", std::to_string(recovered.blocks)},
                                                                 {"versions_indexed", std::to_string(recovered.versions)},
                                                                 {"octets_cut", std::to_string(recovered.octets_cut)}};
    for (const std::string& loss : recovered.losses) {
      fields.emplace_back("lost", loss);
      tell(loss);
    }
    return note_locked("store_recovered", fields, Index::Durability::at_once);
  }

  // [ARC-059] … make its records of archives, versions and computers anew from what is stored with the blocks.
  Result<void> mend() {
    const auto report = verify_store(packs_, index_);
    if (!report) return std::unexpected(report.error());
    std::uint64_t lost = 0;
    for (const Finding& finding : report->findings) {
      const bool is_loss =
          finding.kind == Finding::Kind::damaged || finding.kind == Finding::Kind::missing || finding.kind == Finding::Kind::version;
      lost += is_loss;
      if (is_loss) tell(text(finding));
    }
    if (report->rows_unproven == 0 && report->rows_mended == 0 && lost == 0) return {};
    tell(fmt::format("{} rows of the index were not what was written; {} rows were written anew from the packs", report->rows_unproven,
                     report->rows_mended));
    const std::pair<std::string_view, std::string> fields[] = {{"rows_unproven", std::to_string(report->rows_unproven)},
                                                               {"rows_mended", std::to_string(report->rows_mended)},
                                                               {"lost", std::to_string(lost)}};
    return note_locked("store_mended", fields, Index::Durability::at_once);
  }

  /// What an older program has put into the index alone, the packs say afterwards as well.
  Result<void> make_statements() {
    const auto archives = index_.archives();
    if (!archives) return std::unexpected(archives.error());
    for (const auto& [archive, owner] : *archives)
      for (std::uint64_t next = 1;;) {
        const auto page = index_.versions(archive, next, 100);
        if (!page) return std::unexpected(page.error());
        if (page->empty()) break;
        for (const protocol::VersionEntry& version : *page) {
          VersionStatement statement{archive, owner, version.number, {}, version.record};
          std::copy_n(version.link.begin(), std::min(version.link.size(), statement.link.size()), statement.link.begin());
          if (auto said = append_locked(stated(statement)); !said) return said;
          next = version.number + 1;
        }
      }
    const auto bindings = index_.bindings();
    if (!bindings) return std::unexpected(bindings.error());
    for (const auto& [computer, user] : *bindings)
      if (auto said = append_locked(stated(ComputerStatement{computer, user})); !said) return said;
    auto settled = settle_locked();
    return settled ? index_.statements_made() : settled;
  }

  Result<void> store_version_locked(const VersionStatement& statement, std::uint64_t session) {
    auto releases = staged_releases_locked(statement, session);
    if (!releases) return std::unexpected(releases.error());
    for (std::size_t from = 0; from < releases->blocks.size(); from += releases_per_statement_max) {
      const auto part = std::span(releases->blocks).subspan(from);
      const auto first = part.first(std::min(part.size(), releases_per_statement_max));
      if (auto said =
              append_locked(stated(ReleaseStatement{statement.archive, statement.number, statement.link, {first.begin(), first.end()}}));
          !said)
        return said;
    }
    // A version is stated only when its blocks, and what it releases, are on stable storage: where a statement is found whole, later damage
    // alone can have harmed what stands before it.
    auto stored = sync_locked();
    if (stored) stored = append_locked(stated(statement));
    if (stored) stored = settle_locked({.versions = {&statement, 1}, .released = {{statement.archive, releases->blocks}}});
    if (!stored) return stored;
    staged_.erase(session);
    std::uint64_t& used = used_octets_[statement.owner.user];
    used -= std::min(used, releases->octets);
    census_due_ |= !releases->blocks.empty();
    return stored;
  }

  struct Releases {
    std::vector<Release> blocks;
    std::uint64_t octets = 0;
  };
  // [ARC-108] A server MUST cease to have the blocks that a session has released when it commits the session's next version, in one with
  // it.
  /// What the session's commit releases: each block up to where it stands now.
  Result<Releases> staged_releases_locked(const VersionStatement& version, std::uint64_t session) {
    Releases releases;
    auto staged = staged_.find(session);
    if (fault::on(fault::ARC_109_remembered))
      staged = std::ranges::find_if(staged_, [&](const auto& one) { return one.second.archive == version.archive; });
    if (fault::on(fault::ARC_108_never_released)) return releases;
    if (staged == staged_.end() || staged->second.archive != version.archive) return releases;
    for (const Digest& id : staged->second.ids) {
      const auto block = where_locked(version.archive, id);
      if (!block) return std::unexpected(block.error());
      if (!*block) continue;
      releases.blocks.push_back({id, (*block)->place});
      releases.octets += (*block)->record.length;
    }
    return releases;
  }

  // [ARC-111] A server MUST NOT let the release of a block in one archive change what another archive has.
  bool is_staged(const Archive& archive, const Digest& id) const {
    if (fault::on(fault::ARC_111_of_all_archives))
      return std::ranges::any_of(staged_, [&](const auto& one) { return one.second.ids.contains(id); });
    const auto staged = staged_.find(archive.session);
    return staged != staged_.end() && staged->second.archive == archive.row && staged->second.ids.contains(id);
  }

  /// Where a block's record stands that counts; damaged ones too.
  Result<std::optional<Located>> where_locked(std::int64_t archive, const Digest& id) {
    if (const auto found = received_.find({archive, id}); found != received_.end()) return found->second;
    return index_.find(archive, id);
  }

  /// By how much a block adds to what its user has. Trouble over_quota when that is too much.
  Result<std::uint64_t> growth_locked(const Archive& archive, const Digest& id, std::uint64_t pending, std::uint64_t octets) {
    if (!options_.quota_octets) return 0;
    const auto known = where_locked(archive.row, id);
    if (!known) return std::unexpected(known.error());
    if (*known) return 0;
    const auto quota = options_.quota_octets(archive.owner.user);
    const std::uint64_t used = used_octets_[archive.owner.user] + pending;
    // [ARC-130] A server that grants a user so many octets of sealed blocks … when a block comes that would take them beyond
    if (quota && !fault::on(fault::ARC_130_any_number_of_octets) && (used > *quota || octets > *quota - used))
      return std::unexpected(Trouble{Trouble::Kind::over_quota,
                                     fmt::format("user {} has {} octets of blocks, its quota is {}", archive.owner.user, used, *quota)});
    return octets;
  }

  Result<void> count_used() {
    const auto archives = index_.archives();
    if (!archives) return std::unexpected(archives.error());
    const auto octets = index_.octets_by_archive();
    if (!octets) return std::unexpected(octets.error());
    used_octets_.clear();
    for (const auto& [archive, count] : *octets)
      if (const auto owner = archives->find(archive); owner != archives->end()) used_octets_[owner->second.user] += count;
    return {};
  }

  Result<void> store_early_locked() {
    if (!fault::on(fault::ARC_038_acknowledged_early) || !early_) return {};
    const auto statement = *std::exchange(early_, std::nullopt);
    return store_version_locked(statement, 0);
  }

  // [ARC-060] A server MUST have the version and every block … on stable storage … before it acknowledges: packs first, then one
  // transaction.
  Result<void> settle_locked(Addition addition = {}) {
    if (auto synced = sync_locked(); !synced) return synced;
    std::vector<Located> blocks;
    blocks.reserve(received_.size());
    for (const auto& [key, block] : received_) blocks.push_back(block);
    // [ARC-043] A server MUST show nothing of a version before its commit is complete.
    addition.blocks = blocks;
    addition.packs.insert(unindexed_.begin(), unindexed_.end());
    if (auto added = index_.add(addition); !added) return added;
    received_.clear();
    received_octets_ = 0;
    unindexed_.clear();
    return {};
  }

  Result<void> sync_locked() {
    const std::map<std::uint32_t, std::uint64_t> written = packs_.unsynced();
    for (const auto& [number, octets] : written) unindexed_[number] = octets;
    auto synced = packs_.sync();
    // A later sync may succeed without having stored anything: what was received and is not indexed counts as lost, and is taken back even
    // where an earlier sync has stored it. Left there, the next start would find it, when the same block stands behind it or was released.
    if (!synced) lose_received();
    return synced;
  }

  void lose_received() {
    if (const auto indexed = index_.packs()) packs_.discard(unindexed_, *indexed);
    received_.clear();
    received_octets_ = 0;
    unindexed_.clear();
    ++generation_;
    if (options_.quota_octets) (void)count_used();
  }

  Result<std::optional<StoredBlock>> damaged_locked(const Located& block, const std::string& why) {
    if (const auto found = received_.find({block.record.archive, block.record.id});
        found != received_.end() && found->second.place == block.place)
      received_.erase(found);
    if (auto marked = index_.set_damaged(block, true); !marked) return std::unexpected(marked.error());
    const std::pair<std::string_view, std::string> fields[] = {
        {"pack", std::to_string(block.place.pack)}, {"offset", std::to_string(block.place.offset)}, {"why", why}};
    if (block.damaged) return std::nullopt;
    tell(fmt::format("a block in {} at offset {}: {}; it counts as missing until a backup sends it again", pack_name(block.place.pack),
                     block.place.offset, why));
    if (auto noted = note_locked("block_damaged", fields, Index::Durability::with_the_next); !noted) return std::unexpected(noted.error());
    return std::nullopt;
  }

  void tell(const std::string& what) const {
    if (options_.on_damage) options_.on_damage(what);
  }

  Result<void> note_restore(std::string_view event, Archive archive, std::vector<std::pair<std::string_view, std::string>> fields) {
    fields.insert(fields.begin(),
                  {{"user", std::to_string(archive.owner.user)}, {"computer", fmt::format("{:016x}", archive.owner.computer)}});
    return note_locked(event, fields, Index::Durability::at_once);
  }

  Result<void> note_locked(std::string_view event, Fields fields, Index::Durability durability, Keep keep = Keep::always) {
    return index_.append_event(event, fields_json(fields), clock_(), durability, keep);
  }

  DirectoryLock lock_;
  std::filesystem::path index_file_;
  std::mutex mutex_;  // of everything below
  Index index_;
  std::optional<LogDamage> log_damage_;  // of the index's, as it was before it was opened
  Packs packs_;
  Clock clock_;
  StoreOptions options_;

  std::map<std::pair<std::int64_t, Digest>, Located> received_;  // appended, not yet indexed
  std::uint64_t received_octets_ = 0;
  std::map<std::uint32_t, std::uint64_t> unindexed_;  // packs written since the last transaction, and their ends
  std::uint64_t generation_ = 1;                      // counts losses
  std::optional<VersionStatement> early_;             // what a fault has acknowledged and not stored
  struct Staged {
    std::int64_t archive = 0;
    std::set<Digest> ids;
  };
  std::map<std::uint64_t, Staged> staged_;              // by session: what its commit will release
  std::map<std::uint64_t, std::uint64_t> used_octets_;  // by user; kept only where there are quotas
  std::atomic<std::uint64_t> operations_ = 0;
  std::mutex compacting_;  // before mutex_, of the two below
  std::optional<CompactionTask> task_;
  std::map<std::uint32_t, std::uint64_t> left_alone_;  // packs not worth it or not emptied, while so many octets of them count
  bool census_due_ = true;                             // more may be worth compacting than was known
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
Result<VerifyReport> Store::verify() { return impl_->verify(); }
Result<Scrubbed> Store::scrub_some(std::uint64_t octets) { return impl_->scrub_some(octets); }
std::uint64_t Store::operations() const { return impl_->operations(); }
Result<Compacted> Store::compact_some(std::uint64_t octets, Newest newest) { return impl_->compact_some(octets, newest); }

}  // namespace coffer::store
