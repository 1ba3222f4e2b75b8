// One end of a channel, as a session's shell uses it: plaintext in, records out, and back. Whatever its cryptography is, it owes the
// session this: what comes out is what the peer put in, in its order, or the channel is broken. Must not know: sessions, traces, who
// carries the records.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "protocol/octets.h"

namespace coffer::fuzz {

class Channel {
 public:
  virtual ~Channel() = default;
  /// Dropped when the channel is not up.
  virtual void send(View plaintext) = 0;
  /// Tells the peer that nothing follows.
  virtual void close() = 0;
  /// What the network brought.
  virtual void take(View record) = 0;
  /// Records for the network, in order.
  virtual std::vector<Octets> records() = 0;
  /// What the peer sent.
  virtual Octets plaintext() = 0;
  virtual bool up() const = 0;
  /// Closed by the peer, or broken.
  virtual bool over() const = 0;
};

/// A client's end and a server's.
using ChannelPair = std::pair<std::unique_ptr<Channel>, std::unique_ptr<Channel>>;

/// Ideal cryptography: each record has its number and a keyed sum, which only who has the key can make; each direction of each channel has
/// a key of its own, made of `number`. Costs next to nothing, and keeps apart what keys keep apart. It is up at once.
ChannelPair ideal_channel(std::uint64_t number);

/// The channel that clients and servers have: TLS, with a handshake that has to be carried first. Its server is the same in all of a
/// process.
ChannelPair tls_channel();

}  // namespace coffer::fuzz
