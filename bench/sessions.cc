#include <botan/auto_rng.h>
#include <botan/pubkey.h>
#include <botan/rsa.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "accounts/verifier.h"
#include "benchmarks.h"
#include "deployment.h"

namespace coffer::bench {
namespace {

constexpr unsigned clients_at_once = 4;
constexpr std::uint64_t computers_each = 32;

using Attempt = std::function<std::expected<void, std::string>(std::uint64_t computer)>;

/// Attempts per second by so many threads, each with a few computers of its own in turn: all but their first logins find them known.
std::expected<double, std::string> attempts_per_second(double duration, unsigned threads, const Attempt& attempt) {
  static std::uint64_t base = 0;
  std::atomic<std::uint64_t> done = 0;
  std::atomic<bool> stop = false;
  std::vector<std::string> errors(threads);
  const double took = seconds([&] {
    std::vector<std::jthread> workers;
    for (unsigned worker = 0; worker < threads; ++worker)
      workers.emplace_back([&, worker, first = base += computers_each]() mutable {
        std::uint64_t count = 0;
        while (!stop && errors[worker].empty()) {
          if (const auto tried = attempt(first + ++count % computers_each))
            ++done;
          else
            errors[worker] = tried.error();
        }
      });
    std::this_thread::sleep_for(std::chrono::duration<double>(duration));
    stop = true;
  });
  for (const std::string& error : errors)
    if (!error.empty()) return std::unexpected(error);
  return static_cast<double>(done) / took;
}

/// RSA signatures per second: what a full handshake costs the server at the least.
double signatures_per_second() {
  Botan::AutoSeeded_RNG random;
  const Botan::RSA_PrivateKey key(random, 2048);
  Botan::PK_Signer signer(key, random, "EMSA4(SHA-384)");
  const std::vector<std::uint8_t> message(100, 1);
  return rate({0.3, 5}, [&] {
    (void)signer.sign_message(message, random);
    return 1.0;
  });
}

}  // namespace

/// Password checks per second of one core: what a login costs the server beside its handshake.
double checks_per_second(std::uint32_t rounds) {
  Botan::AutoSeeded_RNG random;
  const std::vector<std::uint8_t> password(24, 'p');
  const auto verifier = accounts::make_verifier(random, password, rounds);
  return rate({0.3, 5}, [&] { return accounts::matches(verifier, password) ? 1.0 : 0.0; });
}

Figures sessions(const std::filesystem::path& programs, double seconds_each) {
  const std::string group = "Sessions, client and server on this machine";
  std::vector<Figure> figures;
  const double signatures = signatures_per_second();
  for (const std::uint32_t rounds : {1000u, 100'000u}) {
    const double checks = checks_per_second(rounds);
    auto deployment = Deployment::start(programs, rounds);
    if (!deployment) return std::unexpected(deployment.error());
    const auto handshake = [&](std::uint64_t computer) -> std::expected<void, std::string> {
      const auto connection = deployment->connect(computer);
      if (!connection) return std::unexpected(connection.error());
      return {};
    };
    const auto login = [&](std::uint64_t computer) -> std::expected<void, std::string> {
      auto connection = deployment->log_in(computer);
      if (!connection) return std::unexpected(connection.error());
      connection->leave();
      return {};
    };
    for (const unsigned threads : {1u, clients_at_once}) {
      const std::string how = threads == 1 ? "one after another" : fmt::format("{} clients at once", threads);
      if (rounds == 1000) {
        const auto handshakes = attempts_per_second(seconds_each, threads, handshake);
        if (!handshakes) return std::unexpected(handshakes.error());
        figures.push_back({group, "full TLS handshakes, " + how, *handshakes, "per second", signatures, "RSA-2048 signatures of one core"});
      }
      const auto logins = attempts_per_second(seconds_each, threads, login);
      if (!logins) return std::unexpected(logins.error());
      figures.push_back({group, fmt::format("logins, {} rounds, {}", rounds, how), *logins, "per second", 1 / (1 / signatures + 1 / checks),
                         "signature and password check on one core"});
    }
  }
  return figures;
}

Figures idle_memory(const std::filesystem::path& programs, std::size_t session_count) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);  // ours and, inherited, the server's

  auto deployment = Deployment::start(programs, 1000);
  if (!deployment) return std::unexpected(deployment.error());
  std::vector<net::ClientConnection> connections;
  connections.reserve(session_count);
  // The first sessions pay for what all of them share.
  constexpr std::size_t warm_up = 20;
  std::size_t before = 0, own_before = 0;
  for (std::size_t i = 0; i < session_count + warm_up; ++i) {
    if (i == warm_up) {
      before = resident_octets(deployment->server());
      own_before = resident_octets(::getpid());
    }
    auto connection = deployment->log_in(i + 1);
    if (!connection) return std::unexpected(fmt::format("session {}: {}", i + 1, connection.error()));
    connections.push_back(std::move(*connection));
  }
  const auto kib_each = [&](pid_t process, std::size_t then) {
    return (static_cast<double>(resident_octets(process)) - static_cast<double>(then)) / static_cast<double>(session_count) / 1024;
  };
  return std::vector<Figure>{{fmt::format("Memory of the server ({} sessions logged in, doing nothing)", session_count),
                              "resident octets of one session", kib_each(deployment->server(), before), "KiB",
                              kib_each(::getpid(), own_before), "the clients' ends of them, here"}};
}

}  // namespace coffer::bench
