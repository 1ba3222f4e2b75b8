#include "store/tables.h"

#include <fmt/core.h>

namespace coffer::store {
namespace {

// Each row has the sum of its values: SQLite writes it, and its integrity check compares it. What the sum proves, an index can be made from
// anew.
constexpr const char* lasting_tables = R"sql(
CREATE TABLE archives(row INTEGER PRIMARY KEY, user INTEGER NOT NULL, computer INTEGER NOT NULL,
  sum BLOB NOT NULL AS (row_sum('archives', row, user, computer)) STORED CHECK(sum = row_sum('archives', row, user, computer)),
  UNIQUE(user, computer)) STRICT;
CREATE TABLE packs(number INTEGER PRIMARY KEY, indexed_octets INTEGER NOT NULL,
  sum BLOB NOT NULL AS (row_sum('packs', number, indexed_octets)) STORED CHECK(sum = row_sum('packs', number, indexed_octets))) STRICT;
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
)sql";

// One row for each block of an archive: this table is nearly all of the index. What its record in the pack says as well (the checksum) is
// not in it, and nothing leads to it but archive and id: who needs the rows of a pack reads all of them.
//
// left_behind: packs that may still hold a copy of a block which has its row elsewhere. scrub: how far the background reading has come.
constexpr const char* present_tables = R"sql(
CREATE TABLE blocks(
  archive INTEGER NOT NULL REFERENCES archives, id BLOB NOT NULL,
  pack INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, damaged INTEGER NOT NULL DEFAULT 0,
  sum BLOB NOT NULL AS (row_sum('blocks', archive, id, pack, offset, length, damaged)) STORED
    CHECK(sum = row_sum('blocks', archive, id, pack, offset, length, damaged)),
  PRIMARY KEY(archive, id)) STRICT, WITHOUT ROWID;
CREATE TABLE left_behind(pack INTEGER PRIMARY KEY,
  sum BLOB NOT NULL AS (row_sum('left_behind', pack)) STORED CHECK(sum = row_sum('left_behind', pack))) STRICT;
CREATE TABLE scrub(row INTEGER PRIMARY KEY, pack INTEGER NOT NULL, offset INTEGER NOT NULL, began_ms INTEGER NOT NULL,
  octets INTEGER NOT NULL, damaged INTEGER NOT NULL,
  sum BLOB NOT NULL AS (row_sum('scrub', row, pack, offset, began_ms, octets, damaged)) STORED
    CHECK(sum = row_sum('scrub', row, pack, offset, began_ms, octets, damaged))) STRICT;
PRAGMA user_version = 6;
)sql";

// What formats 3 and 4 had in place of present_tables.
constexpr const char* tables_of_4 = R"sql(
CREATE TABLE blocks(
  archive INTEGER NOT NULL REFERENCES archives, id BLOB NOT NULL, checksum BLOB NOT NULL,
  pack INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, damaged INTEGER NOT NULL DEFAULT 0,
  sum BLOB NOT NULL AS (row_sum('blocks', archive, id, checksum, pack, offset, length, damaged)) STORED
    CHECK(sum = row_sum('blocks', archive, id, checksum, pack, offset, length, damaged)),
  PRIMARY KEY(archive, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX blocks_by_place ON blocks(pack, offset);
)sql";

constexpr const char* from_format_1 = "ALTER TABLE events ADD COLUMN passing INTEGER NOT NULL DEFAULT 0;";

// The tables are made anew, so that they read as those of a new database do.
constexpr const char* from_format_2 = R"sql(
DROP INDEX IF EXISTS passing_events;
ALTER TABLE archives RENAME TO old_archives;
ALTER TABLE packs RENAME TO old_packs;
ALTER TABLE versions RENAME TO old_versions;
ALTER TABLE events RENAME TO old_events;
ALTER TABLE computers RENAME TO old_computers;
)sql";

