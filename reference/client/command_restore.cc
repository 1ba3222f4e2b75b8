// `coffer restore VERSION [PATTERN…]` and `coffer verify [VERSION]`
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/interruption.h"
#include "client/printable.h"
#include "client/progress.h"
#include "client/restore.h"
#include "client/session.h"
#include "client/version_argument.h"
#include "coffer/spec/permissions.h"

namespace coffer::client {
namespace {

std::unexpected<Failure> wrong_argument(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

Outcome<Conflict> conflict_rule(const RestoreArguments& arguments) {
  if (arguments.overwrite && arguments.conflict != "fail" && arguments.conflict != "overwrite")
    return wrong_argument("--overwrite and --conflict say different things: give one of them");
  if (arguments.overwrite || arguments.conflict == "overwrite") return Conflict::overwrite;
  if (arguments.conflict == "fail") return Conflict::fail;
  if (arguments.conflict == "skip") return Conflict::skip;
  if (arguments.conflict == "rename") return Conflict::rename;
  if (arguments.conflict == "newer") return Conflict::newer;
  return wrong_argument(
      fmt::format("--conflict is \"{}\": expected fail, skip, overwrite, rename or newer", printable(arguments.conflict)));
}

/// Where an unfinished restore into that directory remembers what it made.
std::string journal_of(const Context& context, const std::string& target) {
  std::error_code failed;
  const std::string whole = std::filesystem::weakly_canonical(std::filesystem::absolute(target, failed), failed).string();
  const Digest name = archive::checksum({reinterpret_cast<const std::uint8_t*>(whole.data()), whole.size()});
  return fmt::format("{}/restore-{}", context.home, hex(name).substr(0, 16));
}

nlohmann::json as_json(const Problems& problems) {
  nlohmann::json list = nlohmann::json::array();
  for (const Problem& problem : problems) list.push_back({{"path", printable(problem.path)}, {"problem", problem.what}});
  return list;
}

nlohmann::json as_json(const std::vector<LostBlock>& lost) {
  nlohmann::json list = nlohmann::json::array();
  for (const LostBlock& block : lost) list.push_back({{"block", hex(block.id)}, {"why", block.why}});
  return list;
}

}  // namespace

Outcome<Shown> run_restore(const Context& context, const RestoreArguments& arguments) {
  if (const auto number = version_number(arguments.version); !number) return std::unexpected(number.error());
  const auto rule = conflict_rule(arguments);
  if (!rule) return std::unexpected(rule.error());
  if (arguments.in_place && !arguments.target.empty()) return wrong_argument("--target and --in-place: expected one of them");
  if (!arguments.in_place && arguments.target.empty())
    return wrong_argument("--target is empty: expected the directory to restore into (. is this one), or --in-place");
  if (std::ranges::find(arguments.patterns, "") != arguments.patterns.end())
    return wrong_argument("a PATTERN is empty: expected paths or patterns of what to restore, or none for everything");
  const std::string target = arguments.in_place ? "/" : arguments.target;
  const Interruption interruption(context.interruption);
  Progress progress("restored", context.as_json);
  auto opened = open_version(context, arguments.version);
  if (!opened) return std::unexpected(opened.error());
  const std::uint64_t number = opened->version.record.number;

  auto report = restore(*opened->session.link, opened->session.keys, opened->version.record,
                        {.target = target,
                         .rules = {.conflict = *rule, .special = arguments.special, .journal = journal_of(context, target)},
                         .patterns = arguments.patterns,
                         .verify_existing = arguments.verify_existing,
                         .progress = [&](const RestoreProgress& now) { progress.show(now); },
                         .interrupted = Interruption::came});
  progress.clear();
  opened->session.link->leave();
  if (!report) {
    Failure failure = std::move(report.error());
    if (failure.code == ExitCode::interrupted) failure.message += ": what was restored stays, and the same command goes on";
    return std::unexpected(std::move(failure));
  }
  Problems problems = std::move(opened->problems);
  problems.insert(problems.end(), report->problems.begin(), report->problems.end());
  problems.insert(problems.end(), report->reduced.begin(), report->reduced.end());
  const nlohmann::json json = {{"version", number},
                               {"files", report->files},
                               {"directories", report->directories},
                               {"links", report->links},
                               {"special", report->special},
                               {"there", report->there},
                               {"left", report->left},
                               {"renamed", as_json(report->renamed)},
                               {"reduced", as_json(report->reduced)},
                               {"content_octets", report->content_octets},
                               {"lost_blocks", as_json(report->lost)}};
  std::string text = fmt::format("version {}: restored {} files, {} directories, {} links, {} into {}.\n", number, report->files,
                                 report->directories, report->links, octets_for_people(report->content_octets), printable(target));
  if (report->there > 0) text += fmt::format("{} were there already.\n", report->there);
  if (report->left > 0) text += fmt::format("{} were left as they are.\n", report->left);
  for (const Problem& renamed : report->renamed) text += fmt::format("{} {}\n", printable(renamed.path), renamed.what);
  return Shown{.code = problems.empty() ? ExitCode::ok : ExitCode::incomplete,
               .text = std::move(text),
               .json = json.dump(),
               .problems = std::move(problems)};
}

Outcome<Shown> run_verify(const Context& context, const VerifyArguments& arguments) {
  std::optional<std::uint64_t> asked_for;
  if (arguments.version) {
    const auto number = version_number(*arguments.version);
    if (!number) return std::unexpected(number.error());
    asked_for = *number;
  }
  const Interruption interruption(context.interruption);
  Progress progress("verified", context.as_json);
  auto session = open_session(context, spec::permissions::restore);
  if (!session) return std::unexpected(session.error());
  Problems problems;
  const auto list = session->versions(problems);
  if (!list) return std::unexpected(list.error());
  const ListedVersion* newest = list->newest();
  const std::uint64_t number = asked_for.value_or(newest != nullptr ? newest->record.number : list->head.number);
  const auto version = find_version(*list, number);
  if (!version) return std::unexpected(version.error());

  auto report = verify(
      *session->link, session->keys, (*version)->record, [&](const RestoreProgress& now) { progress.show(now); }, Interruption::came);
  progress.clear();
  session->link->leave();
  if (!report) return std::unexpected(report.error());
  const nlohmann::json json = {{"version", number},
                               {"files", report->files},
                               {"blocks", report->blocks},
                               {"content_octets", report->content_octets},
                               {"lost_blocks", as_json(report->lost)}};
  std::string text = fmt::format("version {}: {} files in {} blocks looked at, ", number, report->files, report->blocks);
  text += report->lost.empty() && report->problems.empty() ? "all whole.\n" : fmt::format("{} blocks lost:\n", report->lost.size());
  for (const LostBlock& block : report->lost) text += fmt::format("  {}  {}\n", hex(block.id), block.why);
  problems.insert(problems.end(), report->problems.begin(), report->problems.end());
  return Shown{.code = problems.empty() ? ExitCode::ok : ExitCode::incomplete,
               .text = std::move(text),
               .json = json.dump(),
               .problems = std::move(problems)};
}

}  // namespace coffer::client
