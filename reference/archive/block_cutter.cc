#include "archive/block_cutter.h"

#include <utility>

namespace coffer::archive {

BlockCutter::BlockCutter(const GearTable& table, Sink sink) : chunker_(table), table_(&table), sink_(std::move(sink)) {}

void BlockCutter::feed(View octets) {
  while (!octets.empty()) {
    const View part = octets.first(chunker_.take(octets));
    octets = octets.subspan(part.size());
    if (chunker_.cut() && held_.empty()) {
      sink_(part);  // lies wholly in the caller's octets: no copy
      continue;
    }
    held_.insert(held_.end(), part.begin(), part.end());
    if (chunker_.cut()) {
      sink_(held_);
      held_.clear();
    }
  }
}

void BlockCutter::finish() {
  if (!held_.empty()) sink_(held_);
  held_.clear();
  chunker_ = Chunker(*table_);
}

}  // namespace coffer::archive
