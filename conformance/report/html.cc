// The page: page.html with style, script and the report put in. The script draws everything, with strings as text nodes only.
// A run's transcripts repeat themselves: the page's copy of the report holds each string of theirs once, or it would be five times the
// size.
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "report/escape.h"
#include "report/page.h"
#include "report/report.h"

namespace coffer::conformance {
namespace {

/// Appends the template up to the mark, then the content; returns what follows the mark. Content is never scanned for marks.
std::string_view fill(std::string& made, std::string_view rest, std::string_view mark, std::string_view content) {
  const std::size_t at = rest.find(mark);
  made.append(rest.substr(0, at)).append(content);
  return rest.substr(at + mark.size());
}

/// What transcripts are made of, each value once; a line refers to it by its place. Place 0 is null: not there.
class Parts {
 public:
  std::size_t place_of(const nlohmann::json& line, const char* member) {
    const auto found = line.find(member);
    if (found == line.end()) return 0;
    const auto [known, added] = places_.try_emplace(found->dump(), parts_.size());
    if (added) parts_.push_back(*found);
    return known->second;
  }
  nlohmann::json take() { return std::move(parts_); }

 private:
  nlohmann::json parts_ = nlohmann::json::array({nullptr});
  std::unordered_map<std::string, std::size_t> places_;
};

/// A transcript as page.js reads it: each line an array in the order of its `lineOf`.
void pack(nlohmann::json& transcript, Parts& parts) {
  for (nlohmann::json& line : transcript) {
    nlohmann::json packed = {line.at("at_us"), line.value("octets", 0)};
    for (const char* member : {"connection", "direction", "what", "fields", "hex", "note"}) packed.push_back(parts.place_of(line, member));
    line = std::move(packed);
  }
}

nlohmann::json packed(nlohmann::json report) {
  Parts parts;
  for (nlohmann::json& one : report.at("cases")) {
    pack(one.at("transcript"), parts);
    if (one.contains("twin")) pack(one.at("twin").at("transcript"), parts);
  }
  report["parts"] = parts.take();
  return report;
}

}  // namespace

std::string html(const nlohmann::json& report) {
  const std::string data = for_script_element(packed(report).dump());
  std::string made;
  made.reserve(page_html.size() + page_css.size() + page_js.size() + data.size());
  std::string_view rest = page_html;
  rest = fill(made, rest, "@STYLE@", page_css);
  rest = fill(made, rest, "@REPORT@", data);
  rest = fill(made, rest, "@SCRIPT@", page_js);
  return made.append(rest);
}

}  // namespace coffer::conformance
