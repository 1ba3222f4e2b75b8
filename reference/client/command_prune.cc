// `coffer prune`
#include <algorithm>
#include <chrono>

#include <botan/system_rng.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "client/interruption.h"
#include "client/keep_rule.h"
#include "client/progress.h"
#include "client/prune.h"
#include "client/session.h"
#include "coffer/spec/permissions.h"

namespace coffer::client {
namespace {

Shown show(const PruneArguments& arguments, const std::vector<std::uint64_t>& kept, const std::vector<std::uint64_t>& retired,
           const PruneReport& report) {
  const nlohmann::json json = {{"kept", kept},
                               {"retired", retired},
                               {"dry_run", arguments.dry_run},
                               {"version", report.version.number},
                               {"blocks_released", report.blocks_released}};
  std::string text = fmt::format("kept: {}\n", fmt::join(kept, " "));
  if (arguments.dry_run && !retired.empty())
    text += fmt::format("would be retired: {}\n", fmt::join(retired, " "));
  else if (retired.empty() && report.blocks_released == 0)
    text += fmt::format("nothing to retire{}: nothing was done.\n",
                        arguments.unused && !arguments.dry_run ? ", and nothing that no version has" : "");
  else if (retired.empty())
    text += fmt::format("released: {} blocks that no version has; {} kept.\n", report.blocks_released, report.blocks_kept);
  else
    text += fmt::format("retired: {}\nversion {} says so; {} blocks released, {} kept.\n", fmt::join(retired, " "), report.version.number,
                        report.blocks_released, report.blocks_kept);
  return {.code = ExitCode::ok, .text = std::move(text), .json = json.dump(), .problems = {}};
}

}  // namespace

Outcome<Shown> run_prune(const Context& context, const PruneArguments& arguments) {
  const KeepRule rule{arguments.keep_last, arguments.keep_daily, arguments.keep_weekly, arguments.keep_monthly};
  if (rule.empty() && !arguments.unused)
    return std::unexpected(
        Failure{ExitCode::usage,
                "nothing says what to keep: expected --keep-last, --keep-daily, --keep-weekly or --keep-monthly, from 1 on; or "
                "--unused, which keeps all versions"});
  const Interruption interruption(context.interruption);
  Progress progress("pruned", context.as_json);
  constexpr auto both = spec::permissions::backup | spec::permissions::restore;
  auto session = open_session(context, both);
  if (!session) return std::unexpected(session.error());
  if ((session->link->facts().permissions & both) != both) {
    session->link->leave();
    return std::unexpected(
        Failure{ExitCode::refused,
                "who prunes needs the permissions to back up and to restore, because the versions that are kept have to be read"});
  }
  const auto list = session->versions();
  if (!list) return std::unexpected(list.error());
  std::vector<DatedVersion> versions;
  for (const auto& version : list->versions)
    if (version.live()) versions.push_back({version.record.number, version.record.created_ns});
  const auto retired = rule.empty() ? std::vector<std::uint64_t>{} : let_go(rule, versions);
  std::vector<std::uint64_t> kept;
  for (const auto& version : versions)
    if (!std::ranges::binary_search(retired, version.number)) kept.push_back(version.number);

  Outcome<PruneReport> report = PruneReport{.version = list->head};
  if (!arguments.dry_run && (arguments.unused || !retired.empty())) {
    const PruneOptions options{
        .retire = retired,
        .now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count(),
        .directory = context.home,
        .committed = [&](const archive::ChainPoint& point) { return session->remember_own(point); },
        .progress = [&](const BlocksSeen& seen) { progress.show(seen); },
        .interrupted = Interruption::came};
    report = prune(
        *session->link, session->keys, *list, [] { return std::make_unique<Botan::System_RNG>(); }, options);
  }
  progress.clear();
  if (!report) {
    if (report.error().code == ExitCode::interrupted || report.error().code == ExitCode::local) session->link->leave();
    return std::unexpected(report.error());
  }
  session->link->leave();
  return show(arguments, kept, retired, *report);
}

}  // namespace coffer::client
