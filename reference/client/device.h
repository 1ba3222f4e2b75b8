// The device directory: what this computer knows of its server, its user, its archive key and the versions it has seen.
//   config.json  credential.json  archive.key  keys.json  chain.json  configuration.json  files.cache  lock      (directory 0700, files
//   0600)
// Must not know: sessions, archives' insides. One process at a time: the lock is held while a Device exists.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/version_chain.h"
#include "client/descriptor.h"
#include "client/failure.h"
#include "keys/archive_key.h"
#include "protocol/message.h"

namespace coffer::client {

struct DeviceConfig {
  std::string host;
  std::uint16_t port = 0;
  Digest pin{};  // SHA-256 of the server's SubjectPublicKeyInfo [CHN-009]
  std::uint64_t computer = 0;
  std::optional<std::uint64_t> server;  // once seen [IDN-006]
};

struct Credential {
  std::string registration_key;
  std::string user_name;
  keys::Secret password;
  bool deferred = false;
};

/// The newest version that this device has committed or seen, of one archive [ARC-025].
struct SeenVersion {
  std::uint64_t server = 0;
  std::uint64_t user = 0;
  archive::ChainPoint point;
};

/// The newest key record that this device has made or seen, of one archive [KEY-009].
struct SeenKey {
  std::uint64_t server = 0;
  std::uint64_t user = 0;
  std::uint8_t mode = 0;
  std::uint64_t generation = 0;
};

/// What the server pushed last [CFG-003].
struct DeviceConfiguration {
  std::uint64_t version = 0;
  std::vector<protocol::Setting> settings;
};

class Device {
 public:
  /// Makes the directory, its config and its key. Failures: it exists already (ExitCode::usage), the disk's.
  static Outcome<Device> create(const std::string& home, const DeviceConfig& config, const keys::ArchiveKey& key);
  /// Failures: there is none, another process uses it, config.json is damaged; the message says what to do.
  static Outcome<Device> open(const std::string& home);

  const std::string& home() const { return home_; }
  const DeviceConfig& config() const { return config_; }
  /// The server's identity, first seen or confirmed.
  Outcome<void> remember_server(std::uint64_t guid);

  /// Failures: damaged, or nobody has logged in.
  Outcome<Credential> credential() const;
  Outcome<void> remember(const Credential& credential);

  Outcome<keys::ArchiveKey> archive_key() const;
  /// Another archive key in place of the one that is there.
  Outcome<void> replace_archive_key(const keys::ArchiveKey& key);
  /// The device has no archive key afterwards.
  Outcome<void> forget_archive_key();

  /// nullopt: no key record of this archive was ever seen. Failures: keys.json is damaged; never taken for empty.
  Outcome<std::optional<SeenKey>> seen_key(std::uint64_t server, std::uint64_t user) const;
  Outcome<void> remember(const SeenKey& seen);

  /// nullopt: nothing of this archive was ever seen. Failures: chain.json is damaged; never taken for empty.
  Outcome<std::optional<archive::ChainPoint>> seen(std::uint64_t server, std::uint64_t user) const;
  Outcome<void> remember(const SeenVersion& seen);

  Outcome<DeviceConfiguration> configuration() const;
  Outcome<void> remember(const DeviceConfiguration& configuration);

  std::string config_path() const { return path("config.json"); }
  std::string cache_path() const { return path("files.cache"); }

 private:
  Device(std::string home, Descriptor lock) : home_(std::move(home)), lock_(std::move(lock)) {}
  std::string path(const char* name) const { return home_ + "/" + name; }
  Outcome<void> write_config();
  Outcome<std::vector<SeenVersion>> all_seen() const;
  Outcome<std::vector<SeenKey>> all_seen_keys() const;

  std::string home_;
  Descriptor lock_;
  DeviceConfig config_;
};

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

}  // namespace coffer::client
