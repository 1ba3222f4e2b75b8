// A wire that seals each frame as a record of TLS has it, with a key that is agreed on before. Must not know: what the frames say.
#pragma once

#include <memory>

#include <botan/aead.h>
#include <botan/rng.h>

#include "keys/key_world.h"

namespace coffer::keys {

class SealedWire final : public Wire {
 public:
  explicit SealedWire(Botan::RandomNumberGenerator& random) : random_(random) { seal_->set_key(random.random_vec(32)); }
  Octets carried(View frame, Sender) override {
    Secret record(frame.begin(), frame.end());
    seal_->start(random_.random_vec(12));
    seal_->finish(record);
    return {record.begin(), record.end()};
  }

 private:
  Botan::RandomNumberGenerator& random_;
  const std::unique_ptr<Botan::AEAD_Mode> seal_ = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::ENCRYPTION);
};

}  // namespace coffer::keys
