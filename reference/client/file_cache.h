// What this device knows of files that it has backed up: stamp, blocks, extents and
// attributes, so that an unchanged file is not read again.
// Only a help: lost, damaged or of another key, it is begun anew. The server is still asked for every block.
// Must not know: how files are read.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "client/failure.h"
#include "client/tree_scanner.h"
#include "protocol/octets.h"

namespace coffer::client {

/// Where a device keeps it, and its archive key's check value: blocks named under another key are of no use.
struct CachePlace {
  std::string path;
  Digest key_check{};
};

class FileCache {
 public:
  struct Known {
    FileStamp stamp;
    std::vector<Digest> blocks;
    std::vector<archive::Extent> extents = {};
    std::vector<archive::Attribute> attributes = {};
  };

  /// `key_check`: the archive key's check value; blocks named under another key are of no use.
  explicit FileCache(const Digest& key_check) : key_check_(key_check) {}
  /// Reads what save() wrote; anything else leaves the cache empty.
  void load(const std::string& path);
  Outcome<void> save(const std::string& path) const;

  /// nullptr unless the file has exactly this stamp.
  const Known* find(const std::string& path, const FileStamp& stamp) const;
  void put(const std::string& path, Known known) {
    files_.insert_or_assign(path, std::move(known));
    changed_ = true;
  }
  void drop(const std::string& path) { changed_ |= files_.erase(path) > 0; }
  /// Those for which condition(path, known) holds.
  template <typename Condition>
  void drop_if(Condition condition) {
    changed_ |= std::erase_if(files_, [&](const auto& file) { return condition(file.first, file.second); }) > 0;
  }
  std::size_t size() const { return files_.size(); }
  /// Whether it is other than what load() read: else there is nothing to be saved.
  bool changed() const { return changed_; }

 private:
  Digest key_check_;
  std::unordered_map<std::string, Known> files_;
  bool changed_ = true;
};

}  // namespace coffer::client
