// FileSystem in memory, with a disk that misbehaves on request: it fills up, fails, and forgets at a crash what was not synced. For tests.
// Copies of it are snapshots: what a crash at that moment would find. One thread.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "store/file_system.h"

namespace coffer::store {

class MemoryFileSystem final : public FileSystem {
 public:
  enum class Operation : std::uint8_t { open, make_folder, list, sync_folder, rename, remove, size, read, write, truncate, sync };

  MemoryFileSystem();
  FileResult<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) override;
  FileResult<void> make_folder(const std::string& folder) override;
  FileResult<std::vector<std::string>> list(const std::string& folder) const override;
  FileResult<void> sync_folder(const std::string& folder) override;
  FileResult<void> rename(const std::string& from, const std::string& to) override;
  FileResult<void> remove(const std::string& name) override;
  FileResult<std::uint64_t> available() const override;

  /// Everything as it stands now, with its own octets and no hooks.
  MemoryFileSystem snapshot() const;
  /// Power is lost: names made since their folder's last sync vanish, and those taken away since then are back; of such changes and of each
  /// file's writes since its last sync, those survive that `survives` says (given a number that counts them), none by default.
  void crash(const std::function<bool(std::size_t)>& survives = {});

  /// Called before each operation with its name; an errno value makes it fail. A write that fails so still writes `short_write` octets.
  std::function<std::optional<int>(Operation, const std::string& name)> fail;
  std::size_t short_write = 0;
  /// What of a write survives a crash, survives in pieces of so many octets.
  std::size_t sector_octets = std::numeric_limits<std::size_t>::max();
  /// Writes beyond this many octets in all files fail with ENOSPC, after having written what fits.
  std::uint64_t capacity_octets = std::numeric_limits<std::uint64_t>::max();

  /// The octets of a file, to look at and to damage.
  Octets& octets(const std::string& name);
  bool exists(const std::string& name) const;
  /// As if someone else had: at once and for good.
  void take_away(const std::string& name);

 private:
  friend class MemoryFile;
  struct Change {
    std::uint64_t offset = 0;
    Octets octets;
    std::optional<std::uint64_t> truncated_to;
  };
  struct Content {
    Octets now, synced;
    std::vector<Change> changes;  // from synced to now
  };
  static void apply(Octets& octets, const Change& change);
  std::optional<int> failure(Operation operation, const std::string& name) const;
  std::uint64_t used() const;

  std::map<std::string, std::shared_ptr<Content>> files_;
  std::map<std::string, std::shared_ptr<Content>> synced_names_;  // what the folders hold on stable storage
};

}  // namespace coffer::store
