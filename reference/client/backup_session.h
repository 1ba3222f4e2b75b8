// One backup of this device to some of its destinations, each in a session of its own, for the commands that make backups.
// Must not know: when a backup is made, how its report is shown.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/backup.h"
#include "client/commands.h"

namespace coffer::client {

struct BackupHooks {
  /// What a user has to know before it is done; called from several threads.
  std::function<void(const std::string&)> say;
  bool digest = false;  // as in BackupOptions
  std::function<void(const BackupProgress&, const std::vector<std::string>& names)> progress = [](const BackupProgress&,
                                                                                                  const std::vector<std::string>&) {};
  std::function<bool()> interrupted = [] { return false; };
};

/// `report.destinations` has an end for each of the names, in their order: also for those that no session was come by with.
struct DeviceBackup {
  std::vector<std::string> names;
  BackupReport report;
  bool begun = true;  // false: no destination was there, and nothing was looked at

  /// The failure's code that weighs most, if a destination failed; otherwise whether there were problems with files.
  ExitCode code() const;
};

/// To the destinations that the context names, or to all.
/// Failures: usage when a path is empty or a destination unknown; of the device; of the backup as a whole; and of the one destination when
/// there is only one. With several, what becomes of each stands in the report. The cache and the newest versions are kept.
Outcome<DeviceBackup> back_up_once(const Context& context, const BackupArguments& arguments, const BackupHooks& hooks);

/// A report without its problems, as one JSON object.
std::string as_json(const DeviceBackup& backup);
/// For people, a line for each destination when there are several, without the words of failures.
std::string as_text(const DeviceBackup& backup);
/// The words of failures, each with its destination.
std::vector<std::string> failures_of(const DeviceBackup& backup);

}  // namespace coffer::client
