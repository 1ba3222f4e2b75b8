#include "client/backup_session.h"

#include <algorithm>
#include <chrono>

#include <botan/system_rng.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/key_ring.h"
#include "client/printable.h"
#include "client/session.h"
#include "coffer/spec/permissions.h"

namespace coffer::client {

Outcome<BackupReport> back_up_once(const Context& context, const BackupArguments& arguments, const BackupHooks& hooks) {
  if (std::ranges::any_of(arguments.paths, &std::string::empty))
    return std::unexpected(Failure{ExitCode::usage, "a PATH is empty: expected files and directories (. is this one, / is everything)"});
  auto session = open_session(context, spec::permissions::backup);
  if (!session) return std::unexpected(session.error());
  if (auto ready = ready_for_blocks(*session); !ready) {
    session->link->leave();
    return std::unexpected(ready.error());
  }
  const auto seen = session->seen();
  if (!seen) return std::unexpected(seen.error());
  const auto head = chain_head(*session->link, session->keys, *seen);
  if (!head) return std::unexpected(head.error());
  if (*seen != *head)
    if (auto kept = session->remember(*head); !kept) return std::unexpected(kept.error());

  FileCache cache(session->key_check);
  cache.load(session->device.cache_path());
  const BackupOptions options{
      .paths = arguments.paths,
      .scan = {.left_out = context.home, .one_file_system = arguments.one_file_system, .special = arguments.special},
      .look = hooks.look,
      .now_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count(),
      .progress = hooks.progress,
      .interrupted = hooks.interrupted,
      .begin_again = [&]() -> Outcome<ServerLink*> {
        if (auto begun = session->begin_again(context.timers); !begun) return std::unexpected(begun.error());
        return session->link.get();
      }};
  auto report = back_up(
      *session->link, session->keys, *head, cache, [] { return std::make_unique<Botan::System_RNG>(); }, options);
  // What was read is known now, whatever became of the version: the next run asks for it by name.
  const auto saved = cache.changed() ? cache.save(session->device.cache_path()) : Outcome<void>();
  if (!report) {
    if (report.error().code == ExitCode::interrupted) session->link->leave();
    return std::unexpected(report.error());
  }
  if (auto kept = session->remember(report->version); !kept) return std::unexpected(kept.error());
  if (!saved)
    report->problems.push_back(
        {session->device.cache_path(), fmt::format("{}; the next backup will read every file again", saved.error().message)});
  session->link->leave();
  return report;
}

std::string as_json(const BackupReport& report) {
  return nlohmann::json{{"version", report.version.number},
                        {"link", hex(report.version.link)},
                        {"files", report.files},
                        {"directories", report.directories},
                        {"links", report.links},
                        {"files_unchanged", report.files_unchanged},
                        {"content_octets", report.content_octets},
                        {"blocks_sent", report.sent.blocks_sent},
                        {"octets_sent", report.sent.octets_sent}}
      .dump();
}

}  // namespace coffer::client
