// A file's content as named blocks, read once from beginning to end, and whether it held still meanwhile.
// Must not know: servers, caches.
#pragma once

#include <functional>
#include <string>

#include "archive/block.h"
#include "archive/chunker.h"
#include "archive/manifest.h"
#include "client/below.h"
#include "client/tree_scanner.h"

namespace coffer::client {

/// What reading gave. entry: of the content that was read, metadata from the same open file.
struct ReadFile {
  Found found;
  bool changed_meanwhile = false;
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

 private:
  Below root_;
  archive::BlockVault vault_;
  archive::GearTable gears_;
  Octets buffer_;
};

}  // namespace coffer::client
