// What the records beside the blocks say: which versions there are and whose, and whose a computer is. Each is in a pack, and on stable
// storage, before it is acknowledged: with the blocks they are all that the index can be made anew from.
//
//   version   user u64 · computer u64 · number u64 · sealed version record     its link is the record's id
//   computer  computer u64 · user u64
//
// Must not know: the index, files.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

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

/// A record and what follows its header.
struct Stated {
  Record record;
  Octets content;
};
Stated stated(const VersionStatement& version);
Stated stated(const ComputerStatement& computer);

/// What a whole record says; nullopt when it is of another kind, or says nothing that this program would have written.
std::optional<VersionStatement> version_in(const RecordRead& read);
std::optional<ComputerStatement> computer_in(const RecordRead& read);

/// The versions of one archive out of statements in the order in which they were written.
///
/// A version is stated when all before it are in the index, so only the newest can be stated twice with different links: a commit that did
/// not get into the index, and the next attempt, which counts. One that comes late and is older stands for one that was damaged.
class StatedChain {
 public:
  /// Versions up to this number are known to the index, and not taken.
  explicit StatedChain(std::uint64_t known = 0) : known_(known) {}
  void take(VersionStatement version);
  /// Takes it only where nothing was stated, and says whether it did.
  bool fill(VersionStatement version) { return versions_.try_emplace(version.number, std::move(version)).second; }
  const std::map<std::uint64_t, VersionStatement>& versions() const { return versions_; }

 private:
  std::uint64_t known_;
  std::map<std::uint64_t, VersionStatement> versions_;
};

}  // namespace coffer::store
