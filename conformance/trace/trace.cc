#include "trace/trace.h"

#include <algorithm>

#include "coffer/spec/messages.h"

namespace coffer::trace {

namespace {

/// The step with every choice inside its range, so that each step has one text and one meaning.
Step normal(Step step) {
  const auto wrap_a = [&](std::size_t count) { step.a = static_cast<std::uint8_t>(step.a % count); };
  const auto wrap_b = [&](std::size_t count) { step.b = static_cast<std::uint16_t>(step.b % count); };
  switch (step.op) {
    case Op::message:
      wrap_a(spec::message_rows.size());
      wrap_b(variant_count);
      if (step.b == static_cast<std::uint16_t>(Variant::good)) step.c = 0;
      return step;
    case Op::data:
      wrap_a(16);
      wrap_b(flaw_count);
      step.c = 0;
      return step;
    case Op::answer:
      wrap_a(answer_count);
      step.c = 0;
      return step;
    case Op::request: wrap_a(request_count); return step;
    case Op::wait:
      step.a = 0;
      step.b = 0;
      step.c %= 1'000'000;
      return step;
    case Op::header: wrap_b(256); return step;
    case Op::flip:
      wrap_a(8);
      step.c = 0;
      return step;
    case Op::split:
      step.a = 0;
      step.c = 0;
      return step;
    case Op::session:
      wrap_a(sessions_max);
      step.b = 0;
      step.c = 0;
      return step;
    case Op::channel:
      wrap_a(tamper_count);
      wrap_b(2);
      step.c %= 256;
      return step;
    case Op::stop:
    case Op::vanish:
    case Op::join: return {step.op};
    case Op::restart: return {step.op, static_cast<std::uint8_t>(step.a % (users_max + 1))};
  }
  return step;
}

}  // namespace

Trace from_octets(std::span<const std::uint8_t> octets) {
  Trace trace;
  trace.reserve(octets.size() / step_octets);
  for (; octets.size() >= step_octets; octets = octets.subspan(step_octets)) {
    const auto octet = [&](std::size_t i) { return std::uint32_t{octets[i]}; };
    const auto op = static_cast<Op>(octets[0] % op_count);
    const auto b = static_cast<std::uint16_t>(octet(2) | octet(3) << 8);
    trace.push_back(normal({op, octets[1], b, octet(4) | octet(5) << 8 | octet(6) << 16 | octet(7) << 24}));
  }
  return trace;
}

std::vector<std::uint8_t> to_octets(const Trace& trace) {
  std::vector<std::uint8_t> octets;
  octets.reserve(trace.size() * step_octets);
  for (const auto& step : trace) {
    octets.push_back(static_cast<std::uint8_t>(step.op));
    octets.push_back(step.a);
    for (const unsigned shift : {0U, 8U}) octets.push_back(static_cast<std::uint8_t>(step.b >> shift));
    for (const unsigned shift : {0U, 8U, 16U, 24U}) octets.push_back(static_cast<std::uint8_t>(step.c >> shift));
  }
  return octets;
}

Trace from_either(std::span<const std::uint8_t> octets) {
  const std::string_view text(reinterpret_cast<const char*>(octets.data()), octets.size());
  if (text.starts_with(text_head)) return from_text(text).value_or(Trace{});
  return from_octets(octets);
}

}  // namespace coffer::trace
