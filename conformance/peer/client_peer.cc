#include "peer/client_peer.h"

#include <fmt/format.h>

#include <algorithm>

#include <stdexcept>

namespace coffer::conformance {

using State = spec::server_session::State;

ClientPeer::ClientPeer(Stage& stage, const Endpoint& server, const Walker& walker, const ClientChannelOptions& options)
    : Peer(stage, stage.recorder.open()), chain_link(first_previous()), walker_(walker) {
  auto socket = Socket::connect(server, stage.deadline());
  if (!socket) throw NotReached("a TCP connection to the server", socket.error());
  stage.recorder.happened(name_, fmt::format("TCP connected to {}:{}", server.host, server.port));
  channel_ = Channel::client(std::move(*socket), stage.recorder, name_, options, stage.random.octets(48));
  if (const auto trouble = channel_->handshake(stage.deadline())) throw NotReached("a TLS channel", *trouble);
}

ClientPeer::~ClientPeer() = default;

void ClientPeer::walk_to(State target) {
  using enum State;
  if (target == checking_computer || target == checking_login || target == serving || target == serving_restore)
    throw SuiteFault(fmt::format("{} is a held state: no script can stand in it", spec::server_session::name(target)));
  while (state_ != target) {
    if (state_ == closed || (state_ == ready && target < ready) || (state_ == restoring && target != closed))
      throw SuiteFault(fmt::format("no way from {} to {}", spec::server_session::name(state_), spec::server_session::name(target)));
    try {
      if (state_ == ready && target == closed) {
        send(goodbye());
        expect_end(spec::Reason::goodbye);
        state_ = closed;
      } else {
        walk_one();
      }
    } catch (const Unmet& unmet) {
      throw NotReached(std::string(spec::server_session::name(target)), fmt::format("expected {}; got {}", unmet.expected, unmet.actual));
    }
  }
  stage_.recorder.remark(fmt::format("now in {}", spec::server_session::name(state_)), name_);
}

void ClientPeer::walk_one() {
  switch (state_) {
    case State::await_version:
      send(version());
      expect("proceed");
      state_ = State::await_computer;
      return;
    case State::await_computer:
      send(computer(walker_.computer));
      server_guid = expect("server_identity").number("guid");
      state_ = State::await_login;
      return;
    case State::await_login: {
      send(login(walker_.registration_key, walker_.user, walker_.password, walker_.computer, walker_.deferred));
      const auto accepted = expect("login_accepted");
      user = accepted.number("user");
      permissions = static_cast<std::uint32_t>(accepted.number("permissions"));
      state_ = State::await_config;
      return;
    }
    case State::await_config: {
      // Version 0 is nobody's, so that the server pushes its own; one whose version it is says ready at once.
      send(config_state(0));
      const auto received = next();
      if (received.is("ready")) {
        state_ = State::ready;
        return;
      }
      if (!received.is("config_push") || !received.decoded.canonical()) unmet("config_push or ready", received);
      config_version = received.decoded.message->number("version");
      state_ = State::await_config_ack;
      return;
    }
    case State::await_config_ack:
      send(config_ack(config_version));
      expect("ready");
      state_ = State::ready;
      return;
    case State::ready:
      if (chain_number == 0) all_versions();
      if (chain_number == 0) commit({});
      send(restore_begin(chain_number));
      expect("restore_begun");
      state_ = State::restoring;
      return;
    case State::restoring:
      send(restore_end());
      expect("restore_ended");
      state_ = State::ready;
      return;
    case State::checking_computer:
    case State::checking_login:
    case State::serving:
    case State::serving_restore:
    case State::closed: break;
  }
  throw SuiteFault("a walk from where there is no way");
}

void ClientPeer::barrier() {
  const auto token = stage_.random.number();
  send(ping(token));
  const auto received = next();
  if (!received.is("pong") || !received.decoded.canonical() || received.decoded.message->number("token") != token)
    unmet(fmt::format("pong{{token={}}}", token), received);
}

std::uint64_t ClientPeer::commit(const std::vector<SealedBlock>& blocks, Octets record) {
  if (!blocks.empty()) {
    send(offer_blocks(ids_of(blocks)));
    for (const auto index : expect("missing_blocks").numbers("indices")) {
      if (index >= blocks.size()) throw Unmet("indices into the offer", fmt::format("index {} of {} blocks", index, blocks.size()));
      send(blocks[index]);
    }
  }
  const auto message = next_commit(std::move(record));
  send(message);
  const auto acknowledged = expect("version_committed").number("number");
  if (acknowledged != chain_number + 1)
    throw Unmet(fmt::format("version_committed{{number={}}}", chain_number + 1), fmt::format("number {}", acknowledged));
  committed(message);
  return chain_number;
}

Message ClientPeer::next_commit(Octets record) {
  if (record.empty()) record = opaque_block(stage_.random, 96).sealed;
  return commit_version(chain_number + 1, chain_link, link(chain_link, chain_number + 1, record), record);
}

void ClientPeer::committed(const Message& commit) {
  chain_number = commit.number("number");
  chain_link = commit.octets("link");
}

std::vector<Message> ClientPeer::all_versions() {
  std::vector<Message> all;
  std::uint64_t from = 1;
  for (;;) {
    send(list_versions(from));
    const auto answer = expect("versions");
    for (const auto& entry : answer.items("entries")) all.push_back(entry);
    if (!answer.flag("more") || answer.items("entries").empty()) break;
    from = all.back().number("number") + 1;
  }
  if (!all.empty()) {
    chain_number = all.back().number("number");
    chain_link = all.back().octets("link");
  }
  return all;
}

ClientPeer::Fetched ClientPeer::fetch(const Octets& ids) {
  send(fetch_blocks(ids));
  Fetched fetched;
  std::vector<Octets> wanted;
  for (auto at = ids.begin(); ids.end() - at >= 32; at += 32) wanted.emplace_back(at, at + 32);
  for (;;) {
    auto received = next();
    if (received.is("blocks_fetched") && received.decoded.canonical()) {
      fetched.missing = received.decoded.message->numbers("missing");
      break;
    }
    if (received.what != Received::What::data || !received.decoded.canonical()) unmet("a data frame or blocks_fetched", received);
    fetched.blocks.push_back(
        {received.decoded.message->octets("id"), received.decoded.message->octets("checksum"), data_parts(received.frame).data});
  }
  std::size_t block = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (std::ranges::find(fetched.missing, i) != fetched.missing.end()) continue;
    if (block >= fetched.blocks.size() || fetched.blocks[block].id != wanted[i])
      throw Unmet(fmt::format("block {} of the request next (ARC-052)", i),
                  block < fetched.blocks.size() ? hex(fetched.blocks[block].id) : "blocks_fetched");
    ++block;
  }
  if (block != fetched.blocks.size())
    throw Unmet("no block beyond the request less those named missing (ARC-052)", fmt::format("{} more", fetched.blocks.size() - block));
  return fetched;
}

}  // namespace coffer::conformance
