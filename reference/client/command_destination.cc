// `coffer destination add NAME`, `list`, `remove NAME` and `accept-older NAME`: the servers where this computer keeps an archive, under its
// one archive key.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "client/agreement.h"
#include "client/commands.h"
#include "client/destination_choice.h"
#include "client/device.h"
#include "client/key_loss.h"
#include "client/older_archive.h"
#include "client/password_input.h"
#include "client/printable.h"

namespace coffer::client {
namespace {

std::string address_of(const DestinationConfig& destination) { return printable(format_address(destination.host, destination.port)); }

/// The numbers of the newest versions seen there: one, unless several users logged in.
Outcome<std::vector<std::uint64_t>> newest_seen(const Device& device, const DestinationConfig& destination) {
  const auto all = device.all_seen();
  if (!all) return std::unexpected(all.error());
  std::vector<std::uint64_t> numbers;
  for (const SeenVersion& one : *all)
    if (one.server == destination.server) numbers.push_back(one.point.number);
  return numbers;
}

nlohmann::json json_of(const DestinationConfig& destination, const std::vector<std::uint64_t>& newest) {
  return {{"name", destination.name},
          {"host", printable(destination.host)},
          {"port", destination.port},
          {"pin", hex(destination.pin)},
          {"server", destination.server ? nlohmann::json(format_guid(*destination.server)) : nlohmann::json()},
          {"newest_seen", newest}};
}

std::string what_is_accepted(const std::string& name, const OlderArchive& older) {
  std::string what;
  if (!older.missing.empty())
    what = fmt::format("{} was put back to an older state. {}What is missing there is lost, unless another destination has it. ", name,
                       older.missing);
  if (older.next_record)
    what +=
        fmt::format("The key record at {} is damaged, or somebody changed it: this device puts another in its place, in the key mode {}. ",
                    name, spec::name(older.next_record->mode));
  what.pop_back();
  return what;
}

}  // namespace

Outcome<Shown> run_destination_add(const Context& context, const DestinationArguments& arguments) {
  const auto destination = parse_destination(arguments);
  if (!destination) return std::unexpected(destination.error());
  auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  if (auto added = device->add(*destination); !added) return std::unexpected(added.error());
  return Shown{
      .code = ExitCode::ok,
      .text = fmt::format("{} is destination \"{}\". Log in there with `coffer login --destination {}`; until then each backup says "
                          "that it lacks a login.\n",
                          address_of(*destination), destination->name, destination->name),
      .json = json_of(*destination, {}).dump(),
      .problems = {}};
}

Outcome<Shown> run_destination_list(const Context& context) {
  const auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  nlohmann::json list = nlohmann::json::array();
  std::string text;
  for (const std::string& name : device->destinations()) {
    const DestinationConfig destination = device->destination(name);
    const auto newest = newest_seen(*device, destination);
    if (!newest) return std::unexpected(newest.error());
    const auto credential = device->credential(name);
    nlohmann::json shown = json_of(destination, *newest);
    shown["user"] = credential ? nlohmann::json(printable(credential->user_name)) : nlohmann::json();
    text += fmt::format("{}  {}  ", name, address_of(destination));
    text += destination.server ? "server " + format_guid(*destination.server) : std::string("never reached");
    text += credential ? "  user " + printable(credential->user_name) : std::string("  no login");
    if (!newest->empty()) text += fmt::format("  version {} seen", fmt::join(*newest, " and "));
    text += '\n';
    list.push_back(std::move(shown));
  }
  if (text.empty()) text = "no destination\n";
  return Shown{.code = ExitCode::ok, .text = std::move(text), .json = nlohmann::json{{"destinations", list}}.dump(), .problems = {}};
}

Outcome<Shown> run_destination_remove(const Context& context, const std::string& name) {
  auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  const auto named = chosen_destinations(*device, {name});
  if (!named) return std::unexpected(named.error());
  const DestinationConfig destination = device->destination(name);
  const auto newest = newest_seen(*device, destination);
  if (!newest) return std::unexpected(newest.error());
  if (auto accepted = accept_key_loss(*device, {name}); !accepted) return std::unexpected(accepted.error());
  if (auto removed = device->remove(name); !removed) return std::unexpected(removed.error());
  std::string text = fmt::format("{} is no destination any more, and its login and its key are gone from this device.\n", name);
  if (newest->empty())
    text += fmt::format("No version there was ever seen from here; whatever {} stores stays there.\n", address_of(destination));
  else
    text += fmt::format(
        "What {} stores stays there: an archive with versions up to {}, under this device's archive key. Nothing was deleted: ask who runs "
        "that server to delete it, or add the destination again to restore from it or to go on with it.\n",
        address_of(destination), fmt::join(*newest, " and "));
  return Shown{.code = ExitCode::ok, .text = std::move(text), .json = json_of(destination, *newest).dump(), .problems = {}};
}

Outcome<Shown> run_destination_accept_older(const Context& context, const AcceptOlderArguments& arguments) {
  const std::string& name = arguments.name;
  auto given = archive_key_from(arguments.archive_key);
  if (!given) return std::unexpected(given.error());
  auto opened = Device::open(context.home);
  if (!opened) return std::unexpected(opened.error());
  const auto device = std::make_shared<Device>(std::move(*opened));
  const auto named = chosen_destinations(*device, {name});
  if (!named) return std::unexpected(named.error());
  auto older = look_at_older(device, name, std::move(*given), arguments.password_file, context.timers);
  if (!older) return std::unexpected(older.error());
  older->session.link->leave();
  nlohmann::json json{{"name", name}, {"newest", older->head.number}, {"missing", older->missing}};
  if (older->missing.empty() && !older->next_record)
    return Shown{.code = ExitCode::ok,
                 .text = fmt::format("{} shows nothing older than this device has seen: there is nothing to accept.\n", name),
                 .json = json.dump(),
                 .problems = {}};
  const std::string what = what_is_accepted(name, *older);
  if (!arguments.agreed) {
    if (!somebody_is_there())
      return std::unexpected(Failure{ExitCode::refused, what + " Nothing was changed: with --yes, this device goes on from there"});
    if (auto asked = ask_to_go_on(what); !asked) return std::unexpected(asked.error());
  }
  if (auto accepted = accept_older(*older, arguments.password_file, context.timers); !accepted) return std::unexpected(accepted.error());
  return Shown{.code = ExitCode::ok,
               .text = what + "\nThis device goes on from there: the next `coffer backup` brings the files of now again.\n",
               .json = json.dump(),
               .problems = {}};
}

}  // namespace coffer::client
