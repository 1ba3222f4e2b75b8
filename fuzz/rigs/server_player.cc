#include "rigs/server_player.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "coffer/spec/permissions.h"
#include "protocol/describe.h"
#include "protocol/samples.h"
#include "protocol/server_session.h"
#include "rigs/oracle.h"
#include "rigs/pieces.h"

namespace coffer::fuzz {

namespace p = protocol;
namespace samples = protocol::samples;
namespace table = spec::server_session;
using State = table::State;

namespace {

Digest id_at(View ids, std::size_t index) {
  Digest id;
  std::ranges::copy(ids.subspan(index * id.size(), id.size()), id.begin());
  return id;
}

/// What may be, judged only from what was answered and what the session did: no look inside it.
class Model {
 public:
  void answered(const p::ServerAnswer& answer, State before) {
    if (std::holds_alternative<p::LoginAdmitted>(answer) && before == State::checking_login)
      granted_ = deferred_ ? 0 : std::get<p::LoginAdmitted>(answer).permissions, admitted_ = true;
    if (std::holds_alternative<p::RestoreAdmitted>(answer) && before == State::serving && restore_asked_) restoring_ = true;
    if (std::holds_alternative<p::Committed>(answer) && before == State::serving && commit_asked_) durable_ = true;
    if (const auto* found = std::get_if<p::MissingFound>(&answer); found != nullptr && before == State::serving && offered_) {
      for (const auto index : found->indices)
        if (index * 32U < offered_->size()) wanted_.insert(id_at(*offered_, index));
      offered_.reset();
    }
  }

  void did(const p::ServerAction& action) {
    demand(!closed_, "ERR-001 nothing happens after Close");
    std::visit([this](const auto& done) { judge(done); }, action);
  }

  bool closed() const { return closed_; }

 private:
  void needs(std::uint32_t any_of, std::string_view rule) const {
    demand(admitted_, "SES-001 nothing is asked of the store before the login is admitted");
    demand((granted_ & any_of) != 0, rule);
  }

  void judge(const p::Send& send) {
    for (const auto& word : p::frames_as_text(send.octets)) {
      demand(!disconnected_, "ERR-001 nothing is sent after a Disconnect");
      demand(word != "a wrong header" && word != "a wrong payload" && word != "a part of a frame", "MSG-001 what is sent is well-formed");
      if (word.starts_with("disconnect")) disconnected_ = true;
      if (word == "data") demand(admitted_ && restoring_, "SES-001 blocks are sent only inside a restore");
      if (word == "login_accepted") demand(admitted_, "IDN-014 a login is accepted only when it was admitted");
      if (word == "ready") demand(admitted_, "SES-014 ready comes after the login");
      if (word == "version_committed") demand(std::exchange(durable_, false), "ARC-038 a commit is acknowledged only when it is durable");
      if (word == "restore_begun") demand(std::exchange(begun_noted_, false), "ARC-050 a restore is logged before it is answered");
    }
  }
  void judge(const p::CheckComputer& check) {
    demand(computer_ == 0 && check.guid != 0, "SES-001 a computer is checked once");
    computer_ = check.guid;
  }
  void judge(const p::CheckLogin& check) {
    demand(computer_ != 0, "SES-001 the computer comes before the user");
    demand(!admitted_, "SES-001 a login is checked once");
    demand(check.login.computer == computer_, "IDN-017 the login is of the computer that was presented");
    deferred_ = check.login.deferred;
  }
  void judge(const p::FindMissing& find) {
    needs(spec::permissions::backup, "SES-021 an offer needs backup");
    demand(!find.ids.empty() && find.ids.size() % 32 == 0 && find.ids.size() <= 32 * 1024, "MSG-010 ids in range");
    offered_ = find.ids;
  }
  void judge(const p::StoreBlock& store) {
    needs(spec::permissions::backup, "SES-021 a block needs backup");
    demand(wanted_.erase(store.id) == 1, "ARC-032 only a block that was named missing, once");
    // Every block the player sends is a sample; damage to its octets must have been noticed.
    for (unsigned number = 0; number < samples::block_count; ++number) {
      const auto& sample = samples::block(number);
      if (sample.id == store.id)
        demand(sample.sealed == store.sealed && sample.checksum == store.checksum, "ARC-031 only a block that has its checksum");
    }
    demand(store.sealed.size() >= 30, "FRM-018 a sealed block has at least 30 octets");
  }
  void judge(const p::CommitRequest&) {
    needs(spec::permissions::backup, "SES-021 a commit needs backup");
    demand(wanted_.empty(), "ARC-036 no commit while blocks are outstanding");
    commit_asked_ = true;
  }
  void judge(const p::FindVersions&) const {
    needs(spec::permissions::backup | spec::permissions::restore, "SES-021 a list needs backup or restore");
  }
  void judge(const p::FindBlockIds&) const { needs(spec::permissions::backup, "SES-021 a list of blocks needs backup"); }
  void judge(const p::StageRelease& release) const {
    needs(spec::permissions::backup, "SES-021 a release needs backup");
    demand(!release.ids.empty() && release.ids.size() % 32 == 0, "MSG-010 a release names whole ids");
  }
  void judge(const p::FindKey&) const {
    needs(spec::permissions::backup | spec::permissions::restore, "SES-021 the state of a key needs backup or restore");
  }
  void judge(const p::KeepKey& keep) const {
    needs(spec::permissions::backup, "SES-021 a key record needs backup");
    demand(keep.record.size() >= 98 && keep.record.size() <= 262, "KEY-021 a key record has 98 to 262 octets");
  }
  void judge(const p::OpenKey& open) const {
    needs(spec::permissions::backup | spec::permissions::restore, "SES-021 a recovery needs backup or restore");
    demand(open.recipient.size() == 32, "MSG-005 a public key is 32 octets");
  }
  void judge(const p::SetPassword& set) const {
    needs(spec::permissions::backup | spec::permissions::restore, "SES-021 a password needs backup or restore");
    demand(!set.current.empty() && !set.replacement.empty(), "MSG-005 a password is not empty");
  }
  void judge(const p::BeginRestore&) {
    needs(spec::permissions::restore, "SES-021 a restore needs restore");
    restore_asked_ = true;
  }
  void judge(const p::LoadBlocks&) const {
    needs(spec::permissions::restore, "SES-021 blocks need restore");
    demand(restoring_, "ARC-052 blocks are fetched only inside a restore");
  }
  void judge(const p::EndRestore&) const { demand(restoring_, "ARC-054 only a begun restore ends"); }
  void judge(const p::Note& note) {
    if (note.event == "restore_begun") begun_noted_ = true, ++open_restores_;
    if (note.event == "restore_ended") --open_restores_, restoring_ = false;
    for (const auto& [name, value] : note.fields)
      demand(value.find("correct horse") == std::string::npos, "IDN-022 no password in the event log");
  }
  void judge(const p::Close&) {
    demand(open_restores_ == 0, "ARC-054 the end of each restore is logged");
    closed_ = true;
  }

