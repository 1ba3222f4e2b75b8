#include "client/net_link.h"

#include <sys/utsname.h>

#include <ctime>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "client/interruption.h"
#include "client/session_end.h"
#include "coffer/spec/limits.h"
#include "fault/switch.h"
#include "net/client_connection.h"

namespace coffer::client {
namespace {

// [SES-010] A client's first message MUST be version: protocol, application version, operating system, virtual machine, address and time
// zone.
protocol::Version version_of_this_program() {
  utsname system{};
  std::string operating_system = "Linux";
  if (::uname(&system) == 0) operating_system = fmt::format("{} {} {}", system.sysname, system.release, system.machine);
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  return {.protocol = spec::limits::protocol_version,
          .major = application_version.major,
          .minor = application_version.minor,
          .patch = application_version.patch,
          .time_zone_minutes = static_cast<std::int16_t>(local.tm_gmtoff / 60),
          .operating_system = operating_system.substr(0, spec::limits::text_octets_max),
          .virtual_machine = {},
          .address = {}};  // the connection's own
}

class NetLink final : public ServerLink {
 public:
  /// `committing`: while it is true, nobody gives up waiting.
  NetLink(net::ClientConnection connection, const Device& device, DestinationConfig config, std::shared_ptr<bool> committing)
      : connection_(std::move(connection)),
        config_(std::move(config)),
        config_path_(device.config_path()),
        committing_(std::move(committing)) {
    facts_.computer = device.computer();
  }

  /// From the version step to ready.
  Outcome<void> walk(Device& device) {
    while (true) {
      auto happening = connection_.next();
      if (const auto* seen = std::get_if<protocol::ServerSeen>(&happening)) facts_.server = seen->guid;
      if (const auto* user = std::get_if<protocol::LoggedIn>(&happening)) {
        facts_.user = user->user;
        facts_.permissions = user->permissions;
      }
      if (auto* pushed = std::get_if<protocol::Configured>(&happening)) {
        // [CFG-003] A client MUST acknowledge a pushed configuration with its version after applying it.
        if (auto kept = device.remember(config_.name, DeviceConfiguration{pushed->version, std::move(pushed->settings)}); !kept)
          return kept;
      }
      if (std::holds_alternative<protocol::SessionReady>(happening)) {
        auto remembered = device.remember_server(config_.name, facts_.server);
        if (!remembered) leave();
        return remembered;
      }
      if (const auto* ended = std::get_if<protocol::Ended>(&happening)) return std::unexpected(why(*ended));
    }
  }

  SessionFacts facts() const override { return facts_; }

  Outcome<void> ping() override {
    const auto alive = ask<protocol::Alive>(protocol::BeginPing{++token_});
    if (!alive) return std::unexpected(alive.error());
    return {};
  }

  Outcome<std::vector<std::uint16_t>> offer(View ids) override {
    auto wanted = ask<protocol::Wanted>(protocol::BeginOffer{Octets(ids.begin(), ids.end())});
    if (!wanted) return std::unexpected(wanted.error());
    return std::move(wanted->indices);
  }

  Outcome<void> send(const Digest& id, const Digest& checksum, Octets sealed) override {
    return submit(protocol::SendBlock{id, checksum, std::move(sealed)});
  }

  Outcome<void> commit(protocol::CommitVersion version) override {
    // An answer on which hangs whether there is a version is waited for as long as there is time at all.
    *committing_ = true;
    const auto stored = ask<protocol::VersionStored>(protocol::BeginCommit{std::move(version)});
    *committing_ = false;
    if (!stored) return std::unexpected(stored.error());
    return {};
  }

  Outcome<VersionsPage> list(std::uint64_t from) override {
    auto listed = ask<protocol::VersionsListed>(protocol::BeginList{from});
    if (!listed) return std::unexpected(listed.error());
    return VersionsPage{std::move(listed->entries), listed->more};
  }

  Outcome<BlockIdsPage> list_blocks(const Digest& after) override {
    auto listed = ask<protocol::BlocksListed>(protocol::BeginListBlocks{after});
    if (!listed) return std::unexpected(listed.error());
    return BlockIdsPage{std::move(listed->ids), listed->more};
  }

  Outcome<void> release(View ids) override {
    const auto taken = ask<protocol::ReleaseTaken>(protocol::BeginRelease{Octets(ids.begin(), ids.end())});
    if (!taken) return std::unexpected(taken.error());
    return {};
  }

  Outcome<KeyStanding> fetch_key() override {
    auto shown = ask<protocol::KeyShown>(protocol::BeginFetchKey{});
    if (!shown) return std::unexpected(shown.error());
    return KeyStanding{shown->modes, std::move(shown->escrow_key), std::move(shown->device_key), std::move(shown->record)};
  }

