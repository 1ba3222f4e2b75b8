// What a server must know of one archive, made of what its sessions asked and were answered: blocks, versions, the key's record. No look
// inside the server.
// Must not know: sessions, traces, other archives.
#pragma once

#include <algorithm>
#include <ranges>
#include <set>

#include "archive/version_chain.h"
#include "coffer/spec/limits.h"
#include "keys/key_keeping.h"
#include "protocol/server_session.h"
#include "rigs/oracle.h"

namespace coffer::fuzz {

class ArchiveModel {
 public:
  void offered(View ids, const protocol::MissingFound& found, const std::set<Digest>& releasing) const {
    for (std::size_t i = 0; i * 32 < ids.size(); ++i) {
      const auto id = id_at(ids, i);
      const bool named = std::ranges::count(found.indices, i) != 0;
      const bool repeated = std::ranges::any_of(std::views::iota(std::size_t{0}, i), [&](auto at) { return id_at(ids, at) == id; });
      if (named) demand(!stored_.contains(id) || releasing.contains(id), "ARC-033 a block that is stored is not missing");
      if (!named && !repeated)
        demand(may_have(id) && !releasing.contains(id), "ARC-033 a block of another archive, or of none, is missing");
    }
  }
  void put(const Digest& id) { put_.insert(id); }
  void committed(const protocol::CommitVersion& version, const std::set<Digest>& releasing) {
    demand(continues(version), "ARC-037 a version continues the archive's chain");
    versions_.push_back({version.number, version.link, version.record});
    stored_.merge(put_);
    put_.clear();
    for (const auto& id : releasing) stored_.erase(id), released_.insert(id);
  }
  void refused(const protocol::CommitVersion& version) const { demand(!continues(version), "ARC-037 what continues the chain is stored"); }
  void listed(std::uint64_t from, const protocol::VersionsFound& found) const {
    std::vector<protocol::VersionEntry> expected;
    std::ranges::copy_if(versions_, std::back_inserter(expected), [&](const auto& entry) { return entry.number >= from; });
    demand(found.more == (expected.size() > spec::limits::versions_per_answer_max), "ARC-041 more says whether there are more");
    if (found.more) expected.resize(spec::limits::versions_per_answer_max);
    demand(
        std::ranges::equal(found.entries, expected,
                           [](const auto& a, const auto& b) { return a.number == b.number && a.link == b.link && a.record == b.record; }),
        "ARC-040 the versions that were committed, and no others");
  }
  void listed(const Digest& after, const protocol::BlockIdsFound& found, const std::set<Digest>& releasing) const {
    std::set<Digest> ids;
    for (std::size_t i = 0; i * 32 < found.ids.size(); ++i) ids.insert(id_at(found.ids, i));
    for (const auto& id : ids) demand(may_have(id) && id > after, "ARC-105 ids are of the archive's blocks");
    for (const auto& id : stored_)
      if (id > after && !found.more && !releasing.contains(id)) demand(ids.contains(id), "ARC-105 every block of the archive is listed");
  }
  void loaded(const Digest& id) const { demand(may_have(id), "ARC-053 a block of another archive, or of none, is not sent"); }
  void lacks(const Digest& id) const { demand(!stored_.contains(id), "ARC-053 a block that is stored is sent"); }
  bool has_version(std::uint64_t number) const { return number != 0 && number <= versions_.size(); }
  std::set<Digest> all() const {
    auto every = stored_;
    every.insert(put_.begin(), put_.end());
    return every;
  }
  /// The next version as an honest client commits it; or one of a later number, which is right in all else.
  protocol::CommitVersion next(Octets record, std::uint64_t later = 0) const {
    Digest previous{};
    if (!versions_.empty()) std::ranges::copy(versions_.back().link, previous.begin());
    const auto number = versions_.size() + 1 + later;
    const auto link = archive::link_of(previous, number, record);
    return {number, {previous.begin(), previous.end()}, {link.begin(), link.end()}, std::move(record)};
  }

  Octets key_record;  // empty: none
  Octets device_key;  // empty: none was shown

  static Digest id_at(View ids, std::size_t index) {
    Digest id;
    std::ranges::copy(ids.subspan(index * id.size(), id.size()), id.begin());
    return id;
  }

 private:
  bool may_have(const Digest& id) const { return stored_.contains(id) || put_.contains(id) || released_.contains(id); }
  bool continues(const protocol::CommitVersion& version) const {
    const auto expected = next(version.record);
    return version.number == expected.number && version.previous == expected.previous && version.link == expected.link;
  }

  std::vector<protocol::VersionEntry> versions_;
  std::set<Digest> stored_, put_, released_;  // with a version; without one yet; once, and perhaps not any more
};

}  // namespace coffer::fuzz
