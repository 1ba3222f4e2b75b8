#include "client/file_content.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "archive/block_cutter.h"

namespace coffer::client {
namespace {

constexpr std::uint64_t sizeless_octets_max = 16 << 20;

Unreadable unreadable(SystemError error) {
  switch (error.number) {
    case ENOENT:
    case ENOTDIR: return {"vanished while the backup ran", true};
    case ELOOP:
    case ENXIO: return {"is no longer a regular file", true};
    default: return {fmt::format("cannot be read: {}", describe(error)), false};
  }
}

}  // namespace

std::expected<ReadFile, Unreadable> ContentReader::read(const std::string& path, const Sink& sink) {
  const auto file = open_file(root_, path);
  if (!file) return std::unexpected(unreadable(file.error()));
  auto found = look(path, file->fd());
  if (!found) return std::unexpected(unreadable(found.error()));
  ::posix_fadvise(file->fd(), 0, 0, POSIX_FADV_SEQUENTIAL);

  bool wanted = true;
  archive::BlockCutter cutter(gears_, [&](View block) {
    const Digest id = vault_.id(archive::BlockKind::content, block);
    found->entry.blocks.push_back(id);
    wanted = wanted && sink({archive::BlockKind::content, id, Octets(block.begin(), block.end())});
  });
  // Up to the size at the beginning: a file that grows as fast as it is read would never end. Files of /proc state 0 and have content, some
  // of them without end.
  const std::uint64_t octets_max = found->stamp.size > 0 ? found->stamp.size : sizeless_octets_max;
  while (wanted && found->entry.size < octets_max) {
    const ssize_t count = ::read(file->fd(), buffer_.data(), std::min<std::uint64_t>(buffer_.size(), octets_max - found->entry.size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      return std::unexpected(Unreadable{fmt::format("cannot be read after {} octets: {}", found->entry.size, describe({errno})), false});
    if (count == 0) break;
    found->entry.size += static_cast<std::uint64_t>(count);
    cutter.feed(View(buffer_).first(static_cast<std::size_t>(count)));
  }
  cutter.finish();
  const auto after = look(path, file->fd());
  // A file that shrank or grew has another size than was read, even if its times are too coarse to tell.
  const bool changed = !after || after->stamp != found->stamp || found->entry.size != found->stamp.size;
  return ReadFile{std::move(*found), changed};
}

}  // namespace coffer::client
