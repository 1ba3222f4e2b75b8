#include "client/file_content.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include "archive/block_cutter.h"
#include "client/file_attributes.h"
#include "client/file_extents.h"

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

template <typename Take>
std::expected<std::uint64_t, SystemError> ContentReader::read_part(int fd, std::uint64_t offset, std::uint64_t octets, Take take) {
  std::uint64_t done = 0;
  while (done < octets) {
    const ssize_t count =
        ::pread(fd, buffer_.data(), std::min<std::uint64_t>(buffer_.size(), octets - done), static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(SystemError{errno});
    if (count == 0) break;
    done += static_cast<std::uint64_t>(count);
    if (!take(View(buffer_).first(static_cast<std::size_t>(count)))) break;
  }
  return done;
}

std::expected<ReadFile, Unreadable> ContentReader::read(const std::string& path, const Sink& sink) {
  const auto file = open_file(root_, path);
  if (!file) return std::unexpected(unreadable(file.error()));
  auto looked = look(path, file->fd(), owners_);
  if (!looked) return std::unexpected(unreadable(looked.error()));
  ReadFile content{.found = std::move(*looked), .changed_meanwhile = false, .reduced = std::nullopt};
  archive::Entry& entry = content.found.entry;
  auto attributes = read_attributes(AttributePlace(file->fd()));
  if (attributes)
    entry.attributes = std::move(*attributes);
  else
    content.reduced = without_attributes(attributes.error());
  if (content.found.stamp.size > buffer_.size()) ::posix_fadvise(file->fd(), 0, 0, POSIX_FADV_SEQUENTIAL);

  bool wanted = true;
  archive::BlockCutter cutter(gears_, [&](Octets block) {
    const Digest id = vault_.id(archive::BlockKind::content, block);
    entry.blocks.push_back(id);
    wanted = wanted && sink({archive::BlockKind::content, id, std::move(block)});
  });
  // Up to the size at the beginning: a file that grows as fast as it is read would never end. Files of /proc state 0 and have content, some
  // of them without end.
  const std::uint64_t size = content.found.stamp.size;
  std::vector<archive::Extent> parts = data_extents(file->fd(), size);
  const bool sparse = size > 0 && parts != std::vector<archive::Extent>{{0, size}};
  if (size == 0) parts = {{0, sizeless_octets_max}};
  entry.size = sparse ? size : 0;
  for (const archive::Extent& part : parts) {
    const auto read = read_part(file->fd(), part.offset, part.length, [&](View octets) {
      cutter.feed(octets);
      return wanted;
    });
    if (!read)
      return std::unexpected(
          Unreadable{fmt::format("cannot be read at octet {} or behind it: {}", part.offset, describe(read.error())), false});
    if (!sparse) entry.size += *read;
    if (sparse && *read > 0) entry.extents.push_back({part.offset, *read});
    if (*read == part.length) continue;
    if (sparse) entry.size = part.offset + *read;  // it has become shorter meanwhile
    break;
  }
  cutter.finish();
  // Without a hole, or all of it one hole: as every other file.
  if (entry.extents.size() == 1 && entry.extents.front() == archive::Extent{0, entry.size}) entry.extents.clear();
  const auto after = look(path, file->fd(), owners_);
  // A file that shrank or grew has another size than was read, even if its times are too coarse to tell.
  content.changed_meanwhile = !after || after->stamp != content.found.stamp || entry.size != size;
  return content;
}

bool ContentReader::holds(const archive::Entry& entry) {
  const auto file = open_file(root_, entry.path);
  if (!file) return false;
  const auto looked = look(entry.path, file->fd(), owners_);
  if (!looked || looked->stamp.size != entry.size) return false;
  std::vector<Digest> blocks;
  archive::BlockCutter cutter(gears_, [&](const Octets& block) { blocks.push_back(vault_.id(archive::BlockKind::content, block)); });
  std::vector<archive::Extent> data = entry.extents;
  if (data.empty() && !entry.blocks.empty()) data = {{0, entry.size}};
  for (const archive::Extent& part : data) {
    const auto read = read_part(file->fd(), part.offset, part.length, [&](View octets) {
      cutter.feed(octets);
      return true;
    });
    if (!read || *read != part.length) return false;
  }
  cutter.finish();
  if (blocks != entry.blocks) return false;
  // Its holes may be data here, but only zeros.
  const auto zeros = [&](std::uint64_t begin, std::uint64_t end) {
    bool all = true;
    const auto read = begin < end ? read_part(file->fd(), begin, end - begin,
                                              [&](View octets) {
                                                all = std::ranges::all_of(octets, [](std::uint8_t octet) { return octet == 0; });
                                                return all;
                                              })
                                  : std::uint64_t{0};
    return all && read.has_value();
  };
  for (const archive::Extent& present : data_extents(file->fd(), entry.size)) {
    std::uint64_t at = present.offset;
    const std::uint64_t end = present.offset + present.length;
    for (const archive::Extent& part : data) {
      if (part.offset + part.length <= at) continue;
      if (part.offset >= end) break;
      if (!zeros(at, std::max(at, part.offset))) return false;
      at = std::min(end, part.offset + part.length);
    }
    if (!zeros(at, end)) return false;
  }
  return true;
}

}  // namespace coffer::client
