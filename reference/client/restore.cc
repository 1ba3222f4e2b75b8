#include "client/restore.h"

#include <fcntl.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "client/block_sender.h"
#include "client/chosen_content.h"
#include "client/file_content.h"
#include "client/printable.h"

namespace coffer::client {
namespace {

std::string short_name(const Digest& id) { return hex(id).substr(0, 16); }

/// Fetches the content of files, in their order, and tells a writer of it, which is still at work on the files of one part when the blocks
/// of the next come.
class ContentRun {
 public:
  struct Place {
    std::size_t entry;
    std::size_t block;
  };
  using Take = std::function<Outcome<void>(Place place, const BlockFetcher::Block& block)>;
  using Done = std::function<Outcome<void>()>;

  explicit ContentRun(BlockFetcher& fetcher) : fetcher_(fetcher) {}

  /// Of those entries that are `wanted`, ascending. Returns when all blocks have come. `take` and `done`, the one for each block and the
  /// other after the last, are called by another thread, one at a time; the entries live as long as they.
  Outcome<void> run(const std::vector<archive::Entry>& entries, const std::vector<std::size_t>& wanted, Take take, Done done) {
    const auto places = std::make_shared<std::vector<Place>>();
    std::vector<Digest> ids;
    for (const std::size_t entry : wanted)
      for (std::size_t block = 0; block < entries[entry].blocks.size(); ++block) {
        places->push_back({entry, block});
        ids.push_back(entries[entry].blocks[block]);
      }
    if (!stream_) stream_.emplace(fetcher_);
    return stream_->fetch({
        .kind = archive::BlockKind::content,
        .ids = std::move(ids),
        .sink =
            [this, &entries, places, take = std::move(take)](std::size_t index, const BlockFetcher::Block& block) {
              const Place place = (*places)[index];
              const Digest& id = entries[place.entry].blocks[place.block];
              if (!block && named_.insert(id).second) lost_.push_back({id, block.error()});
              return take(place, block);
            },
        .expected =
            [&entries, places](std::size_t index) {
              const archive::Entry& file = entries[(*places)[index].entry];
              return static_cast<std::size_t>(
                  std::min<std::uint64_t>(archive::data_octets(file) / file.blocks.size(), archive::block_octets_max));
            },
        .done = std::move(done),
    });
  }
  /// Returns when nothing is on its way any more.
  Outcome<void> finish() {
    auto handed = stream_ ? stream_->finish() : Outcome<void>();
    stream_.reset();
    return handed;
  }
  /// Only after finish.
  const std::vector<LostBlock>& lost() const { return lost_; }

