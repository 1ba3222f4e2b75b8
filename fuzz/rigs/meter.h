// Counts what is allocated while a metered piece of code runs. Only for targets that link
// meter.cc, which takes the place of operator new and of Botan's own allocation. What the schema's library takes by malloc is not counted.
// Must not know: what is metered. One thread.
#pragma once

#include <cstddef>

namespace coffer::fuzz::meter {

struct Reading {
  std::size_t octets = 0, allocations = 0;  // since start()
  std::size_t held_max = 0;                 // the most that was held at a time
};

/// Forgets everything.
void start();
const Reading& reading();

/// While one of these lives, allocations count.
class On {
 public:
  On();
  ~On();
  On(const On&) = delete;
  On& operator=(const On&) = delete;
};

}  // namespace coffer::fuzz::meter
