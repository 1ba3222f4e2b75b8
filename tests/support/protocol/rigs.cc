#include "protocol/rigs.h"

#include <cstdio>
#include <cstdlib>

#include "protocol/block_frame.h"

namespace coffer::protocol {

namespace {

[[noreturn]] void impossible(const char* what) {
  std::fprintf(stderr, "rig: %s\n", what);
  std::abort();
}

template <typename Session>
auto drained(Session& session) {
  std::vector<std::remove_reference_t<decltype(*session.next_action())>> actions;
  while (auto action = session.next_action()) actions.push_back(std::move(*action));
  return actions;
}

}  // namespace

Octets frame_of(const samples::Block& block) { return block_frame(block.id, block.checksum, block.sealed); }

std::vector<ServerAction> ServerRig::pull() { return drained(session); }

std::vector<ServerAction> ServerRig::feed(View octets) {
  session.feed(now, octets);
  return pull();
}

std::vector<ServerAction> ServerRig::submit(ServerAnswer answer) {
  session.submit(now, std::move(answer));
  return pull();
}

void ServerRig::reach(State state) {
  session = ServerSession(settings, now);
  const auto arrived = [&] { return session.state() == state; };
  const auto step = [&](const auto& act) {
    if (!arrived()) act();
  };
  if (state == State::closed) return session.stop(now), static_cast<void>(pull());
  step([&] { send(samples::version()); });
  step([&] { send(Computer{samples::computer}); });
  step([&] { submit(ComputerAdmitted{}); });
  step([&] {
    auto login = samples::login();
    login.deferred = deferred;
    send(std::move(login));
  });
  step([&] { submit(LoginAdmitted{samples::user, permissions, samples::server_config, {{"backup.frequency", "900", true}}}); });
  step([&] { send(ConfigState{samples::client_config}); });
  step([&] { send(ConfigAck{samples::server_config}); });
  if (state == State::serving) send(OfferBlocks{samples::ids(0, 2)});
  step([&] { send(RestoreBegin{1, 0}); });
  step([&] { submit(RestoreAdmitted{}); });
  step([&] { send(FetchBlocks{samples::ids(0, 2)}); });
  if (!arrived()) impossible("this state of the server cannot be reached");
}

ClientSettings ClientRig::default_settings() {
  return {samples::version(), samples::computer, samples::login(), samples::server, samples::client_config, spec::timer_milliseconds};
}

std::vector<ClientAction> ClientRig::pull() { return drained(session); }

std::vector<ClientAction> ClientRig::feed(View octets) {
  session.feed(now, octets);
  return pull();
}

std::vector<ClientAction> ClientRig::submit(ClientRequest request) {
  if (!session.submit(now, std::move(request))) impossible("the request was refused");
  return pull();
}

void ClientRig::reach(State state) {
  session = ClientSession(settings, now);
  const auto walk = [&](const auto&... messages) { (send(messages), ...); };
  if (state == State::closed) return session.peer_closed(now), static_cast<void>(pull());
  if (state == State::connecting) return;
  session.connected(now);
  pull();
  const Message steps[] = {Proceed{7, 0, 0}, ServerIdentity{samples::server}, LoginAccepted{samples::user, 3}};
  for (const auto& step : steps)
    if (session.state() != state) walk(step);
  if (state == State::configured) walk(ConfigPush{samples::server_config, {}});
  if (session.state() != state) walk(Ready{});
  switch (state) {
    case State::await_pong: submit(BeginPing{0x0102030405060708}); break;
    case State::await_missing_blocks: submit(BeginOffer{samples::ids(0, 2)}); break;
    case State::await_version_committed: submit(BeginCommit{samples::commit()}); break;
    case State::await_versions: submit(BeginList{1}); break;
    case State::await_block_list: submit(BeginListBlocks{}); break;
    case State::await_blocks_released: submit(BeginRelease{samples::ids(0, 2)}); break;
    case State::await_key_state: submit(BeginFetchKey{}); break;
    case State::await_key_stored: submit(BeginStoreKey{Octets(98, 0x11), 1}); break;
    case State::await_key_recovered: submit(BeginRecoverKey{Octets(32, 0x11)}); break;
    case State::await_password_changed: submit(BeginChangePassword{{1}, {2}}); break;
    case State::await_restore_begun: submit(RequestRestore{1, 0}); break;
    case State::leaving: submit(Leave{}); break;
    case State::restoring:
    case State::await_blocks:
    case State::await_restore_ended:
      submit(RequestRestore{1, 0});
      walk(RestoreBegun{});
      if (state == State::await_blocks) submit(BeginFetch{samples::ids(0, 2)});
      if (state == State::await_restore_ended) submit(FinishRestore{true});
      break;
    case State::connecting:
    case State::await_proceed:
    case State::await_server_identity:
    case State::await_login_accepted:
    case State::await_ready:
    case State::configured:
    case State::ready:
    case State::closed: break;
  }
  if (session.state() != state) impossible("this state of the client cannot be reached");
}

}  // namespace coffer::protocol
