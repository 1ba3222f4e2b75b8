// What a device keeps beside its config: logins, pushed configurations, and the versions it has seen.
#include <algorithm>

#include <botan/exceptn.h>
#include <botan/hex.h>

#include "client/device.h"
#include "client/device_json.h"
#include "client/printable.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

using namespace device_json;

constexpr std::string_view log_in_again = "Run `coffer login` again";
constexpr std::string_view careful_with_chain =
    "It holds the newest version that this device has seen, and so guards against a server that shows an older archive. Restore it from a "
    "copy; delete it only if you accept whatever versions the server shows next";

// A password passes no reader and writer of JSON, whose memory nobody wipes: its digits are put into the text last, and taken out of it
// first.
constexpr std::string_view password_member = "\"password_hex\": \"";

/// The password, whose digits in the text become zeros; none where there are no such digits.
keys::Secret taken_out(keys::Secret& text) {
  const auto found = std::ranges::search(text, password_member);
  const auto end = std::find(found.end(), text.end(), '"');
  keys::Secret password(static_cast<std::size_t>(end - found.end()) / 2);
  try {
    const auto digits = static_cast<std::size_t>(end - found.end());
    const auto* from = reinterpret_cast<const char*>(text.data()) + (found.end() - text.begin());
    password.resize(Botan::hex_decode(password.data(), from, digits, false));
  } catch (const Botan::Exception&) {
    return {};  // whoever reads the text says what is wrong with it
  }
  std::fill(found.end(), end, '0');
  return password;
}

}  // namespace

Outcome<Credential> Device::credential(const std::string& destination) const {
  keys::Secret password;
  auto credential = read(
      credential_path(destination), log_in_again,
      [&](const Json& json) {
        if (password.empty())
          throw Wrong{"/password_hex", "hexadecimal digits, two for each octet of the password, as `coffer login` writes them"};
        return Credential{.registration_key = string(json, "registration_key"),
                          .user_name = string(json, "user"),
                          .password = std::move(password),
                          .deferred = boolean(json, "deferred")};
      },
      [&](keys::Secret& text) { password = taken_out(text); });
  if (!credential) return std::unexpected(credential.error());
  if (!*credential)
    return local(destination == first_destination
                     ? std::string("nobody has logged in on this device: run `coffer login` first")
                     : fmt::format("nobody has logged in there: run `coffer login --destination {}` first", destination));
  return std::move(**credential);
}

Outcome<void> Device::remember(const std::string& destination, const Credential& credential) {
  const std::string rest =
      Json{{"registration_key", credential.registration_key}, {"user", credential.user_name}, {"deferred", credential.deferred}}.dump(2);
  keys::Secret text(rest.begin(), rest.end() - 2);  // less "\n}"
  const auto append = [&](std::string_view part) { text.insert(text.end(), part.begin(), part.end()); };
  append(",\n  ");
  append(password_member);
  const std::size_t digits = text.size();
  text.resize(digits + 2 * credential.password.size());
  Botan::hex_encode(reinterpret_cast<char*>(text.data()) + digits, credential.password.data(), credential.password.size(), false);
  append("\"\n}\n");
  return replace_secret_file(credential_path(destination), text);
}

Outcome<DeviceConfiguration> Device::configuration(const std::string& destination) const {
  auto configuration = read(configuration_path(destination), "Delete it: the server sends it again", [](const Json& json) {
    return DeviceConfiguration{.version = number<std::uint64_t>(json, "version"),
                               .settings = list(json, "settings", [](const Json& one, const std::string& at) {
                                 return protocol::Setting{string(one, "name", at), string(one, "value", at), boolean(one, "locked", at)};
                               })};
  });
  if (!configuration) return std::unexpected(configuration.error());
  return std::move(*configuration).value_or(DeviceConfiguration{});
}

Outcome<void> Device::remember(const std::string& destination, const DeviceConfiguration& configuration) {
  Json settings = Json::array();
  for (const protocol::Setting& one : configuration.settings)
    settings.push_back({{"name", one.name}, {"value", one.value}, {"locked", one.locked}});
  return device_json::write(configuration_path(destination), {{"version", configuration.version}, {"settings", settings}});
}

Outcome<std::vector<SeenVersion>> Device::all_seen() const {
  auto seen = read(path("chain.json"), careful_with_chain, [](const Json& json) {
    if (number<std::uint8_t>(json, "coffer_chain") != 1) throw Wrong{"/coffer_chain", "1, the format this program writes"};
    return list(json, "archives", [](const Json& one, const std::string& at) {
      return SeenVersion{.server = parsed(one, "server", parse_guid, "16 lower-case hexadecimal digits, not all 0", at),
                         .user = number<std::uint64_t>(one, "user", at),
                         .point = {.number = number<std::uint64_t>(one, "number", at),
                                   .link = parsed(one, "link", parse_digest, "64 hexadecimal digits", at)}};
    });
  });
  if (!seen) return std::unexpected(seen.error());
  return std::move(*seen).value_or(std::vector<SeenVersion>{});
}

Outcome<std::optional<archive::ChainPoint>> Device::seen(std::uint64_t server, std::uint64_t user) const {
  const std::lock_guard sharing(*guard_);
  const auto all = all_seen();
  if (!all) return std::unexpected(all.error());
  for (const SeenVersion& one : *all)
    if ((one.server == server || fault::on(fault::ARC_141_of_any_server)) && one.user == user) return one.point;
  return std::nullopt;
}

Outcome<void> Device::remember(const SeenVersion& seen) {
  const std::lock_guard sharing(*guard_);
  auto all = all_seen();
  if (!all) return std::unexpected(all.error());
  std::erase_if(*all, [&](const SeenVersion& one) { return one.server == seen.server && one.user == seen.user; });
  all->push_back(seen);
  return write_seen(*all);
}

Outcome<void> Device::forget_seen(std::uint64_t server, std::uint64_t user) {
  const std::lock_guard sharing(*guard_);
  auto versions = all_seen();
  if (!versions) return std::unexpected(versions.error());
  auto keys = all_seen_keys();
  if (!keys) return std::unexpected(keys.error());
  const auto its = [&](const auto& one) { return one.server == server && one.user == user; };
  std::erase_if(*versions, its);
  for (SeenKey& one : *keys)
    if (its(one)) one.generation = 0;
  if (auto written = write_seen(*versions); !written) return written;
  return write_seen(*keys);
}

Outcome<void> Device::write_seen(const std::vector<SeenVersion>& all) const {
  Json archives = Json::array();
  for (const SeenVersion& one : all)
    archives.push_back(
        {{"server", format_guid(one.server)}, {"user", one.user}, {"number", one.point.number}, {"link", hex(one.point.link)}});
  return device_json::write(path("chain.json"), {{"coffer_chain", 1}, {"archives", archives}});
}

}  // namespace coffer::client
