// The real disk behind FileSystem.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "store/file_system.h"

namespace coffer::store {
namespace {

std::unexpected<FileError> failed(std::string_view operation, const std::string& name, int code = errno) {
  return std::unexpected(
      FileError{code, std::string(operation) + " " + name + ": " + std::generic_category().message(code) + advice(code)});
}

class PosixFile final : public File {
 public:
  PosixFile(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  ~PosixFile() override { ::close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  FileResult<std::uint64_t> size() const override {
    struct stat status = {};
    if (::fstat(descriptor_, &status) != 0) return failed("measure", name_);
    return static_cast<std::uint64_t>(status.st_size);
  }

  FileResult<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    std::size_t done = 0;
    while (done < into.size()) {
      const auto got = ::pread(descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("read", name_);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  FileResult<void> write_at(std::uint64_t offset, View octets) override {
    while (!octets.empty()) {
      const auto put = ::pwrite(descriptor_, octets.data(), octets.size(), static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return failed("write", name_);
      if (put == 0) return failed("write", name_, ENOSPC);
      octets = octets.subspan(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    }
    return {};
  }

  FileResult<void> truncate(std::uint64_t octets) override {
    if (::ftruncate(descriptor_, static_cast<off_t>(octets)) != 0) return failed("truncate", name_);
    return {};
  }

  FileResult<void> sync() override {
    if (::fdatasync(descriptor_) != 0) return failed("sync", name_);
    return {};
  }

 private:
  int descriptor_;
  std::string name_;
};

}  // namespace

std::string advice(int code) {
  switch (code) {
    case EACCES:
    case EPERM: return "; run this as the account that owns it";
    case ENOTDIR: return "; expected a directory there: put back the one that stood there";
    case EISDIR: return "; expected a file there: put back the one that stood there";
    case EROFS: return "; expected a file system that can be written to";
    case ENOSPC:
    case EDQUOT: return full_advice;
    default: return "";
  }
}

FileResult<std::unique_ptr<File>> PosixFileSystem::open(const std::string& name, OpenMode mode) {
  const std::string path = (root_ / name).string();
  const int create = mode == OpenMode::create_new ? O_CREAT | O_EXCL : 0;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | create, 0600);
  if (descriptor < 0) return failed("open", path);
  return std::make_unique<PosixFile>(descriptor, path);
}

FileResult<void> PosixFileSystem::make_folder(const std::string& folder) {
  const std::string path = (root_ / folder).string();
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("make", path);
  return {};
}

FileResult<std::vector<std::string>> PosixFileSystem::list(const std::string& folder) const {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(root_ / folder, error), end; !error && entry != end; entry.increment(error))
    names.push_back(entry->path().filename().string());
  if (error) return failed("list", (root_ / folder).string(), error.value());
  std::sort(names.begin(), names.end());
  return names;
}

FileResult<void> PosixFileSystem::sync_folder(const std::string& folder) {
  const std::string path = (root_ / folder).string();
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failed("open", path);
  const bool synced = ::fsync(descriptor) == 0;
  const int code = errno;
  ::close(descriptor);
  if (!synced) return failed("sync", path, code);
  return {};
}

FileResult<void> PosixFileSystem::rename(const std::string& from, const std::string& to) {
  const std::string path = (root_ / from).string();
  if (std::rename(path.c_str(), (root_ / to).c_str()) != 0) return failed("rename", path);
  return {};
}

FileResult<void> PosixFileSystem::remove(const std::string& name) {
  const std::string path = (root_ / name).string();
  if (::unlink(path.c_str()) != 0) return failed("remove", path);
  return {};
}

FileResult<std::uint64_t> PosixFileSystem::available() const {
  struct statvfs status = {};
  if (::statvfs(root_.c_str(), &status) != 0) return failed("measure", root_.string());
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

}  // namespace coffer::store
