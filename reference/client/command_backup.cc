// `coffer backup PATH…`
#include "client/backup_session.h"
#include "client/interruption.h"
#include "client/progress.h"

namespace coffer::client {
namespace {

std::string_view word_of(BackupProgress::Lane::State state) {
  using enum BackupProgress::Lane::State;
  switch (state) {
    case together: return "sent";
    case behind: return "sent, comes after the others";
    case committed: return "sent, done";
    case failed: return "sent, failed";
  }
  return {};
}

}  // namespace

Outcome<Shown> run_backup(const Context& context, const BackupArguments& arguments) {
  const Interruption interruption;
  Progress progress("backed up", context.as_json);
  const auto show = [&](const BackupProgress& now, const std::vector<std::string>& names) {
    std::vector<Progress::Share> shares;
    for (std::size_t i = 0; i < now.destinations.size() && names.size() > 1; ++i)
      shares.push_back({names[i], word_of(now.destinations[i].state), now.destinations[i].octets_sent});
    progress.show(now, shares);
  };
  auto backup = back_up_once(context, arguments, {.look = nullptr, .progress = show, .interrupted = Interruption::came});
  progress.clear();
  if (!backup) return std::unexpected(backup.error());
  return Shown{.code = backup->code(),
               .text = as_text(*backup),
               .json = as_json(*backup),
               .problems = std::move(backup->report.problems),
               .errors = failures_of(*backup)};
}

}  // namespace coffer::client
