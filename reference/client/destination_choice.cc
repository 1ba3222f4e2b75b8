#include "client/destination_choice.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/printable.h"

namespace coffer::client {
namespace {

std::unexpected<Failure> usage(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

}  // namespace

Outcome<std::vector<std::string>> chosen_destinations(const Device& device, const std::vector<std::string>& names) {
  const auto all = device.destinations();
  if (all.empty()) return std::unexpected(Failure{ExitCode::local, "this device has no destination: run `coffer destination add` first"});
  for (const std::string& name : names) {
    if (std::ranges::find(all, name) == all.end())
      return usage(fmt::format("--destination {}: there is none of that name, but {}", printable(name), fmt::join(all, ", ")));
    if (std::ranges::count(names, name) > 1) return usage(fmt::format("--destination {} is given twice", name));
  }
  return names.empty() ? all : names;
}

Outcome<std::string> one_destination(const Device& device, const std::vector<std::string>& names) {
  auto chosen = chosen_destinations(device, names);
  if (!chosen) return std::unexpected(chosen.error());
  if (chosen->size() == 1) return std::move(chosen->front());
  if (!names.empty()) return usage("--destination is given more than once: this goes to one destination at a time");
  return usage(fmt::format("this device has several destinations, whose versions differ: say --destination NAME, which is one of {}",
                           fmt::join(*chosen, ", ")));
}

Outcome<DestinationConfig> parse_destination(const DestinationArguments& arguments) {
  if (!is_destination_name(arguments.name))
    return usage(fmt::format("\"{}\" is no name for a destination: expected 1 to 32 lower-case letters, digits, - and _",
                             printable(arguments.name)));
  const auto address = parse_address(arguments.server);
  if (!address)
    return usage(fmt::format("--server {}: expected HOST:PORT, a port from 1 to 65535, for example backup.example:4287",
                             printable(arguments.server)));
  const auto pin = parse_digest(arguments.pin);
  if (!pin) return usage("--pin: expected 64 hexadecimal digits, as `cofferd pin` shows them");
  return DestinationConfig{.name = arguments.name, .host = address->host, .port = address->port, .pin = *pin, .server = {}};
}

}  // namespace coffer::client
