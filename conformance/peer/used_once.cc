#include "peer/used_once.h"

#include "peer/outcome.h"
#include "wire/key_record.h"

namespace coffer::conformance {

void UsedOnce::take(const Message& message) {
  const auto values = fresh_values(message);
  const std::lock_guard lock(mutex_);
  for (const auto& [value, wrap] : values)
    if (const auto [known, fresh] = wraps_.emplace(value, wrap); !fresh && known->second != wrap)
      throw Unmet("a salt and a one-time key that no other wrap of this run has (KEY-020)", "once more " + hex(value));
}

}  // namespace coffer::conformance
