// What a device keeps of keys: the archive key in a wrap for each destination, the newest key records that it has seen, and how all of it
// goes when its user logs out.
#include <algorithm>

#include "client/device.h"
#include "client/device_json.h"
#include "client/printable.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

using namespace device_json;

constexpr std::string_view import_again = "Delete it, and take the archive's key again with `coffer key import`";
constexpr std::string_view careful_with_keys =
    "It holds the key mode that this device has seen, and so guards against a server that shows a lower one. Restore it from a copy; "
    "delete it only if you accept whatever mode the server shows next";

std::optional<keys::Wrapped> parse_wrap(std::string_view text) {
  const auto octets = parse_hex(text);
  keys::Wrapped wrap{};
  if (!octets || octets->size() != wrap.size()) return std::nullopt;
  std::ranges::copy(*octets, wrap.begin());
  return wrap;
}

spec::KeyMode parse_mode(const Json& seen, const std::string& at) {
  const auto found = number<std::uint8_t>(seen, "mode", at);
  for (const auto mode : spec::all_key_modes)
    if (static_cast<std::uint8_t>(mode) == found) return mode;
  throw Wrong{at + "/mode", "1, 2 or 3, the number of a key mode"};
}

}  // namespace

Outcome<std::optional<KeptKey>> Device::kept_key(const std::string& destination) const {
  return read(key_path(destination), import_again, [](const Json& json) {
    return KeptKey{.server = parsed(json, "server", parse_guid, "16 lower-case hexadecimal digits, not all 0"),
                   .user = number<std::uint64_t>(json, "user"),
                   .check = parsed(json, "key_check", parse_digest, "64 hexadecimal digits"),
                   .wrap = parsed(json, "wrap", parse_wrap, "80 hexadecimal digits"),
                   .settled = boolean(json, "settled")};
  });
}

Outcome<void> Device::remember(const std::string& destination, const KeptKey& key) {
  // The wrap that this one replaces is gone from the disk at once, not with a logout to come.
  return device_json::write(key_path(destination),
                            {{"server", format_guid(key.server)},
                             {"user", key.user},
                             {"key_check", hex(key.check)},
                             {"wrap", hex(key.wrap)},
                             {"settled", key.settled}},
                            replace_secret_file);
}

Outcome<void> Device::erase_key(const std::string& destination) { return erase_file(key_path(destination)); }

// [KEY-051] A client MUST erase its device_wrap when its user logs out of the computer.
Outcome<void> Device::log_out(const std::string& destination) {
  if (!fault::on(fault::KEY_051_wrap_stays))
    if (auto gone = erase_key(destination); !gone) return gone;
  if (auto gone = erase_file(credential_path(destination)); !gone) return gone;
  return erase_file(configuration_path(destination));
}

Outcome<std::vector<SeenKey>> Device::all_seen_keys() const {
  auto seen = read(path("keys.json"), careful_with_keys, [](const Json& json) {
    if (number<std::uint8_t>(json, "coffer_keys") != 1) throw Wrong{"/coffer_keys", "1, the format this program writes"};
    return list(json, "archives", [](const Json& one, const std::string& at) {
      return SeenKey{.server = parsed(one, "server", parse_guid, "16 lower-case hexadecimal digits, not all 0", at),
                     .user = number<std::uint64_t>(one, "user", at),
                     .mode = parse_mode(one, at),
                     .generation = number<std::uint64_t>(one, "generation", at)};
    });
  });
  if (!seen) return std::unexpected(seen.error());
  return std::move(*seen).value_or(std::vector<SeenKey>{});
}

Outcome<std::optional<SeenKey>> Device::seen_key(std::uint64_t server, std::uint64_t user) const {
  const std::lock_guard sharing(*guard_);
  const auto all = all_seen_keys();
  if (!all) return std::unexpected(all.error());
  for (const SeenKey& one : *all)
    if (one.server == server && one.user == user) return one;
  return std::nullopt;
}

Outcome<void> Device::remember(const SeenKey& seen) {
  const std::lock_guard sharing(*guard_);
  auto all = all_seen_keys();
  if (!all) return std::unexpected(all.error());
  std::erase_if(*all, [&](const SeenKey& one) { return one.server == seen.server && one.user == seen.user; });
  all->push_back(seen);
  return write_seen(*all);
}

Outcome<void> Device::write_seen(const std::vector<SeenKey>& all) const {
  Json archives = Json::array();
  for (const SeenKey& one : all)
    archives.push_back({{"server", format_guid(one.server)},
                        {"user", one.user},
                        {"mode", static_cast<std::uint8_t>(one.mode)},
                        {"generation", one.generation}});
  return device_json::write(path("keys.json"), {{"coffer_keys", 1}, {"archives", archives}});
}

}  // namespace coffer::client
