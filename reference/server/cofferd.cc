// The reference server's command line. Wiring only: what the commands do is in serve.cc and inspect.cc.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>

#include "coffer/spec/limits.h"
#include "net/process_memory.h"
#include "server/inspect.h"
#include "server/key_commands.h"
#include "server/serve.h"
#include "transitions/transition_file.h"

namespace {

using coffer::server::Outcome;

constexpr auto exit_codes =
    "Exit codes: 0 ok; 1 verify found damage, rebuild could not recover everything, damage keeps compact from a pack, or a key's wrap does "
    "not\n"
    "open (reset-password, renew-escrow-key), which is named;\n"
    "2 mistake in the fixture, key or certificate; 3 cannot listen;\n"
    "4 the data directory is in use, newer, corrupt or unreadable, or the output cannot be written; 64 usage.";

bool is_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> octets{};
  return ::inet_pton(AF_INET, text.c_str(), octets.data()) == 1 ||
         ::inet_pton(AF_INET6, text.substr(0, text.find('%')).c_str(), octets.data()) == 1;  // without a zone
}

/// "ADDRESS:PORT", "[IPv6]:PORT", "ADDRESS" or ":PORT"; what is absent stays as it is. An error as text, or empty.
std::string parse_listen(const std::string& text, std::string& address, std::uint16_t& port) {
  const auto colon = text.rfind(':');
  const bool bracketed = text.starts_with('[');
  const auto host_end = bracketed ? text.find(']') : std::min(colon, text.size());
  if (bracketed && host_end == std::string::npos) return "expected [IPv6 ADDRESS]:PORT";
  if (const auto host = text.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0)); !host.empty()) address = host;
  if (!is_address(address))
    return fmt::format("expected ADDRESS:PORT, with an IPv4 address or an IPv6 address in brackets; \"{}\" is neither", address);
  const auto digits = colon == std::string::npos || colon < host_end ? std::string{} : text.substr(colon + 1);
  if (digits.empty()) return {};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return error == std::errc{} && end == digits.data() + digits.size() ? std::string{}
                                                                      : "expected a port of 0 to 65535 after the last colon";
}

/// A mistyped command is named; CLI11 would only say that one is missing.
std::string what_is_wrong(const CLI::App* app, const CLI::Error& error) {
  const auto words = app->remaining();
  if (!app->get_subcommands().empty() || words.empty() || words.front().starts_with('-')) return CLI::FailureMessage::simple(app, error);
  return fmt::format("There is no command \"{}\".\nRun with --help for those that there are.\n", words.front());
}

/// What was printed and did not arrive is no success.
int ended(Outcome outcome) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return static_cast<int>(outcome);
  std::cerr << "cofferd: cannot write standard output: " << std::strerror(errno) << '\n';
  return static_cast<int>(outcome == Outcome::ok ? Outcome::store_failed : outcome);
}

}  // namespace

