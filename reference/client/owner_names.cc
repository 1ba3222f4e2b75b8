#include "client/owner_names.h"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <vector>

#include "archive/entry.h"

namespace coffer::client {
namespace {

/// What a call that wants room for its answer finds; nullopt when it finds nothing.
template <typename Record, typename Take, typename Call>
auto look_up(Take take, Call call) -> std::optional<decltype(take(std::declval<const Record&>()))> {
  std::vector<char> room(1'024);
  Record record{};
  Record* found = nullptr;
  int error = 0;
  while ((error = call(&record, room.data(), room.size(), &found)) == ERANGE && room.size() < (1U << 24U)) room.resize(4 * room.size());
  if (error != 0 || !found) return std::nullopt;
  return take(*found);
}

std::string fitting(std::optional<std::string> name) {
  return name && name->size() <= archive::name_octets_max ? std::move(*name) : std::string();
}

}  // namespace

const std::string& OwnerNames::user(uid_t number) {
  const auto known = users_.find(number);
  if (known != users_.end()) return known->second;
  auto name = look_up<passwd>([](const passwd& record) { return std::string(record.pw_name); },
                              [&](auto... rest) { return ::getpwuid_r(number, rest...); });
  return users_[number] = fitting(std::move(name));
}

const std::string& OwnerNames::group(gid_t number) {
  const auto known = groups_.find(number);
  if (known != groups_.end()) return known->second;
  auto name = look_up<::group>([](const ::group& record) { return std::string(record.gr_name); },
                               [&](auto... rest) { return ::getgrgid_r(number, rest...); });
  return groups_[number] = fitting(std::move(name));
}

std::optional<uid_t> OwnerNames::user(const std::string& name) {
  const auto known = user_numbers_.find(name);
  if (known != user_numbers_.end()) return known->second;
  return user_numbers_[name] = look_up<passwd>([](const passwd& record) { return record.pw_uid; },
                                               [&](auto... rest) { return ::getpwnam_r(name.c_str(), rest...); });
}

std::optional<gid_t> OwnerNames::group(const std::string& name) {
  const auto known = group_numbers_.find(name);
  if (known != group_numbers_.end()) return known->second;
  return group_numbers_[name] = look_up<::group>([](const ::group& record) { return record.gr_gid; },
                                                 [&](auto... rest) { return ::getgrnam_r(name.c_str(), rest...); });
}

}  // namespace coffer::client
