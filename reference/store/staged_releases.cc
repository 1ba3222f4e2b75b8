#include "store/staged_releases.h"

#include <algorithm>

#include "coffer/spec/limits.h"
#include "fault/switch.h"

namespace coffer::store {

// [ARC-154] A server MUST close with field_out_of_range when the ids of a release_blocks take those … beyond 65,536.
bool StagedReleases::ask(std::uint64_t session, std::size_t ids) {
  std::uint64_t& asked = by_session_[session].asked;
  if (ids > spec::limits::releases_per_record_max - asked && !fault::on(fault::ARC_154_any_number)) return false;
  asked += ids;
  return true;
}

void StagedReleases::add(std::uint64_t session, std::int64_t archive, const Digest& id) {
  Staged& staged = by_session_[session];
  staged.archive = archive;
  staged.ids.insert(id);
}

void StagedReleases::keep(std::uint64_t session, const Digest& id) {
  if (const auto staged = by_session_.find(session); staged != by_session_.end()) staged->second.ids.erase(id);
}

void StagedReleases::forget(std::uint64_t session) { by_session_.erase(session); }

// [ARC-111] A server MUST NOT let the release of a block in one archive change what another archive has.
bool StagedReleases::contains(std::uint64_t session, std::int64_t archive, const Digest& id) const {
  if (fault::on(fault::ARC_111_of_all_archives))
    return std::ranges::any_of(by_session_, [&](const auto& one) { return one.second.ids.contains(id); });
  return of(session, archive).contains(id);
}

const std::set<Digest>& StagedReleases::of(std::uint64_t session, std::int64_t archive) const {
  static const std::set<Digest> none;
  auto staged = by_session_.find(session);
  if (fault::on(fault::ARC_109_remembered))
    staged = std::ranges::find_if(by_session_, [&](const auto& one) { return one.second.archive == archive; });
  return staged == by_session_.end() || staged->second.archive != archive ? none : staged->second.ids;
}

}  // namespace coffer::store
