// The suite's own codec: what it writes it reads back, and every departure is noticed.
#include <gtest/gtest.h>

#include <algorithm>

#include "coffer/spec/limits.h"
#include "wire/archive.h"
#include "wire/frame.h"
#include "wire/tls_hello.h"

namespace coffer::conformance {
namespace {

std::vector<Message> examples() {
  std::vector<Message> all;
  for (const auto& row : spec::message_rows) all.push_back(example(row.kind));
  return all;
}

TEST(WireCodec, reads_back_every_example) {
  for (const auto& message : examples()) {
    const auto decoded = decode(encode(message));
    ASSERT_TRUE(decoded.canonical()) << message.name() << ": " << (decoded.defects.empty() ? "" : decoded.defects.front());
    EXPECT_EQ(*decoded.message, message) << to_text(message);
  }
}

TEST(WireCodec, knows_its_own_octets) {
  // By hand: root pointer (1 data word, 1 pointer), tag 1, pointer to a struct of one word, the token.
  EXPECT_EQ(hex(encode(ping(7))),
            "0000000001000100"
            "0100000000000000"
            "0000000001000000"
            "0700000000000000");
  // A struct of nothing is pointed at by offset -1.
  EXPECT_EQ(hex(encode(goodbye())),
            "0000000001000100"
            "0300000000000000"
            "fcffffff00000000");
  // Tag 0 leaves no data word.
  EXPECT_EQ(hex(encode(disconnect(spec::Reason::timeout))),
            "0000000000000100"
            "0000000001000000"
            "0700000000000000");
}

TEST(WireCodec, every_departure_is_noticed) {
  const Message subject = login("ABCDEFGH12345678", "alice", "secret", 9);
  Forge untruncated{.untruncated = true}, empty{.empty_as_object = true};
  const std::vector<std::pair<std::string, Octets>> wrong = {
      {"tag", encode(subject, {.union_tag = 999})},
      {"word", encode(subject, {.unknown_word = 5})},
      {"pointer", encode(subject, {.unknown_pointer = true})},
      {"untruncated", encode(subject, untruncated)},
      {"empty", encode(version(), empty)},
      {"table", encode(subject, {.segment_table = true})},
      {"two segments", encode(subject, {.two_segments = true})},
      {"reversed", encode(subject, {.children_reversed = true})},
      {"gap", encode(subject, {.gap = true})},
      {"null member", encode(goodbye(), {.null_member = true})},
      {"unterminated", encode(subject, {.unterminated_text = true})},
      {"dirty", encode(subject, {.dirty_padding = true})},
      {"root", encode(subject, {.root_pointer = 0})},
      {"cut", encode(subject, {.cut_to_octets = 24})},
      {"trailing", encode(subject, {.trailing = Octets(8)})},
  };
  for (const auto& [what, payload] : wrong) {
    EXPECT_NE(payload, encode(subject)) << what;
    EXPECT_FALSE(decode(payload).canonical()) << what;
  }
}

TEST(WireCodec, no_octets_break_the_reader) {
  Random random(1, "reader");
  const auto all = examples();
  for (int round = 0; round < 20'000; ++round) {
    Octets payload = encode(all[random.number(0, all.size() - 1)]);
    for (auto flips = random.number(1, 4); flips-- > 0;)
      payload[random.number(0, payload.size() - 1)] ^= static_cast<std::uint8_t>(1u << random.number(0, 7));
    if (random.number(0, 3) == 0) payload.resize(random.number(0, payload.size()));
    const auto decoded = decode(payload);
    if (decoded.canonical()) {
      EXPECT_EQ(encode(*decoded.message), payload);
    }
  }
}

TEST(WireCodec, metadata_is_padded_and_its_padding_judged) {
  const auto part = encode_metadata(block_metadata(repeated(32, 1), repeated(32, 2)));
  EXPECT_EQ(part.size() % 16, 0u);
  EXPECT_TRUE(decode_metadata(part).canonical());
  auto longer = part;
  longer.resize(part.size() + 16);
  EXPECT_FALSE(decode_metadata(longer).canonical());
  auto dirty = part;
  dirty.back() ^= 1;
  EXPECT_FALSE(decode_metadata(dirty).canonical());
}

TEST(WireFrames, are_cut_wherever_the_stream_is) {
  const Octets stream = joined({encode(control_frame(ping(1))), encode(header_only(kind_control, 0, 0)),
                                encode(data_frame(repeated(32, 1), repeated(32, 2), repeated(40, 3)))});
  FrameCutter cutter;
  std::vector<Frame> frames;
  for (const auto octet : stream) {
    cutter.feed({&octet, 1});
    while (auto frame = cutter.next()) frames.push_back(std::move(*frame));
  }
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(decode(frames[0].body).message->number("token"), 1u);
  EXPECT_EQ(frames[1].length, 0u);
  EXPECT_EQ(data_parts(frames[2]).data, repeated(40, 3));
}

TEST(WireArchive, what_is_sealed_opens_and_nothing_else) {
  Random random(2, "archive");
  const auto keys = derive_keys(random.octets(32), {1, 2, 3});
  const auto plain = repeated(5000, 'a');
  const auto block = seal_block(keys, BlockType::leaf, plain, random);
  const auto opened = open_block(keys, block.id, block.sealed);
  ASSERT_TRUE(opened) << opened.error();
  EXPECT_EQ(opened->plaintext, plain);
  EXPECT_TRUE(opened->compressed);
  EXPECT_EQ(opened->type, BlockType::leaf);
  EXPECT_FALSE(open_block(derive_keys(repeated(32, 7), {1, 2, 3}), block.id, block.sealed));
  auto damaged = block.sealed;
  damaged[20] ^= 1;
  EXPECT_FALSE(open_block(keys, block.id, damaged));

  const auto record =
      Message("version_record").set("number", 1).set("previous", first_previous()).set("root", block.id).set("entry_count", 1);
  const auto sealed = seal_record(keys, record, random);
  const auto back = open_record(keys, 1, first_previous(), sealed);
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(*back, record);
  EXPECT_FALSE(open_record(keys, 2, first_previous(), sealed));
}

TEST(WireArchive, what_does_not_open_names_the_rule_that_broke) {
  Random random(3, "rules");
  const auto archive_key = random.octets(32);
  const auto keys = derive_keys(archive_key, {1, 2, 3});
  auto another_key = keys, another_archive = derive_keys(archive_key, {1, 2, 4});
  another_key.block_key = another_key.record_key = random.octets(32);
  const auto says = [](const auto& opened, std::string_view rule) {
    return !opened && opened.error().find(rule) != std::string::npos ? "" : opened ? "it opens" : opened.error();
  };

  const auto block = seal_block(keys, BlockType::content, repeated(50, 'a'), random);
  EXPECT_EQ(says(open_block(another_key, block.id, block.sealed), "ARC-013, or"), "");
  EXPECT_EQ(says(open_block(another_archive, block.id, block.sealed), "ARC-014, or"), "");
  const auto misnamed = seal_block_as(keys, repeated(32, 5), repeated(50, 'a'), random);
  EXPECT_EQ(says(open_block(keys, misnamed.id, misnamed.sealed), "ARC-001"), "");

  const auto record = Message("version_record").set("number", 1).set("previous", first_previous()).set("root", block.id);
  const auto sealed = seal_record(keys, record, random);
  EXPECT_EQ(says(open_record(another_key, 1, first_previous(), sealed), "the record key: KEY-002"), "");
  EXPECT_EQ(says(open_record(another_archive, 1, first_previous(), sealed), "the archive identifier: KEY-003"), "");
  EXPECT_EQ(says(open_record(keys, 2, first_previous(), sealed), "the key is right"), "");
}

TEST(WireHello, a_flight_is_read_once_it_is_whole) {
  EXPECT_FALSE(read_server_flight({}));
  const auto alert = read_server_flight(*from_hex("15030300020246"));
  ASSERT_TRUE(alert);
  EXPECT_EQ(alert->alert, 70);
  EXPECT_TRUE(alert->fatal);
  EXPECT_FALSE(read_server_flight(*from_hex("150303000202")));
  EXPECT_FALSE(read_server_flight(octets("HTTP/1.1 400"))->alert);
}

TEST(Archive, ARC_017_opens_no_frame_that_states_more_than_its_bound) {
  Random random(1, "bound");
  const auto keys = derive_keys(random.octets(32), {1, 2, 3});
  const auto largest = seal_block(keys, BlockType::content, repeated(4'194'304, 0), random);
  const auto opened = open_block(keys, largest.id, largest.sealed);
  ASSERT_TRUE(opened) << opened.error();
  EXPECT_TRUE(opened->compressed);
  const auto larger = seal_block(keys, BlockType::content, repeated(4'194'305, 0), random);
  ASSERT_LT(larger.sealed.size(), 10'000u);
  const auto refused = open_block(keys, larger.id, larger.sealed);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("ARC-017"), std::string::npos) << refused.error();
}

}  // namespace
}  // namespace coffer::conformance