int main(int argc, char** argv) {
  coffer::net::keep_memory_to_itself();
  CLI::App app{"The Coffer reference server."};
  app.footer(exit_codes);
  app.failure_message(what_is_wrong);
  app.set_version_flag("--version", COFFER_VERSION);
  app.require_subcommand(1);
  app.option_defaults()->always_capture_default();

  coffer::server::ServeOptions options;
  options.port = coffer::spec::limits::tls_port;  // [CHN-001] … by default to port 4287
  std::string listen, transitions;
  bool json = false;

  auto* run = app.add_subcommand("run", "Serve until SIGTERM or SIGINT; prints one JSON line with port, pin and identity when ready");
  run->add_option("--data", options.data, "Directory of everything the server keeps; made if it does not exist")->required();
  run->add_option("--fixture", options.fixture,
                  "JSON document with server, organisations, users, computers and configuration, as interop/README.md says")
      ->required();
  run->add_option("--listen", listen, "ADDRESS:PORT to listen on; port 0: any that is free (default 127.0.0.1:4287)");
  auto* key = run->add_option("--key", options.key, "RSA key, PKCS #8 PEM (default: made and kept in --data)");
  auto* certificate = run->add_option("--certificate", options.certificate, "Certificate of that key, PEM");
  run->add_option("--transitions", transitions, "File to append each step of the machines to, as JSON lines; nothing secret is in it")
      ->envname("COFFER_TRANSITIONS");
  key->needs(certificate);
  certificate->needs(key);

  double scrub_days = 30, upkeep_rate = 32;
  run->add_option("--scrub-days", scrub_days, "Days in which every stored octet is read and checked once, in the background")
      ->check(CLI::Range(0.0, 3650.0));
  run->add_option("--upkeep-rate", upkeep_rate, "MiB a second that scrubbing and compacting read and write at most; slower beside sessions")
      ->check(CLI::Range(0.1, 100000.0));
  run->add_option("--pack-octets", options.pack_octets, "Octets beyond which a new pack begins")
      ->check(CLI::Range(std::uint64_t{1} << 12, std::uint64_t{1} << 40));

  run->add_option(
      "--reserve-octets", options.reserve_octets,
      "Room on the disk that blocks do not take, beside as much as the index has: pruning and compacting need it when the disk is "
      "full");

  auto* verify = app.add_subcommand("verify",
                                    "Read every octet of the packs and every row of the index, name what is damaged, mend what packs and "
                                    "index tell of each other; not beside a running server");
  auto* rebuild = app.add_subcommand(
      "rebuild", "Make the index anew from the packs when it is damaged or gone; keeps the old one, and names what could not be recovered");
  auto* compact = app.add_subcommand(
      "compact",
      "Copy what counts out of packs of which little does, and remove these; a running server does it by itself. A pack in which a "
      "damaged block counts stays as it is, and is named");
  unsigned live_percent = 60;
  compact
      ->add_option("--live-percent", live_percent,
                   "A pack of which less than this counts is compacted; 100 takes out all octets that no longer count, and writes the most")
      ->check(CLI::Range(1, 100));
  auto* events = app.add_subcommand("events", "Print the event log; also beside a running server");
  auto* pin = app.add_subcommand("pin", "Print the pin of the key kept in the directory; makes the key in an empty one");
  auto* renew = app.add_subcommand(
      "renew-escrow-key",
      "Make another escrow key and wrap every escrowed archive key for it; the former key goes. Not beside a running server");
  auto* give_up = app.add_subcommand(
      "give-up-escrow-key",
      "Say that the escrow key which key records are wrapped for is lost for ever, where the server does not start without it; no "
      "administrator opens what was wrapped for it. Not beside a running server");
  auto* give_up_keys = app.add_subcommand(
      "give-up-keys",
      "Say that keys.sqlite, with key records and device keys, is lost for ever, where the server does not start without it; an archive "
      "then opens with a copy of its key alone. Not beside a running server");
  auto* reset = app.add_subcommand(
      "reset-password",
      "Give a user who forgot it another account password; escrowed archive keys are wrapped anew. Not beside a running server");
  coffer::server::KeyCommandOptions key_options;
  auto* erase = app.add_subcommand("erase-keys",
                                   "Erase all that the server keeps of the keys of a user who is deactivated, before the data of the "
                                   "account is purged; beside no running "
                                   "server");
  auto* purge =
      app.add_subcommand("purge-account",
                         "Erase the keys, then all archives of a user who is deactivated, once the time is over for which they are "
                         "held; nothing brings them back. Beside no running server");
  for (auto* command : {renew, give_up, reset, erase, purge}) {
    command->add_option("--data", options.data, "Directory of `cofferd run`")->required();
    command->add_option("--fixture", options.fixture, "JSON document of `cofferd run`")->required();
    command->footer(exit_codes);
  }
  for (auto* command : {reset, erase, purge}) command->add_option("--user", key_options.user, "The user's id in the fixture")->required();
  reset->add_option("--password-file", key_options.password_file, "File whose first line is the password; -: standard input")->required();
  for (auto* command : {give_up_keys, verify, rebuild, compact, events, pin})
    command->add_option("--data", options.data, "Directory of `cofferd run`")->required();
  for (auto* command : {verify, rebuild, compact, events}) command->add_flag("--json", json, "JSON instead of text");
  for (auto* command : {run, give_up_keys, verify, rebuild, compact, events, pin}) command->footer(exit_codes);

  try {
    app.parse(argc, argv);
    if (const auto wrong = parse_listen(listen, options.address, options.port); !wrong.empty())
      throw CLI::ValidationError("--listen " + listen, wrong);
    if (!transitions.empty() && !coffer::transitions::write_transitions(transitions))
      throw CLI::ValidationError("--transitions " + transitions, "cannot be written");
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(Outcome::usage);
  }
  ::umask(077);  // what the server keeps is for its owner only
  try {
    options.upkeep.scrub_period = std::chrono::seconds(static_cast<std::int64_t>(scrub_days * 86400));
    options.upkeep.octets_per_second_max = static_cast<std::uint64_t>(upkeep_rate * (1 << 20));
    key_options.data = options.data;
    key_options.fixture = options.fixture;
    if (*renew) return ended(coffer::server::renew_escrow_key(key_options));
    if (*give_up) return ended(coffer::server::give_up_escrow_key(key_options));
    if (*give_up_keys) return ended(coffer::server::give_up_keys(key_options));
    if (*reset) return ended(coffer::server::reset_password(key_options));
    if (*erase) return ended(coffer::server::erase_keys(key_options));
    if (*purge) return ended(coffer::server::purge_account(key_options));
    if (*run) return ended(coffer::server::serve(options));
    if (*verify) return ended(coffer::server::verify(options.data, json));
    if (*compact) return ended(coffer::server::compact(options.data, live_percent, json));
    if (*rebuild) return ended(coffer::server::rebuild(options.data, json));
    if (*events) return ended(coffer::server::events(options.data, json));
    return ended(coffer::server::pin(options.data));
  } catch (const std::exception& e) {
    std::cerr << "cofferd: " << e.what() << '\n';
    return static_cast<int>(Outcome::store_failed);
  }
}
