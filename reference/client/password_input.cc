#include "client/password_input.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "client/descriptor.h"
#include "client/interruption.h"
#include "client/printable.h"
#include "client/small_file.h"
#include "coffer/spec/limits.h"
#include "keys/key_text.h"

namespace coffer::client {
namespace {

std::unexpected<Failure> usage(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

/// While it lives, what is typed is not shown. A signal that ends the program waits until the terminal is put back.
class Unseen {
 public:
  Unseen() {
    sigset_t ending;
    sigemptyset(&ending);
    for (const int one : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&ending, one);
    pthread_sigmask(SIG_BLOCK, &ending, &mask_);
    signals_ = Descriptor(::signalfd(-1, &ending, SFD_CLOEXEC));
    ::tcgetattr(STDIN_FILENO, &before_);
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~Unseen() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    fmt::print(stderr, "\n");
    pthread_sigmask(SIG_SETMASK, &mask_, nullptr);  // one that waits comes now
  }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

  /// Less its end. Not by getchar, whose buffer nobody wipes.
  Outcome<keys::Secret> line() const {
    keys::Secret line;
    while (true) {
      std::array<pollfd, 2> either{{{signals_.fd(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
      if (::poll(either.data(), either.size(), -1) < 0) continue;
      if (either[0].revents != 0) return std::unexpected(interrupted());
      std::uint8_t octet = 0;
      if (::read(STDIN_FILENO, &octet, 1) != 1 || octet == '\n') return line;
      line.push_back(octet);
    }
  }

 private:
  sigset_t mask_{};
  Descriptor signals_;
  termios before_{};
};

Outcome<keys::Secret> prompt(const std::string& what) {
  if (::isatty(STDIN_FILENO) != 1)
    return usage("there is no terminal to ask for the password: give --password-file FILE, or - for standard input");
  const Unseen unseen;
  fmt::print(stderr, "{}: ", what);  // only now: what was typed before is gone
  return unseen.line();
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

}  // namespace

Outcome<keys::Secret> password_from_terminal_or(const std::string& file, const std::string& what) {
  auto password = file.empty() ? prompt(what) : password_from(file);
  if (!password) return password;
  if (password->empty() || password->size() > spec::limits::password_octets_max)
    return usage("the password is empty or longer than 1,024 octets");
  return password;
}

Outcome<keys::Secret> new_password_from_terminal_or(const std::string& file, const std::string& what) {
  auto password = password_from_terminal_or(file, what);
  if (!password || !file.empty()) return password;
  const auto again = prompt("The same once more");
  if (!again) return again;
  if (*again != *password) return usage("the two are not the same: nothing was changed");
  return password;
}

Outcome<std::optional<keys::ArchiveKey>> archive_key_from(const std::string& file) {
  if (file.empty()) return std::nullopt;
  if (file == "-" && ::isatty(STDIN_FILENO) == 1) {
    const auto typed = prompt("Archive key, 64 hexadecimal digits");
    if (!typed) return std::unexpected(typed.error());
    auto key = keys::parse_archive_key({reinterpret_cast<const char*>(typed->data()), typed->size()});
    if (!key) return usage(fmt::format("the archive key: {}", keys::describe(key.error())));
    return std::optional(std::move(*key));
  }
  const auto read = read_small_file(file == "-" ? "/dev/stdin" : file, 4096);
  if (!read) return std::unexpected(read.error());
  if (read->missing) return usage(fmt::format("--archive-key: {} does not exist", printable(file)));
  auto key = keys::parse_archive_key(read->text());
  if (!key) return usage(fmt::format("--archive-key {}: {}", printable(file), keys::describe(key.error())));
  return std::optional(std::move(*key));
}

}  // namespace coffer::client
