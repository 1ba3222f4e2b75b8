#include "client/other_names.h"

namespace coffer::client {
namespace {

/// At some 200 octets each.
constexpr std::size_t files_max = 65'536;

}  // namespace

bool OtherNames::met(const Found& found) {
  const Inode inode{found.stamp.device, found.stamp.inode};
  auto file = lacking_.find(inode);
  if (file == lacking_.end()) {
    if (lacking_.size() == files_max) return false;
    file = lacking_.try_emplace(inode, File{found.entry.path, {}}).first;
  }
  file->second.stamp = found.stamp;
  if (++file->second.met >= found.names) lacking_.erase(file);
  return true;
}

}  // namespace coffer::client
