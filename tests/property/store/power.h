// A disk that fails on request and loses its power: under the packs (MemoryFileSystem) and under SQLite (a shim of its system interface),
// with one count of operations for both. A loss of power takes what was not synced: of each write since a file's last sync, any sector may
// stand; of each name made or taken away since its folder's last sync, either state.
//
// The database stays in real files, since SQLite's own code and std::filesystem look at them; the shim notes what it writes, and
// power_off() leaves the files as the loss would. What it takes for stable: a file's contents at its xSync; all names of the directory at
// the xSync of a journal or log, and at a deletion that asks for it, for SQLite syncs the directory then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>

#include "store/memory_file_system.h"

namespace coffer::store {

enum class Failing : std::uint8_t { nothing, power, no_space, bad_sector };

/// At which operation, counted from 1, and for how many from there on (power: for all).
struct FailurePlan {
  Failing what = Failing::nothing;
  std::size_t at = 0, count = 1;
};

class Power {
 public:
  /// From here until it goes, databases in `directory` are under it.
  explicit Power(std::filesystem::path directory, FailurePlan plan);
  ~Power();
  Power(const Power&) = delete;
  Power& operator=(const Power&) = delete;

  /// The packs.
  MemoryFileSystem packs;

  std::size_t operations() const { return operations_; }
  bool is_off() const { return off_; }
  /// Nothing fails any longer; what is closed now is closed in order.
  void plan(FailurePlan plan) { plan_ = plan; }
  /// Packs and database as the loss of power leaves them. No file may be open.
  void power_off(std::minstd_rand& random);

  /// What an operation that changes something meets; called by the shim too.
  std::optional<int> operation();

  // Of the shim:
  bool is_under_it(const std::string& path) const;
  void opened(const std::string& path);
  void written(const std::string& path, std::uint64_t offset, View octets);
  void truncated(const std::string& path, std::uint64_t octets);
  void synced(const std::string& path, bool names_too);
  void removed(const std::string& path, bool names_too);

 private:
  struct Change {
    std::uint64_t offset = 0;
    Octets octets;
    std::optional<std::uint64_t> truncated_to;
  };
  struct Content {
    Octets synced;
    std::vector<Change> changes;
    bool stands = true, stood_when_synced = false;
  };
  void sync_names();

  std::filesystem::path directory_;
  FailurePlan plan_;
  std::size_t operations_ = 0;
  bool off_ = false;
  std::map<std::string, Content> files_;
};

}  // namespace coffer::store
