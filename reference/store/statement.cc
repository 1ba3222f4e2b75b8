#include "store/statement.h"

#include <algorithm>
#include <limits>

#include "store/chain.h"

namespace coffer::store {
namespace {

constexpr std::size_t number_octets = 8;
constexpr std::size_t version_head_octets = 3 * number_octets;
constexpr std::size_t computer_octets = 2 * number_octets;
constexpr std::size_t id_octets = 32;
constexpr std::size_t pack_octets = 4;
constexpr std::size_t release_octets = id_octets + pack_octets + number_octets;

void add(Octets& into, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) into.push_back(static_cast<std::uint8_t>(number >> shift));
}

std::uint64_t number_at(View octets, std::size_t index) {
  std::uint64_t number = 0;
  for (const std::uint8_t octet : octets.subspan(index * number_octets, number_octets)) number = (number << 8) | octet;
  return number;
}

Stated with_content(RecordKind kind, std::int64_t archive, const Digest& id, Octets content) {
  return {{archive, id, sha256(content), static_cast<std::uint32_t>(content.size()), kind}, std::move(content)};
}

}  // namespace

Stated stated(const VersionStatement& version) {
  Octets content;
  for (const std::uint64_t number : {version.owner.user, version.owner.computer, version.number}) add(content, number);
  content.insert(content.end(), version.record.begin(), version.record.end());
  return with_content(RecordKind::version, version.archive, version.link, std::move(content));
}

Stated stated(const ComputerStatement& computer) {
  Octets content;
  for (const std::uint64_t number : {computer.computer, computer.user}) add(content, number);
  return with_content(RecordKind::computer, 0, {}, std::move(content));
}

Stated stated(const ReleaseStatement& release) {
  Octets content;
  content.reserve(number_octets + release.blocks.size() * release_octets);
  add(content, release.number);
  for (const Release& block : release.blocks) {
    content.insert(content.end(), block.id.begin(), block.id.end());
    for (int shift = 24; shift >= 0; shift -= 8) content.push_back(static_cast<std::uint8_t>(block.up_to.pack >> shift));
    add(content, block.up_to.offset);
  }
  return with_content(RecordKind::release, release.archive, release.link, std::move(content));
}

Stated stated(const GoneStatement& gone) {
  Octets content;
  for (int shift = 24; shift >= 0; shift -= 8) content.push_back(static_cast<std::uint8_t>(gone.pack >> shift));
  return with_content(RecordKind::gone, 0, {}, std::move(content));
}

Stated stated(const PurgedStatement& purged) { return with_content(RecordKind::purged, purged.archive, {}, {}); }

std::optional<VersionStatement> version_in(const RecordRead& read) {
  if (read.state != RecordRead::State::whole || (read.record.kind != RecordKind::version && read.record.kind != RecordKind::version_again))
    return std::nullopt;
  if (read.record.archive <= 0 || read.sealed.size() < version_head_octets) return std::nullopt;
  const View content(read.sealed);
  const std::uint64_t number = number_at(content, 2);
  if (number == 0 || number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  const View record = content.subspan(version_head_octets);
  return VersionStatement{
      read.record.archive, {number_at(content, 0), number_at(content, 1)}, number, read.record.id, {record.begin(), record.end()}};
}

std::optional<ComputerStatement> computer_in(const RecordRead& read) {
  if (read.state != RecordRead::State::whole || read.record.kind != RecordKind::computer) return std::nullopt;
  if (read.sealed.size() != computer_octets) return std::nullopt;
  return ComputerStatement{number_at(read.sealed, 0), number_at(read.sealed, 1)};
}

std::optional<ReleaseStatement> release_in(const RecordRead& read) {
  if (read.state != RecordRead::State::whole || read.record.kind != RecordKind::release || read.record.archive <= 0) return std::nullopt;
  if (read.sealed.size() < number_octets || (read.sealed.size() - number_octets) % release_octets != 0) return std::nullopt;
  ReleaseStatement release{read.record.archive, number_at(read.sealed, 0), read.record.id, {}};
  for (View rest = View(read.sealed).subspan(number_octets); !rest.empty(); rest = rest.subspan(release_octets)) {
    Release block;
    std::copy_n(rest.begin(), id_octets, block.id.begin());
    for (const std::uint8_t octet : rest.subspan(id_octets, pack_octets)) block.up_to.pack = (block.up_to.pack << 8) | octet;
    block.up_to.offset = number_at(rest.subspan(id_octets + pack_octets), 0);
    release.blocks.push_back(block);
  }
  return release;
}

std::optional<GoneStatement> gone_in(const RecordRead& read) {
  if (read.state != RecordRead::State::whole || read.record.kind != RecordKind::gone || read.sealed.size() != pack_octets)
    return std::nullopt;
  GoneStatement gone;
  for (const std::uint8_t octet : read.sealed) gone.pack = (gone.pack << 8) | octet;
  return gone;
}

std::optional<PurgedStatement> purged_in(const RecordRead& read) {
  if (read.state != RecordRead::State::whole || read.record.kind != RecordKind::purged || read.record.archive <= 0 || !read.sealed.empty())
    return std::nullopt;
  return PurgedStatement{read.record.archive};
}

void StatedChain::take(VersionStatement version) {
  if (version.number <= known_) return;
  const bool newest = candidates_.empty() || version.number >= candidates_.rbegin()->first;
  candidates_[version.number].push_back({std::move(version), newest});
}

bool StatedChain::fill(VersionStatement version) {
  auto& candidates = candidates_[version.number];
  if (!candidates.empty()) return false;
  candidates.push_back({std::move(version), false});
  return true;
}

std::map<std::uint64_t, VersionStatement> StatedChain::versions() const {
  std::map<std::uint64_t, VersionStatement> chosen;
  for (auto number = candidates_.rbegin(); number != candidates_.rend(); ++number) {
    const auto next = chosen.find(number->first + 1);
    const Candidate* best = &number->second.front();
    bool continued = false;
    for (const Candidate& candidate : number->second) {
      const bool goes_on = next != chosen.end() && next->second.link == link_of(candidate.version.link, next->first, next->second.record);
      if (goes_on || (!continued && candidate.was_newest)) best = &candidate;
      continued |= goes_on;
    }
    chosen.emplace(number->first, best->version);
  }
  return chosen;
}

}  // namespace coffer::store
