#include "failing_memory.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace coffer::net {
namespace {

std::atomic<bool> on = false;
std::atomic<std::size_t> allocations = 0, first = 0, behind_last = 0;
thread_local bool spared = false;

/// Botan's pool of locked memory asks for memory in order to take some back, and nobody can catch what it throws then.
[[maybe_unused]] const int without_that_pool = ::setenv("BOTAN_MLOCK_POOL_SIZE", "0", 1);

bool fails() {
  if (!on || spared) return false;
  const std::size_t number = ++allocations;
  return first <= number && number < behind_last;
}

}  // namespace

FailingMemory::FailingMemory(std::size_t number, std::size_t failures) {
  spared = true;
  allocations = 0;
  first = number;
  behind_last = number + failures;
  on = true;
}
FailingMemory::~FailingMemory() { on = false; }
bool FailingMemory::failed() { return allocations >= first; }

}  // namespace coffer::net

void* operator new(std::size_t octets) {
  if (void* const at = coffer::net::fails() ? nullptr : std::malloc(octets == 0 ? 1 : octets)) return at;
  throw std::bad_alloc();
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }

/// What Botan holds by bare pointers while it builds something is lost when it throws on the way.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libbotan-2.so\n"; }
