// What a machine did with one event, told to whoever watches. Nobody watches unless a program asks for it (`--transitions FILE`);
// then it costs one look at a pointer per event. Nothing secret is in it: names of the tables, and the rule that decided.
// Must not know: who watches, files.
#pragma once

#include <string_view>

namespace coffer::protocol {

struct Transition {
  std::string_view machine;      // as its table is named
  const void* instance;          // which of them; an address may be another's later
  std::string_view from, event;  // no event: the instance begins
  std::string_view to;
  std::string_view rule;  // the requirement whose check failed, when one decided where the row led
};

using TransitionWatcher = void (*)(const Transition&);

/// Set once, before the first session, or never: threads read it without synchronisation.
inline TransitionWatcher transition_watcher = nullptr;

template <typename State, typename Event>
void tell(std::string_view machine, const void* instance, State from, Event event, State to, std::string_view rule = {}) {
  if (transition_watcher != nullptr) transition_watcher({machine, instance, name(from), name(event), name(to), rule});
}

template <typename State>
void tell_beginning(std::string_view machine, const void* instance, State state) {
  if (transition_watcher != nullptr) transition_watcher({machine, instance, name(state), {}, name(state), {}});
}

}  // namespace coffer::protocol
