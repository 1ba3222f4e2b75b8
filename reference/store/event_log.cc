#include "store/event_log.h"

#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "store/database.h"
#include "store/index.h"
#include "store/pack.h"
#include "store/tables.h"

namespace coffer::store {
namespace {

std::string_view word(const Event& event) { return event.event.empty() ? std::string_view("forgotten") : event.event; }

std::string time_text(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), (time - seconds).count());
}

/// As it is where it is one plain word, else quoted: peers chose some of the values.
std::string readable(const nlohmann::ordered_json& value) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:/-";
  if (value.is_string())
    if (const auto& text = value.get_ref<const std::string&>(); !text.empty() && text.find_first_not_of(plain) == std::string::npos)
      return text;
  return value.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace

Digest event_hash(const Digest& previous, const Event& event) {
  Octets input;
  const auto add_text = [&](std::string_view text) { input.insert(input.end(), text.begin(), text.end()); };
  const auto add_number = [&](std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) input.push_back(static_cast<std::uint8_t>(number >> shift));
  };
  add_text("coffer/1 event");
  input.insert(input.end(), previous.begin(), previous.end());
  add_number(event.number);
  add_number(static_cast<std::uint64_t>(event.time.time_since_epoch().count()));
  add_number(event.event.size());
  add_text(event.event);
  add_text(event.fields);
  return sha256(input);
}

std::string event_json(const Event& event) {
  nlohmann::ordered_json line = {{"number", event.number}, {"time", time_text(event.time)}, {"event", word(event)}};
  line["fields"] = nlohmann::ordered_json::parse(event.fields, nullptr, false);
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string event_line(const Event& event) {
  std::string line = fmt::format("{} {} {}", event.number, time_text(event.time), word(event));
  const auto fields = nlohmann::ordered_json::parse(event.fields, nullptr, false);
  if (fields.is_object())
    for (const auto& [name, value] : fields.items()) line += fmt::format(" {}={}", name, readable(value));
  return line;
}

Result<void> read_events(const std::filesystem::path& directory, std::uint64_t from, const std::function<void(const Event&)>& take) {
  const auto file = directory / index_name;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored))
    return std::unexpected(advised(file, {Trouble::Kind::corrupt, "the index, which holds the event log, is not there"}));
  auto database = Database::open(file, Database::Access::read_only);
  if (!database) return std::unexpected(advised(file, database.error()));
  if (const auto format = format_of(*database, file); !format) return std::unexpected(advised(file, format.error()));
  auto read = database->run("SELECT number, time_ms, event, fields, hash FROM events WHERE number >= ? ORDER BY number",
                            {std::min(from, std::uint64_t{1} << 62)}, [&](const Row& row) {
                              Event event;
                              read_event(row, event);
                              take(event);
                            });
  if (!read) return std::unexpected(advised(file, read.error()));
  return read;
}

}  // namespace coffer::store
