// Which directories a restore has made, remembered in a file until it is complete: a run that was interrupted leaves them closed to others
// and with the times of that moment, and the next run has to tell them from what was there before.
// The file: paths, each with a NUL behind it. Must not know: anything else of a restore.
#pragma once

#include <string>
#include <unordered_set>

#include "client/descriptor.h"

namespace coffer::client {

class MadeDirectories {
 public:
  /// Nothing is remembered when `file` is empty or cannot be written.
  explicit MadeDirectories(std::string file);
  void add(const std::string& path);
  bool contains(const std::string& path) const { return paths_.contains(path); }
  /// All of them are as they should be.
  void forget();

 private:
  std::string file_;
  Descriptor open_;
  std::unordered_set<std::string> paths_;
};

}  // namespace coffer::client
