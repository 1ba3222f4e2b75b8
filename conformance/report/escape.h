// Foreign text made harmless for the place where it is shown. Input is valid UTF-8, as report.json holds it.
#pragma once

#include <string>
#include <string_view>

namespace coffer::conformance {

/// For XML text and double-quoted attributes. Characters that XML 1.0 cannot carry, even as references, become U+FFFD.
std::string for_xml(std::string_view text);

/// For JSON inside an HTML script element: no `<`, `>` or `&` is left, so neither `</script>` nor `<!--` can appear.
std::string for_script_element(std::string_view json);

/// For a terminal: control characters (C0 but line feed and tab, DEL, C1) are shown as \xNN, so that no escape sequence gets through.
std::string for_terminal(std::string_view text);

}  // namespace coffer::conformance
