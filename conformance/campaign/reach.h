// What a campaign has seen of a machine, counted against all that its table allows on the wire: in each state that can be stood in, each
// frame that can arrive, answered or ended with. Must not know: traces, connections.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>

#include "campaign/complaint.h"

namespace coffer::conformance {

struct Tally {
  std::size_t seen = 0, total = 0;
};

class Reach {
 public:
  /// `machine`: server_session or client_session.
  explicit Reach(std::string_view machine);
  /// Whether anything was new, each step also by what came before it: such a trace is worth keeping.
  bool take(const Played& played);

  Tally states() const;
  Tally transitions() const;
  Tally reasons() const;
  /// Transitions of the specification that were not seen, "STATE EVENT goes on" or "STATE EVENT ends".
  std::vector<std::string> missing() const;

 private:
  std::set<std::string> possible_, seen_;  // transitions
  std::set<std::string_view> possible_states_, states_, possible_reasons_, reasons_;
  std::unordered_set<std::size_t> pairs_;
};

}  // namespace coffer::conformance
