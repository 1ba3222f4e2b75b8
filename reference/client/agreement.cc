#include "client/agreement.h"

#include <unistd.h>

#include <cstdio>

#include <fmt/format.h>

namespace coffer::client {

bool somebody_is_there() { return ::isatty(STDIN_FILENO) == 1; }

Outcome<void> ask_to_go_on(const std::string& what_happens) {
  fmt::print(stderr, "{} Go on? [y/N] ", what_happens);
  std::string answer;
  for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) answer.push_back(static_cast<char>(c));
  if (answer == "y" || answer == "Y" || answer == "yes") return {};
  return std::unexpected(Failure{ExitCode::interrupted, "nothing was done"});
}

}  // namespace coffer::client
