// A disk without room: blocks are refused before it is full to the brim, and what frees room still works.
#include "workshop.h"

namespace coffer::store {
namespace {

class FullDisk : public StoreTest {
 protected:
  void SetUp() override { options.pack_octets_max = 1500; }
  void begin() {
    open();
    archive = value(store->archive_of(1, 2, 7));
  }
  std::uint64_t used() {
    std::uint64_t octets = 0;
    const auto names = files.list("packs");
    for (const auto& name : *names) octets += files.octets("packs/" + name).size();
    return octets;
  }
  void leave_room(std::uint64_t octets) { files.capacity_octets = used() + octets; }
  std::uint64_t index_octets() { return std::filesystem::file_size(directory.path() / index_name); }
  Result<Compacted> compact() {
    for (;;)
      if (auto done = store->compact_some(1000, Newest::included); !done || done->pack == 0) return done;
  }
  void release(std::initializer_list<Block> blocks) {
    ok(store->stage_release(archive, ids_of(blocks)));
    end = commit(archive, end, "releases");
  }

  Archive archive;
  ChainEnd end;
  const Block one = make_block(1, 600), two = make_block(2, 600), three = make_block(3, 600), four = make_block(4, 600);
};

TEST_F(FullDisk, ARC_151_blocks_are_refused_and_releasing_and_compacting_still_have_room) {
  options.reserve_octets = 3000;
  begin();
  for (const Block& block : {one, two}) put(archive, block);
  end = commit(archive);
  ok(store->settle());
  leave_room(options.reserve_octets + index_octets() + 700);
  put(archive, three);
  const auto refused = store->put(archive, four.id, four.checksum, four.sealed);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Trouble::Kind::full);
  EXPECT_NE(refused.error().what.find("`cofferd compact`"), std::string::npos) << refused.error().what;
  release({one, two});
  value(compact());
  EXPECT_FALSE(files.exists(first_pack));
  put(archive, four);
  commit(archive, end);
  EXPECT_TRUE(loads(archive, three) && loads(archive, four));
  EXPECT_TRUE(value(store->verify()).whole());
}

TEST_F(FullDisk, a_pack_of_which_nothing_counts_goes_first_and_makes_room_for_the_others) {
  begin();
  for (const Block& block : {one, two, three, four}) put(archive, block);
  end = commit(archive);
  release({one, three, four});
  leave_room(200);
  value(compact());
  EXPECT_FALSE(files.exists(first_pack) || files.exists("packs/00000002.pack"));
  EXPECT_TRUE(loads(archive, two));
  EXPECT_EQ(value(store->verify()).released_blocks, 0u);
}

TEST_F(FullDisk, a_compaction_for_which_there_is_no_room_says_how_much_it_needs_and_goes_on_when_there_is) {
  begin();
  for (const Block& block : {one, two}) put(archive, block);
  end = commit(archive);
  release({one});
  leave_room(200);
  for (int times = 0; times < 2; ++times) {
    const auto refused = compact();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, Trouble::Kind::full);
    EXPECT_NE(refused.error().what.find("200 octets are left, 688 are needed"), std::string::npos) << refused.error().what;
  }
  EXPECT_TRUE(loads(archive, two));
  leave_room(2000);
  value(compact());
  EXPECT_FALSE(files.exists(first_pack));
  EXPECT_TRUE(loads(archive, two));
}

}  // namespace
}  // namespace coffer::store
