// What must hold of the chunker for any content and any edit, not only for the examples of the unit tests.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "../../unit/archive/samples.h"
#include "archive/block.h"
#include "archive/block_cutter.h"

namespace coffer::archive {
namespace {

using samples::noise;

const GearTable table = gear_table(samples::keys().chunker);

std::vector<Octets> blocks(View stream) {
  std::vector<Octets> all;
  BlockCutter cutter(table, [&](View block) { all.emplace_back(block.begin(), block.end()); });
  cutter.feed(stream);
  cutter.finish();
  return all;
}

RC_GTEST_PROP(Chunker, ARC_018_the_blocks_are_the_stream_however_it_arrives, (std::uint64_t seed)) {
  const Octets stream = noise(*rc::gen::inRange<std::size_t>(0, 3'000'000), seed);
  const auto whole = blocks(stream);
  Octets joined;
  for (const Octets& block : whole) joined.insert(joined.end(), block.begin(), block.end());
  RC_ASSERT(joined == stream);

  std::vector<Octets> pieced;
  BlockCutter cutter(table, [&](View block) { pieced.emplace_back(block.begin(), block.end()); });
  for (View rest = stream; !rest.empty();) {
    const std::size_t piece = std::min(rest.size(), *rc::gen::inRange<std::size_t>(1, 200'000));
    cutter.feed(rest.first(piece));
    rest = rest.subspan(piece);
  }
  cutter.finish();
  RC_ASSERT(pieced == whole);
}

RC_GTEST_PROP(Chunker, ARC_018_an_edit_changes_only_blocks_near_it, (std::uint64_t seed)) {
  const Octets before = noise(4'000'000, seed);
  const auto at = *rc::gen::inRange<std::size_t>(0, before.size());
  const Octets inserted = noise(*rc::gen::inRange<std::size_t>(0, 5'000), seed + 1);
  const auto removed = std::min(before.size() - at, *rc::gen::inRange<std::size_t>(0, 5'000));
  Octets after(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(at));
  after.insert(after.end(), inserted.begin(), inserted.end());
  after.insert(after.end(), before.begin() + static_cast<std::ptrdiff_t>(at + removed), before.end());

  const auto old_blocks = blocks(before);
  const std::set<Octets> known(old_blocks.begin(), old_blocks.end());
  std::size_t fresh = 0;
  for (const Octets& block : blocks(after)) fresh += known.contains(block) ? 0 : 1;
  // Some sixteen blocks; the cuts find each other again after a few. Fixed-length blocks would all differ after the edit.
  RC_ASSERT(fresh <= 8u);
}

RC_GTEST_PROP(Sealing, ARC_012_every_block_opens_to_itself_and_no_changed_one_does, (std::uint64_t seed)) {
  BlockVault vault(samples::keys());
  samples::SeededRandom random(seed);
  Octets block = noise(*rc::gen::inRange<std::size_t>(0, 3'000), seed);
  if (*rc::gen::arbitrary<bool>()) std::ranges::sort(block);  // compresses
  const Digest id = vault.id(BlockKind::content, block);
  Octets sealed = *vault.seal(id, block, random);
  RC_ASSERT(*vault.open(BlockKind::content, id, sealed) == block);
  sealed[*rc::gen::inRange<std::size_t>(0, sealed.size())] ^= *rc::gen::inRange<std::uint8_t>(1, 255);
  RC_ASSERT(!vault.open(BlockKind::content, id, sealed));
}

}  // namespace
}  // namespace coffer::archive
