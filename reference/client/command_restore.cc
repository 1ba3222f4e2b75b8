// `coffer restore VERSION --target DIR` and `coffer verify [VERSION]`
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/interruption.h"
#include "client/printable.h"
#include "client/progress.h"
#include "client/restore.h"
#include "client/session.h"
#include "coffer/spec/permissions.h"

namespace coffer::client {
namespace {

std::unexpected<Failure> wrong_argument(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

/// Digits and nothing else: what would be read as another number than was meant must not choose a version.
Outcome<std::uint64_t> version_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && rest == end && number > 0) return number;
  return wrong_argument(fmt::format("VERSION is \"{}\": expected a number from 1 on, as `coffer versions` shows them", printable(text)));
}

nlohmann::json as_json(const std::vector<LostBlock>& lost) {
  nlohmann::json list = nlohmann::json::array();
  for (const LostBlock& block : lost) list.push_back({{"block", hex(block.id)}, {"why", block.why}});
  return list;
}

}  // namespace

Outcome<Shown> run_restore(const Context& context, const RestoreArguments& arguments) {
  const auto number = version_number(arguments.version);
  if (!number) return std::unexpected(number.error());
  if (arguments.target.empty()) return wrong_argument("--target is empty: expected the directory to restore into (. is this one)");
  const Interruption interruption;
  Progress progress("restored", context.as_json);
  auto session = open_session(context, spec::permissions::restore);
  if (!session) return std::unexpected(session.error());
  const auto list = session->versions();
  if (!list) return std::unexpected(list.error());
  const auto version = find_version(*list, *number);
  if (!version) return std::unexpected(version.error());

  auto report = restore(*session->link, session->keys, (*version)->record,
                        {.target = arguments.target,
                         .overwrite = arguments.overwrite,
                         .progress = [&](const RestoreProgress& now) { progress.show(now); },
                         .interrupted = Interruption::came});
  progress.clear();
  session->link->leave();
  if (!report) return std::unexpected(report.error());
  Problems problems = std::move(report->problems);
  problems.insert(problems.end(), report->reduced.begin(), report->reduced.end());
  const nlohmann::json json = {{"version", *number},
                               {"files", report->files},
                               {"directories", report->directories},
                               {"links", report->links},
                               {"content_octets", report->content_octets},
                               {"lost_blocks", as_json(report->lost)}};
  return Shown{
      .code = problems.empty() ? ExitCode::ok : ExitCode::incomplete,
      .text = fmt::format("version {}: restored {} files, {} directories, {} links, {} into {}.\n", *number, report->files,
                          report->directories, report->links, octets_for_people(report->content_octets), printable(arguments.target)),
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
  const Interruption interruption;
  Progress progress("verified", context.as_json);
  auto session = open_session(context, spec::permissions::restore);
  if (!session) return std::unexpected(session.error());
  const auto list = session->versions();
  if (!list) return std::unexpected(list.error());
  const std::uint64_t number = asked_for.value_or(list->head.number);
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
  return Shown{.code = report->problems.empty() ? ExitCode::ok : ExitCode::incomplete,
               .text = std::move(text),
               .json = json.dump(),
               .problems = std::move(report->problems)};
}

}  // namespace coffer::client
