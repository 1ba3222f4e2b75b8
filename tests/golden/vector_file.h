// The vectors of one file, each given to a function that judges it. Must not know: what any kind means.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "protocol/octets.h"

namespace coffer::golden {

using Json = nlohmann::json;

/// Judges one vector with GoogleTest's expectations: what is given, what is to come of it.
using Judge = std::function<void(std::string_view kind, const Json& input, const Json& expect)>;

/// Runs every vector of spec/vectors/NAME.json; each failure says which vector it was and what it is about.
void run_vectors(std::string_view name, const Judge& judge);

/// Names of the files below spec/vectors, without .json.
std::set<std::string> vector_files();

Octets octets(const Json& hex);
std::string hex(View octets);
/// 16 hex digits.
std::uint64_t identity(const Json& text);
/// 32 octets.
Digest digest(const Json& hex);

}  // namespace coffer::golden
