// The salts and one-time keys of all wraps that came while a run lasts, in whichever case: each is of one wrap alone [KEY-020]. One for all
// workers of a run. Must not know: who made a wrap, cases.
#pragma once

#include <map>
#include <mutex>

#include "wire/message.h"

namespace coffer::conformance {

class UsedOnce {
 public:
  /// Throws Unmet when one in this message came before in another wrap. The same wrap may come again: a record that was kept, or repeated.
  void take(const Message& message);

 private:
  std::mutex mutex_;
  std::map<Octets, Octets> wraps_;  // by their salt or one-time key
};

}  // namespace coffer::conformance
