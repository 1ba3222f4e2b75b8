// Where an open file has data and where holes, as its file system tells.
// Must not know: what the data becomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/entry.h"

namespace coffer::client {

/// Nothing but data: one extent of the whole size, none for an empty file. Nothing but a hole: none. Where a file has more extents than an
/// entry takes, the smallest holes between them are taken for data, which they are, of zeros, until there are as many as it takes.
/// `size`: as far as is looked.
std::vector<archive::Extent> data_extents(int fd, std::uint64_t size);

/// "is saved without its smallest holes: …", if a file of those extents may be.
std::optional<std::string> without_holes(const std::vector<archive::Extent>& extents);

/// Joins what has the smallest holes between until there are at most `most`.
std::vector<archive::Extent> coalesce(std::vector<archive::Extent> extents, std::size_t most);

}  // namespace coffer::client
