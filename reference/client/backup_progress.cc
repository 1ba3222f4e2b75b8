#include "client/backup_progress.h"

#include <cstdio>

#include <fmt/format.h>

namespace coffer::client {
namespace {

std::string_view word_of(BackupProgress::Lane::State state) {
  using enum BackupProgress::Lane::State;
  switch (state) {
    case together: return "sent";
    case behind: return "sent, comes after the others";
    case committed: return "sent, done";
    case failed: return "sent, failed";
  }
  return {};
}

}  // namespace

std::function<void(const BackupProgress&, const std::vector<std::string>& names)> shown_by(Progress& progress) {
  return [&progress](const BackupProgress& now, const std::vector<std::string>& names) {
    std::vector<Progress::Share> shares;
    for (std::size_t i = 0; i < now.destinations.size() && names.size() > 1; ++i)
      shares.push_back({names[i], word_of(now.destinations[i].state), now.destinations[i].octets_sent});
    progress.show(now, shares);
  };
}

void say_on_standard_error(const std::string& words) { fmt::print(stderr, "{}", words); }

}  // namespace coffer::client
