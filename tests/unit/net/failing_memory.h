// Memory that runs out: allocations on other threads than the test's own fail when they are told to. Takes the place of operator new.
#pragma once

#include <cstddef>

namespace coffer::net {

class FailingMemory {
 public:
  /// From the allocation of that number on so many fail; the thread that asks for it is spared.
  FailingMemory(std::size_t number, std::size_t failures);
  ~FailingMemory();
  FailingMemory(const FailingMemory&) = delete;
  FailingMemory& operator=(const FailingMemory&) = delete;

  /// Whether as many were asked for at all.
  static bool failed();
};

}  // namespace coffer::net
