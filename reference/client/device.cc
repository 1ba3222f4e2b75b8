#include "client/device.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/below.h"
#include "client/printable.h"
#include "client/small_file.h"
#include "fault/switch.h"
#include "keys/key_text.h"

namespace coffer::client {
namespace {

using Json = nlohmann::json;

std::unexpected<Failure> local(std::string message) { return std::unexpected(Failure{ExitCode::local, std::move(message)}); }

/// Thrown and caught in this file only: what a reader of one of our files expected, and where.
struct Wrong {
  std::string pointer;
  std::string expected;
};

const Json& member(const Json& object, const char* name, const std::string& at = {}) {
  if (!object.is_object()) throw Wrong{at.empty() ? "/" : at, "an object"};
  const auto found = object.find(name);
  if (found == object.end()) throw Wrong{at + "/" + name, "a value here"};
  return *found;
}

template <typename Parse>
auto parsed(const Json& object, const char* name, Parse parse, const char* expected, const std::string& at = {}) {
  const Json& value = member(object, name, at);
  if (value.is_string())
    if (auto result = parse(value.template get_ref<const std::string&>())) return *result;
  throw Wrong{at + "/" + name, expected};
}

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

std::string string(const Json& object, const char* name, const std::string& at = {}) {
  const auto any = [](const std::string& text) { return std::optional(text); };
  return parsed(object, name, any, "a text", at);
}

template <typename Number>
Number number(const Json& object, const char* name, const std::string& at = {}) {
  const Json& value = member(object, name, at);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > std::numeric_limits<Number>::max())
    throw Wrong{at + "/" + name, fmt::format("a whole number from 0 to {}", std::numeric_limits<Number>::max())};
  return value.get<Number>();
}

bool boolean(const Json& object, const char* name, const std::string& at = {}) {
  const Json& value = member(object, name, at);
  if (!value.is_boolean()) throw Wrong{at + "/" + name, "true or false"};
  return value.get<bool>();
}

/// Reads one of our JSON files with `take`; nullopt when it does not exist. `cure` says what to do about a damaged one.
template <typename Take>
auto read_json(const std::string& path, std::string_view cure, Take take) -> Outcome<std::optional<decltype(take(std::declval<Json>()))>> {
  const auto file = read_small_file(path);
  if (!file) return std::unexpected(file.error());
  if (file->missing) return std::nullopt;
  const Json json = Json::parse(file->octets.begin(), file->octets.end(), nullptr, false);
  if (json.is_discarded()) return local(fmt::format("{} is not JSON: it was damaged or edited wrongly. {}", path, cure));
  try {
    return take(json);
  } catch (const Wrong& wrong) {
    return local(fmt::format("{}: at {} there should be {}. {}", path, wrong.pointer, wrong.expected, cure));
  }
}

Outcome<void> write_json(const std::string& path, const Json& json) {
  const std::string text = json.dump(2) + "\n";
  return replace_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

constexpr std::string_view begin_again =
    "Correct it, or move the directory away and run `coffer init` again with the same --computer and --archive-key";
constexpr std::string_view log_in_again = "Run `coffer login` again";
constexpr std::string_view careful_with_chain =
    "It holds the newest version that this device has seen, and so guards against a server that shows an older archive. Restore it from a "
    "copy; delete it only if you accept whatever versions the server shows next";

constexpr std::string_view careful_with_keys =
    "It holds the key mode that this device has seen, and so guards against a server that shows a lower one. Restore it from a copy; "
    "delete it only if you accept "
    "whatever mode the server shows next";

Outcome<Descriptor> lock(const std::string& home) {
  const std::string path = home + "/lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.open()) return local(fmt::format("cannot open {}: {}", path, describe({errno})));
  if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0)
    return local(fmt::format("{} is in use by another coffer process: wait until it ends, or give --home another directory", home));
  return file;
}

constexpr std::array set_up_files{"config.json", "archive.key"};

bool holds(const std::string& home, const std::string& name) { return ::access((home + "/" + name).c_str(), F_OK) == 0; }

/// A directory that is there already is taken when it is this user's and holds nothing but what an earlier attempt left: its mode is
/// changed.
Outcome<void> require_free(const std::string& home) {
  const auto taken = [&](std::string_view why) {
    return std::unexpected(Failure{ExitCode::usage, fmt::format("{} {}: give --home a new or empty directory", home, why)});
  };
  struct stat status {};
  if (::stat(home.c_str(), &status) != 0) return local(fmt::format("cannot look at {}: {}", home, describe({errno})));
  if (!S_ISDIR(status.st_mode)) return taken("is no directory");
  if (status.st_uid != ::geteuid()) return taken("belongs to another user");
  // Of a device that is set up that is said, under its lock.
  if (std::ranges::any_of(set_up_files, [&](const char* name) { return holds(home, name); })) return {};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(home, error)) {
    const std::string name = entry.path().filename();
    constexpr std::array ours{"lock", "archive.key.new", "config.json.new"};
    if (std::ranges::find(ours, name) == ours.end()) return taken(fmt::format("holds other files (\"{}\")", printable(name)));
  }
  if (error) return local(fmt::format("cannot list {}: {}", home, error.message()));
  return {};
}

