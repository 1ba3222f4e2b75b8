// A backup's progress, with each destination's share where there are several.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/backup.h"
#include "client/progress.h"

namespace coffer::client {

/// For BackupHooks; `progress` must outlive it.
std::function<void(const BackupProgress&, const std::vector<std::string>& names)> shown_by(Progress& progress);
/// The same for what is said: on standard error.
void say_on_standard_error(const std::string& words);

}  // namespace coffer::client
