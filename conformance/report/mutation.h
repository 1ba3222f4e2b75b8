// The kill matrix as JSON, on a terminal, and as a page. mutate.json is the truth; the others are made from it. Its shape: README.md.
#pragma once

#include <expected>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace coffer::conformance {

struct MutateResult;

/// What a reader has to know of the cases that fell beside those that cite the broken requirement.
inline constexpr const char* fell_too_is_a_sample =
    "What fell too is a sample: of the cases of other requirements, one of each, the nearest first, as many as time allowed; --all tries "
    "every one.";

nlohmann::json mutation_json(const MutateResult& result);
/// What was not killed in full, then the matrix, a line for each fault, then the counts.
std::string mutation_terminal(const nlohmann::json& mutation, bool colour);
/// One self-contained page without script.
std::string mutation_html(const nlohmann::json& mutation);
/// mutate.json and mutate.html. Error: what could not be written, in words.
std::expected<void, std::string> write_mutation(const nlohmann::json& mutation, const std::filesystem::path& directory);

}  // namespace coffer::conformance
