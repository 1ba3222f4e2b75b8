// A shelf in memory, of which nothing is ever left. Must not know: what a key record says.
#pragma once

#include "keys/key_world.h"

namespace coffer::keys {

class MemoryShelf final : public Shelf {
 public:
  void put(View record, bool) override { record_.assign(record.begin(), record.end()); }
  Octets device_key(const ArchiveOwner& whose, View fresh) override {
    Octets& key = whose == KeyWorld::owner ? device_key_ : strangers_;
    if (key.empty()) key.assign(fresh.begin(), fresh.end());
    return key;
  }
  void erase_device_key() override { device_key_.clear(); }
  void purge() override { record_.clear(), device_key_.clear(); }
  Octets everything() const override {
    Octets all = record_;
    all.insert(all.end(), device_key_.begin(), device_key_.end());
    all.insert(all.end(), strangers_.begin(), strangers_.end());
    return all;
  }

 private:
  Octets record_, device_key_, strangers_;  // the last is a device key
};

}  // namespace coffer::keys
