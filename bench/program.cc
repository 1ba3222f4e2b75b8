#include "program.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

extern char** environ;

namespace coffer::bench {

std::expected<Program, std::string> Program::start(const std::vector<std::string>& command, const std::string& errors) {
  int pipe[2];
  if (::pipe2(pipe, O_CLOEXEC) != 0) return std::unexpected(std::string("pipe: ") + std::strerror(errno));
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = 0;
  const int failed = ::posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(pipe[1]);
  if (failed != 0) {
    ::close(pipe[0]);
    return std::unexpected(command[0] + ": " + std::strerror(failed));
  }
  return Program(pid, pipe[0]);
}

Program::Program(Program&& other) noexcept : pid_(std::exchange(other.pid_, 0)), output_(std::exchange(other.output_, -1)) {}

Program::~Program() {
  if (pid_ != 0) {
    ::kill(pid_, SIGTERM);
    wait();
  }
  if (output_ >= 0) ::close(output_);
}

std::string Program::line() {
  std::string text;
  for (char next = 0; ::read(output_, &next, 1) == 1 && next != '\n';) text += next;
  return text;
}

int Program::wait() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::expected<void, std::string> run(const std::vector<std::string>& command, const std::string& errors) {
  auto program = Program::start(command, errors);
  if (!program) return std::unexpected(program.error());
  while (!program->line().empty()) {
  }
  if (const int code = program->wait(); code != 0) {
    std::ifstream in(errors);
    std::string said(std::istreambuf_iterator<char>(in), {});
    if (said.size() > 500) said.erase(0, said.size() - 500);
    return std::unexpected(fmt::format("{} {} ended with {}: {}", command[0], command.size() > 3 ? command[3] : "", code, said));
  }
  return {};
}

std::size_t resident_octets(pid_t pid) {
  std::ifstream in(fmt::format("/proc/{}/statm", pid));
  std::size_t total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace coffer::bench
