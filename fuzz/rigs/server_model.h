// What a server's session may do, judged only from what it heard, what its shell answered, and what it did: no look inside it.
// Must not know: the session, traces.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "coffer/spec/limits.h"
#include "coffer/spec/permissions.h"
#include "protocol/samples.h"
#include "protocol/server_session.h"
#include "rigs/oracle.h"
#include "rigs/said.h"

namespace coffer::fuzz {

class ServerModel {
  using State = spec::server_session::State;

 public:
  /// Something was heard that the player cannot tell: what depends on it is no longer judged.
  void lose_track() { lost_ = true; }
  /// A message was taken, and led to a state.
  void heard(const protocol::Message& message, std::string_view to) {
    if (const auto* ping = std::get_if<protocol::Ping>(&message)) pings_.push_back(ping->token);
    if (const auto* version = std::get_if<protocol::Version>(&message); version != nullptr && to == "await_computer") {
      demand(version->protocol == spec::limits::protocol_version, "SES-011 another protocol is refused");
      const protocol::ApplicationVersion application{version->major, version->minor, version->patch};
      demand(application >= protocol::ApplicationVersion{6, 5, 0}, "SES-012 an older client is refused");
    }
    if (const auto* config = std::get_if<protocol::ConfigState>(&message))
      demand((config->version == protocol::samples::server_config) == (to == "ready"), "CFG-002 the same version alone is current");
    if (const auto* ack = std::get_if<protocol::ConfigAck>(&message); ack != nullptr && to == "ready")
      demand(ack->version == protocol::samples::server_config, "CFG-004 the pushed version is acknowledged");
    if (const auto* list = std::get_if<protocol::FetchBlocks>(&message)) fetched_ = list->ids, loaded_.clear();
  }

  void answered(const protocol::ServerAnswer& answer, State before) {
    if (std::holds_alternative<protocol::LoginAdmitted>(answer) && before == State::checking_login)
      granted_ = deferred_ ? 0 : std::get<protocol::LoginAdmitted>(answer).permissions, admitted_ = true;
    if (const auto* block = std::get_if<protocol::BlockLoaded>(&answer)) loaded_.push_back(*block);
    if (const auto* loaded = std::get_if<protocol::BlocksLoaded>(&answer)) missing_ = loaded->missing;
    if (std::holds_alternative<protocol::RestoreAdmitted>(answer) && before == State::serving && restore_asked_) restoring_ = true;
    if (std::holds_alternative<protocol::Committed>(answer) && before == State::serving && commit_asked_) durable_ = true;
    if (const auto* found = std::get_if<protocol::MissingFound>(&answer); found != nullptr && before == State::serving && offered_) {
      for (const auto index : found->indices)
        if (index * 32U < offered_->size()) wanted_.insert(id_at(*offered_, index));
      offered_.reset();
    }
  }

  void did(const protocol::ServerAction& action) {
    demand(!closed_, "ERR-001 nothing happens after Close");
    std::visit([this](const auto& done) { judge(done); }, action);
  }

  bool closed() const { return closed_; }
  /// What was sent since this was last asked, data apart: it comes with answers that are no events of their own.
  std::vector<std::string> words() {
    std::erase(words_, "data");
    return std::exchange(words_, {});
  }

 private:
  static Digest id_at(View ids, std::size_t index) {
    Digest id;
    std::ranges::copy(ids.subspan(index * id.size(), id.size()), id.begin());
    return id;
  }
  void needs(std::uint32_t any_of, std::string_view rule) const {
    demand(admitted_, "SES-001 nothing is asked of the store before the login is admitted");
    demand((granted_ & any_of) != 0, rule);
  }

