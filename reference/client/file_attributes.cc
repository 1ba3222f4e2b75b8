#include "client/file_attributes.h"

#include <sys/xattr.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace coffer::client {
namespace {

constexpr std::string_view default_list_name = "system.posix_acl_default";

bool is_kept(std::string_view name) {
  return name.starts_with("user.") || name.starts_with("trusted.") || name == capability_name || name == access_list_name ||
         name == default_list_name;
}

}  // namespace

AttributePlace::AttributePlace(int directory, std::string_view name) : path_(fmt::format("/proc/self/fd/{}/{}", directory, name)) {}

ssize_t AttributePlace::list(char* room, std::size_t size) const {
  return fd_ >= 0 ? ::flistxattr(fd_, room, size) : ::llistxattr(path_.c_str(), room, size);
}

ssize_t AttributePlace::get(const char* name, char* room, std::size_t size) const {
  return fd_ >= 0 ? ::fgetxattr(fd_, name, room, size) : ::lgetxattr(path_.c_str(), name, room, size);
}

int AttributePlace::set(const archive::Attribute& attribute) const {
  const auto& [name, value] = attribute;
  return fd_ >= 0 ? ::fsetxattr(fd_, name.c_str(), value.data(), value.size(), 0)
                  : ::lsetxattr(path_.c_str(), name.c_str(), value.data(), value.size(), 0);
}

int AttributePlace::remove(const char* name) const { return fd_ >= 0 ? ::fremovexattr(fd_, name) : ::lremovexattr(path_.c_str(), name); }

std::expected<std::vector<archive::Attribute>, SystemError> read_attributes(const AttributePlace& place) {
  std::array<char, XATTR_LIST_MAX> names;
  const ssize_t listed = place.list(names.data(), names.size());
  if (listed < 0 && errno != ENOTSUP) return std::unexpected(SystemError{errno});
  std::vector<archive::Attribute> attributes;
  if (listed <= 0) return attributes;
  std::size_t octets = 0;
  const std::string_view all(names.data(), static_cast<std::size_t>(listed));
  for (std::size_t at = 0; at < all.size(); at += std::strlen(&all[at]) + 1) {
    const std::string name(&all[at]);
    if (!is_kept(name)) continue;
    std::string value(XATTR_SIZE_MAX, '\0');
    const ssize_t length = place.get(name.c_str(), value.data(), value.size());
    if (length < 0 && errno == ENODATA) continue;  // removed since it was listed
    if (length < 0) return std::unexpected(SystemError{errno});
    value.resize(static_cast<std::size_t>(length));
    value.shrink_to_fit();
    octets += name.size() + value.size();
    if (octets > archive::attributes_octets_max || name.size() > archive::name_octets_max) return std::unexpected(SystemError{E2BIG});
    attributes.push_back({name, std::move(value)});
  }
  std::ranges::sort(attributes, {}, &archive::Attribute::name);
  return attributes;
}

std::string without_attributes(SystemError error) {
  if (error.number == E2BIG)
    return fmt::format("is saved without its extended attributes, which are more than {} octets", archive::attributes_octets_max);
  return fmt::format("is saved without its extended attributes, which cannot be read: {}", describe(error));
}

std::string_view kind_of_attribute(std::string_view name) {
  if (name == capability_name) return "capabilities";
  if (name.starts_with("system.posix_acl")) return "access control lists";
  if (name.starts_with("trusted.")) return "trusted attributes";
  return "extended attributes";
}

}  // namespace coffer::client