DeviceConfig config_of(const Json& json) {
  if (number<std::uint8_t>(json, "coffer_device") != 1) throw Wrong{"/coffer_device", "1, the format this program writes"};
  const Json& server = member(json, "server");
  DeviceConfig config{.host = string(server, "host", "/server"),
                      .port = number<std::uint16_t>(server, "port", "/server"),
                      .pin = parsed(server, "pin", parse_digest, "64 hexadecimal digits", "/server"),
                      .computer = parsed(json, "computer", parse_guid, "16 lower-case hexadecimal digits, not all 0"),
                      .server = {}};
  if (config.host.empty()) throw Wrong{"/server/host", "a host's name or address"};
  if (config.port == 0) throw Wrong{"/server/port", "a port from 1 to 65535"};
  if (server.contains("guid")) config.server = parsed(server, "guid", parse_guid, "16 lower-case hexadecimal digits, not all 0", "/server");
  return config;
}

}  // namespace

Outcome<Device> Device::create(const std::string& home, const DeviceConfig& config, const keys::ArchiveKey& key) {
  const mode_t mode = fault::on(fault::KEY_005_for_everyone) ? 0755 : 0700;
  if (::mkdir(home.c_str(), mode) != 0) {
    if (errno != EEXIST) return local(fmt::format("cannot make {}: {}", home, describe({errno})));
    if (auto free = require_free(home); !free) return std::unexpected(free.error());
  }
  auto held = lock(home);
  if (!held) return std::unexpected(held.error());
  Device device(home, std::move(*held));
  for (const char* name : set_up_files)
    if (holds(home, name))
      return std::unexpected(
          Failure{ExitCode::usage,
                  fmt::format("{} already exists: this device is set up. Use it, or give --home another directory", device.path(name))});
  if (::chmod(home.c_str(), mode) != 0) return local(fmt::format("cannot keep others out of {}: {}", home, describe({errno})));
  // The config comes last: a directory with one is complete.
  if (auto written = replace_file(device.path("archive.key"), keys::format_archive_key(key)); !written)
    return std::unexpected(written.error());
  device.config_ = config;
  if (auto written = device.write_config(); !written) return std::unexpected(written.error());
  return device;
}

Outcome<Device> Device::open(const std::string& home) {
  if (::access((home + "/config.json").c_str(), F_OK) != 0)
    return local(
        fmt::format("{} is not a device directory ({}): run `coffer init` first, or give --home the right one", home, describe({errno})));
  auto held = lock(home);
  if (!held) return std::unexpected(held.error());
  Device device(home, std::move(*held));
  auto config = read_json(device.path("config.json"), begin_again, config_of);
  if (!config) return std::unexpected(config.error());
  if (!*config) return local(fmt::format("{} vanished. {}", device.path("config.json"), begin_again));
  device.config_ = std::move(**config);
  return device;
}

Outcome<void> Device::write_config() {
  Json server = {{"host", config_.host}, {"port", config_.port}, {"pin", hex(config_.pin)}};
  if (config_.server) server["guid"] = format_guid(*config_.server);
  return write_json(path("config.json"), {{"coffer_device", 1}, {"server", server}, {"computer", format_guid(config_.computer)}});
}

Outcome<void> Device::remember_server(std::uint64_t guid) {
  if (config_.server == guid) return {};
  config_.server = guid;
  return write_config();
}

Outcome<Credential> Device::credential() const {
  auto credential = read_json(path("credential.json"), log_in_again, [](const Json& json) {
    const Octets password = parsed(json, "password_hex", parse_hex, "hexadecimal digits, two for each octet of the password");
    return Credential{.registration_key = string(json, "registration_key"),
                      .user_name = string(json, "user"),
                      .password = keys::Secret(password.begin(), password.end()),
                      .deferred = boolean(json, "deferred")};
  });
  if (!credential) return std::unexpected(credential.error());
  if (!*credential) return local("nobody has logged in on this device: run `coffer login` first");
  return std::move(**credential);
}

