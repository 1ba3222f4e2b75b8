// What an implementation did otherwise than the specification asks, seen on the wire. Must not know: who saw it, how often.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace coffer::conformance {

struct Complaint {
  std::string rule;  // "ARC-033"; "liveness", "memory", "processor time" for what no requirement says in so many words
  std::string state, event;
  std::string expected, actual;
  std::size_t step = 0;  // of the trace
  /// The same for every trace that shows the same fault, as far as can be told from outside.
  std::string signature() const;
  std::string text() const;
};

/// One frame was met so; for what a campaign has seen.
struct Seen {
  std::string_view state, event;
  bool ended;
  std::string_view reason;  // of the refusal; empty: none
};

/// What playing a trace showed.
struct Played {
  std::vector<Seen> seen = {};
  std::vector<Complaint> complaints = {};  // one at most: what follows the first proves nothing
  std::size_t sessions = 0;
};

}  // namespace coffer::conformance
