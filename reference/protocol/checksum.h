// SHA-256 of sealed octets: what data frames carry and both sides verify. The algorithm's state is made
// once per session, when the first block comes.
// Must not know: frames, sessions, keys.
#pragma once

#include <memory>

#include <botan/hash.h>

#include "protocol/octets.h"

namespace coffer::protocol {

class Checksum {
 public:
  Digest of(View octets) {
    if (!hash_) hash_ = Botan::HashFunction::create_or_throw("SHA-256");
    Digest digest;
    hash_->update(octets.data(), octets.size());
    hash_->final(digest.data());
    return digest;
  }

 private:
  std::unique_ptr<Botan::HashFunction> hash_;
};

}  // namespace coffer::protocol
