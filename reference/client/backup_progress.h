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

}  // namespace coffer::client
