#include "server/backend.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>

#include "coffer/spec/limits.h"
#include "fault/switch.h"
#include "protocol/octets.h"

namespace coffer::server {
namespace {

using net::ConnectionId;
using protocol::ServerAnswer;

}  // namespace

Backend::Session Backend::session(ConnectionId connection) {
  const std::scoped_lock lock{mutex_};
  const auto found = sessions_.find(connection);
  return found == sessions_.end() ? Session{} : found->second;
}

template <class Change>
void Backend::update(ConnectionId connection, Change change) {
  const std::scoped_lock lock{mutex_};
  if (const auto found = sessions_.find(connection); found != sessions_.end()) change(found->second);
}

protocol::Failed Backend::failed(ConnectionId connection, const store::Trouble& trouble) {
  spdlog::error("connection={} store: {}", connection, trouble.what);
  return {trouble.what};
}

store::Result<store::Archive> Backend::archive(ConnectionId connection) {
  const auto who = session(connection);
  if (who.archive) return *who.archive;
  if (who.user == 0) return std::unexpected(store::Trouble{store::Trouble::Kind::failed, "an operation before a user was verified"});
  auto found = fault::on(fault::IDN_024_one_archive_for_all) ? store_.archive_of(1, 1, connection)
                                                             : store_.archive_of(who.user, who.computer, connection);
  if (found) update(connection, [&](Session& state) { state.archive = *found; });
  return found;
}

// ---- Who may come in --------------------------------------------------------------------------------------------------------------------

ServerAnswer Backend::check_computer(ConnectionId connection, const protocol::CheckComputer& question) {
  auto admitted = directory_.admit_computer(question.guid);
  if (!admitted) return std::move(admitted).error();
  // [IDN-004] A server MUST refuse a computer that has another session whose user is verified and that is not yet closed.
  // [IDN-027] A server MUST NOT refuse a computer because of a session whose user is not verified: to name a computer takes nothing.
  if (presence_.taken(question.guid) && !fault::on(fault::IDN_004_two_sessions))
    return protocol::ComputerRefused{"the computer has another session"};
  const std::scoped_lock lock{mutex_};
  if (fault::on(fault::IDN_027_naming_takes_the_place) &&
      std::ranges::any_of(sessions_, [&](const auto& one) { return one.second.computer == question.guid; }))
    return protocol::ComputerRefused{"the computer has another session"};
  sessions_[connection].computer = question.guid;
  return *admitted;
}

ServerAnswer Backend::check_login(ConnectionId connection, const protocol::CheckLogin& question) {
  auto answer = directory_.check_login(question.login, session(connection).computer);
  if (answer) return std::move(*answer);
  if (!answer.error().own_trouble) return protocol::LoginRefused{std::move(answer.error().cause)};
  spdlog::error("connection={} {}", connection, answer.error().cause);
  return protocol::Failed{std::move(answer.error().cause)};
}

ServerAnswer Backend::enter(ConnectionId connection, protocol::LoginAdmitted admitted) {
  const auto who = session(connection);
  if (who.computer == 0) return protocol::Failed{"the session ended while its login was checked"};  // nobody hears it
  // [IDN-026] A server MUST close with computer_refused when a login that it would accept otherwise comes from a computer that has such a
  // session by then.
  if (!presence_.arrive(who.computer, connection) && !fault::on(fault::IDN_026_place_not_asked_for))
    return protocol::ComputerRefused{"the computer got another session meanwhile"};
  update(connection, [&](Session& state) { state.user = admitted.user; });
  return admitted;
}

void Backend::closed(ConnectionId connection) {
  const auto who = session(connection);
  // First what cannot fail: a computer whose place is not given back is refused for good.
  presence_.leave(who.computer, connection);
  {
    const std::scoped_lock lock{mutex_};
    sessions_.erase(connection);
  }
  store_.end_session(connection);
  if (who.restoring && who.archive) {
    // [ARC-054] A server must log the end of each restore and whether it was complete.
    if (const auto ended = store_.end_restore(*who.archive, false); !ended) failed(connection, ended.error());
  }
  if (who.unsettled) {
    if (const auto settled = store_.settle(); !settled) failed(connection, settled.error());
  }
}

// ---- Backup
// -------------------------------------------------------------------------------------------------------------------------------

ServerAnswer Backend::find_missing(ConnectionId connection, const protocol::FindMissing& question) {
  const auto where = archive(connection);
  if (!where) return failed(connection, where.error());
  if (auto refusal = keys_.may_offer(where->owner)) return std::move(*refusal);
  auto missing = store_.missing(*where, question.ids);
  if (!missing) return failed(connection, missing.error());
  return protocol::MissingFound{std::move(*missing)};
}

std::optional<ServerAnswer> Backend::store_blocks(ConnectionId connection, std::span<const protocol::StoreBlock> blocks) {
  // Until they are stored, whatever goes wrong.
  const bool lacking = session(connection).lacking;
  update(connection, [](Session& state) { state.lacking = true; });
  const auto where = archive(connection);
  if (!where) return failed(connection, where.error());
  std::vector<store::NewBlock> arrived;
  arrived.reserve(blocks.size());
  for (const auto& block : blocks) arrived.push_back({block.id, block.checksum, block.sealed});
  if (const auto stored = store_.put(*where, arrived); !stored) {
    // [ARC-130] … MUST close with quota_exceeded when a block comes that would take them beyond
    if (stored.error().kind == store::Trouble::Kind::over_quota)
      return protocol::Refused{spec::Reason::quota_exceeded, stored.error().what};
    return failed(connection, stored.error());
  }
  update(connection, [lacking](Session& state) {
    state.unsettled = true;
    state.lacking = lacking;
  });
  return std::nullopt;
}

ServerAnswer Backend::commit(ConnectionId connection, const protocol::CommitRequest& request) {
  const auto where = archive(connection);
  if (!where) return failed(connection, where.error());
  // [ARC-147] A server MUST NOT store a version of a session in which it refused a block or failed to store one.
  // The session hears of the block first, and ends: this answer comes too late to be read.
  if (session(connection).lacking && !fault::on(fault::ARC_147_commits_what_lacks_a_block))
    return protocol::Failed{"a block of this session is not stored"};
  const auto outcome = store_.commit(*where, request.version);
  if (!outcome) return failed(connection, outcome.error());
  if (*outcome == store::CommitOutcome::conflict)
    return protocol::Refused{spec::Reason::version_conflict, "the version does not continue the archive's chain"};
  update(connection, [](Session& state) { state.unsettled = false; });
  return protocol::Committed{};
}

// ---- Versions and restore
// -------------------------------------------------------------------------------------------------------------------

ServerAnswer Backend::find_versions(ConnectionId connection, const protocol::FindVersions& question) {
  const auto where = archive(connection);
  if (!where) return failed(connection, where.error());
  auto page = store_.versions(*where, question.from);
  if (!page) return failed(connection, page.error());
  return protocol::VersionsFound{std::move(page->entries), page->more};
}

// [ARC-105] A server MUST answer list_blocks with the ids of the archive's blocks that are behind the stated one, in ascending octet order
// [ARC-106] A server MUST put at most 1,024 ids into one block_list
ServerAnswer Backend::find_block_ids(ConnectionId connection, const protocol::FindBlockIds& question) {
  const auto where = archive(connection);
  if (!where) return failed(connection, where.error());
  const auto page = store_.block_ids(*where, fault::on(fault::ARC_105_the_stated_one_again) ? Digest{} : question.after,
                                     spec::limits::block_ids_per_answer_max);
  if (!page) return failed(connection, page.error());
  protocol::BlockIdsFound found{{}, page->more};
  found.ids.reserve(page->ids.size() * sizeof(Digest));
  for (const auto& id : page->ids) found.ids.insert(found.ids.end(), id.begin(), id.end());
  if (fault::on(fault::ARC_105_not_ascending)) {
    found.ids.clear();
    for (auto id = page->ids.rbegin(); id != page->ids.rend(); ++id) found.ids.insert(found.ids.end(), id->begin(), id->end());
  }
  if (fault::on(fault::ARC_106_never_more)) found.more = false;
  if (fault::on(fault::ARC_106_always_more)) found.more = !found.ids.empty();
  return found;
}

// [ARC-107] A server MUST answer release_blocks with blocks_released, passing over the ids of blocks that the archive lacks.
ServerAnswer Backend::stage_release(ConnectionId connection, const protocol::StageRelease& request) {
  const auto where = archive(connection);
  if (!where) return failed(connection, where.error());
  if (fault::on(fault::ARC_107_unknown_refused))
    if (const auto missing = store_.missing(*where, request.ids); missing && !missing->empty())
      return protocol::Failed{"a block to be released is not here"};
  if (const auto staged = store_.stage_release(*where, request.ids); !staged) {
    // [ARC-154] … MUST close with field_out_of_range when the ids … take those … beyond 65,536
    if (staged.error().kind == store::Trouble::Kind::too_many)
      return protocol::Refused{spec::Reason::field_out_of_range, staged.error().what};
    return failed(connection, staged.error());
  }
  return protocol::ReleaseStaged{};
}

// ---- Keys
// ---------------------------------------------------------------------------------------------------------------------------------

store::Owner Backend::owner(ConnectionId connection) {
  const auto who = session(connection);
  return {who.user, who.computer};
}

ServerAnswer Backend::find_key(ConnectionId connection, const protocol::FindKey&) { return keys_.find(owner(connection)); }
ServerAnswer Backend::keep_key(ConnectionId connection, const protocol::KeepKey& request) {
  return keys_.keep(owner(connection), request.record);
}
ServerAnswer Backend::open_key(ConnectionId connection, const protocol::OpenKey& request) {
  return keys_.open(owner(connection), request.recipient);
}
ServerAnswer Backend::set_password(ConnectionId connection, const protocol::SetPassword& request) {
  return keys_.set_password(owner(connection), request.current, request.replacement);
}

// ---- Restore
// ------------------------------------------------------------------------------------------------------------------------------

ServerAnswer Backend::begin_restore(ConnectionId connection, const protocol::BeginRestore& request) {
  const auto where = archive(connection);
  if (!where) return failed(connection, where.error());
  const auto begun = store_.begin_restore(*where, request.version, request.purpose);
  if (!begun) return failed(connection, begun.error());
  // [ARC-051] A server MUST close with no_such_version when the version of restore_begin is not in the archive.
  if (!*begun && !fault::on(fault::ARC_051_any_version))
    return protocol::Refused{spec::Reason::no_such_version, "the archive has no such version"};
  update(connection, [](Session& state) { state.restoring = true; });
  return protocol::RestoreAdmitted{};
}

std::vector<net::LoadedBlock> Backend::load_blocks(ConnectionId connection, View ids, std::size_t octets_enough) {
  std::vector<net::LoadedBlock> loaded;
  const auto where = archive(connection);
  auto blocks = where ? store_.load(*where, ids, octets_enough) : std::unexpected(where.error());
  if (!blocks) {
    loaded.emplace_back(failed(connection, blocks.error()));
    return loaded;
  }
  for (auto& block : *blocks) {
    if (!block) {
      loaded.emplace_back(net::BlockAbsent{});
      continue;
    }
    protocol::BlockLoaded found{{}, block->checksum, std::move(block->sealed)};
    std::copy_n(ids.begin() + static_cast<std::ptrdiff_t>(loaded.size() * sizeof(Digest)), sizeof(Digest), found.id.begin());
    loaded.emplace_back(std::move(found));
  }
  return loaded;
}

ServerAnswer Backend::end_restore(ConnectionId connection, const protocol::EndRestore& request) {
  const auto where = archive(connection);
  if (!where) return failed(connection, where.error());
  if (const auto ended = store_.end_restore(*where, request.complete); !ended) return failed(connection, ended.error());
  update(connection, [](Session& state) { state.restoring = false; });
  return protocol::RestoreClosed{};
}

// ---- What happened
// --------------------------------------------------------------------------------------------------------------------------

void Backend::note(ConnectionId connection, const protocol::Note& note, net::Whose whose) {
  // The store itself writes of restores, durably and before the session may answer.
  if (note.event == "restore_begun" || note.event == "restore_ended") return;
  auto fields = note.fields;
  if (connection != 0) fields.emplace_back("connection", std::to_string(connection));
  std::string line;
  for (const auto& [name, value] : fields) line += fmt::format(" {}={:?}", name, value);  // quoted: peers chose some of the values
  spdlog::info("{}{}", note.event, line);
  const auto keep = whose == net::Whose::user ? store::Keep::always : store::Keep::while_new;
  if (const auto written = store_.note(note.event, fields, keep); !written) failed(connection, written.error());
}

}  // namespace coffer::server
