#include "archive/manifest.h"

#include <array>
#include <utility>

#include "fault/switch.h"

namespace coffer::archive {
namespace {

constexpr std::size_t length_octets = 4;

std::uint32_t big_endian(View octets) {
  return static_cast<std::uint32_t>(octets[0]) << 24 | static_cast<std::uint32_t>(octets[1]) << 16 |
         static_cast<std::uint32_t>(octets[2]) << 8 | octets[3];
}

std::array<std::uint8_t, length_octets> big_endian(std::size_t length) {
  return {static_cast<std::uint8_t>(length >> 24), static_cast<std::uint8_t>(length >> 16), static_cast<std::uint8_t>(length >> 8),
          static_cast<std::uint8_t>(length)};
}

}  // namespace

ManifestWriter::ManifestWriter(const GearTable& table, BlockVault& vault, NamedBlockSink sink)
    : cutter_(table, [this, &vault, sink = std::move(sink)](View block) {
        const Digest id = vault.id(BlockKind::manifest, block);
        summary_.ids.push_back(id);
        sink({BlockKind::manifest, id, Octets(block.begin(), block.end())});
      }) {}

// [ARC-022] A manifest MUST be the entries in ascending octet order of their paths, each as a length and a canonical Entry.
std::expected<void, ArchiveError> ManifestWriter::add(const Entry& entry) {
  if (const auto checked = check_entry(entry); !checked) return checked;
  if (entry.path <= last_path_) return std::unexpected(ArchiveError::entries_not_ascending);
  const Octets octets = encode(entry);
  cutter_.feed(big_endian(octets.size()));
  cutter_.feed(octets);
  last_path_ = entry.path;
  ++summary_.entry_count;
  summary_.content_octets += entry.size;
  return {};
}

ManifestSummary ManifestWriter::finish() {
  cutter_.finish();
  return std::exchange(summary_, {});
}

void ManifestReader::feed(View block) {
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
  buffer_.insert(buffer_.end(), block.begin(), block.end());
}

std::expected<std::optional<Entry>, ArchiveError> ManifestReader::next() {
  if (failed_) return std::unexpected(*failed_);
  const View rest = View(buffer_).subspan(begin_);
  if (rest.size() < length_octets) return std::nullopt;
  const std::size_t length = big_endian(rest);
  if (rest.size() - length_octets < length) return std::nullopt;
  auto entry = decode_entry(rest.subspan(length_octets, length));
  if (entry && entry->path <= last_path_ && !fault::on(fault::ARC_022_any_order))
    entry = std::unexpected(ArchiveError::entries_not_ascending);
  if (!entry) {
    failed_ = entry.error();
    return std::unexpected(*failed_);
  }
  begin_ += length_octets + length;
  last_path_ = entry->path;
  ++entry_count_;
  content_octets_ += entry->size;
  return std::move(*entry);
}

std::expected<void, ArchiveError> ManifestReader::finish(const VersionRecord& record) const {
  if (failed_) return std::unexpected(*failed_);
  if (begin_ != buffer_.size()) return std::unexpected(ArchiveError::manifest_truncated);
  // [ARC-046] A client MUST refuse a manifest whose number of entries or sum of file sizes is not what its version record says.
  if ((entry_count_ != record.entry_count || content_octets_ != record.content_octets) && !fault::on(fault::ARC_046_not_counted))
    return std::unexpected(ArchiveError::manifest_differs);
  return {};
}

}  // namespace coffer::archive
