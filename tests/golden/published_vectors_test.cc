// What others published about the primitives, against these primitives as the reference and the suite call them: key wrap by NIST's CAVP
// sets, HKDF by RFC 5869 and a long one, PBKDF2 by RFC 6070 (whose hash is SHA-1: it is the iteration that is tried), AES-GCM by CAVP,
// X25519 by RFC 7748. Where the reference or the suite has a function for it, that is tried too: HKDF, opening a seal, opening a wrap (of
// which no set has 32 octets under AES-256, so that all are refused). Their PBKDF2 and X25519 take labels and identifiers with them, and
// the suite's seals and wraps derive their own keys: of those only spec/vectors tells.
#include <algorithm>

#include <botan/aead.h>
#include <botan/block_cipher.h>
#include <botan/curve25519.h>
#include <botan/exceptn.h>
#include <botan/kdf.h>
#include <botan/nist_keywrap.h>
#include <botan/pwdhash.h>
#include <gtest/gtest.h>

#include "archive/seal.h"
#include "keys/expansion.h"
#include "keys/wrap.h"
#include "published_vectors.h"
#include "wire/archive.h"

namespace coffer::golden {
namespace {

std::unique_ptr<Botan::BlockCipher> aes(const Octets& key) {
  auto cipher = Botan::BlockCipher::create_or_throw("AES-" + std::to_string(8 * key.size()));
  cipher->set_key(key.data(), key.size());
  return cipher;
}

Octets plain(const Botan::secure_vector<std::uint8_t>& octets) { return {octets.begin(), octets.end()}; }

template <class Wrap, class Unwrap>
void wraps_by_cavp(const std::string& kind, Wrap wrap, Unwrap unwrap) {
  std::size_t refused = 0;
  EXPECT_GT(each_published("keywrap/kwtestvectors/" + kind + "_AE_256.txt",
                           [&](const Published& v) {
                             const Octets text = octets_of(v, "P");
                             EXPECT_EQ(wrap(text.data(), text.size(), *aes(octets_of(v, "K"))), octets_of(v, "C"));
                           }),
            100u);
  EXPECT_GT(each_published("keywrap/kwtestvectors/" + kind + "_AD_256.txt",
                           [&](const Published& v) {
                             const Octets text = octets_of(v, "C");
                             const auto open = [&] { return plain(unwrap(text.data(), text.size(), *aes(octets_of(v, "K")))); };
                             if (v.contains("FAIL")) {
                               EXPECT_THROW(open(), Botan::Exception);
                               ++refused;
                             } else {
                               EXPECT_EQ(open(), octets_of(v, "P"));
                             }
                           }),
            100u);
  EXPECT_GT(refused, 20u);
}

TEST(Published, KEY_014_aes_key_wrap_with_padding_by_cavp) {
  wraps_by_cavp("KWP", Botan::nist_key_wrap_padded, Botan::nist_key_unwrap_padded);
}
TEST(Published, KEY_014_aes_key_wrap_by_cavp) { wraps_by_cavp("KW", Botan::nist_key_wrap, Botan::nist_key_unwrap); }

/// Of these the reference's own function takes none, although they are as long as a wrap of an archive key.
void are_no_wraps_of_a_key(const std::string& file, std::size_t plain_octets) {
  std::size_t tried = 0;
  each_published(file, [&](const Published& v) {
    const Octets text = octets_of(v, "C"), key = octets_of(v, "K");
    if (text.size() != keys::wrapped_octets) return;
    EXPECT_EQ(v.contains("FAIL") ? plain_octets : octets_of(v, "P").size(), plain_octets);
    EXPECT_FALSE(keys::unwrap({key.begin(), key.end()}, text));
    ++tried;
  });
  EXPECT_GE(tried, 100u);
}

TEST(Published, KEY_018_a_wrap_of_31_octets_by_cavp_is_none_of_a_key) { are_no_wraps_of_a_key("keywrap/kwtestvectors/KWP_AD_256.txt", 31); }
TEST(Published, KEY_018_a_wrap_without_padding_by_cavp_is_none_of_a_key) {
  are_no_wraps_of_a_key("keywrap/kwtestvectors/KW_AD_256.txt", 32);
}

TEST(Published, KEY_014_aes_key_wrap_with_padding_by_rfc_5649) {
  EXPECT_GT(each_published("keywrap/kwp_botan.txt",
                           [](const Published& v) {
                             const Octets text = octets_of(v, "Input"), key = octets_of(v, "Key");
                             EXPECT_EQ(Botan::nist_key_wrap_padded(text.data(), text.size(), *aes(key)), octets_of(v, "Output"));
                           }),
            1u);
}

TEST(Published, KEY_002_hkdf_by_rfc_5869_and_beyond) {
  std::size_t without_salt = 0;
  for (const std::string file : {"KDF/rfc-5869-HKDF-SHA256.txt", "KDF/hkdf-generated.txt"})
    each_published(file, [&](const Published& v) {
      const Octets key = octets_of(v, "IKM"), salt = octets_of(v, "salt"), info = octets_of(v, "info"), expected = octets_of(v, "OKM");
      Octets out(expected.size());
      Botan::KDF::create_or_throw("HKDF(SHA-256)")
          ->kdf(out.data(), out.size(), key.data(), key.size(), salt.data(), salt.size(), info.data(), info.size());
      EXPECT_EQ(out, expected);
      if (!salt.empty()) return;
      ++without_salt;
      EXPECT_EQ(plain(keys::expand({key.begin(), key.end()}, {reinterpret_cast<const char*>(info.data()), info.size()}, expected.size())),
                expected);
      EXPECT_EQ(conformance::derive(key, info, expected.size()), expected);
    });
  EXPECT_EQ(without_salt, 2u);
}

TEST(Published, KEY_015_the_iteration_of_pbkdf2_by_rfc_6070) {
  std::size_t tried = 0;
  each_published("KDF/rfc-6070-PBKDF2-SHA1.txt", [&](const Published& v) {
    const auto rounds = std::stoul(v.at("ITERATIONS"));
    if (rounds > 100'000) return;  // a minute's work that shows nothing more
    std::string password = v.at("PASSWORD"), salt = v.at("SALT");
    for (auto* text : {&password, &salt})
      while (text->find("\\0") != std::string::npos) text->replace(text->find("\\0"), 2, 1, '\0');
    const Octets expected = octets_of(v, "DERIVED_KEY");
    Octets out(expected.size());
    Botan::PasswordHashFamily::create_or_throw("PBKDF2(SHA-1)")
        ->from_params(rounds)
        ->derive_key(out.data(), out.size(), password.data(), password.size(), reinterpret_cast<const std::uint8_t*>(salt.data()),
                     salt.size());
    EXPECT_EQ(out, expected);
    ++tried;
  });
  EXPECT_GE(tried, 4u);
}

TEST(Published, ARC_012_aes_gcm_by_cavp) {
  std::size_t opened = 0, refused = 0;
  archive::SealBox box;
  each_published("ciphers/AES/GCM/gcmDecrypt256.rsp", [&](const Published& v) {
    if (v.at("IVlen") != "96" || v.at("Taglen") != "128") return;  // what a sealed block has
    const auto cipher = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::DECRYPTION);
    const Octets key = octets_of(v, "Key"), nonce = octets_of(v, "IV"), associated = octets_of(v, "AAD"), tag = octets_of(v, "Tag");
    const Octets text = octets_of(v, "CT");
    Botan::secure_vector<std::uint8_t> sealed(text.begin(), text.end());
    sealed.insert(sealed.end(), tag.begin(), tag.end());
    Octets laid_out{archive::seal_format};
    for (const auto* part : {&nonce, &text, &tag}) laid_out.insert(laid_out.end(), part->begin(), part->end());
    const auto by_the_reference = box.open({key.begin(), key.end()}, associated, laid_out);
    EXPECT_EQ(by_the_reference.has_value(), !v.contains("FAIL"));
    cipher->set_key(key.data(), key.size());
    cipher->set_associated_data(associated.data(), associated.size());
    cipher->start(nonce.data(), nonce.size());
    if (v.contains("FAIL")) {
      EXPECT_THROW(cipher->finish(sealed), Botan::Exception);
      ++refused;
    } else {
      cipher->finish(sealed);
      EXPECT_EQ(plain(sealed), octets_of(v, "PT"));
      EXPECT_TRUE(by_the_reference && std::ranges::equal(*by_the_reference, octets_of(v, "PT")));
      ++opened;
    }
  });
  EXPECT_GT(opened, 100u);
  EXPECT_GT(refused, 100u);
}

TEST(Published, KEY_016_x25519_by_rfc_7748) {
  EXPECT_EQ(each_published("asymmetric/X25519/rfc7748.txt",
                           [](const Published& v) {
                             const Octets scalar = octets_of(v, "INPUT_SCALAR"), point = octets_of(v, "INPUT_U");
                             Octets out(32);
                             Botan::curve25519_donna(out.data(), scalar.data(), point.data());
                             EXPECT_EQ(out, octets_of(v, "OUTPUT_U"));
                           }),
            3u);
}

}  // namespace
}  // namespace coffer::golden
