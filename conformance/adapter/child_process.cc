#include "adapter/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace coffer::conformance {
namespace {

constexpr std::size_t line_octets_max = 16u << 20;
constexpr std::size_t unread_lines_max = 4096;  // far more than requests are ever open
constexpr std::size_t unread_octets_max = 64u << 20;
constexpr std::size_t error_octets_max = 8192;

struct Pipe {
  int reading = -1, writing = -1;
  bool open() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    reading = ends[0];
    writing = ends[1];
    return true;
  }
};

void shut(int& descriptor) {
  if (descriptor >= 0) ::close(std::exchange(descriptor, -1));
}

std::string status_text(int status) {
  if (WIFSIGNALED(status)) return fmt::format("signal {}", WTERMSIG(status));
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

}  // namespace

struct ChildProcess::State {
  pid_t pid = -1;
  int input = -1;  // ours to write
  int output = -1, errors = -1, wake = -1;
  std::thread reader;
  std::mutex mutex;
  std::condition_variable arrived;
  std::deque<std::string> lines;
  std::size_t unread_octets = 0;  // of all lines
  std::string partial, error_text;
  bool output_ended = false;
  std::string flooded;  // why it is read no further; empty: it is
  std::optional<std::string> status;

  /// The reader's life: output into lines, errors into a text, until both have ended or `wake` is closed from outside.
  void read_all(int wake_reading) {
    bool output_open = true, errors_open = true;
    while (output_open || errors_open) {
      std::array<pollfd, 3> entries{
          {{output_open ? output : -1, POLLIN, 0}, {errors_open ? errors : -1, POLLIN, 0}, {wake_reading, POLLIN, 0}}};
      if (::poll(entries.data(), entries.size(), -1) < 0 && errno != EINTR) break;
      if (entries[2].revents != 0) break;
      if (entries[0].revents != 0) output_open = take(output, true);
      if (entries[1].revents != 0) errors_open = take(errors, false);
    }
    ::close(wake_reading);
    const std::lock_guard lock(mutex);
    output_ended = true;
    arrived.notify_all();
  }

  bool take(int descriptor, bool is_output) {
    std::array<char, 16384> buffer;
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0) return errno == EINTR;
    const std::lock_guard lock(mutex);
    if (got == 0) {
      if (is_output) {
        keep_line();
        output_ended = true;
        arrived.notify_all();
      }
      return false;
    }
    const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
    if (!is_output) {
      error_text += text;
      if (error_text.size() > 2 * error_octets_max) error_text.erase(0, error_text.size() - error_octets_max);
      return true;
    }
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      partial += text.substr(begin, end - begin);
      if (end < text.size()) keep_line();
      begin = end + 1;
    }
    arrived.notify_all();
    if (partial.size() > line_octets_max)
      flooded = fmt::format("it wrote over {} MiB without ending the line", line_octets_max >> 20);
    else if (lines.size() > unread_lines_max || unread_octets > unread_octets_max)
      flooded = fmt::format("it wrote {} lines that nobody had read yet", lines.size());
    output_ended = !flooded.empty();
    return flooded.empty();
  }

  /// What stands in `partial` is a line; an empty one is nothing.
  void keep_line() {
    std::string line = std::exchange(partial, {});
    if (line.find_first_not_of(" \t\r") == std::string::npos) return;
    unread_octets += line.size();
    lines.push_back(std::move(line));
  }

  /// Whether it has ended; waits for that until the deadline.
  bool reaped(std::chrono::steady_clock::time_point deadline) {
    while (!status) {
      int code = 0;
      if (::waitpid(pid, &code, WNOHANG) == pid) {
        status = status_text(code);
      } else if (std::chrono::steady_clock::now() >= deadline) {
        return false;
      } else {
        ::poll(nullptr, 0, 2);
      }
    }
    return true;
  }
};

ChildProcess::ChildProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}

