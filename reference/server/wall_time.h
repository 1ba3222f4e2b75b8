// The wall clock of the server's programs: what dates the event log.
#pragma once

#include <chrono>

#include "store/event_log.h"

namespace coffer::server {

inline store::WallTime wall_time() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace coffer::server
