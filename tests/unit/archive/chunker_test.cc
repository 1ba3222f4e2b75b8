#include "archive/chunker.h"

#include <gtest/gtest.h>

#include "archive/block_cutter.h"
#include "samples.h"

namespace coffer::archive {
namespace {

const GearTable table = gear_table(samples::keys().chunker);

std::vector<std::size_t> lengths(View stream) {
  std::vector<std::size_t> all;
  for (; !stream.empty(); stream = stream.subspan(all.back())) all.push_back(first_chunk(table, stream));
  return all;
}

/// The rule as the specification states it, one octet at a time, without any haste.
std::size_t first_chunk_by_the_book(View stream) {
  for (std::size_t length = 65'536; length < stream.size() && length < 1'048'576; ++length) {
    std::uint64_t hash = 0;
    for (std::size_t i = length - 64; i < length; ++i) hash = hash * 2 + table[stream[i]];
    if (hash < (length <= 212'992 ? 1ULL << 44U : 1ULL << 48U)) return length;
  }
  return std::min<std::size_t>(stream.size(), 1'048'576);
}

TEST(Chunker, ARC_018_cuts_where_the_rule_says) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Octets stream = samples::noise(900'000, seed);
    EXPECT_EQ(first_chunk(table, stream), first_chunk_by_the_book(stream)) << seed;
  }
}

TEST(Chunker, ARC_018_lengths_stay_within_their_bounds_and_near_their_average) {
  const Octets stream = samples::noise(64U << 20U, 1);
  auto all = lengths(stream);
  all.pop_back();  // the stream's end may be shorter
  for (const std::size_t length : all) {
    EXPECT_GE(length, 65'536u);
    EXPECT_LE(length, 1'048'576u);
  }
  const std::size_t average = stream.size() / all.size();
  EXPECT_GT(average, 220'000u);
  EXPECT_LT(average, 300'000u);
}

TEST(Chunker, ARC_018_content_without_any_cut_ends_at_the_longest) {
  const Octets zeros(3'000'000);
  EXPECT_EQ(lengths(zeros), (std::vector<std::size_t>{1'048'576, 1'048'576, 902'848}));
}

TEST(Chunker, another_key_cuts_elsewhere) {
  const Octets stream = samples::noise(900'000, 5);
  EXPECT_NE(first_chunk(table, stream), first_chunk(gear_table(samples::keys(1).chunker), stream));
}

TEST(Chunker, nothing_gives_no_block) {
  EXPECT_EQ(first_chunk(table, {}), 0u);
  int blocks = 0;
  BlockCutter cutter(table, [&](View) { ++blocks; });
  cutter.feed({});
  cutter.finish();
  EXPECT_EQ(blocks, 0);
}

TEST(BlockCutter, can_be_used_for_one_stream_after_another) {
  std::vector<std::size_t> seen;
  BlockCutter cutter(table, [&](View block) { seen.push_back(block.size()); });
  const Octets stream = samples::noise(1'000'000, 7);
  const auto expected = lengths(stream);
  for (int round = 0; round < 2; ++round) {
    seen.clear();
    cutter.feed(stream);
    cutter.finish();
    EXPECT_EQ(seen, expected);
  }
}

}  // namespace
}  // namespace coffer::archive
