#include "store/pack.h"

#include "workshop.h"

namespace coffer::store {
namespace {

class PackTest : public testing::Test {
 protected:
  /// A file with zeros up to the offset, then the record.
  std::unique_ptr<File> file_with(std::uint32_t pack, std::uint64_t offset, const Record& record, View sealed) {
    auto file = std::move(files.open("p" + std::to_string(++made_), OpenMode::create_new).value());
    const auto header = encode_record_header(pack, offset, record);
    EXPECT_TRUE(file->write_at(offset, header));
    EXPECT_TRUE(file->write_at(offset + header.size(), sealed));
    return file;
  }
  MemoryFileSystem files;

 private:
  int made_ = 0;
};

TEST_F(PackTest, a_record_comes_back_only_where_it_was_written) {
  const Block block = make_block(1);
  const Record record{0x1122334455667788, block.id, block.checksum, static_cast<std::uint32_t>(block.sealed.size())};
  const auto file = file_with(3, 100, record, block.sealed);
  const auto read = read_record(*file, 3, 100);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->state, RecordRead::State::whole);
  EXPECT_EQ(read->record, record);
  EXPECT_EQ(read->sealed, block.sealed);
  EXPECT_EQ(read_record(*file, 4, 100)->state, RecordRead::State::no_record);
  EXPECT_EQ(read_record(*file, 3, 101)->state, RecordRead::State::no_record);
  EXPECT_EQ(read_record(*file, 3, 1'000'000)->state, RecordRead::State::no_record);
  EXPECT_EQ(read_record(*file_with(3, 101, record, block.sealed), 3, 100)->state, RecordRead::State::no_record);
  const auto elsewhere = encode_record_header(3, 101, record);
  ASSERT_TRUE(file->write_at(100, elsewhere));
  EXPECT_EQ(read_record(*file, 3, 100)->state, RecordRead::State::no_record);
}

TEST_F(PackTest, LIM_001_a_length_beyond_a_blocks_reserves_no_memory) {
  const Block block = make_block(1);
  const Record huge{1, block.id, block.checksum, 0xffffffff};
  EXPECT_EQ(read_record(*file_with(1, 16, huge, block.sealed), 1, 16)->state, RecordRead::State::no_record);
}

// Written by hand from the format's description: a change of the format must change its version too.
TEST_F(PackTest, headers_are_what_the_format_says) {
  const auto pack = encode_pack_header(0x01020304);
  EXPECT_EQ(std::string(pack.begin(), pack.end()), std::string("CFRPACK\n\0\0\0\1\1\2\3\4", 16));
  const Block block = make_block(1);
  const auto record = encode_record_header(1, 16, {2, block.id, block.checksum, 0x0a0b});
  EXPECT_EQ(std::string(record.begin(), record.begin() + 16), std::string("CFRB\0\0\x0a\x0b\0\0\0\0\0\0\0\2", 16));
  EXPECT_TRUE(std::equal(block.id.begin(), block.id.end(), record.begin() + 16));
  EXPECT_TRUE(std::equal(block.checksum.begin(), block.checksum.end(), record.begin() + 48));
  Octets checked{0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 16};
  checked.insert(checked.end(), record.begin(), record.begin() + 80);
  const Digest check = sha256(checked);
  EXPECT_TRUE(std::equal(check.begin(), check.begin() + 8, record.begin() + 80));
  EXPECT_EQ(pack_name(12), "packs/00000012.pack");
}

}  // namespace
}  // namespace coffer::store
