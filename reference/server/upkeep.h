// What cofferd does to its store beside serving: compacts packs of which little counts, and reads all of them once in a period. On a thread
// of its own, in steps so small that nobody waits long for the store, and slower while sessions are at work. Must not know: sessions,
// sockets.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "store/store.h"

namespace coffer::server {

struct UpkeepSettings {
  std::chrono::seconds scrub_period = std::chrono::days(30);      // every octet of the packs is read once in it, if the rate lets
  std::uint64_t octets_per_second_max = std::uint64_t{32} << 20;  // read by scrubbing, and read and written by compacting
};

class Upkeep {
 public:
  /// The store must outlive it.
  Upkeep(store::Store& store, UpkeepSettings settings);
  /// Ends with the step under way.
  ~Upkeep();
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;

 private:
  using Clock = std::chrono::steady_clock;
  void run();
  /// How long until the next step is due.
  Clock::duration compact();
  Clock::duration scrub();
  Clock::duration time_for(std::uint64_t octets);

  store::Store& store_;
  UpkeepSettings settings_;
  std::uint64_t operations_seen_ = 0;
  std::mutex mutex_;
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace coffer::server
