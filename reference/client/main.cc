// The program `coffer`: arguments in, one command, its result on stdout (text, or one JSON object), problems on stderr, an exit code.
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <limits>
#include <ranges>
#include <string_view>
#include <tuple>

#include <sys/resource.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "client/commands.h"
#include "client/device.h"
#include "client/printable.h"
#include "net/process_memory.h"
#include "transitions/transition_file.h"

namespace coffer::client {
namespace {

constexpr const char* footer =
    "What is kept of a file: its path, content with holes, owner and group by name and number, mode, modification time, extended "
    "attributes\n"
    "(user and trusted ones, capabilities, access control lists), and which names are hard links of each other. Not kept: other times\n"
    "(of access, change and birth), inode flags (chattr), room that is reserved and not written, and attributes that belong to this\n"
    "computer's own state, such as security labels. What cannot be kept or restored of it is named. The set-user-id and set-group-id bits\n"
    "and capabilities come back only where owner and group do.\n"
    "\n"
    "Names are shown as text: an octet that is none, a control character or a backslash is \\xNN. PATH is taken as it is shown, or as it\n"
    "is; in a PATTERN \\xNN is that octet too.\n"
    "\n"
    "Exit codes: 0 done; 1 done, but some files could not be read, were skipped, are damaged, or came back with less than they had, or\n"
    "a pattern fits nothing (each is named); 2 the server refused or ended the session; 3 the server cannot be reached or trusted; 4 this "
    "device's files, its disk or\n"
    "the archive; 64 wrong arguments; 130 interrupted by Ctrl-C or SIGTERM: what was sent or restored stays, and the same command goes "
    "on.\n"
    "A backup to several destinations ends with the greatest of their codes, and says which of them have the version all the same.";

// [KEY-052] A client SHOULD wipe the archive key from memory when it is done with it, and keep it from being written to swap.
/// Botan locks its whole allowance when the first secret is made, page by page: a thousand system calls for the usual half a megabyte.
/// One session's secrets fit into this; were it ever too little, the rest would be wiped all the same, but not locked.
constexpr rlim_t locked_octets_max = 64 * 1024;

void limit_locked_memory() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) != 0) return;
  limit.rlim_max = std::min(limit.rlim_max, locked_octets_max);
  limit.rlim_cur = std::min(limit.rlim_cur, limit.rlim_max);
  ::setrlimit(RLIMIT_MEMLOCK, &limit);  // a refusal leaves what was allowed before
}

std::string default_home() {
  if (const char* home = std::getenv("COFFER_HOME")) return home;
  const char* home = std::getenv("HOME");
  return std::string(home ? home : ".") + "/.coffer";
}

using Named = std::vector<std::pair<std::string_view, std::uint32_t*>>;

Named named(protocol::Timers& timers) {
  Named all;
  for (std::size_t timer = 0; timer < timers.size(); ++timer) all.emplace_back(spec::name(static_cast<spec::Timer>(timer)), &timers[timer]);
  return all;
}
Named named(Interruption::Pauses& pauses) { return {{"silence", &pauses.silence_ms}, {"grace", &pauses.grace_ms}}; }

/// "step=500,answer=2000". Empty on success, else what is wrong.
std::string take_milliseconds(const std::string& text, const Named& all) {
  for (const std::string& part : CLI::detail::split(text, ',')) {
    const std::size_t equals = part.find('=');
    const auto found = std::ranges::find(all, part.substr(0, equals), &Named::value_type::first);
    if (found == all.end() || equals == std::string::npos)
      return fmt::format("{}: expected NAME=MILLISECONDS, NAME one of {}", part, fmt::join(all | std::views::keys, ", "));
    const char *const digits = part.data() + equals + 1, *const end = part.data() + part.size();
    const auto [stop, error] = std::from_chars(digits, end, *found->second);
    if (error != std::errc() || stop != end || *found->second == 0)
      return fmt::format("{}: expected a whole number of milliseconds from 1 to {}", part, std::numeric_limits<std::uint32_t>::max());
  }
  return {};
}

