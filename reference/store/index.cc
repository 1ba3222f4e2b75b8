#include "store/index.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

namespace coffer::store {
namespace {

constexpr std::int64_t format_version = 4;  // since 4 the packs say what versions there are; the tables are those of 3

// One `blocks` row for each block of an archive; the pair (pack, offset) belongs to one block at most. Each row has the sum of its
// values: SQLite writes it, and its integrity check compares it. What the sum proves, an index can be made from anew.
constexpr const char* tables = R"sql(
CREATE TABLE archives(row INTEGER PRIMARY KEY, user INTEGER NOT NULL, computer INTEGER NOT NULL,
  sum BLOB NOT NULL AS (row_sum('archives', row, user, computer)) STORED CHECK(sum = row_sum('archives', row, user, computer)),
  UNIQUE(user, computer)) STRICT;
CREATE TABLE packs(number INTEGER PRIMARY KEY, indexed_octets INTEGER NOT NULL,
  sum BLOB NOT NULL AS (row_sum('packs', number, indexed_octets)) STORED CHECK(sum = row_sum('packs', number, indexed_octets))) STRICT;
CREATE TABLE blocks(
  archive INTEGER NOT NULL REFERENCES archives, id BLOB NOT NULL, checksum BLOB NOT NULL,
  pack INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, damaged INTEGER NOT NULL DEFAULT 0,
  sum BLOB NOT NULL AS (row_sum('blocks', archive, id, checksum, pack, offset, length, damaged)) STORED
    CHECK(sum = row_sum('blocks', archive, id, checksum, pack, offset, length, damaged)),
  PRIMARY KEY(archive, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX blocks_by_place ON blocks(pack, offset);
CREATE TABLE versions(
  archive INTEGER NOT NULL REFERENCES archives, number INTEGER NOT NULL, link BLOB NOT NULL, record BLOB NOT NULL,
  sum BLOB NOT NULL AS (row_sum('versions', archive, number, link, record)) STORED
    CHECK(sum = row_sum('versions', archive, number, link, record)),
  PRIMARY KEY(archive, number)) STRICT;
CREATE TABLE events(
  number INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, event TEXT NOT NULL, fields TEXT NOT NULL, hash BLOB NOT NULL,
  passing INTEGER NOT NULL DEFAULT 0,
  sum BLOB NOT NULL AS (row_sum('events', number, time_ms, event, fields, hash, passing)) STORED
    CHECK(sum = row_sum('events', number, time_ms, event, fields, hash, passing))) STRICT;
CREATE INDEX passing_events ON events(number) WHERE passing = 1;
CREATE TABLE computers(computer INTEGER PRIMARY KEY, user INTEGER NOT NULL,
  sum BLOB NOT NULL AS (row_sum('computers', computer, user)) STORED CHECK(sum = row_sum('computers', computer, user))) STRICT;
PRAGMA application_id = 0x43464652;
PRAGMA user_version = 4;
)sql";

constexpr const char* from_format_1 = "ALTER TABLE events ADD COLUMN passing INTEGER NOT NULL DEFAULT 0;";

// The tables are made anew, so that they read as those of a new database do.
constexpr const char* from_format_2 = R"sql(
DROP INDEX IF EXISTS passing_events;
DROP INDEX blocks_by_place;
ALTER TABLE archives RENAME TO old_archives;
ALTER TABLE packs RENAME TO old_packs;
ALTER TABLE blocks RENAME TO old_blocks;
ALTER TABLE versions RENAME TO old_versions;
ALTER TABLE events RENAME TO old_events;
ALTER TABLE computers RENAME TO old_computers;
)sql";

constexpr const char* into_format_3 = R"sql(
INSERT INTO archives(row, user, computer) SELECT row, user, computer FROM old_archives;
INSERT INTO packs(number, indexed_octets) SELECT number, indexed_octets FROM old_packs;
INSERT INTO blocks(archive, id, checksum, pack, offset, length, damaged)
  SELECT archive, id, checksum, pack, offset, length, damaged FROM old_blocks;
INSERT INTO versions(archive, number, link, record) SELECT archive, number, link, record FROM old_versions;
INSERT INTO events(number, time_ms, event, fields, hash, passing) SELECT number, time_ms, event, fields, hash, passing FROM old_events;
INSERT INTO computers(computer, user) SELECT computer, user FROM old_computers;
DROP TABLE old_computers;
DROP TABLE old_events;
DROP TABLE old_versions;
DROP TABLE old_blocks;
DROP TABLE old_packs;
DROP TABLE old_archives;
PRAGMA user_version = 3;
)sql";

/// Makes the tables, or makes them out of those of an older format: wholly or not at all.
Result<void> make_tables(Database& database, std::int64_t from) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return std::unexpected(transaction.error());
  Result<void> made;
  if (from == 1) made = database.script(from_format_1);
  if (made && from != 0) made = database.script(from_format_2);
  if (made) made = database.script(tables);
  if (made && from != 0) made = database.script(into_format_3);
  return made ? transaction->commit() : made;
}

