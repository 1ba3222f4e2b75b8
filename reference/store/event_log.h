// The server's event log: numbered lines, each bound by a hash to all before it, so that a removed or altered line shows. Lines that are
// kept only while new leave their number and hash behind when they go, one for each run of them, and the chain goes on from there. Must not
// know: what events mean.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "protocol/octets.h"
#include "store/trouble.h"

namespace coffer::store {

/// UTC, in milliseconds.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
using Clock = std::function<WallTime()>;

enum class Keep : std::uint8_t { always, while_new };

struct Event {
  std::uint64_t number = 0;  // 1, 2, 3 …
  WallTime time;
  std::string event;   // a fixed word; empty: forgotten, with those before it that are not there
  std::string fields;  // one JSON object of strings
  Digest hash{};       // of the line and the hash before it
};

/// The word of a line that stands where others were lost: the chain begins again behind it.
inline constexpr const char* events_lost = "events_lost";

/// SHA-256 of "coffer/1 event", the previous hash (32 zero octets before the first), number and time (8 octets big-endian each), the word's
/// length (8 octets big-endian), the word, and the fields. event.hash is not looked at.
Digest event_hash(const Digest& previous, const Event& event);

/// One JSON object: number, time, event, fields. Without a line end.
std::string event_json(const Event& event);
/// The same for people.
std::string event_line(const Event& event);

/// Gives each event from number `from` on to `take`, in order. Works beside a running server.
Result<void> read_events(const std::filesystem::path& directory, std::uint64_t from, const std::function<void(const Event&)>& take);

}  // namespace coffer::store
