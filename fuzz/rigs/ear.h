// What one end of a channel hears from the other end's session: held against what that said, octet by octet, and cut into the frames that
// the hearer's steps must be of.
// Must not know: how it got here.
#pragma once

#include <deque>
#include <memory>

#include "protocol/message.h"
#include "rigs/expected.h"
#include "wire/frame.h"

namespace coffer::fuzz {

class Ear {
 public:
  /// The peer's session sent this.
  void said(View octets);
  /// The channel handed this on. Demands that it is what comes next of what was said.
  void arrived(View octets);
  /// What a step of the hearer is of: a message, a block (without message), or nothing of the wire.
  struct Heard {
    bool frame = false;
    std::shared_ptr<const protocol::Message> message;
  };
  Heard met(const Told& told);
  void settled(bool reads) { expected_.settled(reads); }

 private:
  Octets said_;  // the first arrived_ octets of it have arrived
  std::size_t arrived_ = 0;
  conformance::FrameCutter cutter_;
  std::deque<std::shared_ptr<const protocol::Message>> frames_;
  Expected expected_;
};

}  // namespace coffer::fuzz
