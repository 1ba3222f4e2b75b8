#include "client/delivery.h"

#include <chrono>
#include <utility>

#include <botan/rng.h>
#include <fmt/format.h>

namespace coffer::client {
namespace {

/// A session without a word for long would be ended; and a server that has gone is noticed here.
constexpr std::chrono::milliseconds patience{1000};

}  // namespace

Delivery::Delivery(ServerLink& link, BlockSender& sender, const Committing& committing, Lanes& lanes, std::size_t lane)
    : link_(link), sender_(sender), committing_(committing), lanes_(lanes), lane_(lane), octets_sent_(sender.counts().octets_sent) {
  sender_.on_sent = [this] { octets_sent_ = sender_.counts().octets_sent; };
  thread_ = std::jthread([this] { run(); });
}

void Delivery::run() {
  auto end = deliver();
  end_ = end ? std::move(*end) : End(std::move(end.error()));
  if (std::holds_alternative<archive::ChainPoint>(end_)) state_ = DeliveryState::committed;
  if (std::holds_alternative<Failure>(end_) || std::holds_alternative<Unknown>(end_)) state_ = DeliveryState::failed;
  sender_.on_sent = [] {};
  lanes_.leave(lane_);
}

Outcome<Delivery::End> Delivery::deliver() {
  while (true) {
    auto work = lanes_.take(lane_, patience);
    const bool dropped = work.dropped, ended = work.ended;
    const auto manifest = work.manifest;
    if (ended && !manifest) return Abandoned{};
    if (work.idle()) {
      // Reading is slow: what is at hand goes out, and the session stays alive.
      if (auto sent = sender_.flush(); !sent) return std::unexpected(sent.error());
      if (auto alive = link_.ping(); !alive) return std::unexpected(alive.error());
    } else if (auto done = do_work(std::move(work)); !done) {
      return std::unexpected(done.error());
    }
    if (dropped) {
      if (auto alive = stay_alive(); !alive) return std::unexpected(alive.error());
      return Behind{};
    }
    if (ended) return commit(*manifest);
  }
}

Outcome<void> Delivery::do_work(Lanes::Work work) {
  for (const auto& question : work.questions) {
    const auto missing = sender_.ask(question->ids);
    if (!missing) return std::unexpected(missing.error());
    lanes_.answer(lane_, *question, *missing);
  }
  for (BlockPointer& block : work.blocks)
    if (auto added = sender_.add(std::move(block)); !added) return added;
  return {};
}

Outcome<void> Delivery::stay_alive() {
  state_ = DeliveryState::behind;
  if (auto sent = sender_.flush(); !sent) return sent;
  while (lanes_.open(patience))
    if (auto alive = link_.ping(); !alive) return alive;
  return {};
}

Outcome<Delivery::End> Delivery::commit(const archive::ManifestSummary& manifest) {
  if (auto sent = sender_.flush(); !sent) return std::unexpected(sent.error());
  // [ARC-035] A client MUST commit a version only after sending every block of it that was named missing.
  if (!sender_.owed().empty()) return Owing{};
  const archive::VersionRecord record{.number = committing_.chain.number + 1,
                                      .previous = committing_.chain.link,
                                      .created_ns = committing_.now_ns,
                                      .kind = archive::RecordKind::tree,
                                      .depth = manifest.depth,
                                      .root = manifest.root,
                                      .entry_count = manifest.entry_count,
                                      .content_octets = manifest.content_octets,
                                      .retired = {}};
  archive::RecordVault vault(committing_.keys);
  const auto random = committing_.make_random();
  auto sealed = vault.seal(record, *random);
  if (!sealed)
    return std::unexpected(Failure{ExitCode::local, fmt::format("the version cannot be sealed: {}", archive::describe(sealed.error()))});
  const archive::ChainPoint version{record.number, archive::link_of(record.previous, record.number, *sealed)};
  auto committed = link_.commit({.number = record.number,
                                 .previous = Octets(record.previous.begin(), record.previous.end()),
                                 .link = Octets(version.link.begin(), version.link.end()),
                                 .record = std::move(*sealed)});
  if (committed) return version;
  if (committed.error().not_done) return std::unexpected(std::move(committed.error()));
  Unknown unknown{std::move(committed.error())};
  unknown.failure.message += fmt::format(
      "\nVersion {} was complete, and its acknowledgement did not come: `coffer versions` shows whether the server has it", record.number);
  return unknown;
}

}  // namespace coffer::client
