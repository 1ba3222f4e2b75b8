#include "net/client_connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <utility>

#include "fault/switch.h"
#include "net/tcp_stream.h"
#include "net/tls_channel.h"
#include "protocol/wipe.h"

namespace coffer::net {
namespace {

using Clock = TcpStream::Clock;
using protocol::Time;

constexpr std::size_t read_octets = 64U << 10U;
constexpr std::size_t sealed_together_octets = 64U << 10U;

Time now() { return std::chrono::duration_cast<Time>(Clock::now().time_since_epoch()); }

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};

/// What a fault does when TLS fails: the session-key channel's beginning, the server's 32 octets and then the client's.
void fall_back(const ConnectionSettings& settings, Clock::time_point until) {
  auto stream = TcpStream::connect(settings.host, settings.port, until);
  std::array<std::uint8_t, 32> octets;
  while (stream && Clock::now() < until) {
    const auto count = stream->read_some(octets);
    if (!count || *count) {
      if (count && **count > 0) (void)stream->write_some(octets);
      return;
    }
    stream->wait(false, until);
  }
}

}  // namespace

struct ClientConnection::Link {
  Link(TcpStream connected, const Pin& pin, protocol::ClientSettings settings, TcpStream::GiveUp giving_up)
      : stream(std::move(connected)),
        channel(TlsChannel::client(pin)),
        timers(settings.timers),
        session(std::move(settings), now()),
        give_up(std::move(giving_up)) {}

  TcpStream stream;
  TlsChannel channel;
  protocol::Timers timers;
  protocol::ClientSession session;
  TcpStream::GiveUp give_up;

  Octets unsealed;         // what is to be sent next: blocks that are sent one after another share records
  bool gathering = false;  // more of them may follow
  Octets outgoing;
  std::size_t sent = 0;              // of outgoing
  Time progressed = now();           // when octets last left, or began to wait
  Time heard = now();                // when octets last came
  bool begun = false;                // the session knows of the channel
  bool peer_ended = false;           // nothing more will be read
  bool applying = false;             // Configured is with the program: its acknowledgement waits
  bool configured_returned = false;  // the program's next call says that it is applied
  std::deque<Happening> happenings;
  std::optional<protocol::Ended> ended;
  bool closing = false;  // the session asked to close
  bool closed = false;   // and it is done
  std::optional<Trouble> trouble;

  Time timer(spec::Timer which) const { return Time{timers[static_cast<std::size_t>(which)]}; }
  std::size_t queued() const { return outgoing.size() - sent; }

  // ---- the session's side ----------------------------------------------------------------------------------------------------
  void take_actions() {
    const auto perform = Overloaded{
        [&](protocol::Send&& action) {
          unsealed.insert(unsealed.end(), action.octets.begin(), action.octets.end());
          if (!gathering) protocol::wipe(action.octets);
        },
        [&](protocol::Close&&) { closing = true; },
        [&](protocol::Ended&& action) { ended = std::move(action); },
        [&](protocol::Configured&& action) {
          applying = true;
          happenings.emplace_back(std::move(action));
        },
        [&](auto&& action) { happenings.emplace_back(std::forward<decltype(action)>(action)); },
    };
    while (!applying) {
      auto action = session.next_action();
      if (!action) break;
      std::visit(perform, std::move(*action));
    }
    if (!gathering || unsealed.size() >= sealed_together_octets) seal();
  }

  void seal() {
    channel.send(unsealed);
    if (!gathering) protocol::wipe(unsealed);
    unsealed.clear();
    collect_output();
  }

  /// The program came back after Configured: it is applied.
  void resume() {
    if (!std::exchange(configured_returned, false)) return;
    applying = false;
    take_actions();
  }

  void break_off(Trouble why) {
    if (!trouble && !ended) trouble = std::move(why);
    peer_ended = true;
    session.peer_closed(now());
    take_actions();
  }

  // ---- the wire's side ---------------------------------------------------------------------------------------------------------
  void collect_output() {
    auto octets = channel.take_output();
    if (octets.empty()) return;
    if (queued() == 0) {
      progressed = now();
      sent = 0;
      outgoing = std::move(octets);
      return;
    }
    outgoing.erase(outgoing.begin(), outgoing.begin() + static_cast<std::ptrdiff_t>(std::exchange(sent, 0)));
    outgoing.insert(outgoing.end(), octets.begin(), octets.end());
  }

