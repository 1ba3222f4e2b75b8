// spec/vectors/blocks.json against the reference.
#include <gtest/gtest.h>

#include "archive/block.h"
#include "archive_vectors.h"

namespace coffer::golden {
namespace {

archive::BlockKind type(const Json& input) { return static_cast<archive::BlockKind>(input.at("type").get<std::uint8_t>()); }

void judge_id(const Json& input, const Json& expect) {
  archive::BlockVault vault(archive_keys(input));
  EXPECT_EQ(hex(vault.id(type(input), octets(input.at("block")))), expect.at("id").get<std::string>());
}

void judge_open(const Json& input, const Json& expect) {
  archive::BlockVault vault(archive_keys(input));
  const auto block = vault.open(type(input), digest(input.at("block_id")), octets(input.at("sealed")));
  ASSERT_EQ(outcome(block), expected_outcome(expect));
  if (block) {
    EXPECT_EQ(hex(*block), expect.at("block").get<std::string>());
  }
}

void judge_seal(const Json& input, const Json& expect) {
  archive::BlockVault vault(archive_keys(input));
  const Octets block = octets(input.at("block"));
  const Digest id = vault.id(type(input), block);
  EXPECT_EQ(hex(id), expect.at("id").get<std::string>());
  GivenOctets nonce(octets(input.at("nonce")));
  const auto sealed = vault.seal(id, block, nonce);
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(hex(*sealed), expect.at("sealed").get<std::string>());
  EXPECT_EQ(hex(archive::checksum(*sealed)), expect.at("checksum").get<std::string>());
}

TEST(Vectors, blocks) { run_vectors("blocks", {{"block_id", judge_id}, {"open_block", judge_open}, {"seal_block", judge_seal}}); }

}  // namespace
}  // namespace coffer::golden
