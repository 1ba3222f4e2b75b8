#include "archive/seal.h"

#include <botan/aead.h>
#include <botan/exceptn.h>
#include <botan/rng.h>

#include "fault/switch.h"

namespace coffer::archive {

SealBox::SealBox()
    : sealer_(Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::ENCRYPTION)),
      opener_(Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::DECRYPTION)) {}
SealBox::~SealBox() = default;
SealBox::SealBox(SealBox&&) noexcept = default;
SealBox& SealBox::operator=(SealBox&&) noexcept = default;

// [ARC-012] A sealed block MUST be the octet 0x01, a random nonce of 12 octets, the ciphertext, and a tag of 16 octets
Octets SealBox::seal(const keys::Secret& key, View associated, View plaintext, Botan::RandomNumberGenerator& random) {
  Octets sealed;
  sealed.reserve(plaintext.size() + seal_overhead_octets);
  sealed.resize(1 + nonce_octets);
  sealed[0] = fault::on(fault::ARC_012_another_format) ? 0x02 : seal_format;
  const bool nonce_of_zeros = (fault::on(fault::ARC_012_one_nonce_for_all) && associated[0] == 0x01) ||  // a block
                              (fault::on(fault::ARC_020_one_nonce_for_all) && associated[0] == 0x02);    // a version record
  if (!nonce_of_zeros) random.randomize(sealed.data() + 1, nonce_octets);
  sealer_->set_key(key);
  sealer_->set_associated_data(associated.data(), associated.size());
  sealer_->start(sealed.data() + 1, nonce_octets);
  // In place, but for the last octets, which the library wants in a buffer of its own.
  sealed.insert(sealed.end(), plaintext.begin(), plaintext.end());
  const std::size_t whole = plaintext.size() - plaintext.size() % sealer_->update_granularity();
  sealer_->process(sealed.data() + 1 + nonce_octets, whole);
  buffer_.assign(plaintext.begin() + static_cast<std::ptrdiff_t>(whole), plaintext.end());
  sealer_->finish(buffer_);
  sealed.resize(1 + nonce_octets + whole);
  sealed.insert(sealed.end(), buffer_.begin(), buffer_.end());
  if (fault::on(fault::ARC_011_in_the_clear)) std::ranges::copy(plaintext, sealed.begin() + 1 + nonce_octets);
  return sealed;
}

std::expected<View, ArchiveError> SealBox::open(const keys::Secret& key, View associated, View sealed) {
  if (sealed[0] != seal_format && !fault::on(fault::ARC_012_any_format)) return std::unexpected(ArchiveError::unknown_format);
  try {
    opener_->set_key(key);
    opener_->set_associated_data(associated.data(), associated.size());
    opener_->start(sealed.data() + 1, nonce_octets);
    buffer_.assign(sealed.begin() + 1 + nonce_octets, sealed.end());
    opener_->finish(buffer_);
  } catch (const Botan::Invalid_Authentication_Tag&) {
    return std::unexpected(ArchiveError::tag_wrong);
  }
  return View(buffer_);
}

}  // namespace coffer::archive
