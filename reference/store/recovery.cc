#include "store/recovery.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <span>

#include "store/chain.h"

namespace coffer::store {
namespace {

struct Recovery {
  Packs& packs;
  Index& index;
  std::map<std::int64_t, Owner> archives;
  std::map<std::uint32_t, std::uint64_t> tails;  // of every standing pack, where what the index does not know begins
  Recovered done{};

  // What the tails say, in the order in which it was written.
  std::map<std::int64_t, StatedChain> versions{};
  std::vector<ComputerStatement> computers{};
  std::vector<ReleaseStatement> releases{};
  std::set<std::uint32_t> gone{};  // as a statement says
  std::vector<std::int64_t> purged{};
  std::map<std::int64_t, Owner> owners{};
  std::map<std::uint32_t, std::uint64_t> ends{};

  /// The whole records from an offset on: takes what they say, and says where they end. What is none ends them, unless a version stated
  /// behind it shows that it was whole once: then it is named, and nothing else is lost by it.
  Result<std::uint64_t> tail(const File& file, std::uint32_t pack, std::uint64_t from, std::uint64_t size, std::vector<Located>& blocks) {
    std::uint64_t end = from;
    std::optional<std::uint64_t> once_whole;
    while (end < size) {
      const auto read = read_record(file, pack, end);
      if (!read) return std::unexpected(trouble(read.error()));
      if (read->state != RecordRead::State::whole) {
        if (!once_whole) {
          auto until = once_whole_until(file, pack, end, size);
          if (!until) return until;
          once_whole = *until;
        }
        if (end >= *once_whole) return end;
        if (auto named = damaged({pack, end}, *read, blocks); !named) return std::unexpected(named.error());
        const auto next = behind(file, pack, end, *read, size);
        if (!next) return std::unexpected(trouble(next.error()));
        end = *next;
        continue;
      }
      if (read->record.kind == RecordKind::block && read->record.archive > 0) {
        if (auto known = know(read->record.archive, {}); !known) return std::unexpected(known.error());
        blocks.push_back({read->record, {pack, end}, false});
      } else if (auto version = version_in(*read)) {
        if (auto known = know(version->archive, version->owner); !known) return std::unexpected(known.error());
        if (auto taken = take(std::move(*version)); !taken) return std::unexpected(taken.error());
      } else if (const auto computer = computer_in(*read)) {
        computers.push_back(*computer);
      } else if (auto release = release_in(*read)) {
        releases.push_back(std::move(*release));
      } else if (const auto pack_gone = gone_in(*read)) {
        gone.insert(pack_gone->pack);
      } else if (const auto archive_purged = purged_in(*read)) {
        purged.push_back(archive_purged->archive);
      }
      end += read->record.octets();
    }
    return end;
  }

  Result<void> damaged(const Place& place, const RecordRead& read, std::vector<Located>& blocks) {
    done.losses.push_back(fmt::format("{} at offset {}: octets are not what was stored", pack_name(place.pack), place.offset));
    if (read.state != RecordRead::State::damaged || read.record.kind != RecordKind::block || read.record.archive <= 0) return {};
    blocks.push_back({read.record, place, true});
    return know(read.record.archive, {});
  }

  /// A version is stated only when everything written before is on stable storage: where it stands, in this pack or a later one, what is
  /// before it was whole once. 0 when none is stated from this offset on.
  Result<std::uint64_t> once_whole_until(const File& file, std::uint32_t pack, std::uint64_t from, std::uint64_t size) {
    for (auto later = tails.upper_bound(pack); later != tails.end(); ++later) {
      const auto other = packs.file(later->first);
      if (!other) return std::unexpected(other.error());
      const auto other_size = (*other)->size();
      if (!other_size) return std::unexpected(trouble(other_size.error()));
      const auto end = last_stated(**other, later->first, later->second, *other_size);
      if (!end) return end;
      if (*end != 0) return size;
    }
    return last_stated(file, pack, from, size);
  }

  /// The end of the last whole record of a version from an offset on; 0: there is none.
  static Result<std::uint64_t> last_stated(const File& file, std::uint32_t pack, std::uint64_t from, std::uint64_t size) {
    std::uint64_t last = 0;
    for (std::uint64_t at = from; at < size;) {
      const auto read = read_record(file, pack, at);
      if (!read) return std::unexpected(trouble(read.error()));
      if (read->state == RecordRead::State::whole) {
        at += read->record.octets();
        if (read->record.kind == RecordKind::version) last = at;
        continue;
      }
      const auto next = behind(file, pack, at, *read, size);
      if (!next) return std::unexpected(trouble(next.error()));
      at = *next;
    }
    return last;
  }

  Result<void> know(std::int64_t archive, const std::optional<Owner>& owner) {
    const auto [found, is_new] = archives.try_emplace(archive);
    if (owner && found->second.user == 0) owners[archive] = found->second = *owner;
    return is_new ? index.know_archive(archive, std::nullopt) : Result<void>{};
  }

  Result<void> take(VersionStatement version) {
    auto chain = versions.find(version.archive);
    if (chain == versions.end()) {
      const auto end = index.chain_end(version.archive);
      if (!end) return std::unexpected(end.error());
      chain = versions.emplace(version.archive, StatedChain(end->number)).first;
    }
    chain->second.take(std::move(version));
    return {};
  }

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
    std::vector<Located> blocks;
    const auto end = tail(**file, number, indexed, *size, blocks);
    if (!end) return std::unexpected(end.error());

