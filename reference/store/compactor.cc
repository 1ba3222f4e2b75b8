#include "store/compactor.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/core.h>

#include "store/compaction.h"

namespace coffer::store {

std::string why_it_stays(const Compacted& compacted) {
  return fmt::format("pack {} stays as it is: {} damaged {} in it; `cofferd verify` says whose. {}. Then it can be compacted",
                     compacted.pack, compacted.damaged, compacted.damaged == 1 ? "block counts" : "blocks count", how_damage_ends);
}

Result<Compacted> Compactor::compact_some(std::uint64_t octets, Newest newest) {
  const std::lock_guard working(working_);
  Compacted done;
  if (!task_)
    if (auto begun = begin(newest, done); !begun) return std::unexpected(begun.error());
  if (!task_) return done;
  done.pack = task_->pack;
  auto worked = survey(octets, done);
  if (worked && task_ && task_->surveyed) worked = prove_some(octets, done);
  if (worked && task_ && task_->surveyed && task_->proven == task_->live.size()) worked = copy_some(octets, done);
  if (worked && task_ && task_->surveyed && task_->copied == task_->live.size()) worked = finish(done);
  if (worked) return done;
  task_.reset();
  const std::lock_guard lock(holdings_.mutex());
  left_alone_.erase(done.pack);
  census_due_ = true;
  return std::unexpected(worked.error());
}

Result<void> Compactor::begin(Newest newest, Compacted& done) {
  std::map<std::uint32_t, std::uint64_t> indexed;
  std::optional<std::uint32_t> appended_to;
  std::uint64_t available = 0;
  {
    const std::lock_guard lock(holdings_.mutex());
    if (!census_due_ && newest == Newest::spared) return {};
    auto packs = holdings_.index().packs();
    if (!packs) return std::unexpected(packs.error());
    indexed = std::move(*packs);
    appended_to = holdings_.packs().newest();
    const auto room = holdings_.packs().available();
    if (!room) return std::unexpected(room.error());
    available = *room;
    census_due_ = false;
  }
  auto live = live_by_pack(holdings_.index_file());
  if (!live) return std::unexpected(live.error());
  std::optional<std::uint32_t> best;
  std::optional<std::uint64_t> too_much;  // the least that counts of a pack for which there is no room
  double best_share = live_percent_min_ / 100.0;
  for (const auto& [pack, octets] : indexed) {
    if (octets <= pack_header_octets) continue;
    const auto [counts, damaged] = (*live)[pack];
    const bool is_spared = newest == Newest::spared && pack == appended_to && octets - counts < pack_octets_max_ / 4;
    const auto left = left_alone_.find(pack);
    if (is_spared || counts > octets || (left != left_alone_.end() && left->second == counts)) continue;
    const double share = static_cast<double>(counts) / static_cast<double>(octets);
    if (share >= best_share) continue;
    // What counts stands twice for a while. Of a pack nothing of which counts next to nothing is copied: that makes room for others.
    if (damaged == 0 && counts > available) {
      too_much = std::min(too_much.value_or(counts), counts);
      continue;
    }
    best = pack;
    best_share = share;
  }
  if (!best && too_much) {
    const std::lock_guard lock(holdings_.mutex());
    census_due_ = true;  // someone else may make room
    return std::unexpected(Trouble{Trouble::Kind::full, fmt::format("no pack can be compacted: {} octets are left, {} are needed{}",
                                                                    available, *too_much, full_advice)});
  }
  if (!best) return {};
  const std::lock_guard lock(holdings_.mutex());
  census_due_ = true;  // there may be others
  done.pack = *best;
  left_alone_[*best] = (*live)[*best].octets;  // unless this succeeds, or less counts another time
  const std::uint64_t damaged = (*live)[*best].damaged;
  auto file = holdings_.packs().file(*best);
  if (!file) {
    done.damaged = damaged;  // the start has named it
    return {};
  }
  Task task{.pack = *best, .file = *file, .size = indexed.at(*best), .known_damaged = damaged};
  task_ = std::move(task);
  return {};
}

Result<void> Compactor::survey(std::uint64_t budget, Compacted& done) {
  constexpr std::size_t headers_at_once = 500;
  Task& task = *task_;
  while (!task.surveyed && done.octets < budget) {
    if (task.offset >= task.size) {
      auto taken = take_unheaded();
      return taken ? judge() : taken;
    }
    auto walked = walk(*task.file, task.pack, task.offset, task.size, headers_at_once);
    if (!walked) return std::unexpected(trouble(walked.error()));
    done.octets += (walked->blocks.size() + walked->statements.size()) * record_header_octets + walked->statement_octets;
    task.statement_octets += walked->statement_octets;
    std::ranges::move(walked->statements, std::back_inserter(task.statements));
    const std::lock_guard lock(holdings_.mutex());
    for (const Located& block : walked->blocks) {
      const auto counts = holdings_.where(block.record.archive, block.record.id);
      if (!counts) return std::unexpected(counts.error());
      if (!*counts || (*counts)->place != block.place) continue;
      task.live.push_back(block);
      task.live_octets += block.record.octets();
    }
  }
  return {};
}

Result<void> Compactor::take_unheaded() {
  Task& task = *task_;
  const auto rows = rows_leading_to(task.pack, holdings_.index_file());
  if (!rows) return std::unexpected(rows.error());
  if (*rows <= task.live.size()) return {};
  const std::lock_guard lock(holdings_.mutex());
  const auto blocks = holdings_.index().blocks_of(task.pack);
  if (!blocks) return std::unexpected(blocks.error());
  std::vector<Located> unheaded;
  std::ranges::copy_if(*blocks, std::back_inserter(unheaded), [&](const Located& block) {
    return !std::ranges::binary_search(task.live, block.place, {}, &Located::place);  // walked in the order of their places
  });
  for (const Located& block : unheaded) task.live_octets += block.record.octets();
  const auto middle = task.live.insert(task.live.end(), unheaded.begin(), unheaded.end());
  std::ranges::inplace_merge(task.live, middle, {}, &Located::place);
  return {};
}

Result<void> Compactor::judge() {
  const std::lock_guard lock(holdings_.mutex());
  Task& task = *task_;
  const std::uint64_t counts = pack_header_octets + task.live_octets + task.statement_octets;
  if (counts * 100 >= task.size * live_percent_min_) {
    task_.reset();
    return {};
  }
  if (holdings_.packs().newest() == task.pack) {
    if (auto settled = holdings_.settle(); !settled) return settled;
    holdings_.packs().begin_after(task.pack);
    const auto size = task.file->size();
    if (!size) return std::unexpected(trouble(size.error()));
    task.size = *size;
    return {};  // the survey goes on, if only to its end
  }
  task.surveyed = true;
  return {};
}

Result<std::optional<RecordRead>> Compactor::read_whole(const Located& block) {
  auto read = read_indexed(*task_->file, task_->pack, block.place.offset, block.record);
  if (read && *read) return std::move(*read);
  const std::lock_guard lock(holdings_.mutex());
  const auto counts = holdings_.where(block.record.archive, block.record.id);
  if (!counts) return std::unexpected(counts.error());
  if (!*counts || (*counts)->place != block.place) return std::nullopt;
  ++task_->damaged;
  if (auto told = holdings_.name_damaged(**counts, read ? "octets are not what was stored" : read.error().what); !told)
    return std::unexpected(told.error());
  return std::nullopt;
}

Result<void> Compactor::prove_some(std::uint64_t budget, Compacted& done) {
  Task& task = *task_;
  for (; task.known_damaged == 0 && task.proven < task.live.size() && done.octets < budget; ++task.proven) {
    const Located& block = task.live[task.proven];
    done.octets += block.record.octets();
    if (auto read = read_whole(block); !read) return std::unexpected(read.error());
  }
  const bool is_known = task.known_damaged != 0 || task.proven == task.live.size();
  if (!is_known || task.known_damaged + task.damaged == 0) return {};
  done.damaged = task.known_damaged + task.damaged;
  task_.reset();  // left_alone_ until one of them is sent again or released
  return {};
}

Result<void> Compactor::copy_some(std::uint64_t budget, Compacted& done) {
  constexpr std::uint64_t octets_at_once = std::uint64_t{1} << 20;
  Task& task = *task_;
  while (task.copied < task.live.size() && done.octets < budget) {
    std::vector<std::pair<Located, Octets>> batch;
    for (std::uint64_t octets = 0; task.copied < task.live.size() && octets < octets_at_once; ++task.copied) {
      const Located& block = task.live[task.copied];
      auto read = read_whole(block);
      if (!read) return std::unexpected(read.error());
      octets += block.record.octets();
      if (*read) batch.emplace_back(Located{(*read)->record, block.place, false}, std::move((*read)->sealed));
    }
    const std::lock_guard lock(holdings_.mutex());
    std::vector<Packs::Incoming> run;
    std::uint64_t run_octets = 0;
    for (const auto& [block, content] : batch) {
      const auto counts = holdings_.where(block.record.archive, block.record.id);
      if (!counts) return std::unexpected(counts.error());
      done.octets += block.record.octets();
      if (!*counts || (*counts)->place != block.place) continue;
      run_octets += block.record.octets();
      if (!run.empty() && holdings_.packs().begins_pack(run_octets)) {
        if (auto appended = holdings_.receive(run); !appended) return appended;
        run.clear();
        run_octets = block.record.octets();
      }
      run.push_back({block.record, content});
    }
    if (run.empty()) continue;
    if (auto appended = holdings_.receive(run); !appended) return appended;
  }
  return settle_copies();
}

Result<void> Compactor::settle_copies() {
  std::vector<std::shared_ptr<File>> written;
  {
    const std::lock_guard lock(holdings_.mutex());
    for (const auto& [number, octets] : holdings_.packs().unsynced())
      if (auto file = holdings_.packs().file(number)) written.push_back(*file);
  }
  for (const auto& file : written)
    if (auto synced = file->sync(); !synced) {
      const std::lock_guard lock(holdings_.mutex());
      holdings_.lose_received();
      return std::unexpected(trouble(synced.error()));
    }
  const std::lock_guard lock(holdings_.mutex());
  return !holdings_.has_received() && holdings_.packs().unsynced().empty() ? Result<void>{} : holdings_.settle();
}

// [ARC-131] A server MUST NOT take away a stored copy of a block that it still counts as stored before another copy of it is on stable
// storage and found in its place.
Result<void> Compactor::finish(Compacted& done) {
  const Task task = *std::exchange(task_, std::nullopt);
  const auto rows = rows_leading_to(task.pack, holdings_.index_file());
  if (!rows) return std::unexpected(rows.error());
  if (*rows != 0) {  // what was whole when it was proven was not any longer when it was to be copied
    done.damaged = *rows;
    return {};
  }
  {
    const std::lock_guard lock(holdings_.mutex());
    if (auto carried = carry(task); !carried) return carried;
    if (auto settled = holdings_.settle({.emptied = task.pack}); !settled) return settled;
    holdings_.packs().close(task.pack);
  }
  if (auto removed = holdings_.packs().remove(task.pack); !removed) return removed;
  done.gone = true;
  done.freed_octets = task.size - task.live_octets - task.statement_octets;
  const std::lock_guard lock(holdings_.mutex());
  left_alone_.erase(task.pack);
  if (auto forgotten = holdings_.index().forget_pack(task.pack); !forgotten) return forgotten;
  const std::pair<std::string_view, std::string> fields[] = {{"pack", std::to_string(task.pack)},
                                                             {"octets", std::to_string(task.size)},
                                                             {"copied", std::to_string(task.live_octets + task.statement_octets)}};
  return holdings_.note("pack_compacted", fields, Index::Durability::with_the_next);
}

Result<void> Compactor::carry(const Task& task) {
  const auto bindings = holdings_.index().bindings();
  if (!bindings) return std::unexpected(bindings.error());
  const auto purged = holdings_.index().purged();
  if (!purged) return std::unexpected(purged.error());
  for (const RecordRead& read : task.statements) {
    if (purged->contains(read.record.archive) && read.record.kind != RecordKind::purged) continue;
    Stated again{read.record, read.sealed};
    if (const auto version = version_in(read)) {
      const auto link = holdings_.index().version_link(version->archive, version->number);
      if (!link) return std::unexpected(link.error());
      if (*link && *link != version->link) continue;  // an attempt that another took the place of
      again.record.kind = RecordKind::version_again;
    } else if (const auto computer = computer_in(read)) {
      const auto bound = bindings->find(computer->computer);
      if (bound == bindings->end() || bound->second != computer->user) continue;
    } else if (auto release = release_in(read)) {
      const auto left = still_needed(std::move(*release), task.pack);
      if (!left) return std::unexpected(left.error());
      if (left->blocks.empty()) continue;
      again = stated(*left);
    }
    if (auto said = holdings_.append(again); !said) return said;
  }
  return holdings_.append(stated(GoneStatement{task.pack}));
}

Result<ReleaseStatement> Compactor::still_needed(ReleaseStatement release, std::uint32_t going) {
  const auto link = holdings_.index().version_link(release.archive, release.number);
  if (!link) return std::unexpected(link.error());
  if (*link && *link != release.link) release.blocks.clear();
  const auto numbers = holdings_.packs().numbers();
  if (!numbers) return std::unexpected(numbers.error());
  const auto left_behind = holdings_.index().left_behind();
  if (!left_behind) return std::unexpected(left_behind.error());
  const auto stands = [&](std::uint32_t pack) { return pack != going && std::ranges::binary_search(*numbers, pack); };
  std::erase_if(release.blocks, [&](const Release& block) {
    const auto copy = std::ranges::find_if(*left_behind, stands);
    return !stands(block.up_to.pack) && (copy == left_behind->end() || *copy > block.up_to.pack);
  });
  return release;
}

}  // namespace coffer::store
