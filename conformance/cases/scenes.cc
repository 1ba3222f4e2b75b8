#include "cases/scenes.h"

#include <fmt/core.h>

#include "wire/key_record.h"

namespace coffer::conformance {

Offered offered(Context& c, std::size_t sealed_octets) {
  auto& client = c.at(ServerState::ready);
  auto block = opaque_block(c.random(), sealed_octets);
  require_missing(c, client, block.id, {0});
  return {client, std::move(block)};
}

void require_missing(Context& c, ClientPeer& client, const Octets& ids, const std::vector<std::uint16_t>& expected) {
  client.send(offer_blocks(ids));
  const auto answer = client.expect("missing_blocks");
  c.require(answer.numbers("indices") == expected, to_text(missing_blocks(expected)), to_text(answer));
}

namespace {

/// A key record of account_password that may be stored next, whatever was stored before by the same: its archive key follows from the
/// computer.
Octets next_key_record(Context& c, ClientPeer& client) {
  client.send(fetch_key());
  const auto state = client.expect("key_state");
  const auto before = state.octets("record");
  KeyRecord record{.mode = account_password_mode, .owner = {client.user, client.walker().computer, client.server_guid}};
  for (std::size_t at = 26; at < 34 && !before.empty(); ++at) record.generation = (at == 26 ? 0 : record.generation << 8) | before[at];
  if (!before.empty()) ++record.generation;
  const auto key = sha256(octets("the archive key of " + guid_text(client.walker().computer)));
  record.check = derive_keys(key, record.owner).check_value;
  record.wraps =
      joined({server_wrap(record.owner, key, state.octets("escrow_key"), c.random().octets(32)),
              password_wrap("account wrap", record.owner, key, client.walker().password, c.fixture().rounds, c.random().octets(16))});
  return to_octets(record, key);
}

}  // namespace

const std::vector<Admitted>& admitted_messages() {
  static const std::vector<Admitted> all = {
      {ServerState::await_version, MessageKind::version, [](Context&, ClientPeer&) { return version(); }, "proceed"},
      {ServerState::await_computer, MessageKind::computer, [](Context& c, ClientPeer&) { return computer(c.computer()); },
       "server_identity"},
      {ServerState::await_login, MessageKind::login,
       [](Context& c, ClientPeer&) {
         const auto& alice = c.fixture().alice;
         return login(alice.registration_key, alice.name, alice.password, c.computer());
       },
       "login_accepted"},
      {ServerState::await_config, MessageKind::config_state, [](Context&, ClientPeer&) { return config_state(1); }, "config_push"},
      {ServerState::await_config_ack, MessageKind::config_ack,
       [](Context& c, ClientPeer&) { return config_ack(c.fixture().config_version); }, "ready"},
      {ServerState::ready, MessageKind::ping, [](Context& c, ClientPeer&) { return ping(c.random().number()); }, "pong"},
      {ServerState::restoring, MessageKind::ping, [](Context& c, ClientPeer&) { return ping(c.random().number()); }, "pong"},
      {ServerState::ready, MessageKind::offer_blocks, [](Context& c, ClientPeer&) { return offer_blocks(c.random().octets(64)); },
       "missing_blocks"},
      {ServerState::ready, MessageKind::commit_version, [](Context&, ClientPeer& client) { return client.next_commit(); },
       "version_committed"},
      {ServerState::ready, MessageKind::list_versions, [](Context&, ClientPeer&) { return list_versions(1); }, "versions"},
      {ServerState::ready, MessageKind::list_blocks, [](Context&, ClientPeer&) { return list_blocks(); }, "block_list"},
      {ServerState::ready, MessageKind::release_blocks, [](Context& c, ClientPeer&) { return release_blocks(c.random().octets(64)); },
       "blocks_released"},
      {ServerState::ready, MessageKind::fetch_key, [](Context&, ClientPeer&) { return fetch_key(); }, "key_state"},
      {ServerState::ready, MessageKind::store_key, [](Context& c, ClientPeer& client) { return store_key(next_key_record(c, client)); },
       "key_stored"},
      {ServerState::ready, MessageKind::recover_key,
       [](Context& c, ClientPeer& client) {
         client.send(store_key(next_key_record(c, client)));
         client.expect("key_stored");
         return recover_key(public_key(c.random().octets(32)));
       },
       "key_recovered"},
      {ServerState::ready, MessageKind::change_password,
       [](Context& c, ClientPeer&) {
         const auto password = octets(c.fixture().alice.password);
         return change_password(password, password);
       },
       "password_changed"},
      {ServerState::ready, MessageKind::restore_begin,
       [](Context& c, ClientPeer& client) { return restore_begin(client.commit({opaque_block(c.random())})); }, "restore_begun"},
      {ServerState::restoring, MessageKind::fetch_blocks, [](Context& c, ClientPeer&) { return fetch_blocks(c.random().octets(32)); },
       "blocks_fetched"},
      {ServerState::restoring, MessageKind::restore_end, [](Context&, ClientPeer&) { return restore_end(true); }, "restore_ended"},
      {ServerState::ready, MessageKind::goodbye, [](Context&, ClientPeer&) { return goodbye(); }, {}},
      {ServerState::restoring, MessageKind::goodbye, [](Context&, ClientPeer&) { return goodbye(); }, {}},
  };
  return all;
}

const Admitted& way_on(ServerState state) {
  for (const auto& admitted : admitted_messages())
    if (admitted.state == state) return admitted;
  throw std::logic_error("a state without a way on");
}

void see_accepted(ClientPeer& client, const Admitted& admitted, const Message& message) {
  client.send(message);
  if (admitted.answer.empty())
    client.expect_end(Reason::goodbye);
  else
    client.expect(admitted.answer);
}

Script honest_twin(ServerState state) {
  return [=](Context& c) {
    auto& client = c.at(state);
    const auto& on = way_on(state);
    see_accepted(client, on, on.make(c, client));
  };
}

void one_session_after_another(Context& c) {
  auto& first = c.at(ServerState::ready);
  first.barrier();
  first.send(goodbye());
  first.expect_end(Reason::goodbye);
  c.at(ServerState::ready).barrier();
}

void require_fresh(Context& c, const Flight& first, const Flight& second) {
  c.require(first.random.size() == 32 && first.random != second.random, "another random", hex(second.random));
  c.require(!first.share.empty() && first.share != second.share, "another share", hex(second.share));
}

std::string octet_text(std::uint64_t value) { return fmt::format("0x{:02x}", value); }

}  // namespace coffer::conformance