  Outcome<void> store_key(Octets record, std::uint64_t generation) override {
    const auto stored = ask<protocol::KeyAcknowledged>(protocol::BeginStoreKey{std::move(record), generation});
    if (!stored) return std::unexpected(stored.error());
    return {};
  }

  Outcome<Octets> recover_key(View recipient) override {
    auto handed = ask<protocol::KeyHandedOver>(protocol::BeginRecoverKey{Octets(recipient.begin(), recipient.end())});
    if (!handed) return std::unexpected(handed.error());
    return std::move(handed->wrap);
  }

  Outcome<void> change_password(View current, View replacement) override {
    const auto taken = ask<protocol::PasswordTaken>(
        protocol::BeginChangePassword{{current.begin(), current.end()}, {replacement.begin(), replacement.end()}});
    if (!taken) return std::unexpected(taken.error());
    return {};
  }

  Outcome<void> begin_restore(std::uint64_t version, Purpose purpose) override {
    const auto begun = ask<protocol::RestoreStarted>(protocol::RequestRestore{version, static_cast<std::uint16_t>(purpose)});
    if (!begun) return std::unexpected(begun.error());
    return {};
  }

  Outcome<std::vector<std::uint16_t>> fetch(View ids, const BlockSink& sink) override {
    auto ended = ask<protocol::BlocksEnded>(protocol::BeginFetch{Octets(ids.begin(), ids.end())},
                                            [&](protocol::BlockArrived block) { sink(block.id, std::move(block.sealed)); });
    if (!ended) return std::unexpected(ended.error());
    return std::move(ended->missing);
  }

  Outcome<void> end_restore(bool complete) override {
    const auto finished = ask<protocol::RestoreFinished>(protocol::FinishRestore{complete});
    if (!finished) return std::unexpected(finished.error());
    return {};
  }

  void leave() override { (void)connection_.leave(); }

 private:
  Failure why(const protocol::Ended& ended) const {
    // The peer's own word is the best explanation, then what this side found wrong, then what broke underneath.
    if (!ended.peer_reason && !ended.fault && connection_.trouble()) return explain(*connection_.trouble(), config_, config_path_);
    return explain(ended, config_);
  }

  Outcome<void> submit(protocol::ClientRequest request) {
    if (connection_.submit(std::move(request))) return {};
    // Between requests the session waits for its program: what refuses one is its end.
    auto happening = connection_.next();
    if (const auto* ended = std::get_if<protocol::Ended>(&happening)) return std::unexpected(why(*ended));
    return std::unexpected(Failure{ExitCode::local, "a request was made at the wrong time; this is a fault of coffer itself"});
  }

  template <typename Answer>
  Outcome<Answer> ask(protocol::ClientRequest request, const std::function<void(protocol::BlockArrived)>& on_block = {}) {
    if (auto submitted = submit(std::move(request)); !submitted) return std::unexpected(submitted.error());
    while (true) {
      auto happening = connection_.next();
      if (auto* answer = std::get_if<Answer>(&happening)) return std::move(*answer);
      if (auto* block = std::get_if<protocol::BlockArrived>(&happening); block && on_block) on_block(std::move(*block));
      if (const auto* ended = std::get_if<protocol::Ended>(&happening)) return std::unexpected(why(*ended));
    }
  }

  net::ClientConnection connection_;
  DestinationConfig config_;
  std::string config_path_;
  std::shared_ptr<bool> committing_;
  SessionFacts facts_;
  std::uint64_t token_ = 0;
};

}  // namespace

Outcome<std::unique_ptr<ServerLink>> connect(Device& device, const std::string& destination, const Credential& credential,
                                             const protocol::Timers& timers) {
  const auto configuration = device.configuration(destination);
  if (!configuration) return std::unexpected(configuration.error());
  const DestinationConfig config = device.destination(destination);
  const auto committing = std::make_shared<bool>(false);
  auto connection =
      net::ClientConnection::open({.host = config.host,
                                   .port = config.port,
                                   .pin = net::Pin{config.pin},
                                   .session = {.version = version_of_this_program(),
                                               .computer = device.computer(),
                                               .login = {.registration_key = credential.registration_key,
                                                         .user_name = credential.user_name,
                                                         .password = credential.password,
                                                         .computer = device.computer(),
                                                         .deferred = credential.deferred},
                                               .expected_server = config.server,
                                               .config_version = configuration->version,
                                               .timers = timers},
                                   .give_up = [committing](auto silent) { return !*committing && Interruption::is_over(silent); }});
  if (!connection) return std::unexpected(explain(connection.error(), config, device.config_path()));
  auto link = std::make_unique<NetLink>(std::move(*connection), device, config, committing);
  if (auto ready = link->walk(device); !ready) return std::unexpected(ready.error());
  return std::unique_ptr<ServerLink>(std::move(link));
}

}  // namespace coffer::client
