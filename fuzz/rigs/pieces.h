// What the steps of a trace send: messages by kind and variant, data frames by block and flaw, damaged and cut as earlier steps asked.
#pragma once

#include <optional>
#include <vector>

#include "protocol/message.h"
#include "trace/trace.h"

namespace coffer::fuzz {

protocol::Message make_message(spec::MessageKind kind, trace::Variant variant, std::uint32_t value);
Octets make_data(std::uint8_t block, trace::Flaw flaw);

/// What a receiver must make of a frame, as far as its sender knows.
struct Intent {
  enum class Means : std::uint8_t {
    exactly,    // the event of this name
    or_fault,   // that, or malformed for a value out of its range
    fault,      // malformed
    some_data,  // a data frame whose octets were damaged
    anything,   // some event: its octets were damaged
    unknown,    // perhaps none, and of what follows nothing is known either
  };
  Means means = Means::anything;
  std::string_view event = {};
  trace::Step step = {};  // that sent it
};

/// Octets that arrive together, and the frames that begin with them.
struct Piece {
  Octets octets;
  std::vector<Intent> intents;
};

/// The octets that the peer sends for a step; none for steps that send nothing. `flip` (several add up), `split` and `join` wait for the
/// next frame.
class Sender {
 public:
  /// None, one or two pieces, in order.
  std::vector<Piece> pieces(const trace::Step& step);

 private:
  std::vector<trace::Step> flips_;
  std::optional<trace::Step> split_;
  bool join_ = false;
  Piece waiting_;
};

}  // namespace coffer::fuzz
