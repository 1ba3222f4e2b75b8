#include "client/backup.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <thread>
#include <tuple>
#include <unordered_set>

#include <botan/rng.h>
#include <fmt/format.h>

#include "archive/manifest.h"
#include "client/bounded_queue.h"
#include "client/file_content.h"
#include "client/interruption.h"
#include "client/printable.h"

namespace coffer::client {
namespace {

constexpr std::size_t waiting_octets_max = 8U << 20U;
constexpr std::chrono::milliseconds patience{1000};

using PathSet = std::unordered_set<std::string>;

/// Goes through the scan in order and gives each file its blocks, from the cache or by reading, and each second name its first. Runs on a
/// thread of its own; the entries are its own until join().
class FileFeeder {
 public:
  struct Changes {
    std::vector<std::pair<std::string, FileCache::Known>> known;  // for the cache
    Problems problems;                                            // of files that are left out, or saved while they changed
    Problems reduced;                                             // of files that are there with less than they have
    std::uint64_t files_unchanged = 0;
  };

  FileFeeder(std::vector<Found>& found, const FileCache& cache, const IdSet& reread, const PathSet& read_before, Below root,
             const keys::ArchiveKeys& keys, std::int64_t settled_before_ns)
      : found_(found),
        cache_(cache),
        reread_(reread),
        read_before_(read_before),
        reader_(std::move(root), keys),
        settled_before_ns_(settled_before_ns),
        thread_([this] { run(); }) {}
  ~FileFeeder() { queue_.stop(); }

  BoundedQueue<archive::NamedBlock>& queue() { return queue_; }
  std::uint64_t files_done() const { return files_done_; }
  std::uint64_t octets_done() const { return octets_done_; }

  Changes join() {
    thread_.join();
    return std::move(changes_);
  }

 private:
  void run() {
    auto kept = found_.begin();
    for (Found& found : found_) {
      const bool file = found.entry.type == archive::EntryType::file;
      const std::uint64_t octets = found.stamp.size;
      if ((file && stopped_) || !feed(found)) continue;
      if (&*kept != &found) *kept = std::move(found);
      ++kept;
      if (!file) continue;
      octets_done_ += octets;
      ++files_done_;
    }
    found_.erase(kept, found_.end());
    queue_.close();
  }

  /// What two names share. A symbolic link's target is in it, because an inode's number can pass on between two looks.
  using Identity = std::tuple<std::uint64_t, std::uint64_t, std::string>;  // device, inode, target

  static Identity identity(const Found& found) { return {found.stamp.device, found.stamp.inode, found.entry.target}; }

  /// False: the file is no part of the version, and the problems say why.
  bool feed(Found& found) {
    if (found.entry.type == archive::EntryType::directory) return true;
    if (found.names > 1) {
      const auto first = first_names_.find(identity(found));
      if (first != first_names_.end()) {
        found.entry.type = archive::EntryType::hard_link;
        found.entry.target = first->second;
        found.entry.device = 0;
        found.entry.attributes.clear();
        return true;
      }
    }
    if (found.entry.type == archive::EntryType::file && !unchanged(found) && !read(found)) return false;
    if (found.names > 1) first_names_[identity(found)] = found.entry.path;
    return true;
  }

  bool unchanged(Found& found) {
    const FileCache::Known* known = cache_.find(found.entry.path, found.stamp);
    if (!known) return false;
    for (const Digest& id : known->blocks)
      if (reread_.contains(id)) return false;
    found.entry.size = found.stamp.size;
    found.entry.blocks = known->blocks;
    found.entry.extents = known->extents;
    found.entry.attributes = known->attributes;
    if (!read_before_.contains(found.entry.path)) ++changes_.files_unchanged;
    return true;
  }

  bool read(Found& found) {
    const auto sink = [this](archive::NamedBlock block) {
      const std::size_t weight = block.octets.size();
      if (!queue_.push(std::move(block), weight)) stopped_ = true;
      return !stopped_;
    };
    auto content = reader_.read(found.entry.path, sink);
    if (content && content->changed_meanwhile && !stopped_) content = reader_.read(found.entry.path, sink);  // it may have come to rest
    const std::string shown = "/" + found.entry.path;
    if (!content) {
      changes_.problems.push_back({shown, content.error().what});
      return false;
    }
    if (stopped_) return false;
    found = std::move(content->found);
    if (content->reduced) changes_.reduced.push_back({shown, *content->reduced});
    if (content->changed_meanwhile) {
      changes_.problems.push_back({shown, "changed while it was read: what is saved may mix its old and new content"});
    } else if (found.stamp.changed_ns < settled_before_ns_ && !content->reduced) {
      changes_.known.emplace_back(found.entry.path,
                                  FileCache::Known{found.stamp, found.entry.blocks, found.entry.extents, found.entry.attributes});
    }
    return true;
  }

