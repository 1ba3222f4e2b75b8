#include "client/block_fetcher.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "client/interruption.h"
#include "coffer/spec/limits.h"

namespace coffer::client {
namespace {

// Sealed and opened, a window and the two that wait to be handed on hold about six times so much.
constexpr std::size_t window_octets_max = 8U << 20U;
constexpr std::size_t windows_waiting_max = 2;
constexpr std::size_t group_octets_max = 256U << 10U;
constexpr std::size_t group_blocks_max = 64;
constexpr std::chrono::milliseconds patience{1000};

}  // namespace

BlockFetcher::BlockFetcher(ServerLink& link, const keys::ArchiveKeys& keys, Arrived arrived, Interrupted interrupted)
    : link_(link),
      arrived_(std::move(arrived)),
      interrupted_(std::move(interrupted)),
      workers_(std::max(1U, std::thread::hardware_concurrency()), [keys] { return archive::BlockVault(keys); }) {}

Outcome<void> BlockFetcher::fetch(Wish wish) {
  Stream stream(*this);
  auto fetched = stream.fetch(std::move(wish));
  auto handed = stream.finish();
  return handed ? fetched : handed;
}

Outcome<void> BlockFetcher::go_on() const { return interrupted_() ? std::unexpected(interrupted()) : Outcome<void>{}; }

Outcome<BlockFetcher::Window> BlockFetcher::ask(std::shared_ptr<const Wish> wish, std::size_t begin) {
  if (auto going = go_on(); !going) return std::unexpected(going.error());
  const std::vector<Digest>& ids = wish->ids;
  Window window{.wish = wish, .begin = begin, .end = begin, .groups = {}};
  std::vector<Digest> wanted;
  IdSet known;
  for (std::size_t octets = 0; window.end < ids.size() && wanted.size() < spec::limits::blocks_per_request_max; ++window.end) {
    if (known.contains(ids[window.end])) continue;
    octets += wish->expected(window.end);
    if (!wanted.empty() && octets > window_octets_max) break;
    known.insert(ids[window.end]);
    wanted.push_back(ids[window.end]);
  }
  if (wanted.empty()) return window;
  auto group = std::make_unique<Group>();
  const auto missing = link_.fetch(archive::join(wanted), [&](const Digest& id, Octets sealed) {
    ++counts_.blocks;
    counts_.octets += sealed.size();
    arrived_(counts_);
    group->octets += sealed.size();
    group->sealed.emplace_back(id, std::move(sealed));
    if (group->octets >= group_octets_max || group->sealed.size() >= group_blocks_max)
      open(window, std::exchange(group, std::make_unique<Group>()));
  });
  open(window, std::move(group));
  if (!missing) return std::unexpected(missing.error());
  return window;
}

void BlockFetcher::open(Window& window, std::unique_ptr<Group> group) {
  if (group->sealed.empty()) return;
  group->opening = workers_.run([kind = window.wish->kind, &work = *group](archive::BlockVault& vault) {
    std::vector<Block> blocks;
    blocks.reserve(work.sealed.size());
    for (auto& [id, sealed] : work.sealed) {
      auto block = vault.open(kind, id, sealed);
      sealed = {};
      if (block)
        blocks.emplace_back(std::move(*block));
      else
        blocks.emplace_back(std::unexpected(std::string(archive::describe(block.error()))));
    }
    return blocks;
  });
  window.groups.push_back(std::move(group));
}

Outcome<void> BlockFetcher::hand_on(Window window) const {
  const std::vector<Digest>& ids = window.wish->ids;
  std::unordered_map<Digest, Block, DigestHash> opened;
  auto group = window.groups.begin();
  const Block lost = std::unexpected(std::string("the server lacks it or holds it damaged"));
  Outcome<void> outcome;
  // Blocks come in the order of their first places: a block that is not there yet is in the next group, or in none.
  const auto take_group = [&] {
    auto blocks = (*group)->opening.get();
    for (std::size_t i = 0; i < blocks.size(); ++i) opened.insert_or_assign((*group)->sealed[i].first, std::move(blocks[i]));
    ++group;
  };
  for (std::size_t index = window.begin; outcome && index < window.end; ++index) {
    if (auto going = go_on(); !going) return going;
    auto found = opened.find(ids[index]);
    while (found == opened.end() && group != window.groups.end()) {
      take_group();
      found = opened.find(ids[index]);
    }
    outcome = window.wish->sink(index, found == opened.end() ? lost : found->second);
  }
  return outcome && window.end == ids.size() ? window.wish->done() : outcome;
}

BlockFetcher::Stream::Stream(BlockFetcher& fetcher)
    : fetcher_(fetcher), windows_(windows_waiting_max), handing_([this] {
        while (!windows_.drained())
          for (Window& window : windows_.pop(patience)) {
            if (handed_) handed_ = fetcher_.hand_on(std::move(window));
            if (!handed_) windows_.stop();
          }
      }) {}

Outcome<void> BlockFetcher::Stream::fetch(Wish wish) {
  const auto shared = std::make_shared<const Wish>(std::move(wish));
  std::size_t begin = 0;
  do {
    auto window = fetcher_.ask(shared, begin);
    if (!window) return std::unexpected(window.error());
    begin = window->end;
    if (!windows_.push(std::move(*window), 1)) return finish();
  } while (begin < shared->ids.size());
  return {};
}

Outcome<void> BlockFetcher::Stream::finish() {
  if (handing_.joinable()) {
    windows_.close();
    handing_.join();
  }
  return handed_;
}

}  // namespace coffer::client
