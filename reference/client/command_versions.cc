// `coffer versions`
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/printable.h"
#include "client/session.h"
#include "coffer/spec/permissions.h"

namespace coffer::client {

Outcome<Shown> run_versions(const Context& context) {
  auto session = open_session(context, spec::permissions::backup | spec::permissions::restore);
  if (!session) return std::unexpected(session.error());
  const auto list = session->versions();
  if (!list) return std::unexpected(list.error());
  session->link->leave();

  nlohmann::json versions = nlohmann::json::array();
  std::string text;
  for (const auto& [record, link] : list->versions) {
    versions.push_back({{"number", record.number},
                        {"created_ns", record.created_ns},
                        {"created", time_for_people(record.created_ns)},
                        {"entries", record.entry_count},
                        {"content_octets", record.content_octets},
                        {"link", hex(link)}});
    text += fmt::format("{:>6}  {}  {:>9} entries  {:>12}\n", record.number, time_for_people(record.created_ns), record.entry_count,
                        octets_for_people(record.content_octets));
  }
  if (text.empty()) text = "no versions yet\n";
  return Shown{.code = ExitCode::ok, .text = std::move(text), .json = nlohmann::json{{"versions", versions}}.dump(), .problems = {}};
}

}  // namespace coffer::client
