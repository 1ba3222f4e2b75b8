#include "stored_shelf.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <stdlib.h>

namespace coffer::keys {
namespace {

namespace fs = std::filesystem;

constexpr store::Owner owner{KeyWorld::owner.user, KeyWorld::owner.computer};

/// Where nothing reaches a disk, if there is such a place.
fs::path fresh_directory() {
  const fs::path memory = "/dev/shm";
  auto name = ((fs::is_directory(memory) ? memory : fs::temp_directory_path()) / "coffer-shelf-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no directory can be made");
  return name;
}

template <typename Value>
Value must(store::Result<Value> result) {
  if (!result) throw std::runtime_error(result.error().what);
  if constexpr (!std::is_void_v<Value>) return std::move(*result);
}

}  // namespace

StoredShelf::StoredShelf() : place_(fresh_directory()) {
  fs::create_directory(directory());
  open();
  for (std::uint8_t another = 1; another < 6; ++another) {
    must(store_->change({.records = {{{100U + another, another}, Octets(262, another)}}}));
    must(store_->device_key({100U + another, another}, Octets(32, another)));
  }
}

StoredShelf::~StoredShelf() {
  store_.reset();
  fs::remove_all(place_);
}

/// A process that dies leaves its files as they are before the erasing.
void StoredShelf::open() {
  store_ = must(store::KeyStore::open(directory(), {.before_erasing = [this] {
                                        if (dies_) fs::copy(directory(), place_ / std::to_string(processes_ + 1));
                                      }}));
}

void StoredShelf::put(View record, bool dies) {
  dies_ = dies;
  must(store_->change({.records = {{owner, Octets(record.begin(), record.end())}}}));
  if (!std::exchange(dies_, false)) return;
  store_.reset();
  fs::remove_all(directory());
  ++processes_;
  open();
}

Octets StoredShelf::device_key(const ArchiveOwner& whose, View fresh) {
  const auto key = must(store_->device_key({whose.user, whose.computer}, fresh));
  return {key.begin(), key.end()};
}

void StoredShelf::erase_device_key() {
  must(store_->erase_device_keys([](const store::Owner& one) { return one == owner; }));
}

void StoredShelf::purge() { must(store_->erase_user(owner.user)); }

Octets StoredShelf::everything() const {
  Octets all;
  for (const auto& file : fs::directory_iterator(directory())) {
    std::ifstream stream(file.path(), std::ios::binary);
    all.insert(all.end(), std::istreambuf_iterator<char>(stream), {});
  }
  return all;
}

}  // namespace coffer::keys
