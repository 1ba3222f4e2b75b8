#include "rigs/client_player.h"

#include <algorithm>
#include <set>

#include "protocol/client_session.h"
#include "protocol/describe.h"
#include "protocol/samples.h"
#include "rigs/oracle.h"
#include "rigs/pieces.h"

namespace coffer::fuzz {

namespace p = protocol;
namespace samples = protocol::samples;
namespace table = spec::client_session;
using State = table::State;

namespace {

/// What the client may tell its program, judged from what it asked for and what was sent to it.
class Model {
 public:
  void did(const p::ClientAction& action) {
    demand(!ended_, "ERR-001 nothing happens after the end");
    std::visit([this](const auto& told) { judge(told); }, action);
  }
  bool ended() const { return ended_; }
  void asked(const p::ClientRequest& request) {
    if (const auto* ping = std::get_if<p::BeginPing>(&request)) token_ = ping->token;
    if (const auto* commit = std::get_if<p::BeginCommit>(&request)) committed_ = commit->version.number;
    if (const auto* list = std::get_if<p::BeginList>(&request)) from_ = list->from;
    if (const auto* list = std::get_if<p::BeginListBlocks>(&request)) after_ = list->after;
    if (const auto* block = std::get_if<p::SendBlock>(&request))
      demand(wanted_.erase(block->id) == 1, "ARC-034 only blocks named missing are sent");
    if (std::holds_alternative<p::BeginCommit>(request)) demand(wanted_.empty(), "ARC-035 a commit comes after all missing blocks");
    if (const auto* offer = std::get_if<p::BeginOffer>(&request)) offered_ = offer->ids;
    if (const auto* fetch = std::get_if<p::BeginFetch>(&request)) {
      asked_ = fetch->ids;
      next_ = 0;
    }
  }

 private:
  void judge(const p::Send& send) {
    for (const auto& word : p::frames_as_text(send.octets)) {
      demand(!disconnected_, "ERR-001 nothing is sent after a Disconnect");
      demand(word != "a wrong header" && word != "a wrong payload" && word != "a part of a frame", "MSG-001 what is sent is well-formed");
      if (word.starts_with("disconnect")) disconnected_ = true;
      if (word == "login") demand(server_seen_, "IDN-006 credentials go only to the server that was expected");
    }
  }
  void judge(const p::Close&) {}
  void judge(const p::ServerSeen& seen) {
    demand(seen.guid == samples::server, "IDN-006 only the expected server is accepted");
    server_seen_ = true;
  }
  void judge(const p::LoggedIn&) {
    demand(server_seen_, "SES-001 the server's identity comes before the login's answer");
    logged_in_ = true;
  }
  void judge(const p::Configured&) const { demand(logged_in_, "SES-001 configuration comes after the login"); }
  void judge(const p::SessionReady&) {
    demand(logged_in_, "SES-001 ready comes after the login");
    ready_ = true;
  }
  void judge(const p::Alive& alive) const { demand(ready_ && alive.token == token_, "SES-042 a pong brings back its token"); }
  void judge(const p::Wanted& wanted) {
    for (const auto index : wanted.indices) {
      demand(index * 32U < offered_.size(), "SES-040 indices name blocks of the offer");
      Digest id;
      std::copy_n(offered_.begin() + index * 32, 32, id.begin());
      wanted_.insert(id);
    }
  }
  void judge(const p::VersionStored& stored) const {
    demand(ready_ && stored.number == committed_, "ARC-039 the acknowledged number is the committed one");
  }
  void judge(const p::VersionsListed& listed) const {
    auto least = from_;
    for (const auto& entry : listed.entries) {
      demand(entry.number >= least, "ARC-042 versions ascend from the number asked for");
      least = entry.number + 1;
    }
  }
  void judge(const p::BlocksListed& listed) const {
    auto before = after_;
    for (std::size_t at = 0; at + 32 <= listed.ids.size(); at += 32) {
      Digest id;
      std::copy_n(listed.ids.begin() + static_cast<std::ptrdiff_t>(at), 32, id.begin());
      demand(id > before, "ARC-112 block ids ascend from the one asked for");
      before = id;
    }
  }
  void judge(const p::ReleaseTaken&) const { demand(ready_, "SES-001 a release comes after ready"); }
  void judge(const p::KeyShown&) const { demand(ready_, "SES-001 a key is shown after ready"); }
  void judge(const p::KeyAcknowledged& told) const { demand(told.generation == 1, "KEY-033 the generation that was sent is acknowledged"); }
  void judge(const p::KeyHandedOver& told) const { demand(told.wrap.size() == 72, "MSG-005 a recovered key is 72 octets"); }
  void judge(const p::PasswordTaken&) const { demand(ready_, "SES-001 a password changes after ready"); }
  void judge(const p::RestoreStarted&) const { demand(ready_, "SES-001 a restore comes after ready"); }
  void judge(const p::BlockArrived& block) {
    demand(!block.sealed.empty() && block.sealed.size() >= 30, "FRM-018 a sealed block has at least 30 octets");
    for (; next_ * 32 < asked_.size(); ++next_)
      if (std::equal(block.id.begin(), block.id.end(), asked_.begin() + static_cast<std::ptrdiff_t>(next_ * 32))) break;
    demand(next_ * 32 < asked_.size(), "ARC-056 blocks come in the order of the request");
    ++next_;
    // Every block the player sends is a sample; damage to its octets must have been noticed.
    for (unsigned number = 0; number < 16; ++number)
      if (const auto& sample = samples::block(number); sample.id == block.id)
        demand(sample.sealed == block.sealed, "ARC-055 a block has its checksum");
  }
  void judge(const p::BlocksEnded&) const {}
  void judge(const p::RestoreFinished&) const {}
  void judge(const p::Ended&) { ended_ = true; }

