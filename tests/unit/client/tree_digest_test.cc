#include "client/tree_digest.h"

#include <functional>

#include "scratch.h"

namespace coffer::client {
namespace {

class TreeDigests : public testing::Test {
 protected:
  void SetUp() override {
    scratch_.write("t/a", "content");
    scratch_.write("t/d/b", "");
    std::filesystem::create_symlink("a", scratch_ / "t/link");
  }
  Digest digest() const { return look_through({scratch_ / "t"}, {}); }
  Scratch scratch_;
};

TEST_F(TreeDigests, a_tree_at_rest_has_one_digest) { EXPECT_EQ(digest(), digest()); }

TEST_F(TreeDigests, ARC_090_every_change_makes_another) {
  const std::vector<std::function<void()>> changes{
      [&] { scratch_.write("t/a", "CONTENT"); },
      [&] { ASSERT_EQ(::chmod((scratch_ / "t/a").c_str(), 0600), 0); },
      [&] { std::filesystem::rename(scratch_ / "t/a", scratch_ / "t/c"); },
      [&] { std::filesystem::rename(scratch_ / "t/d", scratch_ / "t/e"); },
      [&] { std::filesystem::create_hard_link(scratch_ / "t/c", scratch_ / "t/e/f"); },
      [&] { std::filesystem::remove(scratch_ / "t/link"); },
      [&] { std::filesystem::create_symlink("b", scratch_ / "t/link"); },
      [&] { std::filesystem::remove_all(scratch_ / "t/e"); },
  };
  std::set<Digest> seen{digest()};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    changes[i]();
    EXPECT_TRUE(seen.insert(digest()).second) << "change " << i;
  }
}

TEST_F(TreeDigests, what_could_not_be_looked_at_is_part_of_it) {
  const auto both = [&](const std::vector<std::string>& paths) { return look_through(paths, {}); };
  EXPECT_NE(both({scratch_ / "t"}), both({scratch_ / "t", scratch_ / "none"}));
}

}  // namespace
}  // namespace coffer::client
