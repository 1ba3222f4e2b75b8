#include "rigs/world_player.h"

#include <array>

#include "rigs/reach.h"
#include "rigs/world_session.h"

namespace coffer::fuzz {

namespace p = protocol;

namespace {

WorldServer& the_server() {
  static WorldServer server;
  return server;
}

class Player {
 public:
  void play(const trace::Trace& trace) {
    for (std::size_t number = 0; const auto& step : trace) {
      journal::at_step(number++);
      if (step.op != trace::Op::channel && step.op != trace::Op::answer && step.op != trace::Op::session && step.op != trace::Op::stop)
        let_go();
      saw(session() == nullptr ? 0 : static_cast<std::size_t>(session()->server_state()) + 1, step);
      act(step);
    }
    let_go();
    judge_log();
    end_sessions();
  }

 private:
  struct Place {
    std::unique_ptr<WorldSession> session;
    std::optional<std::uint32_t> claim;  // a stranger's, of the next session
    unsigned begun = 0;
  };
  Conversation* session() { return places_[at_].session ? &places_[at_].session->conversation() : nullptr; }

  void act(const trace::Step& step) {
    switch (step.op) {
      case trace::Op::session: at_ = step.a; return;
      case trace::Op::message: places_[at_].claim = step.c; return;
      case trace::Op::stop: return begin();
      case trace::Op::request:
        if (session() != nullptr) places_[at_].session->ask(step);
        return;
      case trace::Op::answer:
        if (session() != nullptr && session()->question()) session()->answer();
        return;
      case trace::Op::channel: return tamper(static_cast<trace::Tamper>(step.a), static_cast<Conversation::Direction>(step.b), step.c);
      case trace::Op::vanish:
        if (session() != nullptr) session()->vanish();
        return;
      case trace::Op::wait:
        now_ += p::Time(step.c);
        for (auto& place : places_)
          if (place.session) place.session->conversation().tick(now_);
        return;
      case trace::Op::restart: return restart(step.a);
      case trace::Op::data:
      case trace::Op::header:
      case trace::Op::flip:
      case trace::Op::split:
      case trace::Op::join: return;
    }
  }

  /// Who was in this place is cut off, if still there; the place's own person comes, every other time another one.
  void begin() {
    auto& place = places_[at_];
    if (session() != nullptr) session()->vanish();
    const auto identity = static_cast<unsigned>(at_) + place.begun++ % 2 * static_cast<unsigned>(places_.size());
    const auto claim = std::exchange(place.claim, std::nullopt);
    const auto login = claim ? world_.people.claimed_login(*claim) : world_.people.login(identity);
    const auto computer = claim && *claim / 512 % 4 == 0 ? world_.people.login(*claim / 2048).computer : login.computer;
    place.session = std::make_unique<WorldSession>(world_, ++connections_, login, computer, now_);
    session()->begin();
  }

  void tamper(trace::Tamper how, Conversation::Direction where, std::size_t record) {
    if (session() == nullptr) return;
    if (how != trace::Tamper::divert) return session()->tamper(how, where, record);
    auto& next = places_[(at_ + 1) % places_.size()].session;
    if (const auto* stolen = next ? session()->steal(where, record) : nullptr) next->conversation().inject(where, *stolen);
  }

  void restart(unsigned blocked) {
    end_sessions();
    if (blocked != 0) {
      world_.people.block_or_not(blocked - 1);
      for (auto& [whose, archive] : world_.archives) archive.device_key.clear();
    }
    world_.server.restart(world_.people);
  }

  void end_sessions() {
    for (auto& place : places_) {
      if (!place.session) continue;
      place.session->conversation().stop_server();
      place.session->conversation().vanish();
      place.session.reset();
    }
  }

  void let_go() {
    for (auto& place : places_)
      if (place.session) place.session->conversation().let_go();
  }

  void judge_log() {
    if (world_.openings + world_.password_changes == 0) return;
    const auto log = world_.server.events();
    std::size_t logged = 0;
    for (auto at = log.find("key_opened"); at != log.npos; at = log.find("key_opened", at + 1)) ++logged;
    demand(logged >= world_.openings, "KEY-039 each opening of a wrap is in the event log");
    demand(log.find(People::in_every_password) == log.npos, "KEY-042 no password is in the event log");
    for (const auto& [whose, archive] : world_.archives)
      demand(log.find(hex(archive_key_of(whose.first, whose.second).octets())) == log.npos, "KEY-042 no archive key is in the event log");
  }

  static std::string hex(View octets) {
    std::string digits;
    for (const auto octet : octets)
      for (const auto half : {octet >> 4, octet & 15}) digits.push_back("0123456789abcdef"[half]);
    return digits;
  }

  World world_{the_server()};
  std::array<Place, trace::sessions_max> places_;
  std::size_t at_ = 0;
  net::ConnectionId connections_ = 0;
  p::Time now_{1000};
};

}  // namespace

void play_world(const trace::Trace& trace) {
  journal::begin();
  Player().play(trace);
}

}  // namespace coffer::fuzz
