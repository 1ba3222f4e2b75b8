#include "server/inspect.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>

#include "net/server_identity.h"
#include "server/read_progress.h"
#include "server/wall_time.h"
#include "store/event_log.h"
#include "store/index.h"
#include "store/rebuild.h"
#include "store/store.h"

namespace coffer::server {
namespace {

Outcome store_failed(const store::Trouble& trouble) {
  fmt::print(stderr, "cofferd: {}\n", trouble.what);
  return Outcome::store_failed;
}

/// Whether `cofferd run` has kept something there. Otherwise it is said, and nothing is made: the name may be mistyped.
bool stands(const std::filesystem::path& data) {
  const auto unreadable = [&](const std::error_code& why) {
    fmt::print(stderr, "cofferd: cannot read {}: {}{}\n", data.string(), why.message(), store::advice(why.value()));
    return false;
  };
  std::error_code failed;
  const auto standing = std::filesystem::status(data, failed);
  if (standing.type() == std::filesystem::file_type::none) return unreadable(failed);
  if (!std::filesystem::is_directory(standing)) {
    fmt::print(stderr, "cofferd: {} is not a directory; expected the --data directory of `cofferd run`: for a new server, make it first\n",
               data.string());
    return false;
  }
  for (const char* kept : {store::index_name, "packs", net::ServerIdentity::key_name}) {
    if (std::filesystem::exists(data / kept, failed)) return true;
    if (failed) return unreadable(failed);
  }
  fmt::print(stderr, "cofferd: {} holds nothing of cofferd; expected the --data directory of `cofferd run`\n", data.string());
  return false;
}

}  // namespace

Outcome verify(const std::filesystem::path& data, bool json) {
  if (!stands(data)) return Outcome::store_failed;
  WatchedFiles files(data, "verified", ReadProgress::usual(json));
  const auto opened = store::Store::open(data, files, wall_time, {.mend_at_start = false});
  if (!opened) return store_failed(opened.error());
  const auto report = (*opened)->verify();
  files.clear();
  if (!report) return store_failed(report.error());
  if (json) {
    fmt::print("{}\n", store::json(*report));
  } else {
    for (const auto& finding : report->findings) fmt::print("{}\n", store::text(finding));
    fmt::print("{}; read: {} packs, {} blocks, {} octets, {} versions, {} events\n", report->whole() ? "whole" : "damaged", report->packs,
               report->blocks, report->octets, report->versions, report->events);
    const auto is_a_block = [](const store::Finding& finding) {
      return finding.kind == store::Finding::Kind::damaged || finding.kind == store::Finding::Kind::missing;
    };
    if (std::ranges::any_of(report->findings, is_a_block)) fmt::print("{}\n", store::how_damage_ends);
    if (report->released_blocks != 0)
      fmt::print("{} released blocks of {} octets still stand in packs, until these are compacted\n", report->released_blocks,
                 report->released_octets);
  }
  return report->whole() ? Outcome::ok : Outcome::damage_found;
}

Outcome compact(const std::filesystem::path& data, unsigned live_percent, bool json) {
  if (!stands(data)) return Outcome::store_failed;
  WatchedFiles files(data, "compacted", ReadProgress::usual(json));
  const auto opened = store::Store::open(data, files, wall_time, {.live_percent_min = live_percent});
  if (!opened) return store_failed(opened.error());
  constexpr std::uint64_t step_octets = std::uint64_t{64} << 20;
  std::uint64_t packs = 0, octets = 0;
  std::map<std::uint32_t, store::Compacted> stay;
  for (;;) {
    const auto done = (*opened)->compact_some(step_octets, store::Newest::included);
    if (!done) return store_failed(done.error());
    packs += done->gone;
    octets += done->freed_octets;
    if (done->damaged != 0) stay[done->pack] = *done;
    if (done->pack == 0) break;
  }
  files.clear();
  if (json) {
    nlohmann::ordered_json said = {{"compacted", packs}, {"freed_octets", octets}, {"stay", nlohmann::ordered_json::array()}};
    for (const auto& [pack, why] : stay) said["stay"].push_back({{"pack", pack}, {"damaged_blocks", why.damaged}});
    fmt::print("{}\n", said.dump());
  } else {
    for (const auto& [pack, why] : stay) fmt::print("{}\n", store::why_it_stays(why));
    fmt::print("{} packs were compacted, {} octets freed\n", packs, octets);
  }
  return stay.empty() ? Outcome::ok : Outcome::damage_found;
}

Outcome rebuild(const std::filesystem::path& data, bool json) {
  if (!stands(data)) return Outcome::store_failed;
  WatchedFiles files(data, "rebuilt", ReadProgress::usual(json));
  const auto report = store::rebuild(data, files, files, wall_time);
  files.clear();
  if (!report) return store_failed(report.error());
  if (json) {
    fmt::print("{}\n", store::json(*report));
  } else {
    for (const auto& finding : report->findings) fmt::print("{}\n", store::text(finding));
    fmt::print("{}: {} versions of {} archives, {} blocks, {} computers, {} events; {} packs, {} octets read{}\n",
               report->whole() ? "all recovered" : "recovered but for the above", report->versions, report->archives, report->blocks,
               report->computers, report->events, report->packs, report->octets,
               report->kept.empty() ? "" : fmt::format("; the old index is kept as {}", report->kept));
  }
  return report->whole() ? Outcome::ok : Outcome::damage_found;
}

Outcome events(const std::filesystem::path& data, bool json) {
  if (!stands(data)) return Outcome::store_failed;
  const auto read = store::read_events(
      data, 1, [json](const store::Event& event) { fmt::print("{}\n", json ? store::event_json(event) : store::event_line(event)); });
  return read ? Outcome::ok : store_failed(read.error());
}

Outcome pin(const std::filesystem::path& data) {
  std::error_code ignored;
  const bool empty = std::filesystem::is_directory(data, ignored) && std::filesystem::is_empty(data, ignored);
  if (!empty && !stands(data)) return Outcome::store_failed;
  const auto identity = net::ServerIdentity::keep(data);
  if (!identity) {
    fmt::print(stderr, "cofferd: {}\n", identity.error());
    return Outcome::bad_fixture;
  }
  fmt::print("{}\n", net::to_text(identity->pin()));
  return Outcome::ok;
}

}  // namespace coffer::server
