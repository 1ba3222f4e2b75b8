// What the database knows: archives, where each block stands, versions, events, whose computers are whose. All SQL but the event reader's.
// Must not know: pack files' contents, how blocks got there. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "protocol/message.h"
#include "store/database.h"
#include "store/event_log.h"
#include "store/packs.h"

namespace coffer::store {

/// A block and where its record stands.
struct Located {
  Record record;
  Place place;
  bool damaged = false;
};

struct ChainEnd {
  std::uint64_t number = 0;  // 0: no version yet
  Digest link{};             // zero: no version yet
};

struct Owner {
  std::uint64_t user = 0, computer = 0;
};

/// The format the database is in: 0 for a new one. Trouble newer when this program does not know it.
Result<std::int64_t> format_of(Database& database, const std::filesystem::path& file);

/// A corrupt database with what to do about it; any other trouble as it is.
Trouble advised(const std::filesystem::path& file, Trouble trouble);

class Index {
 public:
  /// Makes the tables in a new database. Trouble newer or corrupt when the file is not one that this program can go on with.
  static Result<Index> open(const std::filesystem::path& file, bool packs_exist);

  Result<std::int64_t> archive_of(std::uint64_t user, std::uint64_t computer);
  Result<std::map<std::int64_t, Owner>> archives();

  Result<std::optional<Located>> find(std::int64_t archive, const Digest& id);
  /// The index says again what the record says. Another row for the same place goes.
  Result<void> put_back(const Located& block);
  Result<void> set_damaged(const Located& block, bool damaged);
  /// Marks the blocks of a pack that end beyond so many octets as damaged.
  Result<void> lose_beyond(std::uint32_t pack, std::uint64_t octets);
  /// Blocks of a pack in the order of their offsets.
  Result<std::vector<Located>> blocks_of(std::uint32_t pack);
  /// Packs and how many octets of each are indexed.
  Result<std::map<std::uint32_t, std::uint64_t>> packs();

  /// Adds blocks, what is now indexed of their packs, and a version if there is one: all of it durably, or nothing. A block that the
  /// archive has is then at the new place.
  Result<void> add(std::span<const Located> blocks, const std::map<std::uint32_t, std::uint64_t>& packs, std::int64_t archive = 0,
                   const protocol::CommitVersion* version = nullptr);

  Result<ChainEnd> chain_end(std::int64_t archive);
  Result<bool> has_version(std::int64_t archive, std::uint64_t number);
  Result<std::vector<protocol::VersionEntry>> versions(std::int64_t archive, std::uint64_t from, std::size_t limit);

  enum class Durability : std::uint8_t { at_once, with_the_next };
  Result<void> append_event(std::string_view event, std::string_view fields, WallTime now, Durability durability, Keep keep);
  /// Of the events kept while new, the oldest, until there are so many.
  Result<void> forget_events_beyond(std::uint64_t passing_max);
  Result<void> each_event(const std::function<void(const Event&)>& take);

  Result<std::map<std::uint64_t, std::uint64_t>> bindings();
  Result<void> bind(std::uint64_t computer, std::uint64_t user);

  /// Indexes that differed from their tables when this was opened, and were made anew.
  const std::set<std::string>& rebuilt() const { return rebuilt_; }
  /// Rows of blocks, versions and events that are not what was written, in words. Of the other tables none is: they are not opened then.
  Result<void> each_unproven(const std::function<void(const std::string& row)>& take);

 private:
  explicit Index(Database database) : database_(std::move(database)) {}
  Result<void> prepare(const std::filesystem::path& file, bool packs_exist);

  Result<void> check(std::int64_t version);

  Database database_;
  std::set<std::string> rebuilt_;
  std::optional<std::pair<std::uint64_t, Digest>> last_event_;  // number and hash
  std::optional<std::uint64_t> passing_events_;                 // how many there are
};

/// The file's name in the store's directory.
inline constexpr const char* index_name = "coffer.sqlite";

/// Row of: number, time_ms, event, fields, hash.
bool read_event(const Row& row, Event& into);

}  // namespace coffer::store