  std::vector<Found>& found_;
  const FileCache& cache_;
  const IdSet& reread_;
  const PathSet& read_before_;
  ContentReader reader_;
  const std::int64_t settled_before_ns_;
  BoundedQueue<archive::NamedBlock> queue_{waiting_octets_max};
  std::map<Identity, std::string> first_names_;
  Changes changes_;
  std::atomic<std::uint64_t> files_done_ = 0, octets_done_ = 0;
  bool stopped_ = false;
  std::jthread thread_;  // last
};

/// What the sessions of one backup leave to the next.
struct Before {
  PathSet files;  // that were there
  PathSet read;   // and are known since
  BlockSender::Counts sent;
};

Failure no_version(Failure failure, const archive::ChainPoint& chain, const BlockSender::Counts& sent) {
  if (failure.code != ExitCode::local)
    failure.message += fmt::format(
        "\nNo version {} was made, and versions before it are as they were. {} in {} blocks had been sent; the same command again "
        "continues with what is missing",
        chain.number + 1, octets_for_people(sent.octets_sent), sent.blocks_sent);
  return failure;
}

Failure content_gone() {
  return {ExitCode::local,
          "files changed between two looks at them, and the server now waits for content that no longer exists; "
          "no version was made. Run the same command again: what was sent is not sent twice"};
}

/// Of one destination.
struct OneReport : BackupReport {
  archive::ChainPoint version;
  BlockSender::Counts sent;
};

/// One session of a backup.
class Backup {
 public:
  Backup(ServerLink& link, const keys::ArchiveKeys& keys, const archive::ChainPoint& chain, FileCache& cache, const MakeRandom& make_random,
         const BackupOptions& options, Before& before)
      : link_(link),
        keys_(keys),
        chain_(chain),
        cache_(cache),
        make_random_(make_random),
        options_(options),
        before_(before),
        sender_(link, keys, make_random) {
    sender_.interrupted = options.interrupted;
  }

  /// nullopt: a block was offered by its name alone, was missing, and its file no longer has it. The session can commit nothing any more,
  /// and the cache no longer speaks of such files.
  Outcome<std::optional<OneReport>> run(bool by_name) {
    const auto files = send_files(by_name);
    // [ARC-035] A client MUST commit a version only after sending every block of it that was named missing.
    if (files && !sender_.owed().empty()) {
      break_promises();
      return std::nullopt;
    }
    auto record = files ? send_manifest() : std::unexpected(files.error());
    if (!record) return std::unexpected(no_version(std::move(record.error()), chain_, total_sent()));
    return commit(std::move(*record));
  }

 private:
  Outcome<void> send_files(bool by_name) {
    if (auto done = scan(); !done) return done;
    if (!by_name)
      for (const Found& found : scan_.found) cache_.drop(found.entry.path);
    if (auto done = ask_about_known_files(); !done) return done;
    if (auto done = send_content(); !done) return done;
    return require_something();  // opening may have failed
  }

  Outcome<void> scan() {
    auto scanning =
        std::async(std::launch::async, [this] { return options_.look ? options_.look() : scan_tree(options_.paths, options_.scan); });
    // A session without a word would be ended; and a server that has gone is noticed here.
    while (scanning.wait_for(patience) != std::future_status::ready)
      if (auto alive = options_.interrupted() ? std::unexpected(interrupted()) : link_.ping(); !alive) return alive;
    scan_ = scanning.get();
    report_.problems = std::move(scan_.problems);
    if (auto something = require_something(); !something) return something;
    progress_.files = static_cast<std::uint64_t>(std::ranges::count(scan_.found, archive::EntryType::file, type_of));
    for (const Found& found : scan_.found)
      if (found.entry.type == archive::EntryType::file) progress_.octets += found.stamp.size;
    return {};
  }

  /// A version without anything in it would look like a backup. A directory that cannot be looked into is not anything.
  Outcome<void> require_something() const {
    const auto closed = [&](const Found& found) { return scan_.closed.contains(found.entry.path); };
    if (!std::ranges::all_of(scan_.found, closed)) return {};
    std::string message = "nothing was backed up, and no version was made, because nothing of it can be read:";
    for (const Problem& problem : report_.problems) message += fmt::format("\n  {} {}", printable(problem.path), problem.what);
    return std::unexpected(Failure{ExitCode::local, std::move(message)});
  }

