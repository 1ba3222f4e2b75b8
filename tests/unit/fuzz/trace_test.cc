// The two forms of a trace say the same, and every seed that people wrote can be read.
#include "trace/trace.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include <gtest/gtest.h>

namespace coffer::trace {
namespace {

TEST(Trace, any_octets_are_a_trace_that_both_forms_keep) {
  std::minstd_rand random(1);
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::uint8_t> octets(random() % 100);
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(random());
    const auto trace = from_octets(octets);
    EXPECT_EQ(trace.size(), octets.size() / step_octets);
    EXPECT_EQ(from_octets(to_octets(trace)), trace);
    const auto read = from_text(to_text(trace));
    ASSERT_TRUE(read.has_value()) << read.error() << "\n" << to_text(trace);
    ASSERT_EQ(*read, trace) << to_text(trace);
  }
}

TEST(Trace, text_names_the_line_that_cannot_be_read) {
  EXPECT_EQ(from_text("message ping good").error(), "line 1: expected coffer-trace 1");
  EXPECT_EQ(from_text("coffer-trace 1\n# a remark\n\nsing\n").error(), "line 4: no such step: sing");
  EXPECT_EQ(from_text("coffer-trace 1\nmessage ping loud\n").error(), "line 2: this step does not know loud");
  EXPECT_EQ(from_text("coffer-trace 1\nwait ms=ten\n").error(), "line 2: this step does not know ms=ten");
}

TEST(Trace, every_written_seed_is_readable) {
  std::size_t count = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(CORPUS)) {
    if (file.path().extension() != ".trace") continue;
    std::ifstream stream(file.path());
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto trace = from_text(text);
    EXPECT_TRUE(trace.has_value()) << file.path() << ": " << trace.error();
    ++count;
  }
  EXPECT_GE(count, 10U);
}

}  // namespace
}  // namespace coffer::trace
