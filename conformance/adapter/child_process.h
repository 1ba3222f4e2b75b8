// A child that speaks lines on its standard input and output. Its words are read as they come, so that it never waits for us; its standard
// error is kept for the report. Who writes far more than anybody reads is read no further. It gets a process group of its own: ending it
// ends what it started. Must not know: JSON, verbs.
#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>

namespace coffer::conformance {

class ChildProcess {
 public:
  /// Runs the command by the shell. The text says why that failed.
  static std::expected<std::unique_ptr<ChildProcess>, std::string> start(const std::string& command);
  /// Ends the child and its group: closes its input, gives it a moment, then signals.
  ~ChildProcess();

  enum class Written { whole, gone, stuck };
  /// Gone: it no longer has its input. Stuck: by the deadline it had not read what the pipe cannot hold; nothing more can be written then.
  Written write_line(const std::string& line, std::chrono::steady_clock::time_point deadline);
  /// Nothing more will be written.
  void close_input();
  /// The next line of its output; nullopt when none came by the deadline or it ended.
  std::optional<std::string> read_line(std::chrono::steady_clock::time_point deadline);
  /// Set once its output has ended and all lines are read, "exit status 3", "signal 11"; or once its output is read no further: why.
  std::optional<std::string> ended();
  /// What it wrote to its standard error since the last call; the end of it, when much.
  std::string take_errors();

 private:
  struct State;
  explicit ChildProcess(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace coffer::conformance
