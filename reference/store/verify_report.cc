// The reports in words and as JSON.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "store/rebuild.h"
#include "store/verify.h"

namespace coffer::store {
namespace {

constexpr std::array<std::string_view, 11> names{"damaged", "missing", "orphan", "unreadable", "pack", "version",
                                                 "event",   "row",     "index",  "record",     "owner"};

std::string hex(View octets) {
  std::string text;
  for (const std::uint8_t octet : octets) text += fmt::format("{:02x}", octet);
  return text;
}

std::string text_of(const nlohmann::ordered_json& object) {
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

nlohmann::ordered_json entry(const Finding& finding) {
  nlohmann::ordered_json entry = {{"kind", name(finding.kind)}};
  if (finding.pack != 0) entry["pack"] = finding.pack;
  if (finding.pack != 0 || finding.offset != 0) entry[finding.pack != 0 ? "offset" : "number"] = finding.offset;
  if (finding.user != 0) entry["user"] = finding.user;
  if (finding.user != 0) entry["computer"] = fmt::format("{:016x}", finding.computer);
  if (finding.id) entry["block"] = hex(*finding.id);
  entry["what"] = finding.what;
  return entry;
}

}  // namespace

std::string_view name(Finding::Kind kind) { return names[static_cast<std::size_t>(kind)]; }

std::string text(const Finding& finding) {
  std::string line(name(finding.kind));
  if (finding.pack != 0)
    line += fmt::format("{} {}{}", finding.kind == Finding::Kind::pack ? "" : " pack", finding.pack,
                        finding.offset == 0 ? "" : fmt::format(" offset {}", finding.offset));
  else if (finding.offset != 0)
    line += fmt::format(" {}", finding.offset);
  if (finding.user != 0) line += fmt::format(" user {} computer {:016x}", finding.user, finding.computer);
  if (finding.id) line += " block " + hex(*finding.id);
  return line + ": " + finding.what;
}

bool VerifyReport::whole() const {
  return std::all_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.kind == Finding::Kind::orphan || finding.kind == Finding::Kind::unreadable;
  });
}

std::string json(const VerifyReport& report) {
  nlohmann::ordered_json object = {{"whole", report.whole()},
                                   {"packs", report.packs},
                                   {"blocks", report.blocks},
                                   {"octets", report.octets},
                                   {"versions", report.versions},
                                   {"events", report.events},
                                   {"released_blocks", report.released_blocks},
                                   {"released_octets", report.released_octets},
                                   {"findings", nlohmann::ordered_json::array()}};
  for (const Finding& finding : report.findings) object["findings"].push_back(entry(finding));
  return text_of(object);
}

std::string json(const RebuildReport& report) {
  nlohmann::ordered_json object = {{"whole", report.whole()},     {"kept", report.kept},
                                   {"packs", report.packs},       {"octets", report.octets},
                                   {"archives", report.archives}, {"versions", report.versions},
                                   {"blocks", report.blocks},     {"computers", report.computers},
                                   {"events", report.events},     {"findings", nlohmann::ordered_json::array()}};
  for (const Finding& finding : report.findings) object["findings"].push_back(entry(finding));
  return text_of(object);
}

}  // namespace coffer::store
