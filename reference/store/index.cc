#include "store/index.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "store/tables.h"

namespace coffer::store {
namespace {

Trouble index_missing() {
  return {Trouble::Kind::corrupt, "packs stand here, but the index that says what is in them is empty or missing"};
}

bool beyond_sqlite(std::uint64_t number) { return number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()); }

constexpr std::string_view block_columns = "archive, id, pack, offset, length, damaged";

/// A row of blocks is what was written: any other is as good as none, and its block is asked for again.
const std::string block_proven = fmt::format("sum IS row_sum('blocks', {})", block_columns);
constexpr std::string_view version_proven = "sum IS row_sum('versions', archive, number, link, record)";

/// Row of block_columns. Its checksum only its record says.
Located located(const Row& row) {
  Located block;
  block.record.archive = row.number(0);
  row.digest(1, block.record.id);
  block.place = {static_cast<std::uint32_t>(row.number(2)), row.bits(3)};
  block.record.length = static_cast<std::uint32_t>(row.number(4));
  block.damaged = row.number(5) != 0;
  return block;
}

}  // namespace

Result<Index> Index::open(const std::filesystem::path& file, bool packs_exist) {
  std::error_code ignored;
  if (packs_exist && !std::filesystem::exists(file, ignored)) return std::unexpected(advised(file, index_missing()));
  auto database = Database::open(file, Database::Access::read_write_create);
  if (!database) return std::unexpected(advised(file, database.error()));
  Index index(std::move(*database), file);
  if (auto prepared = index.prepare(packs_exist); !prepared) {
    index.database_.leave_log();
    return std::unexpected(advised(file, prepared.error()));
  }
  return index;
}

Trouble advised(const std::filesystem::path& file, Trouble trouble) {
  if (trouble.kind != Trouble::Kind::corrupt) return trouble;
  const auto name = file.string() + ": ";
  if (!trouble.what.starts_with(name)) trouble.what.insert(0, name);
  std::error_code ignored;
  trouble.what += fmt::format("; nothing was changed. `cofferd rebuild --data {}` makes the index anew from the packs{}",
                              file.parent_path().string(), std::filesystem::exists(file, ignored) ? " and keeps this one" : "");
  return trouble;
}

Result<void> Index::prepare(bool packs_exist) {
  const auto format = format_of(database_, file_);
  if (!format) return std::unexpected(format.error());
  const std::int64_t version = *format;
  std::int64_t tables_found = 0;
  auto read = database_.run("SELECT count(*) FROM sqlite_schema", {}, [&](const Row& row) { tables_found = row.number(0); });
  if (!read) return read;
  if (version == 0 && tables_found != 0) return std::unexpected(Trouble{Trouble::Kind::corrupt, "not an index of this program"});
  if (version == 0 && packs_exist) return std::unexpected(index_missing());

  auto ready = database_.script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
  // Of formats before 3 no row proves itself: what is wrong there cannot be told from what is right.
  if (ready && (version == 1 || version == 2)) ready = check_old();
  if (ready && version >= 3) ready = check(Depth::at_start);
  if (ready && version < format_owing) ready = make_tables(database_, version);
  if (ready) ready = check_schema(database_);
  owes_statements_ = version != 0 && !packs_say(version);
  return ready;
}

