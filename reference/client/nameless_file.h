// A file that only its owner knows of: without a name from the first moment, gone with its descriptor, whatever ends the program. What is
// too much for memory lies there meanwhile. Must not know: what it is.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "client/descriptor.h"
#include "client/failure.h"
#include "protocol/octets.h"

namespace coffer::client {

class NamelessFile {
 public:
  /// Made on the disk of this directory with the first append().
  explicit NamelessFile(std::string directory) : directory_(std::move(directory)) {}

  std::uint64_t size() const { return size_; }
  /// Failure(local) names the directory and the cause; nothing of it counts then.
  Outcome<void> append(View octets);
  /// All of `into`, from an offset on.
  Outcome<void> read(std::uint64_t offset, std::span<std::uint8_t> into) const;
  /// Empty again.
  void clear();

 private:
  Outcome<void> make();
  Failure failed(const char* what) const;

  std::string directory_;
  Descriptor file_;
  std::uint64_t size_ = 0;
};

}  // namespace coffer::client
