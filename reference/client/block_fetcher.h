// Blocks on their way from a server: asked for in windows, opened by the workers while the next windows are on their way, and handed on in
// order, by a thread of its own, so that slow writing holds up nothing but itself. A lost block is no failure: it is handed on as what was
// wrong with it. Must not know: files, manifests.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "archive/block.h"
#include "client/block_sender.h"
#include "client/bounded_queue.h"
#include "client/server_link.h"
#include "client/workers.h"

namespace coffer::client {

class BlockFetcher {
 public:
  /// A block, or why there is none: "the server lacks it or holds it damaged", "the seal does not fit …".
  using Block = std::expected<Octets, std::string>;
  /// Called for each place in `ids`, in order, all on one thread, which is not fetch()'s. A Failure stops the fetching.
  using Sink = std::function<Outcome<void>(std::size_t index, const Block& block)>;
  /// About how many octets a block has: how many are asked for at once depends on it, and so the memory that is needed.
  using Expected = std::function<std::size_t(std::size_t index)>;

  struct Counts {
    std::uint64_t blocks = 0, octets = 0;  // received, sealed
  };

  /// Told of each block that comes, by the thread that fetches.
  using Arrived = std::function<void(const Counts&)>;
  /// Asked often, by that thread and the one that hands on: true ends the fetching with `interrupted`.
  using Interrupted = std::function<bool()>;

  static void unseen(const Counts&) {}
  static bool never() { return false; }

  BlockFetcher(ServerLink& link, const keys::ArchiveKeys& keys, Arrived arrived = unseen, Interrupted interrupted = never);

  /// What is fetched: blocks of one kind, and what becomes of them. `done` is called after the last, on the same thread, unless a Failure
  /// came before.
  struct Wish {
    archive::BlockKind kind{};
    std::vector<Digest> ids;
    Sink sink;
    Expected expected = [](std::size_t) { return std::size_t{64} << 10U; };
    std::function<Outcome<void>()> done = [] { return Outcome<void>(); };
  };
  class Stream;

  /// Returns when everything has been handed on.
  Outcome<void> fetch(Wish wish);
  Outcome<void> fetch(archive::BlockKind kind, const std::vector<Digest>& ids, const Sink& sink) {
    return fetch({.kind = kind, .ids = ids, .sink = sink});
  }
  const Counts& counts() const { return counts_; }

 private:
  /// What one worker opens in one go; not gone before the worker is done with it.
  struct Group {
    ~Group() {
      if (opening.valid()) opening.wait();
    }
    std::vector<std::pair<Digest, Octets>> sealed;
    std::size_t octets = 0;
    std::future<std::vector<Block>> opening;
  };
  struct Window {
    std::shared_ptr<const Wish> wish;
    std::size_t begin = 0, end = 0;  // places in its ids
    std::vector<std::unique_ptr<Group>> groups;
  };
  Outcome<Window> ask(std::shared_ptr<const Wish> wish, std::size_t begin);
  void open(Window& window, std::unique_ptr<Group> group);
  Outcome<void> hand_on(Window window) const;
  Outcome<void> go_on() const;

  ServerLink& link_;
  Arrived arrived_;
  Interrupted interrupted_;
  Counts counts_;
  Workers<archive::BlockVault> workers_;
};

/// Wishes in a row, without a pause between them: while the blocks of one are handed on, those of the next are asked for. The thread that
/// they are handed on by is one for all.
class BlockFetcher::Stream {
 public:
  explicit Stream(BlockFetcher& fetcher);
  ~Stream() { (void)finish(); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Returns when all blocks have come, which may be before they are handed on. Failures: the session's, or what a sink said to one of
  /// this or an earlier wish; then nothing more can be fetched.
  Outcome<void> fetch(Wish wish);
  /// Returns when everything has been handed on, with what a sink said.
  Outcome<void> finish();

 private:
  BlockFetcher& fetcher_;
  BoundedQueue<Window> windows_;
  Outcome<void> handed_;  // the thread's until it has ended
  std::jthread handing_;
};

}  // namespace coffer::client