Result<Index> Index::make(const std::filesystem::path& file) {
  auto database = Database::open(file, Database::Access::read_write_create);
  if (!database) return std::unexpected(database.error());
  auto made = database->script("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
  if (made) made = make_tables(*database, 0);
  if (!made) return std::unexpected(made.error());
  return Index(std::move(*database), file);
}

Result<void> Index::owe_statements() {
  owes_statements_ = true;
  return database_.script("PRAGMA user_version = 5");
}

Result<void> Index::statements_made() {
  owes_statements_ = false;
  return database_.script("PRAGMA user_version = 6");
}

// SQLite compares each row with its sum and with every index of its table. An index that differs from rows that their sums prove is made
// anew. A row that its sum does not prove is for verification to name; but [ARC-058] where it says whose an archive or a computer is, or
// where the stored octets end, nobody can be served by guessing.
Result<void> Index::check(Depth depth) {
  std::string damage;
  std::set<std::string> wrong;
  const auto look = [&](const Row& row) {
    const std::string line(row.text(0));
    if (line == "ok") return;
    const auto index = line.find(" index ");
    const bool of_index = index != line.npos && (line.starts_with("row ") || line.starts_with("wrong # of entries in index ") ||
                                                 line.starts_with("non-unique entry in index "));
    const bool of_row = line.starts_with("CHECK constraint failed in ");
    const bool of_mendable_row = of_row && (line.ends_with(" blocks") || line.ends_with(" versions"));
    // What left_behind and scrub say is of no weight: at worst something is read again, or kept longer than it need be.
    const bool of_provable_row =
        of_mendable_row || (of_row && (line.ends_with(" events") || line.ends_with(" left_behind") || line.ends_with(" scrub")));
    needs_mending_ |= of_mendable_row;
    if (of_index)
      wrong.insert(line.substr(index + std::string_view(" index ").size()));
    else if (!of_provable_row && damage.empty())
      damage = line;
  };
  Result<void> checked;
  if (depth == Depth::whole) {
    checked = database_.run("PRAGMA integrity_check(1000)", {}, look);
  } else {
    for (const std::string_view pragma : {"PRAGMA quick_check(1000)", "PRAGMA integrity_check(archives)", "PRAGMA integrity_check(packs)",
                                          "PRAGMA integrity_check(versions)", "PRAGMA integrity_check(computers)"})
      if (checked) checked = database_.run(pragma, {}, look);
  }
  if (checked && !damage.empty()) return std::unexpected(Trouble{Trouble::Kind::corrupt, damage});
  if (checked && !wrong.empty())
    if (auto made = database_.script("REINDEX"); !made)
      return std::unexpected(Trouble{Trouble::Kind::corrupt, *wrong.begin() + " cannot be made anew: " + made.error().what});
  rebuilt_.merge(wrong);
  return checked;
}

Result<void> Index::check_wholly() {
  auto checked = check(Depth::whole);
  return checked ? checked : std::unexpected(advised(file_, checked.error()));
}

Result<void> Index::check_old() {
  std::string damage;
  auto checked = database_.run("PRAGMA integrity_check(1)", {}, [&](const Row& row) { damage = row.text(0); });
  if (checked && damage != "ok") return std::unexpected(Trouble{Trouble::Kind::corrupt, damage});
  return checked;
}

Result<void> Index::each_unproven(const std::function<void(std::string_view table, const std::string& row)>& take) {
  Result<void> read;
  const auto look = [&](std::string_view table, std::string_view sql) {
    if (read) read = database_.run(sql, {}, [&](const Row& row) { take(table, std::string(row.text(0))); });
  };
  static const std::string blocks =
      fmt::format("SELECT 'block ' || lower(hex(id)) || ' of archive ' || archive FROM blocks WHERE NOT ({})", block_proven);
  static const std::string versions =
      fmt::format("SELECT 'version ' || number || ' of archive ' || archive FROM versions WHERE NOT ({})", version_proven);
  look("blocks", blocks);
  look("versions", versions);
  look("events", "SELECT 'event ' || number FROM events WHERE sum IS NOT row_sum('events', number, time_ms, event, fields, hash, passing)");
  return read;
}

Result<void> Index::forget_unproven() {
  static const std::string blocks = fmt::format("DELETE FROM blocks WHERE NOT ({})", block_proven);
  static const std::string versions = fmt::format("DELETE FROM versions WHERE NOT ({})", version_proven);
  auto transaction = Transaction::begin(database_);
  if (!transaction) return std::unexpected(transaction.error());
  auto done = database_.run(blocks);
  if (done) done = database_.run(versions);
  if (done) done = transaction->commit();
  if (done) needs_mending_ = false;
  return done;
}

Result<void> Index::put_back(const Located& block) {
  return database_.run(
      "INSERT OR REPLACE INTO blocks(archive, id, pack, offset, length) VALUES(?, ?, ?, ?, ?)",
      {block.record.archive, View(block.record.id), std::int64_t{block.place.pack}, block.place.offset, std::int64_t{block.record.length}});
}

Result<void> Index::forget(const Located& block) {
  return database_.run("DELETE FROM blocks WHERE archive = ? AND id = ?", {block.record.archive, View(block.record.id)});
}

Result<std::int64_t> Index::archive_of(std::uint64_t user, std::uint64_t computer) {
  std::int64_t archive = 0;
  const auto find = [&] {
    // [ARC-058] A server MUST NOT give a session an archive by a record of its own that is no longer what it wrote.
    return database_.run("SELECT row FROM archives WHERE user = ? AND computer = ? AND sum IS row_sum('archives', row, user, computer)",
                         {user, computer}, [&](const Row& row) { archive = row.number(0); });
  };
  auto done = find();
  if (done && archive == 0) {
    done =
        database_.run("INSERT INTO archives(row, user, computer) SELECT coalesce(max(row), 0) + 1, ?, ? FROM archives", {user, computer});
    if (done) done = find();
  }
  if (!done) return std::unexpected(done.error());
  return archive;
}

Result<std::map<std::int64_t, Owner>> Index::archives() {
  std::map<std::int64_t, Owner> all;
  auto read = database_.run("SELECT row, user, computer FROM archives", {}, [&](const Row& row) {
    const Owner owner{row.bits(1), row.bits(2)};
    if (owner != purged_owner(row.number(0))) all[row.number(0)] = owner;
  });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<std::set<std::int64_t>> Index::purged() {
  std::set<std::int64_t> all;
  auto read =
      database_.run("SELECT row FROM archives WHERE user = 0 AND computer = -row", {}, [&](const Row& row) { all.insert(row.number(0)); });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<std::optional<Located>> Index::find(std::int64_t archive, const Digest& id) {
  static const std::string sql = fmt::format("SELECT {} FROM blocks WHERE archive = ? AND id = ? AND {}", block_columns, block_proven);
  std::optional<Located> found;
  auto read = database_.run(sql, {archive, View(id)}, [&](const Row& row) { found = located(row); });
  if (!read) return std::unexpected(read.error());
  return found;
}

Result<void> Index::set_damaged(const Located& block, bool damaged) {
  return database_.run(
      "UPDATE blocks SET damaged = ? WHERE archive = ? AND id = ? AND pack = ? AND offset = ?",
      {std::int64_t{damaged}, block.record.archive, View(block.record.id), std::int64_t{block.place.pack}, block.place.offset});
}

Result<void> Index::lose_beyond(std::uint32_t pack, std::uint64_t octets) {
  static const std::string sql =
      fmt::format("UPDATE blocks SET damaged = 1 WHERE pack = ? AND offset + length + ? > ? AND {}", block_proven);
  return database_.run(sql, {std::int64_t{pack}, std::uint64_t{record_header_octets}, octets});
}

Result<std::vector<Located>> Index::blocks_of(std::uint32_t pack) {
  static const std::string sql = fmt::format("SELECT {} FROM blocks WHERE pack = ? AND {} ORDER BY offset", block_columns, block_proven);
  std::vector<Located> blocks;
  auto read = database_.run(sql, {std::int64_t{pack}}, [&](const Row& row) { blocks.push_back(located(row)); });
  if (!read) return std::unexpected(read.error());
  return blocks;
}

Result<void> Index::each_block_by_place(const std::function<Result<void>(const Located&)>& take) {
  static const std::string sql = fmt::format("SELECT {} FROM blocks WHERE {} ORDER BY pack, offset", block_columns, block_proven);
  Result<void> done;
  auto read = database_.run(sql, {}, [&](const Row& row) {
    if (done) done = take(located(row));
  });
  return read ? done : read;
}

Result<std::vector<Digest>> Index::block_ids(std::int64_t archive, const Digest& after, std::size_t limit) {
  static const std::string sql = fmt::format("SELECT id FROM blocks WHERE archive = ? AND id > ? AND {} ORDER BY id LIMIT ?", block_proven);
  std::vector<Digest> ids;
  auto read = database_.run(sql, {archive, View(after), std::uint64_t{limit}}, [&](const Row& row) { row.digest(0, ids.emplace_back()); });
  if (!read) return std::unexpected(read.error());
  return ids;
}

Result<std::map<std::int64_t, std::uint64_t>> Index::octets_by_archive() {
  std::map<std::int64_t, std::uint64_t> all;
  auto read = database_.run("SELECT archive, sum(length) FROM blocks GROUP BY archive", {},
                            [&](const Row& row) { all[row.number(0)] = row.bits(1); });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<std::map<std::uint32_t, std::uint64_t>> Index::packs() {
  std::map<std::uint32_t, std::uint64_t> all;
  auto read = database_.run("SELECT number, indexed_octets FROM packs", {},
                            [&](const Row& row) { all[static_cast<std::uint32_t>(row.number(0))] = row.bits(1); });
  if (!read) return std::unexpected(read.error());
  return all;
}

// A pack that nothing counts on stands as one of no octets: the shortest that is counted on has a header.
Result<std::vector<std::uint32_t>> Index::emptied_packs() {
  std::vector<std::uint32_t> all;
  auto read = database_.run("SELECT number FROM packs WHERE indexed_octets = 0", {},
                            [&](const Row& row) { all.push_back(static_cast<std::uint32_t>(row.number(0))); });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<void> Index::forget_pack(std::uint32_t pack) {
  auto transaction = Transaction::begin(database_);
  if (!transaction) return std::unexpected(transaction.error());
  auto done = database_.run("DELETE FROM packs WHERE number = ?", {std::int64_t{pack}});
  if (done) done = database_.run("DELETE FROM left_behind WHERE pack = ?", {std::int64_t{pack}});
  return done ? transaction->commit() : done;
}

Result<std::set<std::uint32_t>> Index::left_behind() {
  std::set<std::uint32_t> all;
  auto read =
      database_.run("SELECT pack FROM left_behind", {}, [&](const Row& row) { all.insert(static_cast<std::uint32_t>(row.number(0))); });
  if (!read) return std::unexpected(read.error());
  return all;
}

// A place that is not what was written is none: the reading begins again.
Result<std::optional<ScrubPlace>> Index::scrub_place() {
  std::optional<ScrubPlace> place;
  auto read = database_.run(
      "SELECT pack, offset, began_ms, octets, damaged FROM scrub WHERE row = 1 AND "
      "sum IS row_sum('scrub', row, pack, offset, began_ms, octets, damaged)",
      {}, [&](const Row& row) {
        place = {{static_cast<std::uint32_t>(row.number(0)), row.bits(1)},
                 WallTime(std::chrono::milliseconds(row.number(2))),
                 row.bits(3),
                 row.bits(4)};
      });
  if (!read) return std::unexpected(read.error());
  return place;
}

Result<void> Index::set_scrub_place(const ScrubPlace& place) {
  (void)database_.run("PRAGMA synchronous = NORMAL");  // lost with the power, some of it is read again
  auto set = database_.run("INSERT OR REPLACE INTO scrub(row, pack, offset, began_ms, octets, damaged) VALUES(1, ?, ?, ?, ?, ?)",
                           {std::int64_t{place.next.pack}, place.next.offset, std::int64_t{place.began.time_since_epoch().count()},
                            place.octets, place.damaged});
  auto restored = database_.run("PRAGMA synchronous = FULL");
  return set ? restored : set;
}

Result<void> Index::know_archive(std::int64_t archive, const std::optional<Owner>& owner) {
  auto done = database_.run("INSERT OR IGNORE INTO archives(row, user, computer) VALUES(?, 0, ?)", {archive, nobody(archive).computer});
  if (done && owner)
    done = database_.run("UPDATE OR IGNORE archives SET user = ?, computer = ? WHERE row = ? AND user = 0 AND computer = row",
                         {owner->user, owner->computer, archive});
  return done;
}

Result<void> Index::add(const Addition& addition) {
  auto added = try_to_add(addition);
  if (added || added.error().kind != Trouble::Kind::corrupt) return added;
  // A damaged row of a block is not what the ways into the table say: they are made anew, and the row can be written over.
  auto anew = database_.script("REINDEX blocks");
  return anew ? try_to_add(addition) : added;
}

/// A block that the archive has moves to the new place, and leaves a copy behind at its old one; a damaged one is not taken for it.
Result<void> Index::add_block(const Located& block) {
  auto added = database_.run(
      "INSERT INTO blocks(archive, id, pack, offset, length, damaged) VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT(archive, id) DO NOTHING",
      {block.record.archive, View(block.record.id), std::int64_t{block.place.pack}, block.place.offset, std::int64_t{block.record.length},
       std::int64_t{block.damaged}});
  if (!added || database_.changed() != 0 || block.damaged) return added;
  added =
      database_.run("INSERT OR IGNORE INTO left_behind(pack) SELECT pack FROM blocks WHERE archive = ? AND id = ? AND pack BETWEEN 1 AND ?",
                    {block.record.archive, View(block.record.id), std::int64_t{std::numeric_limits<std::uint32_t>::max()}});
  if (!added) return added;
  return database_.run(
      "UPDATE blocks SET pack = ?, offset = ?, length = ?, damaged = 0 WHERE archive = ? AND id = ?",
      {std::int64_t{block.place.pack}, block.place.offset, std::int64_t{block.record.length}, block.record.archive, View(block.record.id)});
}

/// The row stays, so that its number is given to no other archive.
Result<void> Index::purge(std::int64_t archive) {
  auto done = database_.run("DELETE FROM blocks WHERE archive = ?", {archive});
  if (done) done = database_.run("DELETE FROM versions WHERE archive = ?", {archive});
  if (done)
    done = database_.run(
        "INSERT INTO archives(row, user, computer) VALUES(?, 0, ?) ON CONFLICT(row) DO UPDATE SET user = 0, computer = excluded.computer",
        {archive, purged_owner(archive).computer});
  return done;
}

Result<void> Index::try_to_add(const Addition& addition) {
  auto transaction = Transaction::begin(database_);
  if (!transaction) return std::unexpected(transaction.error());
  for (const Located& block : addition.blocks)
    if (auto added = add_block(block); !added) return added;
  for (const auto& [archive, blocks] : addition.released)
    for (const Release& block : blocks) {
      auto released = database_.run("DELETE FROM blocks WHERE archive = ? AND id = ? AND (pack, offset) <= (?, ?)",
                                    {archive, View(block.id), std::int64_t{block.up_to.pack}, block.up_to.offset});
      if (!released) return released;
    }
  for (const auto& [number, octets] : addition.packs) {
    auto noted = database_.run(
        "INSERT INTO packs(number, indexed_octets) VALUES(?, ?) ON CONFLICT(number) DO UPDATE SET indexed_octets = "
        "excluded.indexed_octets",
        {std::int64_t{number}, octets});
    if (!noted) return noted;
  }
  if (addition.emptied)
    if (auto emptied = database_.run("UPDATE packs SET indexed_octets = 0 WHERE number = ?", {std::int64_t{*addition.emptied}}); !emptied)
      return emptied;
  constexpr std::string_view plain = "INSERT INTO versions(archive, number, link, record) VALUES(?, ?, ?, ?)";
  static const std::string over_unproven =
      fmt::format("{} ON CONFLICT(archive, number) DO UPDATE SET link = excluded.link, record = excluded.record WHERE NOT ({})", plain,
                  "versions.sum IS row_sum('versions', versions.archive, versions.number, versions.link, versions.record)");
  for (const VersionStatement& version : addition.versions) {
    auto added = database_.run(addition.over_unproven ? std::string_view(over_unproven) : plain,
                               {version.archive, version.number, View(version.link), View(version.record)});
    if (!added) return added;
  }
  for (const ComputerStatement& computer : addition.computers) {
    auto added =
        database_.run("INSERT INTO computers(computer, user) VALUES(?, ?) ON CONFLICT(computer) DO UPDATE SET user = excluded.user",
                      {computer.computer, computer.user});
    if (!added) return added;
  }
  for (const std::int64_t archive : addition.purged)
    if (auto purged = purge(archive); !purged) return purged;
  return transaction->commit();
}

Result<void> Index::put_back(const VersionStatement& version) {
  return database_.run(
      "INSERT INTO versions(archive, number, link, record) VALUES(?, ?, ?, ?) ON CONFLICT(archive, number) DO UPDATE SET "
      "link = excluded.link, record = excluded.record",
      {version.archive, version.number, View(version.link), View(version.record)});
}

Result<ChainEnd> Index::chain_end(std::int64_t archive) {
  static const std::string sql =
      fmt::format("SELECT number, link FROM versions WHERE archive = ? AND {} ORDER BY number DESC LIMIT 1", version_proven);
  ChainEnd end;
  auto read = database_.run(sql, {archive}, [&](const Row& row) {
    end.number = row.bits(0);
    row.digest(1, end.link);
  });
  if (!read) return std::unexpected(read.error());
  return end;
}

Result<bool> Index::has_version(std::int64_t archive, std::uint64_t number) {
  static const std::string sql = fmt::format("SELECT 1 FROM versions WHERE archive = ? AND number = ? AND {}", version_proven);
  bool found = false;
  if (beyond_sqlite(number)) return found;
  auto read = database_.run(sql, {archive, number}, [&](const Row&) { found = true; });
  if (!read) return std::unexpected(read.error());
  return found;
}

Result<std::optional<Digest>> Index::version_link(std::int64_t archive, std::uint64_t number) {
  static const std::string sql = fmt::format("SELECT link FROM versions WHERE archive = ? AND number = ? AND {}", version_proven);
  std::optional<Digest> link;
  if (beyond_sqlite(number)) return link;
  auto read = database_.run(sql, {archive, number}, [&](const Row& row) { row.digest(0, link.emplace()); });
  if (!read) return std::unexpected(read.error());
  return link;
}

Result<std::vector<protocol::VersionEntry>> Index::versions(std::int64_t archive, std::uint64_t from, std::size_t limit) {
  static const std::string sql = fmt::format(
      "SELECT number, link, record FROM versions WHERE archive = ? AND number >= ? AND {} ORDER BY number LIMIT ?", version_proven);
  std::vector<protocol::VersionEntry> entries;
  if (beyond_sqlite(from)) return entries;
  auto read = database_.run(sql, {archive, from, std::uint64_t{limit}}, [&](const Row& row) {
    const View link = row.octets(1), record = row.octets(2);
    entries.push_back({row.bits(0), {link.begin(), link.end()}, {record.begin(), record.end()}});
  });
  if (!read) return std::unexpected(read.error());
  return entries;
}

Result<void> Index::each_version(std::int64_t archive, const std::function<void(VersionStatement version, bool proven)>& take) {
  static const std::string sql =
      fmt::format("SELECT number, link, record, {} FROM versions WHERE archive = ? ORDER BY number", version_proven);
  return database_.run(sql, {archive}, [&](const Row& row) {
    const View record = row.octets(2);
    VersionStatement version{archive, {}, row.bits(0), {}, {record.begin(), record.end()}};
    row.digest(1, version.link);
    take(std::move(version), row.number(3) != 0);
  });
}

Result<void> Index::append_event(std::string_view event, std::string_view fields, WallTime now, Durability durability, Keep keep) {
  if (!last_event_) {
    last_event_.emplace();
    auto read = database_.run("SELECT number, hash FROM events ORDER BY number DESC LIMIT 1", {}, [&](const Row& row) {
      last_event_->first = row.bits(0);
      row.digest(1, last_event_->second);
    });
    if (!read) {
      last_event_.reset();
      return read;
    }
  }
  Event line{last_event_->first + 1, now, std::string(event), std::string(fields), {}};
  line.hash = event_hash(last_event_->second, line);
  // Without its own sync, a line costs no disk access: the log's next synced transaction carries it along, in order.
  if (durability == Durability::with_the_next) (void)database_.run("PRAGMA synchronous = NORMAL");
  auto added = database_.run("INSERT INTO events(number, time_ms, event, fields, hash, passing) VALUES(?, ?, ?, ?, ?, ?)",
                             {line.number, std::int64_t{line.time.time_since_epoch().count()}, line.event, line.fields, View(line.hash),
                              std::int64_t{keep == Keep::while_new}});
  if (durability == Durability::with_the_next)
    if (auto restored = database_.run("PRAGMA synchronous = FULL"); !restored) return restored;
  if (!added) return added;
  last_event_ = {line.number, line.hash};
  if (keep == Keep::while_new && passing_events_) ++*passing_events_;
  return added;
}

// A forgotten line keeps its number and hash for the one after it; of several in a row the last does.
Result<void> Index::forget_events_beyond(std::uint64_t passing_max) {
  if (!passing_events_) {
    auto counted =
        database_.run("SELECT count(*) FROM events WHERE passing = 1", {}, [&](const Row& row) { passing_events_ = row.bits(0); });
    if (!counted) return counted;
  }
  while (*passing_events_ > passing_max) {
    auto transaction = Transaction::begin(database_);
    if (!transaction) return std::unexpected(transaction.error());
    std::uint64_t number = 0;
    auto done = database_.run("SELECT min(number) FROM events WHERE passing = 1", {}, [&](const Row& row) { number = row.bits(0); });
    if (done) done = database_.run("UPDATE events SET event = '', fields = '{}', passing = 0 WHERE number = ?", {number});
    if (done) done = database_.run("DELETE FROM events WHERE number = ? AND event = ''", {number - 1});
    if (done) done = transaction->commit();
    if (!done) return done;
    --*passing_events_;
  }
  return {};
}

Result<void> Index::each_event(const std::function<void(const Event&)>& take) {
  return database_.run("SELECT number, time_ms, event, fields, hash FROM events ORDER BY number", {}, [&](const Row& row) {
    Event event;
    read_event(row, event);
    take(event);
  });
}

Result<std::map<std::uint64_t, std::uint64_t>> Index::bindings() {
  std::map<std::uint64_t, std::uint64_t> all;
  auto read = database_.run("SELECT computer, user FROM computers", {}, [&](const Row& row) { all[row.bits(0)] = row.bits(1); });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<bool> Index::is_bound(std::uint64_t computer) {
  bool bound = false;
  auto read = database_.run("SELECT 1 FROM computers WHERE computer = ?", {computer}, [&](const Row&) { bound = true; });
  if (!read) return std::unexpected(read.error());
  return bound;
}

Result<void> Index::take_events(std::span<const Event> events, const std::set<std::uint64_t>& passing) {
  auto transaction = Transaction::begin(database_);
  if (!transaction) return std::unexpected(transaction.error());
  for (const Event& event : events) {
    auto added = database_.run("INSERT INTO events(number, time_ms, event, fields, hash, passing) VALUES(?, ?, ?, ?, ?, ?)",
                               {event.number, std::int64_t{event.time.time_since_epoch().count()}, event.event, event.fields,
                                View(event.hash), std::int64_t{passing.contains(event.number)}});
    if (!added) return added;
  }
  return transaction->commit();
}

Result<Totals> Index::totals() {
  Totals totals;
  auto read = database_.run(
      "SELECT (SELECT count(*) FROM archives WHERE user <> 0 OR computer > 0), (SELECT count(*) FROM blocks), (SELECT count(*) FROM "
      "versions), "
      "(SELECT count(*) FROM computers), (SELECT count(*) FROM events WHERE event <> '')",
      {}, [&](const Row& row) {
        totals = {row.bits(0), row.bits(1), row.bits(2), row.bits(3), row.bits(4)};
      });
  if (!read) return std::unexpected(read.error());
  return totals;
}

bool read_event(const Row& row, Event& into) {
  into.number = row.bits(0);
  into.time = WallTime(std::chrono::milliseconds(row.number(1)));
  into.event = row.text(2);
  into.fields = row.text(3);
  return row.digest(4, into.hash);
}

}  // namespace coffer::store
