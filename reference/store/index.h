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
#include "store/statement.h"

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

/// What one transaction adds.
struct Addition {
  std::span<const Located> blocks{};               // one that the archive has is then at the new place; a damaged one is not taken for it
  std::map<std::uint32_t, std::uint64_t> packs{};  // how many octets of each are indexed now
  std::span<const VersionStatement> versions{};    // of archives that are known
  std::span<const ComputerStatement> computers{};  // whoever was said to own one before
  std::map<std::int64_t, std::span<const Release>> released{};  // by archive; after `blocks`: rows of places behind these stay
  std::span<const std::int64_t> purged{};                       // archives of which nothing counts any longer, whatever else is added
  std::optional<std::uint32_t> emptied{};  // a pack that nothing counts on any longer: its file may go, and is to (see emptied_packs)
  bool over_unproven = false;              // a version takes the place of a row that is not what was written; else that is a trouble
};

/// What stands in an archive's row as its owner while none is said, and when it was purged: no user has the number 0.
inline Owner nobody(std::int64_t archive) { return {0, static_cast<std::uint64_t>(archive)}; }
inline Owner purged_owner(std::int64_t archive) { return {0, static_cast<std::uint64_t>(-archive)}; }

/// How many rows there are.
struct Totals {
  std::uint64_t archives = 0, blocks = 0, versions = 0, computers = 0, events = 0;
};

/// How far the background reading of all packs has come.
struct ScrubPlace {
  Place next{1, 0};  // offset 0: the pack's beginning
  WallTime began{};  // this round
  std::uint64_t octets = 0, damaged = 0;
};

/// A corrupt database with the file and what to do about it; any other trouble as it is.
Trouble advised(const std::filesystem::path& file, Trouble trouble);

class Index {
 public:
  /// Makes the tables in a new database. Trouble newer or corrupt when the file is not one that this program can go on with.
  static Result<Index> open(const std::filesystem::path& file, bool packs_exist);
  /// An index without rows in a new file, to be filled and closed before anyone counts on it: nothing of it is on stable storage by itself.
  static Result<Index> make(const std::filesystem::path& file);

  /// Whether the packs do not say yet what was added before this program's format: all versions and whose computers are whose.
  bool owes_statements() const { return owes_statements_; }
  Result<void> owe_statements();
  /// They say it now, on stable storage.
  Result<void> statements_made();

  Result<std::int64_t> archive_of(std::uint64_t user, std::uint64_t computer);
  Result<std::map<std::int64_t, Owner>> archives();  // without purged ones
  Result<std::set<std::int64_t>> purged();
  /// The archive has this number. Without an owner it is nobody's (user 0) until one is said; the number is not given away.
  Result<void> know_archive(std::int64_t archive, const std::optional<Owner>& owner);

  /// While it lives, find() costs no lock of the file, and nothing can be written.
  Result<Transaction> reading() { return Transaction::begin_reading(database_); }
  /// A row of blocks that is not what was written is as good as none: here and wherever rows are given out.
  Result<std::optional<Located>> find(std::int64_t archive, const Digest& id);
  /// The index says again what the record says. Another row for the same block goes.
  Result<void> put_back(const Located& block);
  Result<void> forget(const Located& block);
  Result<void> set_damaged(const Located& block, bool damaged);
  /// Marks the blocks of a pack that end beyond so many octets as damaged.
  Result<void> lose_beyond(std::uint32_t pack, std::uint64_t octets);
  /// The blocks of one pack in the order of their offsets; and of all packs, pack by pack. Both read every row.
  Result<std::vector<Located>> blocks_of(std::uint32_t pack);
  Result<void> each_block_by_place(const std::function<Result<void>(const Located&)>& take);
  /// Ids of an archive's blocks behind one, ascending.
  Result<std::vector<Digest>> block_ids(std::int64_t archive, const Digest& after, std::size_t limit);
  /// Octets of content that the blocks of each archive have. Reads every row.
  Result<std::map<std::int64_t, std::uint64_t>> octets_by_archive();
  /// Packs and how many octets of each are indexed.
  Result<std::map<std::uint32_t, std::uint64_t>> packs();

