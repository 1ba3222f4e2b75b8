// One reading serves all destinations that can follow it. Those that cannot, and those whose session has become useless, share another one
// afterwards; each reading ends with at least one destination less to serve or a session nearer to the last.
#include "client/backup.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>

#include <botan/rng.h>
#include <fmt/format.h>

#include "client/delivery.h"
#include "client/interruption.h"
#include "client/lanes.h"
#include "client/printable.h"
#include "client/reading.h"

namespace coffer::client {
namespace {

using Lane = BackupProgress::Lane;

/// A destination on its way to its version.
struct Way {
  const Destination* to = nullptr;
  std::unique_ptr<BlockSender> sender = nullptr;  // of this session
  ServerLink* link = nullptr;
  int sessions = 1;
  BlockSender::Counts sent_before = {};  // in sessions before this one
  std::optional<Outcome<DestinationReport>> end = std::nullopt;

  BlockSender::Counts sent() const {
    return {sent_before.blocks_sent + sender->counts().blocks_sent, sent_before.octets_sent + sender->counts().octets_sent};
  }
};

Failure no_version(Failure failure, const Way& way) {
  if (failure.code != ExitCode::local)
    failure.message += fmt::format(
        "\nNo version {} was made, and versions before it are as they were. {} in {} blocks had been sent; the same command again "
        "continues with what is missing",
        way.to->chain.number + 1, octets_for_people(way.sent().octets_sent), way.sent().blocks_sent);
  return failure;
}

Failure content_gone() {
  return {ExitCode::local,
          "files changed between two looks at them, and the server now waits for content that no longer exists; "
          "no version was made. Run the same command again: what was sent is not sent twice"};
}

class Backup {
 public:
  Backup(std::span<Destination> destinations, const CachePlace& cache, const MakeRandom& make_random, const BackupOptions& options)
      : cache_(cache), make_random_(make_random), options_(options), workers_(make_sealing_workers(keys_of(destinations), make_random)) {
    ways_.reserve(destinations.size());
    for (Destination& destination : destinations) {
      ways_.push_back({.to = &destination});
      begin_session(ways_.back(), destination.link);
    }
    progress_.destinations.resize(ways_.size());
  }

  Outcome<BackupReport> run() {
    for (bool first = true;; first = false) {
      std::vector<Way*> left;
      for (Way& way : ways_)
        if (!way.end) left.push_back(&way);
      if (left.empty()) break;
      if (auto served = serve(left, first); !served) return std::unexpected(std::move(served.error()));
    }
    for (Way& way : ways_) report_.destinations.push_back(std::move(*way.end));
    return std::move(report_);
  }

 private:
  static std::vector<keys::ArchiveKeys> keys_of(std::span<Destination> destinations) {
    std::vector<keys::ArchiveKeys> all;
    for (const Destination& destination : destinations) all.push_back(destination.keys);
    return all;
  }

  void begin_session(Way& way, ServerLink* link) {
    way.link = link;
    way.sender = std::make_unique<BlockSender>(*link, *workers_, index_of(way));
    way.sender->interrupted = options_.interrupted;
  }

  /// One reading. Failures: of the whole backup.
  Outcome<void> serve(const std::vector<Way*>& ways, bool first) {
    Lanes lanes(ways.size(), options_.lanes);
    std::vector<std::unique_ptr<Delivery>> deliveries;
    for (Way* way : ways)
      deliveries.push_back(std::make_unique<Delivery>(
          *way->link, *way->sender, Committing{way->to->keys, way->to->chain, options_.now_ns, make_random_}, lanes, deliveries.size()));
    const auto on = [&](const WorkDone& done) {
      static_cast<WorkDone&>(progress_) = done;
      show(ways, deliveries);
      return !options_.interrupted();
    };
    auto read = read_trees(lanes, ways.front()->to->keys,
                           {.paths = options_.paths,
                            .scan = options_.scan,
                            .cache = cache_,
                            .by_name = std::ranges::all_of(ways, [](const Way* way) { return way->sessions < backup_sessions_max; }),
                            .first = first,
                            .digest = options_.digest,
                            .settled_before_ns = options_.now_ns - options_.settle_ns,
                            .on = on});
    (void)lanes.await_all_gone([&] { return on(progress_); });
    lanes.close();
    for (std::size_t i = 0; i < ways.size(); ++i) take_end(*ways[i], deliveries[i]->end());
    if (read && *read) take_report(std::move(**read));
    for (Way* way : ways) {
      if (!read && !first && !way->end && read.error().code != ExitCode::interrupted) way->end = std::unexpected(read.error());
      if (way->end) options_.ended(index_of(*way), *way->end);
    }
    const bool stopped = options_.interrupted() && std::ranges::any_of(ways, [](const Way* way) { return !way->end; });
    if (stopped) return std::unexpected(no_version(interrupted(), *ways.front()));
    if (!read && first) return std::unexpected(std::move(read.error()));
    return {};
  }

