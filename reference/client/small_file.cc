#include "client/small_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include "client/below.h"
#include "client/descriptor.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

std::unexpected<Failure> failed(std::string_view doing, const std::string& path, int number) {
  return std::unexpected(Failure{ExitCode::local, fmt::format("cannot {} {}: {}", doing, path, describe({number}))});
}

Outcome<void> flush_directory_of(const std::string& path) {
  const std::string folder = path.substr(0, path.rfind('/') + 1);
  const Descriptor directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.open() || ::fsync(directory.fd()) != 0) return failed("flush the directory of", path, errno);
  return {};
}

Outcome<void> write_whole(int file, const std::string& path, View octets) {
  while (!octets.empty()) {
    const ssize_t count = ::write(file, octets.data(), octets.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("write", path, errno);
    octets = octets.subspan(static_cast<std::size_t>(count));
  }
  if (::fsync(file) != 0) return failed("flush", path, errno);
  return {};
}

/// Zeros in place of what it holds are on the disk before its name goes. Nothing where there is none.
Outcome<void> write_over(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.open() && errno == ENOENT) return {};
  struct stat status {};
  if (!file.open() || ::fstat(file.fd(), &status) != 0) return failed("open", path, errno);
  if (auto written = write_whole(file.fd(), path, Octets(static_cast<std::size_t>(status.st_size))); !written) return written;
  if (::unlink(path.c_str()) != 0) return failed("remove", path, errno);
  return {};
}

std::unexpected<Failure> given_up(std::unexpected<Failure> failure, const std::string& beside) {
  (void)write_over(beside);  // and if not, then the next replacement
  return failure;
}

/// Whole and on the disk, under a name of its own.
Outcome<void> write_new(const std::string& beside, View octets) {
  if (auto erased = write_over(beside); !erased) return erased;  // left by a crash
  // [KEY-005] A client MUST keep the archive key where no other account of the computer may read it.
  const Descriptor file(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, fault::on(fault::KEY_005_for_everyone) ? 0644 : 0600));
  if (!file.open()) return failed("create", beside, errno);
  if (auto written = write_whole(file.fd(), beside, octets); !written) return given_up(std::unexpected(written.error()), beside);
  return {};
}

}  // namespace

Outcome<SmallFile> read_small_file(const std::string& path, std::size_t octets_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) {
    if (errno == ENOENT) return SmallFile{.missing = true, .octets = {}};
    return failed("open", path, errno);
  }
  SmallFile read;
  while (true) {
    const std::size_t held = read.octets.size();
    read.octets.resize(held + 65'536);
    const ssize_t count = ::read(file.fd(), read.octets.data() + held, read.octets.size() - held);
    if (count < 0) return failed("read", path, errno);
    read.octets.resize(held + static_cast<std::size_t>(count));
    if (read.octets.size() > octets_max)
      return std::unexpected(Failure{ExitCode::local, fmt::format("{} is larger than {} octets, which it never is", path, octets_max)});
    if (count == 0) return read;
  }
}

Outcome<void> replace_file(const std::string& path, View octets) {
  const std::string beside = path + ".new";
  if (auto written = write_new(beside, octets); !written) return written;
  if (std::rename(beside.c_str(), path.c_str()) != 0) return given_up(failed("replace", path, errno), beside);
  return flush_directory_of(path);
}

Outcome<void> replace_secret_file(const std::string& path, View octets) {
  const std::string beside = path + ".new";
  if (auto written = write_new(beside, octets); !written) return written;
  // In one step, and what was there keeps a name by which it can be written over.
  if (::renameat2(AT_FDCWD, beside.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) == 0) {
    if (auto flushed = flush_directory_of(path); !flushed) return flushed;
    return write_over(beside);
  }
  if (errno != ENOENT && errno != EINVAL && errno != ENOSYS) return given_up(failed("replace", path, errno), beside);
  // Nothing is there yet, or the file system cannot exchange two names: on such a one, what is replaced is left to it.
  if (std::rename(beside.c_str(), path.c_str()) != 0) return given_up(failed("replace", path, errno), beside);
  return flush_directory_of(path);
}

Outcome<void> erase_file(const std::string& path) {
  for (const std::string& one : {path + ".new", path})
    if (auto erased = write_over(one); !erased) return erased;
  return flush_directory_of(path);
}

}  // namespace coffer::client