  /// Blocks of files that are as they were: offered by name alone. Of those that the server lacks, the files are read again.
  Outcome<void> ask_about_known_files() {
    std::vector<Digest> ids;
    for (const Found& found : scan_.found)
      if (const FileCache::Known* known = cache_.find(found.entry.path, found.stamp))
        ids.insert(ids.end(), known->blocks.begin(), known->blocks.end());
    const auto missing = sender_.ask(ids);
    if (!missing) return std::unexpected(missing.error());
    reread_.insert(missing->begin(), missing->end());
    return {};
  }

  Outcome<void> send_content() {
    auto root = file_system_root();
    if (!root) return std::unexpected(Failure{ExitCode::local, fmt::format("cannot open /: {}", describe(root.error()))});
    FileFeeder feeder(scan_.found, cache_, reread_, before_.read, std::move(*root), keys_, options_.now_ns - options_.settle_ns);
    const auto show = [&] {
      progress_.files_done = feeder.files_done();
      progress_.octets_done = feeder.octets_done();
      progress_.destinations = {{BackupProgress::Lane::State::together, total_sent().octets_sent}};
      options_.progress(progress_);
    };
    sender_.on_sent = show;
    Outcome<void> outcome;
    while (outcome && !feeder.queue().drained()) {
      auto blocks = feeder.queue().pop(patience);
      if (blocks.empty() && !feeder.queue().drained()) outcome = idle();
      if (outcome && options_.interrupted()) outcome = std::unexpected(interrupted());
      for (auto& block : blocks)
        if (outcome) outcome = sender_.add(std::move(block));
      show();
    }
    if (outcome) outcome = sender_.flush();
    if (!outcome) feeder.queue().stop();
    const FileFeeder::Changes changes = feeder.join();
    sender_.on_sent = [] {};
    learn(changes, outcome.has_value());
    return outcome;
  }

  /// Reading is slow: what is at hand goes out, and the session stays alive.
  Outcome<void> idle() {
    if (auto sent = sender_.flush(); !sent) return sent;
    return link_.ping();
  }

  /// Only what the server has is worth knowing: the next backup offers it by name alone, and then has to keep its word.
  void learn(const FileFeeder::Changes& changes, bool complete) {
    for (const auto& [path, known] : changes.known)
      if (std::ranges::all_of(known.blocks, [this](const Digest& id) { return sender_.settled(id); })) cache_.put(path, known);
    if (!complete) return;
    for (const auto& [path, known] : changes.known) before_.read.insert(path);
    report_.files_unchanged = changes.files_unchanged;
    report_.problems.insert(report_.problems.end(), changes.problems.begin(), changes.problems.end());
    report_.problems.insert(report_.problems.end(), changes.reduced.begin(), changes.reduced.end());
    for (const Problem& problem : changes.problems) unread_.insert(problem.path.substr(1));
    std::unordered_set<std::string_view> present;
    for (const Found& found : scan_.found) present.insert(found.entry.path);
    // What an earlier session found, and this one not even to name a problem of it.
    std::unordered_set<std::string_view> named;
    for (const Problem& problem : report_.problems) named.insert(problem.path);
    std::erase_if(before_.files, [&](const std::string& path) { return present.contains(path) || named.contains("/" + path); });
    // What lay below the sources and is gone need not be remembered.
    cache_.drop_if([&](const std::string& path, const FileCache::Known&) {
      if (present.contains(path)) return false;
      return std::ranges::any_of(scan_.sources, [&](const std::string& source) {
        return source.empty() || (path.starts_with(source) && (path.size() == source.size() || path[source.size()] == '/'));
      });
    });
  }

  void break_promises() {
    cache_.drop_if([this](const std::string&, const FileCache::Known& known) {
      return std::ranges::any_of(known.blocks, [this](const Digest& id) { return sender_.owed().contains(id); });
    });
    for (const Found& found : scan_.found)
      if (found.entry.type == archive::EntryType::file) before_.files.insert(found.entry.path);
    before_.files.insert(unread_.begin(), unread_.end());
    before_.sent = total_sent();
  }

  BlockSender::Counts total_sent() const {
    return {before_.sent.blocks_sent + sender_.counts().blocks_sent, before_.sent.octets_sent + sender_.counts().octets_sent};
  }