/// What the database's tables and indexes are, in SQL.
Result<std::string> schema_of(Database& database) {
  std::string schema;
  auto read = database.run("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name", {}, [&](const Row& row) {
    for (int column = 0; column < 4; ++column) schema.append(row.text(column)).push_back('\n');
  });
  if (!read) return std::unexpected(read.error());
  return schema;
}

/// Whether the tables are what this program makes: an octet changed there changes what all later rows are.
Result<void> check_schema(Database& database) {
  auto fresh = Database::open(":memory:", Database::Access::read_write_create);
  if (!fresh) return std::unexpected(fresh.error());
  if (auto made = make_tables(*fresh, 0); !made) return made;
  const auto stands = schema_of(database), expected = schema_of(*fresh);
  if (!stands || !expected) return std::unexpected(stands ? expected.error() : stands.error());
  if (*stands != *expected) return std::unexpected(Trouble{Trouble::Kind::corrupt, "its tables are not those that this program makes"});
  return {};
}

Trouble index_missing() {
  return {Trouble::Kind::corrupt, "packs stand here, but the index that says what is in them is empty or missing"};
}

bool beyond_sqlite(std::uint64_t number) { return number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()); }

constexpr std::string_view block_columns = "archive, id, checksum, pack, offset, length, damaged";

/// A row of blocks is what was written: any other is as good as none, and its block is asked for again.
const std::string block_proven = fmt::format("sum IS row_sum('blocks', {})", block_columns);
constexpr std::string_view version_proven = "sum IS row_sum('versions', archive, number, link, record)";

/// Row of block_columns.
Located located(const Row& row) {
  Located block;
  block.record.archive = row.number(0);
  row.digest(1, block.record.id);
  row.digest(2, block.record.checksum);
  block.place = {static_cast<std::uint32_t>(row.number(3)), row.bits(4)};
  block.record.length = static_cast<std::uint32_t>(row.number(5));
  block.damaged = row.number(6) != 0;
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

Result<std::int64_t> format_of(Database& database, const std::filesystem::path& file) {
  std::int64_t version = 0;
  if (auto read = database.run("PRAGMA user_version", {}, [&](const Row& row) { version = row.number(0); }); !read)
    return std::unexpected(read.error());
  if (version <= format_version) return version;
  Trouble newer{Trouble::Kind::newer,
                fmt::format("{} has format {}, this program knows up to {}: use a newer program", file.string(), version, format_version)};
  if (has_our_tables(database))
    newer.what += fmt::format(
        "; if no newer program has written it, its number is damaged: `cofferd rebuild --data {}` makes the index anew and keeps this one",
        file.parent_path().string());
  return std::unexpected(std::move(newer));
}

bool has_our_tables(Database& database) { return check_schema(database).has_value(); }

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
  if (ready && version < 3) ready = make_tables(database_, version);
  if (ready) ready = check_schema(database_);
  owes_statements_ = version != 0 && version != format_version;
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
  return database_.script("PRAGMA user_version = 3");
}

