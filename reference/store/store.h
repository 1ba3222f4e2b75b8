// Archives of sealed blocks in one directory: `packs/NNNNNNNN.pack` hold the octets and say which versions exist and whose a computer is,
// `coffer.sqlite` says what stands where, and what happened. Nothing is acknowledged before it is on stable storage; packs are written and
// synced before the index speaks of them, so that it can be made anew from them (rebuild.h). Must not know: sockets, sessions, accounts,
// keys; to it a sealed block is octets with a checksum.
//
// Room for 10 TB and more: packs are files of 1 GiB that are found by number, so only the index grows with what is stored. A block has one
// row there of 67 octets on the disk (150 before its checksum, which its record has, and the way in by place went), 6.7 MB for 100,000
// blocks, 3.4 GB for the 50 million blocks of 200 kB that make 10 TB. Nothing of it stays in memory but SQLite's 2 MB of pages. Measured at
// 10 million rows in 20 archives, on two processors busy otherwise: a lookup 17 us whether the block is there or not, counting what is live
// of each pack 0.6 s a million (in the background, through a connection of its own), opening 1.7 s a million, for every row is proven then.
// `coffer_bench store` takes the figures.
//
// Every operation may be called from any thread; all but the reading and checking of pack octets in load() run one at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffer/spec/limits.h"
#include "protocol/message.h"
#include "store/event_log.h"
#include "store/file_system.h"
#include "store/statement.h"
#include "store/trouble.h"
#include "store/upkeep.h"
#include "store/verify.h"

namespace coffer::store {

struct StoreOptions {
  std::uint64_t pack_octets_max = std::uint64_t{1} << 30;        // a new pack begins beyond it
  std::uint64_t unindexed_octets_max = std::uint64_t{64} << 20;  // received blocks are synced and indexed at least this often, and
  std::size_t unindexed_blocks_max = 100'000;                    // as often as this: each takes some 200 octets of memory until then
  std::uint64_t passing_events_max = 100'000;                    // events kept while new: beyond it the oldest of them goes
  /// Whether opening mends, before anyone is served, rows of the index that are not what was written; that reads all packs. Who verifies
  /// anyway mends then.
  bool mend_at_start = true;
  /// How many octets of blocks a user may have in all archives together; nullopt: as many as there is room for.
  std::function<std::optional<std::uint64_t>(std::uint64_t user)> quota_octets = {};
  /// Blocks are refused when they would leave less room on the disk than this and as much as the index has: releasing and compacting need
  /// some, and a disk that is full to the brim could not be emptied. 0: as long as there is any.
  std::uint64_t reserve_octets = 0;
  /// A pack of which less than this counts is compacted.
  unsigned live_percent_min = 60;
  /// Told in words what is found lost or damaged, as it is found: of an operator's log. Must not call the store.
  std::function<void(const std::string& what)> on_damage = {};
};

/// One user's archive on one computer, as one session sees it: ask archive_of() once a session.
struct Archive {
  std::int64_t row = 0;
  std::uint64_t generation = 0;
  Owner owner;
  std::uint64_t session = 0;  // whose staged releases count
};

struct StoredBlock {
  Digest checksum{};
  Octets sealed;
};

struct NewBlock {
  Digest id{}, checksum{};
  View sealed;
};

struct BlockIdPage {
  std::vector<Digest> ids;  // ascending
  bool more = false;
};

struct VersionPage {
  std::vector<protocol::VersionEntry> entries;
  bool more = false;
};

/// What a user had.
struct Purged {
  std::uint64_t archives = 0, octets = 0;  // of sealed blocks
};

enum class CommitOutcome : std::uint8_t { committed, conflict };

class Store {
 public:
  /// Makes the store if the directory is empty or does not exist, else recovers it: packs longer than the index knows are read, their whole
  /// records indexed, their torn end cut off; rows of blocks and versions that are not what was written are written anew. Nothing is
  /// changed when the index is damaged: see rebuild.h. `files` (rooted in `directory`) must outlive the store. `clock` dates events.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& directory, FileSystem& files, Clock clock,
                                             StoreOptions options = {});
  /// Indexes what was received, as settle().
  ~Store();

  /// The archive of this user on this computer; made if there is none [IDN-024].
  Result<Archive> archive_of(std::uint64_t user, std::uint64_t computer, std::uint64_t session = 0);

