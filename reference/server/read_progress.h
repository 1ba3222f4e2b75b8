// How much of the packs is read, shown while all of them are: on a terminal one line, with --json a JSON line a second, else a line in half
// a minute. Nothing of what takes less than two seconds. Must not know: who reads, and what for.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "store/file_system.h"

namespace coffer::server {

class ReadProgress {
 public:
  enum class Form : std::uint8_t { terminal, lines, json };
  struct Ways {
    Form form = Form::lines;
    std::function<std::chrono::milliseconds()> since_begin;
    std::function<void(std::string_view)> say;
  };
  /// On standard error.
  static Ways usual(bool json);

  /// `doing`: "verified", "rebuilt" or "compacted"; `octets`: of all packs.
  ReadProgress(std::string doing, std::uint64_t octets, Ways ways) : doing_(std::move(doing)), octets_(octets), ways_(std::move(ways)) {}
  ~ReadProgress() { clear(); }
  ReadProgress(const ReadProgress&) = delete;
  ReadProgress& operator=(const ReadProgress&) = delete;

  /// So many octets more. Any thread.
  void add(std::uint64_t octets);
  /// Before something else is said.
  void clear();

 private:
  const std::string doing_;
  const std::uint64_t octets_;
  const Ways ways_;
  std::mutex mutex_;
  std::uint64_t read_ = 0;
  std::chrono::milliseconds shown_{0};
  bool visible_ = false;
};

/// The files of a store, of which it tells how much of the packs is read.
class WatchedFiles final : public store::FileSystem {
 public:
  WatchedFiles(const std::filesystem::path& root, std::string doing, ReadProgress::Ways ways);

  void clear() { progress_.clear(); }

  store::FileResult<std::unique_ptr<store::File>> open(const std::string& name, store::OpenMode mode) override;
  store::FileResult<void> make_folder(const std::string& folder) override { return files_.make_folder(folder); }
  store::FileResult<std::vector<std::string>> list(const std::string& folder) const override { return files_.list(folder); }
  store::FileResult<void> sync_folder(const std::string& folder) override { return files_.sync_folder(folder); }
  store::FileResult<void> rename(const std::string& from, const std::string& to) override { return files_.rename(from, to); }
  store::FileResult<void> remove(const std::string& name) override { return files_.remove(name); }
  store::FileResult<std::uint64_t> available() const override { return files_.available(); }

 private:
  store::PosixFileSystem files_;
  ReadProgress progress_;
};

}  // namespace coffer::server
