// A shelf of the server's own key store, in a directory of its own; keys of some more users lie in it too. Must not know: what a key record
// says.
#pragma once

#include <filesystem>
#include <memory>

#include "keys/key_world.h"
#include "store/key_store.h"

namespace coffer::keys {

class StoredShelf final : public Shelf {
 public:
  StoredShelf();
  ~StoredShelf() override;
  StoredShelf(const StoredShelf&) = delete;
  StoredShelf& operator=(const StoredShelf&) = delete;

  void put(View record, bool dies) override;
  Octets device_key(const ArchiveOwner& whose, View fresh) override;
  void erase_device_key() override;
  void purge() override;
  Octets everything() const override;

 private:
  void open();
  std::filesystem::path directory() const { return place_ / std::to_string(processes_); }

  std::filesystem::path place_;
  unsigned processes_ = 0;
  bool dies_ = false;
  std::unique_ptr<store::KeyStore> store_;
};

}  // namespace coffer::keys
