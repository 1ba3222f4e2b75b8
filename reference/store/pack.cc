#include "store/pack.h"

#include <botan/hash.h>
#include <fmt/core.h>

#include <algorithm>

#include "coffer/spec/limits.h"
#include "fault/switch.h"

namespace coffer::store {
namespace {

constexpr std::array<std::uint8_t, 8> pack_magic{'C', 'F', 'R', 'P', 'A', 'C', 'K', '\n'};
constexpr std::array<std::uint8_t, 3> record_magic{'C', 'F', 'R'};
constexpr std::size_t kind_offset = 3;
constexpr std::uint32_t pack_version = 1;
constexpr std::size_t check_offset = 80;

template <std::unsigned_integral T>
void put(std::span<std::uint8_t> into, std::size_t offset, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) into[offset + i] = static_cast<std::uint8_t>(value >> (8 * (sizeof(T) - 1 - i)));
}

template <std::unsigned_integral T>
T number_at(View octets, std::size_t offset) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>((value << 8) | octets[offset + i]);
  return value;
}

std::array<std::uint8_t, 8> record_check(std::uint32_t pack, std::uint64_t offset, View header) {
  std::array<std::uint8_t, 12> place{};
  put(place, 0, pack);
  put(place, 4, offset);
  std::array<std::uint8_t, sizeof(place) + check_offset> input{};
  std::copy(place.begin(), place.end(), input.begin());
  std::copy_n(header.begin(), check_offset, input.begin() + place.size());
  const auto digest = sha256(input);
  std::array<std::uint8_t, 8> check{};
  std::copy_n(digest.begin(), check.size(), check.begin());
  return check;
}

bool is_kind(std::uint8_t octet) {
  switch (static_cast<RecordKind>(octet)) {
    case RecordKind::block:
    case RecordKind::version:
    case RecordKind::version_again:
    case RecordKind::computer:
    case RecordKind::release:
    case RecordKind::gone:
    case RecordKind::purged: return true;
  }
  return false;
}

/// Whether these octets are a header that was written there. The length is believed, and memory taken for it, only if the check holds.
bool proven(std::uint32_t pack, std::uint64_t offset, View header) {
  if (!std::equal(record_magic.begin(), record_magic.end(), header.begin()) || !is_kind(header[kind_offset])) return false;
  const auto check = record_check(pack, offset, header);
  return std::equal(check.begin(), check.end(), header.begin() + check_offset) &&
         number_at<std::uint32_t>(header, 4) <= spec::limits::sealed_block_octets_max;
}

/// Of octets that are proven.
Record decode_header(View header) {
  Record record;
  record.kind = static_cast<RecordKind>(header[kind_offset]);
  record.length = number_at<std::uint32_t>(header, 4);
  record.archive = static_cast<std::int64_t>(number_at<std::uint64_t>(header, 8));
  std::copy_n(header.begin() + 16, record.id.size(), record.id.begin());
  std::copy_n(header.begin() + 48, record.checksum.size(), record.checksum.begin());
  return record;
}

}  // namespace

std::string pack_name(std::uint32_t number) { return fmt::format("packs/{:08}.pack", number); }

std::array<std::uint8_t, pack_header_octets> encode_pack_header(std::uint32_t number) {
  std::array<std::uint8_t, pack_header_octets> header{};
  std::copy(pack_magic.begin(), pack_magic.end(), header.begin());
  put(std::span(header), 8, pack_version);
  put(std::span(header), 12, number);
  return header;
}

std::array<std::uint8_t, record_header_octets> encode_record_header(std::uint32_t pack, std::uint64_t offset, const Record& record) {
  std::array<std::uint8_t, record_header_octets> header{};
  std::copy(record_magic.begin(), record_magic.end(), header.begin());
  header[kind_offset] = static_cast<std::uint8_t>(record.kind);
  put(std::span(header), 4, record.length);
  put(std::span(header), 8, static_cast<std::uint64_t>(record.archive));
  std::copy(record.id.begin(), record.id.end(), header.begin() + 16);
  std::copy(record.checksum.begin(), record.checksum.end(), header.begin() + 48);
  const auto check = record_check(pack, offset, header);
  std::copy(check.begin(), check.end(), header.begin() + check_offset);
  return header;
}

