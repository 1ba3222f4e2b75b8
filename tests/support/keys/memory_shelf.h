// A shelf in memory, of which nothing is ever left. Must not know: what a key record says.
#pragma once

#include "keys/key_world.h"

namespace coffer::keys {

class MemoryShelf final : public Shelf {
 public:
  void put(View record, bool) override { record_.assign(record.begin(), record.end()); }
  Octets device_key(View fresh) override {
    if (device_key_.empty()) device_key_.assign(fresh.begin(), fresh.end());
    return device_key_;
  }
  void erase_device_key() override { device_key_.clear(); }
  void purge() override { record_.clear(), device_key_.clear(); }
  Octets everything() const override {
    Octets all = record_;
    all.insert(all.end(), device_key_.begin(), device_key_.end());
    return all;
  }

 private:
  Octets record_, device_key_;
};

}  // namespace coffer::keys
