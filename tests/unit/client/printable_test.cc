#include "client/printable.h"

#include <gtest/gtest.h>

namespace coffer::client {
namespace {

TEST(Printable, keeps_text_and_escapes_what_terminals_and_json_cannot_take) {
  EXPECT_EQ(printable("plain ünï \xF0\x9F\x98\x80"), "plain ünï \xF0\x9F\x98\x80");
  EXPECT_EQ(printable("\x1b[31m"), "\\x1b[31m");
  EXPECT_EQ(printable("a\nb\\"), "a\\x0ab\\x5c");
  EXPECT_EQ(printable("\xff"), "\\xff");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");                         // a C1 control
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");                         // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");                // a surrogate
  EXPECT_EQ(printable("\xe2\x82"), "\\xe2\\x82");                         // cut short
  EXPECT_EQ(printable("rtl\u202Egnp.exe"), "rtl\\xe2\\x80\\xaegnp.exe");  // shows what follows in another order
  EXPECT_EQ(printable("\u2028\u2066"), "\\xe2\\x80\\xa8\\xe2\\x81\\xa6");
  EXPECT_EQ(printable("\u2010 \u00A0 \u2030"), "\u2010 \u00A0 \u2030");
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond Unicode
}

TEST(Printable, what_is_shown_is_taken_again_and_so_is_what_it_is) {
  for (const std::string& name : {std::string("plain"), std::string("new\nline"), std::string("\xff\xfe"), std::string("back\\slash"),
                                  std::string("\\x41"), std::string("a\\x0a\n"), std::string("ends\\x4"), std::string("\u202E")})
    EXPECT_EQ(octets_of(printable(name)), name);
  EXPECT_EQ(octets_of("new\nline"), "new\nline");
  EXPECT_EQ(octets_of("\xff"), "\xff");
  EXPECT_EQ(octets_of("back\\slash"), "back\\slash");  // nothing is shown so
  EXPECT_EQ(octets_of("\\x41"), "\\x41");              // nor this: an A is shown as it is
  EXPECT_EQ(octets_of("\\x0A"), "\\x0A");
}

TEST(Printable, octets_for_people) {
  EXPECT_EQ(octets_for_people(0), "0 octets");
  EXPECT_EQ(octets_for_people(1023), "1023 octets");
  EXPECT_EQ(octets_for_people(1536), "1.5 KiB");
  EXPECT_EQ(octets_for_people(std::uint64_t{5} << 40U), "5.0 TiB");
}

}  // namespace
}  // namespace coffer::client
