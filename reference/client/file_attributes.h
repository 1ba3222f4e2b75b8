// Extended attributes of a file, access control lists and capabilities among them: those that are kept are the user's, trusted ones,
// security.capability and the two of POSIX access control lists. Others belong to this computer's own state (labels, measurements).
// Must not know: what an entry is for.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "archive/entry.h"
#include "client/below.h"

namespace coffer::client {

inline constexpr const char* access_list_name = "system.posix_acl_access";
inline constexpr const char* capability_name = "security.capability";

/// A file that can be named to calls on attributes: an open one, or one by its name in a directory, which is not followed if it is a link.
class AttributePlace {
 public:
  explicit AttributePlace(int fd) : fd_(fd) {}
  AttributePlace(int directory, std::string_view name);

  ssize_t list(char* room, std::size_t size) const;
  ssize_t get(const char* name, char* room, std::size_t size) const;
  int set(const archive::Attribute& attribute) const;
  int remove(const char* name) const;

 private:
  int fd_ = -1;
  std::string path_;
};

/// Ascending by name. None where the file system has none. Errors: errno; E2BIG when there are more than an entry takes.
std::expected<std::vector<archive::Attribute>, SystemError> read_attributes(const AttributePlace& place);

/// "is saved without its extended attributes: …".
std::string without_attributes(SystemError error);

/// "capabilities", "access control lists", "trusted attributes", "extended attributes": what a person calls them.
std::string_view kind_of_attribute(std::string_view name);

}  // namespace coffer::client
