// coffer-conform: says whether an implementation of the Coffer protocol conforms. Only the command line is here.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>

#include "program/commands.h"
#include "report/escape.h"

namespace {

using namespace coffer::conformance;

constexpr const char* epilogue = R"(
Examples
  coffer-conform run --adapter './my_adapter'              the whole suite against an implementation
  coffer-conform run 'framing.*' --role server --adapter … some of it
  coffer-conform run --vectors --adapter …                 the test vectors alone: no server, no client, no network
  coffer-conform fixture > accounts.json                   accounts to start a server with, then, without an adapter:
  coffer-conform run --connect 127.0.0.1:4287 --pin HEX    the black-box part of the suite
  coffer-conform explain framing.control_length_over_limit what a case shows, and the sentence it judges
  coffer-conform replay report/report.json                 what did not pass, again, with its transcript
  coffer-conform fuzz --adapter …                          a fuzz campaign; fuzz --help says more

A baseline is a JSON file of failures that you know of: they no longer fail the run, but one that passes again does (exit status 2).
  {"coffer_baseline": 1, "expected": [{"case": "ID", "reason": "why it is left", "verdict": "fail"}]}
"verdict" is inconclusive, warn, fail or error; without it any of these is expected.

Exit status: 0 as expected, 1 unexpected failure, 2 stale baseline, 3 inconclusive or incomplete, 4 suite or adapter error, 64 usage.
An adapter is a program that speaks JSON lines; interop/README.md is its contract.
)";

std::string joined(int count, char** words) {
  std::string line;
  for (int i = 0; i < count; ++i) line += (i == 0 ? "" : " ") + std::string(words[i]);
  return line;
}

/// A mistyped command is named; CLI11 would only say that one is missing.
std::string what_is_wrong(const CLI::App* app, const CLI::Error& error) {
  const auto words = app->remaining();
  if (!app->get_subcommands().empty() || words.empty() || words.front().starts_with('-')) return CLI::FailureMessage::simple(app, error);
  return fmt::format("There is no command \"{}\".\nRun with --help for those that there are.\n", words.front());
}

/// What was printed and did not arrive is no success.
int ended(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  fmt::print(stderr, "coffer-conform: cannot write standard output: {}\n", std::strerror(errno));
  return status == exit_ok ? exit_suite_error : status;
}

/// CLI11 takes -1 for the largest number there is.
std::string not_negative(const std::string& text) { return text.starts_with('-') ? "expected a whole number from 0 on" : ""; }

}  // namespace

