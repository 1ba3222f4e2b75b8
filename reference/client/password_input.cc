#include "client/password_input.h"

#include <termios.h>
#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

#include "client/printable.h"
#include "client/small_file.h"
#include "coffer/spec/limits.h"
#include "keys/key_text.h"

namespace coffer::client {
namespace {

std::unexpected<Failure> usage(std::string message) { return std::unexpected(Failure{ExitCode::usage, std::move(message)}); }

/// Typed without being shown; the terminal is put back whatever happens.
Outcome<keys::Secret> prompt(const std::string& what) {
  if (::isatty(STDIN_FILENO) != 1)
    return usage("there is no terminal to ask for the password: give --password-file FILE, or - for standard input");
  termios before{};
  ::tcgetattr(STDIN_FILENO, &before);
  termios silent = before;
  silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  fmt::print(stderr, "{}: ", what);  // only now: what was typed before is gone
  // Not by getchar, whose buffer nobody wipes.
  keys::Secret password;
  std::uint8_t octet = 0;
  while (::read(STDIN_FILENO, &octet, 1) == 1 && octet != '\n') password.push_back(octet);
  ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  fmt::print(stderr, "\n");
  return password;
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
