// The commands of the program `coffer`, one file each (command_NAME.cc). Each does its work and returns what to show; main prints it.
// Must not know: how arguments are parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "client/failure.h"
#include "client/interruption.h"
#include "client/long_text.h"
#include "protocol/session_types.h"

namespace coffer::client {

/// What every command has.
struct Context {
  std::string home;
  protocol::Timers timers = spec::timer_milliseconds;
  Interruption::Pauses interruption = {};
  bool as_json = false;
  /// Names of destinations: one for most commands, any number for those that go to several. Empty: all, or the only one.
  std::vector<std::string> destinations = {};
};

/// The same result twice: for people and for programs. `problems` are the files that it could not serve.
struct Shown {
  ExitCode code = ExitCode::ok;
  std::string text;
  std::string json;  // one object
  Problems problems;
  std::vector<std::string> errors = {};  // what else did not work, for standard error
  std::vector<LongList> lists = {};      // before the text, and in the object
};

/// A server as the user wrote it.
struct DestinationArguments {
  std::string name, server, pin;
};
struct InitArguments {
  DestinationArguments destination;
  std::string computer;
};
struct AcceptOlderArguments {
  std::string name;
  std::string archive_key, password_file;  // as of LoginArguments; of the archive password
  bool agreed = false;                     // its user said so beforehand, and is not asked
};
struct LoginArguments {
  std::string registration_key, user, password_file;
  std::string archive_key;  // file; empty: none is given
  bool deferred = false;
};
struct BackupArguments {
  std::vector<std::string> paths;
  bool one_file_system = false;
  bool special = false;
};
struct WatchArguments {
  BackupArguments backup;
  std::uint32_t quiet_ms = 2'000, delay_max_ms = 60'000, rescan_seconds = 300, whole_seconds = 86'400, retry_seconds_max = 300;
  bool as_json = false;  // what happens, a line each
};
struct VersionsArguments {
  bool all = false;  // retired ones and records of retention too
};
struct PruneArguments {
  std::uint64_t keep_last = 0, keep_daily = 0, keep_weekly = 0, keep_monthly = 0;
  bool unused = false, dry_run = false;
};
/// Versions as the user wrote them.
struct RestoreArguments {
  std::string version;
  std::vector<std::string> patterns;
  std::string target;
  bool in_place = false;
  std::string conflict = "fail";
  bool overwrite = false;  // --conflict overwrite
  bool verify_existing = false, special = false;
};
struct ListArguments {
  std::string version;
  std::optional<std::string> path;  // nullopt: the uppermost directory
  bool recursive = false;
};
struct CatArguments {
  std::string version, path;
};
struct DiffArguments {
  std::string before, after;
};
struct VerifyArguments {
  std::optional<std::string> version;  // nullopt: the newest
};

struct KeyArguments {
  std::string mode;           // create, upgrade
  std::string password_file;  // of the archive password; change-password: of the new one
  bool account = false;       // change-password: the password that logs in, also where the archive has one of its own
  std::string archive_key;    // create, import: from where; export: to where
};

Outcome<Shown> run_init(const Context& context, const InitArguments& arguments);
Outcome<Shown> run_destination_add(const Context& context, const DestinationArguments& arguments);
Outcome<Shown> run_destination_list(const Context& context);
Outcome<Shown> run_destination_remove(const Context& context, const std::string& name);
Outcome<Shown> run_destination_accept_older(const Context& context, const AcceptOlderArguments& arguments);
Outcome<Shown> run_login(const Context& context, const LoginArguments& arguments);
Outcome<Shown> run_logout(const Context& context);
Outcome<Shown> run_ping(const Context& context);
Outcome<Shown> run_backup(const Context& context, const BackupArguments& arguments);
/// Ends with SIGINT or SIGTERM. Prints what happens as it happens.
Outcome<Shown> run_watch(const Context& context, const WatchArguments& arguments);
Outcome<Shown> run_versions(const Context& context, const VersionsArguments& arguments);
Outcome<Shown> run_prune(const Context& context, const PruneArguments& arguments);
Outcome<Shown> run_restore(const Context& context, const RestoreArguments& arguments);
Outcome<Shown> run_list(const Context& context, const ListArguments& arguments);
/// Writes the content to standard output.
Outcome<Shown> run_cat(const Context& context, const CatArguments& arguments);
Outcome<Shown> run_diff(const Context& context, const DiffArguments& arguments);
Outcome<Shown> run_key_create(const Context& context, const KeyArguments& arguments);
Outcome<Shown> run_key_upgrade(const Context& context, const KeyArguments& arguments);
Outcome<Shown> run_key_show_mode(const Context& context);
Outcome<Shown> run_key_change_password(const Context& context, const KeyArguments& arguments);
Outcome<Shown> run_key_import(const Context& context, const KeyArguments& arguments);
Outcome<Shown> run_key_export(const Context& context, const KeyArguments& arguments);
Outcome<Shown> run_key_forget(const Context& context);
Outcome<Shown> run_verify(const Context& context, const VerifyArguments& arguments);

}  // namespace coffer::client
