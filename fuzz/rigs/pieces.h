// What the steps of a trace send: messages by kind and variant, data frames by block and flaw, damaged and cut as earlier steps asked.
#pragma once

#include <optional>

#include "protocol/message.h"
#include "trace/trace.h"

namespace coffer::fuzz {

protocol::Message make_message(spec::MessageKind kind, trace::Variant variant, std::uint32_t value);
Octets make_data(std::uint8_t block, trace::Flaw flaw);

/// The octets that the peer sends for a step; nullopt for steps that send nothing. `flip` and `split` wait for the next frame.
class Sender {
 public:
  /// One or two pieces, in order.
  std::vector<Octets> pieces(const trace::Step& step);

 private:
  std::optional<trace::Step> flip_, split_;
};

/// Marks a (state, step) pair as seen, for the engine's feedback: a table-driven machine has few branches of its own to show.
void saw(std::size_t state, const trace::Step& step);

}  // namespace coffer::fuzz
