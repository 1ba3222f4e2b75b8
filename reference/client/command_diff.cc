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
  auto diff = diff_versions(fetcher, (*before)->record, after);
  if (!diff) return std::unexpected(diff.error());
  if (auto ended = link.end_restore(diff->incomplete.empty()); !ended) return std::unexpected(ended.error());
  link.leave();

  nlohmann::json json{{"before", *other},
                      {"after", after.number},
                      {"blocks_fetched", fetcher.counts().blocks},
                      {"added", nlohmann::json::array()},
                      {"removed", nlohmann::json::array()},
                      {"changed", nlohmann::json::array()}};
  std::string text;
  for (const archive::Entry& entry : diff->removed) {
    json["removed"].push_back(json_of(entry));
    text += fmt::format("- /{}\n", printable(entry.path));
  }
  for (const archive::Entry& entry : diff->added) {
    json["added"].push_back(json_of(entry));
    text += fmt::format("+ /{}\n", printable(entry.path));
  }
  for (const ChangedEntry& entry : diff->changed) {
    json["changed"].push_back({{"path", "/" + printable(entry.after.path)},
                               {"fields", entry.fields},
                               {"before", json_of(entry.before)},
                               {"after", json_of(entry.after)}});
    text += fmt::format("M /{} ({})\n", printable(entry.after.path), fmt::join(entry.fields, ", "));
  }
  text += fmt::format("{} added, {} removed, {} changed.\n", diff->added.size(), diff->removed.size(), diff->changed.size());
  return Shown{.code = diff->incomplete.empty() ? ExitCode::ok : ExitCode::incomplete,
               .text = std::move(text),
               .json = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
               .problems = std::move(diff->incomplete)};
}

}  // namespace coffer::client
