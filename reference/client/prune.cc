#include "client/prune.h"

#include <algorithm>
#include <span>
#include <utility>

#include <botan/rng.h>
#include <fmt/format.h>

#include "client/interruption.h"
#include "client/live_blocks.h"
#include "coffer/spec/limits.h"
#include "fault/switch.h"

namespace coffer::client {
namespace {

class Prune {
 public:
  Prune(ServerLink& link, const keys::ArchiveKeys& keys, const VersionList& list, const MakeRandom& make_random,
        const PruneOptions& options)
      : link_(link),
        keys_(keys),
        list_(list),
        make_random_(make_random),
        options_(options),
        live_(
            link, keys, [this](const BlockFetcher::Counts& counts) { see(counts); }, options.interrupted, options.directory) {
    report_.version = list.head;
    for (const ListedVersion& version : list.versions) seen_.versions += kept(version) ? 1 : 0;
  }

  Outcome<PruneReport> run() {
    auto report = do_all();
    if (!report && report_.version != list_.head)
      report.error().message +=
          fmt::format("\nVersion {} was made before; `coffer prune --unused` releases what is left to be released", report_.version.number);
    return report;
  }

 private:
  Outcome<PruneReport> do_all() {
    if (auto read = read_kept(); !read) return std::unexpected(read.error());
    std::span<const std::uint64_t> rest = options_.retire;
    for (; rest.size() > archive::retired_max; rest = rest.subspan(archive::retired_max))
      if (auto done = commit(rest.first(archive::retired_max)); !done) return std::unexpected(done.error());
    // [ARC-119] A client that prunes MUST release all blocks that the archive has and no version needs any more, nothing before the last …
    if (auto released = release_others(rest); !released) return std::unexpected(released.error());
    // [ARC-153] A client that is asked to release what no version needs … MUST … with records that retire nothing, and commit none when …
    if (!rest.empty() || releasing_ != 0 || fault::on(fault::ARC_153_a_record_for_nothing))
      if (auto done = commit(rest); !done) return std::unexpected(done.error());
    return report_;
  }

  void see(const BlockFetcher::Counts& read) {
    seen_.blocks = read.blocks;
    seen_.octets = read.octets;
    options_.progress(seen_);
  }

  Outcome<void> go_on() const { return options_.interrupted() ? std::unexpected(interrupted()) : Outcome<void>{}; }

  bool kept(const ListedVersion& version) const {
    return version.live() && !std::ranges::binary_search(options_.retire, version.record.number);
  }

  // [ARC-116] A client MUST NOT release a block that is in the manifest, the id lists or the content of a version that has a tree and is
  // not retired once the commit is complete.
  Outcome<void> read_kept() {
    for (auto version = list_.versions.rbegin(); version != list_.versions.rend(); ++version) {
      if (!kept(*version)) continue;
      if (auto going = go_on(); !going) return going;
      if (auto added = live_.add(version->record); !added) return added;
      ++seen_.versions_done;
      if (fault::on(fault::ARC_116_newest_alone)) break;
    }
    return {};
  }

  /// All but what the next record releases, the first of which retires the rest; afterwards that is none.
  Outcome<void> release_others(std::span<const std::uint64_t>& rest) {
    if (fault::on(fault::ARC_119_nothing_released)) return {};
    if (fault::on(fault::ARC_153_nothing_released) && options_.retire.empty()) return {};
    Digest after{};
    Octets gone;
    for (bool more = true; more;) {
      if (auto going = go_on(); !going) return going;
      const auto page = link_.list_blocks(after);
      if (!page) return std::unexpected(page.error());
      seen_.blocks += page->ids.size() / sizeof(Digest);
      options_.progress(seen_);
      for (auto at = page->ids.begin(); at != page->ids.end(); at += sizeof(Digest)) {
        std::copy_n(at, sizeof(Digest), after.begin());
        const auto live = live_.contains(after);
        if (!live) return std::unexpected(live.error());
        if (*live) {
          ++report_.blocks_kept;
          continue;
        }
        if (releasing_ + gone.size() / sizeof(Digest) == options_.releases_per_record && !fault::on(fault::ARC_155_all_in_one)) {
          // [ARC-155] A client MUST NOT release more than 65,536 ids with one record.
          if (auto released = release(gone); !released) return released;
          if (auto done = commit(std::exchange(rest, {})); !done) return done;
        }
        gone.insert(gone.end(), after.begin(), after.end());
        if (gone.size() < spec::limits::blocks_per_request_max * sizeof(Digest)) continue;
        if (auto released = release(gone); !released) return released;
      }
      more = page->more;
    }
    return release(gone);
  }

  Outcome<void> release(Octets& ids) {
    if (ids.empty()) return {};
    auto released = link_.release(ids);
    releasing_ += ids.size() / sizeof(Digest);
    ids.clear();
    return released;
  }

  Outcome<void> commit(std::span<const std::uint64_t> retired) {
    if (auto going = go_on(); !going) return going;
    const archive::VersionRecord record{.number = report_.version.number + 1,
                                        .previous = report_.version.link,
                                        .created_ns = options_.now_ns,
                                        .kind = archive::RecordKind::retention,
                                        .retired = {retired.begin(), retired.end()}};
    archive::RecordVault vault(keys_);
    const auto random = make_random_();
    auto sealed = vault.seal(record, *random);
    if (!sealed)
      return std::unexpected(Failure{ExitCode::local, fmt::format("the record cannot be sealed: {}", archive::describe(sealed.error()))});
    const archive::ChainPoint point{record.number, archive::link_of(record.previous, record.number, *sealed)};
    protocol::CommitVersion version{.number = record.number,
                                    .previous = Octets(record.previous.begin(), record.previous.end()),
                                    .link = Octets(point.link.begin(), point.link.end()),
                                    .record = std::move(*sealed)};
    if (auto committed = link_.commit(std::move(version)); !committed) {
      Failure failure = std::move(committed.error());
      failure.message += failure.not_done ? fmt::format("\nVersion {} was not made, and everything is as it was before it", record.number)
                                          : fmt::format(
                                                "\nWhether version {} was taken, `coffer versions --all` shows; the same command "
                                                "again goes on",
                                                record.number);
      return std::unexpected(std::move(failure));
    }
    report_.version = point;
    report_.blocks_released += std::exchange(releasing_, 0);
    return options_.committed(point);
  }

  ServerLink& link_;
  const keys::ArchiveKeys& keys_;
  const VersionList& list_;
  const MakeRandom& make_random_;
  const PruneOptions& options_;
  LiveBlocks live_;
  PruneReport report_;
  std::uint64_t releasing_ = 0;  // blocks, with the next record
  BlocksSeen seen_;
};

}  // namespace

Outcome<PruneReport> prune(ServerLink& link, const keys::ArchiveKeys& keys, const VersionList& list, const MakeRandom& make_random,
                           const PruneOptions& options) {
  return Prune(link, keys, list, make_random, options).run();
}

}  // namespace coffer::client
