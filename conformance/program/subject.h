// Which implementation is meant, out of the options that several commands have. Must not know: what is done with it.
#pragma once

#include <charconv>
#include <optional>
#include <string>

#include "judge/deployment.h"

namespace coffer::conformance {

/// A whole number and nothing else.
template <typename Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// As the command line gives them; empty means not given.
struct SubjectRequest {
  std::string adapter, connect, pin, fixture_file, fault;
  std::uint32_t hello_seconds;
};
/// What is wrong with the request, or nothing and the subject filled in.
std::optional<std::string> read_subject(const SubjectRequest& request, Subject& subject);

}  // namespace coffer::conformance
