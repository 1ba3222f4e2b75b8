#include "client/device.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "client/below.h"
#include "client/device_json.h"
#include "client/printable.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

using namespace device_json;

constexpr std::string_view begin_again = "Correct it, or move the directory away and run `coffer init` again with the same --computer";

Outcome<Descriptor> lock(const std::string& home) {
  const std::string path = home + "/lock";
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.open()) return local(fmt::format("cannot open {}: {}", path, describe({errno})));
  if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0)
    return local(fmt::format("{} is in use by another coffer process: wait until it ends, or give --home another directory", home));
  return file;
}

/// A directory that has it is complete.
constexpr const char* set_up_file = "config.json";

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
  if (holds(home, set_up_file)) return {};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(home, error)) {
    const std::string name = entry.path().filename();
    constexpr std::array ours{"lock", "config.json.new"};
    if (std::ranges::find(ours, name) == ours.end()) return taken(fmt::format("holds other files (\"{}\")", printable(name)));
  }
  if (error) return local(fmt::format("cannot list {}: {}", home, error.message()));
  return {};
}

DestinationConfig destination_of(const Json& json, const std::string& at) {
  DestinationConfig destination{.name = string(json, "name", at),
                                .host = string(json, "host", at),
                                .port = number<std::uint16_t>(json, "port", at),
                                .pin = parsed(json, "pin", parse_digest, "64 hexadecimal digits", at),
                                .server = {}};
  if (!is_destination_name(destination.name)) throw Wrong{at + "/name", "1 to 32 lower-case letters, digits, - and _"};
  if (destination.host.empty()) throw Wrong{at + "/host", "a host's name or address"};
  if (destination.port == 0) throw Wrong{at + "/port", "a port from 1 to 65535"};
  if (json.contains("guid")) destination.server = parsed(json, "guid", parse_guid, "16 lower-case hexadecimal digits, not all 0", at);
  return destination;
}

DeviceConfig config_of(const Json& json) {
  if (number<std::uint8_t>(json, "coffer_device") != 2) throw Wrong{"/coffer_device", "2, the format with several destinations"};
  DeviceConfig config{.computer = parsed(json, "computer", parse_guid, "16 lower-case hexadecimal digits, not all 0"),
                      .destinations = list(json, "destinations", destination_of)};
  for (std::size_t i = 0; i < config.destinations.size(); ++i)
    if (std::ranges::count(config.destinations, config.destinations[i].name, &DestinationConfig::name) > 1)
      throw Wrong{fmt::format("/destinations/{}/name", i), "a name that no other destination has"};
  return config;
}

}  // namespace

Outcome<Device> Device::create(const std::string& home, const DeviceConfig& config) {
  const mode_t mode = fault::on(fault::KEY_005_for_everyone) ? 0755 : 0700;
  if (::mkdir(home.c_str(), mode) != 0) {
    if (errno != EEXIST) return local(fmt::format("cannot make {}: {}", home, describe({errno})));
    if (auto free = require_free(home); !free) return std::unexpected(free.error());
  }
  auto held = lock(home);
  if (!held) return std::unexpected(held.error());
  Device device(home, std::move(*held));
  if (holds(home, set_up_file))
    return std::unexpected(Failure{ExitCode::usage, fmt::format("{} already exists: this device is set up. Use it, or give --home another "
                                                                "directory",
                                                                device.config_path())});
  if (::chmod(home.c_str(), mode) != 0) return local(fmt::format("cannot keep others out of {}: {}", home, describe({errno})));
  if (auto written = device.write(config); !written) return std::unexpected(written.error());
  return device;
}

Outcome<Device> Device::open(const std::string& home) {
  if (::access((home + "/config.json").c_str(), F_OK) != 0)
    return local(
        fmt::format("{} is not a device directory ({}): run `coffer init` first, or give --home the right one", home, describe({errno})));
  auto held = lock(home);
  if (!held) return std::unexpected(held.error());
  Device device(home, std::move(*held));
  auto config = read(device.path("config.json"), begin_again, config_of);
  if (!config) return std::unexpected(config.error());
  if (!*config) return local(fmt::format("{} vanished. {}", device.path("config.json"), begin_again));
  device.config_ = std::move(**config);
  return device;
}

Outcome<void> Device::write(DeviceConfig config) {
  Json destinations = Json::array();
  for (const DestinationConfig& one : config.destinations) {
    Json json = {{"name", one.name}, {"host", one.host}, {"port", one.port}, {"pin", hex(one.pin)}};
    if (one.server) json["guid"] = format_guid(*one.server);
    destinations.push_back(std::move(json));
  }
  auto written = device_json::write(path("config.json"),
                                    {{"coffer_device", 2}, {"computer", format_guid(config.computer)}, {"destinations", destinations}});
  if (written) config_ = std::move(config);
  return written;
}

std::uint64_t Device::computer() const {
  const std::lock_guard sharing(*guard_);
  return config_.computer;
}

std::vector<std::string> Device::destinations() const {
  const std::lock_guard sharing(*guard_);
  std::vector<std::string> names;
  for (const DestinationConfig& one : config_.destinations) names.push_back(one.name);
  return names;
}

DestinationConfig Device::destination(const std::string& name) const {
  const std::lock_guard sharing(*guard_);
  const auto found = std::ranges::find(config_.destinations, name, &DestinationConfig::name);
  return found == config_.destinations.end() ? DestinationConfig{} : *found;
}

Outcome<void> Device::add(const DestinationConfig& destination) {
  const std::lock_guard sharing(*guard_);
  const auto taken = [](const DestinationConfig& by, std::string_view what) {
    return std::unexpected(Failure{ExitCode::usage, fmt::format("{} {} is destination \"{}\" already: `coffer destination list` shows all",
                                                                what, format_address(by.host, by.port), by.name)});
  };
  for (const DestinationConfig& one : config_.destinations) {
    if (one.name == destination.name) return taken(one, "the server at");
    if (one.host == destination.host && one.port == destination.port) return taken(one, "the server at");
  }
  // Of one of that name that was removed and not to the end.
  if (auto gone = log_out(destination.name); !gone) return gone;
  DeviceConfig config = config_;
  config.destinations.push_back(destination);
  return write(std::move(config));
}

Outcome<void> Device::remove(const std::string& destination) {
  const std::lock_guard sharing(*guard_);
  DeviceConfig config = config_;
  std::erase_if(config.destinations, [&](const DestinationConfig& one) { return one.name == destination; });
  if (auto written = write(std::move(config)); !written) return written;
  return log_out(destination);
}

Outcome<void> Device::remember_server(const std::string& destination, std::uint64_t guid) {
  const std::lock_guard sharing(*guard_);
  DeviceConfig config = config_;
  for (DestinationConfig& one : config.destinations) {
    // [ARC-144] A client SHOULD refuse a destination whose server is that of another of its destinations.
    if (one.name != destination && one.server == guid)
      return local(
          fmt::format("server {} is destination \"{}\" already, and a computer has one archive there: nothing would be kept twice. "
                      "`coffer destination remove {}` takes this one away",
                      format_guid(guid), one.name, destination));
    if (one.name == destination && one.server == guid) return {};
    if (one.name == destination) one.server = guid;
  }
  return write(std::move(config));
}

}  // namespace coffer::client
