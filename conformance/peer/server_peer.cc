#include "peer/server_peer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coffer/spec/limits.h"
#include "wire/key_record.h"

namespace coffer::conformance {
namespace {

/// Of a key record as it came; 1 where it is too short to say.
std::uint64_t generation_of(const Octets& record) {
  std::uint64_t generation = 0;
  for (std::size_t at = 26; at < 34 && at < record.size(); ++at) generation = generation << 8 | record[at];
  return generation == 0 ? 1 : generation;
}

}  // namespace

ServerPeer::ServerPeer(Stage& stage, Socket socket, const ServerCredentials& credentials, Holdings& holdings,
                       const ServerChannelOptions& options)
    : Peer(stage, stage.recorder.open()), holdings_(holdings) {
  stage.recorder.happened(name_, "TCP accepted");
  channel_ = Channel::server(std::move(socket), stage.recorder, name_, credentials, options, stage.random.octets(48));
  if (const auto trouble = channel_->handshake(stage.deadline())) throw NotReached("a TLS channel", *trouble);
}

ServerPeer::~ServerPeer() = default;

Received ServerPeer::receive_and_note() {
  auto received = next();
  if (received.what != Received::What::nothing && received.what != Received::What::end) seen_.push_back(received);
  return received;
}

std::vector<Message> ServerPeer::seen(std::string_view name) const {
  std::vector<Message> found;
  for (const auto& received : seen_)
    if (received.is(name)) found.push_back(*received.decoded.message);
  return found;
}

Received ServerPeer::serve_until(std::string_view name) {
  for (;;) {
    auto received = receive_and_note();
    if (received.is(name) || (name == "data" && received.what == Received::What::data)) return received;
    if (received.what == Received::What::end || received.what == Received::What::nothing || received.is("disconnect"))
      throw NotReached(fmt::format("the client's {}", name), received.text());
    answer(received);
  }
}

void ServerPeer::serve_to_the_end() {
  for (bool left = false;;) {
    const auto received = receive_and_note();
    if (received.what == Received::What::end) {
      if (!left) throw Unmet("goodbye before the end", received.text());
      return;
    }
    if (received.what == Received::What::nothing || received.is("disconnect")) unmet("a session that ends with goodbye", received);
    if (left) unmet("nothing after goodbye", received);
    answer(received);
    left = received.is("goodbye");
  }
}

void ServerPeer::serve_to_any_end() {
  for (;;) {
    const auto received = receive_and_note();
    if (received.what == Received::What::end) return;
    if (received.what == Received::What::nothing) unmet("the end of the session", received);
    if (!received.is("disconnect")) answer(received);
  }
}

void ServerPeer::answer(const Received& received) {
  auto& held = holdings_;
  if (received.what == Received::What::data) {
    if (!received.decoded.canonical()) throw Unmet("a data frame with canonical metadata", received.decoded.defects.front());
    const auto& metadata = *received.decoded.message;
    SealedBlock block{metadata.octets("id"), data_parts(received.frame).data, metadata.octets("checksum")};
    if (sha256(block.sealed) != block.checksum) throw Unmet("a checksum that is the data part's SHA-256", hex(block.checksum));
    released_.erase(block.id);
    held.blocks[block.id] = std::move(block);
    return;
  }
  if (received.what != Received::What::message || !received.decoded.canonical()) unmet("a canonical message", received);
  const Message& message = *received.decoded.message;
  switch (kind_of(message)) {
    using enum spec::MessageKind;
    case version: return send(conformance::proceed());
    case computer: return send(conformance::server_identity(held.server_guid));
    case login: return send(conformance::login_accepted(held.user, held.permissions));
    case config_state:
      if (message.number("version") == held.config_version) return send(conformance::ready());
      return send(conformance::config_push(held.config_version, held.settings));
    case config_ack: return send(conformance::ready());
    case ping: return send(conformance::pong(message.number("token")));
    case goodbye:
      send(conformance::disconnect(spec::Reason::goodbye));
      close_notify();
      return shut_sending();
    case offer_blocks: {
      std::vector<std::uint16_t> missing;
      const auto ids = split_ids(message.octets("ids"));
      for (std::size_t i = 0; i < ids.size(); ++i)
        if ((!held.blocks.contains(ids[i]) || released_.contains(ids[i])) &&
            std::find(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(i), ids[i]) == ids.begin() + static_cast<std::ptrdiff_t>(i))
          missing.push_back(static_cast<std::uint16_t>(i));
      return send(conformance::missing_blocks(std::move(missing)));
    }
    case commit_version:
      held.versions.push_back({message.number("number"), message.octets("previous"), message.octets("link"), message.octets("record")});
      for (const auto& id : std::exchange(released_, {})) held.blocks.erase(id);
      return send(conformance::version_committed(message.number("number")));
    case list_versions: {
      std::vector<Message> entries;
      bool more = false;
      for (const auto& version : held.versions) {
        if (version.number < message.number("from")) continue;
        more = entries.size() == spec::limits::versions_per_answer_max;
        if (more) break;
        entries.push_back(version_entry(version.number, version.link, version.record));
      }
      return send(conformance::versions(std::move(entries), more));
    }
    case restore_begin: return send(conformance::restore_begun());
    case fetch_blocks: {
      std::vector<std::uint16_t> missing;
      const auto ids = split_ids(message.octets("ids"));
      for (std::size_t i = 0; i < ids.size(); ++i) {
        if (const auto found = held.blocks.find(ids[i]); found != held.blocks.end())
          send(found->second);
        else
          missing.push_back(static_cast<std::uint16_t>(i));
      }
      return send(conformance::blocks_fetched(std::move(missing)));
    }
    case restore_end: return send(conformance::restore_ended());
    case list_blocks: {
      Octets ids;
      bool more = false;
      for (auto block = held.blocks.upper_bound(message.octets("after")); block != held.blocks.end() && !more; ++block) {
        if (released_.contains(block->first)) continue;
        more = ids.size() == spec::limits::block_ids_per_answer_max * spec::limits::block_id_octets;
        if (!more) ids.insert(ids.end(), block->first.begin(), block->first.end());
      }
      return send(conformance::block_list(std::move(ids), more));
    }
    case release_blocks:
      for (const auto& id : split_ids(message.octets("ids"))) released_.insert(id);
      return send(conformance::blocks_released());
    case fetch_key:
      return send(
          conformance::key_state(held.key_modes, public_key(held.escrow_private), Octets(held.device_key), Octets(held.key_record)));
    case store_key: held.key_record = message.octets("record"); return send(conformance::key_stored(generation_of(held.key_record)));
    case recover_key:
      if (!held.recovery_wrap) return send(conformance::disconnect(spec::Reason::nothing_to_recover));
      return send(conformance::key_recovered(held.recovery_wrap(message.octets("recipient"))));
    case change_password: return send(conformance::password_changed());
    case disconnect:
    case pong:
    case proceed:
    case server_identity:
    case login_accepted:
    case config_push:
    case ready:
    case missing_blocks:
    case version_committed:
    case versions:
    case restore_begun:
    case blocks_fetched:
    case restore_ended:
    case block_list:
    case blocks_released:
    case key_state:
    case key_stored:
    case key_recovered:
    case password_changed: break;
  }
  unmet("a message that a client may send", received);
}

}  // namespace coffer::conformance
