// The octets of a pack file: a header, then records, each a header and its content. Everything big-endian.
//
//   pack    "CFRPACK\n" · version u32 (1) · number u32
//   record  "CFR" · kind u8 · content octets u32 · archive u64 · id 32 · checksum 32 · check 8 · content
//
//   kind  archive  id        content
//   'B'   its      block id  the sealed block
//   'V'   its      link      a version: statement.h
//   'v'   its      link      a version again, copied or written anew: unlike 'V' it says nothing of what stands before it
//   'C'   0        zero      whose a computer is: statement.h
//   'R'   its      link      which blocks a version released: statement.h
//   'G'   0        zero      a pack that is gone, what lived in it copied: statement.h
//   'P'   its      zero      an archive that was purged: statement.h
//
// checksum is SHA-256 of the content; check the first 8 octets of SHA-256 of the pack's number (u32), the record's offset (u64) and
// the 80 octets before it: a record is whole only where it was written. Must not know: the index, which records are wanted.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/octets.h"
#include "store/file_system.h"

namespace coffer::store {

inline constexpr std::size_t pack_header_octets = 16;
inline constexpr std::size_t record_header_octets = 88;

enum class RecordKind : std::uint8_t {
  block = 'B',
  version = 'V',
  computer = 'C',
  version_again = 'v',
  release = 'R',
  gone = 'G',
  purged = 'P'
};

struct Place {
  std::uint32_t pack = 0;
  std::uint64_t offset = 0;
  auto operator<=>(const Place&) const = default;
};

struct Record {
  std::int64_t archive = 0;
  Digest id{}, checksum{};
  std::uint32_t length = 0;  // of the content
  RecordKind kind = RecordKind::block;
  std::uint64_t octets() const { return record_header_octets + length; }
  bool operator==(const Record&) const = default;
  /// But for the checksum, which the index does not know.
  bool is_as_indexed(const Record& row) const { return archive == row.archive && id == row.id && length == row.length && kind == row.kind; }
};

/// "packs/00000001.pack"
std::string pack_name(std::uint32_t number);

std::array<std::uint8_t, pack_header_octets> encode_pack_header(std::uint32_t number);
std::array<std::uint8_t, record_header_octets> encode_record_header(std::uint32_t pack, std::uint64_t offset, const Record& record);

/// Whether the file begins as the pack of this number. Errors: the disk's.
FileResult<bool> pack_header_whole(const File& file, std::uint32_t number);

struct RecordRead {
  enum class State : std::uint8_t {
    whole,      // header and octets are what was written
    damaged,    // the header is, the octets are not (or end early)
    no_record,  // no header stands here
  };
  State state = State::no_record;
  Record record;  // unless no_record
  Octets sealed;  // the content, if whole
};

/// Where, from an offset on and before `end`, the next header stands whose check holds; `end` when none does. Errors: the disk's.
FileResult<std::uint64_t> find_record(const File& file, std::uint32_t pack, std::uint64_t from, std::uint64_t end);

/// Reads the header that stands at an offset, and nothing behind it: nullopt when none does. Errors: the disk's.
FileResult<std::optional<Record>> read_header(const File& file, std::uint32_t pack, std::uint64_t offset);

/// Reads what stands at an offset and checks it. Errors: the disk's.
FileResult<RecordRead> read_record(const File& file, std::uint32_t pack, std::uint64_t offset);

/// The record that stands at an offset, by one read, if it is whole and the one that the index has there; nullopt otherwise. Errors: the
/// disk's.
FileResult<std::optional<RecordRead>> read_indexed(const File& file, std::uint32_t pack, std::uint64_t offset, const Record& row);

/// Where a walk from record to record goes on behind what is no whole record there: behind a damaged one if another follows it or the file
/// ends, else at the next header whose check holds before `size`, the file's. Errors: the disk's.
FileResult<std::uint64_t> behind(const File& file, std::uint32_t pack, std::uint64_t offset, const RecordRead& read, std::uint64_t size);

Digest sha256(View octets);

}  // namespace coffer::store
