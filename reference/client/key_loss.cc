#include "client/key_loss.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "client/agreement.h"
#include "coffer/spec/key_modes.h"

namespace coffer::client {
namespace {

/// What brings the key back; empty where the account password does, or where there is no key.
Outcome<std::string> what_opens(const Device& device, const std::string& destination) {
  const auto kept = device.kept_key(destination);
  if (!kept || !*kept) return std::string();  // a damaged one opens nothing anyway
  const auto seen = device.seen_key((*kept)->server, (*kept)->user);
  if (!seen) return std::unexpected(seen.error());
  const auto mode = *seen ? static_cast<spec::KeyMode>((*seen)->mode) : spec::KeyMode::custom;
  if (mode == spec::KeyMode::account_password) return std::string();
  return std::string(mode == spec::KeyMode::archive_password ? "the archive password" : "the key itself (`coffer key export` writes it)");
}

}  // namespace

Outcome<void> accept_key_loss(const Device& device, const std::vector<std::string>& destinations) {
  std::string opens;
  for (const std::string& destination : destinations) {
    const auto what = what_opens(device, destination);
    if (!what) return std::unexpected(what.error());
    if (!what->empty()) opens = *what;
  }
  const auto stays = [&](const std::string& other) {
    if (std::ranges::find(destinations, other) != destinations.end()) return false;
    const auto kept = device.kept_key(other);
    return kept && kept->has_value();
  };
  if (opens.empty() || std::ranges::any_of(device.destinations(), stays)) return {};
  const auto loss = fmt::format("Only {} brings the archive's key back to this device. If you do not have it, the backup is lost.", opens);
  if (somebody_is_there()) return ask_to_go_on(loss);
  fmt::print(stderr, "{}\n", loss);
  return {};
}

}  // namespace coffer::client
