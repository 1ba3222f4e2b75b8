// Writes restored entries below one directory and nowhere else [ARC-026]: every path is resolved component by component without following
// a link, files are written under a temporary name and then put in place, and nothing is replaced unless told to [ARC-027].
// Must not know: blocks, servers, manifests.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "archive/entry.h"
#include "client/below.h"
#include "client/failure.h"

namespace coffer::client {

/// Why an entry was not written. `fatal`: the disk is full or broken, nothing further will work.
struct Refusal {
  std::string what;
  bool fatal = false;
};
using Written = std::expected<void, Refusal>;

/// A file that is being written under its temporary name; removed again unless it is put in place.
class PendingFile {
 public:
  PendingFile(std::shared_ptr<const Descriptor> directory, std::string temporary, Descriptor file, std::vector<archive::Extent> extents)
      : directory_(std::move(directory)), temporary_(std::move(temporary)), file_(std::move(file)), extents_(std::move(extents)) {}
  ~PendingFile();
  PendingFile(PendingFile&&) noexcept = default;
  PendingFile& operator=(PendingFile&&) = delete;

  /// What comes next of the file's data. More than its extents hold is counted and goes nowhere.
  Written write(View octets);
  std::uint64_t octets() const { return octets_; }

 private:
  friend class TreeWriter;
  std::shared_ptr<const Descriptor> directory_;
  std::string temporary_;
  Descriptor file_;
  std::uint64_t octets_ = 0;
  std::vector<archive::Extent> extents_;  // of a sparse file
  std::size_t extent_ = 0;                // where the next octet goes
  std::uint64_t within_extent_ = 0;
};

class TreeWriter {
 public:
  /// The target is made if only its last component is missing. Failures: it cannot be.
  static Outcome<TreeWriter> open(const std::string& target, bool overwrite);

  /// Why the entry cannot be written, as far as that shows before its content is there.
  Written check(const archive::Entry& entry);
  Written directory(const archive::Entry& entry);
  Written symbolic_link(const archive::Entry& entry);
  Written hard_link(const archive::Entry& entry);
  std::expected<PendingFile, Refusal> begin_file(const archive::Entry& entry);
  /// Mode, times, and the final name, without the bits that are kept back.
  Written finish_file(const archive::Entry& entry, PendingFile file);
  /// The bits of a regular file's mode that finish_file does not set: set-user-id and set-group-id [ARC-048].
  static mode_t bits_kept_back(const archive::Entry& file);
  /// Modes and times of directories, now that nothing is written into them any more.
  void finish(Problems& problems);

 private:
  TreeWriter(Below root, bool overwrite) : root_(std::move(root)), overwrite_(overwrite) {}
  /// A descriptor of its own: what is looked up next does not close it.
  std::expected<std::shared_ptr<const Descriptor>, Refusal> parent_of(const std::string& path);
  Written place(const Descriptor& directory, const std::string& temporary, const std::string& path);

  Below root_;
  bool overwrite_;
  std::string parent_path_;  // of the newest of parent_of
  std::shared_ptr<const Descriptor> parent_;
  std::vector<archive::Entry> directories_;   // whose metadata is set at the end
  std::unordered_set<std::string> restored_;  // files and symbolic links, that hard links may lead to
};

}  // namespace coffer::client
