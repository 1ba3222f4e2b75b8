// What tests of the store are made with: a directory that goes away, blocks and versions, and a store over a disk in memory.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

#include "store/chain.h"
#include "store/index.h"
#include "store/memory_file_system.h"
#include "store/pack.h"
#include "store/store.h"

namespace coffer::store {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    // In memory where that exists: these tests lose power by copying files, not by pulling plugs.
    const std::filesystem::path memory = "/dev/shm";
    const auto parent = ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "coffer-store-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::system_error(errno, std::generic_category(), pattern);
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The database as it stands on the disk now, in a directory of its own: what a crash at this moment leaves.
inline void copy_index(const std::filesystem::path& from, const std::filesystem::path& to) {
  for (const char* suffix : {"", "-wal", "-journal"}) {
    const std::string name = std::string(index_name) + suffix;
    if (std::filesystem::exists(from / name)) std::filesystem::copy_file(from / name, to / name);
  }
}

struct Block {
  Digest id{}, checksum{};
  Octets sealed;
};

/// The same seed and size give the same block; the id is as good as random.
inline Block make_block(std::uint32_t seed, std::size_t octets = 40) {
  Block block;
  block.sealed.resize(octets);
  std::uint32_t state = seed * 2654435761u + 1;
  for (auto& octet : block.sealed) octet = static_cast<std::uint8_t>((state = state * 1664525u + 1013904223u) >> 24);
  block.id =
      sha256(Octets{1, static_cast<std::uint8_t>(seed), static_cast<std::uint8_t>(seed >> 8), static_cast<std::uint8_t>(seed >> 16)});
  block.checksum = sha256(block.sealed);
  return block;
}

inline Octets ids_of(std::initializer_list<Block> blocks) {
  Octets ids;
  for (const Block& block : blocks) ids.insert(ids.end(), block.id.begin(), block.id.end());
  return ids;
}

/// The version that continues a chain.
inline protocol::CommitVersion next_version(const ChainEnd& end, std::string_view record = "record") {
  protocol::CommitVersion version;
  version.number = end.number + 1;
  version.previous.assign(end.link.begin(), end.link.end());
  version.record.assign(record.begin(), record.end());
  const Digest link = link_of(version.previous, version.number, version.record);
  version.link.assign(link.begin(), link.end());
  return version;
}
inline ChainEnd end_of(const protocol::CommitVersion& version) {
  ChainEnd end{version.number, {}};
  std::copy(version.link.begin(), version.link.end(), end.link.begin());
  return end;
}

template <class T>
T value(Result<T> result) {
  EXPECT_TRUE(result) << (result ? "" : result.error().what);
  return std::move(result).value();
}
inline void ok(const Result<void>& result) { EXPECT_TRUE(result) << (result ? "" : result.error().what); }

inline Clock fixed_clock() {
  return [] { return WallTime(std::chrono::milliseconds(1'700'000'000'123)); };
}

/// Opens stores over one disk in memory and one real directory for the database.
class StoreTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Store>> try_open() { return Store::open(directory.path(), files, fixed_clock(), options); }
  void open() {
    store.reset();
    store = value(try_open());
  }
  /// Power is lost, and the store comes back from what the disk then holds.
  void crash_and_open() {
    MemoryFileSystem left = files.snapshot();
    TemporaryDirectory aside;
    copy_index(directory.path(), aside.path());
    files.fail = {};
    store.reset();
    files = left;
    files.crash();
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(directory.path() / (std::string(index_name) + suffix));
    copy_index(aside.path(), directory.path());
    store = value(try_open());
  }
  void put(Archive archive, const Block& block) { ok(store->put(archive, block.id, block.checksum, block.sealed)); }
  /// Commits the next version and says where the chain then ends.
  ChainEnd commit(Archive archive, const ChainEnd& end = {}, std::string_view record = "record") {
    const auto version = next_version(end, record);
    EXPECT_EQ(value(store->commit(archive, version)), CommitOutcome::committed);
    return end_of(version);
  }
  std::vector<std::uint16_t> missing(Archive archive, std::initializer_list<Block> blocks) {
    return value(store->missing(archive, ids_of(blocks)));
  }
  bool loads(Archive archive, const Block& block) {
    const auto loaded = value(store->load(archive, block.id));
    if (loaded) {
      EXPECT_EQ(loaded->sealed, block.sealed);
      EXPECT_EQ(loaded->checksum, block.checksum);
    }
    return loaded.has_value();
  }
  std::vector<Event> events(std::string_view word) {
    std::vector<Event> found;
    ok(read_events(directory.path(), 0, [&](const Event& event) {
      if (event.event == word) found.push_back(event);
    }));
    return found;
  }

  TemporaryDirectory directory;
  MemoryFileSystem files;
  StoreOptions options;
  std::unique_ptr<Store> store;
  const std::string first_pack = "packs/00000001.pack";
};

}  // namespace coffer::store
