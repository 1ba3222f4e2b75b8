#include "client/block_fetcher.h"

#include <algorithm>
#include <memory>
#include <thread>

#include "archive/entry.h"

namespace coffer::client {
namespace {

// Two windows are held at once: at 1 MiB a block of content, 128 MiB at the very most.
constexpr std::size_t window_ids_max = 64;

}  // namespace

BlockFetcher::BlockFetcher(ServerLink& link, const keys::ArchiveKeys& keys)
    : link_(link), workers_(std::max(1U, std::thread::hardware_concurrency()), [keys] { return archive::BlockVault(keys); }) {}

Outcome<void> BlockFetcher::fetch(archive::BlockKind kind, const std::vector<Digest>& ids, const Sink& sink) {
  std::deque<Window> windows;
  for (std::size_t begin = 0; begin < ids.size(); begin = windows.back().end) {
    auto window = ask(kind, ids, begin);
    if (!window) return std::unexpected(window.error());
    windows.push_back(std::move(*window));
    if (windows.size() < 2) continue;
    if (auto taken = hand_on(std::move(windows.front()), ids, sink); !taken) return taken;
    windows.pop_front();
  }
  for (Window& window : windows)
    if (auto taken = hand_on(std::move(window), ids, sink); !taken) return taken;
  return {};
}

Outcome<BlockFetcher::Window> BlockFetcher::ask(archive::BlockKind kind, const std::vector<Digest>& ids, std::size_t begin) {
  Window window{.begin = begin, .end = begin, .opening = {}};
  std::vector<Digest> wanted;
  for (; window.end < ids.size() && wanted.size() < window_ids_max; ++window.end)
    if (std::ranges::find(wanted, ids[window.end]) == wanted.end()) wanted.push_back(ids[window.end]);
  const auto missing = link_.fetch(archive::join(wanted), [&](const Digest& id, Octets sealed) {
    ++counts_.blocks;
    counts_.octets += sealed.size();
    window.opening[id] = workers_.run([kind, id, held = std::make_shared<Octets>(std::move(sealed))](archive::BlockVault& vault) -> Block {
      auto block = vault.open(kind, id, *held);
      if (!block) return std::unexpected(std::string(archive::describe(block.error())));
      return std::move(*block);
    });
  });
  if (!missing) return std::unexpected(missing.error());
  return window;
}

Outcome<void> BlockFetcher::hand_on(Window window, const std::vector<Digest>& ids, const Sink& sink) {
  std::map<Digest, Block> opened;
  for (auto& [id, opening] : window.opening) opened.emplace(id, opening.get());
  const Block lost = std::unexpected(std::string("the server lacks it or holds it damaged"));
  for (std::size_t index = window.begin; index < window.end; ++index) {
    const auto found = opened.find(ids[index]);
    if (auto taken = sink(index, found == opened.end() ? lost : found->second); !taken) return taken;
  }
  return {};
}

}  // namespace coffer::client