int main(int count, char** words) {
  CLI::App app{"Judges implementations of the Coffer protocol: clients and servers, by what they do on the wire."};
  app.footer(epilogue);
  app.failure_message(what_is_wrong);
  app.require_subcommand(1);
  app.set_version_flag("--version", COFFER_VERSION);
  const auto from_one = CLI::Range(1u, std::numeric_limits<std::uint32_t>::max());
  const auto roles = CLI::IsMember({"server", "client"});

  RunRequest request{.program = words[0], .command_line = joined(count, words)};
  auto* run = app.add_subcommand("run", "Runs cases and says how the implementation stands");
  run->add_option("case", request.globs, "Ids, with * and ?; none: all");
  run->add_flag("--vectors", request.only_vectors,
                "Only the test vectors, spec/vectors; without it they are run beside the rest where the adapter announces them");
  run->add_option("--role", request.role, "Only cases for this role")->check(roles);
  run->add_option("--requirement", request.requirements, "Only cases that judge these requirements, such as FRM-008 or 'ARC-*'");
  run->add_option("--adapter", request.adapter, "The command that connects the suite to the implementation (interop/README.md)");
  run->add_option("--connect", request.connect, "HOST:PORT of a server that runs already; only what the wire alone can judge");
  run->add_option("--pin", request.pin, "With --connect: SHA-256 of the server's SubjectPublicKeyInfo, 64 hex digits");
  run->add_option("--fixture", request.fixture_file,
                  "With --connect: the accounts that the server was started with, when not `coffer-conform fixture`");
  run->add_option("--fault", request.fault, "The fault that the implementation is to have; `mutate` shows which there are");
  run->add_option("--report", request.report_directory, "Writes report.json, junit.xml and report.html into this directory");
  run->add_option("--transcripts", request.transcripts_file, "Writes what happened on the wire, a JSON line per script, into this file");
  run->add_option("--baseline", request.baseline_file, "Known failures, as --help says below; one that passes now is an error");
  run->add_option("--seed", request.seed, "Everything made up follows from it; a failure names it")->check(not_negative);
  run->add_option("--jobs", request.jobs,
                  "Workers, each with its own adapter process; default: two per processor, as much of a case is waiting");
  run->add_option("--shard", request.shard, "I/N: every N-th case, beginning with the I-th");
  run->add_option("--repeat", request.repeat, "Runs each case so often, with other made-up values each time; a failure names its own seed")
      ->check(from_one);
  run->add_option("--answer-ms", request.answer_ms, "How long an answer may take")->check(from_one)->capture_default_str();
  run->add_flag("--trace", request.trace, "Prints every case's transcript as it ends, and reports it whole though it passed");
  run->add_flag("--quiet", request.quiet, "No progress");
  auto* lenient = run->add_flag("--lenient", request.lenient, "A refusal with another reason code is noted, not failed");
  bool strict = true;
  run->add_flag("--strict", strict, "A refusal must carry the reason that the specification gives (default)")->excludes(lenient);

  MutateRequest trial{.program = words[0], .command_line = joined(count, words)};
  auto* mutation = app.add_subcommand("mutate", "Gives the implementation one fault at a time, and says whether the suite notices");
  mutation->add_option("case", trial.globs, "Only these cases: ids, with * and ?");
  mutation->add_option("--adapter", trial.adapter, "The command; its `hello` must offer faults")->required();
  mutation->add_option("--fault", trial.faults, "Only these, with * and ?");
  mutation->add_option("--exceptions", trial.exceptions_file, "What need not be killed, with the reasons (JSON)");
  mutation->add_option("--report", trial.report_directory, "Writes mutate.json and mutate.html into this directory");
  mutation->add_option("--seed", trial.seed, "Everything made up follows from it")->check(not_negative);
  mutation->add_option("--jobs", trial.jobs, "Faults tried at a time; default: two per processor");
  mutation->add_option("--answer-ms", trial.answer_ms, "How long an answer may take")->check(from_one)->capture_default_str();
  mutation->add_option("--others-ms", trial.others_ms, "How long, with each fault, cases are run that cite other requirements")
      ->capture_default_str();
  mutation->add_flag("--all", trial.every_case, "Every case of the role with every fault, not only the nearest");
  mutation->add_flag("--quiet", trial.quiet, "No progress");

  FuzzRequest hunt{.program = words[0]};
  auto* fuzz = app.add_subcommand("fuzz", "Sends what nobody would write down, and holds every answer against the specification");
  fuzz->add_option("--adapter", hunt.adapter, "The command that connects the suite to the implementation (interop/README.md)");
  fuzz->add_option("--connect", hunt.connect, "HOST:PORT of a server that runs already, with the accounts of `coffer-conform fixture`");
  fuzz->add_option("--pin", hunt.pin, "With --connect: SHA-256 of the server's SubjectPublicKeyInfo, 64 hex digits");
  fuzz->add_option("--fixture", hunt.fixture_file, "With --connect: the server's accounts, when not `coffer-conform fixture`");
  fuzz->add_option("--fault", hunt.faults, "The fault that the implementation is to have; with --selftest those to look for, with * and ?");
  fuzz->add_option("--role", hunt.role, "Which side is the implementation")->check(roles)->capture_default_str();
  fuzz->add_option("--time", hunt.seconds, "Seconds that it takes at most; 60 when --runs is not given either");
  fuzz->add_option("--runs", hunt.runs, "Traces that it plays at most");
  fuzz->add_option("--seed", hunt.seed, "Traces follow from it, with one job octet by octet")->check(not_negative);
  fuzz->add_option("--jobs", hunt.jobs, "Workers, each with its own adapter process")->check(from_one)->capture_default_str();
  fuzz->add_option("--corpus", hunt.corpus_directory, "Traces to begin with, beside the suite's own; what is new is added to them");
  fuzz->add_option("--findings", hunt.findings_directory,
                   "Where each finding is written: NAME.trace to play again, NAME.txt to read; and campaign.json");
  fuzz->add_option("--answer-ms", hunt.answer_ms, "How long an answer may take")->check(from_one)->capture_default_str();
  fuzz->add_option("--memory-mib", hunt.memory_mib, "By how much one trace may make the server's process grow, where the adapter tells it")
      ->check(from_one)
      ->capture_default_str();
  fuzz->add_option("--processor-ms", hunt.processor_ms, "How much processor time one trace may cost it")
      ->check(from_one)
      ->capture_default_str();
  fuzz->add_flag("--json", hunt.json, "A JSON object per line: progress, finding, at last report");
  fuzz->add_flag("--selftest", hunt.selftest, "Looks for each fault that the adapter's `hello` offers, for --time seconds at most (300)");
  fuzz->footer(R"(
A trace is a sequence of steps: messages, good and otherwise, blocks, damage, ends, several sessions, restarts. Traces that bring the
implementation to what no other did are kept and changed further. Whatever comes back is held against the specification's tables: the right
answer, the right reason of a refusal, in time; of a process that is known, memory and processor time too. What is wrong is tried three
times more against a server made anew, and is stable when it came each time; of a stable one the shortest trace is kept.

  coffer-conform fuzz --connect 127.0.0.1:4287 --pin HEX --time 600 --findings found
  coffer-conform replay found/NAME.trace --connect 127.0.0.1:4287 --pin HEX
  coffer-conform fuzz --adapter './my_adapter' --role client --runs 500

Exit status: 0 nothing was found, 1 a stable finding (of the self-test: a fault that was not found), 3 flaky findings only, 4 suite or
adapter error, 64 usage.)");

  std::vector<std::string> list_globs, list_requirements;
  std::string list_role;
  bool list_json = false;
  auto* list = app.add_subcommand("list", "Lists the cases");
  list->add_option("case", list_globs, "Ids, with * and ?; none: all");
  list->add_option("--role", list_role, "Only cases for this role")->check(roles);
  list->add_option("--requirement", list_requirements, "Only cases that judge these requirements");
  list->add_flag("--json", list_json, "As JSON");

  std::string explained;
  auto* explain =
      app.add_subcommand("explain", "Says what a case shows, which sentence it judges and how; of a requirement, which cases judge it");
  explain->add_option("case", explained, "Its id, or a requirement's")->required();

  ReplayRequest again{.program = words[0], .command_line = joined(count, words)};
  auto* replay = app.add_subcommand("replay", "Runs again what a report says did not pass, or plays a trace again, and shows it");
  replay->add_option("report", again.report_file, "report.json of an earlier run, or a trace that `fuzz` has written")->required();
  replay->add_option("case", again.case_id, "Only this one, passed or not");
  replay->add_option("--adapter", again.adapter, "Instead of the report's");
  replay->add_option("--connect", again.connect, "Instead of the report's adapter or server");
  replay->add_option("--pin", again.pin, "With --connect");
  replay->add_option("--fixture", again.fixture_file, "Instead of the report's; '' is none");
  replay->add_option("--fault", again.fault, "Instead of the report's; '' is none");
  replay->add_option("--role", again.role, "Of a trace: which side it is played against")->check(roles)->capture_default_str();

  std::string checked, claimed;
  std::uint32_t hello_seconds = hello_seconds_default;
  auto* check = app.add_subcommand("check-adapter", "Says whether an adapter keeps its contract; `run` asks the same first");
  check->add_option("adapter", checked, "The command");
  check->add_option("--adapter", checked)->group("");  // as `run` has it
  bool only_missing = false;
  auto* coverage = app.add_subcommand("cover", "Requirements against cases");
  coverage->add_flag("--missing", only_missing, "Only those that the suite could judge and does not");
  auto* ics = app.add_subcommand("ics", "The implementation conformance statement (ICS): what is claimed, and which requirements follow");
  ics->add_option("--adapter", claimed, "The command; without one: everything there is");
  app.add_subcommand("fixture", "Prints the accounts that a server judged by --connect must have");

  const auto takes_hello_seconds = [&from_one](CLI::App* command, std::uint32_t& seconds) {
    command->add_option("--hello-seconds", seconds, "How long the adapter may take from its start to its answer to `hello`")
        ->check(from_one)
        ->capture_default_str();
  };
  takes_hello_seconds(run, request.hello_seconds);
  takes_hello_seconds(mutation, trial.hello_seconds);
  takes_hello_seconds(replay, again.hello_seconds);
  takes_hello_seconds(fuzz, hunt.hello_seconds);
  takes_hello_seconds(check, hello_seconds);
  takes_hello_seconds(ics, hello_seconds);

  try {
    app.parse(count, words);
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted);
  } catch (const CLI::ParseError& wrong) {
    app.exit(wrong);
    return exit_usage;
  }
  const auto command = [&] {
    if (*run) return run_command(request);
    if (*mutation) return mutate_command(trial);
    if (*fuzz) return fuzz_command(hunt);
    if (*list) return list_command(list_globs, list_role, list_requirements, list_json);
    if (*explain) return explain_command(explained);
    if (*replay) return replay_command(again);
    if (*check) return check_adapter_command(checked, hello_seconds);
    if (*coverage) return cover_command(only_missing);
    if (*ics) return ics_command(claimed, hello_seconds);
    return fixture_command();
  };
  try {
    return ended(command());
  } catch (const std::exception& fault) {
    fmt::print(stderr, "coffer-conform: {}\n", for_terminal(fault.what()));
    return exit_suite_error;
  }
}
