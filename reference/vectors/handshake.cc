// Kinds server_handshake, client_handshake: a session machine is fed the other side's frames, one by one, and what it sends is kept.
#include <optional>
#include <utility>
#include <variant>

#include "protocol/client_session.h"
#include "protocol/server_session.h"
#include "vectors/message_json.h"
#include "vectors/refusal.h"
#include "vectors/value.h"

namespace coffer::vectors {
namespace {

using namespace protocol;
constexpr Time now{0};  // no timer runs out

/// What one side has sent, frame by frame; its Disconnect is kept apart.
class Sent {
 public:
  void add(View octets) {
    FrameReader reader;
    reader.set_verified();
    reader.feed(octets);
    while (true) {
      const auto frame = reader.next().value();
      if (!frame) return;
      const auto message = decode(frame->body).value();
      if (const auto* end = std::get_if<Disconnect>(&message))
        reason_ = static_cast<spec::Reason>(end->reason);
      else
        frames_.push_back(hex(control_frame(frame->body)));
    }
  }

  Json answer() const {
    if (!reason_) return accepted({{"sent", frames_}});
    auto refusal = refused(*reason_);
    refusal["refused"]["sent"] = frames_;
    return refusal;
  }

 private:
  Json frames_ = Json::array();
  std::optional<spec::Reason> reason_;
};

ApplicationVersion application_version(const Json& numbers) { return {numbers.at(0), numbers.at(1), numbers.at(2)}; }

/// Accounts that say what the vector says.
class Server {
 public:
  explicit Server(const Json& input)
      : input_(input),
        settings_{.guid = identity(input.at("server")),
                  .version = application_version(input.at("version")),
                  .minimum_version = application_version(input.at("minimum_version"))},
        session_(settings_, now) {}

  Json answer() {
    for (const Json& frame : input_.at("received")) {
      session_.feed(now, octets(frame));
      while (auto action = session_.next_action()) std::visit([this](const auto& a) { does(a); }, *action);
    }
    return sent_.answer();
  }

 private:
  void does(const Send& send) { sent_.add(send.octets); }
  void does(const CheckComputer&) {
    if (input_.at("admits_computer").get<bool>())
      session_.submit(now, ComputerAdmitted{});
    else
      session_.submit(now, ComputerRefused{"the vector says so"});
  }
  void does(const CheckLogin&) {
    if (!input_.at("admits_login").get<bool>()) return session_.submit(now, LoginRefused{"the vector says so"});
    auto push = std::get<ConfigPush>(message_of("config_push", input_.at("configuration")));
    session_.submit(now, LoginAdmitted{number(input_.at("user")), input_.at("permissions"), push.version, std::move(push.settings)});
  }
  void does(const auto&) {}  // notes, and the end

  const Json& input_;
  ServerSettings settings_;
  ServerSession session_;
  Sent sent_;
};

ClientSettings client_settings(const Json& input) {
  auto login = std::get<Login>(message_of("login", input.at("login")));
  ClientSettings settings{.version = std::get<Version>(message_of("version", input.at("version"))),
                          .computer = login.computer,
                          .login = std::move(login),
                          .expected_server = std::nullopt,
                          .config_version = number(input.at("configuration_version"))};
  if (const Json& server = input.at("server"); !server.is_null()) settings.expected_server = identity(server);
  return settings;
}

}  // namespace

Json server_handshake(const Json& input) { return Server(input).answer(); }

Json client_handshake(const Json& input) {
  ClientSession session(client_settings(input), now);
  Sent sent;
  const auto take = [&] {
    while (const auto action = session.next_action())
      if (const auto* send = std::get_if<Send>(&*action)) sent.add(send->octets);
  };
  session.connected(now);
  take();
  for (const Json& frame : input.at("received")) {
    session.feed(now, octets(frame));
    take();
  }
  return sent.answer();
}

}  // namespace coffer::vectors
