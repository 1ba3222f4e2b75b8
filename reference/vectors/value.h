// Values as the vectors write them: octets in hexadecimal, 64-bit numbers as decimal text, identities as 16 hexadecimal digits.
// Must not know: kinds of vectors.
#pragma once

#include <cstdint>
#include <string>

#include <botan/rng.h>

#include "keys/archive_key.h"
#include "protocol/octets.h"
#include "vectors/answer.h"

namespace coffer::vectors {

Octets octets(const Json& text);
/// 32 octets.
Digest digest(const Json& text);
std::uint64_t number(const Json& text);
std::int64_t signed_number(const Json& text);
/// 16 hexadecimal digits.
std::uint64_t identity(const Json& text);
std::string hex(View octets);
std::string text_of(std::uint64_t number);
std::string text_of(std::int64_t number);

/// Of the archive that the members archive_key, user, computer and server name.
keys::ArchiveKeys archive_keys(const Json& input);

/// Gives these octets and no more: a vector's nonce.
class GivenOctets final : public Botan::RandomNumberGenerator {
 public:
  explicit GivenOctets(Octets octets) : octets_(std::move(octets)) {}
  void randomize(std::uint8_t out[], std::size_t length) override;
  bool accepts_input() const override { return false; }
  void add_entropy(const std::uint8_t[], std::size_t) override {}
  std::string name() const override { return "given octets"; }
  void clear() override {}
  bool is_seeded() const override { return true; }

 private:
  Octets octets_;
};

}  // namespace coffer::vectors
