#include "server/account_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace coffer::server {

std::expected<accounts::Fixture, std::string> read_fixture(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored))
    return std::unexpected(fmt::format("the fixture {} is a directory: name a JSON file", file.string()));
  std::ifstream stream{file, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  if (!stream.is_open() || stream.bad())
    return std::unexpected(fmt::format("cannot read the fixture {}: {}; give --fixture a JSON file that this account may read",
                                       file.string(), std::strerror(errno)));
  auto fixture = accounts::parse_fixture(file.string(), text);
  if (!fixture) return std::unexpected(accounts::text(fixture.error()));
  return std::move(*fixture);
}

/// [LIM-005] A server MUST accept fewer than 100,000 rounds … only from a fixture that declares the test profile.
keys::Rounds rounds_taken(const accounts::Fixture& fixture) {
  keys::Rounds rounds;
  if (fixture.profile == accounts::Profile::test) rounds.min = std::min(rounds.min, fixture.pbkdf2_rounds);
  return rounds;
}

}  // namespace coffer::server
