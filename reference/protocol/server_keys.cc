// The server's operations on an archive's key and an account's password (7.6, 7.8): each is asked of the shell, its answer comes back as an
// event. Must not know: what a key record is, which modes there are.
#include "coffer/spec/permissions.h"
#include "protocol/server_machine.h"
#include "protocol/server_permission.h"

namespace coffer::protocol {

namespace at = server_state;
namespace permissions = spec::permissions;

void ServerSession::Machine::on_fetch_key() {
  auto& ready = in<at::Ready>();
  if (!may(ready.who, permissions::backup | permissions::restore)) return refuse<Handler::on_fetch_key>(not_permitted());
  actions.emplace_back(FindKey{});
  to<Handler::on_fetch_key>(at::Serving{std::move(ready), at::FetchKey{}});
}

void ServerSession::Machine::on_store_key(StoreKey store) {
  auto& ready = in<at::Ready>();
  if (!may(ready.who, permissions::backup)) return refuse<Handler::on_store_key>(not_permitted());
  actions.emplace_back(KeepKey{std::move(store.record)});
  to<Handler::on_store_key>(at::Serving{std::move(ready), at::KeepKey{}});
}

void ServerSession::Machine::on_recover_key(RecoverKey recover) {
  auto& ready = in<at::Ready>();
  if (!may(ready.who, permissions::backup | permissions::restore)) return refuse<Handler::on_recover_key>(not_permitted());
  actions.emplace_back(OpenKey{std::move(recover.recipient)});
  to<Handler::on_recover_key>(at::Serving{std::move(ready), at::OpenKey{}});
}

void ServerSession::Machine::on_change_password(ChangePassword change) {
  auto& ready = in<at::Ready>();
  if (!may(ready.who, permissions::backup | permissions::restore)) return refuse<Handler::on_change_password>(not_permitted());
  actions.emplace_back(SetPassword{std::move(change.current), std::move(change.replacement)});
  to<Handler::on_change_password>(at::Serving{std::move(ready), at::SetPassword{}});
}

/// Whether the answer was one to these operations; then it has been sent.
bool ServerSession::Machine::answer_about_keys(const ServerAnswer& answer) {
  if (const auto* found = std::get_if<KeyFound>(&answer)) {
    guard = "fetch_key";
    // [KEY-029] A server MUST answer fetch_key with the modes that its policy permits, its current escrow key, the device key
    send(KeyState{found->modes, found->escrow_key, found->device_key, found->record});
  } else if (const auto* kept = std::get_if<KeyKept>(&answer)) {
    guard = "store_key";
    send(KeyStored{kept->generation});
  } else if (const auto* opened = std::get_if<KeyOpened>(&answer)) {
    guard = "recover_key";
    send(KeyRecovered{opened->wrap});
  } else if (std::holds_alternative<PasswordSet>(answer)) {
    guard = "change_password";
    send(PasswordChanged{});
  } else {
    return false;
  }
  return true;
}

}  // namespace coffer::protocol
