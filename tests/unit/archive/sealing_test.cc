#include "archive/sealing.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace coffer::archive {
namespace {

TEST(Sealing, sealed_blocks_open_to_the_content_they_were_made_of) {
  const keys::ArchiveKeys keys = samples::keys();
  const GearTable table = gear_table(keys.chunker);
  BlockVault vault(keys);
  samples::SeededRandom random(1);
  const Octets content = samples::noise(2'000'000, 1);
  Octets opened;
  int blocks = 0;
  seal_content(content, table, vault, random, [&](SealedBlock block) {
    ++blocks;
    EXPECT_EQ(block.checksum, checksum(block.sealed));
    const auto octets = vault.open(BlockKind::content, block.id, block.sealed);
    ASSERT_TRUE(octets);
    opened.insert(opened.end(), octets->begin(), octets->end());
  });
  EXPECT_GT(blocks, 1);
  EXPECT_EQ(opened, content);
}

}  // namespace
}  // namespace coffer::archive
