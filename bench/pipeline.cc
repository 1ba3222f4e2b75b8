#include <botan/aead.h>
#include <botan/auto_rng.h>
#include <botan/hash.h>
#include <botan/mac.h>
#include <zstd.h>

#include "archive/block.h"
#include "archive/block_cutter.h"
#include "benchmarks.h"
#include "keys/archive_key.h"

namespace coffer::bench {
namespace {

constexpr std::size_t stream_octets = 32u << 20;
constexpr std::size_t block_octets = 262'144;  // for primitives that take a block at a time
constexpr int compression_level = 1;           // as the reference

Octets random_octets() {
  Octets octets(stream_octets);
  Botan::AutoSeeded_RNG random;
  random.randomize(octets.data(), octets.size());
  return octets;
}

/// Lines of words from a small vocabulary, the choice pseudo-random: compresses like a log file.
Octets text_octets() {
  const std::vector<std::string> words{"connection", "from", "client",  "accepted", "refused", "backup", "block",   "version", "of",
                                       "archive",    "the",  "session", "ended",    "after",   "octets", "seconds", "restore", "key"};
  Octets octets;
  octets.reserve(stream_octets + 64);
  std::uint64_t state = 1;
  const auto draw = [&] { return static_cast<std::size_t>((state = state * 6364136223846793005u + 1442695040888963407u) >> 33); };
  while (octets.size() < stream_octets) {
    const std::string word = draw() % 4 == 0 ? std::to_string(draw()) : words[draw() % words.size()];
    octets.insert(octets.end(), word.begin(), word.end());
    octets.push_back(draw() % 12 == 0 ? '\n' : ' ');
  }
  octets.resize(stream_octets);
  return octets;
}

template <class Work>
double per_block(const Effort& effort, View stream, Work work) {
  return rate(effort, [&] {
    for (std::size_t at = 0; at < stream.size(); at += block_octets) work(stream.subspan(at, block_octets));
    return static_cast<double>(stream.size());
  });
}

void add(std::vector<Figure>& figures, const Effort& effort, const std::string& group, View stream) {
  Botan::AutoSeeded_RNG random;
  const auto key = keys::ArchiveKey::generate(random);
  const auto keys = key.derive({1, 2, 3});
  const auto table = archive::gear_table(keys.chunker);
  archive::BlockVault vault(keys);

  const double whole = rate(effort, [&] {
    archive::BlockCutter cutter(table, [&](View block) {
      const Digest id = vault.id(archive::BlockKind::content, block);
      if (const auto sealed = vault.seal(id, block, random)) (void)archive::checksum(*sealed);
    });
    cutter.feed(stream);
    cutter.finish();
    return static_cast<double>(stream.size());
  });

  const double cut = rate(effort, [&] {
    archive::Chunker chunker(table);
    for (View rest = stream; !rest.empty();) rest = rest.subspan(chunker.take(rest));
    return static_cast<double>(stream.size());
  });
  const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(SHA-256)");
  mac->set_key(keys.block_id);
  const double name = per_block(effort, stream, [&](View block) {
    mac->update(block.data(), block.size());
    (void)mac->final();
  });
  Octets compressed(ZSTD_compressBound(block_octets));
  double compressed_share = 0;  // of the stream, after compression where that pays
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  const double compress = per_block(effort, stream, [&](View block) {
    const std::size_t size =
        ZSTD_compressCCtx(context, compressed.data(), compressed.size(), block.data(), block.size(), compression_level);
    compressed_share = std::min(1.0, static_cast<double>(size) / static_cast<double>(block.size()));
  });
  ZSTD_freeCCtx(context);
  const auto gcm = Botan::AEAD_Mode::create_or_throw("AES-256/GCM", Botan::ENCRYPTION);
  gcm->set_key(keys.block);
  const Octets nonce(12, 0);
  Botan::secure_vector<std::uint8_t> buffer;
  const double seal = per_block(effort, stream, [&](View block) {
    buffer.assign(block.begin(), block.end());
    gcm->start(nonce.data(), nonce.size());
    gcm->finish(buffer);
  });
  const auto sha = Botan::HashFunction::create_or_throw("SHA-256");
  const double check = per_block(effort, stream, [&](View block) {
    sha->update(block.data(), block.size());
    (void)sha->final();
  });

  // Every octet is cut, named and compressed; what compression leaves is sealed and checksummed.
  const double at_best = 1 / (1 / cut + 1 / name + 1 / compress + compressed_share * (1 / seal + 1 / check));
  figures.push_back({group, "cut, name, compress, seal, checksum", whole / 1e6, "MB/s", at_best / 1e6, "its primitives in turn"});
  figures.push_back({group, "  cutting alone", cut / 1e6, "MB/s", {}, {}});
  figures.push_back({group, "  naming alone (HMAC-SHA-256)", name / 1e6, "MB/s", {}, {}});
  figures.push_back({group, "  compressing alone (zstd)", compress / 1e6, "MB/s", {}, {}});
  figures.push_back({group, "  sealing alone (AES-256-GCM)", seal / 1e6, "MB/s", {}, {}});
  figures.push_back({group, "  checksumming alone (SHA-256)", check / 1e6, "MB/s", {}, {}});
}

}  // namespace

Figures pipeline(const Effort& effort) {
  std::vector<Figure> figures;
  add(figures, effort, "Sealing a stream like a log file (one thread)", text_octets());
  add(figures, effort, "Sealing random octets (one thread)", random_octets());
  return figures;
}

}  // namespace coffer::bench
