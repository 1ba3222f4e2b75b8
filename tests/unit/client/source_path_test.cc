#include "client/source_path.h"

#include <sys/stat.h>

#include "scratch.h"

namespace coffer::client {
namespace {

namespace fs = std::filesystem;

class SourcePaths : public testing::Test {
 protected:
  /// The names on the way, each behind its directory, from the test's own directory on.
  std::vector<std::string> steps(const std::string& given) {
    const std::string around = scratch_.archived("");
    std::vector<std::string> names;
    end_ = follow(given, [&](int directory, const std::string& path, const std::string& name) {
      struct stat by_descriptor {
      }, by_path{};
      EXPECT_EQ(::fstat(directory, &by_descriptor), 0);
      EXPECT_EQ(::stat(("/" + path).c_str(), &by_path), 0);
      EXPECT_EQ(by_descriptor.st_ino, by_path.st_ino) << path;
      if ((path + "/").starts_with(around)) names.push_back((path + "/" + name).substr(around.size()));
    });
    return names;
  }
  using Names = std::vector<std::string>;
  Scratch scratch_;
  WayEnd end_;
};

TEST_F(SourcePaths, every_name_is_a_step) {
  scratch_.write("a/b/c", "");
  EXPECT_EQ(steps(scratch_ / "a/b/c"), (Names{"a", "a/b", "a/b/c"}));
  EXPECT_EQ(end_.path, scratch_.archived("a/b/c"));
  EXPECT_EQ(steps(scratch_ / "a//./b/../b/"), (Names{"a", "a/b", "a/b"}));
  EXPECT_EQ(end_.path, scratch_.archived("a/b"));
  EXPECT_TRUE(end_.known);
  EXPECT_TRUE(steps("/").empty());
  EXPECT_EQ(end_.path, "");
}

TEST_F(SourcePaths, from_the_working_directory_too) {
  const fs::path before = fs::current_path();
  fs::current_path(scratch_ / "");
  EXPECT_EQ(steps("a/b"), (Names{"a"}));
  EXPECT_EQ(end_.path, scratch_.archived("a/b"));
  EXPECT_TRUE(end_.known);
  fs::create_directory("gone");
  fs::current_path("gone");
  fs::remove(scratch_ / "gone");
  EXPECT_TRUE(steps("a/b").empty());
  fs::current_path(before);
  EXPECT_FALSE(end_.known);
}

TEST_F(SourcePaths, links_are_followed_but_the_last_name) {
  scratch_.write("real/data/file", "");
  fs::create_symlink("real", scratch_ / "one");
  fs::create_symlink(scratch_ / "one/data", scratch_ / "two");
  EXPECT_EQ(steps(scratch_ / "two/file"), (Names{"two", "one", "real", "real/data", "real/data/file"}));
  EXPECT_EQ(end_.path, scratch_.archived("real/data/file"));
  EXPECT_EQ(steps(scratch_ / "two"), (Names{"two"}));
  EXPECT_EQ(end_.path, scratch_.archived("two"));
  for (const char* what_it_leads_to : {"two/", "two/.", "two/../data"}) {
    steps(scratch_ / what_it_leads_to);
    EXPECT_EQ(end_.path, scratch_.archived("real/data")) << what_it_leads_to;
  }
}

TEST_F(SourcePaths, ends_at_what_is_not_there_or_leads_nowhere) {
  scratch_.write("a/file", "");
  fs::create_symlink("none/deep", scratch_ / "a/dangling");
  fs::create_symlink("circle", scratch_ / "circle");
  EXPECT_EQ(steps(scratch_ / "a/no/such/path"), (Names{"a", "a/no"}));
  EXPECT_EQ(end_.path, scratch_.archived("a/no/such/path"));
  EXPECT_TRUE(end_.known);
  EXPECT_EQ(steps(scratch_ / "a/file/below"), (Names{"a", "a/file"}));
  EXPECT_TRUE(end_.known);
  EXPECT_EQ(steps(scratch_ / "a/dangling/x"), (Names{"a", "a/dangling", "a/none"}));
  EXPECT_TRUE(end_.known);
  steps(scratch_ / "circle/x");
  EXPECT_TRUE(end_.known);
  steps(scratch_ / ("a/" + std::string(300, 'x') + "/y"));
  EXPECT_FALSE(end_.known) << "no name is that long";
}

}  // namespace
}  // namespace coffer::client
