#include "rigs/meter.h"

#include <botan/mem_ops.h>
#include <malloc.h>

#include <cstdlib>
#include <new>
#include <utility>

namespace coffer::fuzz::meter {

namespace {

Reading now;
std::size_t fails = 0;
bool on = false;

/// nullptr when it fails, or is made to.
void* counted(std::size_t octets) noexcept {
  if (on && ++now.allocations == fails) return nullptr;
  void* const at = std::calloc(1, octets == 0 ? 1 : octets);
  if (on && at != nullptr) {
    now.octets += octets;
    now.held += static_cast<std::ptrdiff_t>(::malloc_usable_size(at));
    if (now.held > static_cast<std::ptrdiff_t>(now.held_max)) now.held_max = static_cast<std::size_t>(now.held);
  }
  return at;
}

void* counted_or_thrown(std::size_t octets) {
  void* const at = counted(octets);
  if (at == nullptr) throw std::bad_alloc();
  return at;
}

void given_back(void* at) {
  if (on && at != nullptr) now.held -= static_cast<std::ptrdiff_t>(::malloc_usable_size(at));
  std::free(at);
}

}  // namespace

void start(std::size_t failing) {
  now = {};
  fails = failing;
}
const Reading& reading() { return now; }

On::On() : before_(std::exchange(on, true)) {}
On::~On() { on = before_; }

}  // namespace coffer::fuzz::meter

using coffer::fuzz::meter::counted;
using coffer::fuzz::meter::counted_or_thrown;
using coffer::fuzz::meter::given_back;

void* operator new(std::size_t octets) { return counted_or_thrown(octets); }
void* operator new[](std::size_t octets) { return counted_or_thrown(octets); }
// These too: what they give is given back to the same operator delete.
void* operator new(std::size_t octets, const std::nothrow_t&) noexcept { return counted(octets); }
void* operator new[](std::size_t octets, const std::nothrow_t&) noexcept { return counted(octets); }
void operator delete(void* at) noexcept { given_back(at); }
void operator delete[](void* at) noexcept { given_back(at); }
void operator delete(void* at, std::size_t) noexcept { given_back(at); }
void operator delete[](void* at, std::size_t) noexcept { given_back(at); }

namespace Botan {
void* allocate_memory(std::size_t count, std::size_t octets) { return counted_or_thrown(count * octets); }
void deallocate_memory(void* at, std::size_t count, std::size_t octets) {
  if (at == nullptr) return;
  secure_scrub_memory(at, count * octets);
  given_back(at);
}
}  // namespace Botan
