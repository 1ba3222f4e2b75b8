// The page: page.html with style, script and the report put in. The script draws everything, with strings as text nodes only.
#include <nlohmann/json.hpp>

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

}  // namespace

std::string html(const nlohmann::json& report) {
  const std::string data = for_script_element(report.dump());
  std::string made;
  made.reserve(page_html.size() + page_css.size() + page_js.size() + data.size());
  std::string_view rest = page_html;
  rest = fill(made, rest, "@STYLE@", page_css);
  rest = fill(made, rest, "@REPORT@", data);
  rest = fill(made, rest, "@SCRIPT@", page_js);
  return made.append(rest);
}

}  // namespace coffer::conformance
