#include "rigs/pair_player.h"

#include "protocol/samples.h"
#include "rigs/conversation.h"
#include "rigs/program.h"
#include "rigs/reach.h"
#include "rigs/shell.h"

namespace coffer::fuzz {

namespace p = protocol;
namespace samples = protocol::samples;

namespace {

/// A shell that has whatever it is asked for.
class Honest final : public Parties {
 public:
  std::vector<p::ServerAnswer> answer(const p::ServerAction& question) override {
    if (const auto* offer = std::get_if<p::FindMissing>(&question)) {
      p::MissingFound found;
      for (std::size_t i = 0; i * 32 < offer->ids.size(); ++i) found.indices.push_back(static_cast<std::uint16_t>(i));
      return {found};
    }
    if (const auto* load = std::get_if<p::LoadBlocks>(&question)) {
      std::vector<p::ServerAnswer> loaded;
      for (unsigned number = 0; number < samples::block_count; ++number)
        if (const auto& block = samples::block(number); std::ranges::search(load->ids, block.id))
          loaded.push_back(p::BlockLoaded{block.id, block.checksum, block.sealed});
      loaded.push_back(p::BlocksLoaded{});
      return loaded;
    }
    if (const auto* list = std::get_if<p::FindVersions>(&question))
      return {p::VersionsFound{{{list->from + 1, Octets(32, 1), Octets(9, 1)}}, false}};
    if (std::holds_alternative<p::KeepKey>(question)) return {p::KeyKept{1}};
    return {make_answer({trace::Op::answer}, fitting_answer(question).value())};
  }
  std::optional<p::ServerAnswer> perform(const p::ServerAction&) override { return std::nullopt; }
  void told(const p::ClientAction&) override {}
};

class Player {
 public:
  explicit Player(ChannelPair channels)
      : pair_(std::move(channels),
              {samples::version(), samples::computer, samples::login(), samples::server, samples::client_config, spec::timer_milliseconds},
              now_, honest_) {}

  void play(const trace::Trace& trace) {
    for (std::size_t number = 0; const auto& step : trace) {
      journal::at_step(number++);
      if (step.op != trace::Op::channel && step.op != trace::Op::answer) pair_.let_go();
      saw(static_cast<std::size_t>(pair_.client_state()), step);
      act(step);
      if (pair_.over() && ++steps_after_the_end_ == steps_after_the_end_max) break;
    }
    pair_.let_go();
  }

 private:
  void act(const trace::Step& step) {
    switch (step.op) {
      case trace::Op::request: return pair_.ask(make_request(step));
      case trace::Op::answer:
        if (const auto& question = pair_.question()) pair_.answer(make_answer(step, fitting_answer(*question).value()));
        return;
      case trace::Op::channel:
        return pair_.tamper(static_cast<trace::Tamper>(step.a), static_cast<Conversation::Direction>(step.b), step.c);
      case trace::Op::wait: now_ += p::Time(step.c); return pair_.tick(now_);
      case trace::Op::stop: return pair_.begun() ? pair_.stop_server() : pair_.begin();
      case trace::Op::vanish: return pair_.vanish();
      case trace::Op::message:  // both ends are honest
      case trace::Op::data:
      case trace::Op::header:
      case trace::Op::flip:
      case trace::Op::split:
      case trace::Op::join:
      case trace::Op::session:
      case trace::Op::restart: return;
    }
  }

  p::Time now_{1000};
  Honest honest_;
  Conversation pair_;
  unsigned steps_after_the_end_ = 0;
};

}  // namespace

void play_pair(const trace::Trace& trace, ChannelPair channels) {
  journal::begin();
  Player(std::move(channels)).play(trace);
}

}  // namespace coffer::fuzz
