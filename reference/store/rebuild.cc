#include "store/rebuild.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "store/chain.h"
#include "store/directory_lock.h"
#include "store/index.h"
#include "store/packs.h"
#include "store/salvage.h"
#include "store/tables.h"
#include "store/write_ahead_log.h"

namespace coffer::store {
namespace {

constexpr const char* shared_memory_suffix = "-shm";
const std::string new_name = std::string(index_name) + ".new";

std::string kept_name(unsigned number) { return fmt::format("{}.damaged-{}", index_name, number); }

bool stands(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

/// How many old indexes are kept already.
unsigned kept_before(const std::filesystem::path& directory) {
  unsigned number = 0;
  while (stands(directory / kept_name(number + 1))) ++number;
  return number;
}

class Rebuilding {
 public:
  Rebuilding(Packs& packs, Index index, Salvaged salvaged)
      : packs_(packs), index_(std::move(index)), salvaged_(std::move(salvaged)), archives_(salvaged_.archives) {}

  Result<RebuildReport> run(const Clock& clock, std::string kept) {
    report_.kept = std::move(kept);
    auto done = take_archives();
    if (done) done = all_packs();
    if (done) done = take_purged();
    if (done) done = take_owners();
    if (done) done = take_versions();
    if (done) done = take_releases();
    if (done) done = take_computers();
    if (done) done = take_events();
    if (done) done = count(clock);
    if (!done) return std::unexpected(done.error());
    return std::move(report_);
  }

 private:
  Result<void> take_archives() {
    for (const auto& [archive, owner] : salvaged_.archives)
      if (auto known = index_.know_archive(archive, std::nullopt); !known) return known;
    return {};
  }

  /// Not before it is known which were purged: the same user may have another archive of the same computer since.
  Result<void> take_owners() {
    for (const auto& [archive, owner] : archives_)
      if (owner.user != 0)
        if (auto known = index_.know_archive(archive, owner); !known) return known;
    return {};
  }

  Result<void> all_packs() {
    const auto standing = packs_.numbers();
    if (!standing) return std::unexpected(standing.error());
    for (const std::uint32_t number : *standing)
      if (auto done = pack(number); !done) return done;
    for (const auto& [number, octets] : salvaged_.packs) {
      if (std::binary_search(standing->begin(), standing->end(), number) || gone_.contains(number) || octets == 0) continue;
      find({Finding::Kind::pack, number, 0, 0, 0, {}, fmt::format("it is gone, {} octets of it were indexed", octets)});
      if (auto noted = index_.add({.packs = {{number, octets}}}); !noted) return noted;  // its number is not used again
    }
    return {};
  }

  /// Walks from record to record. Where none stands, goes on at the next one.
  Result<void> pack(std::uint32_t number) {
    const auto file = packs_.file(number);
    if (!file) return std::unexpected(file.error());
    const auto size = (*file)->size();
    if (!size) return std::unexpected(trouble(size.error()));
    const auto header = pack_header_whole(**file, number);
    if (!header) return std::unexpected(trouble(header.error()));
    if (!*header && *size > pack_header_octets) find({Finding::Kind::pack, number, 0, 0, 0, {}, "the pack's header is damaged"});
    if (const auto known = salvaged_.packs.find(number); known != salvaged_.packs.end() && *size < known->second)
      find({Finding::Kind::pack, number, 0, 0, 0, {}, fmt::format("it has {} octets, {} were indexed", *size, known->second)});

    std::vector<Located> blocks;
    std::uint64_t offset = pack_header_octets;
    while (offset < *size) {
      const auto read = read_record(**file, number, offset);
      if (!read) return std::unexpected(trouble(read.error()));
      const Place place{number, offset};
      if (read->state == RecordRead::State::whole) {
        if (auto taken = take(place, *read, blocks); !taken) return taken;
        offset += read->record.octets();
        continue;
      }
      const auto next = skip(**file, place, *read, *size, blocks);
      if (!next) return std::unexpected(next.error());
      offset = *next;
    }
    ++report_.packs;
    report_.octets += *size;
    // All of it counts as indexed, so that nothing is cut off as a torn end: who looks for what was lost looks there.
    return index_.add({.blocks = blocks, .packs = {{number, std::max<std::uint64_t>(*size, pack_header_octets)}}});
  }

  Result<void> take(const Place& place, const RecordRead& read, std::vector<Located>& blocks) {
    if (read.record.kind == RecordKind::block && read.record.archive > 0) {
      blocks.push_back({read.record, place, false});
      return know(read.record.archive, std::nullopt);
    }
    if (auto version = version_in(read)) {
      auto known = know(version->archive, version->owner);
      versions_[version->archive].take(std::move(*version));
      return known;
    }
    if (auto release = release_in(read)) releases_.push_back(std::move(*release));
    if (const auto gone = gone_in(read)) gone_.insert(gone->pack);
    if (const auto purged = purged_in(read)) purged_.insert(purged->archive);
    if (const auto computer = computer_in(read)) computers_[computer->computer] = computer->user;
    return {};
  }

  Result<void> know(std::int64_t archive, const std::optional<Owner>& owner) {
    const auto [found, is_new] = archives_.try_emplace(archive);
    if (owner && found->second.user == 0) found->second = *owner;
    return is_new ? index_.know_archive(archive, std::nullopt) : Result<void>{};
  }

  /// Names what is no whole record, and says where the next one stands.
  Result<std::uint64_t> skip(const File& file, const Place& place, const RecordRead& read, std::uint64_t size,
                             std::vector<Located>& blocks) {
    const bool headed = read.state == RecordRead::State::damaged;
    const auto next = behind(file, place.pack, place.offset, read, size);
    if (!next) return std::unexpected(trouble(next.error()));
    if (!headed)
      find({Finding::Kind::unreadable, place.pack, place.offset, 0, 0, {}, fmt::format("{} octets are no record", *next - place.offset)});
    else
      damaged_.push_back({read.record, place, true});
    if (headed && read.record.kind == RecordKind::block && read.record.archive > 0) {
      blocks.push_back(damaged_.back());
      if (auto known = know(read.record.archive, std::nullopt); !known) return std::unexpected(known.error());
    }
    return *next;
  }

  /// What was purged does not come back, wherever it stands.
  Result<void> take_purged() {
    bool only_there = false;
    for (const auto& [archive, owner] : salvaged_.archives)
      if (owner == purged_owner(archive)) only_there |= purged_.insert(archive).second;
    if (only_there)
      if (auto noted = index_.owe_statements(); !noted) return noted;
    for (const std::int64_t archive : purged_) {
      archives_.erase(archive);
      versions_.erase(archive);
    }
    std::erase_if(salvaged_.versions, [&](const VersionStatement& version) { return purged_.contains(version.archive); });
    std::erase_if(damaged_, [&](const Located& record) { return purged_.contains(record.record.archive); });
    const std::vector<std::int64_t> all(purged_.begin(), purged_.end());
    return index_.add({.purged = all});
  }

  /// The packs say which versions there are; where they no longer do, what the old index proves.
  Result<void> take_versions() {
    // An index before format 4 was alone in saying it.
    if (salvaged_.incomplete.contains("versions") &&
        ((salvaged_.format && !packs_say(*salvaged_.format)) || (versions_.empty() && !archives_.empty())))
      find({Finding::Kind::version, 0, 0, 0, 0, {}, "which versions there were, nothing says wholly any longer"});
    bool only_there = false;
    for (VersionStatement& version : salvaged_.versions) only_there |= versions_[version.archive].fill(std::move(version));
    if (only_there)
      if (auto noted = index_.owe_statements(); !noted) return noted;
    for (const auto& [archive, chain] : versions_) {
      if (auto known = know(archive, std::nullopt); !known) return known;
      const Owner owner = archives_[archive];
      ChainEnd end;
      std::vector<VersionStatement> all;
      for (const auto& [number, version] : chain.versions()) {
        if (number != end.number + 1)
          find({Finding::Kind::version, 0, end.number + 1, owner.user, owner.computer, {}, "nothing says it any longer"});
        else if (version.link != link_of(end.link, number, version.record))
          find({Finding::Kind::version, 0, number, owner.user, owner.computer, {}, "it does not continue the chain"});
        end = {number, version.link};
        all.push_back(version);
      }
      if (auto added = index_.add({.versions = all}); !added) return added;
    }
    return {};
  }

  /// What a version released does not come back, however late its last record stands.
  Result<void> take_releases() {
    for (const ReleaseStatement& release : releases_) {
      const auto link = index_.version_link(release.archive, release.number);
      if (!link) return std::unexpected(link.error());
      if (*link != release.link) continue;
      if (auto released = index_.add({.released = {{release.archive, release.blocks}}}); !released) return released;
    }
    return {};
  }

  Result<void> take_computers() {
    bool only_there = false;
    for (const auto& [computer, user] : salvaged_.computers) only_there |= computers_.try_emplace(computer, user).second;
    if (only_there)
      if (auto noted = index_.owe_statements(); !noted) return noted;
    std::vector<ComputerStatement> all;
    for (const auto& [computer, user] : computers_) all.push_back({computer, user});
    return index_.add({.computers = all});
  }

  /// Where lines are missing, one of our own says so, and the chain begins again behind it.
  Result<void> take_events() {
    std::vector<Event> all;
    Event last;  // number 0: none yet
    bool gaps = false;
    for (auto& [number, event] : salvaged_.events) {
      const bool forgotten = event.event.empty();
      if (!forgotten && number != last.number + 1) {
        Event gap{number - 1, event.time, events_lost, fmt::format(R"({{"from":"{}","to":"{}"}})", last.number + 1, number - 1), {}};
        gap.hash = event_hash(last.hash, gap);
        find({Finding::Kind::event, 0, last.number + 1, 0, 0, {}, fmt::format("lost, with all up to {}", number - 1)});
        gaps = true;
        all.push_back(std::move(gap));
      }
      last = event;
      all.push_back(std::move(event));
    }
    if (salvaged_.incomplete.contains("events") && !gaps)
      find({Finding::Kind::event, 0, last.number + 1, 0, 0, {}, "lost, with all after it, if there were any"});
    return index_.take_events(all, salvaged_.passing_events);
  }

  /// Whether another record, or the old index, says what a damaged one did.
  Result<bool> is_said_elsewhere(const Located& damaged) {
    if (damaged.record.kind == RecordKind::version || damaged.record.kind == RecordKind::version_again) {
      const auto chain = versions_.find(damaged.record.archive);
      return chain != versions_.end() &&
             std::ranges::any_of(chain->second.versions(), [&](const auto& version) { return version.second.link == damaged.record.id; });
    }
    if (damaged.record.kind == RecordKind::computer) return !salvaged_.incomplete.contains("computers");
    const auto now = index_.find(damaged.record.archive, damaged.record.id);
    if (!now) return std::unexpected(now.error());
    return !*now || (*now)->place != damaged.place;  // without a row it was released
  }

  Result<void> count(const Clock& clock) {
    for (const Located& record : damaged_) {
      const auto elsewhere = is_said_elsewhere(record);
      if (!elsewhere) return std::unexpected(elsewhere.error());
      if (*elsewhere) continue;
      const Owner owner = archives_[record.record.archive];
      const bool is_block = record.record.kind == RecordKind::block;
      find({is_block ? Finding::Kind::damaged : Finding::Kind::record, record.place.pack, record.place.offset, owner.user, owner.computer,
            is_block ? std::optional(record.record.id) : std::nullopt,
            record.record.kind == RecordKind::computer ? "whose a computer is can no longer be read"
                                                       : "its octets are not what was stored"});
    }
    for (const auto& [archive, owner] : archives_)
      if (archive > 0 && owner.user == 0)
        find({Finding::Kind::owner, 0, static_cast<std::uint64_t>(archive), 0, 0, {}, "whose archive it is, nothing says any longer"});
    const auto totals = index_.totals();
    if (!totals) return std::unexpected(totals.error());
    report_.archives = totals->archives;
    report_.blocks = totals->blocks;
    report_.versions = totals->versions;
    report_.computers = totals->computers;
    report_.events = totals->events;
    const auto fields = fmt::format(R"({{"kept":"{}","versions":"{}","blocks":"{}","losses":"{}"}})", report_.kept, totals->versions,
                                    totals->blocks, report_.findings.size());
    return index_.append_event("store_rebuilt", fields, clock(), Index::Durability::at_once, Keep::always);
  }

  void find(Finding finding) { report_.findings.push_back(std::move(finding)); }

  Packs& packs_;
  Index index_;
  Salvaged salvaged_;
  std::map<std::int64_t, Owner> archives_;  // user 0: not known yet
  std::map<std::int64_t, StatedChain> versions_;
  std::map<std::uint64_t, std::uint64_t> computers_;
  std::vector<ReleaseStatement> releases_;
  std::set<std::uint32_t> gone_;  // as statements say
  std::set<std::int64_t> purged_;
  std::vector<Located> damaged_;
  RebuildReport report_;
};

/// A write-ahead log left behind would be taken for the new index's, and belongs to the old one.
FileResult<void> keep_log(const std::filesystem::path& directory, FileSystem& home, unsigned keep_as) {
  const auto log = std::string(index_name) + wal_suffix;
  return stands(directory / log) ? home.rename(log, kept_name(keep_as) + wal_suffix) : FileResult<void>{};
}

/// The new index on stable storage, then the old one aside with what belongs to it, then the new one in its place.
FileResult<void> exchange(const std::filesystem::path& directory, FileSystem& home, unsigned keep_as) {
  auto file = home.open(new_name, OpenMode::existing);
  if (!file) return std::unexpected(file.error());
  auto done = (*file)->sync();
  if (done && stands(directory / index_name)) done = home.rename(index_name, kept_name(keep_as));
  if (done) done = keep_log(directory, home, keep_as);
  std::error_code ignored;
  if (done) std::filesystem::remove(directory / (std::string(index_name) + shared_memory_suffix), ignored);
  if (done) done = home.sync_folder(".");
  if (done) done = home.rename(new_name, index_name);
  if (done) done = home.sync_folder(".");
  return done;
}

}  // namespace

Result<RebuildReport> rebuild(const std::filesystem::path& directory, FileSystem& files, FileSystem& home, const Clock& clock) {
  const auto lock = DirectoryLock::take(directory);
  if (!lock) return std::unexpected(lock.error());
  Packs packs(files, 0);
  // An interrupted rebuilding may have put the old index aside already.
  const bool is_aside = !stands(directory / index_name);
  const unsigned kept = kept_before(directory);
  const bool was_interrupted = is_aside && stands(directory / new_name);
  const unsigned keep_as = is_aside ? std::max(kept, 1U) : kept + 1;
  const std::string old = is_aside ? kept_name(keep_as) : index_name;

  if (was_interrupted)
    if (auto kept_too = keep_log(directory, home, keep_as); !kept_too) return std::unexpected(trouble(kept_too.error()));
  const auto log_damage = damage_of_log(directory / (old + wal_suffix));
  auto salvaged = salvage(directory / old);
  if (!salvaged) return std::unexpected(salvaged.error());
  if (log_damage) salvaged->incomplete.insert("events");
  if (is_aside && !was_interrupted) salvaged->incomplete.insert("events");  // what was kept is older than what is gone
  std::error_code ignored;
  std::filesystem::remove(directory / new_name, ignored);
  auto index = Index::make(directory / new_name);
  if (!index) return std::unexpected(index.error());
  const bool keeps = !is_aside || kept > 0;
  auto report = Rebuilding(packs, std::move(*index), std::move(*salvaged)).run(clock, keeps ? kept_name(keep_as) : "");
  if (!report) return report;
  if (auto exchanged = exchange(directory, home, keep_as); !exchanged) return std::unexpected(trouble(exchanged.error()));
  return report;
}

}  // namespace coffer::store
