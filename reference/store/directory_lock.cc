#include "store/directory_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "store/file_system.h"

namespace coffer::store {

Result<DirectoryLock> DirectoryLock::take(const std::filesystem::path& directory) {
  const std::string name = (directory / "lock").string();
  const int descriptor = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    const int code = errno;
    return std::unexpected(
        Trouble{Trouble::Kind::failed, "cannot open " + name + ": " + std::generic_category().message(code) + advice(code)});
  }
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor);
    return std::unexpected(Trouble{Trouble::Kind::in_use, directory.string() + " is in use by another process; stop that one first"});
  }
  return DirectoryLock(descriptor);
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

DirectoryLock::~DirectoryLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace coffer::store