  std::size_t index_of(const Way& way) const { return static_cast<std::size_t>(&way - ways_.data()); }

  void show(const std::vector<Way*>& ways, const std::vector<std::unique_ptr<Delivery>>& deliveries) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      Lane& lane = progress_.destinations[index_of(*ways[i])];
      lane.octets_sent = ways[i]->sent_before.octets_sent + deliveries[i]->octets_sent();
      lane.state = deliveries[i]->state();
    }
    options_.progress(progress_);
  }

  void take_end(Way& way, Delivery::End end) {
    Lane& lane = progress_.destinations[index_of(way)];
    if (const auto* version = std::get_if<archive::ChainPoint>(&end)) {
      way.end = DestinationReport{*version, way.sent()};
    } else if (auto* failure = std::get_if<Failure>(&end)) {
      if (failure->code != ExitCode::interrupted) way.end = std::unexpected(no_version(std::move(*failure), way));
    } else if (auto* unknown = std::get_if<Delivery::Unknown>(&end)) {
      way.end = std::unexpected(std::move(unknown->failure));
    } else if (std::holds_alternative<Delivery::Owing>(end)) {
      begin_again(way);
    }
    if (way.end && !*way.end) lane.state = Lane::State::failed;
  }

  void begin_again(Way& way) {
    if (way.sessions == backup_sessions_max || !way.to->begin_again) {
      way.end = std::unexpected(content_gone());
      return;
    }
    auto next = way.to->begin_again();
    if (!next) {
      way.end = std::unexpected(no_version(std::move(next.error()), way));
      return;
    }
    ++way.sessions;
    way.sent_before = way.sent();
    begin_session(way, *next);
  }

  /// Counts are those of the first reading that made a version.
  void take_report(ReadingReport read) {
    const bool made_before = std::exchange(made_, made_ || std::ranges::any_of(ways_, [](const Way& way) { return way.end && *way.end; }));
    if (!made_before) {
      report_.files = read.files;
      report_.directories = read.directories;
      report_.links = read.links;
      report_.files_unchanged = read.files_unchanged;
      report_.content_octets = read.content_octets;
      report_.left = std::move(read.left);
      report_.digest = read.digest;
    }
    // What one reading found and could not read any more, the next one does not even find.
    if (!made_before) std::erase_if(report_.problems, [&](const Problem& problem) { return !vanished_.contains(problem.path); });
    std::unordered_set<std::string> named;
    for (const Problem& problem : report_.problems) named.insert(problem.path);
    for (Problem& problem : read.problems)
      if (!named.contains(problem.path)) report_.problems.push_back(std::move(problem));
    for (const std::string& path : read.vanished) vanished_.insert("/" + path);
  }

  const CachePlace& cache_;
  const MakeRandom& make_random_;
  const BackupOptions& options_;
  std::unique_ptr<SealingWorkers> workers_;
  std::vector<Way> ways_;
  BackupProgress progress_;
  BackupReport report_;
  std::unordered_set<std::string> vanished_;
  bool made_ = false;  // some version
};

}  // namespace

Outcome<BackupReport> back_up(std::span<Destination> destinations, const CachePlace& cache, const MakeRandom& make_random,
                              const BackupOptions& options) {
  return Backup(destinations, cache, make_random, options).run();
}

}  // namespace coffer::client
