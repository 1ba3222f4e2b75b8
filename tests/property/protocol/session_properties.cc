// Both machines under arbitrary sequences of events: they never leave their tables, always have something to wait for, say at most one
// Disconnect, and after Close do nothing.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "generators.h"
#include "protocol/describe.h"
#include "protocol/rigs.h"

namespace coffer::protocol {
namespace {

/// The states that any row of the table allows to follow; the default allows `final`.
template <typename State, typename Rows>
bool follows(const Rows& rows, State from, State to, State final) {
  if (from == to || to == final) return true;
  return std::ranges::any_of(
      rows, [&](const auto& row) { return row.state == from && (row.targets & (std::uint32_t{1} << static_cast<unsigned>(to))) != 0; });
}

std::size_t count_disconnects(View octets) {
  std::size_t count = 0;
  for (const auto& word : frames_as_text(octets)) count += word.starts_with("disconnect") ? 1 : 0;
  return count;
}

/// What a peer, a shell or time may do next: mostly sensible, so that walks get far.
ServerAnswer answer() {
  switch (arbitrary::between(0, 19)) {
    case 0: return ComputerAdmitted{};
    case 1: return ComputerRefused{"cause"};
    case 2: return LoginAdmitted{samples::user, arbitrary::between<std::uint32_t>(0, 4), samples::server_config, {}};
    case 3: return LoginRefused{"cause"};
    case 4: return MissingFound{{0}};
    case 5: return Committed{};
    case 6: return VersionsFound{};
    case 7: return RestoreAdmitted{};
    case 8: return BlockLoaded{samples::block(0).id, samples::block(0).checksum, samples::block(0).sealed};
    case 9: return BlocksLoaded{{1}};
    case 10: return RestoreClosed{};
    case 11: return Refused{spec::Reason::version_conflict, "cause"};
    case 12: return BlockIdsFound{};
    case 13: return ReleaseStaged{};
    case 14: return KeyFound{};
    case 15: return KeyKept{1};
    case 16: return KeyOpened{};
    case 17: return PasswordSet{};
    default: return Failed{"cause"};
  }
}

/// The answer that the state waits for.
ServerAnswer fitting_answer(ServerRig::State state, const std::vector<ServerAction>& asked) {
  if (state == ServerRig::State::checking_computer) return ComputerAdmitted{};
  if (state == ServerRig::State::checking_login) return LoginAdmitted{samples::user, 3, samples::server_config, {}};
  for (const auto& action : asked) {
    if (std::holds_alternative<FindMissing>(action)) return MissingFound{{0}};
    if (std::holds_alternative<CommitRequest>(action)) return Committed{};
    if (std::holds_alternative<FindVersions>(action)) return VersionsFound{};
    if (std::holds_alternative<FindBlockIds>(action)) return BlockIdsFound{};
    if (std::holds_alternative<StageRelease>(action)) return ReleaseStaged{};
    if (std::holds_alternative<FindKey>(action)) return KeyFound{};
    if (std::holds_alternative<KeepKey>(action)) return KeyKept{1};
    if (std::holds_alternative<OpenKey>(action)) return KeyOpened{};
    if (std::holds_alternative<SetPassword>(action)) return PasswordSet{};
    if (std::holds_alternative<BeginRestore>(action)) return RestoreAdmitted{};
    if (std::holds_alternative<LoadBlocks>(action)) return BlocksLoaded{};
    if (std::holds_alternative<EndRestore>(action)) return RestoreClosed{};
  }
  return Failed{"nothing was asked"};
}

/// A message that the state's table admits, or, sometimes, any.
template <typename Find>
Message next_message(Find admits) {
  std::vector<spec::MessageKind> admitted;
  for (const auto& row : spec::message_rows)
    if (row.kind != spec::MessageKind::disconnect && row.kind != spec::MessageKind::goodbye && admits(row.kind))
      admitted.push_back(row.kind);
  if (admitted.empty() || arbitrary::one_in(12)) return arbitrary::one_in(4) ? arbitrary::message() : samples::message(arbitrary::kind());
  return samples::message(*rc::gen::elementOf(admitted));
}

RC_GTEST_PROP(SessionProperty, SES_001_the_server_never_leaves_its_table, ()) {
  namespace table = spec::server_session;
  ServerRig rig;
  auto& session = rig.session;
  Octets said;
  std::vector<ServerAction> asked;
  auto furthest = session.state();
  for (auto left = arbitrary::between(0, 40); left > 0; --left) {
    const auto before = session.state();
    rig.now += Time(arbitrary::between(0, 50));
    const bool held = table::held(before);
    switch (const auto choice = arbitrary::between(0, 24); choice) {
      case 0: session.submit(rig.now, answer()); break;
      case 1: session.tick(rig.now + Time(arbitrary::between(0, 20'000))); break;
      case 2: session.feed(rig.now, arbitrary::octets(20)); break;
      case 3: session.feed(rig.now, frame_of(samples::block(arbitrary::between(0U, 2U)))); break;
      case 4:
        if (arbitrary::one_in(8)) session.stop(rig.now);
        break;
      case 5:
        if (arbitrary::one_in(8)) session.peer_closed(rig.now);
        break;
      default:
        if (held) {
          session.submit(rig.now, fitting_answer(before, asked));
        } else {
          const auto message = next_message([&](auto kind) { return table::find(before, static_cast<table::Event>(kind)) != nullptr; });
          session.feed(rig.now, control_frame(encode(message)));
        }
    }
    const auto after = session.state();
    const auto actions = rig.pull();
    if (!actions.empty()) asked = actions;
    // A held state's end lets held frames be processed at once, so that several rows may have been walked; each by to<>(), which checks.
    if (!held) RC_ASSERT(follows(table::rows, before, after, table::final));
    const auto octets = sent(actions);
    said.insert(said.end(), octets.begin(), octets.end());
    const auto closes = std::ranges::count_if(actions, [](const auto& action) { return std::holds_alternative<Close>(action); });
    RC_ASSERT(closes == (before != table::final && after == table::final ? 1 : 0));
    if (closes == 1) RC_ASSERT(std::holds_alternative<Close>(actions.back()));
    if (before == table::final) RC_ASSERT(actions.empty());
    // Someone is always due: the peer within a timer, or the shell with an answer; nobody once it is over.
    RC_ASSERT(session.deadline().has_value() == (!table::held(after) && after != table::final));
    RC_ASSERT(session.wants_input() == session.deadline().has_value());
    if (after != table::final) furthest = std::max(furthest, after);
  }
  RC_ASSERT(count_disconnects(said) <= 1U);
  RC_TAG(std::string(name(furthest)));
}

ClientRequest request() {
  switch (arbitrary::between(0, 15)) {
    case 0: return BeginPing{samples::computer};
    case 1: return BeginOffer{samples::ids(0, 2)};
    case 2: return SendBlock{samples::block(0).id, samples::block(0).checksum, samples::block(0).sealed};
    case 3: return BeginCommit{samples::commit()};
    case 4: return BeginList{1};
    case 5: return RequestRestore{1, 0};
    case 6: return BeginFetch{samples::ids(0, 2)};
    case 7: return FinishRestore{true};
    case 8: return BeginListBlocks{};
    case 9: return BeginRelease{samples::ids(0, 2)};
    case 10: return BeginFetchKey{};
    case 11: return BeginStoreKey{Octets(98, 0x11), 1};
    case 12: return BeginRecoverKey{Octets(32, 0x11)};
    case 13: return BeginChangePassword{{1}, {2}};
    default: return Leave{};
  }
}

RC_GTEST_PROP(SessionProperty, SES_001_the_client_never_leaves_its_table, ()) {
  namespace table = spec::client_session;
  ClientRig rig;
  auto& session = rig.session;
  if (!arbitrary::one_in(10)) session.connected(rig.now);
  Octets said = sent(rig.pull());
  auto furthest = session.state();
  for (auto left = arbitrary::between(0, 40); left > 0; --left) {
    const auto before = session.state();
    rig.now += Time(arbitrary::between(0, 50));
    const bool driven = before == table::State::ready || before == table::State::restoring;
    switch (const auto choice = arbitrary::between(0, 24); choice) {
      case 0: session.connected(rig.now); break;
      case 1: session.tick(rig.now + Time(arbitrary::between(0, 100'000))); break;
      case 2: session.feed(rig.now, arbitrary::octets(20)); break;
      case 3: session.feed(rig.now, frame_of(samples::block(arbitrary::between(0U, 2U)))); break;
      case 4:
        if (arbitrary::one_in(8)) session.peer_closed(rig.now);
        break;
      default:
        if (driven || choice == 5) {
          const bool taken = session.submit(rig.now, request());
          RC_ASSERT(!taken || driven);
        } else {
          const auto message = next_message([&](auto kind) { return table::find(before, static_cast<table::Event>(kind)) != nullptr; });
          session.feed(rig.now, control_frame(encode(message)));
        }
    }
    const auto after = session.state();
    const auto actions = rig.pull();
    RC_ASSERT(follows(table::rows, before, after, table::final));
    const auto octets = sent(actions);
    said.insert(said.end(), octets.begin(), octets.end());
    const bool ended = before != table::final && after == table::final;
    RC_ASSERT(std::ranges::count_if(actions, [](const auto& action) { return std::holds_alternative<Close>(action); }) == (ended ? 1 : 0));
    if (ended) RC_ASSERT(std::holds_alternative<Ended>(actions.back()));
    if (before == table::final) RC_ASSERT(actions.empty());
    const bool program_is_due = after == table::State::ready || after == table::State::restoring;
    RC_ASSERT(session.deadline().has_value() == (!program_is_due && after != table::final));
    if (after != table::final) furthest = std::max(furthest, after);
  }
  RC_ASSERT(count_disconnects(said) <= 1U);
  RC_TAG(std::string(name(furthest)));
}

}  // namespace
}  // namespace coffer::protocol
