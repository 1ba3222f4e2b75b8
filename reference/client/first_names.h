// Of files with several names the one that came first, which later ones are hard links to. A file is forgotten once all its names have
// come.
#pragma once

#include <optional>
#include <string>

#include "client/found.h"
#include "client/kept_names.h"

namespace coffer::client {

class FirstNames {
 public:
  /// A file may be made in `directory`.
  explicit FirstNames(std::string directory) : names_(std::move(directory)) {}

  /// The path of what is the same file, to be asked once for each of its names; nullopt: this is its first name.
  std::optional<std::string> find(const Found& found) { return names_.find(identity(found)); }
  void add(const Found& found);
  std::size_t size() const { return names_.size(); }

 private:
  /// An inode's number passes on between two looks, and then its birth is another, or a symbolic link's target.
  static std::string identity(const Found& found);
  KeptNames names_;
};

}  // namespace coffer::client
