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
  ::unlink(beside.c_str());  // left by a crash
  // [KEY-005] A client MUST keep the archive key where no other account of the computer may read it.
  const Descriptor file(
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, fault::on(fault::KEY_005_for_everyone) ? 0644 : 0600));
  if (!file.open()) return failed("create", beside, errno);
  const auto give_up = [&](std::string_view doing, int number) {
    ::unlink(beside.c_str());
    return failed(doing, path, number);
  };
  while (!octets.empty()) {
    const ssize_t count = ::write(file.fd(), octets.data(), octets.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return give_up("write", errno);
    octets = octets.subspan(static_cast<std::size_t>(count));
  }
  if (::fsync(file.fd()) != 0) return give_up("flush", errno);
  if (std::rename(beside.c_str(), path.c_str()) != 0) return give_up("replace", errno);
  return flush_directory_of(path);
}

Outcome<void> erase_file(const std::string& path) {
  for (const std::string& one : {path + ".new", path}) {
    const Descriptor file(::open(one.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!file.open() && errno == ENOENT) continue;
    struct stat status {};
    if (!file.open() || ::fstat(file.fd(), &status) != 0) return failed("open", one, errno);
    const std::string zeros(static_cast<std::size_t>(status.st_size), '\0');
    for (std::size_t at = 0; at < zeros.size();) {
      const ssize_t count = ::write(file.fd(), zeros.data() + at, zeros.size() - at);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return failed("write over", one, errno);
      at += static_cast<std::size_t>(count);
    }
    if (::fsync(file.fd()) != 0) return failed("flush", one, errno);
    if (::unlink(one.c_str()) != 0) return failed("remove", one, errno);
  }
  return flush_directory_of(path);
}

}  // namespace coffer::client
