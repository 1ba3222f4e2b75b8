#include "archive/block_cutter.h"

#include <utility>

namespace coffer::archive {

BlockCutter::BlockCutter(const GearTable& table, Sink sink) : chunker_(table), table_(&table), sink_(std::move(sink)) {}

void BlockCutter::feed(View octets) {
  while (!octets.empty()) {
    const View part = octets.first(chunker_.take(octets));
    octets = octets.subspan(part.size());
    held_.insert(held_.end(), part.begin(), part.end());
    if (chunker_.cut()) sink_(std::exchange(held_, {}));
  }
}

void BlockCutter::finish() {
  if (!held_.empty()) sink_(std::exchange(held_, {}));
  chunker_ = Chunker(*table_);
}

}  // namespace coffer::archive
