#include "store/start.h"

#include <algorithm>

#include <fmt/core.h>

#include "store/recovery.h"
#include "store/verify_store.h"

namespace coffer::store {
namespace {

Result<void> note_log_damage(Holdings& holdings, const LogDamage& damage) {
  holdings.tell(text(damage));
  const std::pair<std::string_view, std::string> fields[] = {{"frame", std::to_string(damage.frame)},
                                                             {"frames_left_out", std::to_string(damage.left_out)}};
  return holdings.note("index_log_torn", fields, Index::Durability::at_once);
}

Result<void> note_recovered(Holdings& holdings, const Recovered& recovered) {
  if (recovered.blocks == 0 && recovered.versions == 0 && recovered.octets_cut == 0 && recovered.losses.empty()) return {};
  std::vector<std::pair<std::string_view, std::string>> fields{{"blocks_indexed", std::to_string(recovered.blocks)},
                                                               {"versions_indexed", std::to_string(recovered.versions)},
                                                               {"octets_cut", std::to_string(recovered.octets_cut)}};
  for (const std::string& loss : recovered.losses) {
    fields.emplace_back("lost", loss);
    holdings.tell(loss);
  }
  return holdings.note("store_recovered", fields, Index::Durability::at_once);
}

// [ARC-059] … make its records of archives, versions and computers anew from what is stored with the blocks.
Result<void> mend(Holdings& holdings) {
  const auto report = verify_store(holdings.packs(), holdings.index());
  if (!report) return std::unexpected(report.error());
  std::uint64_t lost = 0;
  for (const Finding& finding : report->findings) {
    const bool is_loss =
        finding.kind == Finding::Kind::damaged || finding.kind == Finding::Kind::missing || finding.kind == Finding::Kind::version;
    lost += is_loss;
    if (is_loss) holdings.tell(text(finding));
  }
  if (report->rows_unproven == 0 && report->rows_mended == 0 && lost == 0) return {};
  holdings.tell(fmt::format("{} rows of the index were not what was written; {} rows were written anew from the packs",
                            report->rows_unproven, report->rows_mended));
  const std::pair<std::string_view, std::string> fields[] = {{"rows_unproven", std::to_string(report->rows_unproven)},
                                                             {"rows_mended", std::to_string(report->rows_mended)},
                                                             {"lost", std::to_string(lost)}};
  return holdings.note("store_mended", fields, Index::Durability::at_once);
}

/// What an older program has put into the index alone, the packs say afterwards as well.
Result<void> make_statements(Holdings& holdings) {
  const auto archives = holdings.index().archives();
  if (!archives) return std::unexpected(archives.error());
  for (const auto& [archive, owner] : *archives)
    for (std::uint64_t next = 1;;) {
      const auto page = holdings.index().versions(archive, next, 100);
      if (!page) return std::unexpected(page.error());
      if (page->empty()) break;
      for (const protocol::VersionEntry& version : *page) {
        VersionStatement statement{archive, owner, version.number, {}, version.record};
        std::copy_n(version.link.begin(), std::min(version.link.size(), statement.link.size()), statement.link.begin());
        if (auto said = holdings.append(stated(statement)); !said) return said;
        next = version.number + 1;
      }
    }
  const auto purged = holdings.index().purged();
  if (!purged) return std::unexpected(purged.error());
  for (const std::int64_t archive : *purged)
    if (auto said = holdings.append(stated(PurgedStatement{archive})); !said) return said;
  const auto bindings = holdings.index().bindings();
  if (!bindings) return std::unexpected(bindings.error());
  for (const auto& [computer, user] : *bindings)
    if (auto said = holdings.append(stated(ComputerStatement{computer, user})); !said) return said;
  auto settled = holdings.settle();
  return settled ? holdings.index().statements_made() : settled;
}

}  // namespace

std::string text(const LogDamage& damage) {
  return fmt::format("{}{} is damaged at frame {}: {} of its frames were left out, and lines of the event log with them", index_name,
                     wal_suffix, damage.frame, damage.left_out);
}

Result<void> start(Holdings& holdings, const std::optional<LogDamage>& log_damage, Mending mending) {
  if (auto ready = holdings.packs().prepare(); !ready) return ready;
  if (log_damage) holdings.index().distrust();
  const auto recovered = recover(holdings.packs(), holdings.index());
  if (!recovered) return std::unexpected(recovered.error());
  if (holdings.index().owes_statements())
    if (auto made = make_statements(holdings); !made) return made;
  if (log_damage)
    if (auto noted = note_log_damage(holdings, *log_damage); !noted) return noted;
  if (auto noted = note_recovered(holdings, *recovered); !noted) return noted;
  if (mending == Mending::at_start && holdings.index().needs_mending())
    if (auto mended = mend(holdings); !mended) return mended;
  for (const std::string& index : holdings.index().rebuilt()) {
    const std::pair<std::string_view, std::string> fields[] = {{"index", index}};
    if (auto noted = holdings.note("index_rebuilt", fields, Index::Durability::at_once); !noted) return noted;
  }
  return {};
}

}  // namespace coffer::store