    FileResult<void> written;
    if (*size > *end) {
      done.octets_cut += *size - *end;
      written = (*file)->truncate(*end);
    }
    // Of a pack that the index does not know yet, the header need not have come to the disk; each record says itself which pack it is in.
    if (written && !*whole && !known) written = (*file)->write_at(0, encode_pack_header(number));
    if (written) written = (*file)->sync();
    if (!written) return std::unexpected(trouble(written.error()));

    done.blocks += static_cast<std::uint64_t>(std::ranges::count(blocks, false, &Located::damaged));
    if (!blocks.empty())
      if (auto added = index.add({.blocks = blocks}); !added) return std::unexpected(added.error());
    if (*end != indexed || !known) ends[number] = *end;
    if (*whole || !known) packs.append_to(number, *end);
    return *whole || !known;
  }

  /// The versions, and that the tails were read: in one transaction, or the next start reads them again.
  Result<void> finish() {
    std::vector<VersionStatement> adopted;
    for (const std::int64_t archive : purged) versions.erase(archive);
    if (auto gone_now = index.add({.purged = purged}); !gone_now) return gone_now;
    // Not before: the same user may have another archive of the same computer since.
    for (const auto& [archive, owner] : owners)
      if (auto known = index.know_archive(archive, owner); !known) return known;
    for (const auto& [archive, chain] : versions) {
      auto end = index.chain_end(archive);
      if (!end) return std::unexpected(end.error());
      for (const auto& [number, version] : chain.versions()) {
        // With rows of versions that do not count, the verification that follows judges.
        if (!index.needs_mending() && (number != end->number + 1 || version.link != link_of(end->link, number, version.record)))
          done.losses.push_back(fmt::format("version {} of archive {} does not continue its chain", number, archive));
        *end = {number, version.link};
        adopted.push_back(version);
      }
    }
    done.versions = adopted.size();
    if (adopted.empty() && computers.empty() && ends.empty()) return {};
    std::map<std::int64_t, std::vector<Release>> released;
    for (const ReleaseStatement& release : releases) {
      const auto counts = stands(release, adopted);
      if (!counts) return std::unexpected(counts.error());
      if (*counts) released[release.archive].insert(released[release.archive].end(), release.blocks.begin(), release.blocks.end());
    }
    return index.add({.packs = std::move(ends),
                      .versions = adopted,
                      .computers = computers,
                      .released = {released.begin(), released.end()},
                      .over_unproven = true});
  }

  /// A release counts if its version does: it may stand there without.
  Result<bool> stands(const ReleaseStatement& release, std::span<const VersionStatement> adopted) {
    const auto is_its_version = [&](const VersionStatement& version) {
      return version.archive == release.archive && version.number == release.number && version.link == release.link;
    };
    if (std::ranges::any_of(adopted, is_its_version)) return true;
    const auto link = index.version_link(release.archive, release.number);
    if (!link) return std::unexpected(link.error());
    return *link == release.link;
  }

  /// A pack that the index counts on and that is not there. If it went because nothing counted on it, the blocks that an older index still
  /// has there were released; what else had stood there has been found elsewhere by now.
  Result<void> missing_pack(std::uint32_t number, std::uint64_t octets) {
    if (gone.contains(number)) {
      const auto blocks = index.blocks_of(number);
      if (!blocks) return std::unexpected(blocks.error());
      for (const Located& block : *blocks)
        if (auto forgotten = index.forget(block); !forgotten) return forgotten;
      return index.forget_pack(number);
    }
    done.losses.push_back(fmt::format("{} is gone, {} octets of it were indexed", pack_name(number), octets));
    return index.lose_beyond(number, 0);
  }
};

}  // namespace

Result<void> remove_emptied(Packs& packs, Index& index) {
  const auto emptied = index.emptied_packs();
  if (!emptied) return std::unexpected(emptied.error());
  for (const std::uint32_t number : *emptied) {
    packs.begin_after(number);
    packs.close(number);
    auto removed = packs.remove(number);
    if (removed) removed = index.forget_pack(number);
    if (!removed) return removed;
  }
  return {};
}

Result<Recovered> recover(Packs& packs, Index& index) {
  if (auto removed = remove_emptied(packs, index); !removed) return std::unexpected(removed.error());
  auto archives = index.archives();
  if (!archives) return std::unexpected(archives.error());
  const auto indexed = index.packs();
  if (!indexed) return std::unexpected(indexed.error());
  const auto standing = packs.numbers();
  if (!standing) return std::unexpected(standing.error());
  Recovery recovery{packs, index, std::move(*archives), {}};
  for (const std::uint32_t number : *standing)
    recovery.tails[number] = indexed->contains(number) ? indexed->at(number) : std::uint64_t{pack_header_octets};

  for (const auto& [number, octets] : *indexed) packs.begin_after(number);
  // The process that made a pack may have ended before its name was synced.
  if (auto synced = packs.sync_names(); !synced) return std::unexpected(synced.error());
  for (const std::uint32_t number : *standing) {
    packs.begin_after(number);
    if (const auto open = recovery.pack(number, recovery.tails[number], indexed->contains(number)); !open)
      return std::unexpected(open.error());
  }
  if (auto finished = recovery.finish(); !finished) return std::unexpected(finished.error());
  for (const auto& [number, octets] : *indexed) {
    if (std::binary_search(standing->begin(), standing->end(), number)) continue;
    if (auto said = recovery.missing_pack(number, octets); !said) return std::unexpected(said.error());
  }
  return recovery.done;
}

}  // namespace coffer::store
