// Blocks on their way from a server: asked for in windows, opened by the workers while the next window is on its way, handed on in order.
// A lost block is no failure: it is handed on as what was wrong with it.
// Must not know: files, manifests.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <string>
#include <vector>

#include "archive/block.h"
#include "client/server_link.h"
#include "client/workers.h"

namespace coffer::client {

class BlockFetcher {
 public:
  /// A block, or why there is none: "the server lacks it or holds it damaged", "the seal does not fit …".
  using Block = std::expected<Octets, std::string>;
  /// Called for each place in `ids`, in order. A Failure stops the fetching.
  using Sink = std::function<Outcome<void>(std::size_t index, const Block& block)>;

  struct Counts {
    std::uint64_t blocks = 0, octets = 0;  // received, sealed
  };

  BlockFetcher(ServerLink& link, const keys::ArchiveKeys& keys);

  Outcome<void> fetch(archive::BlockKind kind, const std::vector<Digest>& ids, const Sink& sink);
  const Counts& counts() const { return counts_; }

 private:
  struct Window {
    std::size_t begin = 0, end = 0;  // places in the ids
    std::map<Digest, std::future<Block>> opening;
  };
  Outcome<Window> ask(archive::BlockKind kind, const std::vector<Digest>& ids, std::size_t begin);
  Outcome<void> hand_on(Window window, const std::vector<Digest>& ids, const Sink& sink);

  ServerLink& link_;
  Counts counts_;
  Workers<archive::BlockVault> workers_;
};

}  // namespace coffer::client
