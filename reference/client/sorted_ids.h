// A set of ids, of any number in a fixed memory: first it takes them in any order, then it is asked in ascending order. What is too much
// for memory is sorted in runs, which lie in a file meanwhile and are merged as the questions come. Must not know: what the ids are of.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "client/nameless_file.h"

namespace coffer::client {

class SortedIds {
 public:
  /// At most so many ids are in memory, 32 octets each, before the first question, and about as many afterwards.
  explicit SortedIds(std::string directory, std::size_t in_memory_max = 1U << 17U)
      : in_memory_max_(in_memory_max), file_(std::move(directory)) {}

  /// Before the first contains(). Failures: local, when the file cannot be written.
  Outcome<void> add(const Digest& id);
  /// The ids asked for ascend. Failures: local, when the file cannot be read.
  Outcome<bool> contains(const Digest& id);

 private:
  /// Ids that ascend, from a part of the file.
  struct Run {
    std::uint64_t next = 0, end = 0;  // octets of the file that are not read yet
    std::vector<Digest> read{};
    std::size_t at = 0;  // in these
    const Digest& front() const { return read[at]; }
  };
  void sort_fresh();
  Outcome<void> spill();
  Outcome<void> begin_merging();
  /// More of the run into memory; it is empty when there is none.
  Outcome<void> read_on(Run& run);

  const std::size_t in_memory_max_;
  NamelessFile file_;
  std::vector<Digest> fresh_;
  std::vector<std::uint64_t> ends_;  // of the runs in the file
  bool merging_ = false;
  std::vector<Run> runs_;  // a heap, the least front first; those that have come to their end are gone
  std::size_t read_at_once_ = 0;
};

}  // namespace coffer::client
