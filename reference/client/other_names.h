// Of the files with several names those that a look has not met under all of them: the others lie where it did not come. Memory is bounded,
// however many there are. Must not know: who watches them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "client/found.h"

namespace coffer::client {

class OtherNames {
 public:
  struct File {
    std::string path;  // the name that was met first
    FileStamp stamp;   // as it was under the last one
    std::uint64_t met = 0;
  };
  using Inode = std::pair<std::uint64_t, std::uint64_t>;  // device, inode

  /// One name of a file that has several. False: so many of them lack names at once that this one cannot be kept in mind.
  bool met(const Found& found);
  /// Of those met so far.
  const std::map<Inode, File>& lacking() const { return lacking_; }
  void forget() { lacking_.clear(); }

 private:
  std::map<Inode, File> lacking_;
};

}  // namespace coffer::client
