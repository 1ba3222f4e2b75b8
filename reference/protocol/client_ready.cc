// The client's operations: each request is sent, and its answer must fit it.
#include <algorithm>
#include <iterator>
#include <ranges>
#include <span>

#include "fault/slip.h"
#include "fault/switch.h"
#include "protocol/block_frame.h"
#include "protocol/client_machine.h"

namespace coffer::protocol {

namespace at = client_state;
using spec::Reason;

namespace {

std::vector<Digest> digests(View ids) {
  std::vector<Digest> each(ids.size() / sizeof(Digest));
  for (auto at = ids.begin(); auto& digest : each) at = std::ranges::copy_n(at, sizeof(Digest), digest.begin()).in;
  return each;
}

Fault bad_answer(std::string_view requirement) { return {Reason::bad_answer, requirement}; }

}  // namespace

/// What a server would refuse is the program's mistake, and never leaves the client.
bool ClientSession::Machine::sound(const ClientRequest& request) const {
  // [ARC-034] A client MUST send exactly the blocks that were named missing.
  if (const auto* block = std::get_if<SendBlock>(&request))
    return to_send.contains(block->id) || fault::on(fault::ARC_034_stored_ones_too) || fault::on(fault::ARC_030_sends_before_it_offers);
  // [ARC-035] A client MUST commit a version only after sending every block of it that was named missing.
  if (const auto* commit = std::get_if<BeginCommit>(&request)) return to_send.empty() && check_fields(commit->version);
  // [ARC-030] A client MUST offer block ids, 1 to 1,024 at a time.
  if (const auto* offer = std::get_if<BeginOffer>(&request))
    return check_fields(OfferBlocks{offer->ids}).has_value() || fault::on(fault::ARC_030_offers_too_many);
  if (const auto* fetch = std::get_if<BeginFetch>(&request)) return check_fields(FetchBlocks{fetch->ids}).has_value();
  if (const auto* release = std::get_if<BeginRelease>(&request)) return check_fields(ReleaseBlocks{release->ids}).has_value();
  if (const auto* store = std::get_if<BeginStoreKey>(&request)) return check_fields(StoreKey{store->record}).has_value();
  if (const auto* recover = std::get_if<BeginRecoverKey>(&request)) return check_fields(RecoverKey{recover->recipient}).has_value();
  if (const auto* change = std::get_if<BeginChangePassword>(&request))
    return check_fields(ChangePassword{change->current, change->replacement}).has_value();
  if (const auto* restore = std::get_if<RequestRestore>(&request))
    return check_fields(RestoreBegin{restore->version, restore->purpose}).has_value();
  return true;
}

// ---- A sign of life -----------------------------------------------------------------------------------------------------------------

void ClientSession::Machine::on_begin_ping(const BeginPing& request) {
  send(Ping{request.token});
  to<Handler::on_begin_ping>(at::AwaitPong{request.token});
}

// [SES-042] A client MUST close with bad_answer when a pong's token is not that of its ping.
void ClientSession::Machine::on_pong(const Pong& pong) {
  if (pong.token != in<at::AwaitPong>().token && !fault::on(fault::SES_042_any_token))
    return refuse<Handler::on_pong>(bad_answer("SES-042"));
  actions.emplace_back(Alive{pong.token});
  to<Handler::on_pong>(at::Ready{});
}

// ---- Backup -------------------------------------------------------------------------------------------------------------------------

void ClientSession::Machine::on_begin_offer(BeginOffer request) {
  auto offered = digests(request.ids);
  send(OfferBlocks{std::move(request.ids)});
  to<Handler::on_begin_offer>(at::AwaitMissingBlocks{std::move(offered)});
}

// [SES-040] A client MUST close with bad_answer when an answer does not fit its request: indices name blocks of the offer, each block once.
void ClientSession::Machine::on_missing_blocks(MissingBlocks missing) {
  const auto& offered = in<at::AwaitMissingBlocks>().offered;
  std::set<Digest> named;
  if (fault::on(fault::SES_040_indices_beyond)) std::erase_if(missing.indices, [&](const auto index) { return index >= offered.size(); });
  const auto bound = offered.size() + (slip::on(slip::answered_index_off_by_one) ? 1 : 0);
  for (const auto index : missing.indices)
    if (index >= bound || !named.insert(offered[index]).second) return refuse<Handler::on_missing_blocks>(bad_answer("SES-040"));
  to_send.merge(named);
  actions.emplace_back(Wanted{std::move(missing.indices)});
  to<Handler::on_missing_blocks>(at::Ready{});
}

void ClientSession::Machine::on_send_block(const SendBlock& request) {
  to_send.erase(request.id);
  if (!fault::on(fault::ARC_035_last_block_forgotten) || !to_send.empty())
    actions.emplace_back(Send{block_frame(request.id, request.checksum, request.sealed)});
  to<Handler::on_send_block>(at::Ready{});
}

void ClientSession::Machine::on_begin_commit(BeginCommit request) {
  const auto number = request.version.number;
  send(std::move(request.version));
  to<Handler::on_begin_commit>(at::AwaitVersionCommitted{number});
}

// [ARC-039] A client MUST close with bad_answer when the acknowledged number is not the committed one.
void ClientSession::Machine::on_version_committed(const VersionCommitted& committed) {
  if (committed.number != in<at::AwaitVersionCommitted>().number && !fault::on(fault::ARC_039_any_number))
    return refuse<Handler::on_version_committed>(bad_answer("ARC-039"));
  actions.emplace_back(VersionStored{committed.number});
  to<Handler::on_version_committed>(at::Ready{});
}

// ---- Versions and restore -----------------------------------------------------------------------------------------------------------

void ClientSession::Machine::on_begin_list(const BeginList& request) {
  send(ListVersions{request.from});
  to<Handler::on_begin_list>(at::AwaitVersions{request.from});
}

// [ARC-042] A client MUST close with bad_answer when versions are not in ascending order from the number it asked for.
void ClientSession::Machine::on_versions(Versions versions) {
  const auto numbers = versions.entries | std::views::transform(&VersionEntry::number);
  const bool ascending =
      fault::on(fault::ARC_042_any_order) || std::ranges::adjacent_find(numbers, std::greater_equal<>()) == numbers.end();
  if (!ascending || (!numbers.empty() && numbers.front() < in<at::AwaitVersions>().from))
    return refuse<Handler::on_versions>(bad_answer("ARC-042"));
  // [SES-040] An answer that names nothing and promises more would be asked for without end.
  if (versions.entries.empty() && versions.more && !fault::on(fault::SES_040_an_empty_page_and_more))
    return refuse<Handler::on_versions>(bad_answer("SES-040"));
  actions.emplace_back(VersionsListed{std::move(versions.entries), versions.more});
  to<Handler::on_versions>(at::Ready{});
}

void ClientSession::Machine::on_begin_list_blocks(const BeginListBlocks& request) {
  send(ListBlocks{{request.after.begin(), request.after.end()}});
  to<Handler::on_begin_list_blocks>(at::AwaitBlockList{request.after});
}

// [ARC-112] A client MUST close with bad_answer when the ids of block_list are not in strictly ascending octet order behind the one that it
// stated.
void ClientSession::Machine::on_block_list(BlockList list) {
  auto before = in<at::AwaitBlockList>().after;
  for (const auto& id : digests(list.ids)) {
    if (id <= before && !fault::on(fault::ARC_112_any_order)) return refuse<Handler::on_block_list>(bad_answer("ARC-112"));
    before = id;
  }
  // [SES-040] An answer that names nothing and promises more would be asked for without end.
  if (list.ids.empty() && list.more && !fault::on(fault::SES_040_an_empty_page_and_more))
    return refuse<Handler::on_block_list>(bad_answer("SES-040"));
  actions.emplace_back(BlocksListed{std::move(list.ids), list.more});
  to<Handler::on_block_list>(at::Ready{});
}

void ClientSession::Machine::on_begin_release(BeginRelease request) {
  send(ReleaseBlocks{std::move(request.ids)});
  to<Handler::on_begin_release>(at::AwaitBlocksReleased{});
}

void ClientSession::Machine::on_blocks_released() {
  actions.emplace_back(ReleaseTaken{});
  to<Handler::on_blocks_released>(at::Ready{});
}

void ClientSession::Machine::on_begin_restore(const RequestRestore& request) {
  send(RestoreBegin{request.version, request.purpose});
  to<Handler::on_begin_restore>(at::AwaitRestoreBegun{});
}

void ClientSession::Machine::on_restore_begun() {
  actions.emplace_back(RestoreStarted{});
  to<Handler::on_restore_begun>(at::Restoring{});
}

void ClientSession::Machine::on_begin_fetch(BeginFetch request) {
  auto asked = digests(request.ids);
  send(FetchBlocks{std::move(request.ids)});
  to<Handler::on_begin_fetch>(at::AwaitBlocks{std::move(asked)});
}

void ClientSession::Machine::on_data(const Frame& frame) {
  auto metadata = read_block_frame(frame);
  if (!metadata) return refuse<Handler::on_data>(std::move(metadata).error());
  if (fault::on(fault::FRM_016_checksum_first) && !std::ranges::equal(checksum.of(frame.body), metadata->checksum))
    return refuse<Handler::on_data>({Reason::checksum_mismatch, "ARC-055"});
  // [ARC-056] A client MUST close with bad_answer when fetched blocks are not those it asked for, in order, less those named missing.
  auto& blocks = in<at::AwaitBlocks>();
  const auto from = blocks.asked.begin() + static_cast<std::ptrdiff_t>(blocks.next);
  const auto asked = std::find_if(from, blocks.asked.end(), [&](const Digest& id) { return std::ranges::equal(id, metadata->id); });
  if (fault::on(fault::ARC_056_others_overlooked) && asked == blocks.asked.end()) return;
  if (asked == blocks.asked.end()) return refuse<Handler::on_data>(bad_answer("ARC-056"));
  const auto index = static_cast<std::size_t>(asked - blocks.asked.begin());
  // [ARC-055] A client MUST close with checksum_mismatch when a fetched data part does not have its metadata's checksum.
  if (!std::ranges::equal(checksum.of(frame.body), metadata->checksum) && !fault::on(fault::ARC_055_checksum_not_checked))
    return refuse<Handler::on_data>({Reason::checksum_mismatch, "ARC-055"});
  for (; blocks.next < index; ++blocks.next) blocks.passed_over.push_back(static_cast<std::uint16_t>(blocks.next));
  ++blocks.next;
  actions.emplace_back(BlockArrived{*asked, {frame.body.begin(), frame.body.end()}});
}

void ClientSession::Machine::on_blocks_fetched(BlocksFetched fetched) {
  auto& blocks = in<at::AwaitBlocks>();
  for (; blocks.next < blocks.asked.size(); ++blocks.next) blocks.passed_over.push_back(static_cast<std::uint16_t>(blocks.next));
  if (fetched.missing != blocks.passed_over && !fault::on(fault::ARC_056_any_end))
    return refuse<Handler::on_blocks_fetched>(bad_answer("ARC-056"));
  actions.emplace_back(BlocksEnded{std::move(fetched.missing)});
  const std::span passed_over(blocks.passed_over);
  to<Handler::on_blocks_fetched>(at::Restoring{});
  if (slip::on(slip::passed_over_used_after_fetch) && passed_over.size() == 2 && passed_over.front() == passed_over.back()) end({});
}

void ClientSession::Machine::on_end_restore(const FinishRestore& request) {
  send(RestoreEnd{request.complete});
  to<Handler::on_end_restore>(at::AwaitRestoreEnded{});
}

void ClientSession::Machine::on_restore_ended() {
  actions.emplace_back(RestoreFinished{});
  to<Handler::on_restore_ended>(at::Ready{});
}

void ClientSession::Machine::on_leave() {
  send(Goodbye{});
  to<Handler::on_leave>(at::Leaving{});
}

}  // namespace coffer::protocol
