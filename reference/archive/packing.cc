#include "archive/packing.h"

#include <algorithm>
#include <array>
#include <optional>

#include <zstd.h>

#include "coffer/spec/limits.h"
#include "fault/switch.h"

namespace coffer::archive {
namespace {

constexpr std::uint8_t stored = 0x00;
constexpr std::uint8_t compressed = 0x01;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

/// The content size of `frame`, if it is exactly one zstd frame that states one.
std::optional<unsigned long long> stated_size(View frame) {
  constexpr std::array<std::uint8_t, 4> zstd_magic{0x28, 0xB5, 0x2F, 0xFD};
  // A skippable frame has another magic number, and the library takes it for empty content.
  if (frame.size() < zstd_magic.size() || !std::ranges::equal(frame.first(zstd_magic.size()), zstd_magic)) return std::nullopt;
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return std::nullopt;
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) return std::nullopt;
  return size;
}

}  // namespace

struct Packer::Zstd {
  std::unique_ptr<ZSTD_CCtx, FreeCompressor> compressor{ZSTD_createCCtx()};
  std::unique_ptr<ZSTD_DCtx, FreeDecompressor> decompressor{ZSTD_createDCtx()};

  // The fastest level, with a larger table of shorter matches: of ordinary files it makes what the second level makes within a hundredth,
  // for half of the time that the second costs more. Beyond that a few per cent of size cost half of a backup's speed.
  Zstd() {
    ZSTD_CCtx_setParameter(compressor.get(), ZSTD_c_compressionLevel, 1);
    ZSTD_CCtx_setParameter(compressor.get(), ZSTD_c_hashLog, 15);
    ZSTD_CCtx_setParameter(compressor.get(), ZSTD_c_minMatch, 6);
  }
};

Packer::Packer() : zstd_(std::make_unique<Zstd>()) {}
Packer::~Packer() = default;
Packer::Packer(Packer&&) noexcept = default;
Packer& Packer::operator=(Packer&&) noexcept = default;

// [ARC-015] one octet, 0x00 for stored or 0x01 for one zstd frame that states its content size
// [ARC-010] A client MUST compress a block before it seals it, unless compression does not make it smaller.
View Packer::pack(View octets) {
  // The buffer only grows: zeroing it anew for each block would cost as much as compressing it.
  if (packed_.size() < 1 + ZSTD_compressBound(octets.size())) packed_.resize(1 + ZSTD_compressBound(octets.size()));
  const std::size_t size = ZSTD_compress2(zstd_->compressor.get(), packed_.data() + 1, packed_.size() - 1, octets.data(), octets.size());
  if (!ZSTD_isError(size) && size < octets.size() && !fault::on(fault::ARC_010_never_compressed)) {
    packed_[0] = fault::on(fault::ARC_015_marked_as_stored) ? stored : compressed;
    return View(packed_).first(1 + size);
  }
  packed_[0] = stored;
  std::ranges::copy(octets, packed_.begin() + 1);
  return View(packed_).first(1 + octets.size());
}

std::expected<Octets, ArchiveError> Packer::unpack(View packed) {
  const View content = packed.subspan(1);
  if (packed[0] == stored) return Octets(content.begin(), content.end());
  if (packed[0] != compressed) return std::unexpected(ArchiveError::unknown_compression);
  const auto size = stated_size(content);
  if (!size) return std::unexpected(ArchiveError::not_one_zstd_frame);
  // [ARC-017] A client MUST refuse a compressed block whose stated content size exceeds 4,194,304 before it reserves memory.
  if (*size > spec::limits::sealed_block_octets_max && !fault::on(fault::ARC_017_any_size))
    return std::unexpected(ArchiveError::content_size);
  Octets octets(*size);
  if (ZSTD_decompressDCtx(zstd_->decompressor.get(), octets.data(), octets.size(), content.data(), content.size()) != octets.size())
    return std::unexpected(ArchiveError::content_differs);
  return octets;
}

}  // namespace coffer::archive
