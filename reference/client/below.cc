#include "client/below.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "fault/switch.h"

namespace coffer::client {
namespace {

constexpr std::size_t held_max = 64;

}  // namespace

std::string describe(SystemError error) { return std::generic_category().message(error.number); }

std::expected<int, SystemError> Below::parent(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return directory(slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash));
}

int Below::open(int at, const char* component) const {
  const int flags = O_PATH | O_DIRECTORY | O_CLOEXEC | (fault::on(fault::ARC_026_links_followed) ? 0 : O_NOFOLLOW);
  const int fd = ::openat(at, component, flags);
  if (fd >= 0 || errno != ENOENT || missing_ == Missing::fail) return fd;
  if (::mkdirat(at, component, 0700) != 0 && errno != EEXIST) return -1;
  return ::openat(at, component, flags);
}

std::expected<int, SystemError> Below::directory(std::string_view path) {
  const auto is_around = [&](const Held& held) {
    return path.size() >= held.length && (path.size() == held.length || path[held.length] == '/') &&
           path.starts_with(std::string_view(path_).substr(0, held.length));
  };
  while (!held_.empty() && !is_around(held_.back())) held_.pop_back();
  while (true) {
    const std::size_t length = held_.empty() ? 0 : held_.back().length;
    const int here = held_.empty() ? root_.fd() : held_.back().directory.fd();
    if (length == path.size()) return here;
    const std::size_t begin = length == 0 ? 0 : length + 1;
    const std::size_t end = std::min(path.find('/', begin), path.size());
    Descriptor next(open(here, std::string(path.substr(begin, end - begin)).c_str()));
    if (!next.open()) return std::unexpected(SystemError{errno});
    // Of a path that is deeper than that, those around its end are not held.
    if (held_.size() == held_max) held_.pop_back();
    held_.push_back({end, std::move(next)});
    path_ = path.substr(0, end);
  }
}

}  // namespace coffer::client
