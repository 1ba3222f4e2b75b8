// A malicious server's blocks: raw octets never open; whatever packed plaintext unpacks is named, sealed and opened again as itself, by the
// reference and by the suite alike, and no other kind, id or octet opens it.
// Input: one octet of kind, then the octets.
#include <optional>

#include <botan/auto_rng.h>

#include "archive/block.h"
#include "archive/packing.h"
#include "rigs/octet_source.h"
#include "rigs/oracle.h"
#include "wire/archive.h"

namespace {

using namespace coffer;

/// The same numbers in every run.
class Counting final : public Botan::RandomNumberGenerator {
 public:
  void randomize(std::uint8_t out[], std::size_t size) override {
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(++count_);
  }
  bool accepts_input() const override { return false; }
  void add_entropy(const std::uint8_t[], std::size_t) override {}
  std::string name() const override { return "counting"; }
  void clear() override {}
  bool is_seeded() const override { return true; }

 private:
  std::uint64_t count_ = 0;
};

Octets archive_key() {
  Octets key(32);
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i * 7 + 1);
  return key;
}

struct Tools {
  keys::ArchiveKeys keys = keys::ArchiveKey::from_octets(archive_key()).value().derive({1, 2, 3});
  archive::BlockVault vault{keys};
  archive::Packer packer;
  Counting random;
  conformance::ArchiveKeys suite_keys = conformance::derive_keys(archive_key(), {1, 2, 3});
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Tools tools;
  fuzz::OctetSource source({data, size});
  const auto kind = static_cast<archive::BlockKind>(source.octet() % 4);
  const auto octets = source.rest();
  fuzz::demand(!tools.vault.open(kind, Digest{}, octets), "ARC-011 octets that nobody sealed do not open");
  if (octets.empty()) return 0;
  const auto block = tools.packer.unpack(octets);
  if (!block) return 0;
  fuzz::demand(block->size() <= 4'194'304, "ARC-017 no block is larger than its limit");
  const auto id = tools.vault.id(kind, *block);
  const auto sealed = tools.vault.seal(id, *block, tools.random);
  fuzz::demand(sealed.has_value() == (block->size() <= archive::block_octets_max), "ARC-012 what fits is sealed");
  if (!sealed) return 0;
  fuzz::demand(tools.vault.open(kind, id, *sealed) == *block, "ARC-012 what is sealed opens as itself");
  const auto suite_opens = conformance::open_block(tools.suite_keys, id, *sealed);
  fuzz::demand(suite_opens.has_value() && suite_opens->plaintext == *block, "ARC-012 the suite opens it as the same");
  const auto other_kind = static_cast<archive::BlockKind>((static_cast<unsigned>(kind) + 1) % 4);
  fuzz::demand(!tools.vault.open(other_kind, id, *sealed), "ARC-016 no kind passes for another");
  auto damaged = *sealed;
  damaged[octets[0] % damaged.size()] ^= 0x40;
  fuzz::demand(!tools.vault.open(kind, id, damaged), "ARC-011 no octet can be changed");
  return 0;
}
