#include "client/lanes.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace coffer::client {
namespace {

// How long the reader sleeps at most between two looks at who holds it up.
constexpr std::chrono::milliseconds slice{100};
// What a waiting block takes beside its content, so that many small ones count too.
constexpr std::size_t block_octets_besides = sizeof(SharedBlock) + 64;
// So much is worth waking a destination for; what is less is there when its patience ends, or when it is asked something.
constexpr std::size_t waking_octets = 256U << 10U;

}  // namespace

Lanes::Lanes(std::size_t count, const Limits& limits) : limits_(limits), lanes_(count) {}

bool Lanes::any_attached() const { return std::ranges::any_of(lanes_, &Lane::attached); }

void Lanes::clear(Lane& lane) {
  lane.questions.clear();
  lane.blocks.clear();
  lane.octets = 0;
}

/// Until every attached lane is ready.
template <typename Ready>
bool Lanes::wait(std::unique_lock<std::mutex>& lock, Ready ready, const Waiting& waiting) {
  const auto all_ready = [&] { return std::ranges::all_of(lanes_, [&](const Lane& lane) { return !lane.attached || ready(lane); }); };
  for (Lane& lane : lanes_) lane.held_up_now = {};
  while (!all_ready()) {
    const auto began = Clock::now();
    reader_.wait_for(lock, slice);
    blame(ready, Clock::now() - began);
    lock.unlock();
    const bool on = waiting();
    lock.lock();
    if (!on) return false;
  }
  return true;
}

template <typename Ready>
void Lanes::blame(Ready ready, Clock::duration elapsed) {
  const bool another_waits = std::ranges::any_of(lanes_, [&](const Lane& lane) { return lane.attached && lane.hungry && ready(lane); });
  if (!another_waits) return;
  for (Lane& lane : lanes_) {
    if (!lane.attached || ready(lane)) continue;
    lane.held_up += elapsed;
    lane.held_up_now += elapsed;
    const bool too_long =
        lane.held_up_now >= limits_.held_up_max || (lane.held_up >= limits_.held_up_max && 2 * lane.held_up > Clock::now() - began_);
    if (!too_long) continue;
    lane.attached = false;
    lane.dropped = true;
    clear(lane);
    destinations_.notify_all();
  }
}

bool Lanes::give(BlockPointer block, const Waiting& waiting) {
  std::unique_lock lock(mutex_);
  const std::size_t octets = block->octets().size() + block_octets_besides;
  const auto has_room = [&](const Lane& lane) { return lane.octets == 0 || lane.octets + octets <= limits_.waiting_octets_max; };
  if (!wait(lock, has_room, waiting) || !any_attached()) return false;
  for (Lane& lane : lanes_) {
    if (!lane.attached) continue;
    lane.octets += octets;
    lane.blocks.push_back(block);
    if (lane.hungry && lane.octets >= std::min(waking_octets, limits_.waiting_octets_max / 2)) destinations_.notify_all();
  }
  return true;
}

void Lanes::ask(const std::shared_ptr<Question>& question) {
  const std::lock_guard lock(mutex_);
  question->answered.assign(lanes_.size(), false);
  for (Lane& lane : lanes_)
    if (lane.attached) lane.questions.push_back(question);
  destinations_.notify_all();
}

bool Lanes::await(const Question& question, const Waiting& waiting) {
  std::unique_lock lock(mutex_);
  const auto has_answered = [&](const Lane& lane) { return bool{question.answered[static_cast<std::size_t>(&lane - lanes_.data())]}; };
  return wait(lock, has_answered, waiting) && any_attached();
}

void Lanes::end(std::optional<archive::ManifestSummary> manifest) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(ended_, true)) return;
  manifest_ = std::move(manifest);
  destinations_.notify_all();
}

bool Lanes::await_all_gone(const Waiting& waiting) {
  std::unique_lock lock(mutex_);
  return wait(
      lock, [](const Lane&) { return false; }, waiting);
}

void Lanes::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  destinations_.notify_all();
}

Lanes::Work Lanes::take(std::size_t number, std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  Lane& lane = lanes_[number];
  const auto anything = [&] { return !lane.questions.empty() || !lane.blocks.empty() || lane.dropped || ended_; };
  if (!anything()) {
    lane.hungry = true;
    reader_.notify_one();
    destinations_.wait_for(lock, patience, anything);
    lane.hungry = false;
  }
  Work work;
  work.questions.assign(std::make_move_iterator(lane.questions.begin()), std::make_move_iterator(lane.questions.end()));
  work.blocks = std::move(lane.blocks);
  work.dropped = lane.dropped;
  work.ended = ended_ && !lane.dropped;
  if (work.ended) work.manifest = manifest_;
  clear(lane);
  reader_.notify_one();
  return work;
}

void Lanes::answer(std::size_t lane, Question& question, const std::vector<Digest>& missing) {
  const std::lock_guard lock(mutex_);
  if (!lanes_[lane].attached) return;  // nobody waits for it any more, and what was asked may be in use
  question.missing.insert(missing.begin(), missing.end());
  question.answered[lane] = true;
  reader_.notify_one();
}

void Lanes::leave(std::size_t lane) {
  const std::lock_guard lock(mutex_);
  lanes_[lane].attached = false;
  clear(lanes_[lane]);
  reader_.notify_one();
}

bool Lanes::open(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  destinations_.wait_for(lock, patience, [&] { return closed_; });
  return !closed_;
}

}  // namespace coffer::client
