// The client's operations on its archive's key and its account's password (7.6, 7.8): each request is sent, and its answer must fit it.
// Must not know: what a key record is, which modes there are: the program judges what it is shown.
#include "fault/switch.h"
#include "protocol/client_machine.h"

namespace coffer::protocol {

namespace at = client_state;

void ClientSession::Machine::on_begin_fetch_key() {
  send(FetchKey{});
  to<Handler::on_begin_fetch_key>(at::AwaitKeyState{});
}

void ClientSession::Machine::on_key_state(KeyState shown) {
  actions.emplace_back(KeyShown{shown.modes, std::move(shown.escrow_key), std::move(shown.device_key), std::move(shown.record)});
  to<Handler::on_key_state>(at::Ready{});
}

void ClientSession::Machine::on_begin_store_key(BeginStoreKey request) {
  send(StoreKey{std::move(request.record)});
  to<Handler::on_begin_store_key>(at::AwaitKeyStored{request.generation});
}

// [KEY-033] A client MUST close with bad_answer when key_stored has another generation than the key record that it sent.
void ClientSession::Machine::on_key_stored(const KeyStored& stored) {
  if (stored.generation != in<at::AwaitKeyStored>().generation && !fault::on(fault::KEY_033_any_generation))
    return refuse<Handler::on_key_stored>({spec::Reason::bad_answer, "KEY-033"});
  actions.emplace_back(KeyAcknowledged{stored.generation});
  to<Handler::on_key_stored>(at::Ready{});
}

void ClientSession::Machine::on_begin_recover_key(BeginRecoverKey request) {
  send(RecoverKey{std::move(request.recipient)});
  to<Handler::on_begin_recover_key>(at::AwaitKeyRecovered{});
}

void ClientSession::Machine::on_key_recovered(KeyRecovered recovered) {
  actions.emplace_back(KeyHandedOver{std::move(recovered.wrap)});
  to<Handler::on_key_recovered>(at::Ready{});
}

void ClientSession::Machine::on_begin_change_password(BeginChangePassword request) {
  send(ChangePassword{std::move(request.current), std::move(request.replacement)});
  to<Handler::on_begin_change_password>(at::AwaitPasswordChanged{});
}

void ClientSession::Machine::on_password_changed() {
  actions.emplace_back(PasswordTaken{});
  to<Handler::on_password_changed>(at::Ready{});
}

}  // namespace coffer::protocol
