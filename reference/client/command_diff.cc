// `coffer diff BEFORE AFTER`
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/entry_text.h"
#include "client/printable.h"
#include "client/progress.h"
#include "client/version_argument.h"
#include "client/version_diff.h"

namespace coffer::client {

Outcome<Shown> run_diff(const Context& context, const DiffArguments& arguments) {
  const auto other = version_number(arguments.before);
  if (!other) return std::unexpected(other.error());
  auto opened = open_version(context, arguments.after);
  if (!opened) return std::unexpected(opened.error());
  const auto before = find_version(opened->list, *other);
  if (!before) return std::unexpected(before.error());
  ServerLink& link = *opened->session.link;
  const auto& after = opened->version.record;
  if (auto begun = link.begin_restore(after.number, ServerLink::Purpose::verify); !begun) return std::unexpected(begun.error());
  Progress progress("compared", context.as_json);
  BlockFetcher fetcher(link, opened->session.keys,
                       [&](const BlockFetcher::Counts& read) { progress.show(BlocksSeen{.blocks = read.blocks, .octets = read.octets}); });
  const auto list_of = [&](const char* name) { return LongList(name, context.as_json, context.home); };
  LongList removed = list_of("removed"), added = list_of("added"), changed = list_of("changed");
  std::uint64_t removals = 0, additions = 0, changes = 0;
  const auto take = [&](const Difference& found) {
    if (found.after == nullptr) {
      ++removals;
      removed.add(context.as_json ? text_of(json_of(*found.before)) : fmt::format("- /{}", printable(found.before->path)));
    } else if (found.before == nullptr) {
      ++additions;
      added.add(context.as_json ? text_of(json_of(*found.after)) : fmt::format("+ /{}", printable(found.after->path)));
    } else {
      ++changes;
      changed.add(context.as_json ? text_of({{"path", "/" + printable(found.after->path)},
                                             {"fields", found.fields},
                                             {"before", json_of(*found.before)},
                                             {"after", json_of(*found.after)}})
                                  : fmt::format("M /{} ({})", printable(found.after->path), fmt::join(found.fields, ", ")));
    }
  };
  const auto incomplete = diff_versions(fetcher, (*before)->record, after, take);
  if (!incomplete) return std::unexpected(incomplete.error());
  if (auto ended = link.end_restore(incomplete->empty()); !ended) return std::unexpected(ended.error());
  link.leave();
  Problems problems = std::move(opened->problems);
  problems.insert(problems.end(), incomplete->begin(), incomplete->end());
  Shown all{.code = problems.empty() ? ExitCode::ok : ExitCode::incomplete,
            .text = fmt::format("{} added, {} removed, {} changed.\n", additions, removals, changes),
            .json = nlohmann::json{{"before", *other}, {"after", after.number}, {"blocks_fetched", fetcher.counts().blocks}}.dump(),
            .problems = std::move(problems)};
  for (LongList* list : {&removed, &added, &changed}) all.lists.push_back(std::move(*list));
  return all;
}

}  // namespace coffer::client