  /// Packs that nothing counts on, and that are not yet known to be gone.
  Result<std::vector<std::uint32_t>> emptied_packs();
  /// Nothing of a pack is there any longer, or was ever counted on.
  Result<void> forget_pack(std::uint32_t pack);
  /// Packs where a copy of a block may stand that has its row elsewhere.
  Result<std::set<std::uint32_t>> left_behind();

  Result<std::optional<ScrubPlace>> scrub_place();
  Result<void> set_scrub_place(const ScrubPlace& place);

  /// All of it durably, or nothing.
  Result<void> add(const Addition& addition);
  /// The index says of this version what was stated.
  Result<void> put_back(const VersionStatement& version);

  /// A row of versions that is not what was written is as good as none: in these four.
  Result<ChainEnd> chain_end(std::int64_t archive);
  Result<bool> has_version(std::int64_t archive, std::uint64_t number);
  Result<std::optional<Digest>> version_link(std::int64_t archive, std::uint64_t number);
  Result<std::vector<protocol::VersionEntry>> versions(std::int64_t archive, std::uint64_t from, std::size_t limit);
  /// Every row of an archive's versions, and whether it is what was written.
  Result<void> each_version(std::int64_t archive, const std::function<void(VersionStatement version, bool proven)>& take);

  enum class Durability : std::uint8_t { at_once, with_the_next };
  Result<void> append_event(std::string_view event, std::string_view fields, WallTime now, Durability durability, Keep keep);
  /// Of the events kept while new, the oldest, until there are so many.
  Result<void> forget_events_beyond(std::uint64_t passing_max);
  Result<void> each_event(const std::function<void(const Event&)>& take);

  /// Events as they were, with their numbers and hashes, into an index without any.
  Result<void> take_events(std::span<const Event> events, const std::set<std::uint64_t>& passing);

  Result<std::map<std::uint64_t, std::uint64_t>> bindings();
  Result<bool> is_bound(std::uint64_t computer);

  Result<Totals> totals();
  /// Looks at every way into every table; opening looks at every row, and at the ways into all tables but those of blocks and events, of
  /// which there are many. Trouble corrupt when not only a way is wrong.
  Result<void> check_wholly();
  /// Indexes that differed from their tables, and were made anew.
  const std::set<std::string>& rebuilt() const { return rebuilt_; }
  /// Rows of blocks, versions and events that are not what was written, in words. Of the other tables none is: they are not opened then.
  Result<void> each_unproven(const std::function<void(std::string_view table, const std::string& row)>& take);
  /// Whether opening has seen such a row of blocks or versions: the packs say what it should be.
  bool needs_mending() const { return needs_mending_; }
  /// It may lag behind the packs in anything.
  void distrust() { needs_mending_ = true; }
  /// Takes away those rows of blocks and versions that nothing could be put in the place of.
  Result<void> forget_unproven();

 private:
  Index(Database database, std::filesystem::path file) : database_(std::move(database)), file_(std::move(file)) {}
  Result<void> prepare(bool packs_exist);
  Result<void> try_to_add(const Addition& addition);
  Result<void> add_block(const Located& block);
  Result<void> purge(std::int64_t archive);

  enum class Depth : std::uint8_t { at_start, whole };
  Result<void> check(Depth depth);
  Result<void> check_old();

  Database database_;
  std::filesystem::path file_;
  bool owes_statements_ = false;
  std::set<std::string> rebuilt_;
  bool needs_mending_ = false;
  std::optional<std::pair<std::uint64_t, Digest>> last_event_;  // number and hash
  std::optional<std::uint64_t> passing_events_;                 // how many there are
};

/// The file's name in the store's directory.
inline constexpr const char* index_name = "coffer.sqlite";

/// Row of: number, time_ms, event, fields, hash. False when the hash is none.
bool read_event(const Row& row, Event& into);

}  // namespace coffer::store
