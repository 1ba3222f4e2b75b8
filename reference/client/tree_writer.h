// Writes restored entries below one directory and nowhere else [ARC-026]: every path is resolved component by component without following
// a link, files are written under a temporary name and then put in place, and nothing is replaced unless told to [ARC-027].
// Must not know: blocks, servers, manifests.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "archive/entry.h"
#include "client/below.h"
#include "client/entry_metadata.h"
#include "client/failure.h"
#include "client/kept_names.h"
#include "client/link_targets.h"
#include "client/restore_journal.h"

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

/// What is done where something else stands in the place of an entry that is no directory. Directories are gone into in any case, and get
/// an entry's metadata only where they were made, or with `overwrite`.
enum class Conflict : std::uint8_t {
  fail,       // it is left, and the entry is named as not restored
  skip,       // it is left, and that is no problem
  overwrite,  // it is replaced
  rename,     // it is left, and the entry gets a name that nothing has
  newer,      // it is replaced if the entry's time is after its own, else left
};

struct WriteRules {
  Conflict conflict = Conflict::fail;
  bool special = false;  // devices and sockets are made
  /// File in which the restore is remembered until it is complete (restore_journal.h); none if empty.
  std::string journal = {};
  /// For tests: file systems that keep other times.
  SetTimes set_times = client::set_times;
};

/// What is to be done with an entry, by what stands in its place.
enum class Verdict : std::uint8_t {
  write,
  there,  // the same already, by kind, size, time and target; with its metadata, as far as the rule permits
  left,   // by the rule for conflicts
};

/// Whether the file that is at the entry's path now has its content.
using HoldsContent = std::function<bool(const archive::Entry&)>;

class TreeWriter {
 public:
  /// The target is made if only its last component is missing. Failures: it cannot be.
  static Outcome<TreeWriter> open(const std::string& target, WriteRules rules);

  /// Before anything is written. `holds` is asked of files that look like the same. Hard links may lead to what is there.
  std::expected<Verdict, Refusal> judge(
      const archive::Entry& entry, const HoldsContent& holds = [](const archive::Entry&) { return true; });
  /// Only these paths, which live as long as this, are worth remembering for hard links. Until it is called, all are.
  void expect_links_to(const LinkTargets& targets) { link_targets_ = &targets; }
  /// The target, to read in: what is there may have to be compared.
  const Below& target() const { return looking_; }
  bool is_new() const { return is_new_; }

  /// Entries come in order of their paths: directories that nothing is written into any more get their metadata.
  Written directory(const archive::Entry& entry);
  Written symbolic_link(const archive::Entry& entry);
  Written hard_link(const archive::Entry& entry);
  /// A named pipe, a device or a socket.
  Written special(const archive::Entry& entry);
  std::expected<PendingFile, Refusal> begin_file(const archive::Entry& entry);
  /// Metadata, and the final name.
  Written finish_file(const archive::Entry& entry, PendingFile file);
  /// The target goes again if this made it and nothing is in it.
  void abandon();
  /// The metadata of all directories that have not got it yet. `complete`: nothing is left for another run.
  void finish(Problems& problems, bool complete);

  /// What written entries lack, by kind and first entry.
  Problems reduced() const { return metadata_.reduced(); }
  /// Entries that were written under another name, and under which.
  const Problems& renamed() const { return renamed_; }

 private:
  TreeWriter(std::string target, Below root, Below looking, WriteRules rules, bool is_new);
  /// A descriptor of its own: what is looked up next does not close it.
  std::expected<std::shared_ptr<const Descriptor>, Refusal> parent_of(const std::string& path);
  void remove_unfinished();
  template <typename Make>
  std::expected<std::string, int> make_temporary(Make make);
  std::optional<struct stat> look_at(const std::string& path);
  bool has_time(const archive::Entry& entry, const std::string& path, const struct stat& status);
  std::optional<Descriptor> make_clock(const std::string& path, dev_t file_system);
  bool is_same(const archive::Entry& entry, const std::string& path, const struct stat& status, const HoldsContent& holds);
  std::expected<Verdict, Refusal> judge_renamed(const archive::Entry& entry, const HoldsContent& holds);
  std::expected<Verdict, Refusal> settle(const archive::Entry& entry, const std::string& path, const struct stat& status);
  Written place(const Descriptor& directory, const std::string& temporary, const archive::Entry& entry);
  Written rename_free(const Descriptor& directory, const std::string& temporary, const archive::Entry& entry);
  bool replaces() const { return rules_.conflict == Conflict::overwrite || rules_.conflict == Conflict::newer; }
  /// Whether what stands where an entry should is of this run.
  bool wrote(const archive::Entry& entry, const struct stat& status) const;
  bool is_in_made_directory(const std::string& path) const;
  void remember(const std::string& path, const std::string& where);
  std::optional<std::string> where_is(const std::string& path);
  Written exists(const Descriptor& directory, const archive::Entry& entry) const;
  void finish_directories(std::size_t from);

  std::string target_;
  Below root_, looking_;
  std::string parent_path_;  // of the newest of parent_of
  std::shared_ptr<const Descriptor> parent_;
  WriteRules rules_;
  bool is_new_;
  EntryMetadata metadata_;
  std::map<dev_t, Descriptor> clocks_;  // of each file system a file without a name, which shows what it makes of a time
  RestoreJournal journal_;
  std::uint64_t temporaries_ = 0;
  std::unordered_set<std::string> made_now_;  // directories
  std::vector<archive::Entry> directories_;   // that get their metadata when nothing is written into them any more
  const LinkTargets* link_targets_ = nullptr;
  KeptNames names_;                            // of what hard links may lead to: path -> where it is; empty: at its path
  std::set<std::pair<dev_t, ino_t>> written_;  // in other directories; names that fall together are not what was there before
  Problems renamed_, unfinished_;
};

}  // namespace coffer::client
