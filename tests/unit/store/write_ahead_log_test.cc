// Over a real log, as a process that was killed leaves it: each of its frames damaged in turn.
#include "store/write_ahead_log.h"

#include <fstream>
#include <iterator>

#include "workshop.h"

namespace coffer::store {
namespace {

constexpr std::size_t header_octets = 32, frame_octets = 24 + 4096;

class WriteAheadLogTest : public StoreTest {
 protected:
  void SetUp() override {
    options.on_damage = [this](const std::string& what) { told.push_back(what); };
  }

  void note(int times) {
    for (int i = 0; i < times; ++i) ok(store->note("line", {}));
  }
  /// What the running store has on the disk.
  void kill() {
    copy_index(directory.path(), killed.path());
    store.reset();
    std::ifstream in(log(), std::ios::binary);
    sound.assign(std::istreambuf_iterator<char>(in), {});
    ASSERT_EQ((sound.size() - header_octets) % frame_octets, 0u);
    frames = (sound.size() - header_octets) / frame_octets;
  }
  std::filesystem::path log() const { return killed.path() / (std::string(index_name) + wal_suffix); }
  void write_log(const std::string& octets) const { std::ofstream(log(), std::ios::binary | std::ios::trunc) << octets; }
  void flip(std::size_t at) const {
    std::string flipped = sound;
    flipped[at] ^= 0x10;
    write_log(flipped);
  }
  static std::size_t place_of(std::size_t frame) { return header_octets + (frame - 1) * frame_octets; }

  TemporaryDirectory killed;
  std::string sound;
  std::size_t frames = 0;
  std::vector<std::string> told;
};

TEST_F(WriteAheadLogTest, a_sound_one_or_none_is_not_damaged) {
  EXPECT_FALSE(damage_of_log(log()));
  open();
  note(20);
  kill();
  EXPECT_FALSE(damage_of_log(log()));
  write_log("");
  EXPECT_FALSE(damage_of_log(log()));
}

TEST_F(WriteAheadLogTest, a_wrong_octet_in_any_frame_is_damage_and_tells_how_many_are_left_out) {
  open();
  note(20);
  kill();
  ASSERT_GT(frames, 30u);
  for (std::size_t frame = 1; frame <= frames; ++frame)
    for (const std::size_t in_frame : {2, 9, 13, 17, 22, 24, 1000, 4119}) {
      SCOPED_TRACE(testing::Message() << "frame " << frame << " octet " << in_frame);
      const bool is_salt = in_frame == 9 || in_frame == 13;
      flip(place_of(frame) + in_frame);
      const auto damage = damage_of_log(log());
      if (frame == frames && is_salt) continue;  // it could be one of the log before
      ASSERT_TRUE(damage);
      EXPECT_EQ(damage->frame, frame);
      EXPECT_EQ(damage->left_out, frames - frame + 1);
    }
  for (std::size_t at = 0; at < header_octets; ++at) {
    SCOPED_TRACE(at);
    flip(at);
    const auto damage = damage_of_log(log());
    ASSERT_TRUE(damage);
    EXPECT_EQ(damage->frame, 0u);
    EXPECT_EQ(damage->left_out, frames);
  }
}

TEST_F(WriteAheadLogTest, what_a_killed_process_did_not_finish_is_not_damage) {
  open();
  note(20);
  kill();
  for (const std::size_t octets :
       {std::size_t{1}, std::size_t{24}, std::size_t{2000}, frame_octets - 1, frame_octets, 2 * frame_octets + 7}) {
    SCOPED_TRACE(octets);
    write_log(sound.substr(0, sound.size() - octets));
    EXPECT_FALSE(damage_of_log(log()));
  }
}

TEST_F(WriteAheadLogTest, frames_of_the_log_before_are_no_damage_and_neither_is_damage_to_them) {
  open();
  const auto size = [&] { return std::filesystem::file_size(directory.path() / (std::string(index_name) + wal_suffix)); };
  std::uintmax_t before = 0;
  for (int i = 0; i < 3000 && size() != before; ++i) {  // until it no longer grows: it has begun again from its beginning
    before = size();
    note(1);
  }
  note(20);
  kill();
  ASSERT_GT(frames, 500u);
  EXPECT_FALSE(damage_of_log(log()));
  std::size_t used = 1;
  while (used < frames && sound.substr(place_of(used + 1) + 8, 8) == sound.substr(place_of(1) + 8, 8)) ++used;
  ASSERT_GT(used, 20u);
  ASSERT_LT(used, frames);
  flip(place_of(used + 1) + 1000);
  EXPECT_FALSE(damage_of_log(log()));
  for (std::size_t frame = 1; frame < used; ++frame) {
    SCOPED_TRACE(frame);
    flip(place_of(frame) + 1000);
    const auto damage = damage_of_log(log());
    ASSERT_TRUE(damage);
    EXPECT_EQ(damage->frame, frame);
    EXPECT_EQ(damage->left_out, used - frame + 1);
  }
}

TEST_F(WriteAheadLogTest, a_store_that_is_refused_leaves_it_as_it_was) {
  open();
  put(value(store->archive_of(1, 2)), make_block(1));
  ok(store->settle());
  kill();
  flip(place_of(1) + 1000);
  std::ifstream before(log(), std::ios::binary);
  const std::string flipped{std::istreambuf_iterator<char>(before), {}};
  const auto opened = Store::open(killed.path(), files, fixed_clock(), options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, Trouble::Kind::corrupt);
  std::ifstream after(log(), std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(after), {}), flipped);
}

TEST_F(WriteAheadLogTest, the_store_tells_that_lines_are_lost_serves_what_it_had_and_goes_on) {
  open();
  store.reset();
  open();  // the tables are in the database itself
  const Archive archive = value(store->archive_of(1, 2));
  put(archive, make_block(1));
  const ChainEnd end = commit(archive);
  note(10);
  kill();
  ASSERT_GT(frames, 10u);
  const MemoryFileSystem packs = files.snapshot();
  TemporaryDirectory aside;
  copy_index(killed.path(), aside.path());
  for (std::size_t frame = 1; frame <= frames; ++frame) {
    SCOPED_TRACE(frame);
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(killed.path() / (std::string(index_name) + suffix));
    copy_index(aside.path(), killed.path());
    flip(place_of(frame) + 1000);
    files = packs.snapshot();
    told.clear();
    store = value(Store::open(killed.path(), files, fixed_clock(), options));
    ASSERT_FALSE(told.empty());
    EXPECT_NE(told[0].find(std::to_string(frames - frame + 1) + " of its frames"), std::string::npos) << told[0];
    EXPECT_EQ(value(store->versions(value(store->archive_of(1, 2)), 1, 9)).entries.size(), 1u);
    EXPECT_TRUE(loads(value(store->archive_of(1, 2)), make_block(1)));
    const auto report = value(store->verify());
    EXPECT_FALSE(report.whole());
    EXPECT_EQ(report.findings.size(), 1u);
    std::size_t torn = 0, lines = 0;
    ok(read_events(killed.path(), 0, [&](const Event& event) {
      torn += event.event == "index_log_torn";
      lines += event.event == "line";
    }));
    EXPECT_EQ(torn, 1u);
    EXPECT_LT(lines, 10u);
    store.reset();
    store = value(Store::open(killed.path(), files, fixed_clock(), options));
    EXPECT_TRUE(value(store->verify()).whole()) << "said once";
    commit(value(store->archive_of(1, 2)), end, "next");
    store.reset();
  }
}

}  // namespace
}  // namespace coffer::store
