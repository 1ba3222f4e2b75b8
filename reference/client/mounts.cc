#include "client/mounts.h"

#include <fstream>
#include <sstream>

namespace coffer::client {
namespace {

bool is_octal(char digit) { return digit >= '0' && digit <= '7'; }

/// A space, a tab, a newline and a backslash stand there as \ooo.
std::string unescaped(const std::string& text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 3 < text.size() && is_octal(text[at + 1]) && is_octal(text[at + 2]) && is_octal(text[at + 3])) {
      plain += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 + (text[at + 3] - '0'));
      at += 3;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

}  // namespace

// Its own number, its parent's, the device, the root within that, and where it is; what follows does not change what is found there.
std::optional<Mount> mount_of(const std::string& line) {
  std::istringstream fields(line);
  std::string number, parent, device, root, place;
  if (!(fields >> number >> parent >> device >> root >> place) || !place.starts_with('/')) return std::nullopt;
  std::string what = number;
  for (const std::string& part : {parent, device, root}) what += " " + part;
  return Mount{unescaped(place).substr(1), std::move(what)};
}

std::optional<std::set<Mount>> mounts_now() {
  std::ifstream table("/proc/self/mountinfo");
  if (!table) return std::nullopt;
  std::set<Mount> mounts;
  for (std::string line; std::getline(table, line);)
    if (auto mount = mount_of(line)) mounts.insert(std::move(*mount));
  return mounts;
}

}  // namespace coffer::client