/// Of an object that has others too, and ends with the lists.
Outcome<void> print_with_lists(std::string object, const std::vector<LongList>& lists) {
  const auto put = [](std::string_view text) { fmt::print("{}", text); };
  object.pop_back();
  put(object);
  for (const LongList& list : lists) {
    fmt::print(",\"{}\":[", list.name());
    if (auto read = list.items().each(put); !read) return read;
    put("]");
  }
  put("}\n");
  return {};
}

int print(const Shown& shown, bool as_json) {
  Outcome<void> read;
  if (as_json && !shown.json.empty()) {
    auto json = nlohmann::json::parse(shown.json);
    json["exit_code"] = static_cast<int>(shown.code);
    json["problems"] = nlohmann::json::array();
    for (const Problem& problem : shown.problems)
      json["problems"].push_back({{"path", printable(problem.path)}, {"problem", problem.what}});
    read = print_with_lists(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), shown.lists);
    for (const std::string& error : shown.errors) fmt::print(stderr, "coffer: {}\n", error);
  } else {
    for (const Problem& problem : shown.problems)
      fmt::print(stderr, "coffer: {}{}{}\n", printable(problem.path), problem.path.empty() ? "" : " ", problem.what);
    for (const std::string& error : shown.errors) fmt::print(stderr, "coffer: {}\n", error);
    for (const LongList& list : shown.lists)
      if (read) read = list.items().each([](std::string_view text) { fmt::print("{}", text); });
    fmt::print("{}", shown.text);
  }
  if (!read) {
    fmt::print(stderr, "coffer: {}\n", read.error().message);
    return static_cast<int>(ExitCode::local);
  }
  if (std::fflush(stdout) != 0) {
    fmt::print(stderr, "coffer: cannot write standard output: {}\n", std::strerror(errno));
    return static_cast<int>(ExitCode::local);
  }
  return static_cast<int>(shown.code);
}

