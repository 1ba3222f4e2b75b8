// Makes of an index's tables those of an older format, with the same rows.
#pragma once

namespace coffer::store {

inline constexpr const char* to_format_4 = R"sql(
PRAGMA foreign_keys = OFF;
ALTER TABLE blocks RENAME TO newer_blocks;
CREATE TABLE blocks(
  archive INTEGER NOT NULL REFERENCES archives, id BLOB NOT NULL, checksum BLOB NOT NULL,
  pack INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, damaged INTEGER NOT NULL DEFAULT 0,
  sum BLOB NOT NULL AS (row_sum('blocks', archive, id, checksum, pack, offset, length, damaged)) STORED
    CHECK(sum = row_sum('blocks', archive, id, checksum, pack, offset, length, damaged)),
  PRIMARY KEY(archive, id)) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX blocks_by_place ON blocks(pack, offset);
INSERT INTO blocks(archive, id, checksum, pack, offset, length, damaged)
  SELECT archive, id, zeroblob(32), pack, offset, length, damaged FROM newer_blocks;
DROP TABLE newer_blocks;
DROP TABLE left_behind;
DROP TABLE scrub;
PRAGMA user_version = 4;
)sql";

/// Of the tables of format 4.
inline constexpr const char* to_format_2 = R"sql(
PRAGMA foreign_keys = OFF;
DROP INDEX passing_events;
DROP INDEX blocks_by_place;
CREATE TABLE a(row INTEGER PRIMARY KEY, user INTEGER NOT NULL, computer INTEGER NOT NULL, UNIQUE(user, computer)) STRICT;
CREATE TABLE p(number INTEGER PRIMARY KEY, indexed_octets INTEGER NOT NULL) STRICT;
CREATE TABLE b(
  archive INTEGER NOT NULL REFERENCES archives, id BLOB NOT NULL, checksum BLOB NOT NULL,
  pack INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL, damaged INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(archive, id)) STRICT, WITHOUT ROWID;
CREATE TABLE v(
  archive INTEGER NOT NULL REFERENCES archives, number INTEGER NOT NULL, link BLOB NOT NULL, record BLOB NOT NULL,
  PRIMARY KEY(archive, number)) STRICT;
CREATE TABLE e(
  number INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, event TEXT NOT NULL, fields TEXT NOT NULL, hash BLOB NOT NULL,
  passing INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE c(computer INTEGER PRIMARY KEY, user INTEGER NOT NULL) STRICT;
INSERT INTO a SELECT row, user, computer FROM archives;
INSERT INTO p SELECT number, indexed_octets FROM packs;
INSERT INTO b SELECT archive, id, checksum, pack, offset, length, damaged FROM blocks;
INSERT INTO v SELECT archive, number, link, record FROM versions;
INSERT INTO e SELECT number, time_ms, event, fields, hash, passing FROM events;
INSERT INTO c SELECT computer, user FROM computers;
DROP TABLE blocks; DROP TABLE versions; DROP TABLE archives; DROP TABLE packs; DROP TABLE events; DROP TABLE computers;
ALTER TABLE a RENAME TO archives; ALTER TABLE p RENAME TO packs; ALTER TABLE b RENAME TO blocks; ALTER TABLE v RENAME TO versions;
ALTER TABLE e RENAME TO events; ALTER TABLE c RENAME TO computers;
CREATE UNIQUE INDEX blocks_by_place ON blocks(pack, offset);
CREATE INDEX passing_events ON events(number) WHERE passing = 1;
PRAGMA user_version = 2;
)sql";

}  // namespace coffer::store
