// A target with a planted fault, to prove that the campaign would notice one: a copy of a data part that forgets its last octet's bound.
// A campaign on it that finds nothing is broken.
#include <memory>

#include "protocol/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer::protocol;
  FrameReader reader;
  reader.feed({data, size});
  while (const auto frame = reader.next().value_or(std::nullopt)) {
    if (frame->kind != FrameKind::data || frame->body.size() < 4) continue;
    const auto copy = std::make_unique<std::uint8_t[]>(frame->body.size());
    std::size_t sum = 0;
    for (std::size_t i = 0; i <= frame->body.size(); ++i) sum += copy[i];  // the fault
    if (sum == 1) return -1;
  }
  return 0;
}
