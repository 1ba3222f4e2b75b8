// A file's content as named blocks, read once from beginning to end, and whether it held still meanwhile.
// Must not know: servers, caches.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "archive/block.h"
#include "archive/chunker.h"
#include "archive/manifest.h"
#include "client/below.h"
#include "client/found.h"

namespace coffer::client {

/// What reading gave. entry: of the content that was read, metadata from the same open file.
struct ReadFile {
  Found found;
  bool changed_meanwhile = false;
  std::optional<std::string> reduced;  // what is missing of its metadata
};

/// Why a file was not read.
struct Unreadable {
  std::string what;
  bool vanished = false;
};

/// Reads files one after another into blocks. Holds its buffers and ciphers: one per thread.
class ContentReader {
 public:
  /// False: nobody wants more, stop reading.
  using Sink = std::function<bool(archive::NamedBlock)>;

  ContentReader(Below root, const keys::ArchiveKeys& keys)
      : root_(std::move(root)), vault_(keys), gears_(archive::gear_table(keys.chunker)), buffer_(1U << 20U) {}

  std::expected<ReadFile, Unreadable> read(const std::string& path, const Sink& sink);

  /// Whether the file that is at the entry's path now has exactly its content: the blocks of its data, and zeros where it has holes.
  bool holds(const archive::Entry& entry);

 private:
  Below root_;
  archive::BlockVault vault_;
  archive::GearTable gears_;
  /// From `offset` on, as much as there is up to `octets`; errno.
  template <typename Take>
  std::expected<std::uint64_t, SystemError> read_part(int fd, std::uint64_t offset, std::uint64_t octets, Take take);

  OwnerNames owners_;
  Octets buffer_;
};

}  // namespace coffer::client