  /// Indices into `ids` (32 octets each) of those that the archive lacks, increasing, a repeated id once [ARC-033]. Blocks known to be
  /// damaged count as lacking, so that the next backup brings them again; and those that this session is about to release.
  Result<std::vector<std::uint16_t>> missing(Archive archive, View ids);

  /// Ids of the archive's blocks behind `after` (zero: from the first), ascending, at most `limit`: received and damaged ones too, those
  /// that this session is about to release not.
  Result<BlockIdPage> block_ids(Archive archive, const Digest& after, std::size_t limit);

  /// The session's next commit releases these blocks (32 octets each) of its archive, in one with its version; nothing is durable before.
  /// Ids that the archive lacks are passed over. A block that is put again stays. Trouble too_many when one record may not release so many.
  Result<void> stage_release(Archive archive, View ids);
  /// What the session has staged is forgotten.
  void end_session(std::uint64_t session);

  /// Appends blocks whose checksums the caller has verified. Not yet on stable storage. Trouble over_quota when their user has no room for
  /// them: some of those before the first that is too much may be kept.
  Result<void> put(Archive archive, std::span<const NewBlock> blocks);
  Result<void> put(Archive archive, const Digest& id, const Digest& checksum, View sealed) {
    return put(archive, std::vector<NewBlock>{{id, checksum, sealed}});
  }

  /// Syncs and indexes every block received so far: call it when a session ends without a commit, so that the next run continues there.
  Result<void> settle();

  /// Adds a version if it continues the archive's chain [ARC-037]; it and every block received before it are on stable storage afterwards
  /// [ARC-038, ARC-060], and what the session has staged is released; or nothing of it is visible [ARC-043] and nothing released.
  Result<CommitOutcome> commit(Archive archive, const protocol::CommitVersion& version);

  /// Versions from a number on, ascending, at most `limit` [ARC-040, ARC-041].
  Result<VersionPage> versions(Archive archive, std::uint64_t from, std::size_t limit = spec::limits::versions_per_answer_max);

  /// The block as it was stored; nullopt when the archive lacks it or its octets no longer match, which is then noted in the event log.
  Result<std::optional<StoredBlock>> load(Archive archive, const Digest& id);
  /// The same for several ids (32 octets each), from the first on: at least one, and not many more than have `octets_enough` together.
  Result<std::vector<std::optional<StoredBlock>>> load(Archive archive, View ids, std::size_t octets_enough);

  /// Logs durably that a restore begins [ARC-050]; false when the archive has no such version.
  Result<bool> begin_restore(Archive archive, std::uint64_t version, std::uint16_t purpose);
  /// Logs durably that a restore ended [ARC-054].
  Result<void> end_restore(Archive archive, bool complete);

  /// Appends one line to the event log: survives the end of the process at once, a loss of power with the next commit or settle.
  Result<void> note(std::string_view event, std::span<const std::pair<std::string_view, std::string>> fields, Keep keep = Keep::always);

  /// The same, and on stable storage when it returns.
  Result<void> note_durably(std::string_view event, std::span<const std::pair<std::string_view, std::string>> fields);

  /// Computers and the users they belong to [IDN-023]; bind() is durable when it returns, and keeps the first user.
  Result<std::map<std::uint64_t, std::uint64_t>> bindings();
  Result<void> bind(std::uint64_t computer, std::uint64_t user);

  /// Nothing of the user's archives counts from now on, durably; or, when it fails, all of it does. Their octets leave the packs with
  /// compaction. What is received for others goes on. No session may be open on them: those that are fail from now on.
  Result<Purged> purge(std::uint64_t user);

  /// Reads every pack, version and event and names what is damaged, missing or orphaned. What it finds damaged, missing() then reports,
  /// what it finds whole, it does not. Holds every other operation up.
  Result<VerifyReport> verify();

  /// Goes on with compacting, by about so many octets read and written: copies what counts of a pack into the newest, then takes the pack
  /// away. At each moment all that was acknowledged stands on stable storage, and the index leads to it. May be called from one thread of
  /// its own: others wait for it no longer than for a put() or settle() of these octets.
  Result<Compacted> compact_some(std::uint64_t octets, Newest newest = Newest::spared);

  /// Goes on with reading all packs, by about so many octets: a block that is not what was stored counts as lacking from then on, and is
  /// noted in the event log. The place is kept when the store is closed. With 0 octets only says how far it is. From one thread, likewise.
  Result<Scrubbed> scrub_some(std::uint64_t octets);

  /// Counts what sessions asked: whoever works in the background sees by it whether they are at work.
  std::uint64_t operations() const;

  class Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace coffer::store
