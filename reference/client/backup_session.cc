#include "client/backup_session.h"

#include <algorithm>
#include <chrono>

#include <botan/system_rng.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/printable.h"
#include "client/session.h"
#include "coffer/spec/permissions.h"

namespace coffer::client {

Outcome<BackupReport> back_up_once(const Context& context, const BackupArguments& arguments, const BackupHooks& hooks) {
  if (std::ranges::any_of(arguments.paths, &std::string::empty))
    return std::unexpected(Failure{ExitCode::usage, "a PATH is empty: expected files and directories (. is this one, / is everything)"});
  auto session = open_session(context, spec::permissions::backup);
  if (!session) return std::unexpected(session.error());
  const auto seen = session->seen();
  if (!seen) return std::unexpected(seen.error());
  const auto head = chain_head(*session->link, session->keys, *seen);
  if (!head) return std::unexpected(head.error());
  if (*seen != *head)
    if (auto kept = session->remember(*head); !kept) return std::unexpected(kept.error());

  const BackupOptions options{
      .paths = arguments.paths,
      .scan = {.left_out = context.home, .one_file_system = arguments.one_file_system, .special = arguments.special},
      .look = hooks.look,
      .now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count(),
      .progress = hooks.progress,
      .interrupted = hooks.interrupted};
  Destination destination{
      .name = {}, .link = session->link.get(), .keys = session->keys, .chain = *head, .begin_again = [&]() -> Outcome<ServerLink*> {
        if (auto begun = session->begin_again(context.timers); !begun) return std::unexpected(begun.error());
        return session->link.get();
      }};
  auto report = back_up(
      {&destination, 1}, {session->device.cache_path(), session->key_check}, [] { return std::make_unique<Botan::System_RNG>(); }, options);
  if (!report) {
    if (report.error().code == ExitCode::interrupted) session->link->leave();
    return std::unexpected(report.error());
  }
  const auto& version = report->destinations.front();
  if (!version) return std::unexpected(version.error());
  if (auto kept = session->remember(version->version); !kept) return std::unexpected(kept.error());
  session->link->leave();
  return report;
}

std::string as_json(const BackupReport& report) {
  const DestinationReport& destination = *report.destinations.front();
  return nlohmann::json{{"version", destination.version.number},
                        {"link", hex(destination.version.link)},
                        {"files", report.files},
                        {"directories", report.directories},
                        {"links", report.links},
                        {"files_unchanged", report.files_unchanged},
                        {"content_octets", report.content_octets},
                        {"blocks_sent", destination.sent.blocks_sent},
                        {"octets_sent", destination.sent.octets_sent}}
      .dump();
}

}  // namespace coffer::client
