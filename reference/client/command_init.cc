// `coffer init`: the device directory, with a computer's identity and an archive key [KEY-001].
#include <cstdio>

#include <botan/system_rng.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/commands.h"
#include "client/destination_choice.h"
#include "client/device.h"
#include "client/printable.h"
#include "client/small_file.h"
#include "keys/key_text.h"

namespace coffer::client {
namespace {

std::unexpected<Failure> usage(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

std::uint64_t random_guid(Botan::RandomNumberGenerator& random) {
  std::uint64_t guid = 0;
  while (guid == 0) random.randomize(reinterpret_cast<std::uint8_t*>(&guid), sizeof guid);
  return guid;
}

Outcome<keys::ArchiveKey> key_from(const std::string& source) {
  const std::string path = source == "-" ? "/dev/stdin" : source;
  const auto file = read_small_file(path, 4096);
  if (!file) return std::unexpected(file.error());
  if (file->missing) return usage(fmt::format("--archive-key: {} does not exist", printable(path)));
  auto key = keys::parse_archive_key(file->text());
  if (!key) return usage(fmt::format("--archive-key {}: {}", printable(source), keys::describe(key.error())));
  return std::move(*key);
}

}  // namespace

Outcome<Shown> run_init(const Context& context, const InitArguments& arguments) {
  Botan::System_RNG random;
  const auto destination = parse_destination(arguments.destination);
  if (!destination) return std::unexpected(destination.error());
  std::optional<std::uint64_t> computer = random_guid(random);
  if (!arguments.computer.empty()) computer = parse_guid(arguments.computer);
  if (!computer) return usage("--computer: expected 16 lower-case hexadecimal digits, not all 0");
  auto key =
      arguments.archive_key.empty() ? Outcome<keys::ArchiveKey>(keys::ArchiveKey::generate(random)) : key_from(arguments.archive_key);
  if (!key) return std::unexpected(key.error());

  const auto device = Device::create(context.home, {.computer = *computer, .destinations = {*destination}}, *key);
  if (!device) return std::unexpected(device.error());
  const nlohmann::json json = {{"home", printable(context.home)},
                               {"computer", format_guid(*computer)},
                               {"key_check", hex(key->check_value())},
                               {"destination", destination->name}};
  std::string text = fmt::format("{} is set up as computer {}.\n", printable(context.home), format_guid(*computer));
  if (arguments.archive_key.empty())
    text +=
        fmt::format("Keep a copy of {}/archive.key in a safe place: without it nothing can ever be restored.\n", printable(context.home));
  return Shown{.code = ExitCode::ok, .text = std::move(text), .json = json.dump(), .problems = {}};
}

}  // namespace coffer::client
