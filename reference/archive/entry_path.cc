#include "archive/entry.h"

#include "fault/switch.h"

namespace coffer::archive {

// [ARC-029] A client MUST refuse a leaf with an entry whose path is empty, absolute, over 4,096 octets or has a NUL
bool safe_path(std::string_view path) {
  if (path.empty() || path.size() > path_octets_max || path.find('\0') != std::string_view::npos) return false;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view component = path.substr(0, slash);
    if (component == ".." && !fault::on(fault::ARC_026_paths_may_climb)) return false;
    if ((component.empty() || component == ".") && !fault::on(fault::ARC_029_dots_and_empty_components)) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace coffer::archive