int print(const Failure& failure, bool as_json) {
  if (as_json) {
    const nlohmann::json json = {{"error", failure.message}, {"exit_code", static_cast<int>(failure.code)}};
    fmt::print("{}\n", json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  fmt::print(stderr, "coffer: {}\n", failure.message);
  return static_cast<int>(failure.code);
}

/// A mistyped command is named; CLI11 would only say that one is missing.
std::string what_is_wrong(const CLI::App* app, const CLI::Error& error) {
  const auto words = app->remaining();
  if (!app->get_subcommands().empty() || words.empty() || words.front().starts_with('-')) return CLI::FailureMessage::simple(app, error);
  return fmt::format("There is no command \"{}\".\nRun with --help for those that there are.\n", printable(words.front()));
}

void destination_options(CLI::App& command, DestinationArguments& destination) {
  command.add_option("--server", destination.server, "HOST:PORT")->required();
  command.add_option("--pin", destination.pin, "SHA-256 of the server's public key, 64 hexadecimal digits")->required();
}

void destination_choice(CLI::App& command, Context& context, const char* what = "the destination that is meant (default: the only one)") {
  command.add_option("--destination", context.destinations, what)->allow_extra_args(false);
}

int run(int count, char** arguments) {
  CLI::App app{"Sealed backup of this computer's files to a Coffer server."};
  app.footer(footer);
  app.failure_message(what_is_wrong);
  app.set_version_flag("--version", COFFER_VERSION);
  app.require_subcommand(1);
  Context context{.home = default_home()};
  bool& json = context.as_json;
  std::string timers, interruption, transition_file;
  std::function<Outcome<Shown>()> command;
  app.add_option("--home", context.home, "device directory (default: $COFFER_HOME or ~/.coffer)");
  app.add_flag("--json", json,
               "print one JSON object; what takes longer than two seconds tells on standard error how far it is, a line a second");
  app.add_option("--timers-ms", timers, "override timers, for tests: step=500,answer=2000");
  app.add_option("--interruption-ms", interruption,
                 "override how long an interrupted command waits for a server that says nothing, and for its own end, for tests: "
                 "silence=250,grace=2000");
  app.add_option("--transitions", transition_file, "append each step of the session to this file, as JSON lines; nothing secret is in it")
      ->envname("COFFER_TRANSITIONS");
  app.fallthrough();

  InitArguments init;
  auto* sub = app.add_subcommand("init", "set this device up");
  destination_options(*sub, init.destination);
  init.destination.name = first_destination;
  sub->add_option("--name", init.destination.name, "what to call this destination (default)");
  sub->add_option("--computer", init.computer, "this computer's identity, 16 hexadecimal digits (default: random)");
  sub->callback([&] { command = [&] { return run_init(context, init); }; });

  auto* const destinations =
      app.add_subcommand("destination", "the servers where this computer keeps archives, all under its one archive key");
  destinations->require_subcommand(1);
  DestinationArguments added;
  sub = destinations->add_subcommand("add", "keep an archive at another server too");
  sub->add_option("NAME", added.name, "what to call it: lower-case letters, digits, - and _")->required();
  destination_options(*sub, added);
  sub->callback([&] { command = [&] { return run_destination_add(context, added); }; });
  sub = destinations->add_subcommand("list", "all of them, with the login and the newest version seen there");
  sub->callback([&] { command = [&] { return run_destination_list(context); }; });
  std::string removed;
  sub = destinations->add_subcommand("remove", "keep no archive there any more; what the server stores stays there");
  sub->add_option("NAME", removed, "as `coffer destination list` shows it")->required();
  sub->callback([&] { command = [&] { return run_destination_remove(context, removed); }; });
  AcceptOlderArguments older;
  sub = destinations->add_subcommand("accept-older",
                                     "go on from an older state of the archive there, after its server was put back from a copy");
  sub->add_option("NAME", older.name, "as `coffer destination list` shows it")->required();
  sub->add_flag("--yes", older.agreed, "without being asked");
  sub->add_option(
      "--archive-key", older.archive_key,
      "file with the archive's key, 64 hexadecimal digits, - for standard input; needed where the server lost what it kept of keys");
  sub->add_option("--password-file", older.password_file,
                  "file with the archive password of then, or with the account password of before, - for standard input, where it is "
                  "needed (default: the archive password is asked for)");
  sub->callback([&] { command = [&] { return run_destination_accept_older(context, older); }; });

  LoginArguments login;
  sub = app.add_subcommand("login", "log in and keep the login on this device");
  sub->add_option("--registration-key", login.registration_key, "16 letters and digits, from the server's administrator")->required();
  sub->add_option("--user", login.user, "the user's name on the server")->required();
  sub->add_option("--password-file", login.password_file, "- for standard input (default: ask on the terminal)");
  sub->add_option(
      "--archive-key", login.archive_key,
      "file with the archive key that its user has, 64 hexadecimal digits, - for standard input (default: what the server keeps, "
      "where the password opens it)");
  sub->add_flag("--deferred", login.deferred, "deferred login, which gives no permissions");
  destination_choice(*sub, context);
  sub->callback([&] { command = [&] { return run_login(context, login); }; });

  sub = app.add_subcommand("logout", "take the login and the archive's key off this device; no server is asked");
  destination_choice(*sub, context);
  sub->callback([&] { command = [&] { return run_logout(context); }; });

  KeyArguments key;
  auto* keys = app.add_subcommand("key", "who can open the archive, and with which secret");
  keys->require_subcommand(1);
  const auto key_command = [&](const char* word, const char* what, auto run) {
    auto* one = keys->add_subcommand(word, what);
    one->callback([&, run] { command = [&, run] { return run(context, key); }; });
    if (std::string_view(word) != "forget") destination_choice(*one, context);
    return one;
  };
  auto* const create = key_command("create", "begin an archive: its key, and who can open it", run_key_create);
  create->add_option("--archive-key", key.archive_key,
                     "file with 64 hexadecimal digits, - for standard input (default: the one that this device has, or a random one)");
  for (auto* one : {create, key_command("upgrade", "go to a higher key mode; there is no way back", run_key_upgrade)}) {
    one->add_option("--mode", key.mode, "account_password, archive_password or custom")->required();
    one->add_option("--password-file", key.password_file, "file with the archive password, - for standard input (default: asked for)");
  }
  key_command("show-mode", "say who can open the archive", [](const Context& c, const KeyArguments&) { return run_key_show_mode(c); });
  sub = key_command("change-password", "another archive password where the key mode has one, else another account password",
                    run_key_change_password);
  sub->add_option("--password-file", key.password_file, "file with the new password, - for standard input (default: asked for)");
  sub->add_flag("--account", key.account, "the account password, with which you log in, whatever the key mode is");
  sub = key_command("import", "take the archive's key: from the server with a password, or as it is", run_key_import);
  sub->add_option("--archive-key", key.archive_key, "file with 64 hexadecimal digits, - for standard input (default: from the server)");
  sub->add_option("--password-file", key.password_file,
                  "file with the archive password, or with the account password under which the server last had the key, - for standard "
                  "input (default: the archive password is asked for)");
  key_command("export", "write the archive's key out: whoever has it reads the whole backup", run_key_export)
      ->add_option("FILE", key.archive_key, "- for standard output")
      ->required();
  key_command("forget", "take the archive's key off this device, for all destinations",
              [](const Context& c, const KeyArguments&) { return run_key_forget(c); });

  sub = app.add_subcommand("ping", "see whether the server answers");
  destination_choice(*sub, context);
  sub->callback([&] { command = [&] { return run_ping(context); }; });

  BackupArguments backup;
  sub = app.add_subcommand("backup", "back files and directories up into a new version");
  sub->add_option("PATH", backup.paths, "files and directories; never this device's own directory, nor what /proc and /sys make up")
      ->required();
  sub->add_flag("--one-file-system", backup.one_file_system, "do not go into other file systems");
  sub->add_flag("--special", backup.special, "keep devices and sockets too; without it each is named and skipped");
  destination_choice(*sub, context, "only to this destination; several can be given (default: all)");
  sub->callback([&] { command = [&] { return run_backup(context, backup); }; });

  WatchArguments watch;
  sub = app.add_subcommand("watch",
                           "back up whenever something changes, until Ctrl-C or SIGTERM; with --json each thing that happens is a line");
  sub->add_option("PATH", watch.backup.paths, "as for backup")->required();
  sub->add_flag("--one-file-system", watch.backup.one_file_system, "do not go into other file systems");
  sub->add_flag("--special", watch.backup.special, "keep devices and sockets too; without it each is named and skipped");
  sub->add_option("--quiet-ms", watch.quiet_ms, "wait until nothing has changed for so long (2000)");
  sub->add_option("--delay-max-ms", watch.delay_max_ms, "but no longer than this after the first change (60000)");
  sub->add_option("--rescan-seconds", watch.rescan_seconds,
                  "how often to look at what the kernel refuses to watch, and at network drives (300)");
  sub->add_option("--whole-seconds", watch.whole_seconds,
                  "how often to look at everything, for changes that no kernel tells of: through memory maps, by a name that a file got "
                  "elsewhere since (86400)");
  sub->add_option("--retry-seconds-max", watch.retry_seconds_max, "the longest pause after a backup that failed (300)");
  destination_choice(*sub, context, "only to this destination; several can be given (default: all)");
  sub->callback([&] {
    command = [&] {
      watch.as_json = json;
      return run_watch(context, watch);
    };
  });

  VersionsArguments versions;
  sub = app.add_subcommand("versions", "list the versions of this computer's archive");
  sub->add_flag("--all", versions.all, "those that were retired too, and the records that say so");
  destination_choice(*sub, context);
  sub->callback([&] { command = [&] { return run_versions(context, versions); }; });

  PruneArguments prune;
  sub = app.add_subcommand(
      "prune",
      "retire the versions that no --keep names, and let the server forget what only they had; the newest is always kept. "
      "Days, weeks (from Monday) and months are those of UTC, and of each the newest version is kept");
  sub->add_option("--keep-last", prune.keep_last, "keep the N newest versions");
  sub->add_option("--keep-daily", prune.keep_daily, "keep the newest version of each of the N latest days that have one");
  sub->add_option("--keep-weekly", prune.keep_weekly, "likewise of weeks");
  sub->add_option("--keep-monthly", prune.keep_monthly, "likewise of months");
  sub->add_flag(
      "--unused", prune.unused,
      "let the server forget what no version has, as interrupted backups and prunes leave it there, also when nothing is to be retired");
  sub->add_flag("--dry-run", prune.dry_run, "only say what would be kept and retired");
  destination_choice(*sub, context);
  sub->callback([&] { command = [&] { return run_prune(context, prune); }; });

  RestoreArguments restore;
  sub = app.add_subcommand("restore", "write a version's files below a directory, each under its full path, or where they were");
  sub->add_option("VERSION", restore.version, "a number that `coffer versions` shows")->required();
  sub->add_option("PATTERN", restore.patterns,
                  "only these, with all that is below them: /a/path as `coffer ls` shows it, or names at any depth; * ? ** and \\xNN");
  sub->add_option("--target", restore.target, "directory; made if it does not exist");
  sub->add_flag("--in-place", restore.in_place, "where the files were");
  sub->add_option(
      "--conflict", restore.conflict,
      "where something else is already: fail (leave and name it; the default), skip (leave it), overwrite, rename (restore under "
      "another name), newer (overwrite what is older). What is there with the same size and time is not fetched again; where its owner, "
      "mode "
      "or attributes are others, overwrite sets them, and the other rules name them");
  sub->add_flag("--overwrite", restore.overwrite, "--conflict overwrite");
  sub->add_flag("--verify-existing", restore.verify_existing, "compare the content of what is there with the same size and time");
  sub->add_flag("--special", restore.special, "make devices and sockets; without it each is named and skipped");
  destination_choice(*sub, context);
  sub->callback([&] { command = [&] { return run_restore(context, restore); }; });

  ListArguments list;
  sub = app.add_subcommand("ls", "list a version's files");
  sub->add_option("VERSION", list.version, "a number that `coffer versions` shows")->required();
  sub->add_option("PATH", list.path, "a directory, whose entries are listed, or a file, as `coffer ls` shows it (default: /)");
  sub->add_flag("--recursive", list.recursive, "all that is below");
  destination_choice(*sub, context);
  sub->callback([&] { command = [&] { return run_list(context, list); }; });

  CatArguments cat;
  sub = app.add_subcommand("cat", "write the content of a version's file to standard output");
  sub->add_option("VERSION", cat.version, "a number that `coffer versions` shows")->required();
  sub->add_option("PATH", cat.path, "as `coffer ls` shows it")->required();
  destination_choice(*sub, context);
  sub->callback([&] { command = [&] { return run_cat(context, cat); }; });

  DiffArguments diff;
  sub = app.add_subcommand("diff", "what one version has and another has not, and what is other in it");
  sub->add_option("BEFORE", diff.before, "a number that `coffer versions` shows")->required();
  sub->add_option("AFTER", diff.after, "another one")->required();
  destination_choice(*sub, context);
  sub->callback([&] { command = [&] { return run_diff(context, diff); }; });

  VerifyArguments verify;
  sub = app.add_subcommand("verify", "fetch and check every block of a version");
  sub->add_option("VERSION", verify.version, "default: the newest");
  destination_choice(*sub, context);
  sub->callback([&] { command = [&] { return run_verify(context, verify); }; });

  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::usage);
  }
  const std::tuple<const char*, const std::string&, Named> overridden[] = {
      {"--timers-ms ", timers, named(context.timers)}, {"--interruption-ms ", interruption, named(context.interruption)}};
  for (const auto& [option, text, names] : overridden)
    if (const std::string wrong = text.empty() ? "" : take_milliseconds(text, names); !wrong.empty())
      return print(Failure{ExitCode::usage, option + wrong}, json);
  if (!transition_file.empty() && !transitions::write_transitions(transition_file))
    return print(Failure{ExitCode::usage, "--transitions " + transition_file + " cannot be written"}, json);
  const auto shown = command();
  return shown ? print(*shown, json) : print(shown.error(), json);
}

}  // namespace
}  // namespace coffer::client

int main(int count, char** arguments) {
  coffer::net::keep_memory_to_itself();
  coffer::client::limit_locked_memory();
  try {
    return coffer::client::run(count, arguments);
  } catch (const std::exception& error) {
    fmt::print(stderr, "coffer: internal error: {}\n", error.what());
    return static_cast<int>(coffer::client::ExitCode::local);
  }
}
