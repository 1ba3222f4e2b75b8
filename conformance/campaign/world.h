// What a server has to know after all that was said to it: archives, whose computers are whose, who is on them. What the wire left open
// (a block of a session that ended without a commit) is kept as open. Must not know: traces, connections.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "judge/fixture.h"
#include "wire/archive.h"

namespace coffer::conformance {

/// An archive as its owner's sessions have made it.
struct KnownArchive {
  struct Version {
    std::uint64_t number;
    Octets link, record;
  };
  std::map<Octets, SealedBlock> blocks;
  std::set<Octets> doubtful;  // of blocks: those that may be gone, for their session ended without a commit
  std::vector<Version> versions;
  Octets key_record, device_key;  // empty: none, not seen yet

  std::uint64_t next_number() const { return versions.size() + 1; }
  Octets last_link() const { return versions.empty() ? first_previous() : versions.back().link; }
  bool has(const Octets& id) const { return blocks.contains(id) && !doubtful.contains(id); }
  bool lacks(const Octets& id) const { return !blocks.contains(id); }
};

struct World {
  /// Of the fixture's own computers sessions of others may not have ended yet.
  explicit World(const Fixture& fixture_);

  const Fixture& fixture;
  std::map<std::pair<std::uint64_t, std::uint64_t>, KnownArchive> archives;  // by user and computer
  std::map<std::uint64_t, std::uint64_t> owners;                             // of computers that the fixture does not speak of
  std::set<std::uint64_t> taken;                                             // computers with a session whose user is verified
  std::set<std::uint64_t> perhaps_taken;                                     // whose session was left without a word

  /// Whether it is a computer of the fixture.
  bool shared(std::uint64_t computer) const;
  /// 0: nobody's.
  std::uint64_t owner(std::uint64_t computer) const;
  /// [IDN-002, IDN-025]
  bool admissible(std::uint64_t computer) const;
  /// Whose login this is; nullptr: it is refused for what it says [IDN-011, IDN-013, IDN-016, IDN-018, IDN-019].
  const Account* account_of(const Message& login, const std::vector<Account>& accounts) const;
};

}  // namespace coffer::conformance