 private:
  BlockFetcher& fetcher_;
  std::unordered_set<Digest, DigestHash> named_;
  std::vector<LostBlock> lost_;
  std::optional<BlockFetcher::Stream> stream_;  // last: its thread uses the others
};

template <typename Row>
void append(std::vector<Row>& all, const std::vector<Row>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

class Restore {
 public:
  /// `reader`: of the target, when what is there is to be compared.
  Restore(BlockFetcher& fetcher, TreeWriter tree, ContentReader* reader, const RestoreOptions& options)
      : tree_(std::move(tree)), reader_(reader), show_(options.progress), run_(fetcher) {}

  Outcome<RestoreReport> run(ChosenContent content) {
    progress_.files = content.files();
    progress_.octets = content.content_octets();
    tree_.expect_links_to(content.link_targets());
    auto restored = content.each_part([this](std::vector<archive::Entry> part) { return restore_part(std::move(part)); });
    if (auto written = run_.finish(); !written) restored = std::move(written);
    // What is lost may be whole again in the next run, which then writes into directories that are this restore's.
    tree_.finish(report_.problems, restored && content.lost().empty() && run_.lost().empty());
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
  /// Some of the entries, and how far they are restored.
  struct Part {
    std::vector<archive::Entry> entries;
    std::vector<bool> settled;  // need no more blocks: there, left, or refused
    std::size_t next = 0;       // the first that has not been dealt with
  };

  Outcome<void> restore_part(std::vector<archive::Entry> entries) {
    // What is there is looked at when all before it has been written; where nothing can be, nobody waits.
    if (!tree_.is_new())
      if (auto written = run_.finish(); !written) return written;
    const std::size_t count = entries.size();
    const auto part = std::make_shared<Part>(Part{std::move(entries), std::vector<bool>(count, false)});
    return run_.run(
        part->entries, plan(*part),
        [this, part](ContentRun::Place place, const BlockFetcher::Block& block) { return take(*part, place, block); },
        [this, part] { return advance(*part, part->entries.size()); });
  }

  /// What need not be written is settled here; of the rest, the files that blocks are wanted of.
  std::vector<std::size_t> plan(Part& part) {
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < part.entries.size(); ++i) {
      const archive::Entry& entry = part.entries[i];
      const bool file = entry.type == archive::EntryType::file;
      if (!tree_.is_new() && entry.type != archive::EntryType::directory && !to_be_written(entry)) {
        part.settled[i] = true;
        if (file) {
          ++progress_.files_done;
          progress_.octets_done += entry.size;
        }
      } else if (file) {
        wanted.push_back(i);
      }
    }
    return wanted;
  }

  bool to_be_written(const archive::Entry& entry) {
    const auto verdict = tree_.judge(entry, [this](const archive::Entry& there) { return !reader_ || reader_->holds(there); });
    if (!verdict) report_.problems.push_back({entry.path, verdict.error().what});
    if (verdict == Verdict::there) ++report_.there;
    if (verdict == Verdict::left) ++report_.left;
    return verdict == Verdict::write;
  }

  /// The entries before `end` that need no blocks.
  Outcome<void> advance(Part& part, std::size_t end) {
    for (; part.next < end; ++part.next) {
      const archive::Entry& entry = part.entries[part.next];
      if (!entry.blocks.empty() || part.settled[part.next]) continue;
      if (auto done = settle(entry, write_without_blocks(entry)); !done) return done;
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

  Outcome<void> take(Part& part, ContentRun::Place place, const BlockFetcher::Block& block) {
    const archive::Entry& file = part.entries[place.entry];
    const auto skip = [&](Refusal refusal) {
      part.settled[place.entry] = true;
      open_.reset();
      return settle(file, std::unexpected(std::move(refusal)));
    };
    if (place.block == 0) {
      if (auto done = advance(part, place.entry); !done) return done;
      part.next = place.entry + 1;
      file_begins_at_ = progress_.octets_done;
      auto begun = tree_.begin_file(file);
      if (!begun) return skip(begun.error());
      open_.emplace(std::move(*begun));
    }
    if (part.settled[place.entry]) return {};
    if (!block)
      return skip({fmt::format("was not restored: its block {} is lost ({})", short_name(file.blocks[place.block]), block.error()), false});
    if (auto written = open_->write(*block); !written) return skip(written.error());
    progress_.octets_done += block->size();
    if (place.block + 1 < file.blocks.size()) {
      show_(progress_);
      return {};
    }
    PendingFile whole = std::move(*open_);
    open_.reset();
    return settle(file, tree_.finish_file(file, std::move(whole)));
  }

  /// Counts an entry, or names it among the problems; a disk that takes nothing more ends the restore.
  Outcome<void> settle(const archive::Entry& done, const Written& written) {
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
  const ShowRestore& show_;
  std::optional<PendingFile> open_;  // the file that blocks are being written to
  RestoreProgress progress_;
  std::optional<std::uint64_t> file_begins_at_;  // of octets_done: the file that blocks are being written to
  RestoreReport report_;
  ContentRun run_;  // last: its thread uses the others
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
  BlockFetcher fetcher(link, keys, BlockFetcher::unseen, options.interrupted);
  auto content = ChosenContent::prove(fetcher, record, Selection(options.patterns));
  if (!content) {
    tree->abandon();
    return std::unexpected(end_in_order(link, content.error()));
  }
  auto report = Restore(fetcher, std::move(*tree), reader ? &*reader : nullptr, options).run(std::move(*content));
  if (!report) return std::unexpected(end_in_order(link, report.error()));
  if (auto ended = link.end_restore(report->problems.empty()); !ended) return std::unexpected(ended.error());
  return report;
}

Outcome<VerifyReport> verify(ServerLink& link, const keys::ArchiveKeys& keys, const archive::VersionRecord& record, const ShowRestore& show,
                             const std::function<bool()>& interrupted) {
  if (auto begun = link.begin_restore(record.number, ServerLink::Purpose::verify); !begun) return std::unexpected(begun.error());
  BlockFetcher fetcher(link, keys, BlockFetcher::unseen, interrupted);
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

  Problems problems;
  std::uint64_t octets_of_file = 0;
  std::optional<std::string> wrong;
  const auto see_block = [&](const archive::Entry& file, std::size_t index, const BlockFetcher::Block& block) {
    if (index == 0) {
      octets_of_file = 0;
      wrong.reset();
    }
    if (block)
      octets_of_file += block->size();
    else if (!wrong)
      wrong = fmt::format("needs block {}, which is lost ({})", short_name(file.blocks[index]), block.error());
    progress.octets_done += block ? block->size() : 0;
    show(progress);
    if (index + 1 < file.blocks.size()) return;
    if (const std::uint64_t data = archive::data_octets(file); !wrong && octets_of_file != data)
      wrong = fmt::format("has blocks of {} octets, and its entry says {}", octets_of_file, data);
    if (wrong) problems.push_back({file.path, *wrong});
    if (!wrong) report.content_octets += file.size;
    ++progress.files_done;
  };
  ContentRun run(fetcher);
  auto verified = content->each_part([&](std::vector<archive::Entry> entries) {
    const auto part = std::make_shared<const std::vector<archive::Entry>>(std::move(entries));
    std::vector<std::size_t> files;
    for (std::size_t i = 0; i < part->size(); ++i)
      if ((*part)[i].type == archive::EntryType::file) files.push_back(i);
    const auto take = [&, part](ContentRun::Place place, const BlockFetcher::Block& block) {
      see_block((*part)[place.entry], place.block, block);
      return Outcome<void>();
    };
    return run.run(*part, files, take, [] { return Outcome<void>(); });
  });
  if (auto seen = run.finish(); !seen) verified = std::move(seen);
  if (!verified) return std::unexpected(end_in_order(link, verified.error()));
  report.lost = content->lost();
  append(report.lost, run.lost());
  report.problems = content->incomplete();
  append(report.problems, problems);
  report.blocks = fetcher.counts().blocks;
  if (auto ended = link.end_restore(report.problems.empty()); !ended) return std::unexpected(ended.error());
  return report;
}

}  // namespace coffer::client
