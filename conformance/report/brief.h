// Transcripts of cases that passed, told briefly: their lines repeat each other, and their octets are what the decoded fields say.
// Must not know: verdicts, cases.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>

#include "peer/transcript.h"

namespace coffer::conformance {

/// The tables that a run's brief transcripts share, each line held once. The shape: README.md.
class BriefLines {
 public:
  /// [tenths of a millisecond since the line before, place in lines(), and so on].
  nlohmann::json tell(const Transcript& transcript);
  /// [way, what, place in fields(), values, note, hex, octets], without what is empty at its end.
  nlohmann::json lines() { return std::move(lines_); }
  /// The names that lines give values to, in one order each; the first list is empty.
  nlohmann::json fields() { return std::move(fields_); }

 private:
  std::size_t place_of(const TranscriptEntry& entry);
  std::size_t place_of(nlohmann::json value, nlohmann::json& table, std::unordered_map<std::string, std::size_t>& places);
  nlohmann::json lines_ = nlohmann::json::array(), fields_ = nlohmann::json::array({nlohmann::json::array()});
  std::unordered_map<std::string, std::size_t> line_places_, field_places_{{"[]", 0}};
};

}  // namespace coffer::conformance
