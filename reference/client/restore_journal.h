// What an interrupted restore has left for the next one to know, in a file until the restore is complete: the directories that it made,
// which it left closed to others and with the times of that moment, and where a file of its own may lie unfinished.
// The file: records of one letter, octets and a NUL. Must not know: anything else of a restore.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "client/descriptor.h"

namespace coffer::client {

class RestoreJournal {
 public:
  /// Nothing is remembered when `file` is empty or cannot be written, or while another restore has it.
  explicit RestoreJournal(std::string file);

  void made(const std::string& directory);
  bool has_made(const std::string& directory) const { return made_.contains(directory); }

  /// What the names of this run's unfinished files begin with, and of no others: a random number is in it. Not that of this process, which
  /// the next run can have in another container.
  const std::string& prefix() const { return prefix_; }
  /// Before a file is begun there. At most one is unfinished at a time.
  void work_in(const std::string& directory);

  /// Where a run that was ended may have left a file, and what its name begins with.
  struct Unfinished {
    std::string prefix, directory;
  };
  const std::vector<Unfinished>& unfinished() const { return unfinished_; }

  /// All is as it should be.
  void forget();

 private:
  bool take();
  void read();
  void append(char kind, const std::string& octets);

  std::string file_;
  Descriptor open_;  // and locked
  std::string prefix_, working_;
  std::unordered_set<std::string> made_;
  std::vector<Unfinished> unfinished_;
};

}  // namespace coffer::client
