// A peer and a shell that play a trace against a server's session while what it allocates is metered. For targets that link meter.cc.
// Must not know: bounds, what becomes of a session without memory.
#pragma once

#include <deque>
#include <functional>

#include "protocol/samples.h"
#include "protocol/server_session.h"
#include "rigs/pieces.h"

namespace coffer::fuzz {

class MeteredPeer {
 public:
  /// `judge` is called after everything that the session did, and not metered.
  explicit MeteredPeer(std::function<void(const MeteredPeer&)> judge) : judge_(std::move(judge)) {}
  MeteredPeer(const MeteredPeer&) = delete;  // the session holds on to the settings
  MeteredPeer& operator=(const MeteredPeer&) = delete;

  void play(const trace::Trace& trace);
  void hang_up();

  bool verified() const { return session_.verified(); }
  /// Whether the shell was told to let the user in.
  bool admitted() const { return admitted_; }
  spec::server_session::State state() const { return session_.state(); }
  /// Octets, since the session began.
  std::size_t came() const { return came_; }
  std::size_t came_at_once_max() const { return longest_; }
  std::size_t sent() const { return sent_; }
  /// Whether the peer may have stated lengths that are none of a message's.
  bool forged() const { return forged_; }

 private:
  void come();
  void act(const std::function<void()>& what);

  const std::function<void(const MeteredPeer&)> judge_;
  const protocol::ServerSettings settings_{protocol::samples::server, {7, 0, 0}, {6, 5, 0}, spec::timer_milliseconds};
  const protocol::Time now_{1000};
  protocol::ServerSession session_{settings_, now_};
  Sender sender_;
  trace::Answer fitting_ = trace::Answer::failed;
  std::deque<Octets> waiting_;
  std::size_t came_ = 0, longest_ = 0, sent_ = 0;
  bool forged_ = false, admitted_ = false;
};

}  // namespace coffer::fuzz
