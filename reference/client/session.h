// A session with one of the device's destinations, and the keys of its archive there, opened with what the server hands out: what every
// command that talks to a server begins with.
#pragma once

#include <memory>

#include "client/commands.h"
#include "client/device.h"
#include "client/key_ring.h"
#include "client/server_link.h"
#include "client/version_list.h"
#include "keys/archive_key.h"
#include "protocol/session_types.h"

namespace coffer::client {

/// A session in ready, in which nothing was asked for yet.
struct Visit {
  std::shared_ptr<Device> device;
  std::string destination;
  std::unique_ptr<ServerLink> link;
};

struct Session : Visit {
  ShownKey shown;
  keys::ArchiveKey key;
  keys::ArchiveKeys keys;

  /// The newest version this device has seen of this archive.
  Outcome<std::optional<archive::ChainPoint>> seen() const;
  Outcome<void> remember(const archive::ChainPoint& point);
  /// All versions, verified, the newest remembered [ARC-025].
  Outcome<VersionList> versions();
  /// Likewise for who only reads, as from a device with a full disk: that the newest cannot be remembered is a problem, and no failure.
  Outcome<VersionList> versions(Problems& problems);
  /// Of a version that this device has made.
  Outcome<void> remember_own(const archive::ChainPoint& point);
  /// Leaves, and logs in anew: the link is another one afterwards. Failures: as of open_session; local when user or server are others now.
  Outcome<void> begin_again(const protocol::Timers& timers);
};

/// Of the destination that the context names, or of the only one. Failures of the device, of the connection; usage when none is named and
/// there are several; refused when the user has none of the permissions (bits of tables/permissions.toml; 0: none is needed).
Outcome<Visit> visit(const Context& context, std::uint32_t permissions_any_of);
/// The same of a device that is open already. Several may be opened at once, each in a thread.
Outcome<Visit> visit(std::shared_ptr<Device> device, const std::string& destination, const protocol::Timers& timers,
                     std::uint32_t permissions_any_of);

/// A visit with the key that the device keeps for the destination: the server is asked for the device key, and what it says of the
/// archive's key is believed (key_ring.h). Failures: as of visit; there is no key, or it does not open; refused.
Outcome<Session> open_session(const Context& context, std::uint32_t permissions_any_of);
Outcome<Session> open_session(std::shared_ptr<Device> device, const std::string& destination, const protocol::Timers& timers,
                              std::uint32_t permissions_any_of);

/// The version of that number. Failure: refused, naming those that there are.
Outcome<const ListedVersion*> find_version(const VersionList& list, std::uint64_t number);

/// "2026-11-21 03:18:40 UTC".
std::string time_for_people(std::int64_t nanoseconds);

}  // namespace coffer::client
