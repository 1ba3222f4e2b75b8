// `coffer login`: tries a login at one destination, and keeps it on the device if the server accepts it. A password goes to no server that
// its user did not mean: with several destinations one has to be named.
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/commands.h"
#include "client/destination_choice.h"
#include "client/device.h"
#include "client/net_link.h"
#include "client/printable.h"
#include "client/small_file.h"
#include "coffer/spec/limits.h"

namespace coffer::client {
namespace {

std::unexpected<Failure> usage(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

/// Typed without being shown; the terminal is put back whatever happens.
Outcome<keys::Secret> prompt(const std::string& user) {
  if (::isatty(STDIN_FILENO) != 1)
    return usage("there is no terminal to ask for the password: give --password-file FILE, or - for standard input");
  fmt::print(stderr, "Password of {}: ", printable(user));
  termios before{};
  ::tcgetattr(STDIN_FILENO, &before);
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  keys::Secret password;
  for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) password.push_back(static_cast<std::uint8_t>(c));
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  fmt::print(stderr, "\n");
  return password;
}

/// A file's octets, less one line end.
Outcome<keys::Secret> password_from(const std::string& source) {
  auto file = read_small_file(source == "-" ? "/dev/stdin" : source, 4096);
  if (!file) return std::unexpected(file.error());
  if (file->missing) return usage(fmt::format("--password-file: {} does not exist", printable(source)));
  keys::Secret password = std::move(file->octets);
  if (!password.empty() && password.back() == '\n') password.pop_back();
  if (!password.empty() && password.back() == '\r') password.pop_back();
  return password;
}

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
  auto password = arguments.password_file.empty() ? prompt(arguments.user) : password_from(arguments.password_file);
  if (!password) return std::unexpected(password.error());
  if (password->empty() || password->size() > spec::limits::password_octets_max)
    return usage("the password is empty or longer than 1,024 octets");

  const Credential credential{arguments.registration_key, arguments.user, std::move(*password), arguments.deferred};
  auto link = connect(*device, *destination, credential, context.timers);
  if (!link) return std::unexpected(link.error());
  const SessionFacts facts = (*link)->facts();
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
