#include "client/file_extents.h"

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>

namespace coffer::client {

std::vector<archive::Extent> data_extents(int fd, std::uint64_t size) {
  const std::vector<archive::Extent> all_data = size > 0 ? std::vector<archive::Extent>{{0, size}} : std::vector<archive::Extent>{};
  std::vector<archive::Extent> extents;
  // One question for the file without a hole, which most are. How much room a file takes does not tell: some of it is for other things.
  if (const off_t hole = ::lseek(fd, 0, SEEK_HOLE); hole < 0 || static_cast<std::uint64_t>(hole) >= size) return all_data;
  for (std::uint64_t at = 0; at < size;) {
    const off_t data = ::lseek(fd, static_cast<off_t>(at), SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // from here on all is hole
    if (data < 0) return all_data;          // a file system that cannot tell
    const off_t hole = ::lseek(fd, data, SEEK_HOLE);
    if (hole <= data) return all_data;
    const auto begin = static_cast<std::uint64_t>(data), end = std::min(static_cast<std::uint64_t>(hole), size);
    if (begin >= size) break;
    if (!extents.empty() && extents.back().offset + extents.back().length == begin)
      extents.back().length += end - begin;
    else
      extents.push_back({begin, end - begin});
    at = end;
    // A file of so many pieces that remembering them all would be a burden itself.
    if (extents.size() > 64 * archive::extents_max) extents = coalesce(std::move(extents), archive::extents_max);
  }
  return coalesce(std::move(extents), archive::extents_max);
}

// [ARC-087] A client that backs up MUST name each file of which it keeps less than section 8.2 says is kept.
std::optional<std::string> without_holes(const std::vector<archive::Extent>& extents) {
  if (extents.size() < archive::extents_max) return std::nullopt;
  return fmt::format("is saved without its smallest holes, as zeros: it has {} pieces of data or more, and no more can be kept apart",
                     archive::extents_max);
}

std::vector<archive::Extent> coalesce(std::vector<archive::Extent> extents, std::size_t most) {
  if (extents.size() <= most) return extents;
  const auto hole_before = [&](std::size_t i) { return extents[i].offset - (extents[i - 1].offset + extents[i - 1].length); };
  std::vector<std::uint64_t> holes;
  for (std::size_t i = 1; i < extents.size(); ++i) holes.push_back(hole_before(i));
  // The holes that go are the smallest; of those as large as the largest of them, the first.
  const std::size_t surplus = extents.size() - most;
  std::ranges::nth_element(holes, holes.begin() + static_cast<std::ptrdiff_t>(surplus - 1));
  const std::uint64_t limit = holes[surplus - 1];
  std::size_t as_large = surplus - static_cast<std::size_t>(std::ranges::count_if(holes, [&](std::uint64_t hole) { return hole < limit; }));
  std::vector<archive::Extent> joined{extents.front()};
  for (std::size_t i = 1; i < extents.size(); ++i) {
    const std::uint64_t hole = hole_before(i);
    const bool goes = hole < limit || (hole == limit && as_large > 0);
    if (goes && hole == limit) --as_large;
    if (goes)
      joined.back().length += hole + extents[i].length;
    else
      joined.push_back(extents[i]);
  }
  return joined;
}

}  // namespace coffer::client
