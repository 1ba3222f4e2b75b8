// One destination's part in a backup, on a thread of its own: it answers what is asked, sends what its server lacks of what is read, and
// commits the version, or ends in a way of its own that is nobody else's. Must not know: files, other destinations.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <variant>

#include "archive/version_chain.h"
#include "client/block_sender.h"
#include "client/failure.h"
#include "client/lanes.h"
#include "client/server_link.h"

namespace coffer::client {

/// What a version is committed with.
struct Committing {
  const keys::ArchiveKeys& keys;
  const archive::ChainPoint& chain;
  std::int64_t now_ns = 0;
  const MakeRandom& make_random;
};

enum class DeliveryState : std::uint8_t {
  together,   // takes what is read as it is read
  behind,     // too slow for the others: comes after them
  committed,  // has the version
  failed,
};

class Delivery {
 public:
  struct Behind {};  // dropped from the reading; its session lives
  struct Owing {
  };  // the server waits for a block that was offered by its name alone and that no file has any more: nothing can be committed
  struct Abandoned {};  // the reading was not read to its end
  /// The version was sent whole and no acknowledgement came: only the server knows whether it has it.
  struct Unknown {
    Failure failure;
  };
  using End = std::variant<archive::ChainPoint, Failure, Behind, Owing, Abandoned, Unknown>;

  /// All must outlive it. Begins at once.
  Delivery(ServerLink& link, BlockSender& sender, const Committing& committing, Lanes& lanes, std::size_t lane);

  /// Waits for it. To be asked for once, when the lanes are closed or it is gone.
  End end() {
    thread_.join();
    return std::move(end_);
  }
  /// So far, in this session.
  std::uint64_t octets_sent() const { return octets_sent_; }
  DeliveryState state() const { return state_; }

 private:
  void run();
  Outcome<End> deliver();
  Outcome<void> do_work(Lanes::Work work);
  Outcome<End> commit(const archive::ManifestSummary& manifest);
  Outcome<void> stay_alive();

  ServerLink& link_;
  BlockSender& sender_;
  const Committing committing_;
  Lanes& lanes_;
  const std::size_t lane_;
  std::atomic<std::uint64_t> octets_sent_ = 0;
  std::atomic<DeliveryState> state_ = DeliveryState::together;
  End end_;
  std::jthread thread_;  // last
};

}  // namespace coffer::client
