#include "store/recovery.h"

#include <fmt/core.h>

#include <algorithm>

namespace coffer::store {
namespace {

struct Tail {
  std::vector<Located> blocks;
  std::uint64_t end = 0;
};

/// The whole records from an offset on, up to the first that is not. Those of no known archive are passed over.
Result<Tail> read_tail(const File& file, std::uint32_t pack, std::uint64_t from, const std::map<std::int64_t, Owner>& archives) {
  Tail tail{{}, from};
  for (;;) {
    const auto read = read_record(file, pack, tail.end);
    if (!read) return std::unexpected(trouble(read.error()));
    if (read->state != RecordRead::State::whole) return tail;
    if (archives.contains(read->record.archive)) tail.blocks.push_back({read->record, {pack, tail.end}, false});
    tail.end += read->record.octets();
  }
}

struct Recovery {
  Packs& packs;
  Index& index;
  std::map<std::int64_t, Owner> archives;
  Recovered done;

  /// Whether appending may go on in this pack.
  Result<bool> pack(std::uint32_t number, std::uint64_t indexed, bool known) {
    const auto file = packs.file(number);
    if (!file) return std::unexpected(file.error());
    const auto size = (*file)->size();
    if (!size) return std::unexpected(trouble(size.error()));
    if (known && *size < indexed) {
      done.losses.push_back(fmt::format("{} has {} octets, {} were indexed", pack_name(number), *size, indexed));
      if (auto lost = index.lose_beyond(number, *size); !lost) return std::unexpected(lost.error());
      return false;
    }
    const auto whole = pack_header_whole(**file, number);
    if (!whole) return std::unexpected(trouble(whole.error()));
    const auto tail = read_tail(**file, number, indexed, archives);
    if (!tail) return std::unexpected(tail.error());

    FileResult<void> written;
    if (*size > tail->end) {
      done.octets_cut += *size - tail->end;
      written = (*file)->truncate(tail->end);
    }
    // A pack that was made and never used: nothing but its header can be missing.
    const bool unused = !known && tail->end == pack_header_octets;
    if (written && !*whole && unused) written = (*file)->write_at(0, encode_pack_header(number));
    if (written) written = (*file)->sync();
    if (!written) return std::unexpected(trouble(written.error()));

    done.blocks += tail->blocks.size();
    if (tail->end != indexed || !known)
      if (auto added = index.add(tail->blocks, {{number, tail->end}}); !added) return std::unexpected(added.error());
    if (*whole || unused) packs.append_to(number, tail->end);
    return *whole || unused;
  }
};

}  // namespace

Result<Recovered> recover(Packs& packs, Index& index) {
  auto archives = index.archives();
  if (!archives) return std::unexpected(archives.error());
  Recovery recovery{packs, index, std::move(*archives), {}};
  const auto indexed = index.packs();
  if (!indexed) return std::unexpected(indexed.error());
  const auto standing = packs.numbers();
  if (!standing) return std::unexpected(standing.error());

  for (const auto& [number, octets] : *indexed) {
    packs.begin_after(number);
    if (std::binary_search(standing->begin(), standing->end(), number)) continue;
    recovery.done.losses.push_back(fmt::format("{} is gone, {} octets of it were indexed", pack_name(number), octets));
    if (auto lost = index.lose_beyond(number, 0); !lost) return std::unexpected(lost.error());
  }
  // The process that made a pack may have ended before its name was synced.
  if (auto synced = packs.sync_names(); !synced) return std::unexpected(synced.error());
  for (const std::uint32_t number : *standing) {
    const auto known = indexed->find(number);
    const bool is_known = known != indexed->end();
    packs.begin_after(number);
    if (const auto open = recovery.pack(number, is_known ? known->second : pack_header_octets, is_known); !open)
      return std::unexpected(open.error());
  }
  return recovery.done;
}

}  // namespace coffer::store
