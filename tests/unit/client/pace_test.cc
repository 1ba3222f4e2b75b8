// How long work will take, from what was done when.
#include "client/pace.h"

#include <gtest/gtest.h>

namespace coffer::client {
namespace {

using namespace std::chrono_literals;

WorkDone at(std::uint64_t files_done, std::uint64_t octets_done) { return {files_done, 1000, octets_done, 100'000'000}; }

TEST(Pace, says_nothing_before_it_can_know) {
  Pace pace;
  EXPECT_FALSE(pace.octets_per_second() || pace.left());
  pace.note(0ms, at(0, 0));
  EXPECT_FALSE(pace.octets_per_second() || pace.left());
  pace.note(100ms, at(5, 1'000'000));
  EXPECT_FALSE(pace.octets_per_second() || pace.left());
  EXPECT_EQ(line_of(at(5, 1'000'000), pace).find("left"), std::string::npos);
}

TEST(Pace, is_steady_when_the_work_is) {
  Pace pace;
  for (int second = 0; second <= 40; ++second) {
    const auto part = static_cast<std::uint64_t>(second);
    pace.note(second * 1000ms, at(10 * part, 1'000'000 * part));
    if (second < 2) continue;
    EXPECT_NEAR(*pace.octets_per_second(), 1e6, 1);
    EXPECT_EQ(*pace.left(), std::chrono::seconds(100 - second));
  }
}

TEST(Pace, forgets_how_it_was_long_ago) {
  Pace pace;
  pace.note(0s, at(0, 0));
  pace.note(1s, at(100, 50'000'000));
  for (int second = 2; second <= 30; ++second)
    pace.note(second * 1000ms, at(100, 50'000'000 + 100'000 * static_cast<std::uint64_t>(second)));
  EXPECT_NEAR(*pace.octets_per_second(), 1e5, 1e3);
}

TEST(Pace, counts_small_files_as_work) {
  Pace pace;
  for (int second = 0; second <= 5; ++second) pace.note(second * 1000ms, {static_cast<std::uint64_t>(second) * 100, 1000, 0, 0});
  EXPECT_EQ(*pace.octets_per_second(), 0);
  EXPECT_EQ(*pace.left(), 5s);
}

TEST(Pace, looks_often_and_remembers_little_of_it) {
  Pace pace;
  for (int i = 0; i <= 3000; ++i) pace.note(i * 1ms, at(0, static_cast<std::uint64_t>(i) * 1000));
  EXPECT_NEAR(*pace.octets_per_second(), 1e6, 1);
}

TEST(Pace, does_not_pretend_to_know_how_much_there_is) {
  Pace pace;
  WorkDone done = at(20, 2'000'000);
  done.totals = WorkDone::Totals::at_least;
  pace.note(0s, at(0, 0));
  pace.note(2s, done);
  EXPECT_FALSE(pace.left());
  EXPECT_TRUE(line_of(done, pace).starts_with("20 of at least 1000 files, 1.9 MiB of at least 95.4 MiB")) << line_of(done, pace);
  EXPECT_TRUE(json_of("backed up", done, pace).ends_with(R"("seconds_left":null,"totals":"at_least"}})"));
  done.totals = WorkDone::Totals::about;  // an earlier run has found so much
  pace.note(2s, done);
  EXPECT_TRUE(line_of(done, pace).starts_with("20 of about 1000 files"));
  EXPECT_TRUE(pace.left());
}

TEST(Pace, of_a_reading_without_a_known_end_is_shown_as_far_as_it_is) {
  Pace pace;
  pace.note(0s, at(0, 0));
  pace.note(2s, at(0, 2'000'000));
  EXPECT_EQ(line_of(BlocksSeen{.blocks = 12, .octets = 2'000'000}, pace), "12 blocks, 1.9 MiB, 976.6 KiB/s");
  const BlocksSeen several{.blocks = 12, .octets = 2'000'000, .versions_done = 1, .versions = 7};
  EXPECT_EQ(line_of(several, pace), "1 of 7 versions, 12 blocks, 1.9 MiB, 976.6 KiB/s");
  EXPECT_EQ(
      json_of("pruned", several, pace),
      R"({"progress":{"doing":"pruned","versions_done":1,"versions":7,"blocks":12,"octets_done":2000000,"octets_per_second":1000000}})");
}

TEST(Pace, is_shown_to_people_and_programs) {
  Pace pace;
  pace.note(0s, at(0, 0));
  pace.note(2s, at(20, 2'000'000));
  EXPECT_TRUE(line_of(at(20, 2'000'000), pace).ends_with(", 1:38 left"));
  EXPECT_EQ(json_of("restored", at(20, 2'000'000), pace),
            R"({"progress":{"doing":"restored","files_done":20,"files":1000,"octets_done":2000000,"octets":100000000,)"
            R"("octets_per_second":1000000,"seconds_left":98}})");
}

}  // namespace
}  // namespace coffer::client
