// Compaction of packs, one at a time and in small steps, by one thread, which takes the holdings' mutex for each thing that it does to
// index and packs, and not while it reads. Must not know: sessions, when it is asked to go on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "store/holdings.h"
#include "store/upkeep.h"

namespace coffer::store {

class Compactor {
 public:
  /// `live_percent_min`: a pack of which less than this counts is compacted. `holdings` must outlive it.
  Compactor(Holdings& holdings, unsigned live_percent_min, std::uint64_t pack_octets_max)
      : holdings_(holdings), live_percent_min_(live_percent_min), pack_octets_max_(pack_octets_max) {}

  /// As Store::compact_some.
  Result<Compacted> compact_some(std::uint64_t octets, Newest newest);
  /// Less counts than did: there may be a pack worth it. Under the holdings' mutex.
  void look_again() { census_due_ = true; }

 private:
  struct Task {
    std::uint32_t pack = 0;
    std::shared_ptr<File> file;
    std::uint64_t size = 0, offset = pack_header_octets;  // the survey has come so far
    bool surveyed = false;
    std::vector<Located> live{};
    std::uint64_t live_octets = 0, statement_octets = 0;
    std::vector<RecordRead> statements{};
    std::size_t proven = 0, copied = 0;            // of live
    std::uint64_t known_damaged = 0, damaged = 0;  // as the index said, and as reading has shown
  };

  /// Begins with the pack of which the least counts, if one is worth it.
  Result<void> begin(Newest newest, Compacted& done);
  /// Headers first: what counts is known before anything is copied.
  Result<void> survey(std::uint64_t budget, Compacted& done);
  /// Rows may lead to places where no header stands any longer: they count as well.
  Result<void> take_unheaded();
  /// Whether it is worth it, statements being no loss. The pack that is appended to gets no more from here on.
  Result<void> judge();
  /// What counts is read wholly before anything is copied, and of a pack with a damaged block nothing is: it has to stay for the sake of
  /// that block, and copies beside it would free nothing. Copied along as it is, the block would look like a torn end to a start with an
  /// older index, which would cut it off with all that stands behind it.
  Result<void> prove_some(std::uint64_t budget, Compacted& done);
  /// nullopt when it no longer counts there, or is not what was stored, and then counts as lacking from now on.
  Result<std::optional<RecordRead>> read_whole(const Located& block);
  /// Copies as a put() does: received until it is synced and indexed, and until then the index leads to the old place.
  Result<void> copy_some(std::uint64_t budget, Compacted& done);
  /// The long part of a sync without the mutex: what is left of it under the mutex is short then.
  Result<void> settle_copies();
  /// All that counted in the pack stands elsewhere and the index leads there, both on stable storage; now what it stated follows, the index
  /// forgets the pack in one with that, and only then its file goes.
  Result<void> finish(Compacted& done);
  /// What the pack stated and what still counts of it is stated again in the newest. Under the holdings' mutex.
  Result<void> carry(const Task& task);
  /// Without the blocks of which no record can stand any longer where it says, once this pack is gone.
  Result<ReleaseStatement> still_needed(ReleaseStatement release, std::uint32_t going);

  Holdings& holdings_;
  const unsigned live_percent_min_;
  const std::uint64_t pack_octets_max_;
  std::mutex working_;  // before the holdings', of task_ and left_alone_
  std::optional<Task> task_;
  std::map<std::uint32_t, std::uint64_t> left_alone_;  // packs not worth it or not emptied, while so many octets of them count
  bool census_due_ = true;                             // more may be worth compacting than was known; of the holdings' mutex
};

}  // namespace coffer::store
