// Sealed blocks, version records and links as spec chapter 8 writes them, so that a case can open what a client sends (the archive key is
// the suite's own choice) and can show a client archives that are whole, damaged or forged. Must not know: sessions, anything of
// reference/.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "wire/message.h"
#include "wire/random.h"

namespace coffer::conformance {

/// What an archive's identifier is made of [KEY-003].
struct ArchiveOwner {
  std::uint64_t user = 0;
  std::uint64_t computer = 0;
  std::uint64_t server = 0;
};

enum class BlockType : std::uint8_t { content = 0x00, leaf = 0x01, id_list = 0x02, node = 0x03 };

struct ArchiveKeys {
  Octets block_id_key, block_key, record_key, check_value;  // 32 octets each [KEY-002]
  Octets archive_id;                                        // 16 octets [KEY-003]
};
/// HKDF-SHA-256 with an empty salt [KEY-002].
Octets derive(View key, View info, std::size_t octets);
ArchiveKeys derive_keys(View archive_key, const ArchiveOwner& owner);

struct SealedBlock {
  Octets id;        // 32 octets
  Octets sealed;    // what travels
  Octets checksum;  // SHA-256 of sealed
};
SealedBlock seal_block(const ArchiveKeys& keys, BlockType type, View plaintext, Random& random);
/// Seals a plaintext under an id that need not be its own.
SealedBlock seal_block_as(const ArchiveKeys& keys, View id, View plaintext, Random& random);
/// The plaintext; the text says which rule was broken. The type is found by trying the id under each.
struct OpenedBlock {
  BlockType type;
  bool compressed;
  Octets plaintext;
};
std::expected<OpenedBlock, std::string> open_block(const ArchiveKeys& keys, View id, View sealed);

Octets seal_record(const ArchiveKeys& keys, const Message& version_record, Random& random);
/// The same under another number and previous link than it holds.
Octets seal_record_as(const ArchiveKeys& keys, const Message& version_record, std::uint64_t number, View previous, Random& random);
std::expected<Message, std::string> open_record(const ArchiveKeys& keys, std::uint64_t number, View previous, View sealed);

/// [ARC-021]
Octets link(View previous, std::uint64_t number, View record);
/// 32 zero octets: the previous link of version 1.
Octets first_previous();

/// Octets that look like a sealed block to a server, which cannot open them: random, with a true checksum.
SealedBlock opaque_block(Random& random, std::size_t sealed_octets = 300);
/// The ids, back to back.
Octets ids_of(const std::vector<SealedBlock>& blocks);

/// The octets of a leaf, of messages "entry", or of a node, of messages "child" [ARC-022, ARC-061]; and what is in one.
Octets write_rows(const std::vector<Message>& rows);
std::expected<std::vector<Message>, std::string> read_rows(std::string_view struct_name, View block);
/// The 32-octet ids of a row of them.
std::vector<Octets> split_ids(const Octets& ids);

}  // namespace coffer::conformance
