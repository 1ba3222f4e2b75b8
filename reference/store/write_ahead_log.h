// SQLite's write-ahead log as its file format document describes it: SQLite goes by the frames up to the first whose checksum fails and
// drops all behind it without a word. Looked at before the database is opened, it shows what is dropped. Must not know: the database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace coffer::store {

/// What follows the database's name in that of its log.
inline constexpr const char* wal_suffix = "-wal";

struct LogDamage {
  std::uint64_t frame = 0;     // the first that does not prove itself, from 1; 0: the log's header does not
  std::uint64_t left_out = 0;  // frames from there on
};

/// Whether a complete transaction stands at or behind the first frame that does not prove itself: then that frame was damaged, not cut
/// short by the end of a process. Nullopt also when there is no log. A last transaction of one frame, in the place of an older one, can be
/// told from one that was never finished by nobody; it is not said to be damaged.
std::optional<LogDamage> damage_of_log(const std::filesystem::path& log);

}  // namespace coffer::store
