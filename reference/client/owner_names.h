// What this computer calls its users and groups, and which numbers names have here; each is asked for once.
// Must not know: files.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>

namespace coffer::client {

class OwnerNames {
 public:
  /// Empty: it has no name here.
  const std::string& user(uid_t number);
  const std::string& group(gid_t number);
  std::optional<uid_t> user(const std::string& name);
  std::optional<gid_t> group(const std::string& name);

 private:
  std::map<uid_t, std::string> users_;
  std::map<gid_t, std::string> groups_;
  std::map<std::string, std::optional<uid_t>> user_numbers_;
  std::map<std::string, std::optional<gid_t>> group_numbers_;
};

}  // namespace coffer::client
