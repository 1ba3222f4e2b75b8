#include "client/restore.h"

#include <fcntl.h>

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "client/block_sender.h"
#include "client/chosen_content.h"
#include "client/file_content.h"
#include "client/interruption.h"
#include "client/printable.h"

namespace coffer::client {
namespace {

/// A full disk, a wrong manifest or Ctrl-C is no fault of the session: it ends in order, and the server's log says that the restore was not
/// complete.
Failure end_in_order(ServerLink& link, const Failure& failure) {
  if (failure.code == ExitCode::local || failure.code == ExitCode::interrupted) (void)link.end_restore(false);
  return failure;
}

std::string short_name(const Digest& id) { return hex(id).substr(0, 16); }

/// Fetches the content of files, in their order, and tells a writer of it.
class ContentRun {
 public:
  struct Place {
    std::size_t entry;
    std::size_t block;
  };

  ContentRun(BlockFetcher& fetcher, const std::function<bool()>& interrupted) : fetcher_(fetcher), interrupted_(interrupted) {}

  /// Of those entries that are `wanted`, ascending.
  template <typename Take>
  Outcome<void> run(const std::vector<archive::Entry>& entries, const std::vector<std::size_t>& wanted, Take take) {
    if (interrupted_()) return std::unexpected(interrupted());
    std::vector<Place> places;
    std::vector<Digest> ids;
    for (const std::size_t entry : wanted)
      for (std::size_t block = 0; block < entries[entry].blocks.size(); ++block) {
        places.push_back({entry, block});
        ids.push_back(entries[entry].blocks[block]);
      }
    return fetcher_.fetch(
        archive::BlockKind::content, ids,
        [&](std::size_t index, const BlockFetcher::Block& block) {
          if (interrupted_()) return Outcome<void>(std::unexpected(interrupted()));
          if (!block && named_.insert(ids[index]).second) lost_.push_back({ids[index], block.error()});
          return take(places[index], block);
        },
        [&](std::size_t index) {
          const archive::Entry& file = entries[places[index].entry];
          return static_cast<std::size_t>(
              std::min<std::uint64_t>(archive::data_octets(file) / file.blocks.size(), archive::block_octets_max));
        });
  }
  const std::vector<LostBlock>& lost() const { return lost_; }