  std::uint64_t computer_ = 0;
  bool admitted_ = false, deferred_ = false, restoring_ = false, restore_asked_ = false, commit_asked_ = false;
  bool durable_ = false, begun_noted_ = false, disconnected_ = false, closed_ = false;
  int open_restores_ = 0;
  std::uint32_t granted_ = 0;
  std::optional<Octets> offered_;
  std::set<Digest> wanted_;
};

class Player {
 public:
  void play(const trace::Trace& trace) {
    for (const auto& step : trace) {
      saw(static_cast<std::size_t>(session_.state()), step);
      const auto before = session_.state();
      act(step);
      settle(before);
    }
  }

 private:
  void act(const trace::Step& step) {
    switch (step.op) {
      case trace::Op::message:
      case trace::Op::data:
      case trace::Op::header:
      case trace::Op::flip:
      case trace::Op::split:
        for (const auto& piece : sender_.pieces(step)) feed(piece);
        return;
      case trace::Op::answer: return answer(step);
      case trace::Op::request: return;  // a server has no program
      case trace::Op::wait:
        now_ += p::Time(step.c);
        session_.tick(now_);
        return;
      case trace::Op::stop: session_.stop(now_); return;
      case trace::Op::vanish: session_.peer_closed(now_); return;
    }
  }

  void feed(View octets) {
    const auto before = session_.state();
    session_.feed(now_, octets);
    if (!table::held(before)) return settle(before);
    demand(session_.state() == before && !session_.next_action(), "SES-022 in a held state nothing is read");
  }

  void answer(const trace::Step& step) {
    auto answer = make_answer(static_cast<trace::Answer>(step.a), step.b);
    model_.answered(answer, session_.state());
    session_.submit(now_, std::move(answer));
  }

