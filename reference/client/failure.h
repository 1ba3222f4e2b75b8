// How a command ends: the exit codes that --help documents, what stopped it, and what it could not do for single files.
// Must not know: any library.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

namespace coffer::client {

enum class ExitCode : std::uint8_t {
  ok = 0,
  incomplete = 1,  // some files could not be read, were skipped, are damaged, or came back with less than they had: each is named
  refused = 2,     // the server refused, or ended the session
  untrusted = 3,   // the server cannot be reached, or cannot be trusted
  local = 4,       // this device's files, its disk, or the archive itself
  usage = 64,
  interrupted = 130,  // by Ctrl-C or SIGTERM; the same command goes on where it was
};

/// What stops a command. The message is for a person: what happened, what was expected, what to do next.
struct Failure {
  ExitCode code = ExitCode::local;
  std::string message;
  bool not_done = false;  // the server says so of what was asked last; else that is not known
};

template <typename Value>
using Outcome = std::expected<Value, Failure>;

/// What concerns one file and stops nothing. `path` is octets, as in the file system.
struct Problem {
  std::string path;
  std::string what;
};
using Problems = std::vector<Problem>;

}  // namespace coffer::client
