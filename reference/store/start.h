// What is done with a store's holdings before anyone is served: recovered, mended, said anew; and noted. Must not know: sessions.
#pragma once

#include <optional>
#include <string>

#include "store/holdings.h"
#include "store/write_ahead_log.h"

namespace coffer::store {

/// The damage to the index's log in words.
std::string text(const LogDamage& damage);

enum class Mending : std::uint8_t { at_start, later };

/// `log_damage`: of the index's, as it was before it was opened.
Result<void> start(Holdings& holdings, const std::optional<LogDamage>& log_damage, Mending mending);

}  // namespace coffer::store
