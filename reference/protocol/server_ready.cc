// The server's operations: backup, versions, restore. Each is asked of the store by an action; its answer comes back as an event.
#include <algorithm>

#include "coffer/spec/permissions.h"
#include "fault/slip.h"
#include "fault/switch.h"
#include "protocol/block_frame.h"
#include "protocol/server_machine.h"
#include "protocol/server_permission.h"

namespace coffer::protocol {

namespace at = server_state;
using spec::Reason;
namespace permissions = spec::permissions;

namespace {

Digest digest_at(View ids, std::size_t index) {
  Digest digest;
  std::ranges::copy(ids.subspan(index * digest.size(), digest.size()), digest.begin());
  return digest;
}

}  // namespace

// [SES-020] A server in ready or restoring MUST answer each ping, in order, with a pong of the same token.
void ServerSession::Machine::on_ping(const Ping& ping) {
  if (fault::on(fault::SES_003_last_ping_first)) {
    actions.emplace_front(Send{control_frame(encode(Pong{ping.token}))});
    return;
  }
  send(Pong{fault::on(fault::SES_020_another_token) ? ping.token + 1 : ping.token});
}

// ---- Backup -------------------------------------------------------------------------------------------------------------------------

void ServerSession::Machine::on_offer_blocks(OfferBlocks offer) {
  auto& ready = in<at::Ready>();
  if (!may(ready.who, permissions::backup)) return refuse<Handler::on_offer_blocks>(not_permitted());
  actions.emplace_back(FindMissing{offer.ids});
  to<Handler::on_offer_blocks>(at::Serving{std::move(ready), at::Offer{std::move(offer.ids)}});
}

void ServerSession::Machine::on_data(const Frame& frame) {
  auto& ready = in<at::Ready>();
  auto metadata = read_block_frame(frame);
  if (!metadata) return refuse<Handler::on_data>(std::move(metadata).error());
  if (!may(ready.who, permissions::backup)) return refuse<Handler::on_data>(not_permitted());
  if (fault::on(fault::FRM_016_checksum_first) && !std::ranges::equal(checksum.of(frame.body), metadata->checksum))
    return refuse<Handler::on_data>({Reason::checksum_mismatch, "ARC-031"});
  // [ARC-032] A server MUST close with unwanted_block when a data frame's id was not named missing in this session or has already come.
  const auto id = digest_at(metadata->id, 0);
  const auto wanted = ready.wanted.find(id);
  if (wanted == ready.wanted.end() && !fault::on(fault::ARC_032_unwanted_taken)) {
    refuse<Handler::on_data>({Reason::unwanted_block, "ARC-032"});
    if (slip::on(slip::wanted_used_after_close)) ready.wanted.clear();
    return;
  }
  // [ARC-031] A server MUST close with checksum_mismatch when SHA-256 of a data part is not the checksum in its metadata.
  const auto sum = checksum.of(frame.body);
  if (!std::ranges::equal(sum, metadata->checksum) && !fault::on(fault::ARC_031_checksum_not_checked))
    return refuse<Handler::on_data>({Reason::checksum_mismatch, "ARC-031"});
  if (wanted != ready.wanted.end()) ready.wanted.erase(wanted);
  actions.emplace_back(StoreBlock{id, sum, {frame.body.begin(), frame.body.end()}});
}

void ServerSession::Machine::on_commit_version(CommitVersion commit) {
  auto& ready = in<at::Ready>();
  if (!may(ready.who, permissions::backup)) return refuse<Handler::on_commit_version>(not_permitted());
  // [ARC-036] A server MUST close with blocks_outstanding when a commit comes while a block named missing in this session has not.
  if (!ready.wanted.empty() && !fault::on(fault::ARC_036_outstanding_overlooked))
    return refuse<Handler::on_commit_version>({Reason::blocks_outstanding, "ARC-036"});
  const auto number = commit.number;
  actions.emplace_back(CommitRequest{std::move(commit)});
  to<Handler::on_commit_version>(at::Serving{std::move(ready), at::Commit{number}});
}

// ---- Versions and restore -----------------------------------------------------------------------------------------------------------

void ServerSession::Machine::on_list_versions(const ListVersions& list) {
  auto& ready = in<at::Ready>();
  if (!may(ready.who, permissions::backup | permissions::restore)) return refuse<Handler::on_list_versions>(not_permitted());
  actions.emplace_back(FindVersions{list.from});
  to<Handler::on_list_versions>(at::Serving{std::move(ready), at::List{}});
}

void ServerSession::Machine::on_list_blocks(const ListBlocks& list) {
  auto& ready = in<at::Ready>();
  if (!may(ready.who, permissions::backup)) return refuse<Handler::on_list_blocks>(not_permitted());
  actions.emplace_back(FindBlockIds{digest_at(list.after, 0)});
  to<Handler::on_list_blocks>(at::Serving{std::move(ready), at::ListIds{}});
}

void ServerSession::Machine::on_release_blocks(ReleaseBlocks release) {
  auto& ready = in<at::Ready>();
  if (!may(ready.who, permissions::backup)) return refuse<Handler::on_release_blocks>(not_permitted());
  actions.emplace_back(StageRelease{std::move(release.ids)});
  to<Handler::on_release_blocks>(at::Serving{std::move(ready), at::Release{}});
}

void ServerSession::Machine::on_restore_begin(const RestoreBegin& begin) {
  auto& ready = in<at::Ready>();
  if (!may(ready.who, permissions::restore)) return refuse<Handler::on_restore_begin>(not_permitted());
  actions.emplace_back(BeginRestore{begin.version, begin.purpose});
  to<Handler::on_restore_begin>(at::Serving{std::move(ready), at::Restore{begin.version, begin.purpose}});
}

void ServerSession::Machine::on_done(ServerAnswer answer) {
  auto [ready, operation] = std::move(in<at::Serving>());
  if (const auto* offer = std::get_if<at::Offer>(&operation)) {
    guard = "offer";
    auto& found = std::get<MissingFound>(answer);
    for (const auto index : found.indices) ready.wanted.insert(digest_at(offer->ids, index));
    send(MissingBlocks{std::move(found.indices)});
  } else if (const auto* commit = std::get_if<at::Commit>(&operation)) {
    guard = "commit";
    // [ARC-038] A server MUST acknowledge a commit only after the version and its blocks are stored: the store has just said so.
    note("version_committed", {{"user", std::to_string(ready.who.user)},
                               {"computer", guid_text(ready.who.computer)},
                               {"version", std::to_string(commit->number)}});
    send(VersionCommitted{commit->number});
  } else if (const auto* restore = std::get_if<at::Restore>(&operation)) {
    guard = "restore";
    // [ARC-050] A server MUST log each restore with user, computer, version and purpose before it answers restore_begun.
    note("restore_begun", {{"user", std::to_string(ready.who.user)},
                           {"computer", guid_text(ready.who.computer)},
                           {"version", std::to_string(restore->version)},
                           {"purpose", restore->purpose == 0 ? "restore" : "verify"}});
    send(RestoreBegun{});
    return to<Handler::on_done>(at::Restoring{std::move(ready), *restore});
  } else if (std::holds_alternative<at::ListIds>(operation)) {
    guard = "list_blocks";
    auto& found = std::get<BlockIdsFound>(answer);
    send(BlockList{std::move(found.ids), found.more});
  } else if (std::holds_alternative<at::Release>(operation)) {
    guard = "release";
    send(BlocksReleased{});
  } else if (answer_about_keys(answer)) {
    // said there
  } else {
    guard = "list";
    auto& found = std::get<VersionsFound>(answer);
    send(Versions{std::move(found.entries), found.more});
  }
  to<Handler::on_done>(std::move(ready));
}

void ServerSession::Machine::on_fetch_blocks(FetchBlocks fetch) {
  actions.emplace_back(LoadBlocks{std::move(fetch.ids)});
  to<Handler::on_fetch_blocks>(at::ServingRestore{std::move(in<at::Restoring>()), at::Fetch{}});
}

// [ARC-057] A server MUST send a fetched block's sealed octets exactly as they were stored.
void ServerSession::Machine::on_block_loaded(const BlockLoaded& block) {
  auto sealed = block.sealed;
  if (fault::on(fault::ARC_057_an_octet_altered)) sealed.back() ^= 1;
  actions.emplace_back(Send{block_frame(block.id, block.checksum, sealed)});
}

void ServerSession::Machine::on_restore_end(const RestoreEnd& end) {
  actions.emplace_back(EndRestore{end.complete});
  to<Handler::on_restore_end>(at::ServingRestore{std::move(in<at::Restoring>()), at::End{end.complete}});
}

void ServerSession::Machine::on_restore_done(ServerAnswer answer) {
  auto [restoring, operation] = std::move(in<at::ServingRestore>());
  guard = std::holds_alternative<at::End>(operation) ? "end" : "fetch";
  if (const auto* end = std::get_if<at::End>(&operation)) {
    note_restore_ended(restoring, end->complete);
    send(RestoreEnded{});
    return to<Handler::on_restore_done>(std::move(restoring.ready));
  }
  // [ARC-053] A server MUST name in blocks_fetched exactly the indices of blocks that it lacks or whose checksum no longer holds.
  auto missing = std::move(std::get<BlocksLoaded>(answer).missing);
  if (fault::on(fault::ARC_053_missing_not_named)) missing.clear();
  send(BlocksFetched{std::move(missing)});
  to<Handler::on_restore_done>(std::move(restoring));
}

// [ARC-054] A server MUST log the end of each restore and whether it was complete.
void ServerSession::Machine::note_restore_ended(const at::Restoring& restoring, bool complete) {
  note("restore_ended", {{"user", std::to_string(restoring.ready.who.user)},
                         {"computer", guid_text(restoring.ready.who.computer)},
                         {"version", std::to_string(restoring.restore.version)},
                         {"complete", complete ? "true" : "false"}});
}

}  // namespace coffer::protocol
