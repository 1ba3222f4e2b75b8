// What a damaged index still says and proves: each row by its sum. Must not know: packs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/event_log.h"
#include "store/statement.h"
#include "store/trouble.h"

namespace coffer::store {

struct Salvaged {
  std::optional<std::int64_t> format;
  std::map<std::int64_t, Owner> archives;
  std::vector<VersionStatement> versions;  // ascending by archive and number; owner not filled in
  std::map<std::uint64_t, std::uint64_t> computers;
  std::map<std::uint32_t, std::uint64_t> packs;  // and how many octets of each were indexed
  std::map<std::uint64_t, Event> events;
  std::set<std::uint64_t> passing_events;
  std::set<std::string> incomplete;  // tables that could not be read from end to end, or had rows without proof
};

/// Reads the file beside which nothing else is open; an absent or unreadable one gives nothing. Trouble newer when it is of a format that
/// this program does not know, corrupt when it is of one whose rows prove nothing.
Result<Salvaged> salvage(const std::filesystem::path& file);

}  // namespace coffer::store
