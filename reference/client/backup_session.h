// One backup of this device in a session of its own, for the commands that make backups.
// Must not know: when a backup is made, how its report is shown.
#pragma once

#include <functional>
#include <string>

#include "client/backup.h"
#include "client/commands.h"

namespace coffer::client {

struct BackupHooks {
  std::function<Scan()> look = nullptr;  // as in BackupOptions
  std::function<void(const BackupProgress&)> progress = [](const BackupProgress&) {};
  std::function<bool()> interrupted = [] { return false; };
};

/// Failures: usage when a path is empty; of the device, of the session, of the backup. The cache and the newest version are kept, and a
/// report has a version.
Outcome<BackupReport> back_up_once(const Context& context, const BackupArguments& arguments, const BackupHooks& hooks);

/// A report without its problems, as one JSON object.
std::string as_json(const BackupReport& report);

}  // namespace coffer::client