Outcome<void> Device::remember(const Credential& credential) {
  return write_json(path("credential.json"), {{"registration_key", credential.registration_key},
                                              {"user", credential.user_name},
                                              {"password_hex", hex(credential.password)},
                                              {"deferred", credential.deferred}});
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
  auto seen = read_json(path("keys.json"), careful_with_keys, [](const Json& json) {
    if (number<std::uint8_t>(json, "coffer_keys") != 1) throw Wrong{"/coffer_keys", "1, the format this program writes"};
    const Json& archives = member(json, "archives");
    if (!archives.is_array()) throw Wrong{"/archives", "a list"};
    std::vector<SeenKey> all;
    for (const Json& one : archives) {
      const std::string at = fmt::format("/archives/{}", all.size());
      all.push_back({.server = parsed(one, "server", parse_guid, "16 lower-case hexadecimal digits, not all 0", at),
                     .user = number<std::uint64_t>(one, "user", at),
                     .mode = number<std::uint8_t>(one, "mode", at),
                     .generation = number<std::uint64_t>(one, "generation", at)});
    }
    return all;
  });
  if (!seen) return std::unexpected(seen.error());
  return std::move(*seen).value_or(std::vector<SeenKey>{});
}

Outcome<std::optional<SeenKey>> Device::seen_key(std::uint64_t server, std::uint64_t user) const {
  const auto all = all_seen_keys();
  if (!all) return std::unexpected(all.error());
  for (const SeenKey& one : *all)
    if (one.server == server && one.user == user) return one;
  return std::nullopt;
}

Outcome<void> Device::remember(const SeenKey& seen) {
  auto all = all_seen_keys();
  if (!all) return std::unexpected(all.error());
  std::erase_if(*all, [&](const SeenKey& one) { return one.server == seen.server && one.user == seen.user; });
  all->push_back(seen);
  Json archives = Json::array();
  for (const SeenKey& one : *all)
    archives.push_back({{"server", format_guid(one.server)}, {"user", one.user}, {"mode", one.mode}, {"generation", one.generation}});
  return write_json(path("keys.json"), {{"coffer_keys", 1}, {"archives", archives}});
}

Outcome<std::vector<SeenVersion>> Device::all_seen() const {
  auto seen = read_json(path("chain.json"), careful_with_chain, [](const Json& json) {
    if (number<std::uint8_t>(json, "coffer_chain") != 1) throw Wrong{"/coffer_chain", "1, the format this program writes"};
    const Json& archives = member(json, "archives");
    if (!archives.is_array()) throw Wrong{"/archives", "a list"};
    std::vector<SeenVersion> all;
    for (const Json& one : archives) {
      const std::string at = fmt::format("/archives/{}", all.size());
      all.push_back({.server = parsed(one, "server", parse_guid, "16 lower-case hexadecimal digits, not all 0", at),
                     .user = number<std::uint64_t>(one, "user", at),
                     .point = {.number = number<std::uint64_t>(one, "number", at),
                               .link = parsed(one, "link", parse_digest, "64 hexadecimal digits", at)}});
    }
    return all;
  });
  if (!seen) return std::unexpected(seen.error());
  return std::move(*seen).value_or(std::vector<SeenVersion>{});
}

Outcome<std::optional<archive::ChainPoint>> Device::seen(std::uint64_t server, std::uint64_t user) const {
  const auto all = all_seen();
  if (!all) return std::unexpected(all.error());
  for (const SeenVersion& one : *all)
    if (one.server == server && one.user == user) return one.point;
  return std::nullopt;
}

Outcome<void> Device::remember(const SeenVersion& seen) {
  auto all = all_seen();
  if (!all) return std::unexpected(all.error());
  std::erase_if(*all, [&](const SeenVersion& one) { return one.server == seen.server && one.user == seen.user; });
  all->push_back(seen);
  Json archives = Json::array();
  for (const SeenVersion& one : *all)
    archives.push_back(
        {{"server", format_guid(one.server)}, {"user", one.user}, {"number", one.point.number}, {"link", hex(one.point.link)}});
  return write_json(path("chain.json"), {{"coffer_chain", 1}, {"archives", archives}});
}

Outcome<DeviceConfiguration> Device::configuration() const {
  auto read = read_json(path("configuration.json"), "Delete it: the server sends it again", [](const Json& json) {
    DeviceConfiguration configuration{.version = number<std::uint64_t>(json, "version"), .settings = {}};
    const Json& settings = member(json, "settings");
    if (!settings.is_array()) throw Wrong{"/settings", "a list"};
    for (const Json& one : settings) {
      const std::string at = fmt::format("/settings/{}", configuration.settings.size());
      configuration.settings.push_back({string(one, "name", at), string(one, "value", at), boolean(one, "locked", at)});
    }
    return configuration;
  });
  if (!read) return std::unexpected(read.error());
  return std::move(*read).value_or(DeviceConfiguration{});
}

Outcome<void> Device::remember(const DeviceConfiguration& configuration) {
  Json settings = Json::array();
  for (const protocol::Setting& one : configuration.settings)
    settings.push_back({{"name", one.name}, {"value", one.value}, {"locked", one.locked}});
  return write_json(path("configuration.json"), {{"version", configuration.version}, {"settings", settings}});
}

}  // namespace coffer::client
