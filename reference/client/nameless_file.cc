#include "client/nameless_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

namespace coffer::client {

Failure NamelessFile::failed(const char* what) const {
  return {ExitCode::local, fmt::format("cannot {} a temporary file in {}: {}", what, directory_, std::strerror(errno))};
}

Outcome<void> NamelessFile::make() {
  if (file_.open()) return {};
  file_ = Descriptor(::open(directory_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file_.open()) return {};
  // Not every file system makes a file without a name.
  std::string name = directory_ + "/temporary-XXXXXX";
  file_ = Descriptor(::mkostemp(name.data(), O_CLOEXEC));
  if (!file_.open() || ::unlink(name.c_str()) != 0) return std::unexpected(failed("make"));
  return {};
}

Outcome<void> NamelessFile::append(View octets) {
  if (auto made = make(); !made) return made;
  for (std::size_t done = 0; done < octets.size();) {
    const ssize_t count = ::pwrite(file_.fd(), octets.data() + done, octets.size() - done, static_cast<off_t>(size_ + done));
    if (count < 0 && errno != EINTR) return std::unexpected(failed("write"));
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  size_ += octets.size();
  return {};
}

Outcome<void> NamelessFile::read(std::uint64_t offset, std::span<std::uint8_t> into) const {
  for (std::size_t done = 0; done < into.size();) {
    const ssize_t count = ::pread(file_.fd(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
    if (count == 0) errno = EIO;  // shorter than what was written
    if (count == 0 || (count < 0 && errno != EINTR)) return std::unexpected(failed("read"));
    if (count > 0) done += static_cast<std::size_t>(count);
  }
  return {};
}

void NamelessFile::clear() {
  size_ = 0;
  if (file_.open()) (void)::ftruncate(file_.fd(), 0);
}

}  // namespace coffer::client
