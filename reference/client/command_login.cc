// `coffer login`: tries a login at one destination, and keeps it on the device if the server accepts it. A password goes to no server that
// its user did not mean: with several destinations one has to be named.
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/commands.h"
#include "client/destination_choice.h"
#include "client/device.h"
#include "client/key_ring.h"
#include "client/net_link.h"
#include "client/password_input.h"
#include "client/printable.h"
#include "coffer/spec/limits.h"
#include "coffer/spec/permissions.h"

namespace coffer::client {
namespace {

std::unexpected<Failure> usage(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

bool alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

Outcome<Shown> run_login(const Context& context, const LoginArguments& arguments) {
  if (arguments.registration_key.size() != spec::limits::registration_key_octets ||
      !std::ranges::all_of(arguments.registration_key, alphanumeric))
    return usage("--registration-key: expected 16 letters and digits");
  if (arguments.user.empty() || arguments.user.size() > spec::limits::text_octets_max) return usage("--user: expected 1 to 255 octets");
  if (printable(arguments.user).find("\\x") != std::string::npos)
    return usage("--user: expected text in UTF-8 without control characters or backslashes");
  auto device = Device::open(context.home);
  if (!device) return std::unexpected(device.error());
  const auto destination = one_destination(*device, context.destinations);
  if (!destination) return std::unexpected(destination.error());
  auto password = password_from_terminal_or(arguments.password_file, "Password of " + printable(arguments.user));
  if (!password) return std::unexpected(password.error());

  const Credential credential{arguments.registration_key, arguments.user, std::move(*password), arguments.deferred};
  auto link = connect(*device, *destination, credential, context.timers);
  if (!link) return std::unexpected(link.error());
  const SessionFacts facts = (*link)->facts();
  if ((facts.permissions & spec::permissions::backup) != 0)
    if (auto wrapped = wrap_under_this_password(**link, *device, credential.password); !wrapped) return std::unexpected(wrapped.error());
  (*link)->leave();
  if (auto kept = device->remember(*destination, credential); !kept) return std::unexpected(kept.error());
  const nlohmann::json json = {
      {"user", facts.user}, {"server", format_guid(facts.server)}, {"permissions", facts.permissions}, {"destination", *destination}};
  return Shown{.code = ExitCode::ok,
               .text = fmt::format("{} is logged in at server {}.\n", printable(arguments.user), format_guid(facts.server)),
               .json = json.dump(),
               .problems = {}};
}

}  // namespace coffer::client
