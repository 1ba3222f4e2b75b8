#include "client/version_list.h"

#include "archive_fixture.h"

namespace coffer::client {
namespace {

class VersionLists : public ArchiveTest {
 protected:
  void make(int count) {
    scratch_.write("source/file", "x");
    for (int i = 0; i < count; ++i) back_up();
  }
  Outcome<VersionList> list(std::optional<archive::ChainPoint> seen) {
    MemoryServer server(archive_);
    return list_versions(server, keys_, seen);
  }
  Outcome<archive::ChainPoint> head(std::optional<archive::ChainPoint> seen) {
    MemoryServer server(archive_);
    return chain_head(server, keys_, seen);
  }
};

TEST_F(VersionLists, ARC_024_all_pages_are_read_and_verified) {
  make(8);
  const auto all = list({});
  ASSERT_TRUE(all);
  EXPECT_EQ(all->versions.size(), 8u);
  EXPECT_EQ(all->head, *seen_);
  EXPECT_EQ(*head(seen_), *seen_);
  EXPECT_EQ(*head({}), *seen_);
}

TEST_F(VersionLists, ARC_025_an_older_archive_is_refused_everywhere) {
  make(5);
  archive_.versions.pop_back();
  EXPECT_EQ(list(seen_).error().code, ExitCode::untrusted);
  EXPECT_EQ(head(seen_).error().code, ExitCode::untrusted);
  MemoryServer server(archive_);
  const auto report = back_up(server, options({scratch_ / "source"}));
  ASSERT_FALSE(report);
  EXPECT_EQ(archive_.versions.size(), 4u);  // nothing was added to it
  archive_.versions.clear();
  EXPECT_EQ(list(seen_).error().code, ExitCode::untrusted);
  EXPECT_EQ(head(seen_).error().code, ExitCode::untrusted);
}

TEST_F(VersionLists, ARC_025_another_version_in_the_seen_ones_place_is_refused) {
  make(3);
  const auto seen = seen_;
  archive_.versions.pop_back();
  seen_.reset();
  back_up();  // another third version, under the right key
  EXPECT_EQ(list(seen).error().code, ExitCode::untrusted);
  EXPECT_EQ(head(seen).error().code, ExitCode::untrusted);
}

TEST_F(VersionLists, ARC_024_gaps_and_changed_records_are_refused) {
  make(4);
  const auto whole = archive_.versions;
  archive_.versions.erase(archive_.versions.begin() + 1);
  EXPECT_EQ(list({}).error().code, ExitCode::untrusted);
  archive_.versions = whole;
  archive_.versions[2].record.back() ^= 1;
  EXPECT_EQ(list({}).error().code, ExitCode::untrusted);
  archive_.versions = whole;
  EXPECT_TRUE(list({}));
}

TEST_F(VersionLists, another_archive_key_is_said_to_be_the_likely_cause) {
  make(1);
  keys_.record[0] ^= 1;
  const auto refused = list({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ExitCode::local);
  EXPECT_NE(refused.error().message.find("archive key"), std::string::npos);
}

}  // namespace
}  // namespace coffer::client
