// `coffer ls VERSION [PATH]` and `coffer cat VERSION PATH`
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/below.h"
#include "client/entry_text.h"
#include "client/printable.h"
#include "client/progress.h"
#include "client/selection.h"
#include "client/version_argument.h"
#include "client/version_content.h"

namespace coffer::client {
namespace {

/// The entries of a directory, or all that is below it; of anything else itself.
class Listing {
 public:
  Listing(std::string path, bool recursive) : path_(std::move(path)), below_(path_.empty() ? "" : path_ + "/"), recursive_(recursive) {}

  /// A place whose paths are all below one entry of the directory shows nothing of the directory that its other places do not.
  bool wants(const archive::Place& place) const {
    if (!path_.empty() && can_have(place, path_)) return true;
    if (!can_have_prefix(place, below_)) return false;
    return recursive_ || !place.before || child(place.first).empty() || child(place.first) != child(*place.before);
  }

  bool shows(const archive::Entry& entry) const {
    if (entry.path == path_) return entry.type != archive::EntryType::directory;
    return entry.path.starts_with(below_) && (recursive_ || entry.path.find('/', below_.size()) == std::string::npos);
  }
  /// A directory of which there is something, and no entry: one above what was backed up.
  std::string implied_by(const archive::Entry& entry) const {
    return recursive_ || !entry.path.starts_with(below_) ? std::string() : below_ + std::string(child(entry.path));
  }

