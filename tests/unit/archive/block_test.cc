#include "archive/block.h"

#include <algorithm>

#include <botan/aead.h>
#include <botan/mac.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include "samples.h"

namespace coffer::archive {
namespace {

class Blocks : public testing::Test {
 protected:
  Octets seal(View block) { return *vault_.seal(id(block), block, random_); }
  Digest id(View block) { return vault_.id(BlockKind::content, block); }
  auto open(const Digest& id, View sealed) { return vault_.open(BlockKind::content, id, sealed); }

  static Digest hmac(View key, View data) {
    const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
    mac->set_key(key.data(), key.size());
    mac->update(data.data(), data.size());
    Digest digest;
    mac->final(digest.data());
    return digest;
  }

  /// The seal written out by hand, around any plaintext: what a wrong or hostile client could make.
  Octets forge(const Digest& id, Octets plaintext) const {
    Octets associated{0x01};
    associated.insert(associated.end(), keys_.archive.begin(), keys_.archive.end());
    associated.insert(associated.end(), id.begin(), id.end());
    const Digest key = hmac(keys_.block, id);
    const Octets nonce(12, 7);
    const auto cipher = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::ENCRYPTION);
    cipher->set_key(key.data(), key.size());
    cipher->set_associated_data(associated.data(), associated.size());
    cipher->start(nonce.data(), nonce.size());
    keys::Secret buffer(plaintext.begin(), plaintext.end());
    cipher->finish(buffer);
    Octets sealed{0x01};
    sealed.insert(sealed.end(), nonce.begin(), nonce.end());
    sealed.insert(sealed.end(), buffer.begin(), buffer.end());
    return sealed;
  }

  static Octets zstd_frame(View block) {
    Octets frame(ZSTD_compressBound(block.size()));
    frame.resize(ZSTD_compress(frame.data(), frame.size(), block.data(), block.size(), 3));
    return frame;
  }
  static Octets packed(std::uint8_t first, View rest) {
    Octets octets{first};
    octets.insert(octets.end(), rest.begin(), rest.end());
    return octets;
  }

