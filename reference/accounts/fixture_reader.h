// Strict reading of one JSON document: each value once, of its type, in its range, and no other. The first thing that is wrong stays as the
// error; reading goes on with empty values, so that the caller reads like the document's description. Must not know: what a fixture is.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "accounts/fixture.h"

namespace coffer::accounts {

/// A value and where it stands. Null value: absent.
struct Place {
  const nlohmann::json* value = nullptr;
  std::string pointer;
  explicit operator bool() const { return value != nullptr; }
};

class FixtureReader {
 public:
  explicit FixtureReader(std::string_view file) : file_(file) {}

  /// Parses; a key given twice is an error.
  nlohmann::json parse(std::string_view json);

  /// Holds `at` to be an object with no members but these.
  void object(const Place& at, std::initializer_list<std::string_view> members);
  /// `expected` is what the error says when it is absent.
  Place required(const Place& object, std::string_view member, std::string_view expected = "this member");
  Place optional(const Place& object, std::string_view member) const;
  /// Gives each element to `take`; nothing when the place is absent.
  void each(const Place& array, const std::function<void(const Place&)>& take);

  std::uint64_t number(const Place& at, std::uint64_t least, std::uint64_t most);
  bool boolean(const Place& at);
  /// UTF-8 text of so many octets, without a zero octet.
  std::string text(const Place& at, std::size_t least, std::size_t most);
  /// The same, of any octets that UTF-8 has.
  std::string secret(const Place& at, std::size_t least, std::size_t most);
  std::uint64_t guid(const Place& at);
  Octets hex(const Place& at, std::size_t octets);

  /// Notes an error unless there is one already. `found`: what stands there; empty to describe the value itself.
  void fail(const Place& at, std::string expected, std::string found, std::string advice);
  const std::optional<FixtureError>& error() const { return error_; }

 private:
  std::string file_;
  std::optional<FixtureError> error_;
};

}  // namespace coffer::accounts