  void judge(const protocol::Send& send) {
    for (const auto& said : read_said(send.octets)) {
      demand(!disconnected_, "ERR-001 nothing is sent after a Disconnect");
      words_.push_back(said.word);
      const auto& word = said.word;
      if (word.starts_with("disconnect")) disconnected_ = true;
      if (word == "data") judge_data(said);
      if (word == "pong") {
        demand(lost_ || (!pings_.empty() && said.message->number("token") == pings_.front()), "SES-020 pings are answered in order");
        if (!pings_.empty()) pings_.pop_front();
      }
      if (word == "server_identity") demand(said.message->number("guid") == protocol::samples::server, "IDN-005 the server's own identity");
      if (word == "login_accepted") {
        demand(admitted_, "IDN-014 a login is accepted only when it was admitted");
        demand(said.message->number("permissions") == granted_, "IDN-015 what was granted and nothing else");
      }
      if (word == "ready") demand(admitted_, "SES-014 ready comes after the login");
      if (word == "version_committed") demand(std::exchange(durable_, false), "ARC-038 a commit is acknowledged only when it is durable");
      if (word == "restore_begun") demand(std::exchange(begun_noted_, false), "ARC-050 a restore is logged before it is answered");
      if (word == "blocks_fetched") demand(said.message->numbers("missing") == missing_, "ARC-053 what is missing is named");
    }
  }
  void judge_data(const Said& said) {
    demand(admitted_ && restoring_, "SES-001 blocks are sent only inside a restore");
    const auto& [metadata, sealed] = *said.block;
    const auto id = metadata.message->octets("id");
    const auto same = [&](const protocol::BlockLoaded& block) {
      return std::ranges::equal(id, block.id) && std::ranges::equal(sealed, block.sealed);
    };
    demand(std::ranges::any_of(loaded_, same), "ARC-057 a block is sent as it was stored");
  }
  void judge(const protocol::CheckComputer& check) {
    demand(computer_ == 0 && check.guid != 0, "SES-001 a computer is checked once");
    computer_ = check.guid;
  }
  void judge(const protocol::CheckLogin& check) {
    demand(computer_ != 0, "SES-001 the computer comes before the user");
    demand(!admitted_, "SES-001 a login is checked once");
    demand(check.login.computer == computer_, "IDN-017 the login is of the computer that was presented");
    deferred_ = check.login.deferred;
  }
  void judge(const protocol::FindMissing& find) {
    needs(spec::permissions::backup, "SES-021 an offer needs backup");
    demand(!find.ids.empty() && find.ids.size() % 32 == 0 && find.ids.size() <= 32 * 1024, "MSG-010 ids in range");
    offered_ = find.ids;
  }
  void judge(const protocol::StoreBlock& store) {
    needs(spec::permissions::backup, "SES-021 a block needs backup");
    demand(wanted_.erase(store.id) == 1, "ARC-032 only a block that was named missing, once");
    // Every block the player sends is a sample; damage to its octets must have been noticed.
    for (unsigned number = 0; number < protocol::samples::block_count; ++number) {
      const auto& sample = protocol::samples::block(number);
      if (sample.id == store.id)
        demand(sample.sealed == store.sealed && sample.checksum == store.checksum, "ARC-031 only a block that has its checksum");
    }
    demand(store.sealed.size() >= 30, "FRM-018 a sealed block has at least 30 octets");
  }
  void judge(const protocol::CommitRequest&) {
    needs(spec::permissions::backup, "SES-021 a commit needs backup");
    demand(wanted_.empty(), "ARC-036 no commit while blocks are outstanding");
    commit_asked_ = true;
  }
  void judge(const protocol::FindVersions&) const {
    needs(spec::permissions::backup | spec::permissions::restore, "SES-021 a list needs backup or restore");
  }
  void judge(const protocol::FindBlockIds&) const { needs(spec::permissions::backup, "SES-021 a list of blocks needs backup"); }
  void judge(const protocol::StageRelease& release) const {
    needs(spec::permissions::backup, "SES-021 a release needs backup");
    demand(!release.ids.empty() && release.ids.size() % 32 == 0, "MSG-010 a release names whole ids");
  }
  void judge(const protocol::FindKey&) const {
    needs(spec::permissions::backup | spec::permissions::restore, "SES-021 the state of a key needs backup or restore");
  }
  void judge(const protocol::KeepKey& keep) const {
    needs(spec::permissions::backup, "SES-021 a key record needs backup");
    demand(keep.record.size() >= 98 && keep.record.size() <= 262, "KEY-021 a key record has 98 to 262 octets");
  }
  void judge(const protocol::OpenKey& open) const {
    needs(spec::permissions::backup | spec::permissions::restore, "SES-021 a recovery needs backup or restore");
    demand(open.recipient.size() == 32, "MSG-005 a public key is 32 octets");
  }
  void judge(const protocol::SetPassword& set) const {
    needs(spec::permissions::backup | spec::permissions::restore, "SES-021 a password needs backup or restore");
    demand(!set.current.empty() && !set.replacement.empty(), "MSG-005 a password is not empty");
  }
  void judge(const protocol::BeginRestore&) {
    needs(spec::permissions::restore, "SES-021 a restore needs restore");
    restore_asked_ = true;
  }
  void judge(const protocol::LoadBlocks&) const {
    needs(spec::permissions::restore, "SES-021 blocks need restore");
    demand(restoring_, "ARC-052 blocks are fetched only inside a restore");
  }
  void judge(const protocol::EndRestore&) const { demand(restoring_, "ARC-054 only a begun restore ends"); }
  void judge(const protocol::Note& note) {
    if (note.event == "restore_begun") begun_noted_ = true, ++open_restores_;
    if (note.event == "restore_ended") --open_restores_, restoring_ = false;
    for (const auto& [name, value] : note.fields)
      demand(value.find("correct horse") == std::string::npos, "IDN-022 no password in the event log");
  }
  void judge(const protocol::Close&) {
    demand(open_restores_ == 0, "ARC-054 the end of each restore is logged");
    closed_ = true;
  }

  std::vector<std::string> words_;
  std::deque<std::uint64_t> pings_;
  Octets fetched_;
  std::vector<protocol::BlockLoaded> loaded_;
  std::vector<std::uint16_t> missing_;
  std::uint64_t computer_ = 0;
  bool admitted_ = false, deferred_ = false, restoring_ = false, restore_asked_ = false, commit_asked_ = false;
  bool durable_ = false, begun_noted_ = false, disconnected_ = false, closed_ = false;
  int open_restores_ = 0;
  bool lost_ = false;
  std::uint32_t granted_ = 0;
  std::optional<Octets> offered_;
  std::set<Digest> wanted_;
};

}  // namespace coffer::fuzz
