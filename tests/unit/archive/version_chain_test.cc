#include "archive/version_chain.h"

#include <botan/hash.h>
#include <gtest/gtest.h>

#include "samples.h"

namespace coffer::archive {
namespace {

struct Listed {
  std::uint64_t number;
  Digest link;
  Octets record;
};

class Chain : public testing::Test {
 protected:
  std::vector<Listed> versions(std::uint64_t count) {
    std::vector<Listed> all;
    ChainPoint head;
    while (head.number < count) all.push_back(continued(head));
    return all;
  }
  Listed continued(ChainPoint& head) {
    VersionRecord record;
    record.number = head.number + 1;
    record.previous = head.link;
    record.created_ns = 5;
    record.root = Digest{3};
    record.entry_count = 1;
    record.content_octets = 2;
    const Octets sealed = *vault_.seal(record, random_);
    head = {record.number, link_of(head.link, record.number, sealed)};
    return {head.number, head.link, sealed};
  }
  /// The first error, or the head.
  std::expected<ChainPoint, ArchiveError> verify(const std::vector<Listed>& all, std::optional<ChainPoint> remembered = {},
                                                 ChainPoint start = {}) {
    ChainVerifier verifier(vault_, remembered, start);
    for (const Listed& version : all) {
      const auto record = verifier.accept(version.number, version.link, version.record);
      if (!record) return std::unexpected(record.error());
    }
    return verifier.finish();
  }
  static ChainPoint point(const Listed& version) { return {version.number, version.link}; }

  RecordVault vault_{samples::keys()};
  samples::SeededRandom random_{1};
};

TEST_F(Chain, ARC_024_a_whole_chain_is_accepted_from_the_first_or_from_a_proven_point) {
  const auto all = versions(4);
  EXPECT_EQ(*verify(all), point(all[3]));
  EXPECT_EQ(*verify({all[2], all[3]}, point(all[3]), point(all[1])), point(all[3]));
  EXPECT_EQ(*verify({}), ChainPoint{});
}

TEST_F(Chain, ARC_024_missing_repeated_or_exchanged_versions_are_refused) {
  const auto all = versions(4);
  EXPECT_EQ(verify({all[1], all[2]}).error(), ArchiveError::number_not_next);
  EXPECT_EQ(verify({all[0], all[2]}).error(), ArchiveError::number_not_next);
  EXPECT_EQ(verify({all[0], all[0]}).error(), ArchiveError::number_not_next);
  Listed renumbered = all[2];
  renumbered.number = 2;
  EXPECT_EQ(verify({all[0], renumbered}).error(), ArchiveError::link_differs);
  // A server can compute links: the seal is what it cannot make.
  renumbered.link = link_of(all[0].link, 2, renumbered.record);
  EXPECT_EQ(verify({all[0], renumbered}).error(), ArchiveError::tag_wrong);
}

TEST_F(Chain, ARC_021_the_link_is_the_hash_written_out_by_hand) {
  const auto all = versions(2);
  const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
  hash->update("coffer/1 link");
  hash->update(all[0].link.data(), 32);
  const std::uint8_t two[8]{0, 0, 0, 0, 0, 0, 0, 2};
  hash->update(two, 8);
  hash->update(all[1].record.data(), all[1].record.size());
  Digest expected;
  hash->final(expected.data());
  EXPECT_EQ(all[1].link, expected);
  Listed wrong = all[1];
  wrong.link[31] ^= 1;
  EXPECT_EQ(verify({all[0], wrong}).error(), ArchiveError::link_differs);
  EXPECT_EQ(verify({all[0], {2, {}, {}}}).error(), ArchiveError::link_differs);
}

TEST_F(Chain, ARC_025_a_chain_without_the_newest_version_remembered_is_a_rollback) {
  const auto all = versions(3);
  const ChainPoint remembered = point(all[2]);
  EXPECT_EQ(*verify(all, remembered), remembered);
  EXPECT_EQ(verify({all[0], all[1]}, remembered).error(), ArchiveError::rolled_back);
  EXPECT_EQ(verify({}, remembered).error(), ArchiveError::rolled_back);
  // A fork made with the right key, say by a copy of this device, is not what was remembered either.
  ChainPoint head = point(all[1]);
  EXPECT_EQ(verify({all[0], all[1], continued(head)}, remembered).error(), ArchiveError::rolled_back);
}

TEST_F(Chain, ARC_020_a_record_opens_only_as_what_it_was_sealed) {
  const auto all = versions(2);
  EXPECT_TRUE(vault_.open(2, all[0].link, all[1].record));
  EXPECT_EQ(vault_.open(3, all[0].link, all[1].record).error(), ArchiveError::tag_wrong);
  EXPECT_EQ(vault_.open(2, {}, all[1].record).error(), ArchiveError::tag_wrong);
  RecordVault other(samples::keys(0, {1, 2, 9}));
  EXPECT_EQ(other.open(2, all[0].link, all[1].record).error(), ArchiveError::tag_wrong);
  EXPECT_EQ(vault_.open(2, {}, Octets(29, 1)).error(), ArchiveError::record_length);
  EXPECT_EQ(vault_.open(2, {}, Octets(2'049, 1)).error(), ArchiveError::record_length);
}

TEST_F(Chain, ARC_020_the_longest_record_fits_its_limit) {
  VersionRecord record;
  record.number = 1'000;
  record.previous = Digest{1};
  record.created_ns = -1;
  record.depth = tree_depth_max;
  record.root = Digest{2};
  record.entry_count = record.content_octets = ~std::uint64_t{0};
  for (std::uint64_t number = 1; number <= retired_max; ++number) record.retired.push_back(number);
  const auto sealed = vault_.seal(record, random_);
  ASSERT_TRUE(sealed);
  EXPECT_LE(sealed->size(), 2'048u);
  EXPECT_EQ(*vault_.open(1'000, Digest{1}, *sealed), record);
}

}  // namespace
}  // namespace coffer::archive