  /// Whether anything left.
  bool write() {
    const auto before = queued();
    while (queued() > 0) {
      const auto count = stream.write_some(View{outgoing}.subspan(sent));
      if (!count) {
        outgoing.clear();
        sent = 0;
        // What the peer said before it went away may still be here to be read: reading finds the end.
        if (!ended) write_trouble = count.error();
        return true;
      }
      if (*count == 0) return queued() < before;
      sent += *count;
      progressed = now();
    }
    outgoing = {};
    sent = 0;
    return before > 0;
  }
  std::optional<Trouble> write_trouble;

  /// Whether anything was read.
  bool read() {
    thread_local std::array<std::uint8_t, read_octets> buffer;
    const auto count = stream.read_some(buffer);
    if (!count) {
      break_off(count.error());
      return true;
    }
    if (!*count) return false;
    if (**count == 0) {
      break_off(write_trouble.value_or(Trouble{TroubleKind::connection_lost, "the server ended the connection without a reason"}));
      return true;
    }
    heard = now();
    channel.feed(View{buffer}.first(**count));
    advance();
    return true;
  }

  /// Whole records into the session, one after another.
  void advance() {
    while (!applying && !peer_ended && channel.step()) {
      if (!begun && channel.state() == TlsChannel::State::established) return;  // what follows is for the session, which is to begin first
      if (const auto plaintext = channel.take_plaintext(); !plaintext.empty()) session.feed(now(), plaintext);
      take_actions();
    }
    collect_output();
    if (peer_ended) return;
    if (channel.state() == TlsChannel::State::failed) {
      const auto& failure = *channel.failure();
      break_off({failure.pin_mismatch ? TroubleKind::pin_mismatch : TroubleKind::tls_failed, failure.detail});
    } else if (channel.state() == TlsChannel::State::peer_closed) {
      break_off({TroubleKind::connection_lost, "the server closed the channel without a reason"});
    }
  }

  /// One round: time, what can be written, what can be read; waits when there was nothing of either.
  void round() {
    if (const auto deadline = session.deadline(); deadline && *deadline <= now()) {
      session.tick(now());
      take_actions();
    }
    const bool wrote = write();
    if (queued() > 0 && progressed + timer(spec::Timer::answer) <= now()) break_off({TroubleKind::timed_out, "the server takes no octets"});
    if (closing || ended || peer_ended) return;
    if (channel.pending() > 0) {
      advance();
      if (closing || ended || !happenings.empty()) return;
    }
    if (read() || wrote) return;
    std::optional<Time> wake;
    const auto sooner = [&](Time time) { wake = wake ? std::min(*wake, time) : time; };
    if (const auto deadline = session.deadline()) sooner(*deadline);
    if (queued() > 0) sooner(progressed + timer(spec::Timer::answer));
    wait_or_break_off(wake);
  }

  /// Until `wake`, or until something can be read or written. False: this side has given up.
  bool wait(bool to_write, std::optional<Time> wake) {
    if (give_up && give_up(now() - std::max(heard, progressed))) return false;
    if (give_up) wake = std::min(wake.value_or(Time::max()), now() + TcpStream::asked_every);
    stream.wait(to_write, wake ? std::optional{Clock::time_point{*wake}} : std::nullopt);
    return true;
  }
  void wait_or_break_off(std::optional<Time> wake) {
    if (!wait(queued() > 0, wake)) break_off({TroubleKind::given_up, "the server does not answer"});
  }

