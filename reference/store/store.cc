#include "store/store.h"

#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include <fmt/core.h>

#include <algorithm>
#include "fault/switch.h"
#include "store/chain.h"
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
  Impl(DirectoryLock lock, Index index, std::optional<LogDamage> log_damage, FileSystem& files, Clock clock, StoreOptions options)
      : lock_(std::move(lock)),
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
    return {};
  }

  Result<Archive> archive_of(std::uint64_t user, std::uint64_t computer) {
    const std::lock_guard lock(mutex_);
    const auto row = index_.archive_of(user, computer);
    if (!row) return std::unexpected(row.error());
    return Archive{*row, generation_, {user, computer}};
  }

  Result<std::vector<std::uint16_t>> missing(Archive archive, View ids) {
    const std::lock_guard lock(mutex_);
    const auto reading = index_.reading();
    if (!reading) return std::unexpected(reading.error());
    std::vector<std::uint16_t> indices;
    std::set<Digest> seen;
    for (std::size_t i = 0; (i + 1) * 32 <= ids.size(); ++i) {
      const Digest id = digest_at(ids, i);
      if (!seen.insert(id).second || received_.contains({archive.row, id})) continue;
      const auto found = index_.find(archive.row, id);
      if (!found) return std::unexpected(found.error());
      if (!*found || (*found)->damaged || fault::on(fault::ARC_033_known_ones_too)) indices.push_back(static_cast<std::uint16_t>(i));
    }
    if (fault::on(fault::ARC_033_last_overlooked) && !indices.empty()) indices.pop_back();
    return indices;
  }

  Result<void> put(Archive archive, std::span<const NewBlock> blocks) {
    const std::lock_guard lock(mutex_);
    if (auto fresh = check_generation(archive); !fresh) return fresh;
    while (!blocks.empty()) {
      std::vector<Packs::Incoming> run;
      std::uint64_t octets = 0;
      for (const NewBlock& block : blocks.first(std::min(blocks.size(), written_together_max))) {
        const Record record{archive.row, block.id, block.checksum, static_cast<std::uint32_t>(block.sealed.size())};
        octets += record.octets();
        if (!run.empty() && (octets > written_octets_max || packs_.begins_pack(octets))) break;
        run.push_back({record, block.sealed});
      }
      if (auto appended = put_locked(run); !appended) return appended;
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
    if (auto stored = store_version_locked(statement); !stored) return std::unexpected(stored.error());
    return CommitOutcome::committed;
  }

  Result<VersionPage> versions(Archive archive, std::uint64_t from, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    if (auto stored = store_early_locked(); !stored) return std::unexpected(stored.error());
    // [ARC-040] … from the stated number on, in ascending order
    auto entries = index_.versions(archive.row, fault::on(fault::ARC_040_from_the_first) ? 1 : from, limit + 1);
    if (!entries) return std::unexpected(entries.error());
    // [ARC-041] … at most three versions into one answer and set more exactly when there are others beyond them
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
        const auto block = find_locked(archive, digest_at(ids, i));
        if (!block) return std::unexpected(block.error());
        if (!*block) {
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
        auto content = read_content(**file, block.place.pack, block.place.offset, block.record);
        // [ARC-057] … exactly as they were stored: what does not prove it is not sent.
        if (content && *content) {
          found.push_back(StoredBlock{block.record.checksum, std::move(**content)});
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
    return said ? settle_locked({}, {&statement, 1}) : said;
  }

  Result<VerifyReport> verify() {
    const std::lock_guard lock(mutex_);
    if (!received_.empty())
      if (auto settled = settle_locked(); !settled) return std::unexpected(settled.error());
    auto report = verify_store(packs_, index_);
    if (report && log_damage_) report->findings.insert(report->findings.begin(), {Finding::Kind::event, 0, 0, 0, 0, {}, log_damage_text()});
    return report;
  }

 private:
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

  Result<std::optional<Located>> find_locked(Archive archive, const Digest& id) {
    if (const auto found = received_.find({archive.row, id}); found != received_.end()) return found->second;
    return index_.find(archive.row, id);
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

  Result<void> store_version_locked(const VersionStatement& statement) {
    // A version is stated only when its blocks are on stable storage: where a statement is found whole, later damage alone can have harmed
    // what stands before it.
    auto stored = sync_locked();
    if (stored) stored = append_locked(stated(statement));
    return stored ? settle_locked({&statement, 1}) : stored;
  }

  Result<void> store_early_locked() {
    if (!fault::on(fault::ARC_038_acknowledged_early) || !early_) return {};
    const auto statement = *std::exchange(early_, std::nullopt);
    return store_version_locked(statement);
  }

  // [ARC-060] A server MUST have the version and every block … on stable storage … before it acknowledges: packs first, then one
  // transaction.
  Result<void> settle_locked(std::span<const VersionStatement> versions = {}, std::span<const ComputerStatement> computers = {}) {
    if (auto synced = sync_locked(); !synced) return synced;
    std::vector<Located> blocks;
    blocks.reserve(received_.size());
    for (const auto& [key, block] : received_) blocks.push_back(block);
    // [ARC-043] A server MUST show nothing of a version before its commit is complete.
    if (auto added = index_.add({blocks, unindexed_, versions, computers}); !added) return added;
    received_.clear();
    received_octets_ = 0;
    unindexed_.clear();
    return {};
  }

  Result<void> sync_locked() {
    const std::map<std::uint32_t, std::uint64_t> written = packs_.unsynced();
    for (const auto& [number, octets] : written) unindexed_[number] = octets;
    auto synced = packs_.sync();
    // A later sync may succeed without having stored anything: what was received since the last one counts as lost.
    if (!synced) lose_received();
    return synced;
  }

  void lose_received() {
    if (const auto indexed = index_.packs()) packs_.discard_unsynced(*indexed);
    received_.clear();
    received_octets_ = 0;
    unindexed_.clear();
    ++generation_;
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
  auto impl = std::make_unique<Impl>(std::move(*lock), std::move(*index), log_damage, files, std::move(clock), options);
  if (auto started = impl->start(); !started) return std::unexpected(started.error());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Result<Archive> Store::archive_of(std::uint64_t user, std::uint64_t computer) { return impl_->archive_of(user, computer); }
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
Result<std::map<std::uint64_t, std::uint64_t>> Store::bindings() { return impl_->bindings(); }
Result<void> Store::bind(std::uint64_t computer, std::uint64_t user) { return impl_->bind(computer, user); }
Result<VerifyReport> Store::verify() { return impl_->verify(); }

}  // namespace coffer::store
