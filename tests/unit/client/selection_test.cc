#include "client/selection.h"

#include <gtest/gtest.h>

namespace coffer::client {
namespace {

TEST(Selection, globs_fit_the_whole_of_a_text) {
  EXPECT_TRUE(fits_glob("a*c", "abc"));
  EXPECT_TRUE(fits_glob("a*", "a"));
  EXPECT_TRUE(fits_glob("?", "\xff"));
  EXPECT_TRUE(fits_glob("a**c", "a/b/c"));
  EXPECT_TRUE(fits_glob("\\*", "*"));
  EXPECT_FALSE(fits_glob("\\*", "x"));
  EXPECT_FALSE(fits_glob("a*c", "a/c"));
  EXPECT_FALSE(fits_glob("a?c", "a/c"));
  EXPECT_FALSE(fits_glob("a", "ab"));
  EXPECT_FALSE(fits_glob("", "a"));
}

TEST(Selection, a_pattern_with_a_slash_first_is_a_path_and_others_fit_anywhere) {
  const Selection path({"/a/b"});
  EXPECT_TRUE(path.takes("a/b"));
  EXPECT_TRUE(path.takes("a/b/c/d"));
  EXPECT_FALSE(path.takes("a/bc"));
  EXPECT_FALSE(path.takes("x/a/b"));
  EXPECT_FALSE(path.takes("a"));
  const Selection name({"b"});
  EXPECT_TRUE(name.takes("b"));
  EXPECT_TRUE(name.takes("a/b/c"));
  EXPECT_FALSE(name.takes("a/bb"));
  const Selection two({"src/*.cc", "/x/"});
  EXPECT_TRUE(two.takes("a/src/b.cc"));
  EXPECT_TRUE(two.takes("x/anything"));
  EXPECT_FALSE(two.takes("a/src/deep/b.cc"));
  EXPECT_TRUE(Selection({"/"}).takes("any/thing"));
  EXPECT_TRUE(Selection({}).takes("any/thing"));
}

TEST(Selection, takes_an_octet_as_it_is_shown) {
  EXPECT_TRUE(fits_glob("a\\x0a*", "a\nb"));
  EXPECT_TRUE(fits_glob("\\xff\\x5c", "\xff\\"));
  EXPECT_FALSE(fits_glob("\\x0a", "x0a"));
  EXPECT_TRUE(fits_glob("\\xyz", "xyz"));
  EXPECT_TRUE(Selection({"/a/\\xff"}).takes("a/\xff"));
}

TEST(Selection, knows_which_patterns_fitted_nothing) {
  Selection selection({"*.cc", "/a", "/none/", "neither"});
  EXPECT_TRUE(selection.see("a/b.cc"));
  EXPECT_FALSE(selection.see("x/y"));
  EXPECT_EQ(selection.idle(), (std::vector<std::string>{"/none/", "neither"}));
  Selection everything({});
  EXPECT_TRUE(everything.see("x"));
  EXPECT_TRUE(everything.idle().empty());
}

TEST(Selection, wants_each_place_where_what_it_takes_or_what_is_above_can_stand) {
  const Selection selection({"/b/c*"});
  const auto place = [](std::string first, std::optional<std::string> before) {
    return archive::Place{.id = {}, .first = std::move(first), .before = std::move(before)};
  };
  EXPECT_TRUE(selection.wants(place("", std::nullopt)));
  EXPECT_TRUE(selection.wants(place("a", "z")));
  EXPECT_TRUE(selection.wants(place("b/cc", "b/cd")));
  EXPECT_TRUE(selection.wants(place("b/a", "b/d")));
  EXPECT_TRUE(selection.wants(place("a", "b/a")));  // b itself stands there
  EXPECT_FALSE(selection.wants(place("b/a", "b/b")));
  EXPECT_FALSE(selection.wants(place("b/d", std::nullopt)));
  EXPECT_FALSE(selection.wants(place("", "b")));
  EXPECT_TRUE(Selection({"c"}).wants(place("x", "y")));
}

}  // namespace
}  // namespace coffer::client
