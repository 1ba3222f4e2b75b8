// Any text as a trace: an error names its line; what is read is written and read back as the same steps.
#include "rigs/oracle.h"
#include "trace/trace.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = trace::from_text(text);
  if (!read) {
    fuzz::demand(read.error().starts_with("line "), "an error names its line");
    return 0;
  }
  fuzz::demand(trace::from_text(trace::to_text(*read)) == *read, "what is read is written as itself");
  fuzz::demand(trace::from_octets(trace::to_octets(*read)) == *read, "and in octets as itself");
  return 0;
}
