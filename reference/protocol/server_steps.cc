// The server's steps from the first message to ready: version, computer, login, configuration.
#include "protocol/server_machine.h"

#include "coffer/spec/limits.h"
#include "fault/switch.h"

namespace coffer::protocol {

namespace at = server_state;
using spec::Reason;

namespace {

/// For a fault: versions as they must not be compared.
std::string as_text(const ApplicationVersion& version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch);
}

}  // namespace

void ServerSession::Machine::on_version(const Version& version) {
  const auto application = ApplicationVersion{version.major, version.minor, version.patch};
  // [SES-015] A server MUST log version, operating system, virtual machine, address and time zone of each client.
  note("client_version",
       {{"protocol", std::to_string(version.protocol)},
        {"version", std::to_string(version.major) + "." + std::to_string(version.minor) + "." + std::to_string(version.patch)},
        {"operating_system", version.operating_system},
        {"virtual_machine", version.virtual_machine},
        {"address", version.address},
        {"time_zone_minutes", fault::on(fault::SES_015_time_zone_not_logged) ? "" : std::to_string(version.time_zone_minutes)}});
  // [SES-011] A server MUST close with version_invalid when protocol is not 6.
  if (version.protocol != spec::limits::protocol_version && !fault::on(fault::SES_011_any_protocol))
    return refuse<Handler::on_version>({Reason::version_invalid, "SES-011"});
  // [SES-012] A server MUST close with version_too_old, before any identity is looked at, when the version is below its minimum.
  const bool too_old = fault::on(fault::SES_016_compared_as_text) ? as_text(application) < as_text(settings->minimum_version)
                                                                  : application < settings->minimum_version;
  if (too_old && !fault::on(fault::SES_012_any_version)) return refuse<Handler::on_version>({Reason::version_too_old, "SES-012"});
  // [SES-013] A server MUST answer an accepted version with proceed.
  if (fault::on(fault::SES_013_pong_for_proceed)) send(Pong{});
  send(Proceed{settings->version.major, settings->version.minor, settings->version.patch});
  to<Handler::on_version>(at::AwaitComputer{});
}

void ServerSession::Machine::on_computer(const Computer& computer) {
  actions.emplace_back(CheckComputer{computer.guid});
  to<Handler::on_computer>(at::CheckingComputer{computer.guid});
}

// [IDN-005] A server MUST answer an admitted computer with its own 64-bit identity.
void ServerSession::Machine::on_computer_admitted() {
  send(ServerIdentity{settings->guid + (fault::on(fault::IDN_005_another_identity) ? 1 : 0)});
  to<Handler::on_computer_admitted>(at::AwaitLogin{in<at::CheckingComputer>().computer});
}

// [IDN-003] A server MUST close with computer_refused, whatever the cause, when it does not admit a computer.
void ServerSession::Machine::on_computer_refused(const ComputerRefused& refusal) {
  // [IDN-022] A server MUST write the precise cause of a refusal to its event log and never a password.
  note("computer_refused", {{"computer", guid_text(in<at::CheckingComputer>().computer)}, {"cause", refusal.cause}});
  const auto reason = fault::on(fault::IDN_003_another_reason) ? Reason::not_permitted : Reason::computer_refused;
  refuse<Handler::on_computer_refused>({reason, "IDN-003"});
}

void ServerSession::Machine::on_login(Login login) {
  const auto presented = in<at::AwaitLogin>().computer;
  // [IDN-017] A server MUST refuse a login whose computer identity is not the one presented in the computer step.
  // (The client knows both already: that no password work is done here tells it nothing.)
  if (login.computer != presented && !fault::on(fault::IDN_017_any_computer)) {
    note("login_refused", {{"computer", guid_text(presented)}, {"user_name", login.user_name}, {"cause", "computer_mismatch"}});
    return refuse<Handler::on_login>({Reason::login_refused, "IDN-017"});
  }
  const bool deferred = login.deferred;
  if (fault::on(fault::IDN_022_password_kept)) note("login", {{"password", std::string(login.password.begin(), login.password.end())}});
  actions.emplace_back(CheckLogin{std::move(login)});
  to<Handler::on_login>(at::CheckingLogin{presented, deferred});
}

