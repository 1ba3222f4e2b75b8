#include "rigs/conversation.h"

#include "protocol/samples.h"
#include "rigs/shell.h"

namespace coffer::fuzz {

namespace p = protocol;
namespace samples = protocol::samples;

namespace {

Conversation::Direction other(Conversation::Direction where) {
  return where == Conversation::to_server ? Conversation::to_client : Conversation::to_server;
}

}  // namespace

Conversation::Conversation(ChannelPair channels, const p::ClientSettings& settings, p::Time now, Parties& parties)
    : now_(now),
      server_settings_{samples::server, {7, 0, 0}, {6, 5, 0}, spec::timer_milliseconds},
      settings_(settings),
      parties_(parties),
      server_(server_settings_, now_),
      client_(settings_, now_),
      server_instance_(journal::newest("server_session")),
      client_instance_(journal::newest("client_session")),
      client_channel_(std::move(channels.first)),
      server_channel_(std::move(channels.second)),
      client_model_(settings.computer, settings.config_version) {}

// ---- The ends ---------------------------------------------------------------------------------------------------------------------------

void Conversation::begin() {
  begun_ = true;
  wires_[to_server].put(client_channel_->records());
  connect();
}

void Conversation::connect() {
  if (!client_channel_->up()) return;
  connected_ = true;
  agreement_.said(settings_);
  client_.connected(now_);
  settle_client();
}

void Conversation::ask(p::ClientRequest request) {
  auto copy = request;
  if (!client_.submit(now_, std::move(request))) return;
  client_model_.asked(copy);
  agreement_.said(copy);
  settle_client();
}

void Conversation::answer(p::ServerAnswer answer) {
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

void Conversation::answer() {
  for (auto& one : parties_.answer(p::ServerAction(*question_))) answer(std::move(one));
}

void Conversation::tick(p::Time now) {
  now_ = now;
  client_.tick(now_);
  settle_client();
  server_.tick(now_);
  settle_server();
}

void Conversation::stop_server() {
  server_.stop(now_);
  settle_server();
}

void Conversation::settle_client() {
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
    parties_.told(*action);
  }
  client_model_.settled();
  demand_frames(told, client_model_.words());
  demand(client_model_.ended() == (client_.state() == spec::client_session::final), "ERR-001 a closed session has told its end");
  ears_[to_client].settled(client_.state() != spec::client_session::final && client_.state() != spec::client_session::initial);
}

void Conversation::settle_server() { settle_server(journal::take(server_instance_)); }

void Conversation::settle_server(const std::vector<Told>& told) {
  for (const auto& step : told) {
    const auto heard = ears_[to_server].met(step);
    if (heard.message && step.way->row != "default") server_model_.heard(*heard.message, step.way->to);
  }
  std::vector<p::ServerAnswer> failures;
  while (const auto action = server_.next_action()) {
    server_model_.did(*action);
    agreement_.heard(*action);
    if (const auto* send = std::get_if<p::Send>(&*action)) say(to_client, send->octets);
    if (std::holds_alternative<p::Close>(*action)) hang_up(to_client);
    if (fitting_answer(*action)) {
      question_ = *action;
    } else if (auto failed = parties_.perform(*action)) {
      failures.push_back(std::move(*failed));
    }
  }
  const auto state = server_.state();
  if (!spec::server_session::held(state)) question_.reset();
  demand_frames(told, server_model_.words());
  demand(server_model_.closed() == (state == spec::server_session::final), "ERR-001 a closed session has said Close");
  ears_[to_server].settled(!spec::server_session::held(state) && state != spec::server_session::final);
  for (auto& failure : failures) answer(std::move(failure));
}

void Conversation::say(Direction where, View octets) {
  ears_[where].said(octets);
  auto& channel = end_of(other(where));
  channel.send(octets);
  wires_[where].put(channel.records());
}

void Conversation::hang_up(Direction where) {
  auto& channel = end_of(other(where));
  channel.close();
  wires_[where].put(channel.records());
}

// ---- What is between them ---------------------------------------------------------------------------------------------------------------

void Conversation::tamper(trace::Tamper how, Direction where, std::size_t record) {
  auto& wire = wires_[where];
  const auto to = how == trace::Tamper::reflect ? other(where) : where;
  if (how == trace::Tamper::drop) wire.take(record);
  if (how == trace::Tamper::end) cut(where);
  if (how == trace::Tamper::replay && reads(to))
    if (const auto* taken = wire.again(record)) deliver(to, *taken);
  if ((how == trace::Tamper::deliver || how == trace::Tamper::damage || how == trace::Tamper::reflect) && reads(to))
    if (const auto* taken = wire.take(record)) {
      if (how != trace::Tamper::damage) return deliver(to, *taken);
      auto damaged = *taken;
      const auto bit = record * 37 % (damaged.size() * 8);
      damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      deliver(to, damaged);
    }
}

void Conversation::inject(Direction where, View record) {
  if (reads(where)) deliver(where, record);
}

/// [SES-022] While an operation is under way a server's shell leaves records where they are.
bool Conversation::reads(Direction where) const { return where == to_client || !spec::server_session::held(server_.state()); }

void Conversation::deliver(Direction where, View record) {
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
void Conversation::cut(Direction where) {
  if (where == to_server) {
    server_.peer_closed(now_);
  } else {
    client_.peer_closed(now_);
  }
  settle_client();
  settle_server();
}

void Conversation::vanish() {
  cut(to_client);
  cut(to_server);
}

void Conversation::let_go() {
  for (bool moved = true; moved;) {
    moved = false;
    for (const auto where : {to_server, to_client}) {
      while (!wires_[where].empty() && reads(where)) {
        deliver(where, *wires_[where].take(0));
        moved = true;
      }
    }
    if (question_) {
      answer();
      moved = true;
    }
  }
}

}  // namespace coffer::fuzz
