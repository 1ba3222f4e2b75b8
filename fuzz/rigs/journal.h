// What machines tell while a target runs (protocol/transition.h): each step is held against the tables (coffer/spec/ways.h) at once,
// counted for the engine's feedback by the table's rows, and kept until the player asks. One thread.
// Must not know: traces, what a step was brought about by.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coffer/spec/ways.h"

namespace coffer::fuzz {

/// One step that a machine took.
struct Told {
  const spec::Way* way = nullptr;
  std::string_view reason;  // with which this side ended the machine; empty: it did not
};

namespace journal {

/// With COFFER_TELL in the environment everything is told on standard error as it happens, for `show`: `step: NUMBER`,
/// `told: MACHINE SESSION FROM EVENT ROW TO RULE REASON`, `said: FRAME…`. This one begins a step of the trace.
void at_step(std::size_t number);
/// Watches from here on, and forgets every machine: a new input begins.
void begin();
/// The session of this machine's name that began last.
const void* newest(std::string_view machine);
/// The steps of one session since this was last asked.
std::vector<Told> take(const void* session);

}  // namespace journal

/// Who is closed stays closed: more steps of a trace than these show nothing that the first did not.
inline constexpr unsigned steps_after_the_end_max = 4;

/// Demands that these frames, in order, are what these steps send: "pong", "disconnect(timeout)".
void demand_frames(std::span<const Told> told, std::span<const std::string> words);

}  // namespace coffer::fuzz
