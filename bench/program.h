// A program of ours that runs beside us, and ends with us. Must not know: what it does.
#pragma once

#include <sys/types.h>

#include <expected>
#include <string>
#include <vector>

namespace coffer::bench {

class Program {
 public:
  /// Standard output comes to us, standard error goes to the file.
  static std::expected<Program, std::string> start(const std::vector<std::string>& command, const std::string& errors);
  Program(Program&& other) noexcept;
  Program& operator=(Program&&) = delete;
  /// SIGTERM if it still runs, and waits for its end.
  ~Program();

  pid_t pid() const { return pid_; }
  /// The next line of its output; empty at the end.
  std::string line();
  /// Waits for its end: the exit code, or 128 and the signal.
  int wait();

 private:
  Program(pid_t pid, int output) : pid_(pid), output_(output) {}
  pid_t pid_;
  int output_;
};

/// Runs to the end: nothing, or what went wrong with the last of what it wrote to standard error.
std::expected<void, std::string> run(const std::vector<std::string>& command, const std::string& errors);

/// Octets of memory in use by a process (resident set), from the kernel; 0 when it is gone.
std::size_t resident_octets(pid_t pid);

}  // namespace coffer::bench
