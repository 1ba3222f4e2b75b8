#include "client/reading.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "client/bounded_queue.h"
#include "client/file_content.h"
#include "client/file_extents.h"
#include "client/file_time.h"
#include "client/first_names.h"
#include "client/interruption.h"
#include "client/printable.h"
#include "client/tree_digest.h"

namespace coffer::client {
namespace {

constexpr std::size_t found_ahead_octets_max = 512U << 10U;
constexpr std::size_t found_at_once_max = 128;
// What destinations are asked in one go, and how many such stretches are under way: answers need not be waited for one by one.
constexpr std::size_t stretch_ids_max = 1'024;
constexpr std::size_t stretch_entries_max = 512;
constexpr std::size_t stretches_ahead_max = 3;
constexpr std::chrono::milliseconds patience{200};

std::size_t weight_of(const Found& found) {
  return sizeof(Found) + found.entry.path.size() + found.entry.target.size() + (found.entry.attributes.empty() ? 0 : 1'024);
}

/// What a walk finds, ahead of who reads it, on a thread of its own.
class WalkAhead {
 public:
  struct Part {
    std::vector<std::string> sources;  // in the first one
    std::vector<Found> found;
  };

  explicit WalkAhead(const ReadingOptions& options) : options_(options), thread_([this] { run(); }) {}
  ~WalkAhead() { queue_.stop(); }

  /// In order; may be empty when there is nothing yet.
  std::vector<Part> take() { return queue_.pop(patience); }
  bool done() const { return queue_.drained(); }
  /// Once it is done.
  Problems& problems() { return problems_; }
  const std::set<std::string>& closed() const { return closed_; }
  std::vector<std::string>& left() { return left_; }
  const std::optional<Digest>& digest() const { return digest_; }

 private:
  void run() {
    std::optional<TreeDigest> digest;
    if (options_.digest) digest.emplace();
    auto end = walk_trees(
        options_.paths, options_.scan,
        [&](const std::vector<TreeWalk::Source>& sources) {
          Part first;
          for (const auto& source : sources) first.sources.push_back(source.path);
          return give(std::move(first));
        },
        [&](Found found) {
          if (digest) digest->add(found);
          return give_one(std::move(found));
        });
    give_rest();
    if (digest) digest_ = digest->finish(end.problems);
    problems_ = std::move(end.problems);
    closed_ = std::move(end.closed);
    left_ = std::move(end.left);
    queue_.close();
  }

  bool give_one(Found found) {
    octets_ += weight_of(found);
    collected_.push_back(std::move(found));
    return collected_.size() < found_at_once_max || give_rest();
  }
  bool give_rest() { return collected_.empty() || give({{}, std::exchange(collected_, {})}); }
  bool give(Part part) { return queue_.push(std::move(part), std::exchange(octets_, 0)); }

  const ReadingOptions& options_;
  BoundedQueue<Part> queue_{found_ahead_octets_max};
  std::vector<Found> collected_;
  std::size_t octets_ = 0;
  Problems problems_;
  std::set<std::string> closed_;
  std::vector<std::string> left_;
  std::optional<Digest> digest_;
  std::jthread thread_;  // last
};

class Reading {
 public:
  Reading(Lanes& lanes, const keys::ArchiveKeys& keys, Below root, const ReadingOptions& options)
      : lanes_(lanes),
        options_(options),
        known_(options.by_name ? options.cache : CachePlace{}),
        reader_(std::move(root), keys),
        vault_(keys),
        gears_(archive::gear_table(keys.chunker)),
        writer_(gears_, vault_, [this](archive::NamedBlock block) { (void)give(std::move(block)); }),
        first_names_(std::filesystem::path(options.cache.path).parent_path()) {
    done_.files = known_.files();
    done_.octets = known_.octets();
    done_.totals = WorkDone::Totals::about;
  }

  Outcome<std::optional<ReadingReport>> run() {
    WalkAhead walk(options_);
    while (going_on() && !walk.done())
      for (auto& part : walk.take()) take(std::move(part));
    const bool whole = stop_ == Stop::none;
    if (whole) found_all();
    while (going_on() && !stretches_.empty()) settle();
    if (stop_ == Stop::none && !anything(walk.closed())) stop_ = Stop::nothing;
    if (stop_ == Stop::none) finish_manifest();
    if (update_) {
      if (auto saved = update_->finish(stop_ == Stop::none, done_); !saved)
        cache_problem_ = {options_.cache.path, fmt::format("{}; the next backup will read every file again", saved.error().message)};
    }
    collect_problems(walk);
    if (stop_ == Stop::nothing) return std::unexpected(nothing());
    if (stop_ == Stop::interrupted) return std::unexpected(interrupted());
    if (stop_ == Stop::alone) return std::nullopt;
    return std::move(report_);
  }

 private:
  enum class Stop : std::uint8_t { none, interrupted, alone, nothing };
  struct Item {
    Found found;
    std::optional<KnownFile> known;
  };
  /// Entries that destinations are asked about together.
  struct Stretch {
    std::vector<Item> items;
    std::shared_ptr<Question> question = std::make_shared<Question>();
  };

  bool going_on() {
    if (stop_ == Stop::none && !options_.on(done_)) stop_ = Stop::interrupted;
    return stop_ == Stop::none;
  }

  // ---- What comes from the walk --------------------------------------------------------------------------------------------------------

  void take(WalkAhead::Part part) {
    if (!update_) update_.emplace(options_.cache, part.sources);
    for (Found& found : part.found) {
      if (!going_on()) return;
      Item item{std::move(found), std::nullopt};
      if (item.found.entry.type == archive::EntryType::file) {
        ++found_files_;
        found_octets_ += item.found.stamp.size;
        if (found_files_ > done_.files || found_octets_ > done_.octets) done_.totals = WorkDone::Totals::at_least;
        done_.files = std::max(done_.files, found_files_);
        done_.octets = std::max(done_.octets, found_octets_);
        item.known = known_.find(item.found.entry.path, item.found.stamp);
      }
      auto& ids = filling_.question->ids;
      if (item.known) ids.insert(ids.end(), item.known->blocks.begin(), item.known->blocks.end());
      filling_.items.push_back(std::move(item));
      if (filling_.items.size() >= stretch_entries_max || ids.size() >= stretch_ids_max) ask();
    }
  }

  void found_all() {
    ask();
    done_.files = found_files_;
    done_.octets = found_octets_;
    done_.totals = WorkDone::Totals::exact;
  }

  /// Blocks of files that are as they were: offered by name alone. Of those that a server lacks, the files are read again.
  void ask() {
    if (!filling_.question->ids.empty()) lanes_.ask(filling_.question);
    stretches_.push_back(std::exchange(filling_, {}));
    while (stretches_.size() > stretches_ahead_max && going_on()) settle();
  }

  // ---- What goes to the destinations ---------------------------------------------------------------------------------------------------

  void settle() {
    Stretch stretch = std::move(stretches_.front());
    stretches_.pop_front();
    if (!stretch.question->ids.empty() && !lanes_.await(*stretch.question, waiting_)) return fall_silent();
    for (Item& item : stretch.items) {
      if (!going_on()) return;
      settle(item, stretch.question->missing);
    }
  }

  void fall_silent() {
    if (stop_ == Stop::none) stop_ = Stop::alone;
  }

  bool give(archive::NamedBlock block) {
    if (stop_ == Stop::none && !lanes_.give(std::make_shared<SharedBlock>(std::move(block)), waiting_)) fall_silent();
    return stop_ == Stop::none;
  }

  void settle(Item& item, const IdSet& missing) {
    Found& found = item.found;
    const bool file = found.entry.type == archive::EntryType::file;
    const std::uint64_t octets = file ? found.stamp.size : 0;
    file_begins_at_ = done_.octets_done;
    const bool kept = complete(item, missing);
    if (stop_ != Stop::none) return;
    if (kept) add(std::move(found.entry));
    done_.octets_done = file_begins_at_ + octets;
    if (file) ++done_.files_done;
  }

  /// False: the file is no part of the version, and the problems say why.
  bool complete(Item& item, const IdSet& missing) {
    Found& found = item.found;
    if (found.entry.type == archive::EntryType::directory) return true;
    if (found.names > 1) {
      if (auto first = first_names_.find(found)) {
        found.entry.type = archive::EntryType::hard_link;
        found.entry.target = std::move(*first);
        found.entry.device = 0;
        found.entry.attributes.clear();
        return true;
      }
    }
    if (found.entry.type == archive::EntryType::file && !unchanged(item, missing) && !read(found)) return false;
    if (found.names > 1) first_names_.add(found);
    return true;
  }

  bool unchanged(Item& item, const IdSet& missing) {
    if (!item.known) return false;
    KnownFile& known = *item.known;
    if (!missing.empty() && std::ranges::any_of(known.blocks, [&](const Digest& id) { return missing.contains(id); })) return false;
    if (options_.first) known.just_read = false;
    if (!known.just_read) ++report_.files_unchanged;
    archive::Entry& entry = item.found.entry;
    update_->put(entry.path, known);
    entry.size = known.stamp.size;
    entry.blocks = std::move(known.blocks);
    entry.extents = std::move(known.extents);
    name_lost_holes(entry);
    entry.attributes = std::move(known.attributes);
    return true;
  }

  bool read(Found& found) {
    const std::uint64_t file_ends_at = file_begins_at_ + found.stamp.size;
    const auto sink = [&](archive::NamedBlock block) {
      done_.octets_done = std::min(done_.octets_done + block.octets.size(), file_ends_at);
      return going_on() && give(std::move(block));
    };
    auto content = reader_.read(found.entry.path, sink);
    if (content && content->changed_meanwhile && stop_ == Stop::none) {
      done_.octets_done = file_begins_at_;
      content = reader_.read(found.entry.path, sink);  // it may have come to rest
    }
    const std::string shown = "/" + found.entry.path;
    if (!content) {
      problems_.push_back({shown, content.error().what});
      if (content.error().vanished)
        report_.vanished.insert(found.entry.path);
      else
        report_.left.push_back(found.entry.path);
      return false;
    }
    if (stop_ != Stop::none) return false;
    found = std::move(content->found);
    if (content->reduced) reduced_.push_back({shown, *content->reduced});
    const archive::Entry& entry = found.entry;
    name_lost_holes(entry);
    if (content->changed_meanwhile) {
      report_.left.push_back(entry.path);
      problems_.push_back({shown, "changed while it was read: what is saved may mix its old and new content"});
    } else if (found.stamp.changed_ns < options_.settled_before_ns && !content->reduced) {
      update_->put(entry.path, {found.stamp, entry.blocks, entry.extents, entry.attributes, true});
    }
    return true;
  }

  /// In each version, also of a file that is as it was.
  void name_lost_holes(const archive::Entry& file) {
    if (auto lost = without_holes(file.extents)) reduced_.push_back({"/" + file.path, std::move(*lost)});
  }

  void add(archive::Entry entry) {
    const archive::EntryType type = entry.type;
    const std::string path = entry.path;
    const bool has_its_time = entry.modified_ns != earliest_ns && entry.modified_ns != latest_ns;
    if (auto added = writer_.add(std::move(entry)); !added) {
      problems_.push_back({"/" + path, fmt::format("left out: {}", archive::describe(added.error()))});
      return;
    }
    ++entries_;
    // [ARC-087] … name each file of which it keeps less than section 8.2 says is kept.
    if (!has_its_time)
      reduced_.push_back(
          {"/" + path, "is saved with the nearest modification time that can be kept: its own is before 1677-09-21 or after 2262-04-11"});
    switch (type) {
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

  // ---- The end -------------------------------------------------------------------------------------------------------------------------

  /// A version without anything in it would look like a backup. A directory that cannot be looked into is not anything.
  bool anything(const std::set<std::string>& closed) const { return entries_ > closed.size() - closed.count(""); }

  Failure nothing() const {
    std::string message = "nothing was backed up, and no version was made, because nothing of it can be read:";
    for (const Problem& problem : report_.problems) message += fmt::format("\n  {} {}", printable(problem.path), problem.what);
    return {ExitCode::local, std::move(message)};
  }

  void finish_manifest() {
    const archive::ManifestSummary summary = writer_.finish();
    report_.content_octets = summary.content_octets;
    if (stop_ == Stop::none) lanes_.end(summary);
  }

  void collect_problems(WalkAhead& walk) {
    // Otherwise its thread may be at it still.
    if (stop_ == Stop::none || stop_ == Stop::nothing) {
      report_.problems = std::move(walk.problems());
      report_.left.insert(report_.left.end(), std::make_move_iterator(walk.left().begin()), std::make_move_iterator(walk.left().end()));
      report_.digest = walk.digest();
    }
    for (Problems* part : {&problems_, &reduced_})
      report_.problems.insert(report_.problems.end(), std::make_move_iterator(part->begin()), std::make_move_iterator(part->end()));
    if (cache_problem_) report_.problems.push_back(std::move(*cache_problem_));
  }

  Lanes& lanes_;
  const ReadingOptions& options_;
  const Lanes::Waiting waiting_ = [this] { return going_on(); };
  CacheReader known_;
  std::optional<CacheUpdate> update_;
  ContentReader reader_;
  archive::BlockVault vault_;
  const archive::GearTable gears_;
  archive::ManifestWriter writer_;
  Stretch filling_;
  std::deque<Stretch> stretches_;
  FirstNames first_names_;
  std::uint64_t found_files_ = 0, found_octets_ = 0, entries_ = 0;
  WorkDone done_;
  std::uint64_t file_begins_at_ = 0;  // of octets_done
  Problems problems_, reduced_;  // of files that are left out or saved while they changed; of files that are there with less than they have
  std::optional<Problem> cache_problem_;
  ReadingReport report_;
  Stop stop_ = Stop::none;
};

}  // namespace

Outcome<std::optional<ReadingReport>> read_trees(Lanes& lanes, const keys::ArchiveKeys& keys, const ReadingOptions& options) {
  auto root = file_system_root();
  if (!root) return std::unexpected(Failure{ExitCode::local, fmt::format("cannot open /: {}", describe(root.error()))});
  auto report = Reading(lanes, keys, std::move(*root), options).run();
  lanes.end(std::nullopt);  // nothing, if it has ended already
  return report;
}

}  // namespace coffer::client
