#include "client/long_text.h"

#include <gtest/gtest.h>

#include "scratch.h"

namespace coffer::client {
namespace {

std::string all_of(const LongText& text) {
  std::string all;
  EXPECT_TRUE(text.each([&](std::string_view part) { all += part; }));
  return all;
}

TEST(LongTexts, what_is_written_comes_back_in_order_wherever_it_lies) {
  const Scratch scratch;
  for (const std::string& directory : {scratch / ".", scratch / "none"}) {
    LongText text(directory, 10);
    EXPECT_TRUE(text.empty());
    std::string wanted;
    for (int i = 0; i < 300'000; ++i) {
      text.append(std::to_string(i));
      wanted += std::to_string(i);
    }
    EXPECT_FALSE(text.empty());
    EXPECT_EQ(all_of(text), wanted);
  }
}

TEST(LongTexts, a_list_is_lines_for_people_and_items_for_programs) {
  const Scratch scratch;
  for (const bool as_json : {false, true}) {
    LongList list("some", as_json, scratch / ".");
    for (const char* item : {"1", "2", "3"}) list.add(item);
    EXPECT_EQ(all_of(list.items()), as_json ? "1,2,3" : "1\n2\n3\n");
  }
}

}  // namespace
}  // namespace coffer::client