constexpr const char* into_format_3 = R"sql(
INSERT INTO archives(row, user, computer) SELECT row, user, computer FROM old_archives;
INSERT INTO packs(number, indexed_octets) SELECT number, indexed_octets FROM old_packs;
INSERT INTO versions(archive, number, link, record) SELECT archive, number, link, record FROM old_versions;
INSERT INTO events(number, time_ms, event, fields, hash, passing) SELECT number, time_ms, event, fields, hash, passing FROM old_events;
INSERT INTO computers(computer, user) SELECT computer, user FROM old_computers;
)sql";

constexpr const char* drop_old = R"sql(
DROP TABLE old_computers;
DROP TABLE old_events;
DROP TABLE old_versions;
DROP TABLE old_packs;
DROP TABLE old_archives;
)sql";

constexpr const char* from_format_4 = R"sql(
DROP INDEX blocks_by_place;
ALTER TABLE blocks RENAME TO old_blocks;
)sql";

// A block that was sent again after damage left its first record behind, and nothing says where.
constexpr const char* into_format_5 = R"sql(
INSERT INTO blocks(archive, id, pack, offset, length, damaged) SELECT archive, id, pack, offset, length, damaged FROM old_blocks;
INSERT INTO left_behind(pack) SELECT number FROM packs;
DROP TABLE old_blocks;
)sql";

/// What the database's tables and indexes are, in SQL.
Result<std::string> schema_of(Database& database) {
  std::string schema;
  auto read = database.run("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name", {}, [&](const Row& row) {
    for (int column = 0; column < 4; ++column) schema.append(row.text(column)).push_back('\n');
  });
  if (!read) return std::unexpected(read.error());
  return schema;
}

Result<bool> has_tables(Database& database, const char* others) {
  auto fresh = Database::open(":memory:", Database::Access::read_write_create);
  if (!fresh) return std::unexpected(fresh.error());
  auto made = fresh->script(lasting_tables);
  if (made) made = fresh->script(others);
  if (!made) return std::unexpected(made.error());
  const auto stands = schema_of(database), expected = schema_of(*fresh);
  if (!stands || !expected) return std::unexpected(stands ? expected.error() : stands.error());
  return *stands == *expected;
}

Result<std::int64_t> number_of(Database& database) {
  std::int64_t version = 0;
  auto read = database.run("PRAGMA user_version", {}, [&](const Row& row) { version = row.number(0); });
  if (!read) return std::unexpected(read.error());
  return version;
}

}  // namespace

Result<std::int64_t> format_of(Database& database, const std::filesystem::path& file) {
  const auto version = number_of(database);
  if (!version || *version <= format_version) return version;
  Trouble newer{Trouble::Kind::newer,
                fmt::format("{} has format {}, this program knows up to {}: use a newer program", file.string(), *version, format_version)};
  if (has_our_tables(database))
    newer.what += fmt::format(
        "; if no newer program has written it, its number is damaged: `cofferd rebuild --data {}` makes the index anew and keeps this one",
        file.parent_path().string());
  return std::unexpected(std::move(newer));
}

bool packs_say(std::int64_t format) { return format == 4 || format == format_version; }

Result<void> make_tables(Database& database, std::int64_t from) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return std::unexpected(transaction.error());
  Result<void> made;
  const auto then = [&](bool wanted, const char* sql) {
    if (made && wanted) made = database.script(sql);
  };
  const bool before_3 = from == 1 || from == 2;
  then(from != 0, from_format_4);
  then(from == 1, from_format_1);
  then(before_3, from_format_2);
  then(from == 0 || before_3, lasting_tables);
  then(before_3, into_format_3);
  then(true, present_tables);
  then(from != 0, into_format_5);
  then(before_3, drop_old);
  then(from != 0 && !packs_say(from), "PRAGMA user_version = 5");
  return made ? transaction->commit() : made;
}

Result<void> check_schema(Database& database) {
  const auto ours = has_tables(database, present_tables);
  if (!ours) return std::unexpected(ours.error());
  if (!*ours) return std::unexpected(Trouble{Trouble::Kind::corrupt, "its tables are not those that this program makes"});
  return {};
}

bool has_our_tables(Database& database) {
  return has_tables(database, present_tables).value_or(false) || has_tables(database, tables_of_4).value_or(false);
}

}  // namespace coffer::store
