#include "keys/archive_key.h"

#include <algorithm>
#include <numeric>
#include <string>

#include <botan/hex.h>
#include <botan/mac.h>
#include <botan/system_rng.h>
#include <gtest/gtest.h>

#include "keys/key_text.h"

namespace coffer::keys {
namespace {

Octets counting() {
  Octets octets(32);
  std::iota(octets.begin(), octets.end(), std::uint8_t{0});
  return octets;
}

Digest hmac(View key, View data) {
  const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
  mac->set_key(key.data(), key.size());
  mac->update(data.data(), data.size());
  Digest digest;
  mac->final(digest.data());
  return digest;
}

/// RFC 5869 written out: extract with an empty salt, then the first round of expand.
Digest hkdf_first_block(View key, std::string info) {
  const Digest extracted = hmac(Octets(32, 0), key);
  info.push_back('\x01');
  return hmac(extracted, {reinterpret_cast<const std::uint8_t*>(info.data()), info.size()});
}

bool same(const Secret& secret, const Digest& digest) { return std::ranges::equal(secret, digest); }

TEST(ArchiveKey, KEY_002_each_key_is_the_expansion_of_its_label) {
  const auto key = ArchiveKey::from_octets(counting());
  ASSERT_TRUE(key);
  const ArchiveKeys keys = key->derive({1, 2, 3});
  EXPECT_TRUE(same(keys.block_id, hkdf_first_block(counting(), "coffer/1 block-id")));
  EXPECT_TRUE(same(keys.block, hkdf_first_block(counting(), "coffer/1 block")));
  EXPECT_TRUE(same(keys.record, hkdf_first_block(counting(), "coffer/1 record")));
  EXPECT_TRUE(same(keys.chunker, hkdf_first_block(counting(), "coffer/1 chunker")));
  EXPECT_EQ(key->check_value(), hkdf_first_block(counting(), "coffer/1 check"));
}

TEST(ArchiveKey, KEY_003_the_archive_identifier_binds_user_computer_and_server) {
  const auto key = ArchiveKey::from_octets(counting());
  ASSERT_TRUE(key);
  const ArchiveOwner owner{0x0102030405060708, 0x1112131415161718, 0x2122232425262728};
  std::string info = "coffer/1 archive";
  for (int group : {0x00, 0x10, 0x20})
    for (int i = 1; i <= 8; ++i) info.push_back(static_cast<char>(group + i));
  const Digest expected = hkdf_first_block(counting(), info);
  const ArchiveId id = archive_id(*key, owner);
  EXPECT_TRUE(std::ranges::equal(id, std::span(expected).first(16)));
  EXPECT_NE(id, archive_id(*key, {owner.computer, owner.user, owner.server}));
}

TEST(ArchiveKey, KEY_001_generated_keys_are_32_octets_and_differ) {
  Botan::System_RNG random;
  const ArchiveKey one = ArchiveKey::generate(random), other = ArchiveKey::generate(random);
  EXPECT_EQ(one.octets().size(), 32u);
  EXPECT_NE(one.octets(), other.octets());
}

TEST(ArchiveKey, KEY_004_refuses_a_key_with_fewer_than_eight_different_octets) {
  Octets octets(32, 0);
  EXPECT_EQ(ArchiveKey::from_octets(octets).error(), KeyError::weak);
  octets.assign(32, 0xAB);
  EXPECT_EQ(ArchiveKey::from_octets(octets).error(), KeyError::weak);
  for (std::uint8_t i = 0; i < 7; ++i) octets[i] = i;  // 0 … 6 and 0xAB are eight
  EXPECT_TRUE(ArchiveKey::from_octets(octets));
  octets[6] = 5;  // seven
  EXPECT_EQ(ArchiveKey::from_octets(octets).error(), KeyError::weak);
}

TEST(ArchiveKey, refuses_any_other_length_than_32) {
  for (const std::size_t length : {0u, 31u, 33u, 56u, 64u}) {
    Octets octets(length);
    std::iota(octets.begin(), octets.end(), std::uint8_t{0});
    EXPECT_EQ(ArchiveKey::from_octets(octets).error(), KeyError::wrong_length) << length;
  }
}

TEST(KeyText, reads_what_it_writes_and_forgives_blanks_and_case) {
  const auto key = ArchiveKey::from_octets(counting());
  ASSERT_TRUE(key);
  const Secret text = format_archive_key(*key);
  std::string written(text.begin(), text.end());
  EXPECT_EQ(written, Botan::hex_encode(counting(), false) + "\n");
  const auto read = parse_archive_key("  " + Botan::hex_encode(counting(), true) + "\r\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->octets(), key->octets());
}

TEST(KeyText, refuses_what_is_not_64_digits) {
  const std::string good = Botan::hex_encode(counting(), false);
  EXPECT_EQ(parse_archive_key("").error(), KeyError::wrong_length);
  EXPECT_EQ(parse_archive_key(good.substr(1)).error(), KeyError::wrong_length);
  EXPECT_EQ(parse_archive_key(good + "0").error(), KeyError::wrong_length);
  for (const char wrong : {'g', 'G', '/', ':', '@', '`', ' ', '\0'}) {
    std::string bad = good;
    bad[20] = wrong;
    EXPECT_EQ(parse_archive_key(bad).error(), KeyError::not_hex) << wrong;
  }
}

}  // namespace
}  // namespace coffer::keys
