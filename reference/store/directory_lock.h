// One process, and in it one store, to a directory. The lock goes with the process, however that ends.
#pragma once

#include <filesystem>

#include "store/trouble.h"

namespace coffer::store {

class DirectoryLock {
 public:
  /// Trouble in_use when another holds it.
  static Result<DirectoryLock> take(const std::filesystem::path& directory);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace coffer::store
