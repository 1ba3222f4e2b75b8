// The folder of packs: opens them for reading, appends records to the newest, syncs what was written.
// Must not know: the index, archives, what a block is for. Appending: one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "store/pack.h"
#include "store/trouble.h"

namespace coffer::store {

Trouble trouble(const FileError& error);

class Packs {
 public:
  Packs(FileSystem& files, std::uint64_t pack_octets_max) : files_(files), pack_octets_max_(pack_octets_max) {}

  /// Makes the folder unless it stands.
  Result<void> prepare();
  /// The names of the packs that stand are on stable storage afterwards.
  Result<void> sync_names();
  /// The numbers of the packs that stand, ascending.
  Result<std::vector<std::uint32_t>> numbers() const;
  /// The file, kept open among the last used ones.
  Result<std::shared_ptr<File>> file(std::uint32_t number);

  /// Appends go to this pack from now on, at its end.
  void append_to(std::uint32_t number, std::uint64_t octets) { current_ = {number, octets}; }
  /// Where appends go; nullopt: to a pack that is yet to be made.
  std::optional<std::uint32_t> newest() const { return current_ ? std::optional(current_->pack) : std::nullopt; }
  /// The file is not kept open for reading any longer.
  void close(std::uint32_t number) { open_.erase(number); }
  /// The file goes, and its name on stable storage; who has it open reads on. One that is not there is no trouble. From any thread.
  Result<void> remove(std::uint32_t number) const;
  /// Appends go to a new pack from now on, numbered above `number` and above every pack so far.
  void begin_after(std::uint32_t number);

  /// How many octets more there is room for.
  Result<std::uint64_t> available() const;
  /// Whether a record of so many octets would begin a new pack. What was appended so far must be synced then: a torn end of an earlier pack
  /// would not show in the later one.
  bool begins_pack(std::uint64_t octets) const;
  struct Incoming {
    Record record;
    View content;
  };
  /// Appends records, by one write: the first stands at the place given back, each other one directly behind the one before. No other than
  /// the first may begin a pack. Not yet on stable storage. After an error nothing of them stands where the next one will be.
  Result<Place> append(std::span<const Incoming> records);
  Result<Place> append(const Record& record, View content) { return append(std::vector<Incoming>{{record, content}}); }
  /// Packs written since the last sync, and how many octets of them are whole.
  const std::map<std::uint32_t, std::uint64_t>& unsynced() const { return unsynced_; }
  /// Everything appended is on stable storage afterwards, and all that was taken back is gone from there: what is acknowledged next may
  /// store it anew, or release it. After an error nothing of unsynced() may be taken for stored.
  Result<void> sync();
  /// Takes back what was appended to these packs and to those of unsynced(), beyond what is kept of each: now, or as soon as the disk lets,
  /// and no sync succeeds before. Appends go to a new pack.
  void discard(std::map<std::uint32_t, std::uint64_t> written, const std::map<std::uint32_t, std::uint64_t>& kept_octets);

 private:
  Result<void> begin_pack();
  void cut_off_at(std::uint32_t number, std::uint64_t octets);
  Result<void> cut_off();

  FileSystem& files_;
  std::uint64_t pack_octets_max_;
  std::map<std::uint32_t, std::shared_ptr<File>> open_;
  struct End {
    std::uint32_t pack = 0;
    std::uint64_t octets = 0;
  };
  std::optional<End> current_;
  std::optional<std::uint32_t> unheaded_;  // made, but its header could not be written yet
  std::uint32_t highest_ = 0;
  std::map<std::uint32_t, std::uint64_t> unsynced_;
  std::map<std::uint32_t, std::uint64_t> owed_;  // packs that are yet to be cut off, and where
  bool folder_unsynced_ = false;
};

}  // namespace coffer::store
