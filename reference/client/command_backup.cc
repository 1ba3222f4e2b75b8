// `coffer backup PATH…`
#include "client/backup_progress.h"
#include "client/backup_session.h"
#include "client/interruption.h"

namespace coffer::client {
Outcome<Shown> run_backup(const Context& context, const BackupArguments& arguments) {
  const Interruption interruption(context.interruption);
  Progress progress("backed up", context.as_json);
  auto backup =
      back_up_once(context, arguments, {.say = say_on_standard_error, .progress = shown_by(progress), .interrupted = Interruption::came});
  progress.clear();
  if (!backup) return std::unexpected(backup.error());
  return Shown{.code = backup->code(),
               .text = as_text(*backup),
               .json = as_json(*backup),
               .problems = std::move(backup->report.problems),
               .errors = failures_of(*backup)};
}

}  // namespace coffer::client
