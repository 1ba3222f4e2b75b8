#include "server/serve.h"

#include <botan/system_rng.h>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <optional>

#include "net/server_shell.h"
#include "server/account_source.h"
#include "server/backend.h"
#include "server/escrow_change.h"
#include "server/kept_keys.h"
#include "server/wall_time.h"

namespace coffer::server {
namespace {

Outcome stop(Outcome outcome, std::string_view what) {
  spdlog::error("{}", what);
  return outcome;
}

/// SIGTERM and SIGINT are waited for by the main thread alone: blocked here, before any other thread begins.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// Each session is a descriptor: as many as the system lets us have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

net::ServerShellSettings shell_settings(const ServeOptions& options, const accounts::Fixture& fixture) {
  net::ServerShellSettings settings;
  settings.address = options.address;
  settings.port = options.port;
  settings.session = {fixture.server_guid, fixture.server_version, fixture.minimum_version, fixture.timers};
  if (fixture.sessions_max) settings.sessions_max = *fixture.sessions_max;
  if (fixture.unverified_max) settings.unverified_max = *fixture.unverified_max;
  if (fixture.unverified_events_per_minute) settings.stranger_events_per_minute = *fixture.unverified_events_per_minute;
  return settings;
}

}  // namespace

Outcome serve(const ServeOptions& options) {
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("cofferd", std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  auto fixture = read_fixture(options.fixture);
  if (!fixture) return stop(Outcome::bad_fixture, fixture.error());
  const auto stop_signals = block_stop_signals();  // not before: a fixture may be a pipe into which nobody writes
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();

  const auto settings = shell_settings(options, *fixture);
  const auto server_guid = accounts::guid_text(fixture->server_guid);

  store::PosixFileSystem files{options.data};
  store::StoreOptions store_options;
  if (fixture->unverified_events_max) store_options.passing_events_max = *fixture->unverified_events_max;
  store_options.on_damage = [&options](const std::string& what) {
    spdlog::error("{}; `cofferd verify --data {}` names what is damaged", what, options.data.string());
  };
  if (const auto quota = fixture->quota_octets) store_options.quota_octets = [quota](std::uint64_t) { return quota; };
  store_options.pack_octets_max = options.pack_octets;
  store_options.reserve_octets = options.reserve_octets;
  auto opened = store::Store::open(options.data, files, wall_time, store_options);
  if (!opened) return stop(Outcome::store_failed, opened.error().what);
  auto& store = **opened;

  const auto identity =
      options.key.empty() ? net::ServerIdentity::keep(options.data) : net::ServerIdentity::load(options.key, options.certificate);
  if (!identity) return stop(Outcome::bad_fixture, identity.error());

  auto bound = store.bindings();
  if (!bound) return stop(Outcome::store_failed, bound.error().what);
  const auto bind = [&store](std::uint64_t computer, std::uint64_t user) -> std::expected<void, std::string> {
    if (const auto kept = store.bind(computer, user); !kept) return std::unexpected(kept.error().what);
    return {};
  };
  const KeyKeeperSettings key_settings{fixture->server_guid, rounds_taken(*fixture)};
  accounts::Directory directory{std::move(*fixture), Botan::system_rng(), std::move(*bound), bind};
  auto key_store = open_kept_keys(options.data, store);
  if (!key_store) return stop(Outcome::store_failed, key_store.error());
  auto escrow_key = settled_escrow_key(options.data, **key_store, key_settings.server);
  if (!escrow_key) return stop(Outcome::store_failed, escrow_key.error());
  auto keys = KeyKeeper::begin(key_settings, std::move(*escrow_key), directory, **key_store, store);
  if (!keys) return stop(Outcome::store_failed, keys.error());
  Backend backend{directory, store, **keys};
  auto shell = net::ServerShell::start(settings, *identity, backend);
  if (!shell) return stop(Outcome::cannot_listen, shell.error());

  const nlohmann::ordered_json ready = {{"listening", {{"address", options.address}, {"port", (*shell)->port()}}},
                                        {"pin", net::to_text(identity->pin())},
                                        {"server", server_guid}};
  fmt::print("{}\n", ready.dump());
  std::fflush(stdout);

  std::optional<Upkeep> upkeep(std::in_place, store, options.upkeep);
  int signal = 0;
  sigwait(&stop_signals, &signal);
  spdlog::info("stopping: {}", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  upkeep.reset();
  (*shell)->stop();
  return Outcome::ok;
}

}  // namespace coffer::server
