// The client's steps from the channel to ready: each answer is judged, reported, and the next step sent.
#include "fault/switch.h"
#include "protocol/client_machine.h"

namespace coffer::protocol {

namespace at = client_state;

// [SES-010] A client's first message MUST be version.
// [SES-033] A client MUST begin again with the channel and the version step after any close: a session is used once.
void ClientSession::Machine::on_connected() {
  if (fault::on(fault::SES_010_no_operating_system)) settings.version.operating_system.clear();
  if (fault::on(fault::SES_033_no_version_again) && settings.config_version != 0) {
    send(Computer{settings.computer});
    where = at::AwaitServerIdentity{};
    return arm();
  }
  send(settings.version);
  to<Handler::on_connected>(at::AwaitProceed{});
}

// [IDN-001] A client MUST present its computer's 64-bit identity, not 0, before any user.
void ClientSession::Machine::on_proceed() {
  send(Computer{fault::on(fault::IDN_001_identity_withheld) ? 0 : settings.computer});
  if (fault::on(fault::SES_001_login_before_identity)) send(std::exchange(settings.login, {}));
  to<Handler::on_proceed>(at::AwaitServerIdentity{});
}

void ClientSession::Machine::on_server_identity(const ServerIdentity& identity) {
  // [IDN-006] A client MUST close with server_refused when the server's identity is not the one it was configured with or first saw.
  if (settings.expected_server && *settings.expected_server != identity.guid && !fault::on(fault::IDN_006_any_server))
    return refuse<Handler::on_server_identity>({spec::Reason::server_refused, "IDN-006"});
  actions.emplace_back(ServerSeen{identity.guid});
  // [IDN-010] A client MUST send registration key, user name, password, computer identity and deferred flag in one login message.
  if (fault::on(fault::IDN_010_deferred_left_out)) settings.login.deferred = false;
  if (!fault::on(fault::SES_001_login_before_identity)) send(std::exchange(settings.login, {}));
  to<Handler::on_server_identity>(at::AwaitLoginAccepted{});
}

// [CFG-001] A client MUST state the version of its configuration after its login was accepted.
void ClientSession::Machine::on_login_accepted(const LoginAccepted& accepted) {
  actions.emplace_back(LoggedIn{accepted.user, accepted.permissions});
  send(ConfigState{settings.config_version + (fault::on(fault::CFG_001_another_version) ? 1 : 0)});
  to<Handler::on_login_accepted>(at::AwaitReady{});
}

// [CFG-003] A client MUST acknowledge a pushed configuration with its version after applying it.
void ClientSession::Machine::on_config_push(ConfigPush push) {
  const auto version = push.version + (fault::on(fault::CFG_003_another_version) ? 1 : 0);
  actions.emplace_back(Configured{version, std::move(push.settings)});
  send(ConfigAck{version});
  // [CFG-007] A client MUST close with unexpected_message when a second configuration is pushed before ready: in configured, none is
  // admitted.
  if (fault::on(fault::CFG_007_any_number_of_pushes)) {
    where = at::AwaitReady{};
    return arm();
  }
  to<Handler::on_config_push>(at::Configured{});
}

void ClientSession::Machine::on_ready() {
  actions.emplace_back(SessionReady{});
  to<Handler::on_ready>(at::Ready{});
}

}  // namespace coffer::protocol
