// What a client's session may tell its program and send, judged from what was asked of it and what was sent to it: no look inside it.
// Must not know: the session, traces.
#pragma once

#include <algorithm>
#include <set>
#include <utility>

#include "protocol/client_session.h"
#include "protocol/samples.h"
#include "rigs/oracle.h"
#include "rigs/said.h"

namespace coffer::fuzz {

class ClientModel {
 public:
  /// Of the client on this computer, which has that version of the configuration.
  explicit ClientModel(std::uint64_t computer = protocol::samples::computer, std::uint64_t config = protocol::samples::client_config)
      : computer_(computer), config_(config) {}
  void did(const protocol::ClientAction& action) {
    demand(!ended_, "ERR-001 nothing happens after the end");
    std::visit([this](const auto& told) { judge(told); }, action);
  }
  bool ended() const { return ended_; }
  /// A message or a block was taken, and led to a state.
  void heard(const protocol::Message& message, std::string_view to) {
    if (const auto* missing = std::get_if<protocol::MissingBlocks>(&message); missing != nullptr && to == "ready")
      for (const auto index : missing->indices) demand(index * 32U < offered_.size(), "SES-040 indices name blocks of the offer");
    if (const auto* push = std::get_if<protocol::ConfigPush>(&message); push != nullptr && to == "configured") pushed_ = push->version;
  }
  void heard_block() { ++blocks_heard_; }
  /// Something was heard that the player cannot tell: what depends on it is no longer judged.
  void lose_track() { lost_ = true; }
  /// At the end of a step: each block that was taken has been handed on.
  void settled() {
    demand(lost_ || blocks_heard_ == blocks_told_, "ARC-056 a block is handed on or refused");
    blocks_heard_ = blocks_told_ = 0;
  }
  /// What was sent since this was last asked.
  std::vector<std::string> words() { return std::exchange(words_, {}); }
  void asked(const protocol::ClientRequest& request) {
    if (const auto* ping = std::get_if<protocol::BeginPing>(&request)) token_ = ping->token;
    if (const auto* commit = std::get_if<protocol::BeginCommit>(&request)) committed_ = commit->version.number;
    if (const auto* list = std::get_if<protocol::BeginList>(&request)) from_ = list->from;
    if (const auto* list = std::get_if<protocol::BeginListBlocks>(&request)) after_ = list->after;
    if (const auto* block = std::get_if<protocol::SendBlock>(&request))
      demand(wanted_.erase(block->id) == 1, "ARC-034 only blocks named missing are sent");
    if (std::holds_alternative<protocol::BeginCommit>(request)) demand(wanted_.empty(), "ARC-035 a commit comes after all missing blocks");
    if (const auto* store = std::get_if<protocol::BeginStoreKey>(&request)) generation_ = store->generation;
    if (const auto* offer = std::get_if<protocol::BeginOffer>(&request)) offered_ = offer->ids;
    if (const auto* fetch = std::get_if<protocol::BeginFetch>(&request)) {
      asked_ = fetch->ids;
      next_ = 0;
    }
  }

