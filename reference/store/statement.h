// What the records beside the blocks say: which versions there are and whose, and whose a computer is. Each is in a pack, and on stable
// storage, before it is acknowledged: with the blocks they are all that the index can be made anew from.
//
//   version   user u64 · computer u64 · number u64 · sealed version record     its link is the record's id
//   computer  computer u64 · user u64
//   release   number u64 of the version that releases, its link the record's id · for each block: id 32 · pack u32 · offset u64
//   gone      pack u32
//   purged    nothing: the record's head says which archive
//
// A release says of each block that its records at that place and before it count no longer. So it means the same wherever it stands
// itself, and takes nothing from a block that is stored again. It counts if its version does: it is on stable storage before the version is
// stated. Not in the version's own record, because a million blocks are 44 MB; not as "this id is gone", because copying live records to
// later packs would change what that means.
//
// Gone: everything that counted in that pack stands, or was released, elsewhere. An index of before the pack went learns so that nothing
// is lost with it.
//
// Purged: nothing of that archive counts, wherever it stands. Its number is given to no other, so that a copy of this means the same
// everywhere; it is kept for good.
//
// Must not know: the index, files.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "protocol/octets.h"
#include "store/pack.h"

namespace coffer::store {

struct Owner {
  std::uint64_t user = 0, computer = 0;
  bool operator==(const Owner&) const = default;
};

struct VersionStatement {
  std::int64_t archive = 0;
  Owner owner;
  std::uint64_t number = 0;
  Digest link{};
  Octets record;
};

/// This computer belongs to this user.
struct ComputerStatement {
  std::uint64_t computer = 0, user = 0;
};

struct Release {
  Digest id{};
  Place up_to;  // its records here and before count no longer
};

/// Blocks that a version releases.
struct ReleaseStatement {
  std::int64_t archive = 0;
  std::uint64_t number = 0;
  Digest link{};
  std::vector<Release> blocks;
};
/// So many fit one record.
inline constexpr std::size_t releases_per_statement_max = 20'000;

struct GoneStatement {
  std::uint32_t pack = 0;
};

struct PurgedStatement {
  std::int64_t archive = 0;
};

/// A record and what follows its header.
struct Stated {
  Record record;
  Octets content;
};
Stated stated(const VersionStatement& version);
Stated stated(const ComputerStatement& computer);
Stated stated(const ReleaseStatement& release);
Stated stated(const GoneStatement& gone);
Stated stated(const PurgedStatement& purged);

/// What a whole record says; nullopt when it is of another kind, or says nothing that this program would have written.
std::optional<VersionStatement> version_in(const RecordRead& read);
std::optional<ComputerStatement> computer_in(const RecordRead& read);
std::optional<ReleaseStatement> release_in(const RecordRead& read);
std::optional<GoneStatement> gone_in(const RecordRead& read);
std::optional<PurgedStatement> purged_in(const RecordRead& read);

/// The versions of one archive out of statements in the order in which they were written.
///
/// A number may be stated twice with different links: by a commit that did not get into the index, and by the next attempt, which counts.
/// Attempts are made at the newest version only, but either may stand later among others, copied there or said again for one that was
/// damaged. So the one counts that the next version continues; where nothing tells by that, the last of those that were the newest when
/// they came; else the first.
class StatedChain {
 public:
  /// Versions up to this number are known to the index, and not taken.
  explicit StatedChain(std::uint64_t known = 0) : known_(known) {}
  void take(VersionStatement version);
  /// Takes it only where nothing was stated, and says whether it did.
  bool fill(VersionStatement version);
  std::map<std::uint64_t, VersionStatement> versions() const;

 private:
  struct Candidate {
    VersionStatement version;
    bool was_newest = false;
  };
  std::uint64_t known_;
  std::map<std::uint64_t, std::vector<Candidate>> candidates_;
};

}  // namespace coffer::store
