#include "judge/context.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "adapter/adapter.h"
#include "judge/deployment.h"

namespace coffer::conformance {
namespace {

using nlohmann::json;
using ClientState = spec::client_session::State;
namespace fs = std::filesystem;

/// How long a client may take to end once nothing keeps it; interop/README.md gives the adapter less.
constexpr std::chrono::seconds drive_patience{30};

/// What makes a client come to a state, and the message it has sent when it is there.
struct Way {
  std::string_view what, pending;
  bool needs_a_version = false;
};

Way way_to(ClientState state) {
  switch (state) {
    case ClientState::connecting: break;
    case ClientState::await_proceed: return {"connect", "version"};
    case ClientState::await_server_identity: return {"connect", "computer"};
    case ClientState::await_login_accepted: return {"connect", "login"};
    case ClientState::await_ready: return {"connect", "config_state"};
    case ClientState::configured: return {"connect", "config_ack"};
    case ClientState::await_pong: return {"ping", "ping"};
    case ClientState::await_missing_blocks: return {"backup", "offer_blocks"};
    case ClientState::await_version_committed: return {"backup", "commit_version"};
    case ClientState::await_versions: return {"versions", "list_versions"};
    case ClientState::await_block_list: return {"prune", "list_blocks", true};
    case ClientState::await_blocks_released: return {"prune", "release_blocks", true};
    case ClientState::await_key_state: return {"backup", "fetch_key"};
    case ClientState::await_key_stored: return {"backup", "store_key"};
    case ClientState::await_restore_begun: return {"restore", "restore_begin", true};
    case ClientState::await_blocks: return {"restore", "fetch_blocks", true};
    case ClientState::await_restore_ended: return {"restore", "restore_end", true};
    case ClientState::leaving: return {"connect", "goodbye"};
    case ClientState::ready:
    case ClientState::await_key_recovered:
    case ClientState::await_password_changed:
    case ClientState::restoring:
    case ClientState::closed: break;
  }
  throw SuiteFault(fmt::format("a client gives no sign of standing in {}: no script can wait for that", spec::client_session::name(state)));
}

}  // namespace

Context::Context(Stage& stage, Setting setting)
    : stage_(stage), setting_(std::move(setting)), computer_(stage.random.guid()), archive_key_(stage.random.octets(32)) {
  holdings_.server_guid = stage.random.guid();
  if (setting_.pending) pending_.decoded.message = setting_.pending;
}

Context::~Context() {
  // Connections end before the client's reply is awaited: a client left hanging then has nothing to wait for.
  clients_.clear();
  raw_.clear();
  servers_.clear();
  early_.reset();
  listener_.reset();
  destinations_.clear();
  if (drive_id_) try {
      setting_.adapter->await_or_give_up(*drive_id_, drive_patience);
    } catch (const std::exception& error) {
      stage_.recorder.remark(fmt::format("the drive left under way came to nothing: {}", error.what()));
    }
  std::error_code ignored;
  if (!scratch_.empty()) fs::remove_all(scratch_, ignored);
}

void Context::require(bool holds, std::string expected, std::string actual) {
  if (!holds) throw Unmet(std::move(expected), std::move(actual));
}

std::string Context::scratch() {
  if (scratch_.empty()) {
    std::string pattern =
        (fs::path(setting_.scratch_parent.empty() ? fs::temp_directory_path().string() : setting_.scratch_parent) / "conform-XXXXXX")
            .string();
    if (::mkdtemp(pattern.data()) == nullptr) throw SuiteFault("cannot make a scratch directory: " + pattern);
    scratch_ = pattern;
  }
  return scratch_;
}

// ---- A server under test -----------------------------------------------------------------------------------------------------------

Walker Context::walker() const { return walker(fixture().alice); }

Walker Context::walker(const Account& account) const {
  return {account.registration_key, account.name, account.password, computer_, false};
}

ClientPeer& Context::connect() { return connect(walker()); }

ClientPeer& Context::connect(const Walker& walker, const ClientChannelOptions& options) {
  ClientChannelOptions pinned = options;
  if (!pinned.pin) pinned.pin = setting_.pin;
  clients_.push_back(std::make_unique<ClientPeer>(stage_, setting_.server, walker, pinned));
  return *clients_.back();
}

ClientPeer& Context::at(spec::server_session::State state) { return at(state, walker()); }

ClientPeer& Context::at(spec::server_session::State state, const Walker& walker) {
  auto& client = connect(walker);
  client.walk_to(state);
  return client;
}

RawPeer& Context::tcp() {
  raw_.push_back(std::make_unique<RawPeer>(stage_, setting_.server));
  return *raw_.back();
}

// ---- A client under test -----------------------------------------------------------------------------------------------------------

void Context::drive(Drive what) {
  if (setting_.adapter == nullptr) throw Unimplemented("no adapter: a client can only be judged through one");
  if (drive_id_) throw SuiteFault("a drive is begun before the last one's end was asked for");
  if (!listener_) listener_ = std::make_unique<ListeningSocket>();
  if (what.what == "connect") {
    if (what.destination.empty()) driving_ = what.device;
  } else if (!logged_in_.contains(what.device))
    log_in(what);
  if (what.what == "logout") logged_in_.erase(what.device);
  if (what.version == 0 && (what.what == "restore" || what.what == "verify") && !holdings_.versions.empty())
    what.version = holdings_.versions.back().number;
  const Holdings& held = what.destination.empty() ? holdings_ : destination(what.destination).holdings();
  json fields{{"do", what.what},
              {"host", "127.0.0.1"},
              {"port", what.destination.empty() ? listener_->port() : destination(what.destination).port()},
              {"pin", hex(what.pin.value_or(setting_.credentials->pin()))},
              {"server", guid_text(what.expected_server.value_or(held.server_guid))},
              {"computer", guid_text(computer_)},
              {"registration_key", fixture().standard_key},
              {"user", fixture().alice.name},
              {"password", fixture().alice.password},
              {"deferred", what.deferred},
              {"device", device_name(what.device)}};
  if (!what.without_archive_key) fields["archive_key"] = hex(what.archive_key.value_or(archive_key_));
  if (!what.destination.empty()) fields["destination"] = what.destination;
  for (const auto& name : what.destinations)
    fields["destinations"].push_back({{"name", name},
                                      {"host", "127.0.0.1"},
                                      {"port", destination(name).port()},
                                      {"pin", hex(setting_.credentials->pin())},
                                      {"server", guid_text(destination(name).holdings().server_guid)}});
  if (!what.paths.empty()) fields["paths"] = what.paths;
  if (what.version != 0) fields["version"] = what.version;
  if (!what.target.empty()) fields["target"] = what.target;
  if (what.overwrite) fields["overwrite"] = true;
  if (!what.keep.empty()) fields["keep"] = what.keep;
  if (!what.mode.empty()) fields["mode"] = what.mode;
  if (!what.archive_password.empty()) fields["archive_password"] = what.archive_password;
  if (!what.timers_ms.empty()) fields["timers_ms"] = what.timers_ms;
  stage_.recorder.happened('-', "drive " + what.what, "the client under test is asked to");
  drive_id_ = setting_.adapter->begin("drive", std::move(fields), stage_.patience.answer + drive_patience);
}

void Context::log_in(const Drive& later) {
  stage_.recorder.remark("the device logs in first");
  drive({.what = "connect", .device = later.device, .deferred = later.deferred});
  std::string actual = "no session with an honest server";
  try {
    accept().serve_to_the_end();
    const auto report = driven();
    if (report.ended == "ok") return;
    actual = report.ended + " " + report.detail;
  } catch (const Unmet& unmet) {
    actual = unmet.what();
  }
  throw NotReached("a device that is logged in", actual);
}

OtherServer& Context::destination(const std::string& name) {
  auto& found = destinations_[name];
  if (!found) found = std::make_unique<OtherServer>(stage_, *setting_.credentials);
  return *found;
}

void Context::log_in_at(const std::string& name) {
  stage_.recorder.remark("the device logs in at destination " + name);
  auto& other = destination(name);
  other.serve([](ServerPeer& server) { server.serve_to_the_end(); });
  drive({.what = "connect", .destination = name});
  const auto report = driven();
  try {
    other.served();
  } catch (const Unmet& unmet) {
    throw NotReached("a device that is logged in at " + name, unmet.what());
  }
  if (report.ended != "ok") throw NotReached("a device that is logged in at " + name, report.ended + " " + report.detail);
}

DriveReport Context::driven() {
  if (!drive_id_) throw SuiteFault("no drive is under way");
  const auto id = *drive_id_;
  drive_id_.reset();
  // A client that has ended its side may linger until its peer does too [SES-007].
  for (const auto& server : servers_)
    if (server->end().any()) server->channel().close();
  const auto reply = setting_.adapter->await_or_give_up(id, stage_.patience.answer + drive_patience);
  DriveReport report{text_member(reply, "drive", "ended"), reply.contains("detail") ? reply["detail"].dump() : std::string()};
  stage_.recorder.happened('-', "the client reports: " + report.ended, report.detail);
  if (report.ended == "ok" && !driving_.empty()) logged_in_.insert(driving_);
  driving_.clear();
  if (report.ended != "ok" && report.ended != "refused" && report.ended != "failed")
    throw SuiteFault("`drive` must answer with \"ended\" as \"ok\", \"refused\" or \"failed\", got: " + report.ended);
  return report;
}

Socket Context::accept_tcp() {
  if (early_) {
    auto socket = std::move(*early_);
    early_.reset();
    return socket;
  }
  if (!listener_) throw SuiteFault("nothing was driven: no client will connect");
  // A client that ends without connecting is known by its reply, before the patience ends.
  for (const auto deadline = stage_.deadline();;) {
    if (auto socket = listener_->accept(std::min(deadline, Clock::now() + std::chrono::milliseconds(20)))) return std::move(*socket);
    const bool over = drive_id_ && setting_.adapter->replied(*drive_id_);
    if (!over && Clock::now() < deadline) continue;
    if (auto socket = listener_->accept(Clock::now())) return std::move(*socket);
    // Whether client or adapter is to blame shows when it replies, or does not.
    const auto report = driven();
    throw NotReached("a connection from the client",
                     fmt::format("{}: {} {}", over ? "it ended without one" : "nothing in time", report.ended, report.detail));
  }
}

ServerPeer& Context::accept(const ServerChannelOptions& options) {
  servers_.push_back(std::make_unique<ServerPeer>(stage_, accept_tcp(), *setting_.credentials, holdings_, options));
  return *servers_.back();
}

bool Context::connects_again() {
  if (!drive_id_) throw SuiteFault("no drive is under way");
  for (const auto deadline = stage_.deadline(); Clock::now() < deadline;) {
    if (auto socket = listener_->accept(Clock::now() + std::chrono::milliseconds(20))) {
      early_ = std::move(*socket);
      stage_.recorder.happened('-', "the client connects again");
      return true;
    }
    if (setting_.adapter->replied(*drive_id_)) {
      early_ = listener_->accept(Clock::now());
      return early_.has_value();
    }
  }
  return false;
}

bool Context::ends_by_itself() {
  if (!drive_id_) throw SuiteFault("no drive is under way");
  for (const auto deadline = stage_.deadline(); Clock::now() < deadline; std::this_thread::sleep_for(std::chrono::milliseconds(5)))
    if (setting_.adapter->replied(*drive_id_)) return true;
  return false;
}

ArchiveKeys Context::archive_keys_at(const std::string& name) {
  const auto& held = destination(name).holdings();
  return derive_keys(archive_key_, {held.user, computer_, held.server_guid});
}

void Context::back_up_first(const Drive& backup) {
  drive(backup);
  accept().serve_to_any_end();
  if (const auto report = driven(); report.ended != "ok")
    throw NotReached("a version to ask for", "the backup before it: " + report.ended + " " + report.detail);
}

ServerPeer& Context::client_in(ClientState state) {
  const auto way = way_to(state);
  Drive what{.what = std::string(way.what)};
  if (way.needs_a_version || way.what == "backup")
    what.paths = {make_tree({{"one.txt", octets("the first file")}, {"two.bin", random().octets(3000)}})};
  if (way.needs_a_version) {
    what.what = "backup";
    back_up_first(what);
    if (way.what == "prune") {
      what.paths = {make_tree({{"one.txt", octets("another first file")}})};
      back_up_first(what);
      what.keep = {{"last", 1}};
    } else {
      what.target = scratch() + "/restored";
    }
    what.what = way.what;
    what.paths.clear();
  }
  drive(what);
  auto& server = accept();
  pending_ = server.serve_until(way.pending);
  stage_.recorder.remark(fmt::format("the client is in {}", spec::client_session::name(state)), server.name());
  return server;
}

std::string Context::device_name(std::string_view device) const { return fmt::format("{}-{}", guid_text(computer_), device); }

ArchiveKeys Context::archive_keys() const { return derive_keys(archive_key_, {holdings_.user, computer_, holdings_.server_guid}); }

std::string Context::make_tree(const std::map<std::string, Octets>& files) {
  const fs::path root = fs::path(scratch()) / fmt::format("tree{}", ++trees_);
  fs::create_directories(root);
  for (const auto& [path, content] : files) {
    fs::create_directories((root / path).parent_path());
    std::ofstream file(root / path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    if (!file) throw SuiteFault("cannot write " + (root / path).string());
  }
  return root.string();
}

// ---- The adapter's other verbs -------------------------------------------------------------------------------------------------------

json Context::admin(json what) {
  if (setting_.adapter == nullptr) throw Unimplemented("no adapter: nothing can be administered");
  stage_.recorder.happened('-', "admin " + what.dump());
  auto reply = setting_.adapter->call("admin", std::move(what));
  // A server that was started again may listen elsewhere.
  if (reply.contains("port")) setting_.server.port = port_member(reply, "admin");
  return reply;
}

std::optional<std::string> Context::serve_anew(const Fixture& fixture) {
  if (setting_.adapter == nullptr) throw Unimplemented("no adapter: nothing can be served");
  stage_.recorder.happened('-', "another server is served");
  auto served = conformance::serve_anew(*setting_.adapter, fixture, setting_.fault);
  if (!served) return served.error();
  setting_.server = std::move(served->server);
  setting_.pin = std::move(served->pin);
  return std::nullopt;
}

void Context::serve_again(const Fixture& fixture) {
  if (setting_.adapter == nullptr) throw Unimplemented("no adapter: nothing can be served");
  stage_.recorder.happened('-', "other accounts are prepared");
  prepare(*setting_.adapter, fixture, setting_.fault);
  admin({{"do", "restart"}});
}

json Context::vector(const std::string& kind, const json& input) {
  if (setting_.adapter == nullptr) throw Unimplemented("no adapter: nobody to give vectors to");
  const auto beginning = [](const json& value) {
    const auto text = value.dump(-1, ' ', true);
    return text.size() <= 400 ? text : text.substr(0, 400) + fmt::format("… ({} characters)", text.size());
  };
  stage_.recorder.happened('-', "vector " + kind, beginning(input));
  const auto id = setting_.adapter->begin("vector", {{"kind", kind}, {"input", input}}, stage_.patience.answer);
  auto reply = setting_.adapter->await_or_give_up(id, stage_.patience.answer);
  reply.erase("id");
  stage_.recorder.happened('-', "the reply", beginning(reply));
  return reply;
}

json Context::observe(json what) {
  if (setting_.adapter == nullptr) throw Unimplemented("no adapter: nothing can be observed");
  stage_.recorder.happened('-', "observe " + what.dump());
  return setting_.adapter->call("observe", std::move(what));
}

}  // namespace coffer::conformance