 private:
  BlockFetcher& fetcher_;
  const std::function<bool()>& interrupted_;
  std::unordered_set<Digest, DigestHash> named_;
  std::vector<LostBlock> lost_;
};

template <typename Row>
void append(std::vector<Row>& all, const std::vector<Row>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

class Restore {
 public:
  /// `reader`: of the target, when what is there is to be compared.
  Restore(BlockFetcher& fetcher, TreeWriter tree, ContentReader* reader, const RestoreOptions& options)
      : tree_(std::move(tree)), reader_(reader), run_(fetcher, options.interrupted), show_(options.progress) {}

  Outcome<RestoreReport> run(ChosenContent content) {
    progress_.files = content.files();
    progress_.octets = content.content_octets();
    tree_.expect_links_to(content.link_targets());
    const auto restored = content.each_part([this](std::vector<archive::Entry> part) { return restore_part(std::move(part)); });
    tree_.finish(report_.problems, restored.has_value());
    if (!restored) return std::unexpected(restored.error());
    report_.lost = content.lost();
    append(report_.lost, run_.lost());
    Problems problems = content.incomplete();
    append(problems, report_.problems);
    report_.problems = std::move(problems);
    report_.reduced = tree_.reduced();
    report_.renamed = tree_.renamed();
    return std::move(report_);
  }

 private:
  Outcome<void> restore_part(std::vector<archive::Entry> part) {
    part_ = std::move(part);
    next_ = 0;
    const std::vector<std::size_t> wanted = plan();
    auto fetched =
        run_.run(part_, wanted, [this](ContentRun::Place place, const BlockFetcher::Block& block) { return take(place, block); });
    return fetched ? advance(part_.size()) : fetched;
  }

  const archive::Entry& entry(std::size_t index) const { return part_[index]; }

  /// What need not be written is settled here; of the rest, the files that blocks are wanted of.
  std::vector<std::size_t> plan() {
    settled_.assign(part_.size(), false);
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < part_.size(); ++i) {
      const bool file = entry(i).type == archive::EntryType::file;
      if (entry(i).type != archive::EntryType::directory && !to_be_written(i)) {
        settled_[i] = true;
        if (file) {
          ++progress_.files_done;
          progress_.octets_done += entry(i).size;
        }
      } else if (file) {
        wanted.push_back(i);
      }
    }
    return wanted;
  }

  bool to_be_written(std::size_t index) {
    const auto verdict = tree_.judge(entry(index), [this](const archive::Entry& there) { return !reader_ || reader_->holds(there); });
    if (!verdict) report_.problems.push_back({entry(index).path, verdict.error().what});
    if (verdict == Verdict::there) ++report_.there;
    if (verdict == Verdict::left) ++report_.left;
    return verdict == Verdict::write;
  }

  /// The entries before `end` that need no blocks.
  Outcome<void> advance(std::size_t end) {
    for (; next_ < end; ++next_) {
      if (!entry(next_).blocks.empty() || settled_[next_]) continue;
      if (auto done = settle(next_, write_without_blocks(entry(next_))); !done) return done;
    }
    return {};
  }

  Written write_without_blocks(const archive::Entry& entry) {
    switch (entry.type) {
      case archive::EntryType::directory: return tree_.directory(entry);
      case archive::EntryType::symbolic_link: return tree_.symbolic_link(entry);
      case archive::EntryType::hard_link: return tree_.hard_link(entry);
      case archive::EntryType::named_pipe:
      case archive::EntryType::character_device:
      case archive::EntryType::block_device:
      case archive::EntryType::socket: return tree_.special(entry);
      case archive::EntryType::file: {
        auto file = tree_.begin_file(entry);
        if (!file) return std::unexpected(file.error());
        return tree_.finish_file(entry, std::move(*file));
      }
    }
    return std::unexpected(Refusal{"is of an unknown type", false});
  }

  Outcome<void> take(ContentRun::Place place, const BlockFetcher::Block& block) {
    const archive::Entry& file = entry(place.entry);
    if (place.block == 0) {
      if (auto done = advance(place.entry); !done) return done;
      next_ = place.entry + 1;
      file_begins_at_ = progress_.octets_done;
      auto begun = tree_.begin_file(file);
      if (!begun) return skip(place.entry, begun.error());
      open_.emplace(std::move(*begun));
    }
    if (settled_[place.entry]) return {};
    if (!block)
      return skip(place.entry,
                  {fmt::format("was not restored: its block {} is lost ({})", short_name(file.blocks[place.block]), block.error()), false});
    if (auto written = open_->write(*block); !written) return skip(place.entry, written.error());
    progress_.octets_done += block->size();
    if (place.block + 1 < file.blocks.size()) {
      show_(progress_);
      return {};
    }
    PendingFile whole = std::move(*open_);
    open_.reset();
    return settle(place.entry, tree_.finish_file(file, std::move(whole)));
  }

  Outcome<void> skip(std::size_t index, Refusal refusal) {
    settled_[index] = true;
    open_.reset();
    return settle(index, std::unexpected(std::move(refusal)));
  }

  /// Counts an entry, or names it among the problems; a disk that takes nothing more ends the restore.
  Outcome<void> settle(std::size_t index, const Written& written) {
    const archive::Entry& done = entry(index);
    if (done.type == archive::EntryType::file) {
      ++progress_.files_done;
      // Its holes, or what is lost of it, came in no block.
      progress_.octets_done = std::exchange(file_begins_at_, std::nullopt).value_or(progress_.octets_done) + done.size;
    }
    show_(progress_);
    if (!written && written.error().fatal)
      return std::unexpected(
          Failure{ExitCode::local, fmt::format("{}: {}. What was restored before it stays; make room and run the restore again "
                                               "(what is there exactly is not fetched again)",
                                               printable(done.path), written.error().what)});
    if (!written) {
      report_.problems.push_back({done.path, written.error().what});
      return {};
    }
    switch (done.type) {
      case archive::EntryType::file:
        ++report_.files;
        report_.content_octets += done.size;
        break;
      case archive::EntryType::directory: ++report_.directories; break;
      case archive::EntryType::symbolic_link:
      case archive::EntryType::hard_link: ++report_.links; break;
      case archive::EntryType::named_pipe:
      case archive::EntryType::character_device:
      case archive::EntryType::block_device:
      case archive::EntryType::socket: ++report_.special; break;
    }
    return {};
  }

  TreeWriter tree_;
  ContentReader* reader_;
  ContentRun run_;
  const ShowRestore& show_;
  std::vector<archive::Entry> part_;  // of the entries, that is being restored
  std::vector<bool> settled_;         // need no more blocks: there, left, or refused
  std::size_t next_ = 0;              // the first of the part that has not been dealt with
  std::optional<PendingFile> open_;   // the file that blocks are being written to
  RestoreProgress progress_;
  std::optional<std::uint64_t> file_begins_at_;  // of octets_done: the file that blocks are being written to
  RestoreReport report_;
};

}  // namespace

Outcome<RestoreReport> restore(ServerLink& link, const keys::ArchiveKeys& keys, const archive::VersionRecord& record,
                               const RestoreOptions& options) {
  auto tree = TreeWriter::open(options.target, options.rules);
  if (!tree) return std::unexpected(tree.error());
  std::optional<ContentReader> reader;
  if (options.verify_existing && !tree->is_new())
    reader.emplace(Below(Descriptor(::fcntl(tree->target().root(), F_DUPFD_CLOEXEC, 0))), keys);
  if (auto begun = link.begin_restore(record.number, ServerLink::Purpose::restore); !begun) return std::unexpected(begun.error());
  BlockFetcher fetcher(link, keys);
  auto content = ChosenContent::prove(fetcher, record, Selection(options.patterns));
  if (!content) return std::unexpected(end_in_order(link, content.error()));
  auto report = Restore(fetcher, std::move(*tree), reader ? &*reader : nullptr, options).run(std::move(*content));
  if (!report) return std::unexpected(end_in_order(link, report.error()));
  if (auto ended = link.end_restore(report->problems.empty()); !ended) return std::unexpected(ended.error());
  return report;
}

Outcome<VerifyReport> verify(ServerLink& link, const keys::ArchiveKeys& keys, const archive::VersionRecord& record, const ShowRestore& show,
                             const std::function<bool()>& interrupted) {
  if (auto begun = link.begin_restore(record.number, ServerLink::Purpose::verify); !begun) return std::unexpected(begun.error());
  BlockFetcher fetcher(link, keys);
  VerifyReport report;
  RestoreProgress progress;
  const auto see = [&](const archive::Entry& entry) {
    if (entry.type != archive::EntryType::file) return;
    ++report.files;
    progress.octets += archive::data_octets(entry);
  };
  auto content = VersionContent::prove(fetcher, record, everything, see);
  if (!content) return std::unexpected(end_in_order(link, content.error()));
  progress.files = report.files;

  ContentRun run(fetcher, interrupted);
  Problems problems;
  const auto verify_part = [&](const std::vector<archive::Entry>& part) {
    std::vector<std::size_t> files;
    for (std::size_t i = 0; i < part.size(); ++i)
      if (part[i].type == archive::EntryType::file) files.push_back(i);
    std::uint64_t octets_of_file = 0;
    std::optional<std::string> wrong;
    return run.run(part, files, [&](ContentRun::Place place, const BlockFetcher::Block& block) -> Outcome<void> {
      const archive::Entry& file = part[place.entry];
      if (place.block == 0) {
        octets_of_file = 0;
        wrong.reset();
      }
      if (block)
        octets_of_file += block->size();
      else if (!wrong)
        wrong = fmt::format("needs block {}, which is lost ({})", short_name(file.blocks[place.block]), block.error());
      progress.octets_done += block ? block->size() : 0;
      show(progress);
      if (place.block + 1 < file.blocks.size()) return {};
      if (const std::uint64_t data = archive::data_octets(file); !wrong && octets_of_file != data)
        wrong = fmt::format("has blocks of {} octets, and its entry says {}", octets_of_file, data);
      if (wrong) problems.push_back({file.path, *wrong});
      if (!wrong) report.content_octets += file.size;
      ++progress.files_done;
      return {};
    });
  };
  if (auto verified = content->each_part(verify_part); !verified) return std::unexpected(end_in_order(link, verified.error()));
  report.lost = content->lost();
  append(report.lost, run.lost());
  report.problems = content->incomplete();
  append(report.problems, problems);
  report.blocks = fetcher.counts().blocks;
  if (auto ended = link.end_restore(report.problems.empty()); !ended) return std::unexpected(ended.error());
  return report;
}

}  // namespace coffer::client
