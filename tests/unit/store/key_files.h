// What tests of keys on a disk are made with: a search of all files, and a disk that takes nothing any more.
#pragma once

#include <signal.h>
#include <sys/resource.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

#include "protocol/octets.h"

namespace coffer::store {

/// Whether any file below has these octets, or 16 of them in a row.
inline bool lies_anywhere(const std::filesystem::path& directory, const Octets& secret) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory)) {
    if (!file.is_regular_file()) continue;
    std::ifstream stream(file.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>{stream}, {}};
    for (std::size_t at = 0; at + 16 <= secret.size(); at += 8)
      if (content.find(std::string(secret.begin() + static_cast<std::ptrdiff_t>(at),
                                   secret.begin() + static_cast<std::ptrdiff_t>(at + 16))) != std::string::npos)
        return true;
  }
  return false;
}

/// While it lives, this process writes to no file.
class NoRoom {
 public:
  NoRoom() : when_over_(::signal(SIGXFSZ, SIG_IGN)) {
    if (::getrlimit(RLIMIT_FSIZE, &before_) != 0) throw std::system_error(errno, std::generic_category(), "getrlimit");
    const rlimit none{0, before_.rlim_max};
    if (::setrlimit(RLIMIT_FSIZE, &none) != 0) throw std::system_error(errno, std::generic_category(), "setrlimit");
  }
  ~NoRoom() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, when_over_);
  }
  NoRoom(const NoRoom&) = delete;
  NoRoom& operator=(const NoRoom&) = delete;

 private:
  rlimit before_{};
  sighandler_t when_over_;
};

}  // namespace coffer::store