 private:
  void judge(const protocol::Send& send) {
    for (const auto& said : read_said(send.octets)) {
      demand(!disconnected_, "ERR-001 nothing is sent after a Disconnect");
      words_.push_back(said.word);
      if (said.word.starts_with("disconnect")) disconnected_ = true;
      if (said.word == "login") demand(server_seen_, "IDN-006 credentials go only to the server that was expected");
      if (said.word == "computer") demand(said.message->number("guid") == computer_, "IDN-001 a client presents its own identity");
      if (said.word == "config_state")
        demand(said.message->number("version") == config_, "CFG-001 a client states the version that it has");
      if (said.word == "config_ack")
        demand(said.message->number("version") == configured_, "CFG-003 a client acknowledges the version that it has applied");
      if (said.word == "goodbye") demand(ready_, "SES-030 goodbye is said in a session that was ready");
    }
  }
  void judge(const protocol::Close&) {}
  void judge(const protocol::ServerSeen& seen) {
    demand(seen.guid == protocol::samples::server, "IDN-006 only the expected server is accepted");
    server_seen_ = true;
  }
  void judge(const protocol::LoggedIn&) {
    demand(server_seen_, "SES-001 the server's identity comes before the login's answer");
    logged_in_ = true;
  }
  void judge(const protocol::Configured& told) {
    demand(logged_in_, "SES-001 configuration comes after the login");
    configured_ = told.version;
    demand(lost_ || configured_ == pushed_, "CFG-003 the version that was pushed");
  }
  void judge(const protocol::SessionReady&) {
    demand(logged_in_, "SES-001 ready comes after the login");
    ready_ = true;
  }
  void judge(const protocol::Alive& alive) const { demand(ready_ && alive.token == token_, "SES-042 a pong brings back its token"); }
  void judge(const protocol::Wanted& wanted) {
    for (const auto index : wanted.indices) {
      demand(index * 32U < offered_.size(), "SES-040 indices name blocks of the offer");
      Digest id;
      std::copy_n(offered_.begin() + index * 32, 32, id.begin());
      wanted_.insert(id);
    }
  }
  void judge(const protocol::VersionStored& stored) const {
    demand(ready_ && stored.number == committed_, "ARC-039 the acknowledged number is the committed one");
  }
  void judge(const protocol::VersionsListed& listed) const {
    auto least = from_;
    for (const auto& entry : listed.entries) {
      demand(entry.number >= least, "ARC-042 versions ascend from the number asked for");
      least = entry.number + 1;
    }
  }
  void judge(const protocol::BlocksListed& listed) const {
    auto before = after_;
    for (std::size_t at = 0; at + 32 <= listed.ids.size(); at += 32) {
      Digest id;
      std::copy_n(listed.ids.begin() + static_cast<std::ptrdiff_t>(at), 32, id.begin());
      demand(id > before, "ARC-112 block ids ascend from the one asked for");
      before = id;
    }
  }
  void judge(const protocol::ReleaseTaken&) const { demand(ready_, "SES-001 a release comes after ready"); }
  void judge(const protocol::KeyShown&) const { demand(ready_, "SES-001 a key is shown after ready"); }
  void judge(const protocol::KeyAcknowledged& told) const {
    demand(told.generation == generation_, "KEY-033 the generation that was sent is acknowledged");
  }
  void judge(const protocol::KeyHandedOver& told) const { demand(told.wrap.size() == 72, "MSG-005 a recovered key is 72 octets"); }
  void judge(const protocol::PasswordTaken&) const { demand(ready_, "SES-001 a password changes after ready"); }
  void judge(const protocol::RestoreStarted&) const { demand(ready_, "SES-001 a restore comes after ready"); }
  void judge(const protocol::BlockArrived& block) {
    ++blocks_told_;
    demand(!block.sealed.empty() && block.sealed.size() >= 30, "FRM-018 a sealed block has at least 30 octets");
    for (; next_ * 32 < asked_.size(); ++next_)
      if (std::equal(block.id.begin(), block.id.end(), asked_.begin() + static_cast<std::ptrdiff_t>(next_ * 32))) break;
    demand(next_ * 32 < asked_.size(), "ARC-056 blocks come in the order of the request");
    ++next_;
    // Every block the player sends is a sample; damage to its octets must have been noticed.
    for (unsigned number = 0; number < 16; ++number)
      if (const auto& sample = protocol::samples::block(number); sample.id == block.id)
        demand(sample.sealed == block.sealed, "ARC-055 a block has its checksum");
  }
  void judge(const protocol::BlocksEnded&) const {}
  void judge(const protocol::RestoreFinished&) const {}
  void judge(const protocol::Ended&) { ended_ = true; }

  std::uint64_t computer_, config_;
  bool server_seen_ = false, logged_in_ = false, ready_ = false, disconnected_ = false, ended_ = false;
  std::vector<std::string> words_;
  std::uint64_t token_ = 0, committed_ = 0, from_ = 0, configured_ = 0, pushed_ = 0, generation_ = 0;
  std::size_t blocks_heard_ = 0, blocks_told_ = 0;
  bool lost_ = false;
  Digest after_{};
  std::size_t next_ = 0;
  Octets offered_, asked_;
  std::set<Digest> wanted_;
};

}  // namespace coffer::fuzz
