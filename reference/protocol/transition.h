// What a machine did with one event, told to whoever watches. Nobody watches unless a program asks for it (`--transitions FILE`);
// then it costs one look at a pointer per event. Nothing secret is in it: names of the tables, the guard or the rule that decided, its
// reason. Must not know: who watches, files.
#pragma once

#include <string_view>

#include "protocol/fault.h"

namespace coffer::protocol {

/// What a row's guards came to, where they ended the machine.
struct Decision {
  std::string_view rule;    // the requirement whose check failed
  std::string_view reason;  // with which it ends, as its table is named
};

/// In place of a row's handler.
inline constexpr std::string_view by_default = "default";  // the table's rule for pairs without a row
inline constexpr std::string_view ignored = "ignored";     // nothing became of the event

inline Decision decision(const Fault& fault) { return {fault.requirement, name(fault.reason)}; }

struct Transition {
  std::string_view machine;      // as its table is named
  const void* instance;          // which of them; an address may be another's later
  std::string_view from, event;  // no event: the instance begins
  std::string_view to;
  std::string_view row;         // the handler of the table's row, or one of the words above
  Decision decided = {};        // when the step ended the machine by a rule
  std::string_view guard = {};  // when the row leads to several states, what decided between them, as its table names it
};

using TransitionWatcher = void (*)(const Transition&);

/// Set once, before the first session, or never: threads read it without synchronisation.
inline TransitionWatcher transition_watcher = nullptr;

template <typename State, typename Event>
void tell(std::string_view machine, const void* instance, State from, Event event, State to, std::string_view row, Decision decided = {},
          std::string_view guard = {}) {
  if (transition_watcher != nullptr) transition_watcher({machine, instance, name(from), name(event), name(to), row, decided, guard});
}

template <typename State>
void tell_beginning(std::string_view machine, const void* instance, State state) {
  if (transition_watcher != nullptr) transition_watcher({machine, instance, name(state), {}, name(state), {}, {}, {}});
}

}  // namespace coffer::protocol
