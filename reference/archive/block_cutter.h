// A stream of octets in, whole blocks out: the chunker with the buffer that it needs.
// Must not know: where the octets come from, what becomes of a block.
#pragma once

#include <functional>

#include "archive/chunker.h"
#include "protocol/octets.h"

namespace coffer::archive {

class BlockCutter {
 public:
  using Sink = std::function<void(Octets block)>;

  /// The table must outlive the cutter. The sink gets each block once, in order.
  BlockCutter(const GearTable& table, Sink sink);

  void feed(View octets);
  /// The end of the stream: what is left is the last block. The cutter can then be used for another stream.
  void finish();

 private:
  Chunker chunker_;
  const GearTable* table_;
  Sink sink_;
  Octets held_;  // the block so far, when it began in an earlier feed
};

}  // namespace coffer::archive
