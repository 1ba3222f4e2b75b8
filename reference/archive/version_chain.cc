#include "archive/version_chain.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <botan/hash.h>

#include "archive/seal.h"
#include "coffer/spec/limits.h"
#include "fault/switch.h"

namespace coffer::archive {
namespace {

std::array<std::uint8_t, 8> big_endian(std::uint64_t number) {
  std::array<std::uint8_t, 8> octets{};
  for (std::size_t i = 0; i < octets.size(); ++i) octets[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return octets;
}

// [ARC-020] with the octet 0x02, the archive identifier, the version's number (8 octets big-endian) and the previous link as associated
// data
Octets associated_data(const keys::ArchiveId& archive, std::uint64_t number, const Digest& previous) {
  Octets data{0x02};
  data.insert(data.end(), archive.begin(), archive.end());
  if (!fault::on(fault::ARC_020_of_any_number)) std::ranges::copy(big_endian(number), std::back_inserter(data));
  data.insert(data.end(), previous.begin(), previous.end());
  return data;
}

}  // namespace

Digest link_of(const Digest& previous, std::uint64_t number, View sealed_record) {
  constexpr std::string_view label = "coffer/1 link";
  const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
  hash->update(reinterpret_cast<const std::uint8_t*>(label.data()), label.size());
  if (!fault::on(fault::ARC_021_of_the_record_alone)) hash->update(previous.data(), previous.size());
  const auto octets = big_endian(number);
  hash->update(octets.data(), octets.size());
  hash->update(sealed_record.data(), sealed_record.size());
  Digest link;
  hash->final(link.data());
  return link;
}

struct RecordVault::Tools {
  keys::ArchiveId archive;
  keys::Secret key;
  SealBox box;
};

RecordVault::RecordVault(const keys::ArchiveKeys& keys) : tools_(std::make_unique<Tools>()) {
  tools_->archive = keys.archive;
  tools_->key = keys.record;
}
RecordVault::~RecordVault() = default;
RecordVault::RecordVault(RecordVault&&) noexcept = default;
RecordVault& RecordVault::operator=(RecordVault&&) noexcept = default;

// [ARC-028] The plaintext of a sealed version record MUST be one canonical VersionRecord and nothing before or behind it.
std::expected<Octets, ArchiveError> RecordVault::seal(const VersionRecord& record, Botan::RandomNumberGenerator& random) {
  Octets plaintext = encode(record);
  if (fault::on(fault::ARC_028_word_behind_the_record)) plaintext.resize(plaintext.size() + 8);
  Octets sealed = tools_->box.seal(tools_->key, associated_data(tools_->archive, record.number, record.previous), plaintext, random);
  if (sealed.size() > spec::limits::record_octets_max) return std::unexpected(ArchiveError::record_length);
  return sealed;
}

std::expected<VersionRecord, ArchiveError> RecordVault::open(std::uint64_t number, const Digest& previous, View sealed) {
  if (sealed.size() < spec::limits::sealed_block_octets_min || sealed.size() > spec::limits::record_octets_max)
    return std::unexpected(ArchiveError::record_length);
  const auto plaintext = tools_->box.open(tools_->key, associated_data(tools_->archive, number, previous), sealed);
  if (!plaintext) return std::unexpected(plaintext.error());
  auto record = decode_record(*plaintext);
  // [ARC-045] A client MUST refuse a version record whose number or previous link is not its version's …
  if (record && (record->number != number || record->previous != previous) && !fault::on(fault::ARC_045_of_another_version))
    return std::unexpected(ArchiveError::record_differs);
  return record;
}

ChainVerifier::ChainVerifier(RecordVault& vault, std::optional<ChainPoint> remembered, ChainPoint start)
    : vault_(&vault), remembered_(remembered), head_(start) {}

// [ARC-024] A client MUST refuse versions whose links, numbers or seals do not form one chain from the first.
std::expected<VersionRecord, ArchiveError> ChainVerifier::accept(std::uint64_t number, View link, View sealed_record) {
  if (number != head_.number + 1 && !fault::on(fault::ARC_024_any_number)) return std::unexpected(ArchiveError::number_not_next);
  const Digest expected = link_of(head_.link, number, sealed_record);
  if (!std::ranges::equal(expected, link) && !fault::on(fault::ARC_024_any_link)) return std::unexpected(ArchiveError::link_differs);
  // [ARC-025] A client MUST refuse a chain that does not contain the newest version it has itself committed or seen.
  if (remembered_ && remembered_->number == number && remembered_->link != expected) return std::unexpected(ArchiveError::rolled_back);
  auto record = vault_->open(number, head_.link, sealed_record);
  if (record) head_ = {number, expected};
  return record;
}

std::expected<ChainPoint, ArchiveError> ChainVerifier::finish() const {
  if (remembered_ && head_.number < remembered_->number) return std::unexpected(ArchiveError::rolled_back);
  return head_;
}

}  // namespace coffer::archive