  keys::ArchiveKeys keys_ = samples::keys();
  BlockVault vault_{keys_};
  samples::SeededRandom random_{1};
};

TEST_F(Blocks, ARC_001_the_name_covers_kind_and_block) {
  const Octets block = samples::text(1000);
  for (const auto kind : {BlockKind::content, BlockKind::leaf, BlockKind::id_list, BlockKind::node})
    EXPECT_EQ(vault_.id(kind, block), hmac(keys_.block_id, packed(static_cast<std::uint8_t>(kind), block)));
  EXPECT_NE(vault_.id(BlockKind::content, block), vault_.id(BlockKind::leaf, block));
}

TEST_F(Blocks, opens_what_it_sealed) {
  for (const std::size_t size : {0u, 1u, 100u, 65'536u, 1'048'576u}) {
    for (const Octets& block : {samples::text(size), samples::noise(size, size)}) {
      const Octets sealed = seal(block);
      const auto opened = open(id(block), sealed);
      ASSERT_TRUE(opened) << size << describe(opened.error());
      EXPECT_EQ(*opened, block);
    }
  }
}

TEST_F(Blocks, ARC_010_compresses_unless_that_makes_it_no_smaller) {
  const Octets text = samples::text(100'000), noise = samples::noise(100'000, 3);
  EXPECT_LT(seal(text).size(), 2'000u);
  EXPECT_EQ(seal(noise).size(), noise.size() + 30);
}

TEST_F(Blocks, ARC_012_ARC_013_ARC_014_the_form_is_the_one_written_out_by_hand) {
  const Octets block = samples::noise(5'000, 9);
  const auto opened = open(id(block), forge(id(block), packed(0x00, block)));
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, block);
  const Octets sealed = seal(block);
  EXPECT_EQ(sealed[0], 0x01);
  const Octets again = seal(block);  // with a fresh nonce
  EXPECT_FALSE(std::equal(sealed.begin() + 1, sealed.begin() + 13, again.begin() + 1));
}

TEST_F(Blocks, ARC_012_the_longest_block_fits_and_one_octet_more_is_refused) {
  const Octets longest = samples::noise(block_octets_max, 4);
  EXPECT_EQ(seal(longest).size(), 4'194'304u);
  const Octets longer(block_octets_max + 1);
  EXPECT_EQ(vault_.seal(id(longer), longer, random_).error(), ArchiveError::block_too_long);
}

TEST_F(Blocks, ARC_012_refuses_sealed_octets_outside_their_limits) {
  EXPECT_EQ(open({}, Octets{}).error(), ArchiveError::sealed_length);
  EXPECT_EQ(open({}, Octets(29, 0x01)).error(), ArchiveError::sealed_length);
  EXPECT_EQ(open({}, Octets(30, 0x01)).error(), ArchiveError::tag_wrong);
  EXPECT_EQ(open({}, Octets(4'194'305, 0x01)).error(), ArchiveError::sealed_length);
}

TEST_F(Blocks, ARC_014_any_changed_octet_is_found) {
  const Octets block = samples::text(300);
  const Octets sealed = seal(block);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Octets changed = sealed;
    changed[i] ^= 0x10;
    EXPECT_EQ(open(id(block), changed).error(), i == 0 ? ArchiveError::unknown_format : ArchiveError::tag_wrong) << i;
  }
}

TEST_F(Blocks, ARC_014_a_block_of_another_archive_key_or_name_is_refused) {
  const Octets block = samples::text(300);
  const Octets sealed = seal(block);
  BlockVault other_owner(samples::keys(0, {1, 2, 4})), other_key(samples::keys(1));
  EXPECT_EQ(other_owner.open(BlockKind::content, id(block), sealed).error(), ArchiveError::tag_wrong);
  EXPECT_EQ(other_key.open(BlockKind::content, id(block), sealed).error(), ArchiveError::tag_wrong);
  EXPECT_EQ(open(id(samples::text(301)), sealed).error(), ArchiveError::tag_wrong);
}

TEST_F(Blocks, ARC_016_a_block_under_a_name_that_is_not_its_own_is_refused) {
  const Octets asked_for = samples::text(300), other = samples::text(299);
  EXPECT_EQ(open(id(asked_for), forge(id(asked_for), packed(0x00, other))).error(), ArchiveError::id_differs);
  EXPECT_EQ(vault_.open(BlockKind::leaf, id(asked_for), seal(asked_for)).error(), ArchiveError::id_differs);
}

TEST_F(Blocks, ARC_017_a_stated_size_over_the_limit_is_refused_before_memory_is_reserved) {
  // A frame header that states 2^62 octets and has nothing behind it but one empty raw block.
  const Octets bomb{0x28, 0xB5, 0x2F, 0xFD, 0xE0, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x01, 0, 0};
  ASSERT_EQ(ZSTD_getFrameContentSize(bomb.data(), bomb.size()), 1ULL << 62U);
  EXPECT_EQ(open({}, forge({}, packed(0x01, bomb))).error(), ArchiveError::content_size);
  const Octets over = zstd_frame(Octets(4'194'305)), most = zstd_frame(Octets(4'194'304));
  EXPECT_EQ(open({}, forge({}, packed(0x01, over))).error(), ArchiveError::content_size);
  EXPECT_EQ(open({}, forge({}, packed(0x01, most))).error(), ArchiveError::id_differs);
}

TEST_F(Blocks, ARC_015_only_one_zstd_frame_that_states_its_size_is_content) {
  const Octets block = samples::text(1000);
  const Octets frame = zstd_frame(block);
  EXPECT_EQ(*open(id(block), forge(id(block), packed(0x01, frame))), block);

  Octets two = frame;
  two.insert(two.end(), frame.begin(), frame.end());
  Octets trailing = frame;
  trailing.push_back(0);
  const Octets truncated(frame.begin(), frame.end() - 1);
  const Octets skippable{0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 0};
  Octets unstated(ZSTD_compressBound(block.size()));
  const std::unique_ptr<ZSTD_CCtx, std::size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  unstated.resize(ZSTD_compress2(context.get(), unstated.data(), unstated.size(), block.data(), block.size()));
  for (const Octets& bad : {two, trailing, truncated, skippable, unstated, Octets{}})
    EXPECT_EQ(open(id(block), forge(id(block), packed(0x01, bad))).error(), ArchiveError::not_one_zstd_frame);
  EXPECT_EQ(open(id(block), forge(id(block), packed(0x02, block))).error(), ArchiveError::unknown_compression);
}

TEST_F(Blocks, ARC_015_content_that_does_not_decompress_is_refused) {
  const Octets block = samples::text(1000);
  Octets frame = zstd_frame(block);
  ASSERT_EQ(frame[4], 0x60);  // one segment, a content size of two octets, which counts from 256 on
  frame[5] = static_cast<std::uint8_t>(frame[5] + 1);
  EXPECT_EQ(open(id(block), forge(id(block), packed(0x01, frame))).error(), ArchiveError::content_differs);
}

}  // namespace
}  // namespace coffer::archive
