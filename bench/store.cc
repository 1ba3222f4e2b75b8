#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

#include "benchmarks.h"
#include "store/compaction.h"
#include "store/index.h"

namespace coffer::bench {
namespace {

constexpr std::int64_t archive_count = 20;
constexpr int rounds = 10;  // as many backups, each with new blocks all over an archive's ids
constexpr std::uint64_t block_octets = 200'000;
constexpr std::uint64_t pack_octets = std::uint64_t{1} << 30;

/// Ids that are as good as random, known by their number.
Digest id_of(std::uint64_t number) {
  Digest id;
  std::mt19937_64 random(number);
  for (std::size_t at = 0; at < id.size(); at += 8) {
    const std::uint64_t word = random();
    for (std::size_t i = 0; i < 8; ++i) id[at + i] = static_cast<std::uint8_t>(word >> (8 * i));
  }
  return id;
}

std::size_t resident_octets() {
  std::size_t pages = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%zu %zu", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

store::Result<void> fill(store::Index& index, std::uint64_t rows) {
  std::uint64_t place = 0;
  for (int round = 0; round < rounds; ++round)
    for (std::int64_t archive = 1; archive <= archive_count; ++archive) {
      std::vector<store::Located> blocks;
      for (std::uint64_t i = 0; i < rows / rounds / archive_count; ++i, place += block_octets) {
        const std::uint64_t number = (i * rounds + static_cast<std::uint64_t>(round)) * archive_count + static_cast<std::uint64_t>(archive);
        blocks.push_back({{archive, id_of(number), {}, static_cast<std::uint32_t>(block_octets)},
                          {static_cast<std::uint32_t>(1 + place / pack_octets), 16 + place % pack_octets},
                          false});
      }
      std::ranges::sort(blocks, {}, [](const store::Located& block) { return block.record.id; });
      if (auto added = index.add({.blocks = blocks}); !added) return added;
    }
  return {};
}

}  // namespace

Figures block_index(const std::filesystem::path& place, std::uint64_t rows) {
  const auto directory = place / fmt::format("coffer-index-{}", ::getpid());
  std::filesystem::create_directories(directory);
  struct Remove {
    const std::filesystem::path& what;
    ~Remove() {
      std::error_code ignored;
      std::filesystem::remove_all(what, ignored);
    }
  } const remove{directory};
  const auto file = directory / store::index_name;
  const std::string group = "store";
  std::vector<Figure> figures;
  const double millions = static_cast<double>(rows) / 1e6;
  {
    auto index = store::Index::open(file, false);
    if (!index) return std::unexpected(index.error().what);
    for (std::int64_t archive = 1; archive <= archive_count; ++archive)
      if (auto known = index->know_archive(archive, store::Owner{1, static_cast<std::uint64_t>(archive)}); !known)
        return std::unexpected(known.error().what);
    const auto begin = std::chrono::steady_clock::now();
    if (auto filled = fill(*index, rows); !filled) return std::unexpected(filled.error().what);
    figures.push_back({group,
                       fmt::format("blocks indexed, up to {:.0f} million", millions),
                       static_cast<double>(rows) / seconds_since(begin),
                       "blocks/s",
                       {},
                       {}});
  }
  struct stat about {};
  if (::stat(file.c_str(), &about) != 0) return std::unexpected("the index is not there");
  figures.push_back(
      {group, "the index on the disk", static_cast<double>(about.st_size) / static_cast<double>(rows), "octets/block", {}, {}});

  const std::size_t before = resident_octets();
  auto begin = std::chrono::steady_clock::now();
  auto index = store::Index::open(file, true);
  if (!index) return std::unexpected(index.error().what);
  figures.push_back({group, "opening, with the check of every row", seconds_since(begin) / millions, "s/million", {}, {}});

  std::mt19937_64 random(1);
  for (const bool stored : {true, false}) {
    constexpr int lookups = 100'000;
    begin = std::chrono::steady_clock::now();
    auto reading = index->reading();
    if (!reading) return std::unexpected(reading.error().what);
    int found = 0;
    for (int i = 0; i < lookups; ++i) {
      const std::uint64_t number = archive_count + random() % (rows - archive_count);
      const auto archive = static_cast<std::int64_t>(number % archive_count == 0 ? archive_count : number % archive_count);
      const auto block = index->find(archive, id_of(stored ? number : number + (std::uint64_t{1} << 40)));
      if (!block) return std::unexpected(block.error().what);
      found += block->has_value();
    }
    if (stored != (found > lookups * 9 / 10)) return std::unexpected(fmt::format("{} of {} found", found, lookups));
    figures.push_back({group,
                       stored ? "looking up a block that is there" : "looking up a block that is not",
                       seconds_since(begin) / lookups * 1e6,
                       "us",
                       {},
                       {}});
  }
  begin = std::chrono::steady_clock::now();
  const auto live = store::live_by_pack(file);
  if (!live) return std::unexpected(live.error().what);
  figures.push_back({group, "counting what is live, pack by pack", seconds_since(begin) / millions, "s/million", {}, {}});
  begin = std::chrono::steady_clock::now();
  const auto by_archive = index->octets_by_archive();
  if (!by_archive) return std::unexpected(by_archive.error().what);
  figures.push_back({group, "counting octets, archive by archive", seconds_since(begin) / millions, "s/million", {}, {}});
  figures.push_back({group,
                     "memory that all this has added",
                     static_cast<double>(resident_octets() - std::min(before, resident_octets())) / 1e6,
                     "MB",
                     {},
                     {}});
  return figures;
}

}  // namespace coffer::bench
