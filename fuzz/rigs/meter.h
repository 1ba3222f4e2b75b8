// Counts what is allocated while a metered piece of code runs, and lets an allocation fail. Only for targets that link
// meter.cc, which takes the place of operator new and of Botan's own allocation. What the schema's library takes by malloc is not counted.
// Must not know: what is metered. One thread.
#pragma once

#include <cstddef>

namespace coffer::fuzz::meter {

struct Reading {
  std::size_t octets = 0, allocations = 0;  // since start()
  std::ptrdiff_t held = 0;                  // of them, not given back
  std::size_t held_max = 0;                 // the most that was held at a time
};

/// Forgets everything. Of the allocations that count from here on the one of that number fails; 0: none.
void start(std::size_t failing = 0);
const Reading& reading();

/// While one of these lives, allocations count.
class On {
 public:
  On();
  ~On();
  On(const On&) = delete;
  On& operator=(const On&) = delete;

 private:
  const bool before_;
};

}  // namespace coffer::fuzz::meter