 private:
  /// The name in the directory that `path` leads through, if it is below that.
  std::string_view child(std::string_view path) const {
    if (!path.starts_with(below_)) return {};
    path.remove_prefix(below_.size());
    const std::size_t slash = path.find('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
  }
  std::string path_, below_;
  bool recursive_;
};

/// What is shown of it.
archive::Entry without_content(archive::Entry entry) {
  entry.blocks = {};
  return entry;
}

Failure not_there(const std::string& path, std::uint64_t number) {
  return {ExitCode::local, fmt::format("there is no /{} in version {}: `coffer ls {}` shows what there is, and every path begins at /",
                                       printable(path), number, number)};
}

Outcome<std::optional<archive::Entry>> find_entry(BlockFetcher& fetcher, const archive::VersionRecord& record, const std::string& path,
                                                  Problems& problems) {
  auto content = read_entries(fetcher, record, [&](const archive::Place& place) { return can_have(place, path); });
  if (!content) return std::unexpected(content.error());
  problems.insert(problems.end(), content->incomplete.begin(), content->incomplete.end());
  const auto found = std::ranges::find(content->entries, path, &archive::Entry::path);
  if (found == content->entries.end()) return std::nullopt;
  return std::move(*found);
}

/// The file at a path, by its first name if that is another.
Outcome<archive::Entry> find_file(BlockFetcher& fetcher, const archive::VersionRecord& record, std::string path, Problems& problems) {
  for (int names = 0; names < 2; ++names) {
    auto entry = find_entry(fetcher, record, path, problems);
    if (!entry) return std::unexpected(entry.error());
    if (!*entry) return std::unexpected(not_there(path, record.number));
    if ((*entry)->type == archive::EntryType::file) return std::move(**entry);
    if ((*entry)->type != archive::EntryType::hard_link) break;
    path = (*entry)->target;
  }
  return std::unexpected(Failure{ExitCode::local, fmt::format("/{} is no file: only files have content", printable(path))});
}

Outcome<void> put(View octets) {
  while (!octets.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, octets.data(), octets.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(Failure{ExitCode::local, fmt::format("cannot write standard output: {}", describe({errno}))});
    octets = octets.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

/// A file's octets from the data in its blocks: what is not data is zeros.
class Unfolding {
 public:
  explicit Unfolding(const archive::Entry& file) : file_(file), extents_(file.extents) {
    if (extents_.empty() && !file.blocks.empty()) extents_ = {{0, file.size}};
  }
  Outcome<void> data(View octets) {
    while (!octets.empty() && extent_ < extents_.size()) {
      const archive::Extent& extent = extents_[extent_];
      if (auto zeros = zeros_to(std::max(at_, extent.offset)); !zeros) return zeros;
      const std::uint64_t end = extent.offset + extent.length;
      const View part = octets.first(static_cast<std::size_t>(std::min<std::uint64_t>(octets.size(), end - at_)));
      if (auto done = put(part); !done) return done;
      at_ += part.size();
      octets = octets.subspan(part.size());
      if (at_ == end) ++extent_;
    }
    if (octets.empty()) return {};
    return std::unexpected(Failure{ExitCode::local, "the file's blocks hold more than its entry says"});
  }
  Outcome<void> end() {
    if (extent_ < extents_.size()) return std::unexpected(Failure{ExitCode::local, "the file's blocks hold less than its entry says"});
    return zeros_to(file_.size);
  }

 private:
  Outcome<void> zeros_to(std::uint64_t offset) {
    const Octets zeros(static_cast<std::size_t>(std::min<std::uint64_t>(offset - at_, 1U << 20U)));
    while (at_ < offset) {
      const View part = View(zeros).first(static_cast<std::size_t>(std::min<std::uint64_t>(zeros.size(), offset - at_)));
      if (auto done = put(part); !done) return done;
      at_ += part.size();
    }
    return {};
  }
  const archive::Entry& file_;
  std::vector<archive::Extent> extents_;
  std::size_t extent_ = 0;
  std::uint64_t at_ = 0;
};

}  // namespace

Outcome<Shown> run_list(const Context& context, const ListArguments& arguments) {
  auto opened = open_version(context, arguments.version);
  if (!opened) return std::unexpected(opened.error());
  const std::string path = path_in_archive(arguments.path.value_or(""));
  const Listing listing(path, arguments.recursive);
  ServerLink& link = *opened->session.link;
  const auto& record = opened->version.record;
  if (auto begun = link.begin_restore(record.number, ServerLink::Purpose::verify); !begun) return std::unexpected(begun.error());
  Progress progress("listed", context.as_json);
  BlockFetcher fetcher(link, opened->session.keys,
                       [&](const BlockFetcher::Counts& read) { progress.show(BlocksSeen{.blocks = read.blocks, .octets = read.octets}); });
  LongList entries("entries", context.as_json, context.home);
  const auto show = [&](const archive::Entry& entry) { entries.add(context.as_json ? text_of(json_of(entry)) : text_of(entry)); };
  std::set<std::string> present;      // of one directory alone, as is what follows
  std::vector<archive::Entry> shown;  // not yet: one that has no entry of its own comes before others that were met before it
  bool found = path.empty();
  const auto see = [&](const archive::Entry& entry) {
    found = found || entry.path == path || entry.path.starts_with(path + "/");
    if (listing.shows(entry)) {
      if (arguments.recursive) return show(entry);
      present.insert(entry.path);
      shown.push_back(without_content(entry));
    } else if (const std::string implied = listing.implied_by(entry); implied.size() > path.size() + 1 && present.insert(implied).second) {
      shown.push_back({.path = implied, .type = archive::EntryType::directory});
    }
  };
  const auto content = VersionContent::prove(
      fetcher, record, [&](const archive::Place& place) { return listing.wants(place); }, see);
  if (!content) return std::unexpected(content.error());
  if (auto ended = link.end_restore(content->incomplete().empty()); !ended) return std::unexpected(ended.error());
  link.leave();
  if (!found && content->incomplete().empty()) return std::unexpected(not_there(path, record.number));
  std::ranges::sort(shown, {}, &archive::Entry::path);
  std::ranges::for_each(shown, show);
  Problems problems = std::move(opened->problems);
  problems.insert(problems.end(), content->incomplete().begin(), content->incomplete().end());
  Shown all{.code = problems.empty() ? ExitCode::ok : ExitCode::incomplete,
            .text = {},
            .json = nlohmann::json{{"version", record.number}, {"blocks_fetched", fetcher.counts().blocks}}.dump(),
            .problems = std::move(problems)};
  all.lists.push_back(std::move(entries));
  return all;
}

Outcome<Shown> run_cat(const Context& context, const CatArguments& arguments) {
  auto opened = open_version(context, arguments.version);
  if (!opened) return std::unexpected(opened.error());
  ServerLink& link = *opened->session.link;
  const auto& record = opened->version.record;
  if (auto begun = link.begin_restore(record.number, ServerLink::Purpose::restore); !begun) return std::unexpected(begun.error());
  BlockFetcher fetcher(link, opened->session.keys);
  Problems problems;
  const auto write = [&]() -> Outcome<void> {
    const auto file = find_file(fetcher, record, path_in_archive(arguments.path), problems);
    if (!file) return std::unexpected(file.error());
    Unfolding content(*file);
    const auto take = [&](std::size_t, const BlockFetcher::Block& block) -> Outcome<void> {
      if (block) return content.data(*block);
      return std::unexpected(Failure{ExitCode::incomplete, fmt::format("a block of /{} is lost ({}): its content ends here, before its end",
                                                                       printable(file->path), block.error())});
    };
    if (auto fetched = fetcher.fetch(archive::BlockKind::content, file->blocks, take); !fetched) return fetched;
    return content.end();
  };
  const auto written = write();
  const bool by_this_side = !written && (written.error().code == ExitCode::local || written.error().code == ExitCode::incomplete);
  if (written || by_this_side) {
    (void)link.end_restore(written.has_value());
    link.leave();
  }
  if (!written) return std::unexpected(written.error());
  return Shown{.code = opened->problems.empty() ? ExitCode::ok : ExitCode::incomplete,
               .text = {},
               .json = {},
               .problems = std::move(opened->problems)};
}

}  // namespace coffer::client
