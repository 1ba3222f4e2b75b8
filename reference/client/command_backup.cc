// `coffer backup PATH…`
#include <fmt/format.h>

#include "client/backup_session.h"
#include "client/interruption.h"
#include "client/printable.h"
#include "client/progress.h"

namespace coffer::client {
namespace {

Shown show(BackupReport report) {
  const std::string json = as_json(report);
  const DestinationReport& destination = *report.destinations.front();
  return {.code = report.problems.empty() ? ExitCode::ok : ExitCode::incomplete,
          .text = fmt::format("version {}: {} files ({} unchanged), {} directories, {} links, {}; {} sent in {} new blocks.\n",
                              destination.version.number, report.files, report.files_unchanged, report.directories, report.links,
                              octets_for_people(report.content_octets), octets_for_people(destination.sent.octets_sent),
                              destination.sent.blocks_sent),
          .json = json,
          .problems = std::move(report.problems)};
}

}  // namespace

Outcome<Shown> run_backup(const Context& context, const BackupArguments& arguments) {
  const Interruption interruption;
  Progress progress("backed up", context.as_json);
  auto report = back_up_once(
      context, arguments,
      {.look = nullptr, .progress = [&](const BackupProgress& now) { progress.show(now); }, .interrupted = Interruption::came});
  progress.clear();
  if (!report) return std::unexpected(report.error());
  return show(std::move(*report));
}

}  // namespace coffer::client
