#include "deployment.h"

#include <fmt/core.h>
#include <stdlib.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "coffer/spec/limits.h"

namespace coffer::bench {
namespace {

constexpr const char* registration_key = "BENCHMARK0000001";
constexpr const char* user = "bench";
constexpr const char* password = "a password of some length";

std::string fixture(std::uint32_t rounds) {
  nlohmann::json document = {
      {"coffer_fixture", 1},
      {"profile", rounds < spec::limits::pbkdf2_rounds_min ? "test" : "production"},
      {"server", {{"guid", "00000000000000aa"}, {"version", "7.0.0"}, {"minimum_version", "1.0.0"}}},
      {"pbkdf2_rounds", rounds},
      {"limits", {{"sessions_max", 100'000}, {"unverified_max", 10'000}}},
      {"organisations", {{{"name", "bench"}, {"registration_keys", {{{"key", registration_key}, {"deferred", false}}}}}}},
      {"users",
       {{{"id", 1}, {"name", user}, {"organisation", "bench"}, {"password", password}, {"roles", {"desktop_user", "console_user"}}}}},
      {"computers", nlohmann::json::array()}};
  return document.dump();
}

}  // namespace

Directory::Directory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "coffer-bench-XXXXXX").string();
  if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
}

Directory::~Directory() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

std::expected<Deployment, std::string> Deployment::start(const std::filesystem::path& programs, std::uint32_t rounds) {
  Directory directory;
  std::ofstream(directory.path() / "fixture.json") << fixture(rounds);
  std::ofstream(directory.path() / "password") << password;
  auto server = Program::start({programs / "cofferd", "run", "--data", directory.path() / "data", "--fixture",
                                directory.path() / "fixture.json", "--listen", "127.0.0.1:0"},
                               directory.path() / "cofferd.log");
  if (!server) return std::unexpected(server.error());
  const auto ready = nlohmann::json::parse(server->line(), nullptr, false);
  Deployment deployment(programs, std::move(directory), std::move(*server));
  if (!ready.is_object()) {
    std::ifstream log(deployment.directory() / "cofferd.log");
    return std::unexpected("cofferd did not start: " + std::string(std::istreambuf_iterator<char>(log), {}));
  }
  deployment.port_ = ready["listening"]["port"].get<std::uint16_t>();
  deployment.pin_ = ready["pin"].get<std::string>();
  return deployment;
}

std::expected<net::ClientConnection, std::string> Deployment::connect(std::uint64_t computer) const {
  net::ConnectionSettings settings;
  settings.host = "127.0.0.1";
  settings.port = port_;
  settings.pin = net::parse_pin(pin_).value();
  protocol::Version& version = settings.session.version;
  version.protocol = spec::limits::protocol_version;
  version.major = 7;
  version.operating_system = "benchmark";
  settings.session.computer = computer;
  protocol::Login& login = settings.session.login;
  login = {registration_key, user, {}, computer, false};
  login.password.assign(password, password + std::string_view(password).size());
  auto connection = net::ClientConnection::open(std::move(settings));
  if (!connection) return std::unexpected(connection.error().detail);
  return std::move(*connection);
}

std::expected<net::ClientConnection, std::string> Deployment::log_in(std::uint64_t computer) const {
  auto connection = connect(computer);
  while (connection) {
    const auto happened = connection->next();
    if (std::holds_alternative<protocol::SessionReady>(happened)) break;
    if (std::holds_alternative<protocol::Ended>(happened)) return std::unexpected("the server ended a session before it was ready");
  }
  return connection;
}

std::expected<void, std::string> Deployment::make_device() const {
  auto made = coffer({"init", "--server", fmt::format("127.0.0.1:{}", port_), "--pin", pin_});
  if (!made) return made;
  made = coffer({"login", "--registration-key", registration_key, "--user", user, "--password-file", directory() / "password"});
  if (!made) return made;
  return coffer({"key", "create", "--mode", "custom"});
}

std::expected<void, std::string> Deployment::coffer(std::vector<std::string> arguments) const {
  std::vector<std::string> command{programs_ / "coffer", "--home", directory() / "device"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run(command, directory() / "coffer.log");
}

}  // namespace coffer::bench
