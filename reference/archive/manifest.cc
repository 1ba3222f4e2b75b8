#include "archive/manifest.h"

#include <algorithm>
#include <array>
#include <utility>

#include "fault/switch.h"

namespace coffer::archive {
namespace {

constexpr std::size_t length_octets = 4;

// Behind a lost block: how much more than what is there is decoded before it is given up, and how long an entry may be to be waited for. A
// manifest is input, and whoever made it may have filled it with what looks like entries.
constexpr std::size_t search_octets_max = 32U << 20U;
constexpr std::size_t cut_off_octets_max = 64U << 20U;
/// The shortest Entry: the pointer to its root, the one to its path, and a word with that.
constexpr std::size_t entry_octets_min = 24;

std::uint32_t big_endian(View octets) {
  return static_cast<std::uint32_t>(octets[0]) << 24 | static_cast<std::uint32_t>(octets[1]) << 16 |
         static_cast<std::uint32_t>(octets[2]) << 8 | octets[3];
}

std::array<std::uint8_t, length_octets> big_endian(std::size_t length) {
  return {static_cast<std::uint8_t>(length >> 24), static_cast<std::uint8_t>(length >> 16), static_cast<std::uint8_t>(length >> 8),
          static_cast<std::uint8_t>(length)};
}

/// Whether a length and a canonical Entry may begin here, as far as what is there shows.
bool may_begin(View rest) {
  if (rest.size() < length_octets) return true;
  const std::size_t length = big_endian(rest);
  return length >= entry_octets_min && length % 8 == 0 && may_begin_entry(rest.subspan(length_octets));
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
  if (fault::on(fault::ARC_022_length_little_endian)) {
    auto length = big_endian(octets.size());
    std::ranges::reverse(length);
    cutter_.feed(length);
  } else {
    cutter_.feed(big_endian(octets.size()));
  }
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

void ManifestReader::lose() {
  buffer_.clear();
  begin_ = 0;
  lost_ = searching_ = true;
}

/// nullopt: `rest` ends before the entry does.
std::expected<std::optional<ManifestReader::Piece>, ArchiveError> ManifestReader::piece(View rest, const std::string& after) {
  if (rest.size() < length_octets) return std::nullopt;
  const std::size_t length = big_endian(rest);
  if (rest.size() - length_octets < length) return std::nullopt;
  auto entry = decode_entry(rest.subspan(length_octets, length));
  if (!entry) return std::unexpected(entry.error());
  if (entry->path <= after && !fault::on(fault::ARC_022_any_order)) return std::unexpected(ArchiveError::entries_not_ascending);
  return Piece{std::move(*entry), length_octets + length};
}

/// Whether entries stand from `begin` to the end of the buffer, the last one perhaps cut off there. Errors: what stands behind a first
/// entry is an entry that a manifest must not have.
std::expected<bool, ArchiveError> ManifestReader::entries_from(std::size_t begin, std::size_t& octets_left) const {
  std::string last = last_path_;
  std::size_t at = begin;
  while (true) {
    const View rest = View(buffer_).subspan(at);
    if (!may_begin(rest)) return false;
    auto one = piece(rest, last);
    if (!one && (at == begin || one.error() == ArchiveError::entry_malformed)) return false;
    if (!one) return std::unexpected(one.error());
    if (!*one) return at != begin;
    octets_left -= std::min(octets_left, (*one)->octets);
    if (octets_left == 0) return false;
    at += (*one)->octets;
    last = std::move((*one)->entry.path);
  }
}

/// Behind a lost block: whether the next entry is found, and begin_ stands at it.
std::expected<bool, ArchiveError> ManifestReader::search() {
  std::size_t octets_left = search_octets_max + 2 * buffer_.size();
  std::optional<std::size_t> cut_off;  // where an entry may begin that ends in a later block
  for (std::size_t at = begin_; at < buffer_.size() && octets_left > 0; ++at) {
    const View rest = View(buffer_).subspan(at);
    if (!may_begin(rest)) continue;
    const bool whole = rest.size() >= length_octets && rest.size() - length_octets >= big_endian(rest);
    if (!whole && !cut_off && buffer_.size() - at <= cut_off_octets_max) cut_off = at;
    if (!whole) continue;
    const auto found = entries_from(at, octets_left);
    if (!found) return found;
    if (!*found) continue;
    begin_ = at;
    searching_ = false;
    return true;
  }
  begin_ = octets_left > 0 ? cut_off.value_or(buffer_.size()) : buffer_.size();
  return false;
}

std::expected<std::optional<Entry>, ArchiveError> ManifestReader::next() {
  if (failed_) return std::unexpected(*failed_);
  const auto fail = [this](ArchiveError error) {
    failed_ = error;
    return std::unexpected(error);
  };
  if (searching_) {
    const auto found = search();
    if (!found) return fail(found.error());
    if (!*found) return std::nullopt;
  }
  auto one = piece(View(buffer_).subspan(begin_), last_path_);
  if (!one) return fail(one.error());
  if (!*one) return std::nullopt;
  begin_ += (*one)->octets;
  last_path_ = (*one)->entry.path;
  ++entry_count_;
  content_octets_ += (*one)->entry.size;
  return std::move((*one)->entry);
}

std::expected<void, ArchiveError> ManifestReader::finish(const VersionRecord& record) const {
  if (failed_) return std::unexpected(*failed_);
  if (lost_ && entry_count_ <= record.entry_count && content_octets_ <= record.content_octets) return {};
  if (begin_ != buffer_.size() && !lost_) return std::unexpected(ArchiveError::manifest_truncated);
  // [ARC-046] A client MUST refuse a manifest whose number of entries or sum of file sizes is not what its version record says.
  if ((entry_count_ != record.entry_count || content_octets_ != record.content_octets) && !fault::on(fault::ARC_046_not_counted))
    return std::unexpected(ArchiveError::manifest_differs);
  return {};
}

}  // namespace coffer::archive
