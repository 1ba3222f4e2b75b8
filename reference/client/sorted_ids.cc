#include "client/sorted_ids.h"

#include <algorithm>

namespace coffer::client {
namespace {

std::span<std::uint8_t> octets_of(std::vector<Digest>& ids) { return {ids.front().data(), ids.size() * sizeof(Digest)}; }

constexpr auto later = [](const auto& one, const auto& other) { return one.front() > other.front(); };

}  // namespace

Outcome<void> SortedIds::add(const Digest& id) {
  fresh_.push_back(id);
  return fresh_.size() < in_memory_max_ ? Outcome<void>{} : spill();
}

void SortedIds::sort_fresh() {
  std::ranges::sort(fresh_);
  fresh_.erase(std::ranges::unique(fresh_).begin(), fresh_.end());
}

Outcome<void> SortedIds::spill() {
  sort_fresh();
  if (auto written = file_.append(octets_of(fresh_)); !written) return written;
  ends_.push_back(file_.size());
  fresh_.clear();
  return {};
}

Outcome<void> SortedIds::begin_merging() {
  merging_ = true;
  sort_fresh();
  read_at_once_ = std::max<std::size_t>(1, in_memory_max_ / (ends_.size() + 1));
  std::uint64_t begin = 0;
  for (const std::uint64_t end : ends_) {
    Run run{begin, end};
    if (auto read = read_on(run); !read) return read;
    runs_.push_back(std::move(run));
    begin = end;
  }
  if (!fresh_.empty()) runs_.push_back({.read = std::move(fresh_)});
  std::ranges::make_heap(runs_, later);
  return {};
}

Outcome<void> SortedIds::read_on(Run& run) {
  run.at = 0;
  run.read.resize(std::min<std::uint64_t>(read_at_once_, (run.end - run.next) / sizeof(Digest)));
  if (run.read.empty()) return {};
  const std::uint64_t from = run.next;
  run.next += run.read.size() * sizeof(Digest);
  return file_.read(from, octets_of(run.read));
}

Outcome<bool> SortedIds::contains(const Digest& id) {
  if (!merging_)
    if (auto begun = begin_merging(); !begun) return std::unexpected(begun.error());
  while (!runs_.empty() && runs_.front().front() < id) {
    std::ranges::pop_heap(runs_, later);
    Run& run = runs_.back();
    if (++run.at == run.read.size())
      if (auto read = read_on(run); !read) return std::unexpected(read.error());
    if (run.read.empty())
      runs_.pop_back();
    else
      std::ranges::push_heap(runs_, later);
  }
  return !runs_.empty() && runs_.front().front() == id;
}

}  // namespace coffer::client
