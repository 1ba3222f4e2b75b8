// Which blocks the next commit of each session releases. Must not know: how, and where blocks stand. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>

#include "protocol/octets.h"

namespace coffer::store {

class StagedReleases {
 public:
  /// Before the first add() of some ids, whether the archive has them or not. False: with those that were asked for since forget() they are
  /// too many [ARC-154]; so no session's take more than some 5 MB of memory.
  bool ask(std::uint64_t session, std::size_t ids);
  void add(std::uint64_t session, std::int64_t archive, const Digest& id);
  /// A block that is put again stays.
  void keep(std::uint64_t session, const Digest& id);
  void forget(std::uint64_t session);

  bool contains(std::uint64_t session, std::int64_t archive, const Digest& id) const;
  /// What the session releases of this archive, ascending.
  const std::set<Digest>& of(std::uint64_t session, std::int64_t archive) const;

 private:
  struct Staged {
    std::int64_t archive = 0;
    std::uint64_t asked = 0;
    std::set<Digest> ids;
  };
  std::map<std::uint64_t, Staged> by_session_;
};

}  // namespace coffer::store