Result<void> Index::statements_made() {
  owes_statements_ = false;
  return database_.script("PRAGMA user_version = 4");
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
    const bool of_provable_row = of_mendable_row || (of_row && line.ends_with(" events"));
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
  auto transaction = Transaction::begin(database_);
  if (!transaction) return std::unexpected(transaction.error());
  auto done = database_.run("DELETE FROM blocks WHERE pack = ? AND offset = ?", {std::int64_t{block.place.pack}, block.place.offset});
  if (done)
    done = database_.run("INSERT OR REPLACE INTO blocks(archive, id, checksum, pack, offset, length) VALUES(?, ?, ?, ?, ?, ?)",
                         {block.record.archive, View(block.record.id), View(block.record.checksum), std::int64_t{block.place.pack},
                          block.place.offset, std::int64_t{block.record.length}});
  return done ? transaction->commit() : done;
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
    all[row.number(0)] = {row.bits(1), row.bits(2)};
  });
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
  return database_.run("UPDATE blocks SET damaged = ? WHERE pack = ? AND offset = ?",
                       {std::int64_t{damaged}, std::int64_t{block.place.pack}, block.place.offset});
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

Result<std::map<std::uint32_t, std::uint64_t>> Index::packs() {
  std::map<std::uint32_t, std::uint64_t> all;
  auto read = database_.run("SELECT number, indexed_octets FROM packs", {},
                            [&](const Row& row) { all[static_cast<std::uint32_t>(row.number(0))] = row.bits(1); });
  if (!read) return std::unexpected(read.error());
  return all;
}

Result<void> Index::know_archive(std::int64_t archive, const std::optional<Owner>& owner) {
  auto done = database_.run("INSERT OR IGNORE INTO archives(row, user, computer) VALUES(?, 0, ?)", {archive, archive});
  if (done && owner)
    done = database_.run("UPDATE OR IGNORE archives SET user = ?, computer = ? WHERE row = ? AND user = 0",
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

Result<void> Index::try_to_add(const Addition& addition) {
  auto transaction = Transaction::begin(database_);
  if (!transaction) return std::unexpected(transaction.error());
  for (const Located& block : addition.blocks) {
    auto added = block.damaged ? database_.run(
                                     "INSERT INTO blocks(archive, id, checksum, pack, offset, length, damaged) VALUES(?, ?, ?, ?, ?, ?, 1) "
                                     "ON CONFLICT(archive, id) DO NOTHING",
                                     {block.record.archive, View(block.record.id), View(block.record.checksum),
                                      std::int64_t{block.place.pack}, block.place.offset, std::int64_t{block.record.length}})
                               : database_.run(
                                     "INSERT INTO blocks(archive, id, checksum, pack, offset, length) VALUES(?, ?, ?, ?, ?, ?) "
                                     "ON CONFLICT(archive, id) DO UPDATE SET checksum = excluded.checksum, pack = excluded.pack, "
                                     "offset = excluded.offset, length = excluded.length, damaged = 0",
                                     {block.record.archive, View(block.record.id), View(block.record.checksum),
                                      std::int64_t{block.place.pack}, block.place.offset, std::int64_t{block.record.length}});
    if (!added) return added;
  }
  for (const auto& [number, octets] : addition.packs) {
    auto noted = database_.run(
        "INSERT INTO packs(number, indexed_octets) VALUES(?, ?) ON CONFLICT(number) DO UPDATE SET indexed_octets = "
        "excluded.indexed_octets",
        {std::int64_t{number}, octets});
    if (!noted) return noted;
  }
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
      "SELECT (SELECT count(*) FROM archives), (SELECT count(*) FROM blocks), (SELECT count(*) FROM versions), "
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