FileResult<bool> pack_header_whole(const File& file, std::uint32_t number) {
  std::array<std::uint8_t, pack_header_octets> header{};
  const auto read = file.read_at(0, header);
  if (!read) return std::unexpected(read.error());
  return *read == header.size() && header == encode_pack_header(number);
}

FileResult<std::optional<Record>> read_header(const File& file, std::uint32_t pack, std::uint64_t offset) {
  std::array<std::uint8_t, record_header_octets> header{};
  const auto read = file.read_at(offset, header);
  if (!read) return std::unexpected(read.error());
  if (*read != header.size() || !proven(pack, offset, header)) return std::nullopt;
  return decode_header(header);
}

FileResult<RecordRead> read_record(const File& file, std::uint32_t pack, std::uint64_t offset) {
  const auto header = read_header(file, pack, offset);
  if (!header) return std::unexpected(header.error());
  RecordRead found;
  if (!*header) return found;
  found.record = **header;

  found.sealed.resize(found.record.length);
  const auto sealed = file.read_at(offset + record_header_octets, found.sealed);
  if (!sealed) return std::unexpected(sealed.error());
  const bool whole = *sealed == found.sealed.size() && sha256(found.sealed) == found.record.checksum;
  found.state = whole ? RecordRead::State::whole : RecordRead::State::damaged;
  if (!whole) found.sealed.clear();
  return found;
}

FileResult<std::optional<RecordRead>> read_indexed(const File& file, std::uint32_t pack, std::uint64_t offset, const Record& row) {
  RecordRead found;
  Octets& octets = found.sealed;
  octets.resize(row.octets());
  const auto read = file.read_at(offset, octets);
  if (!read) return std::unexpected(read.error());
  if (*read != octets.size() || !proven(pack, offset, View(octets).first(record_header_octets))) return std::nullopt;
  found.record = decode_header(octets);
  if (!found.record.is_as_indexed(row)) return std::nullopt;
  octets.erase(octets.begin(), octets.begin() + record_header_octets);
  if (sha256(octets) != found.record.checksum && !fault::on(fault::ARC_053_damaged_sent)) return std::nullopt;
  found.state = RecordRead::State::whole;
  return found;
}

FileResult<std::uint64_t> find_record(const File& file, std::uint32_t pack, std::uint64_t from, std::uint64_t end) {
  constexpr std::size_t window_octets = std::size_t{1} << 20;
  Octets window(window_octets);
  while (from + record_header_octets <= end) {
    const auto read = file.read_at(from, window);
    if (!read) return std::unexpected(read.error());
    if (*read < record_header_octets) break;
    const View octets(window.data(), *read);
    const std::size_t headers = *read - record_header_octets + 1;  // places in the window where a whole one fits
    for (std::size_t at = 0; at < headers && from + at < end; ++at)
      if (octets[at] == record_magic[0] && proven(pack, from + at, octets.subspan(at, record_header_octets))) return from + at;
    from += headers;
  }
  return end;
}

FileResult<std::uint64_t> behind(const File& file, std::uint32_t pack, std::uint64_t offset, const RecordRead& read, std::uint64_t size) {
  const bool headed = read.state == RecordRead::State::damaged;
  // A header that proves itself may still claim more than was ever written behind it.
  const std::uint64_t beyond = offset + read.record.octets();
  if (headed && beyond == size) return beyond;
  if (headed && beyond < size) {
    const auto follows = find_record(file, pack, beyond, std::min(size, beyond + record_header_octets));
    if (!follows || *follows == beyond) return follows;
  }
  return find_record(file, pack, offset + 1, size);
}

Digest sha256(View octets) {
  thread_local const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
  hash->update(octets.data(), octets.size());
  Digest digest;
  hash->final(digest.data());
  return digest;
}

}  // namespace coffer::store
