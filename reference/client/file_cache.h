// What this device knows of files that it has read: stamp, blocks, extents and attributes, so that an unchanged file is not read again.
// A file in the order of a walk, read as a stream beside the walk and written anew as a stream: it takes no memory, however long it is.
// Only a help: what is lost, damaged or of another key is begun anew. Destinations are still asked for every block.
// Must not know: how files are read, destinations.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "client/descriptor.h"
#include "client/failure.h"
#include "client/found.h"
#include "client/pace.h"
#include "protocol/octets.h"

namespace coffer::client {

/// Where a device keeps it, and its archive key's check value: blocks named under another key are of no use.
struct CachePlace {
  std::string path;
  Digest key_check{};
};

struct KnownFile {
  FileStamp stamp;
  std::vector<Digest> blocks = {};
  std::vector<archive::Extent> extents = {};
  std::vector<archive::Attribute> attributes = {};
  bool just_read = false;  // by the run that goes on
};

/// One pass through the cache as it is.
class CacheReader {
 public:
  /// One that is not there has nothing, and a damaged one nothing from the damage on.
  explicit CacheReader(const CachePlace& place);

  /// Paths ascend from call to call. nullopt unless the file has exactly this stamp.
  std::optional<KnownFile> find(std::string_view path, const FileStamp& stamp);
  /// How much the last whole run found.
  std::uint64_t files() const { return files_; }
  std::uint64_t octets() const { return octets_; }

  /// The record that comes next, as it stands in the file; empty: there is none.
  View record() const { return record_; }
  std::string_view path() const { return path_; }
  void next();

 private:
  bool read_frame();

  Descriptor file_;
  Digest key_check_;
  std::uint64_t files_ = 0, octets_ = 0, frames_ = 0;
  Octets frame_;
  View rest_, record_;
  std::string_view path_;
};

/// The cache written anew: what is put into it, and of the old one what the run does not speak of.
class CacheUpdate {
 public:
  /// `sources`: what of the old one lies at or below them is carried over only as far as it is put here.
  CacheUpdate(const CachePlace& place, const std::vector<std::string>& sources);
  ~CacheUpdate();
  CacheUpdate(const CacheUpdate&) = delete;
  CacheUpdate& operator=(const CacheUpdate&) = delete;

  /// Paths ascend from call to call.
  void put(std::string_view path, const KnownFile& known);
  /// Takes the place of the old one. `whole`: what was not put is gone; otherwise that is so only up to the path that was put last, and
  /// what the last whole run found stays as it was. Failures: local, of the disk, at any time before.
  Outcome<void> finish(bool whole, const WorkDone& found);

 private:
  void carry_over(std::string_view before);
  bool belongs(std::string_view path) const;
  void append(View record);
  void write_frame();
  void fail(std::string_view doing);

  const CachePlace place_;
  CacheReader old_;
  std::unordered_set<std::string> sources_;
  Descriptor file_;
  std::uint64_t frames_ = 0;
  Octets frame_;
  std::optional<Failure> failure_;
};

}  // namespace coffer::client