  Outcome<archive::VersionRecord> send_manifest() {
    Outcome<void> sent;
    const auto sink = [&](archive::NamedBlock block) {
      if (sent) sent = sender_.add(std::move(block));
    };
    archive::BlockVault vault(keys_);
    const archive::GearTable gears = archive::gear_table(keys_.chunker);
    archive::ManifestWriter writer(gears, vault, sink);
    for (const Found& found : scan_.found) {
      if (auto added = writer.add(found.entry); !added) {
        report_.problems.push_back({"/" + found.entry.path, fmt::format("left out: {}", archive::describe(added.error()))});
        continue;
      }
      count(found.entry);
    }
    const archive::ManifestSummary summary = writer.finish();
    if (sent) sent = sender_.flush();
    if (!sent) return std::unexpected(sent.error());
    report_.content_octets = summary.content_octets;
    return archive::VersionRecord{.number = chain_.number + 1,
                                  .previous = chain_.link,
                                  .created_ns = options_.now_ns,
                                  .kind = archive::RecordKind::tree,
                                  .depth = summary.depth,
                                  .root = summary.root,
                                  .entry_count = summary.entry_count,
                                  .content_octets = summary.content_octets,
                                  .retired = {}};
  }

  Outcome<std::optional<OneReport>> commit(archive::VersionRecord record) {
    archive::RecordVault vault(keys_);
    const auto random = make_random_();
    auto sealed = vault.seal(record, *random);
    if (!sealed)
      return std::unexpected(Failure{ExitCode::local, fmt::format("the version cannot be sealed: {}", archive::describe(sealed.error()))});
    report_.version = {record.number, archive::link_of(record.previous, record.number, *sealed)};
    protocol::CommitVersion version{.number = record.number,
                                    .previous = Octets(record.previous.begin(), record.previous.end()),
                                    .link = Octets(report_.version.link.begin(), report_.version.link.end()),
                                    .record = std::move(*sealed)};
    if (auto committed = link_.commit(std::move(version)); !committed) {
      Failure failure = std::move(committed.error());
      if (failure.code == ExitCode::untrusted)
        failure.message += fmt::format(
            "\nVersion {} was complete, and its acknowledgement did not come: `coffer versions` shows whether the server has it",
            record.number);
      return std::unexpected(std::move(failure));
    }
    for (const std::string& path : before_.files) report_.problems.push_back({"/" + path, "vanished while the backup ran"});
    report_.sent = total_sent();
    return std::move(report_);
  }

  void count(const archive::Entry& entry) {
    switch (entry.type) {
      case archive::EntryType::file: ++report_.files; break;
      case archive::EntryType::directory: ++report_.directories; break;
      case archive::EntryType::symbolic_link:
      case archive::EntryType::hard_link: ++report_.links; break;
      case archive::EntryType::named_pipe:
      case archive::EntryType::character_device:
      case archive::EntryType::block_device:
      case archive::EntryType::socket: break;
    }
  }

  static archive::EntryType type_of(const Found& found) { return found.entry.type; }

  ServerLink& link_;
  const keys::ArchiveKeys& keys_;
  const archive::ChainPoint chain_;
  FileCache& cache_;
  const MakeRandom& make_random_;
  const BackupOptions& options_;
  Before& before_;
  BlockSender sender_;
  Scan scan_;
  IdSet reread_;
  PathSet unread_;
  BackupProgress progress_;
  OneReport report_;
};

Outcome<OneReport> back_up_to(const Destination& to, FileCache& cache, const MakeRandom& make_random, const BackupOptions& options) {
  ServerLink* session = to.link;
  Before before;
  for (int sessions = 1;; ++sessions) {
    auto report = Backup(*session, to.keys, to.chain, cache, make_random, options, before).run(sessions < backup_sessions_max);
    if (!report) return std::unexpected(std::move(report.error()));
    if (*report) return std::move(**report);
    if (sessions == backup_sessions_max || !to.begin_again) return std::unexpected(content_gone());
    auto next = to.begin_again();
    if (!next) return std::unexpected(no_version(std::move(next.error()), to.chain, before.sent));
    session = *next;
  }
}

}  // namespace

Outcome<BackupReport> back_up(std::span<Destination> destinations, const CachePlace& place, const MakeRandom& make_random,
                              const BackupOptions& options) {
  FileCache cache(place.key_check);
  cache.load(place.path);
  BackupReport all;
  for (std::size_t i = 0; i < destinations.size(); ++i) {
    auto one = back_up_to(destinations[i], cache, make_random, options);
    if (cache.changed())
      if (const auto saved = cache.save(place.path); !saved && one)
        one->problems.push_back({place.path, fmt::format("{}; the next backup will read every file again", saved.error().message)});
    if (!one && one.error().code == ExitCode::interrupted) return std::unexpected(std::move(one.error()));
    if (!one) {
      all.destinations.push_back(std::unexpected(std::move(one.error())));
    } else {
      auto before = std::move(all.destinations);
      before.push_back(DestinationReport{one->version, one->sent});
      all = std::move(*one);
      all.destinations = std::move(before);
    }
    options.ended(i, all.destinations.back());
  }
  return all;
}

}  // namespace coffer::client
