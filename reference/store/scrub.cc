#include "store/scrub.h"

#include <chrono>

#include <fmt/core.h>

namespace coffer::store {
namespace {

struct ScrubFound {
  std::vector<Located> damaged;                                     // by their headers
  std::vector<std::pair<std::uint64_t, std::uint64_t>> unreadable;  // from, to
};

/// Reads from `at` on, up to about so many octets, and says what is not what was stored. Moves `at` behind what was read.
ScrubFound read_on(const File& file, Place& at, std::uint64_t end, std::uint64_t octets) {
  ScrubFound found;
  const std::uint64_t enough = at.offset + octets;
  while (at.offset < end && at.offset < enough) {
    const auto read = read_record(file, at.pack, at.offset);
    if (read && read->state == RecordRead::State::whole) {
      at.offset += read->record.octets();
      continue;
    }
    const auto next = read ? behind(file, at.pack, at.offset, *read, end) : FileResult<std::uint64_t>(end);
    const std::uint64_t to = next ? *next : end;
    if (read && read->state == RecordRead::State::damaged && read->record.kind == RecordKind::block)
      found.damaged.push_back({read->record, at, false});
    else
      found.unreadable.emplace_back(at.offset, to);
    at.offset = to;
  }
  return found;
}

/// How many blocks count as lacking from now on.
Result<std::uint64_t> name(Holdings& holdings, std::uint32_t pack, const ScrubFound& found) {
  std::uint64_t named = 0;
  const auto name_one = [&](const Located& block) -> Result<void> {
    const auto counts = holdings.where(block.record.archive, block.record.id);
    if (!counts) return std::unexpected(counts.error());
    if (!*counts || (*counts)->place != block.place || (*counts)->damaged) return {};
    ++named;
    return holdings.name_damaged(**counts, "octets are not what was stored");
  };
  for (const Located& block : found.damaged)
    if (auto told = name_one(block); !told) return std::unexpected(told.error());
  if (found.unreadable.empty()) return named;
  holdings.tell(fmt::format("{}: {} places are no whole records; `cofferd verify` says more", pack_name(pack), found.unreadable.size()));
  const auto blocks = holdings.index().blocks_of(pack);
  if (!blocks) return std::unexpected(blocks.error());
  for (const Located& block : *blocks)
    for (const auto& [from, to] : found.unreadable)
      if (block.place.offset >= from && block.place.offset < to)
        if (auto told = name_one(block); !told) return std::unexpected(told.error());
  return named;
}

Result<Scrubbed> end_round(Holdings& holdings, const ScrubPlace& place, Scrubbed done) {
  done.ended = true;
  const std::pair<std::string_view, std::string> fields[] = {
      {"octets", std::to_string(place.octets)},
      {"damaged", std::to_string(place.damaged)},
      {"seconds", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(holdings.now() - place.began).count())}};
  if (auto noted = holdings.note("scrub_ended", fields, Index::Durability::with_the_next); !noted) return std::unexpected(noted.error());
  if (auto kept = holdings.index().set_scrub_place({.began = holdings.now()}); !kept) return std::unexpected(kept.error());
  return done;
}

}  // namespace

Result<Scrubbed> scrub_some(Holdings& holdings, std::uint64_t octets) {
  Scrubbed done;
  ScrubPlace place;
  std::uint64_t end = 0;
  std::shared_ptr<File> file;
  {
    const std::lock_guard lock(holdings.mutex());
    const auto kept = holdings.index().scrub_place();
    if (!kept) return std::unexpected(kept.error());
    place = kept->value_or(ScrubPlace{.began = holdings.now()});
    const auto indexed = holdings.index().packs();
    if (!indexed) return std::unexpected(indexed.error());
    for (const auto& [number, size] : *indexed) done.octets_total += size;
    done.began = place.began;
    done.octets_done = place.octets;
    if (octets == 0) return done;
    // One that is compacted meanwhile is read elsewhere; one that is gone the start has named.
    while (!file) {
      const auto next = indexed->lower_bound(place.next.pack);
      if (next == indexed->end()) return end_round(holdings, place, done);
      if (next->first != place.next.pack) place.next = {next->first, 0};
      end = next->second;
      const auto opened = holdings.packs().file(next->first);
      if (opened && place.next.offset < end) file = *opened;
      if (!file) place.next = {next->first + 1, 0};
    }
  }
  const std::uint64_t from = place.next.offset;
  if (from < pack_header_octets) {
    const auto header = pack_header_whole(*file, place.next.pack);
    if (!header || !*header) holdings.tell(fmt::format("{}: its header is damaged", pack_name(place.next.pack)));
    place.next.offset = pack_header_octets;
  }
  // [ARC-132] A server SHOULD check the checksum of every stored block …, and name missing in offers those that it can no longer verify.
  const ScrubFound found = read_on(*file, place.next, end, octets);
  done.octets = place.next.offset - from;
  place.octets += done.octets;
  done.octets_done = place.octets;
  const std::lock_guard lock(holdings.mutex());
  const auto named = name(holdings, place.next.pack, found);
  if (!named) return std::unexpected(named.error());
  place.damaged += *named;
  if (auto kept = holdings.index().set_scrub_place(place); !kept) return std::unexpected(kept.error());
  return done;
}

}  // namespace coffer::store
