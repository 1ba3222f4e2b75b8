// The few things the store asks of files, so that tests can take disks away from it. Names are relative to the store's directory.
// Must not know: packs, blocks, databases. PosixFileSystem is the real one; MemoryFileSystem (memory_file_system.h) its twin.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "protocol/octets.h"

namespace coffer::store {

/// A call that failed: its errno value, and what was tried.
struct FileError {
  int code = 0;
  std::string what;
};
/// What to do about it, after what failed; empty when the system's own words say it.
std::string advice(int code);
/// When there is no room left.
inline constexpr const char* full_advice =
    "; free room on this disk or give it more: what users prune, a running server or `cofferd compact` takes out of the packs";

template <class T>
using FileResult = std::expected<T, FileError>;

/// An open file. write_at and truncate: one thread at a time; read_at: any thread, at any time.
class File {
 public:
  virtual ~File() = default;
  virtual FileResult<std::uint64_t> size() const = 0;
  /// Fills `into` from `offset` on; fewer octets only at the end of the file.
  virtual FileResult<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const = 0;
  /// All of it, or an error after which any prefix of it may stand there.
  virtual FileResult<void> write_at(std::uint64_t offset, View octets) = 0;
  virtual FileResult<void> truncate(std::uint64_t octets) = 0;
  /// On stable storage afterwards: contents and size, not the name (see sync_folder). After an error nothing since the last sync may be
  /// taken for stored, even if a later sync succeeds.
  virtual FileResult<void> sync() = 0;
};

enum class OpenMode : std::uint8_t { existing, create_new };

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  virtual FileResult<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) = 0;
  /// Makes a folder unless it stands.
  virtual FileResult<void> make_folder(const std::string& folder) = 0;
  /// Names in a folder, sorted.
  virtual FileResult<std::vector<std::string>> list(const std::string& folder) const = 0;
  /// Names made or changed in the folder are on stable storage afterwards.
  virtual FileResult<void> sync_folder(const std::string& folder) = 0;
  /// In one step, and in place of what had the new name.
  virtual FileResult<void> rename(const std::string& from, const std::string& to) = 0;
  /// The name goes; who has the file open reads and writes on.
  virtual FileResult<void> remove(const std::string& name) = 0;
  /// How many octets more there is room for.
  virtual FileResult<std::uint64_t> available() const = 0;
};

class PosixFileSystem final : public FileSystem {
 public:
  explicit PosixFileSystem(std::filesystem::path root) : root_(std::move(root)) {}
  FileResult<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) override;
  FileResult<void> make_folder(const std::string& folder) override;
  FileResult<std::vector<std::string>> list(const std::string& folder) const override;
  FileResult<void> sync_folder(const std::string& folder) override;
  FileResult<void> rename(const std::string& from, const std::string& to) override;
  FileResult<void> remove(const std::string& name) override;
  FileResult<std::uint64_t> available() const override;

 private:
  std::filesystem::path root_;
};

}  // namespace coffer::store
