// `coffer init`: the device directory, with a computer's identity and a first destination.
#include <cstdio>

#include <botan/system_rng.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/commands.h"
#include "client/destination_choice.h"
#include "client/device.h"
#include "client/printable.h"

namespace coffer::client {
namespace {

std::unexpected<Failure> usage(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

std::uint64_t random_guid(Botan::RandomNumberGenerator& random) {
  std::uint64_t guid = 0;
  while (guid == 0) random.randomize(reinterpret_cast<std::uint8_t*>(&guid), sizeof guid);
  return guid;
}

}  // namespace

Outcome<Shown> run_init(const Context& context, const InitArguments& arguments) {
  Botan::System_RNG random;
  const auto destination = parse_destination(arguments.destination);
  if (!destination) return std::unexpected(destination.error());
  std::optional<std::uint64_t> computer = random_guid(random);
  if (!arguments.computer.empty()) computer = parse_guid(arguments.computer);
  if (!computer) return usage("--computer: expected 16 lower-case hexadecimal digits, not all 0");

  const auto device = Device::create(context.home, {.computer = *computer, .destinations = {*destination}});
  if (!device) return std::unexpected(device.error());
  const nlohmann::json json = {{"home", printable(context.home)}, {"computer", format_guid(*computer)}, {"destination", destination->name}};
  std::string text =
      fmt::format("{} is set up as computer {}. Log in with `coffer login`.\n", printable(context.home), format_guid(*computer));
  return Shown{.code = ExitCode::ok, .text = std::move(text), .json = json.dump(), .problems = {}};
}

}  // namespace coffer::client
