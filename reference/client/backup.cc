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

#include "archive/id_tree.h"
#include "client/bounded_queue.h"
#include "client/file_content.h"
#include "client/printable.h"

namespace coffer::client {
namespace {

constexpr std::size_t waiting_octets_max = 64U << 20U;
constexpr std::chrono::milliseconds patience{1000};

using IdSet = std::unordered_set<Digest, DigestHash>;

/// Goes through the scan in order and gives each file its blocks, from the cache or by reading, and each second name its first. Runs on a
/// thread of its own; the entries are its own until join().
class FileFeeder {
 public:
  struct Changes {
    std::vector<std::pair<std::string, FileCache::Known>> known;  // for the cache
    Problems problems;
    std::uint64_t files_unchanged = 0;
  };

  FileFeeder(std::vector<Found>& found, const FileCache& cache, const IdSet& reread, Below root, const keys::ArchiveKeys& keys,
             std::int64_t settled_before_ns)
      : found_(found),
        cache_(cache),
        reread_(reread),
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
    std::vector<Found> kept;
    kept.reserve(found_.size());
    for (Found& found : found_) {
      const bool file = found.entry.type == archive::EntryType::file;
      const std::uint64_t octets = found.stamp.size;
      if ((file && stopped_) || !feed(found)) continue;
      kept.push_back(std::move(found));
      if (!file) continue;
      octets_done_ += octets;
      ++files_done_;
    }
    found_ = std::move(kept);
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
    ++changes_.files_unchanged;
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
    if (content->changed_meanwhile) {
      changes_.problems.push_back({shown, "changed while it was read: what is saved may mix its old and new content"});
    } else if (found.stamp.changed_ns < settled_before_ns_) {
      changes_.known.emplace_back(found.entry.path, FileCache::Known{found.stamp, found.entry.blocks});
    }
    return true;
  }

  std::vector<Found>& found_;
  const FileCache& cache_;
  const IdSet& reread_;
  ContentReader reader_;
  const std::int64_t settled_before_ns_;
  BoundedQueue<archive::NamedBlock> queue_{waiting_octets_max};
  std::map<Identity, std::string> first_names_;
  Changes changes_;
  std::atomic<std::uint64_t> files_done_ = 0, octets_done_ = 0;
  bool stopped_ = false;
  std::jthread thread_;  // last
};

class Backup {
 public:
  Backup(ServerLink& link, const keys::ArchiveKeys& keys, const archive::ChainPoint& chain, FileCache& cache, const MakeRandom& make_random,
         const BackupOptions& options)
      : link_(link),
        keys_(keys),
        chain_(chain),
        cache_(cache),
        make_random_(make_random),
        options_(options),
        sender_(link, keys, make_random) {}

  Outcome<BackupReport> run() {
    auto record = send_everything();
    if (!record) {
      Failure failure = std::move(record.error());
      if (failure.code != ExitCode::local)
        failure.message += fmt::format(
            "\nNo version {} was made, and versions before it are as they were. {} in {} blocks had been sent; the same command again "
            "continues with what is missing",
            chain_.number + 1, octets_for_people(sender_.counts().octets_sent), sender_.counts().blocks_sent);
      return std::unexpected(std::move(failure));
    }
    return commit(std::move(*record));
  }

 private:
  Outcome<archive::VersionRecord> send_everything() {
    if (const auto done = scan(); !done) return std::unexpected(done.error());
    if (const auto done = ask_about_known_files(); !done) return std::unexpected(done.error());
    if (const auto done = send_content(); !done) return std::unexpected(done.error());
    if (const auto something = require_something(); !something) return std::unexpected(something.error());  // opening may have failed
    return send_manifest();
  }