  bool server_seen_ = false, logged_in_ = false, ready_ = false, disconnected_ = false, ended_ = false;
  std::uint64_t token_ = 0, committed_ = 0, from_ = 0;
  Digest after_{};
  std::size_t next_ = 0;
  Octets offered_, asked_;
  std::set<Digest> wanted_;
};

class Player {
 public:
  void play(const trace::Trace& trace) {
    for (const auto& step : trace) {
      saw(static_cast<std::size_t>(session_.state()), step);
      const auto before = session_.state();
      act(step);
      while (const auto action = session_.next_action()) model_.did(*action);
      const auto after = session_.state();
      demand(before != table::final || after == table::final, "SES-033 a closed session stays closed");
      demand(model_.ended() == (after == table::final), "ERR-001 a closed session has told its end");
      const bool driven = after == State::ready || after == State::restoring;
      demand(session_.deadline().has_value() == (!driven && after != table::final), "SES-041 every answer has its timer");
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
        for (const auto& piece : sender_.pieces(step)) session_.feed(now_, piece);
        return;
      case trace::Op::request: {
        auto request = make_request(static_cast<trace::Request>(step.a), step.b, step.c);
        auto copy = request;
        if (session_.submit(now_, std::move(request))) model_.asked(copy);
        return;
      }
      case trace::Op::answer: return;  // a client asks nobody
      case trace::Op::wait:
        now_ += p::Time(step.c);
        session_.tick(now_);
        return;
      case trace::Op::stop: session_.connected(now_); return;
      case trace::Op::vanish: session_.peer_closed(now_); return;
    }
  }

  static p::ClientRequest make_request(trace::Request which, std::uint16_t number, std::uint32_t value) {
    const auto& block = samples::block(number % 16U);
    const auto ids = samples::ids(number % 8U, value % 5);
    switch (which) {
      case trace::Request::ping: return p::BeginPing{value};
      case trace::Request::offer: return p::BeginOffer{ids};
      case trace::Request::block: return p::SendBlock{block.id, block.checksum, block.sealed};
      case trace::Request::commit: {
        auto version = samples::commit();
        version.number = number;
        return p::BeginCommit{std::move(version)};
      }
      case trace::Request::list: return p::BeginList{number};
      case trace::Request::restore: return p::RequestRestore{number, static_cast<std::uint16_t>(value)};
      case trace::Request::fetch: return p::BeginFetch{ids};
      case trace::Request::end_restore: return p::FinishRestore{value % 2 != 0};
      case trace::Request::leave: return p::Leave{};
      case trace::Request::list_blocks: return p::BeginListBlocks{};
      case trace::Request::release: return p::BeginRelease{ids};
      case trace::Request::fetch_key: return p::BeginFetchKey{};
      case trace::Request::store_key: return p::BeginStoreKey{Octets(98, static_cast<std::uint8_t>(value)), 1};
      case trace::Request::recover_key: return p::BeginRecoverKey{Octets(32, static_cast<std::uint8_t>(value))};
      case trace::Request::change_password: return p::BeginChangePassword{{1}, {2}};
    }
    return p::Leave{};
  }

  p::Time now_{1000};
  p::ClientSession session_{
      {samples::version(), samples::computer, samples::login(), samples::server, samples::client_config, spec::timer_milliseconds}, now_};
  Sender sender_;
  Model model_;
};

}  // namespace

void play_against_client(const trace::Trace& trace) { Player().play(trace); }

}  // namespace coffer::fuzz
