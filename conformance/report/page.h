// The page's three sources as text, put into the program when it is built.
#pragma once

#include <string_view>

namespace coffer::conformance {

extern const std::string_view page_html;
extern const std::string_view page_css;
extern const std::string_view page_js;

}  // namespace coffer::conformance
