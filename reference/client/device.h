// The device directory: what this computer knows of its destinations, its users there, its archive key, the key records and the versions
// it has seen. Directory 0700, files 0600:
//   config.json  keys.json  chain.json  files.cache  lock          of the device
//   credential-NAME.json  configuration-NAME.json  key-NAME.json   of each destination
// A destination is a server where this computer keeps an archive. All share the archive key; each has its own login, configuration and wrap
// of the key, which opens with what that server alone hands out.
// Must not know: sessions, archives' insides, how the key is wrapped. One process at a time: the lock is held while a Device exists; its
// threads may share it.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "archive/version_chain.h"
#include "client/descriptor.h"
#include "client/failure.h"
#include "coffer/spec/key_modes.h"
#include "keys/wrap.h"
#include "protocol/message.h"

namespace coffer::client {

struct DestinationConfig {
  std::string name;
  std::string host;
  std::uint16_t port = 0;
  Digest pin{};                         // SHA-256 of the server's SubjectPublicKeyInfo [CHN-009]
  std::optional<std::uint64_t> server;  // once seen [IDN-006]
};

struct DeviceConfig {
  std::uint64_t computer = 0;
  std::vector<DestinationConfig> destinations;  // in the order in which they were added
};

/// What `coffer init` calls the first one.
inline constexpr const char* first_destination = "default";

struct Credential {
  std::string registration_key;
  std::string user_name;
  keys::Secret password;
  bool deferred = false;
};

// [ARC-141] A client MUST keep the newest version that it has committed or seen of each archive apart from those of all others.
/// One archive's newest [ARC-025].
struct SeenVersion {
  std::uint64_t server = 0;
  std::uint64_t user = 0;
  archive::ChainPoint point;
};

/// The newest key record that this device has made or seen, of one archive [KEY-009].
struct SeenKey {
  std::uint64_t server = 0;
  std::uint64_t user = 0;
  spec::KeyMode mode = spec::KeyMode::custom;
  std::uint64_t generation = 0;  // 0: its user went on from an archive that has lost it
};

/// The archive key as the device keeps it for one destination [KEY-048].
struct KeptKey {
  std::uint64_t server = 0;  // whose device key opens the wrap, and for which user
  std::uint64_t user = 0;
  Digest check{};  // the archive key's check value: the same for all destinations of a device
  keys::Wrapped wrap{};
  /// False while `coffer key create` has not heard that the server keeps the key's record: which mode it was to have, nobody knows then.
  bool settled = true;
};

/// What the server pushed last [CFG-003].
struct DeviceConfiguration {
  std::uint64_t version = 0;
  std::vector<protocol::Setting> settings;
};

class Device {
 public:
  /// Makes the directory and its config. Failures: it exists already (ExitCode::usage), the disk's.
  static Outcome<Device> create(const std::string& home, const DeviceConfig& config);
  /// Failures: there is none, another process uses it, config.json is damaged; the message says what to do.
  static Outcome<Device> open(const std::string& home);

  const std::string& home() const { return home_; }
  std::uint64_t computer() const;

  std::vector<std::string> destinations() const;
  /// Of a name that destinations() has.
  DestinationConfig destination(const std::string& name) const;
  /// Failures: usage when there is one of that name, or at that address.
  Outcome<void> add(const DestinationConfig& destination);
  /// It is logged out of too. What was seen of its archives stays: who adds it again is not shown older versions.
  Outcome<void> remove(const std::string& destination);
  /// The server's identity, first seen or confirmed. Failure: local when it is that of another destination.
  Outcome<void> remember_server(const std::string& destination, std::uint64_t guid);

  /// Failures: damaged, or nobody has logged in there.
  Outcome<Credential> credential(const std::string& destination) const;
  Outcome<void> remember(const std::string& destination, const Credential& credential);

  Outcome<DeviceConfiguration> configuration(const std::string& destination) const;
  Outcome<void> remember(const std::string& destination, const DeviceConfiguration& configuration);

  /// nullopt: none is kept for that destination. Failures: damaged.
  Outcome<std::optional<KeptKey>> kept_key(const std::string& destination) const;
  /// In place of the one that was kept for it.
  Outcome<void> remember(const std::string& destination, const KeptKey& key);
  /// Its octets are written over before it goes. Nothing happens where there is none.
  Outcome<void> erase_key(const std::string& destination);
  /// [KEY-051] Erases key, login and configuration of that destination.
  Outcome<void> log_out(const std::string& destination);

  /// nullopt: no key record of this archive was ever seen. Failures: keys.json is damaged; never taken for empty.
  Outcome<std::optional<SeenKey>> seen_key(std::uint64_t server, std::uint64_t user) const;
  Outcome<void> remember(const SeenKey& seen);

  /// nullopt: nothing of this archive was ever seen. Failures: chain.json is damaged; never taken for empty.
  Outcome<std::optional<archive::ChainPoint>> seen(std::uint64_t server, std::uint64_t user) const;
  Outcome<std::vector<SeenVersion>> all_seen() const;
  Outcome<void> remember(const SeenVersion& seen);
  /// As if neither a version nor a key record of that archive had ever been seen; but for its key mode, which is known on [KEY-057].
  Outcome<void> forget_seen(std::uint64_t server, std::uint64_t user);

  std::string config_path() const { return path("config.json"); }
  std::string cache_path() const { return path("files.cache"); }

 private:
  Device(std::string home, Descriptor lock) : home_(std::move(home)), lock_(std::move(lock)) {}
  std::string path(const char* name) const { return home_ + "/" + name; }
  std::string credential_path(const std::string& destination) const { return home_ + "/credential-" + destination + ".json"; }
  std::string configuration_path(const std::string& destination) const { return home_ + "/configuration-" + destination + ".json"; }
  std::string key_path(const std::string& destination) const { return home_ + "/key-" + destination + ".json"; }
  Outcome<void> write(DeviceConfig config);
  Outcome<std::vector<SeenKey>> all_seen_keys() const;
  Outcome<void> write_seen(const std::vector<SeenVersion>& all) const;
  Outcome<void> write_seen(const std::vector<SeenKey>& all) const;

  std::string home_;
  Descriptor lock_;
  DeviceConfig config_;
  std::unique_ptr<std::mutex> guard_ = std::make_unique<std::mutex>();  // of what all destinations share: config_, keys.json, chain.json
};

/// 1 to 32 lower-case letters, digits, "-" and "_": part of a file's name.
bool is_destination_name(std::string_view text);

/// 16 lower-case hex digits, and back. nullopt for anything else, and for 0.
std::string format_guid(std::uint64_t guid);
std::optional<std::uint64_t> parse_guid(std::string_view text);
std::optional<Digest> parse_digest(std::string_view text);

/// HOST:PORT, [IPv6]:PORT. nullopt for anything else.
struct Address {
  std::string host;
  std::uint16_t port = 0;
};
std::optional<Address> parse_address(std::string_view text);
std::string format_address(const std::string& host, std::uint16_t port);

}  // namespace coffer::client
