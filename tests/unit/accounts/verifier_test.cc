#include "accounts/verifier.h"

#include <botan/hex.h>
#include <botan/system_rng.h>
#include <gtest/gtest.h>

#include <string_view>

namespace coffer::accounts {
namespace {

View octets(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

// The expected hash was made with OpenSSL 3.0:
//   openssl kdf -keylen 64 -kdfopt digest:SHA512 -kdfopt pass:password -kdfopt hexsalt:00…0f -kdfopt iter:1000 PBKDF2
TEST(Verifier, IDN_012_is_pbkdf2_hmac_sha_512) {
  Verifier verifier;
  for (std::uint8_t i = 0; i < 16; ++i) verifier.salt[i] = i;
  verifier.rounds = 1000;
  verifier.hash = Botan::hex_decode_locked(
      "c74e4080d0fbb41fee5868c0ff60fd75acae2638215987e5ff54f8eae211339b5ad1af6e387bc12dd3a70bb6e5a90108141c5f08e353a2e984439a4333c42d6e");
  EXPECT_TRUE(matches(verifier, octets("password")));
  EXPECT_FALSE(matches(verifier, octets("Password")));
  EXPECT_FALSE(matches(verifier, octets("")));
  verifier.rounds = 1001;
  EXPECT_FALSE(matches(verifier, octets("password")));
}

TEST(Verifier, IDN_012_has_a_salt_of_its_own) {
  const auto first = make_verifier(Botan::system_rng(), octets("password"), 2);
  const auto second = make_verifier(Botan::system_rng(), octets("password"), 2);
  EXPECT_NE(first.salt, second.salt);
  EXPECT_NE(first.hash, second.hash);
  EXPECT_EQ(first.hash.size(), 64u);
  EXPECT_TRUE(matches(first, octets("password")));
}

TEST(Verifier, matches_nothing_without_a_hash) {
  Verifier empty;
  empty.rounds = 2;
  EXPECT_FALSE(matches(empty, octets("")));
}

}  // namespace
}  // namespace coffer::accounts
