#include "client/version_argument.h"

#include <charconv>

#include <fmt/format.h>

#include "client/printable.h"
#include "coffer/spec/permissions.h"

namespace coffer::client {

Outcome<std::uint64_t> version_number(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && rest == end && number > 0) return number;
  return std::unexpected(Failure{
      ExitCode::usage, fmt::format("VERSION is \"{}\": expected a number from 1 on, as `coffer versions` shows them", printable(text))});
}

std::string path_in_archive(const std::string& given) {
  std::string path = octets_of(given);
  path.erase(0, path.find_first_not_of('/'));
  while (path.ends_with('/')) path.pop_back();
  return path;
}

Outcome<OpenVersion> open_version(const Context& context, const std::string& number) {
  const auto wanted = version_number(number);
  if (!wanted) return std::unexpected(wanted.error());
  auto session = open_session(context, spec::permissions::restore);
  if (!session) return std::unexpected(session.error());
  Problems problems;
  auto list = session->versions(problems);
  if (!list) return std::unexpected(list.error());
  const auto version = find_version(*list, *wanted);
  if (!version) return std::unexpected(version.error());
  const ListedVersion found = **version;
  return OpenVersion{std::move(*session), std::move(*list), found, std::move(problems)};
}

}  // namespace coffer::client
