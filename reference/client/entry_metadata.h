// Owner, mode, attributes and time of a restored file, in the order in which one does not undo the other; what the system or this user's
// rights do not permit is counted by kind, and stops nothing. So is what is other in a file that is there already and stays as it is.
// Must not know: names in directories, conflicts, content.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/entry.h"
#include "client/failure.h"
#include "client/file_attributes.h"
#include "client/owner_names.h"

namespace coffer::client {

/// Sets the times of `name` in a directory, or of the open file itself where that is null: 0, or -1 with errno.
using SetTimes = std::function<int(int at, const char* name, const timespec times[2])>;
/// As the system does it, of a link itself.
int set_times(int at, const char* name, const timespec times[2]);

class EntryMetadata {
 public:
  explicit EntryMetadata(SetTimes set = set_times) : set_times_(std::move(set)) {}

  /// Of an open file or directory. errno of the mode or the time; 0.
  int apply(const archive::Entry& entry, int fd);
  /// Of anything else, by its name in a directory.
  int apply(const archive::Entry& entry, int directory, const std::string& name);

  /// In which kinds of metadata what is there differs from its entry; its time is none of them.
  std::vector<std::string_view> differences(const archive::Entry& entry, const struct stat& status, const AttributePlace& place);
  /// It stays as it is: counts those.
  void leave(const archive::Entry& entry, const std::vector<std::string_view>& differences);

  /// What the file system of an open file, whose time nobody needs, makes of the entry's; nullopt: it takes none.
  std::optional<std::int64_t> kept_time(const archive::Entry& entry, int fd) const;
  /// Says of what was made or was there that it has another time than its entry, the nearest to it.
  void look_at_time(const archive::Entry& entry, const struct stat& made);

  /// One problem for each kind of what could not be restored: the first path, what, why, and of how many others.
  Problems reduced() const;

 private:
  struct Lack {
    std::string path, why;
    std::uint64_t count = 0;
  };
  struct Owner {
    uid_t user;
    gid_t group;
    bool as_named;  // by the names that the entry has, or by numbers because it has none
  };
  Owner owner_of(const archive::Entry& entry);
  void lack(std::string_view kind, const std::string& path, std::string why);
  void lack_names(const archive::Entry& entry);
  void set_attributes(const archive::Entry& entry, const AttributePlace& place, bool has_owner);

  SetTimes set_times_;
  OwnerNames owners_;
  std::map<std::string, Lack, std::less<>> lacks_;
};

}  // namespace coffer::client
