// What others published about the primitives, from Debian's python3-cryptography-vectors, through the reference's and the suite's own
// functions:
//   key wrap (NIST's CAVP sets KWP and KW of 256 bits)    both twins': wrapping and unwrapping, of any length
//   AES-256-GCM (CAVP, nonces of 96 and tags of 128 bits) both twins': sealing and opening
//   PBKDF2 (RFC 6070)                                     both twins', with SHA-1, which is all that the package has
//   HKDF-SHA-256 (RFC 5869, and one of 1,200 octets)      both twins', where the salt is empty; they take no other
// What is left goes to the library that is under both: the RFC's HKDF with a salt, the wraps of RFC 5649 and others under keys of other
// lengths, key wrap without padding where it is opened (neither twin does, so that both refuse all of that set), X25519 (RFC 7748: the
// twins' agreements are bound to an archive). CAVP's other lengths of nonces, tags and keys are not those of this protocol. PBKDF2 with
// SHA-512, in the twins and in the reference's verifiers, and everything with labels and identifiers in it, is judged by spec/vectors.
#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include <botan/block_cipher.h>
#include <botan/curve25519.h>
#include <botan/exceptn.h>
#include <botan/kdf.h>
#include <botan/nist_keywrap.h>
#include <botan/rng.h>
#include <gtest/gtest.h>

#include "archive/seal.h"
#include "keys/expansion.h"
#include "keys/key_wrap.h"
#include "keys/wrap.h"
#include "published_vectors.h"
#include "wire/archive.h"
#include "wire/key_wrap.h"
#include "wire/password.h"
#include "wire/seal.h"

