// The way to a path as a user wrote it: each name on it, in its directory, and through each symbolic link that does not come last. Where
// the path leads can change only by one of these names, or by a mount. Must not know: who watches it, what is done with what lies there.
#pragma once

#include <functional>
#include <string>

namespace coffer::client {

/// Told of `name` in an open directory before it is looked up there; `path` is the directory's, as in an archive.
using OnStep = std::function<void(int directory, const std::string& path, const std::string& name)>;

struct WayEnd {
  std::string path;   // where the way leads, as in an archive; what does not exist of it, or could not be followed, as it was written
  bool known = true;  // false: what comes next on it could not be learnt; being missing, or no directory, is known
};
WayEnd follow(const std::string& given, const OnStep& on_step);

}  // namespace coffer::client
