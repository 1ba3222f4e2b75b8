#include "client/below.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "fault/switch.h"

namespace coffer::client {

std::string describe(SystemError error) { return std::generic_category().message(error.number); }

std::expected<int, SystemError> Below::parent(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return directory(slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash));
}

std::expected<int, SystemError> Below::directory(std::string_view path) {
  if (path.empty()) return root_.fd();
  if (held_.open() && path == held_path_) return held_.fd();

  Descriptor here;
  const auto at = [&] { return here.open() ? here.fd() : root_.fd(); };
  std::string_view rest = path;
  if (held_.open() && path.starts_with(held_path_) && path[held_path_.size()] == '/') {
    rest.remove_prefix(held_path_.size() + 1);
    here = std::move(held_);
  }
  held_path_.clear();
  held_ = {};
  while (!rest.empty()) {
    const std::string component(rest.substr(0, rest.find('/')));
    rest.remove_prefix(std::min(rest.size(), component.size() + 1));
    const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC | (fault::on(fault::ARC_026_links_followed) ? 0 : O_NOFOLLOW);
    int fd = ::openat(at(), component.c_str(), flags);
    if (fd < 0 && errno == ENOENT && missing_ == Missing::make) {
      if (::mkdirat(at(), component.c_str(), 0700) != 0 && errno != EEXIST) return std::unexpected(SystemError{errno});
      fd = ::openat(at(), component.c_str(), flags);
    }
    if (fd < 0) return std::unexpected(SystemError{errno});
    here = Descriptor(fd);
  }
  held_ = std::move(here);
  held_path_ = path;
  return held_.fd();
}

}  // namespace coffer::client
