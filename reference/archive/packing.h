// The plaintext of a seal: one octet that says whether what follows is stored or one zstd frame [ARC-015].
// Must not know: keys, ids. Private to this room.
#pragma once

#include <expected>
#include <memory>

#include "archive/archive_error.h"
#include "keys/archive_key.h"
#include "protocol/octets.h"

namespace coffer::archive {

/// Keeps zstd's contexts and a buffer between uses. One per thread.
class Packer {
 public:
  Packer();
  ~Packer();
  Packer(Packer&&) noexcept;
  Packer& operator=(Packer&&) noexcept;

  /// Compressed if that is smaller. The view lives until the next call.
  View pack(View octets);
  /// Errors: unknown_compression, not_one_zstd_frame, content_size, content_differs. `packed` is not empty.
  std::expected<Octets, ArchiveError> unpack(View packed);

 private:
  struct Zstd;
  std::unique_ptr<Zstd> zstd_;
  keys::Secret packed_;
};

}  // namespace coffer::archive