  Outcome<void> scan() {
    auto scanning = std::async(std::launch::async, [this] { return scan_tree(options_.paths, options_.scan); });
    // A session without a word would be ended; and a server that has gone is noticed here.
    while (scanning.wait_for(patience) != std::future_status::ready)
      if (auto alive = link_.ping(); !alive) return alive;
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
    if (report_.problems.empty() || !std::ranges::all_of(scan_.found, closed)) return {};
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
    FileFeeder feeder(scan_.found, cache_, reread_, std::move(*root), keys_, options_.now_ns - options_.settle_ns);
    const auto show = [&] {
      progress_.files_done = feeder.files_done();
      progress_.octets_done = feeder.octets_done();
      progress_.octets_sent = sender_.counts().octets_sent;
      options_.progress(progress_);
    };
    sender_.on_sent = show;
    Outcome<void> outcome;
    while (outcome && !feeder.queue().drained()) {
      if (auto block = feeder.queue().pop(patience))
        outcome = sender_.add(std::move(*block));
      else if (!feeder.queue().drained())
        outcome = idle();
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

  void learn(const FileFeeder::Changes& changes, bool complete) {
    for (const auto& [path, known] : changes.known) cache_.put(path, known);
    if (!complete) return;
    report_.files_unchanged = changes.files_unchanged;
    report_.problems.insert(report_.problems.end(), changes.problems.begin(), changes.problems.end());
    // What lay below the sources and is gone need not be remembered.
    std::unordered_set<std::string_view> present;
    for (const Found& found : scan_.found) present.insert(found.entry.path);
    cache_.drop_if([&](const std::string& path) {
      if (present.contains(path)) return false;
      return std::ranges::any_of(scan_.sources, [&](const std::string& source) {
        return source.empty() || (path.starts_with(source) && (path.size() == source.size() || path[source.size()] == '/'));
      });
    });
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
    archive::ManifestSummary summary = writer.finish();
    archive::IdTree tree = archive::build_id_tree(std::move(summary.ids), vault, sink);
    if (sent) sent = sender_.flush();
    if (!sent) return std::unexpected(sent.error());
    report_.content_octets = summary.content_octets;
    return archive::VersionRecord{.number = chain_.number + 1,
                                  .previous = chain_.link,
                                  .created_ns = options_.now_ns,
                                  .depth = tree.depth,
                                  .ids = std::move(tree.ids),
                                  .entry_count = summary.entry_count,
                                  .content_octets = summary.content_octets};
  }

  // [ARC-035] A client MUST commit a version only after sending every block of it that was named missing.
  Outcome<BackupReport> commit(archive::VersionRecord record) {
    if (sender_.owed() > 0) {
      // A block was offered from the cache, was missing, and its file no longer has it: the session cannot commit any more.
      for (const Found& found : scan_.found) cache_.drop(found.entry.path);
      return std::unexpected(Failure{ExitCode::local,
                                     "files changed between two looks at them, and the server now waits for content that no longer exists; "
                                     "no version was made. Run the same command again: what was sent is not sent twice"});
    }
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
    report_.sent = sender_.counts();
    return std::move(report_);
  }

  void count(const archive::Entry& entry) {
    switch (entry.type) {
      case archive::EntryType::file: ++report_.files; break;
      case archive::EntryType::directory: ++report_.directories; break;
      case archive::EntryType::symbolic_link:
      case archive::EntryType::hard_link: ++report_.links; break;
    }
  }

  static archive::EntryType type_of(const Found& found) { return found.entry.type; }

  ServerLink& link_;
  const keys::ArchiveKeys& keys_;
  const archive::ChainPoint chain_;
  FileCache& cache_;
  const MakeRandom& make_random_;
  const BackupOptions& options_;
  BlockSender sender_;
  Scan scan_;
  IdSet reread_;
  BackupProgress progress_;
  BackupReport report_;
};

}  // namespace

Outcome<BackupReport> back_up(ServerLink& link, const keys::ArchiveKeys& keys, const archive::ChainPoint& chain, FileCache& cache,
                              const MakeRandom& make_random, const BackupOptions& options) {
  return Backup(link, keys, chain, cache, make_random, options).run();
}

}  // namespace coffer::client
