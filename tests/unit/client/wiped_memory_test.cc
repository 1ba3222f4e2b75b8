// A login's password on its way to the device's disk and back: wherever its digits lay, they are wiped before the memory is let go. Watched
// where all of it is given back, which for the whole test program is here.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string_view>

#include "client/device.h"
#include "scratch.h"

namespace {

constexpr std::string_view digits = "6f6e6c7920697473206f776e6572206b6e6f7773";
std::atomic<bool> watching = false, let_go_with_digits = false;

void let_go(void* memory) noexcept {
  if (memory != nullptr && watching &&
      std::string_view(static_cast<const char*>(memory), ::malloc_usable_size(memory)).find(digits) != std::string_view::npos)
    let_go_with_digits = true;
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { let_go(memory); }
void operator delete(void* memory, std::size_t) noexcept { let_go(memory); }

namespace coffer::client {
namespace {

TEST(WipedMemory, a_password_on_its_way_to_the_disk_and_back_is_left_nowhere) {
  const Scratch scratch;
  constexpr std::string_view password = "only its owner knows";
  auto device = Device::create(scratch / "home", {.computer = 1, .destinations = {{"default", "localhost", 1, {}, {}}}});
  ASSERT_TRUE(device);
  const Credential credential{"ABCDEFGH12345678", "alice", keys::Secret(password.begin(), password.end()), false};
  watching = true;
  const auto kept = device->remember("default", credential);
  const auto read = device->credential("default");
  watching = false;
  ASSERT_TRUE(kept);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->password, credential.password);
  EXPECT_FALSE(let_go_with_digits);
}

}  // namespace
}  // namespace coffer::client
