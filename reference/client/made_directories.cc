#include "client/made_directories.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <string_view>

#include "client/small_file.h"

namespace coffer::client {
namespace {

constexpr std::size_t journal_octets_max = 1U << 30U;

}  // namespace

MadeDirectories::MadeDirectories(std::string file) : file_(std::move(file)) {
  if (file_.empty()) return;
  if (const auto before = read_small_file(file_, journal_octets_max)) {
    std::string_view rest = before->text();
    for (std::size_t end = rest.find('\0'); end != std::string_view::npos; end = rest.find('\0')) {
      paths_.emplace(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
  }
  open_ = Descriptor(::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
}

void MadeDirectories::add(const std::string& path) {
  if (!open_.open()) return;
  paths_.insert(path);
  // In one call, so that a process that is killed leaves whole paths. What is lost leaves a directory closed, nothing worse.
  (void)!::write(open_.fd(), path.c_str(), path.size() + 1);
}

void MadeDirectories::forget() {
  if (!file_.empty()) ::unlink(file_.c_str());
  open_ = Descriptor();
}

}  // namespace coffer::client
