#include "client/source_path.h"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <climits>
#include <optional>
#include <ranges>
#include <string_view>
#include <utility>
#include <vector>

#include "client/descriptor.h"

namespace coffer::client {
namespace {

/// As the kernel has it.
constexpr int links_max = 40;

Descriptor open_place(int at, const char* name) { return Descriptor(::openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)); }

class Way {
 public:
  explicit Way(const std::string& given) {
    add(given);
    if (given.starts_with('/')) return;
    std::array<char, PATH_MAX> here{};
    if (::getcwd(here.data(), here.size()))
      add(here.data());
    else
      at_ = {};
  }

  bool follow(const OnStep& on_step) {
    for (int links = 0; !ahead_.empty();) {
      if (!at_.open()) return false;
      const std::string name = ahead_.back();
      if (is_a_step(name)) {
        on_step(at_.fd(), path_, name);
        if (ahead_.size() == 1) return true;  // what lies there is not this way's matter
        if (const auto target = link(name)) {
          if (++links > links_max) return true;
          ahead_.pop_back();
          add(*target);
          if (target->starts_with('/')) begin();
          continue;
        }
      }
      Descriptor next = open_place(at_.fd(), name.empty() ? "." : name.c_str());
      if (!next.open()) return errno == ENOENT || errno == ENOTDIR;
      at_ = std::move(next);
      go_on(name);
    }
    return true;
  }

  /// Of what it has gone, and what is left.
  std::string path() const {
    std::string whole = path_;
    for (const std::string& name : std::views::reverse(ahead_))
      if (!name.empty() && name != ".") whole += (whole.empty() ? "" : "/") + name;
    return whole;
  }

 private:
  static bool is_a_step(const std::string& name) { return !name.empty() && name != "." && name != ".."; }

  void begin() {
    at_ = open_place(AT_FDCWD, "/");
    path_.clear();
  }

  /// In front of what is ahead. Without a name behind its last slash a path means what lies there, not a link to it.
  void add(std::string_view path) {
    std::vector<std::string> names;
    for (const auto name : std::views::split(path, '/')) names.emplace_back(name.begin(), name.end());
    ahead_.insert(ahead_.end(), names.rbegin(), names.rend());
  }

  std::optional<std::string> link(const std::string& name) const {
    std::array<char, PATH_MAX> target;
    const ssize_t length = ::readlinkat(at_.fd(), name.c_str(), target.data(), target.size());
    if (length < 0) return std::nullopt;
    return std::string(target.data(), static_cast<std::size_t>(length));
  }

  void go_on(const std::string& name) {
    ahead_.pop_back();
    if (is_a_step(name)) path_ += (path_.empty() ? "" : "/") + name;
    if (name == "..") path_.resize(path_.contains('/') ? path_.rfind('/') : 0);
  }

  Descriptor at_ = open_place(AT_FDCWD, "/");  // not open: nothing leads there
  std::string path_;
  std::vector<std::string> ahead_;  // the next one last
};

}  // namespace

WayEnd follow(const std::string& given, const OnStep& on_step) {
  Way way(given);
  const bool known = way.follow(on_step);
  return {.path = way.path(), .known = known};
}

}  // namespace coffer::client