  // [SES-004] An endpoint that closes must send its Disconnect, then close_notify, then end its sending side, and only then the connection
  void finish() {
    if (std::exchange(closed, true)) return;
    // [SES-007] An endpoint that has ended its sending side MUST end the connection no later than the linger timer says.
    const bool in_a_hurry = trouble && trouble->kind == TroubleKind::given_up;
    const auto until = now() + timer(spec::Timer::linger) * (in_a_hurry ? 0 : fault::on(fault::SES_007_lingers_on) ? 1000 : 1);
    if (!unsealed.empty()) seal();
    if (!fault::on(fault::SES_004_no_close_notify)) channel.close();
    collect_output();
    bool sending = true;
    do {
      write();
      if (sending && queued() == 0) {
        stream.end_sending();
        sending = false;
      }
      if (!sending && peer_ended) break;
      std::array<std::uint8_t, 4096> unread;
      const auto count = stream.read_some(unread);
      if (!count || (*count && **count == 0)) {
        peer_ended = true;
        if (!count || !sending) break;
      }
      if (!*count && !wait(sending, until)) break;
    } while (now() < until);
    if (!ended) ended = protocol::Ended{};
    if (ended->peer_reason) trouble.reset();
  }

  std::optional<Trouble> shake_hands() {
    const auto until = now() + timer(spec::Timer::tls_handshake);
    collect_output();
    while (channel.state() == TlsChannel::State::handshaking && !trouble) {
      if (now() >= until) return Trouble{TroubleKind::timed_out, "the server does not complete the handshake"};
      write();
      if (!read()) wait_or_break_off(until);
    }
    if (channel.state() == TlsChannel::State::established && !trouble) return std::nullopt;
    finish();  // so that the alert arrives
    return trouble;
  }
};

ClientConnection::ClientConnection(std::unique_ptr<Link> link) : link_(std::move(link)) {}
ClientConnection::~ClientConnection() {
  if (link_) link_->finish();
}
ClientConnection::ClientConnection(ClientConnection&&) noexcept = default;
ClientConnection& ClientConnection::operator=(ClientConnection&&) noexcept = default;

std::expected<ClientConnection, Trouble> ClientConnection::open(ConnectionSettings settings) {
  const std::chrono::milliseconds patience{settings.session.timers[static_cast<std::size_t>(spec::Timer::tls_handshake)]};
  auto stream = TcpStream::connect(settings.host, settings.port, Clock::now() + patience, settings.give_up);
  if (!stream) return std::unexpected(stream.error());
  if (settings.session.version.address.empty()) settings.session.version.address = stream->local_address();
  auto link = std::make_unique<Link>(std::move(*stream), settings.pin, std::move(settings.session), std::move(settings.give_up));
  if (auto trouble = link->shake_hands()) {
    // [CHN-013] An endpoint MUST NOT fall back to the session-key channel when TLS fails: there is no other attempt of any kind.
    if (fault::on(fault::CHN_013_falls_back)) fall_back(settings, Clock::now() + patience);
    return std::unexpected(std::move(*trouble));
  }
  link->begun = true;
  link->session.connected(now());
  link->take_actions();
  link->write();
  link->advance();  // what came with the handshake's last octets
  return ClientConnection{std::move(link)};
}

bool ClientConnection::submit(protocol::ClientRequest request) {
  link_->resume();
  link_->gathering = std::holds_alternative<protocol::SendBlock>(request);
  const bool taken = !link_->ended && !link_->closing && link_->session.submit(now(), std::move(request));
  if (taken) link_->take_actions();
  link_->gathering = false;
  if (!taken) return false;
  if (link_->queued() > 0) link_->write();
  while (link_->queued() > queued_octets_max && !link_->ended && !link_->closing) link_->round();
  return true;
}

Happening ClientConnection::next() {
  link_->resume();
  if (!link_->unsealed.empty()) link_->seal();
  while (link_->happenings.empty() && !link_->ended && !link_->closing) link_->round();
  if (link_->happenings.empty()) {
    link_->finish();
    return *link_->ended;
  }
  auto happening = std::move(link_->happenings.front());
  link_->happenings.pop_front();
  link_->configured_returned = std::holds_alternative<protocol::Configured>(happening);
  return happening;
}

protocol::Ended ClientConnection::leave() {
  link_->resume();
  if (!link_->ended && !link_->closing && !submit(protocol::Leave{})) link_->closing = true;  // nothing but the end is left to ask for
  while (true) {
    auto happening = next();
    if (auto* ended = std::get_if<protocol::Ended>(&happening)) return std::move(*ended);
  }
}

const std::optional<Trouble>& ClientConnection::trouble() const { return link_->trouble; }
spec::client_session::State ClientConnection::state() const { return link_->session.state(); }

}  // namespace coffer::net