namespace coffer::golden {
namespace {

std::unique_ptr<Botan::BlockCipher> aes(const Octets& key) {
  auto cipher = Botan::BlockCipher::create_or_throw("AES-" + std::to_string(8 * key.size()));
  cipher->set_key(key.data(), key.size());
  return cipher;
}

Octets plain(const Botan::secure_vector<std::uint8_t>& octets) { return {octets.begin(), octets.end()}; }
keys::Secret secret(const Octets& octets) { return {octets.begin(), octets.end()}; }

/// `wrap`: by each of the twins.
void wraps_by_cavp(const std::string& kind, const std::function<std::vector<Octets>(const Octets& key, const Octets& text)>& wrap) {
  EXPECT_EQ(each_published("keywrap/kwtestvectors/" + kind + "_AE_256.txt",
                           [&](const Published& v) {
                             for (const auto& made : wrap(octets_of(v, "K"), octets_of(v, "P"))) EXPECT_EQ(made, octets_of(v, "C"));
                           }),
            500u);
}

TEST(Published, KEY_014_aes_key_wrap_with_padding_by_cavp) {
  wraps_by_cavp("KWP", [](const Octets& key, const Octets& text) {
    return std::vector<Octets>{plain(keys::key_wrapped(secret(key), secret(text))), conformance::wrapped(key, text)};
  });
}
TEST(Published, KEY_018_aes_key_wrap_without_padding_by_cavp) {
  wraps_by_cavp("KW", [](const Octets& key, const Octets& text) {
    return std::vector<Octets>{conformance::wrapped(key, text, conformance::Sealing::without_padding)};
  });
}

/// What the reference makes of a wrap; nullopt where it refuses it.
std::optional<Octets> unwrapped(const Octets& key, const Octets& wrap) try {
  return plain(keys::key_unwrapped(secret(key), wrap));
} catch (const Botan::Exception&) {
  return std::nullopt;
}

TEST(Published, KEY_018_aes_key_unwrap_with_padding_by_cavp) {
  std::size_t refused = 0;
  EXPECT_EQ(each_published("keywrap/kwtestvectors/KWP_AD_256.txt",
                           [&](const Published& v) {
                             const Octets wrap = octets_of(v, "C"), key = octets_of(v, "K");
                             const auto expected = v.contains("FAIL") ? std::nullopt : std::optional(octets_of(v, "P"));
                             EXPECT_EQ(unwrapped(key, wrap), expected);
                             EXPECT_EQ(conformance::unwrapped(key, wrap), expected);
                             refused += expected ? 0 : 1;
                           }),
            500u);
  EXPECT_GE(refused, 100u);
}
TEST(Published, KEY_018_what_is_wrapped_without_padding_by_cavp_opens_as_nothing) {
  EXPECT_EQ(each_published("keywrap/kwtestvectors/KW_AD_256.txt",
                           [&](const Published& v) {
                             const Octets wrap = octets_of(v, "C"), key = octets_of(v, "K");
                             EXPECT_FALSE(unwrapped(key, wrap));
                             EXPECT_FALSE(conformance::unwrapped(key, wrap));
                             const auto open = [&] { return plain(Botan::nist_key_unwrap(wrap.data(), wrap.size(), *aes(key))); };
                             if (v.contains("FAIL"))
                               EXPECT_THROW(open(), Botan::Exception);
                             else
                               EXPECT_EQ(open(), octets_of(v, "P"));
                           }),
            500u);
}

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

TEST(Published, KEY_015_pbkdf2_by_rfc_6070) {
  std::size_t tried = 0;
  each_published("KDF/rfc-6070-PBKDF2-SHA1.txt", [&](const Published& v) {
    const auto rounds = static_cast<std::uint32_t>(std::stoul(v.at("ITERATIONS")));
    if (rounds > 100'000) return;  // a minute's work that shows nothing more
    std::string password = v.at("PASSWORD"), salt = v.at("SALT");
    for (auto* text : {&password, &salt})
      while (text->find("\\0") != std::string::npos) text->replace(text->find("\\0"), 2, 1, '\0');
    const Octets expected = octets_of(v, "DERIVED_KEY");
    EXPECT_EQ(plain(keys::stretch("SHA-1", conformance::octets(password), salt, rounds, expected.size())), expected);
    Octets by_the_suite = conformance::pbkdf2(conformance::PasswordHash::sha_1, password, conformance::octets(salt), rounds);
    by_the_suite.resize(expected.size());
    EXPECT_EQ(by_the_suite, expected);
    ++tried;
  });
  EXPECT_GE(tried, 4u);
}

/// What a seal takes for random.
class Given : public Botan::RandomNumberGenerator {
 public:
  explicit Given(Octets octets) : octets_(std::move(octets)) {}
  void randomize(std::uint8_t out[], std::size_t count) override { std::copy_n(octets_.begin(), count, out); }
  std::string name() const override { return "given"; }
  void clear() override {}
  bool accepts_input() const override { return false; }
  void add_entropy(const std::uint8_t[], std::size_t) override {}
  bool is_seeded() const override { return true; }

 private:
  Octets octets_;
};

/// Those that have the lengths of a seal, each with the seal that is made of its parts. How many.
std::size_t each_seal(const std::string& file, const std::function<void(const Published&, const Octets& sealed)>& take) {
  std::size_t count = 0;
  each_published("ciphers/AES/GCM/" + file, [&](const Published& v) {
    if (v.at("IVlen") != "96" || v.at("Taglen") != "128") return;
    take(v, conformance::joined({Octets{archive::seal_format}, octets_of(v, "IV"), octets_of(v, "CT"), octets_of(v, "Tag")}));
    ++count;
  });
  return count;
}

TEST(Published, ARC_012_what_aes_gcm_seals_by_cavp) {
  archive::SealBox box;
  EXPECT_EQ(each_seal("gcmEncryptExtIV256.rsp",
                      [&](const Published& v, const Octets& sealed) {
                        const Octets key = octets_of(v, "Key"), nonce = octets_of(v, "IV"), text = octets_of(v, "PT");
                        Given random(nonce);
                        EXPECT_EQ(box.seal(secret(key), octets_of(v, "AAD"), text, random), sealed);
                        EXPECT_EQ(conformance::seal(key, octets_of(v, "AAD"), text, nonce), sealed);
                      }),
            375u);
}

TEST(Published, ARC_012_what_aes_gcm_opens_by_cavp) {
  std::size_t refused = 0;
  archive::SealBox box;
  EXPECT_EQ(each_seal("gcmDecrypt256.rsp",
                      [&](const Published& v, const Octets& sealed) {
                        const Octets key = octets_of(v, "Key"), associated = octets_of(v, "AAD");
                        const auto expected = v.contains("FAIL") ? std::nullopt : std::optional(octets_of(v, "PT"));
                        const auto by_the_reference = box.open(secret(key), associated, sealed);
                        EXPECT_EQ(by_the_reference.has_value(), expected.has_value());
                        EXPECT_TRUE(!by_the_reference || !expected || std::ranges::equal(*by_the_reference, *expected));
                        EXPECT_EQ(conformance::open_seal(key, associated, sealed), expected);
                        refused += expected ? 0 : 1;
                      }),
            375u);
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