void ServerSession::Machine::on_login_admitted(LoginAdmitted admitted) {
  const auto& checking = in<at::CheckingLogin>();
  // [IDN-020] A server MUST grant no permission to a deferred login.
  const at::Identity who{checking.computer, admitted.user,
                         checking.deferred && !fault::on(fault::IDN_020_deferred_may_all) ? 0 : admitted.permissions};
  // [FRM-010] Before the user is verified, a server MUST close with frame_too_large when length exceeds 4,096: from here on it is.
  reader.set_verified();
  verified = true;
  note("login_accepted",
       {{"user", std::to_string(who.user)}, {"computer", guid_text(who.computer)}, {"deferred", checking.deferred ? "yes" : "no"}});
  // [IDN-015] A server MUST answer an accepted login with the user's identifier and exactly the permissions that its roles grant.
  if (fault::on(fault::SES_001_ready_without_configuration)) {
    send(LoginAccepted{who.user, who.permissions});
    send(Ready{});
    where = at::Ready{who};
    return arm();
  }
  send(LoginAccepted{who.user, who.permissions | (fault::on(fault::IDN_015_a_permission_too_many) ? 1U << 31U : 0U)});
  to<Handler::on_login_admitted>(at::AwaitConfig{who, admitted.config_version, std::move(admitted.settings)});
}

// [IDN-014] A server MUST close with login_refused, whatever the cause, when it does not accept a login.
void ServerSession::Machine::on_login_refused(const LoginRefused& refusal) {
  note("login_refused",
       {{"computer", guid_text(in<at::CheckingLogin>().computer)}, {"cause", fault::on(fault::IDN_022_no_cause) ? "" : refusal.cause}});
  auto reason = fault::on(fault::IDN_014_another_reason) ? Reason::not_permitted : Reason::login_refused;
  // [ERR-005] A server MUST NOT let an unauthenticated peer tell causes apart that share a coarse reason: one for all.
  if (fault::on(fault::ERR_005_unknown_user_told) && refusal.cause.starts_with("user unknown")) reason = Reason::not_permitted;
  refuse<Handler::on_login_refused>({reason, "IDN-014"});
}

// [IDN-026] A server MUST close with computer_refused when a login that it would accept otherwise comes from a computer that has such a
// session by then.
void ServerSession::Machine::on_place_taken(const ComputerRefused& refusal) {
  note("computer_refused", {{"computer", guid_text(in<at::CheckingLogin>().computer)}, {"cause", refusal.cause}});
  refuse<Handler::on_place_taken>({Reason::computer_refused, "IDN-026"});
}

void ServerSession::Machine::on_config_state(const ConfigState& stated) {
  auto& config = in<at::AwaitConfig>();
  const auto who = config.who;
  const auto version = config.version;
  guard = stated.version == version ? "current" : "another_version";
  // [CFG-005] A server MUST NOT push a configuration to a client whose version is its own.
  if (stated.version == version && !fault::on(fault::CFG_005_pushed_anyway)) {
    // [SES-014] A server MUST send ready once the client's configuration is current.
    send(Ready{});
    return to<Handler::on_config_state>(at::Ready{who});
  }
  if ((fault::on(fault::CFG_002_newer_is_current) && stated.version > version) ||
      (fault::on(fault::CFG_002_older_is_current) && stated.version < version)) {
    send(Ready{});
    return to<Handler::on_config_state>(at::Ready{who});
  }
  // [CFG-002] A server MUST push its configuration when the client's version is not its own.
  send(ConfigPush{version, std::move(config.settings)});
  to<Handler::on_config_state>(at::AwaitConfigAck{who, version});
}

void ServerSession::Machine::on_config_ack(const ConfigAck& acknowledged) {
  const auto waiting = in<at::AwaitConfigAck>();
  // [CFG-004] A server MUST close with bad_config_ack when the acknowledged version is not the pushed one.
  if (acknowledged.version != waiting.pushed && !fault::on(fault::CFG_004_any_version))
    return refuse<Handler::on_config_ack>({Reason::bad_config_ack, "CFG-004"});
  // [CFG-006] A server MUST NOT push a second configuration before ready.
  if (fault::on(fault::CFG_006_pushed_twice)) send(ConfigPush{waiting.pushed, {}});
  if (!fault::on(fault::SES_014_not_told_after_a_push)) send(Ready{});
  to<Handler::on_config_ack>(at::Ready{waiting.who});
}

}  // namespace coffer::protocol
