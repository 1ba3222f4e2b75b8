// Paths resolved below one directory, component by component, never through a symbolic link: whoever swaps a directory for a link
// while a backup or a restore runs only makes that path fail [ARC-026].
// Must not know: archives.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "client/descriptor.h"

namespace coffer::client {

/// errno as a value.
struct SystemError {
  int number = 0;
};
/// "permission denied", in words.
std::string describe(SystemError error);

class Below {
 public:
  /// Missing directories on the way: an error, or made with mode 0700.
  enum class Missing : std::uint8_t { fail, make };

  explicit Below(Descriptor root, Missing missing = Missing::fail) : root_(std::move(root)), missing_(missing) {}

  /// The directory of `path`, a safe relative path, opened as a place only (O_PATH). Borrowed until the next call.
  std::expected<int, SystemError> parent(std::string_view path);
  /// The directory `path` itself; "" is the root.
  std::expected<int, SystemError> directory(std::string_view path);
  static std::string_view name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

  int root() const { return root_.fd(); }

 private:
  int open(int at, const char* component) const;

  Descriptor root_;
  Missing missing_;
  struct Held {
    std::size_t length = 0;  // of its path, the beginning of path_
    Descriptor directory;
  };
  std::string path_;        // the last directory
  std::vector<Held> held_;  // it and those around it, because paths come sorted
};

}  // namespace coffer::client
