#include "rigs/meter.h"

#include <botan/mem_ops.h>
#include <malloc.h>

#include <cstdlib>
#include <new>

namespace coffer::fuzz::meter {

namespace {

Reading now;
std::ptrdiff_t held = 0;
bool on = false;

void* counted(std::size_t octets) {
  void* const at = std::calloc(1, octets == 0 ? 1 : octets);
  if (at == nullptr) throw std::bad_alloc();
  if (on) {
    ++now.allocations;
    now.octets += octets;
    held += static_cast<std::ptrdiff_t>(::malloc_usable_size(at));
    if (held > static_cast<std::ptrdiff_t>(now.held_max)) now.held_max = static_cast<std::size_t>(held);
  }
  return at;
}

void given_back(void* at) {
  if (on && at != nullptr) held -= static_cast<std::ptrdiff_t>(::malloc_usable_size(at));
  std::free(at);
}

}  // namespace

void start() {
  now = {};
  held = 0;
}
const Reading& reading() { return now; }

On::On() { on = true; }
On::~On() { on = false; }

}  // namespace coffer::fuzz::meter

using coffer::fuzz::meter::counted;
using coffer::fuzz::meter::given_back;

void* operator new(std::size_t octets) { return counted(octets); }
void* operator new[](std::size_t octets) { return counted(octets); }
// These too: what they give is given back to the same operator delete.
void* operator new(std::size_t octets, const std::nothrow_t&) noexcept { return counted(octets); }
void* operator new[](std::size_t octets, const std::nothrow_t&) noexcept { return counted(octets); }
void operator delete(void* at) noexcept { given_back(at); }
void operator delete[](void* at) noexcept { given_back(at); }
void operator delete(void* at, std::size_t) noexcept { given_back(at); }
void operator delete[](void* at, std::size_t) noexcept { given_back(at); }

namespace Botan {
void* allocate_memory(std::size_t count, std::size_t octets) { return counted(count * octets); }
void deallocate_memory(void* at, std::size_t count, std::size_t octets) {
  if (at == nullptr) return;
  secure_scrub_memory(at, count * octets);
  given_back(at);
}
}  // namespace Botan
