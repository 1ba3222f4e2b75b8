// What a backup did, for people and for programs.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/backup_session.h"
#include "client/printable.h"

namespace coffer::client {

ExitCode DeviceBackup::code() const {
  ExitCode worst = report.problems.empty() ? ExitCode::ok : ExitCode::incomplete;
  for (const auto& end : report.destinations)
    if (!end) worst = std::max(worst, end.error().code);
  return worst;
}

std::string as_json(const DeviceBackup& backup) {
  const BackupReport& report = backup.report;
  nlohmann::json json = nlohmann::json::object();
  if (backup.begun)
    json = {{"files", report.files},
            {"directories", report.directories},
            {"links", report.links},
            {"files_unchanged", report.files_unchanged},
            {"content_octets", report.content_octets}};
  nlohmann::json destinations = nlohmann::json::array();
  for (std::size_t i = 0; i < backup.names.size(); ++i) {
    nlohmann::json one = {{"name", backup.names[i]}};
    if (const auto& end = report.destinations[i]) {
      const nlohmann::json made = {{"version", end->version.number},
                                   {"link", hex(end->version.link)},
                                   {"blocks_sent", end->sent.blocks_sent},
                                   {"octets_sent", end->sent.octets_sent}};
      one.update(made);
      if (backup.names.size() == 1) json.update(made);
    } else {
      one["error"] = end.error().message;
      one["code"] = static_cast<int>(end.error().code);
    }
    destinations.push_back(std::move(one));
  }
  json["destinations"] = std::move(destinations);
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string as_text(const DeviceBackup& backup) {
  const BackupReport& report = backup.report;
  const auto sent = [](const DestinationReport& end) {
    return fmt::format("{} sent in {} new blocks", octets_for_people(end.sent.octets_sent), end.sent.blocks_sent);
  };
  const std::string what = fmt::format("{} files ({} unchanged), {} directories, {} links, {}", report.files, report.files_unchanged,
                                       report.directories, report.links, octets_for_people(report.content_octets));
  if (backup.names.size() == 1)
    return fmt::format("version {}: {}; {}.\n", report.destinations.front()->version.number, what, sent(*report.destinations.front()));
  // [ARC-145] A client that backs up to several destinations MUST say of each which version it made there, or why it made none.
  std::string text = backup.begun ? what + ".\n" : std::string("no destination was there, and nothing was looked at.\n");
  for (std::size_t i = 0; i < backup.names.size(); ++i) {
    const auto& end = report.destinations[i];
    text += end ? fmt::format("{}: version {}; {}.\n", backup.names[i], end->version.number, sent(*end))
                : fmt::format("{}: no version.\n", backup.names[i]);
  }
  return text;
}

std::vector<std::string> failures_of(const DeviceBackup& backup) {
  std::vector<std::string> failures;
  for (std::size_t i = 0; i < backup.names.size(); ++i)
    if (const auto& end = backup.report.destinations[i]; !end)
      failures.push_back(fmt::format("{}: {}", backup.names[i], end.error().message));
  return failures;
}

}  // namespace coffer::client
