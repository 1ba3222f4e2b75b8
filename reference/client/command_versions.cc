// `coffer versions`
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "client/printable.h"
#include "client/session.h"
#include "coffer/spec/permissions.h"

namespace coffer::client {

Outcome<Shown> run_versions(const Context& context, const VersionsArguments& arguments) {
  auto session = open_session(context, spec::permissions::backup | spec::permissions::restore);
  if (!session) return std::unexpected(session.error());
  Problems problems;
  const auto list = session->versions(problems);
  if (!list) return std::unexpected(list.error());
  session->link->leave();

  nlohmann::json versions = nlohmann::json::array();
  std::string text;
  for (const auto& version : list->versions) {
    if (!version.live() && !arguments.all) continue;
    const auto& record = version.record;
    nlohmann::json shown = {
        {"number", record.number},       {"created_ns", record.created_ns},         {"created", time_for_people(record.created_ns)},
        {"entries", record.entry_count}, {"content_octets", record.content_octets}, {"link", hex(version.link)}};
    text += fmt::format("{:>6}  {}", record.number, time_for_people(record.created_ns));
    if (record.kind == archive::RecordKind::tree)
      text += fmt::format("  {:>9} entries  {:>12}", record.entry_count, octets_for_people(record.content_octets));
    if (version.retired_by) {
      text += fmt::format("  retired by {}", *version.retired_by);
      shown["retired_by"] = *version.retired_by;
    }
    if (!record.retired.empty()) {
      text += fmt::format("  retires {}", fmt::join(record.retired, " "));
      shown["retires"] = record.retired;
    } else if (record.kind == archive::RecordKind::retention) {
      text += "  lets go what no version had";
    }
    text += '\n';
    versions.push_back(std::move(shown));
  }
  if (text.empty()) text = "no versions yet\n";
  return Shown{.code = problems.empty() ? ExitCode::ok : ExitCode::incomplete,
               .text = std::move(text),
               .json = nlohmann::json{{"versions", versions}}.dump(),
               .problems = std::move(problems)};
}

}  // namespace coffer::client