std::expected<std::unique_ptr<ChildProcess>, std::string> ChildProcess::start(const std::string& command) {
  std::signal(SIGPIPE, SIG_IGN);  // a child that is gone is an error of write(), not our end
  Pipe input, output, errors, wake;
  if (!input.open() || !output.open() || !errors.open() || !wake.open())
    return std::unexpected(fmt::format("no pipe: {}", std::strerror(errno)));

  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_adddup2(&files, input.reading, 0);
  ::posix_spawn_file_actions_adddup2(&files, output.writing, 1);
  ::posix_spawn_file_actions_adddup2(&files, errors.writing, 2);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes, &defaults);
  std::array<std::string, 3> arguments{"/bin/sh", "-c", "exec " + command};
  std::array<char*, 4> pointers{arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
  auto state = std::make_unique<State>();
  const int error = ::posix_spawn(&state->pid, "/bin/sh", &files, &attributes, pointers.data(), ::environ);
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&attributes);
  ::fcntl(input.writing, F_SETFL, O_NONBLOCK);  // of our end alone
  shut(input.reading);
  shut(output.writing);
  shut(errors.writing);
  state->input = input.writing;
  state->output = output.reading;
  state->errors = errors.reading;
  state->wake = wake.writing;
  if (error != 0) {
    state->pid = -1;
    shut(wake.reading);
    return std::unexpected(fmt::format("cannot run /bin/sh: {}", std::strerror(error)));
  }
  state->reader = std::thread([raw = state.get(), reading = wake.reading] { raw->read_all(reading); });
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(state)));
}

ChildProcess::~ChildProcess() {
  using namespace std::chrono_literals;
  auto& s = *state_;
  shut(s.input);
  if (s.pid > 0) {
    if (!s.reaped(std::chrono::steady_clock::now() + 2s)) {
      ::kill(-s.pid, SIGTERM);
      if (!s.reaped(std::chrono::steady_clock::now() + 2s)) {
        ::kill(-s.pid, SIGKILL);
        s.reaped(std::chrono::steady_clock::now() + 5s);
      }
    }
    ::kill(-s.pid, SIGTERM);  // whatever of its group outlived it
  }
  shut(s.wake);
  if (s.reader.joinable()) s.reader.join();
  shut(s.output);
  shut(s.errors);
}

ChildProcess::Written ChildProcess::write_line(const std::string& line, std::chrono::steady_clock::time_point deadline) {
  using std::chrono::milliseconds;
  const std::string text = line + '\n';
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t count = ::write(state_->input, text.data() + sent, text.size() - sent);
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
      if (left <= 0) return Written::stuck;
      pollfd entry{state_->input, POLLOUT, 0};
      ::poll(&entry, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
    } else if (errno != EINTR) {
      return Written::gone;
    }
  }
  return Written::whole;
}

std::optional<std::string> ChildProcess::read_line(std::chrono::steady_clock::time_point deadline) {
  auto& s = *state_;
  std::unique_lock lock(s.mutex);
  s.arrived.wait_until(lock, deadline, [&] { return !s.lines.empty() || s.output_ended; });
  if (s.lines.empty()) return std::nullopt;
  auto line = std::move(s.lines.front());
  s.lines.pop_front();
  s.unread_octets -= line.size();
  return line;
}

void ChildProcess::close_input() { shut(state_->input); }

std::optional<std::string> ChildProcess::ended() {
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->flooded.empty()) return state_->flooded;
    if (!state_->output_ended || !state_->lines.empty()) return std::nullopt;
  }
  if (!state_->reaped(std::chrono::steady_clock::now() + std::chrono::seconds(1))) return "it closed its output and runs on";
  return state_->status;
}

std::string ChildProcess::take_errors() {
  const std::lock_guard lock(state_->mutex);
  std::string text = std::exchange(state_->error_text, {});
  if (text.size() > error_octets_max) text.erase(0, text.size() - error_octets_max);
  return text;
}

}  // namespace coffer::conformance
