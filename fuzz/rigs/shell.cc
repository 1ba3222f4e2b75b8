#include "rigs/shell.h"

#include <algorithm>
#include <string>
#include <vector>

#include "coffer/spec/ways.h"
#include "protocol/samples.h"

namespace coffer::fuzz {

namespace p = protocol;
namespace samples = protocol::samples;

namespace {

/// The reasons by which the table lets a shell refuse: what `answer refused` chooses from.
const std::vector<spec::Reason>& refusals() {
  static const auto reasons = [] {
    std::vector<spec::Reason> of_the_shell;
    for (const auto& row : spec::reason_rows)
      for (const auto& way : spec::ways)
        if (way.row == "on_refused" && way.rules.find(":" + std::string(row.name)) != way.rules.npos &&
            !std::ranges::count(of_the_shell, row.reason))
          of_the_shell.push_back(row.reason);
    return of_the_shell;
  }();
  return reasons;
}

spec::Reason refusal(std::size_t value) {
  const auto reason = spec::reason_rows[value % spec::reason_rows.size()].reason;
  return std::ranges::count(refusals(), reason) != 0 ? reason : refusals()[value % refusals().size()];
}

p::ServerAnswer make_answer(trace::Answer which, std::uint16_t value) {
  const auto& block = samples::block(value % 8U);
  switch (which) {
    case trace::Answer::fitting: break;  // told by what was asked
    case trace::Answer::computer_admitted: return p::ComputerAdmitted{};
    case trace::Answer::computer_refused: return p::ComputerRefused{"cause"};
    case trace::Answer::login_admitted:
      return p::LoginAdmitted{samples::user, value % 4U, samples::server_config, {{"name", "value", true}}};
    case trace::Answer::login_refused: return p::LoginRefused{"cause"};
    case trace::Answer::missing_found: {
      p::MissingFound found;
      for (std::uint16_t i = 0; i < 16; ++i)
        if ((value >> i & 1U) != 0) found.indices.push_back(i);
      return found;
    }
    case trace::Answer::committed: return p::Committed{};
    case trace::Answer::versions_found: return p::VersionsFound{{{1, Octets(32, 1), Octets(9, 1)}}, value % 2U != 0};
    case trace::Answer::restore_admitted: return p::RestoreAdmitted{};
    case trace::Answer::block_loaded: return p::BlockLoaded{block.id, block.checksum, block.sealed};
    case trace::Answer::blocks_loaded: return p::BlocksLoaded{{value}};
    case trace::Answer::restore_closed: return p::RestoreClosed{};
    case trace::Answer::refused: return p::Refused{refusal(value), "cause"};
    case trace::Answer::failed: return p::Failed{"cause"};
    case trace::Answer::block_ids_found: return p::BlockIdsFound{samples::ids(0, value % 4U), value % 2U != 0};
    case trace::Answer::release_staged: return p::ReleaseStaged{};
    case trace::Answer::key_found:
      return p::KeyFound{7, Octets(32, 1), Botan::secure_vector<std::uint8_t>(32, 2), Octets(value % 2U * 98U, 3)};
    case trace::Answer::key_kept: return p::KeyKept{1U + value};
    case trace::Answer::key_opened: return p::KeyOpened{Octets(72, 4)};
    case trace::Answer::password_set: return p::PasswordSet{};
  }
  return p::Failed{"cause"};
}

}  // namespace

p::ServerAnswer make_answer(const trace::Step& step, trace::Answer fitting) {
  const auto which = static_cast<trace::Answer>(step.a);
  if (which != trace::Answer::fitting) return make_answer(which, step.b);
  return make_answer(fitting, step.b == 0 ? std::uint16_t{3} : step.b);
}

std::optional<trace::Answer> fitting_answer(const p::ServerAction& question) {
  if (std::holds_alternative<p::CheckComputer>(question)) return trace::Answer::computer_admitted;
  if (std::holds_alternative<p::CheckLogin>(question)) return trace::Answer::login_admitted;
  if (std::holds_alternative<p::FindMissing>(question)) return trace::Answer::missing_found;
  if (std::holds_alternative<p::CommitRequest>(question)) return trace::Answer::committed;
  if (std::holds_alternative<p::FindVersions>(question)) return trace::Answer::versions_found;
  if (std::holds_alternative<p::FindBlockIds>(question)) return trace::Answer::block_ids_found;
  if (std::holds_alternative<p::StageRelease>(question)) return trace::Answer::release_staged;
  if (std::holds_alternative<p::FindKey>(question)) return trace::Answer::key_found;
  if (std::holds_alternative<p::KeepKey>(question)) return trace::Answer::key_kept;
  if (std::holds_alternative<p::OpenKey>(question)) return trace::Answer::key_opened;
  if (std::holds_alternative<p::SetPassword>(question)) return trace::Answer::password_set;
  if (std::holds_alternative<p::BeginRestore>(question)) return trace::Answer::restore_admitted;
  if (std::holds_alternative<p::LoadBlocks>(question)) return trace::Answer::blocks_loaded;
  if (std::holds_alternative<p::EndRestore>(question)) return trace::Answer::restore_closed;
  return std::nullopt;
}

}  // namespace coffer::fuzz
