// How many events of connections without a verified user are recorded: a bucket that holds as many as may come in a minute and fills at
// that rate, and a count of those that it had no room for. Must not know: clocks, connections, logs. Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "protocol/session_types.h"

namespace coffer::net {

class EventBudget {
 public:
  /// Full at first.
  explicit EventBudget(std::uint32_t per_minute);

  /// Whether one more may be recorded. `now` never goes back by much: threads look at their clock before they come here.
  bool take(protocol::Time now);
  /// So many were not recorded, nor will be.
  void leave_out(std::uint64_t events);
  /// How many were left out since it last said so, to be recorded [LIM-009]: at most once a minute, and nothing where there were none.
  std::optional<std::uint64_t> report(protocol::Time now);
  /// The same, whenever it last said so.
  std::optional<std::uint64_t> report_rest();

 private:
  std::optional<std::uint64_t> say();

  const std::uint64_t per_minute_;
  std::mutex mutex_;
  std::uint64_t credit_;  // of an event, in parts of a minute's milliseconds
  std::optional<protocol::Time> filled_, reported_;
  std::uint64_t left_out_ = 0;
};

}  // namespace coffer::net
