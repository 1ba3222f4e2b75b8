#include "rigs/pair_player.h"

#include <array>

#include "protocol/samples.h"
#include "rigs/agreement.h"
#include "rigs/client_model.h"
#include "rigs/ear.h"
#include "rigs/program.h"
#include "rigs/reach.h"
#include "rigs/server_model.h"
#include "rigs/shell.h"
#include "rigs/wire.h"

namespace coffer::fuzz {

namespace p = protocol;
namespace samples = protocol::samples;

namespace {

class Pair {
  using ServerState = spec::server_session::State;
  using ClientState = spec::client_session::State;
  enum Direction : std::uint8_t { to_server, to_client };

 public:
  explicit Pair(ChannelPair channels) : client_channel_(std::move(channels.first)), server_channel_(std::move(channels.second)) {}

  void play(const trace::Trace& trace) {
    for (std::size_t number = 0; const auto& step : trace) {
      journal::at_step(number++);
      if (step.op != trace::Op::channel && step.op != trace::Op::answer) let_go();
      saw(static_cast<std::size_t>(client_.state()), step);
      act(step);
    }
    let_go();
  }

 private:
  void act(const trace::Step& step) {
    switch (step.op) {
      case trace::Op::request: return ask(make_request(step));
      case trace::Op::answer:
        if (question_) answer(make_answer(step, fitting_answer(*question_).value()));
        return;
      case trace::Op::channel: return tamper(static_cast<trace::Tamper>(step.a), static_cast<Direction>(step.b), step.c);
      case trace::Op::wait:
        now_ += p::Time(step.c);
        client_.tick(now_);
        settle_client();
        server_.tick(now_);
        return settle_server();
      case trace::Op::stop:
        if (begun_) return stop_server();
        begun_ = true;
        wires_[to_server].put(client_channel_->records());
        return connect();
      case trace::Op::vanish: cut(to_client); return cut(to_server);
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

  // ---- Who stands between --------------------------------------------------------------------------------------------------------------

  void tamper(trace::Tamper how, Direction where, std::size_t record) {
    auto& wire = wires_[where];
    const auto to = how == trace::Tamper::reflect ? other(where) : where;
    if (how == trace::Tamper::drop) wire.take(record);
    if (how == trace::Tamper::end) cut(where);
    if (how == trace::Tamper::replay && reads(to))
      if (const auto taken = wire.again(record)) deliver(to, *taken);
    if ((how == trace::Tamper::deliver || how == trace::Tamper::damage || how == trace::Tamper::reflect) && reads(to))
      if (auto taken = wire.take(record)) {
        const auto bit = record * 37 % (taken->size() * 8);
        if (how == trace::Tamper::damage) (*taken)[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        deliver(to, *taken);
      }
  }

  /// [SES-022] While an operation is under way a server's shell leaves records where they are.
  bool reads(Direction where) const { return where == to_client || !spec::server_session::held(server_.state()); }

  void deliver(Direction where, View record) {
    auto& channel = end_of(where);
    if (channel.over()) return;
    channel.take(record);
    wires_[other(where)].put(channel.records());
    if (where == to_client && begun_ && !connected_) connect();
    if (const auto plaintext = channel.plaintext(); !plaintext.empty()) {
      ears_[where].arrived(plaintext);
      if (where == to_server) {
        server_.feed(now_, plaintext);
      } else {
        client_.feed(now_, plaintext);
      }
    }
    settle_client();
    settle_server();
    if (channel.over()) cut(where);
  }

  /// The receiver hears no more.
  void cut(Direction where) {
    if (where == to_server) {
      server_.peer_closed(now_);
    } else {
      client_.peer_closed(now_);
    }
    settle_client();
    settle_server();
  }

  /// Until nobody has anything to say.
  void let_go() {
    for (bool moved = true; moved;) {
      moved = false;
      for (const auto where : {to_server, to_client}) {
        while (!wires_[where].empty() && reads(where)) {
          deliver(where, *wires_[where].take(0));
          moved = true;
        }
      }
      if (question_) {
        answer_honestly();
        moved = true;
      }
    }
  }

  // ---- The two ends --------------------------------------------------------------------------------------------------------------------

  static Direction other(Direction where) { return where == to_server ? to_client : to_server; }
  /// Who receives in that direction.
  Channel& end_of(Direction where) { return where == to_server ? *server_channel_ : *client_channel_; }

  /// The client's session begins when its channel is up.
  void connect() {
    if (!client_channel_->up()) return;
    connected_ = true;
    agreement_.said(settings_);
    client_.connected(now_);
    settle_client();
  }
  void ask(p::ClientRequest request) {
    auto copy = request;
    if (!client_.submit(now_, std::move(request))) return;
    client_model_.asked(copy);
    agreement_.said(copy);
    settle_client();
  }
  void stop_server() {
    server_.stop(now_);
    settle_server();
  }

  void answer(p::ServerAnswer answer) {
    const auto before = server_.state();
    server_model_.answered(answer, before);
    const auto copy = answer;
    server_.submit(now_, std::move(answer));
    const auto told = journal::take(server_instance_);
    const bool taken = told.empty() ? std::holds_alternative<p::BlockLoaded>(copy)
                                    : told.front().way->event != "failed" && told.front().way->event != "refused";
    if (taken) agreement_.said(copy);
    settle_server(told);
  }

  void answer_honestly() {
    const auto question = *question_;
    if (const auto* offer = std::get_if<p::FindMissing>(&question)) {
      p::MissingFound found;
      for (std::size_t i = 0; i * 32 < offer->ids.size(); ++i) found.indices.push_back(static_cast<std::uint16_t>(i));
      return answer(found);
    }
    if (const auto* load = std::get_if<p::LoadBlocks>(&question)) {
      for (unsigned number = 0; number < samples::block_count; ++number)
        if (const auto& block = samples::block(number); std::ranges::search(load->ids, block.id))
          answer(p::BlockLoaded{block.id, block.checksum, block.sealed});
      return answer(p::BlocksLoaded{});
    }
    if (const auto* list = std::get_if<p::FindVersions>(&question))
      return answer(p::VersionsFound{{{list->from + 1, Octets(32, 1), Octets(9, 1)}}, false});
    if (std::holds_alternative<p::KeepKey>(question)) return answer(p::KeyKept{1});
    answer(make_answer({trace::Op::answer}, fitting_answer(question).value()));
  }

  void settle_client() {
    const auto told = journal::take(client_instance_);
    for (const auto& step : told) {
      const auto heard = ears_[to_client].met(step);
      if (!heard.frame || step.way->row == "default") continue;
      if (heard.message) client_model_.heard(*heard.message, step.way->to);
      if (!heard.message && step.way->to == step.way->from) client_model_.heard_block();
    }
    while (const auto action = client_.next_action()) {
      client_model_.did(*action);
      agreement_.heard(*action);
      if (const auto* send = std::get_if<p::Send>(&*action)) say(to_server, send->octets);
      if (std::holds_alternative<p::Close>(*action)) hang_up(to_server);
    }
    client_model_.settled();
    demand_frames(told, client_model_.words());
    demand(client_model_.ended() == (client_.state() == spec::client_session::final), "ERR-001 a closed session has told its end");
    ears_[to_client].settled(client_.state() != spec::client_session::final && client_.state() != spec::client_session::initial);
  }

  void settle_server() { settle_server(journal::take(server_instance_)); }
  void settle_server(const std::vector<Told>& told) {
    for (const auto& step : told) {
      const auto heard = ears_[to_server].met(step);
      if (heard.message && step.way->row != "default") server_model_.heard(*heard.message, step.way->to);
    }
    while (const auto action = server_.next_action()) {
      server_model_.did(*action);
      agreement_.heard(*action);
      if (const auto* send = std::get_if<p::Send>(&*action)) say(to_client, send->octets);
      if (std::holds_alternative<p::Close>(*action)) hang_up(to_client);
      if (fitting_answer(*action)) question_ = *action;
    }
    const auto state = server_.state();
    if (!spec::server_session::held(state)) question_.reset();
    demand_frames(told, server_model_.words());
    demand(server_model_.closed() == (state == spec::server_session::final), "ERR-001 a closed session has said Close");
    ears_[to_server].settled(!spec::server_session::held(state) && state != spec::server_session::final);
  }

  void say(Direction where, View octets) {
    ears_[where].said(octets);
    auto& channel = end_of(other(where));
    channel.send(octets);
    wires_[where].put(channel.records());
  }
  void hang_up(Direction where) {
    auto& channel = end_of(other(where));
    channel.close();
    wires_[where].put(channel.records());
  }

  p::Time now_{1000};
  p::ServerSettings server_settings_{samples::server, {7, 0, 0}, {6, 5, 0}, spec::timer_milliseconds};
  p::ClientSettings settings_{samples::version(), samples::computer,      samples::login(),
                              samples::server,    samples::client_config, spec::timer_milliseconds};
  p::ServerSession server_{server_settings_, now_};
  p::ClientSession client_{settings_, now_};
  const void* server_instance_ = journal::newest("server_session");
  const void* client_instance_ = journal::newest("client_session");
  std::unique_ptr<Channel> client_channel_, server_channel_;
  std::array<Wire, 2> wires_;
  std::array<Ear, 2> ears_;
  ServerModel server_model_;
  ClientModel client_model_;
  Agreement agreement_;
  std::optional<p::ServerAction> question_;  // that the server's shell has not answered yet
  bool begun_ = false, connected_ = false;
};

}  // namespace

void play_pair(const trace::Trace& trace, ChannelPair channels) {
  journal::begin();
  Pair(std::move(channels)).play(trace);
}

}  // namespace coffer::fuzz
