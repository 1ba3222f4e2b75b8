// What one reader gives to several destinations, each of which takes it at its own pace from a lane of its own; never more waiting in a
// lane than a stated weight, and each block in memory once for all. The reader waits for whoever is slow, but not for ever: a lane that
// holds it up while another has nothing to do is dropped, and what it missed comes to it later, by a reading of its own. Must not know:
// sessions, files, why a block is given.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "archive/manifest.h"
#include "client/block_sender.h"

namespace coffer::client {

/// Which of these blocks any of the destinations lacks.
struct Question {
  std::vector<Digest> ids;
  IdSet missing = {};               // complete once all have answered
  std::vector<bool> answered = {};  // by lane
};

class Lanes {
 public:
  struct Limits {
    std::size_t waiting_octets_max = 8U << 20U;  // in each lane
    /// A lane that keeps the reader and another lane waiting for so long at once is dropped; so is one that does it for so long all in all,
    /// if that is more than half of the time.
    std::chrono::milliseconds held_up_max{10'000};
  };

  Lanes(std::size_t count, const Limits& limits);

  // The reader's side. Each waits as long as it must, and calls `waiting` meanwhile, often; false: `waiting` said so, or no lane is left.
  using Waiting = std::function<bool()>;
  bool give(BlockPointer block, const Waiting& waiting);
  void ask(const std::shared_ptr<Question>& question);
  bool await(const Question& question, const Waiting& waiting);
  /// Nothing more comes: this is the manifest of it all, or none if it was not read to its end. The first word counts.
  void end(std::optional<archive::ManifestSummary> manifest);
  bool await_all_gone(const Waiting& waiting);
  /// Lets go those that were dropped.
  void close();

  // A destination's side, each its own lane.
  struct Work {
    std::vector<std::shared_ptr<Question>> questions;  // to be answered first
    std::vector<BlockPointer> blocks;
    bool dropped = false;  // nothing more comes
    bool ended = false;    // nothing more comes, and that was all
    std::optional<archive::ManifestSummary> manifest = {};
    bool idle() const { return questions.empty() && blocks.empty() && !dropped && !ended; }
  };
  /// All that waits; idle when nothing came within the time.
  Work take(std::size_t lane, std::chrono::milliseconds patience);
  void answer(std::size_t lane, Question& question, const std::vector<Digest>& missing);
  /// Wants nothing more.
  void leave(std::size_t lane);
  /// False: closed. After the time, at the latest.
  bool open(std::chrono::milliseconds patience);

 private:
  using Clock = std::chrono::steady_clock;
  struct Lane {
    std::deque<std::shared_ptr<Question>> questions;
    std::vector<BlockPointer> blocks;
    std::size_t octets = 0;
    bool attached = true, dropped = false, hungry = false;
    Clock::duration held_up{}, held_up_now{};
  };

  template <typename Ready>
  bool wait(std::unique_lock<std::mutex>& lock, Ready ready, const Waiting& waiting);
  template <typename Ready>
  void blame(Ready ready, Clock::duration elapsed);
  bool any_attached() const;
  static void clear(Lane& lane);

  const Limits limits_;
  const Clock::time_point began_ = Clock::now();
  mutable std::mutex mutex_;
  std::condition_variable reader_, destinations_;
  std::vector<Lane> lanes_;
  bool ended_ = false, closed_ = false;
  std::optional<archive::ManifestSummary> manifest_;
};

}  // namespace coffer::client
