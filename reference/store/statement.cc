#include "store/statement.h"

#include <algorithm>
#include <limits>

namespace coffer::store {
namespace {

constexpr std::size_t number_octets = 8;
constexpr std::size_t version_head_octets = 3 * number_octets;
constexpr std::size_t computer_octets = 2 * number_octets;

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

std::optional<VersionStatement> version_in(const RecordRead& read) {
  if (read.state != RecordRead::State::whole || read.record.kind != RecordKind::version) return std::nullopt;
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

void StatedChain::take(VersionStatement version) {
  if (version.number <= known_) return;
  const bool newest = versions_.empty() || version.number >= versions_.rbegin()->first;
  if (newest)
    versions_.insert_or_assign(version.number, std::move(version));
  else
    versions_.try_emplace(version.number, std::move(version));
}

}  // namespace coffer::store
