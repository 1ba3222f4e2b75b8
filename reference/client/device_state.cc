// What a device keeps beside its config: logins, pushed configurations, the archive key, and the versions it has seen.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

#include "client/device.h"
#include "client/device_json.h"
#include "client/printable.h"
#include "fault/switch.h"
#include "keys/key_text.h"

namespace coffer::client {
namespace {

using namespace device_json;

/// A password is octets, in no particular encoding; JSON holds only text.
std::optional<Octets> parse_hex(std::string_view text) {
  Octets octets;
  for (; text.size() >= 2; text.remove_prefix(2)) {
    std::uint8_t octet = 0;
    if (std::from_chars(text.data(), text.data() + 2, octet, 16).ptr != text.data() + 2) return std::nullopt;
    octets.push_back(octet);
  }
  if (!text.empty() || octets.empty()) return std::nullopt;
  return octets;
}

constexpr std::string_view log_in_again = "Run `coffer login` again";
constexpr std::string_view careful_with_keys =
    "It holds the key mode that this device has seen, and so guards against a server that shows a lower one. Restore it from a copy; "
    "delete it only if you accept whatever mode the server shows next";
constexpr std::string_view careful_with_chain =
    "It holds the newest version that this device has seen, and so guards against a server that shows an older archive. Restore it from a "
    "copy; delete it only if you accept whatever versions the server shows next";

}  // namespace

Outcome<Credential> Device::credential(const std::string& destination) const {
  auto credential = read(credential_path(destination), log_in_again, [](const Json& json) {
    const Octets password = parsed(json, "password_hex", parse_hex, "hexadecimal digits, two for each octet of the password");
    return Credential{.registration_key = string(json, "registration_key"),
                      .user_name = string(json, "user"),
                      .password = keys::Secret(password.begin(), password.end()),
                      .deferred = boolean(json, "deferred")};
  });
  if (!credential) return std::unexpected(credential.error());
  if (!*credential)
    return local(destination == first_destination
                     ? std::string("nobody has logged in on this device: run `coffer login` first")
                     : fmt::format("nobody has logged in there: run `coffer login --destination {}` first", destination));
  return std::move(**credential);
}

Outcome<void> Device::remember(const std::string& destination, const Credential& credential) {
  return device_json::write(credential_path(destination), {{"registration_key", credential.registration_key},
                                                           {"user", credential.user_name},
                                                           {"password_hex", hex(credential.password)},
                                                           {"deferred", credential.deferred}});
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

Outcome<keys::ArchiveKey> Device::archive_key() const {
  const auto file = read_small_file(path("archive.key"));
  if (!file) return std::unexpected(file.error());
  if (file->missing)
    return local(fmt::format("{} is missing: put the archive key back (64 hexadecimal digits); no version can be read without it",
                             path("archive.key")));
  auto key = keys::parse_archive_key(file->text());
  if (!key)
    return local(fmt::format("{} is damaged: {}. Put the archive key back; no version can be read without it", path("archive.key"),
                             describe(key.error())));
  return std::move(*key);
}

Outcome<void> Device::replace_archive_key(const keys::ArchiveKey& key) {
  return replace_file(path("archive.key"), keys::format_archive_key(key));
}

Outcome<void> Device::forget_archive_key() {
  const std::string file = path("archive.key");
  // Its octets first: a name that goes leaves them on the disk.
  const std::string zeros(2 * keys::archive_key_octets + 1, '0');
  Descriptor opened(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!opened.open()) return errno == ENOENT ? Outcome<void>() : local(fmt::format("cannot open {}: {}", file, describe({errno})));
  if (::write(opened.fd(), zeros.data(), zeros.size()) != static_cast<ssize_t>(zeros.size()) || ::fsync(opened.fd()) != 0 ||
      ::unlink(file.c_str()) != 0)
    return local(fmt::format("cannot take {} away: {}", file, describe({errno})));
  return {};
}

Outcome<std::vector<SeenKey>> Device::all_seen_keys() const {
  auto seen = read(path("keys.json"), careful_with_keys, [](const Json& json) {
    if (number<std::uint8_t>(json, "coffer_keys") != 1) throw Wrong{"/coffer_keys", "1, the format this program writes"};
    return list(json, "archives", [](const Json& one, const std::string& at) {
      return SeenKey{.server = parsed(one, "server", parse_guid, "16 lower-case hexadecimal digits, not all 0", at),
                     .user = number<std::uint64_t>(one, "user", at),
                     .mode = number<std::uint8_t>(one, "mode", at),
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
  Json archives = Json::array();
  for (const SeenKey& one : *all)
    archives.push_back({{"server", format_guid(one.server)}, {"user", one.user}, {"mode", one.mode}, {"generation", one.generation}});
  return device_json::write(path("keys.json"), {{"coffer_keys", 1}, {"archives", archives}});
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
  Json archives = Json::array();
  for (const SeenVersion& one : *all)
    archives.push_back(
        {{"server", format_guid(one.server)}, {"user", one.user}, {"number", one.point.number}, {"link", hex(one.point.link)}});
  return device_json::write(path("chain.json"), {{"coffer_chain", 1}, {"archives", archives}});
}

}  // namespace coffer::client
