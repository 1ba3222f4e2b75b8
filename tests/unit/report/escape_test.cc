#include "report/escape.h"

#include <gtest/gtest.h>

namespace coffer::conformance {
namespace {

TEST(Escape, xml_takes_markup_quotes_and_line_breaks_as_references) {
  EXPECT_EQ(for_xml("<a b=\"c\">&\n\t"), "&lt;a b=&quot;c&quot;&gt;&amp;&#10;&#9;");
}

TEST(Escape, xml_replaces_what_xml_cannot_carry) {
  EXPECT_EQ(for_xml(std::string_view("a\0b\x1b", 4)), "a\uFFFDb\uFFFD");
  EXPECT_EQ(for_xml("\xEF\xBF\xBE|\xEF\xBF\xBF|\xEF\xBF\xBD"), "\uFFFD|\uFFFD|\uFFFD");
}

TEST(Escape, script_element_leaves_nothing_that_could_end_it) {
  EXPECT_EQ(for_script_element("\"</script><!--&\""), "\"\\u003c/script\\u003e\\u003c!--\\u0026\"");
}

TEST(Escape, terminal_shows_control_characters_and_keeps_text) {
  EXPECT_EQ(for_terminal("a\x1b[2Jb\x07\x7f"), "a\\x1b[2Jb\\x07\\x7f");
  EXPECT_EQ(for_terminal("CSI \xC2\x9B, n\u00A0bsp, \u00FC\n\t"), "CSI \\x9b, n\u00A0bsp, \u00FC\n\t");
}

}  // namespace
}  // namespace coffer::conformance
