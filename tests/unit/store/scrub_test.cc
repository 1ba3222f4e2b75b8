// The background reading: what is damaged counts as lacking when it has come by, and it goes on where it was.
#include <algorithm>

#include "workshop.h"

namespace coffer::store {
namespace {

class ScrubTest : public StoreTest {
 protected:
  void SetUp() override {
    options.pack_octets_max = 2000;
    open();
    archive = value(store->archive_of(1, 2));
    for (std::uint32_t seed = 0; seed < 12; ++seed) put(archive, block(seed));
    commit(archive);
  }
  static Block block(std::uint32_t seed) { return make_block(seed, 500); }
  void flip(View in_pack) {
    for (std::uint32_t number = 1; files.exists(pack_name(number)); ++number) {
      Octets& pack = files.octets(pack_name(number));
      const auto found = std::search(pack.begin(), pack.end(), in_pack.begin(), in_pack.end());
      if (found != pack.end()) *found ^= 1;
    }
  }
  /// Steps until the round ends.
  int scrub(std::uint64_t octets = 700) {
    for (int steps = 1;; ++steps)
      if (value(store->scrub_some(octets)).ended) return steps;
  }
  std::vector<std::uint32_t> lacking() {
    std::vector<std::uint32_t> seeds;
    for (std::uint32_t seed = 0; seed < 12; ++seed)
      if (!missing(archive, {block(seed)}).empty()) seeds.push_back(seed);
    return seeds;
  }
  Archive archive;
};

TEST_F(ScrubTest, ARC_132_a_block_whose_octets_or_header_changed_counts_as_lacking_and_is_noted_once) {
  flip(block(3).sealed);
  flip(block(7).id);
  EXPECT_TRUE(lacking().empty()) << "nobody has looked";
  scrub();
  EXPECT_EQ(lacking(), (std::vector<std::uint32_t>{3, 7}));
  EXPECT_EQ(events("block_damaged").size(), 2u);
  scrub();
  EXPECT_EQ(events("block_damaged").size(), 2u);
  const auto rounds = events("scrub_ended");
  ASSERT_EQ(rounds.size(), 2u);
  EXPECT_NE(rounds[0].fields.find(R"("damaged":"2")"), std::string::npos) << rounds[0].fields;
  EXPECT_NE(rounds[1].fields.find(R"("damaged":"0")"), std::string::npos) << rounds[1].fields;
  put(archive, block(3));
  ok(store->settle());
  EXPECT_EQ(lacking(), (std::vector<std::uint32_t>{7}));
}

TEST_F(ScrubTest, a_round_reads_every_octet_of_every_pack_whatever_the_step) {
  std::uint64_t all = 0;
  for (std::uint32_t number = 1; files.exists(pack_name(number)); ++number) all += files.octets(pack_name(number)).size();
  for (const std::uint64_t step : {1, 300, 5000}) {
    std::uint64_t read = 0;
    for (;;) {
      const auto done = value(store->scrub_some(step));
      EXPECT_EQ(done.octets_total, all);
      read += done.octets;
      if (done.ended) break;
    }
    EXPECT_EQ(read, all);
  }
}

TEST_F(ScrubTest, it_goes_on_where_it_was_after_a_restart) {
  const int steps = scrub(1);
  for (int step = 0; step < steps / 2; ++step) value(store->scrub_some(1));
  const auto before = value(store->scrub_some(0));
  open();
  const auto after = value(store->scrub_some(0));
  EXPECT_EQ(after.octets_done, before.octets_done);
  EXPECT_GT(after.octets_done, 0u);
  EXPECT_EQ(scrub(1), steps - steps / 2);
}

TEST_F(ScrubTest, a_disk_that_refuses_to_read_is_named_and_the_rest_is_read) {
  files.fail = [&](MemoryFileSystem::Operation operation, const std::string& name) -> std::optional<int> {
    return operation == MemoryFileSystem::Operation::read && name == first_pack ? std::optional(EIO) : std::nullopt;
  };
  scrub();
  files.fail = {};
  const auto named = lacking();
  EXPECT_GE(named.size(), 2u);
  EXPECT_LT(named.size(), 12u);
  EXPECT_EQ(value(store->verify()).whole(), true) << "and it reads again";
  EXPECT_TRUE(lacking().empty());
}

}  // namespace
}  // namespace coffer::store
