#include "wire/archive.h"

#include <botan/kdf.h>
#include <botan/mac.h>
#include <botan/stream_cipher.h>
#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "coffer/spec/limits.h"
#include "wire/encoding.h"
#include "wire/seal.h"

namespace coffer::conformance {
namespace {

constexpr std::uint8_t record_form = 0x02;             // [ARC-020]
constexpr std::size_t content_octets_max = 4'194'304;  // [ARC-017]

Octets big_endian(std::uint64_t value, int octet_count) {
  Octets out;
  for (int shift = (octet_count - 1) * 8; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
  return out;
}

Octets hkdf(View key, View info) { return derive(key, info, 32); }

Octets hmac(View key, std::initializer_list<View> parts) {
  const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
  mac->set_key(key.data(), key.size());
  for (const auto part : parts) mac->update(part.data(), part.size());
  const auto tag = mac->final();
  return {tag.begin(), tag.end()};
}

/// What the ciphertext is under the key, whatever the tag says: GCM encrypts by counting on from 2 (NIST SP 800-38D).
Octets without_tag(View key, View sealed) {
  const auto cipher = Botan::StreamCipher::create_or_throw("CTR-BE(AES-256)");
  cipher->set_key(key.data(), key.size());
  const Octets start = joined({sealed.subspan(1, nonce_octets), big_endian(2, 4)});
  cipher->set_iv(start.data(), start.size());
  const View text = sealed.subspan(1 + nonce_octets, sealed.size() - 1 - nonce_octets - tag_octets);
  Octets plain(text.begin(), text.end());
  cipher->cipher1(plain.data(), plain.size());
  return plain;
}

/// Which rules are broken when a seal does not open: those of its key, or those of its associated data.
struct SealRules {
  std::string_view of_the_key, of_the_associated_data;
};

/// `fits` tells a plaintext from noise: where it does without the tag, the key was right.
std::expected<Octets, std::string> open(View key, View associated, View sealed, SealRules rules, const std::function<bool(View)>& fits) {
  if (sealed.size() < 1 + nonce_octets + tag_octets)
    return std::unexpected(fmt::format("{} octets are too few for a seal (ARC-012)", sealed.size()));
  if (sealed[0] != seal_form) return std::unexpected(fmt::format("the first octet is 0x{:02x}, not 0x01 (ARC-012)", sealed[0]));
  if (auto opened = open_seal(key, associated, sealed)) return std::move(*opened);
  if (fits(without_tag(key, sealed)))
    return std::unexpected(fmt::format("the key is right, the associated data or the tag is not ({})", rules.of_the_associated_data));
  return std::unexpected(fmt::format("the key is another, or the ciphertext was changed ({})", rules.of_the_key));
}

/// [ARC-015] 0x00 and the content, or 0x01 and one zstd frame; the smaller.
Octets pack(View content) {
  Octets packed(1 + ZSTD_compressBound(content.size()));
  packed[0] = 0x01;
  const std::size_t size = ZSTD_compress(packed.data() + 1, packed.size() - 1, content.data(), content.size(), 3);
  if (ZSTD_isError(size) != 0 || size >= content.size()) return joined({Octets{0x00}, content});
  packed.resize(1 + size);
  return packed;
}

std::expected<Octets, std::string> unpack(View packed) {
  if (packed.empty()) return std::unexpected("an empty plaintext (ARC-015)");
  const View content = packed.subspan(1);
  if (packed[0] == 0x00) return Octets(content.begin(), content.end());
  if (packed[0] != 0x01)
    return std::unexpected(fmt::format("the plaintext begins with 0x{:02x}, neither stored nor zstd (ARC-015)", packed[0]));
  // Of a skippable frame the library says that it holds nothing, and of several frames it decompresses all.
  constexpr std::array<std::uint8_t, 4> magic{0x28, 0xb5, 0x2f, 0xfd};
  if (content.size() < magic.size() || !std::ranges::equal(content.first(magic.size()), magic) ||
      ZSTD_findFrameCompressedSize(content.data(), content.size()) != content.size())
    return std::unexpected("the content is not exactly one zstd frame (ARC-015)");
  const auto size = ZSTD_getFrameContentSize(content.data(), content.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN)
    return std::unexpected("the zstd frame does not state its content size (ARC-015)");
  if (size > content_octets_max) return std::unexpected(fmt::format("the zstd frame states {} octets (ARC-017)", size));
  Octets plain(size);
  const std::size_t got = ZSTD_decompress(plain.data(), plain.size(), content.data(), content.size());
  if (ZSTD_isError(got) != 0 || got != size) return std::unexpected("the zstd frame does not decompress to its stated size (ARC-015)");
  return plain;
}

Octets block_id(const ArchiveKeys& keys, BlockType type, View plaintext) {
  return hmac(keys.block_id_key, {Octets{static_cast<std::uint8_t>(type)}, plaintext});
}

std::optional<BlockType> type_of(const ArchiveKeys& keys, View plaintext, View id) {
  for (const auto type : {BlockType::content, BlockType::leaf, BlockType::id_list, BlockType::node})
    if (std::ranges::equal(block_id(keys, type, plaintext), id)) return type;
  return std::nullopt;
}

Octets block_associated(const ArchiveKeys& keys, View id) { return joined({Octets{seal_form}, keys.archive_id, id}); }

Octets record_associated(const ArchiveKeys& keys, std::uint64_t number, View previous) {
  return joined({Octets{record_form}, keys.archive_id, big_endian(number, 8), previous});
}

}  // namespace

Octets derive(View key, View info, std::size_t octets) {
  const auto kdf = Botan::KDF::create_or_throw("HKDF(SHA-256)");
  const auto derived = kdf->derive_key(octets, key.data(), key.size(), nullptr, 0, info.data(), info.size());
  return {derived.begin(), derived.end()};
}

ArchiveKeys derive_keys(View archive_key, const ArchiveOwner& owner) {
  ArchiveKeys keys;
  keys.block_id_key = hkdf(archive_key, octets("coffer/1 block-id"));
  keys.block_key = hkdf(archive_key, octets("coffer/1 block"));
  keys.record_key = hkdf(archive_key, octets("coffer/1 record"));
  keys.check_value = hkdf(archive_key, octets("coffer/1 check"));
  keys.archive_id =
      hkdf(archive_key,
           joined({octets("coffer/1 archive"), big_endian(owner.user, 8), big_endian(owner.computer, 8), big_endian(owner.server, 8)}));
  keys.archive_id.resize(16);
  return keys;
}

SealedBlock seal_block(const ArchiveKeys& keys, BlockType type, View plaintext, Random& random) {
  return seal_block_as(keys, block_id(keys, type, plaintext), plaintext, random);
}

SealedBlock seal_block_as(const ArchiveKeys& keys, View id, View plaintext, Random& random) {
  SealedBlock block;
  block.id.assign(id.begin(), id.end());
  block.sealed = seal(hmac(keys.block_key, {block.id}), block_associated(keys, block.id), pack(plaintext), random.octets(nonce_octets));
  block.checksum = sha256(block.sealed);
  return block;
}

std::expected<OpenedBlock, std::string> open_block(const ArchiveKeys& keys, View id, View sealed) {
  const auto packed = open(hmac(keys.block_key, {id}), block_associated(keys, id), sealed,
                           {"ARC-013, or the block key: KEY-002", "ARC-014, or the archive identifier: KEY-003"}, [&](View text) {
                             const auto plain = unpack(text);
                             return plain && type_of(keys, *plain, id);
                           });
  if (!packed) return std::unexpected(packed.error());
  auto plain = unpack(*packed);
  if (!plain) return std::unexpected(plain.error());
  if (const auto type = type_of(keys, *plain, id)) return OpenedBlock{*type, (*packed)[0] == 0x01, std::move(*plain)};
  return std::unexpected("the id is not that of the plaintext under any type (ARC-001)");
}

Octets seal_record(const ArchiveKeys& keys, const Message& version_record, Random& random) {
  return seal_record_as(keys, version_record, version_record.number("number"), version_record.octets("previous"), random);
}

Octets seal_record_as(const ArchiveKeys& keys, const Message& version_record, std::uint64_t number, View previous, Random& random) {
  return seal(keys.record_key, record_associated(keys, number, previous), encode_plain(version_record), random.octets(nonce_octets));
}

std::expected<Message, std::string> open_record(const ArchiveKeys& keys, std::uint64_t number, View previous, View sealed) {
  const auto plain = open(keys.record_key, record_associated(keys, number, previous), sealed,
                          {"ARC-020, or the record key: KEY-002", "ARC-020, or the archive identifier: KEY-003"},
                          [](View text) { return decode_plain("version_record", text).canonical(); });
  if (!plain) return std::unexpected(plain.error());
  const auto decoded = decode_plain("version_record", *plain);
  if (!decoded.canonical()) return std::unexpected("the record is not one canonical VersionRecord (ARC-028): " + decoded.defects.front());
  return *decoded.message;
}

Octets link(View previous, std::uint64_t number, View record) {
  return sha256(joined({octets("coffer/1 link"), previous, big_endian(number, 8), record}));
}

Octets first_previous() { return repeated(32, 0); }

SealedBlock opaque_block(Random& random, std::size_t sealed_octets) {
  SealedBlock block;
  block.id = random.octets(32);
  block.sealed = random.octets(std::max(sealed_octets, static_cast<std::size_t>(spec::limits::sealed_block_octets_min)));
  block.sealed[0] = seal_form;
  block.checksum = sha256(block.sealed);
  return block;
}

Octets ids_of(const std::vector<SealedBlock>& blocks) {
  Octets ids;
  for (const auto& block : blocks) ids.insert(ids.end(), block.id.begin(), block.id.end());
  return ids;
}

Octets write_rows(const std::vector<Message>& rows) {
  Octets block;
  for (const auto& row : rows) {
    const Octets octets = encode_plain(row);
    block = joined({block, big_endian(octets.size(), 4), octets});
  }
  return block;
}

std::expected<std::vector<Message>, std::string> read_rows(std::string_view struct_name, View block) {
  const auto rule = struct_name == "entry" ? "ARC-022" : "ARC-061";
  std::vector<Message> rows;
  if (block.empty()) return std::unexpected(fmt::format("a block without a row ({})", rule));
  while (!block.empty()) {
    if (block.size() < 4) return std::unexpected(fmt::format("a length of fewer than four octets ({})", rule));
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | block[i];
    if (length > block.size() - 4) return std::unexpected(fmt::format("a row longer than its block ({})", rule));
    const auto decoded = decode_plain(struct_name, block.subspan(4, length));
    if (!decoded.canonical()) return std::unexpected(fmt::format("a row that is not canonical: {} ({})", decoded.defects.front(), rule));
    if (!rows.empty() && decoded.message->octets("path") <= rows.back().octets("path"))
      return std::unexpected(fmt::format("paths that are not in ascending order ({})", rule));
    rows.push_back(*decoded.message);
    block = block.subspan(4 + length);
  }
  return rows;
}

std::vector<Octets> split_ids(const Octets& ids) {
  std::vector<Octets> split;
  for (std::size_t at = 0; at + 32 <= ids.size(); at += 32)
    split.emplace_back(ids.begin() + static_cast<std::ptrdiff_t>(at), ids.begin() + static_cast<std::ptrdiff_t>(at + 32));
  return split;
}

}  // namespace coffer::conformance