  p::ServerAnswer make_answer(trace::Answer which, std::uint16_t value) const {
    const auto& block = samples::block(value % 8U);
    switch (which) {
      case trace::Answer::fitting: return make_answer(fitting_, value == 0 ? std::uint16_t{3} : value);
      case trace::Answer::computer_admitted: return p::ComputerAdmitted{};
      case trace::Answer::computer_refused: return p::ComputerRefused{"cause"};
      case trace::Answer::login_admitted:
        return p::LoginAdmitted{samples::user, value % 4U, samples::server_config, {{"name", "value", true}}};
      case trace::Answer::login_refused: return p::LoginRefused{"cause"};
      case trace::Answer::missing_found: {
        p::MissingFound found;
        for (std::uint16_t i = 0; i < 16; ++i)
          if ((value >> i & 1U) != 0) found.indices.push_back(i);
        return found;
      }
      case trace::Answer::committed: return p::Committed{};
      case trace::Answer::versions_found: return p::VersionsFound{{{1, Octets(32, 1), Octets(9, 1)}}, value % 2U != 0};
      case trace::Answer::restore_admitted: return p::RestoreAdmitted{};
      case trace::Answer::block_loaded: return p::BlockLoaded{block.id, block.checksum, block.sealed};
      case trace::Answer::blocks_loaded: return p::BlocksLoaded{{value}};
      case trace::Answer::restore_closed: return p::RestoreClosed{};
      case trace::Answer::refused: return p::Refused{spec::reason_rows[value % spec::reason_rows.size()].reason, "cause"};
      case trace::Answer::failed: return p::Failed{"cause"};
      case trace::Answer::block_ids_found: return p::BlockIdsFound{samples::ids(0, value % 4U), value % 2U != 0};
      case trace::Answer::release_staged: return p::ReleaseStaged{};
      case trace::Answer::key_found: return p::KeyFound{7, Octets(32, 1), Octets(32, 2), Octets(value % 2U * 98U, 3)};
      case trace::Answer::key_kept: return p::KeyKept{1U + value};
      case trace::Answer::key_opened: return p::KeyOpened{Octets(72, 4)};
      case trace::Answer::password_set: return p::PasswordSet{};
    }
    return p::Failed{"cause"};
  }

  /// Takes what the session wants done, and asks the model and the table about it.
  void settle(State before) {
    while (const auto action = session_.next_action()) {
      model_.did(*action);
      note_question(*action);
    }
    const auto after = session_.state();
    demand(reachable(before, after), "SES-001 the state moves along the table");
    demand(model_.closed() == (after == table::final), "ERR-001 a closed session has said Close");
    demand(session_.deadline().has_value() == (!table::held(after) && after != table::final),
           "SES-005 every state but a held one has its timer");
    demand(session_.wants_input() == session_.deadline().has_value(), "SES-022 a held state reads nothing");
  }

  void note_question(const p::ServerAction& action) {
    if (std::holds_alternative<p::CheckComputer>(action)) fitting_ = trace::Answer::computer_admitted;
    if (std::holds_alternative<p::CheckLogin>(action)) fitting_ = trace::Answer::login_admitted;
    if (std::holds_alternative<p::FindMissing>(action)) fitting_ = trace::Answer::missing_found;
    if (std::holds_alternative<p::CommitRequest>(action)) fitting_ = trace::Answer::committed;
    if (std::holds_alternative<p::FindVersions>(action)) fitting_ = trace::Answer::versions_found;
    if (std::holds_alternative<p::FindBlockIds>(action)) fitting_ = trace::Answer::block_ids_found;
    if (std::holds_alternative<p::StageRelease>(action)) fitting_ = trace::Answer::release_staged;
    if (std::holds_alternative<p::FindKey>(action)) fitting_ = trace::Answer::key_found;
    if (std::holds_alternative<p::KeepKey>(action)) fitting_ = trace::Answer::key_kept;
    if (std::holds_alternative<p::OpenKey>(action)) fitting_ = trace::Answer::key_opened;
    if (std::holds_alternative<p::SetPassword>(action)) fitting_ = trace::Answer::password_set;
    if (std::holds_alternative<p::BeginRestore>(action)) fitting_ = trace::Answer::restore_admitted;
    if (std::holds_alternative<p::LoadBlocks>(action)) fitting_ = trace::Answer::blocks_loaded;
    if (std::holds_alternative<p::EndRestore>(action)) fitting_ = trace::Answer::restore_closed;
  }

  /// One input may carry several steps of the walk (held frames, two pieces): any path of the table's rows is allowed.
  static bool reachable(State from, State to) {
    static const auto closure = [] {
      std::array<std::uint32_t, table::state_count> reach{};
      for (std::size_t s = 0; s < reach.size(); ++s) reach[s] = std::uint32_t{1} << s | bit(table::final);
      for (std::size_t round = 0; round < reach.size(); ++round)
        for (const auto& row : table::rows)
          for (std::size_t t = 0; t < reach.size(); ++t)
            if ((row.targets >> t & 1U) != 0) reach[static_cast<std::size_t>(row.state)] |= reach[t];
      return reach;
    }();
    return (closure[static_cast<std::size_t>(from)] & bit(to)) != 0;
  }

  p::Time now_{1000};
  p::ServerSettings settings_{samples::server, {7, 0, 0}, {6, 5, 0}, spec::timer_milliseconds};
  p::ServerSession session_{settings_, now_};
  Sender sender_;
  Model model_;
  trace::Answer fitting_ = trace::Answer::failed;
};

}  // namespace

void play_against_server(const trace::Trace& trace) { Player().play(trace); }

}  // namespace coffer::fuzz
