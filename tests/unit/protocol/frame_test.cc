// Frames: the header's checks in their order, reassembly, and silence after a fault.
#include "protocol/frame.h"

#include <gtest/gtest.h>

namespace coffer::protocol {
namespace {

using spec::Reason;

Octets header(std::uint8_t kind, std::uint8_t metadata_blocks, std::uint32_t length) {
  const auto six = encode_header({kind, metadata_blocks, length});
  return {six.begin(), six.end()};
}

/// What the reader says of a header alone.
std::optional<Fault> judged(const Octets& octets, bool verified = true) {
  FrameReader reader;
  if (verified) reader.set_verified();
  reader.feed(octets);
  auto frame = reader.next();
  if (frame) return std::nullopt;
  return frame.error();
}

void expect_refused(const Octets& octets, Reason reason, std::string_view requirement, bool verified = true) {
  const auto fault = judged(octets, verified);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(name(fault->reason), name(reason));
  EXPECT_EQ(fault->requirement, requirement);
}

TEST(Frame, FRM_001_a_header_is_kind_metadata_blocks_and_a_big_endian_length) {
  EXPECT_EQ(header(0x02, 6, 0x00010203), (Octets{0x02, 0x06, 0x00, 0x01, 0x02, 0x03}));
}

TEST(Frame, FRM_002_length_counts_the_body_alone) {
  const auto frame = control_frame(Octets(10, 0xEE));
  ASSERT_EQ(frame.size(), 16U);
  EXPECT_EQ(frame[5], 10);
}

TEST(Frame, FRM_003_control_frames_carry_no_metadata) { EXPECT_EQ(control_frame(Octets(8))[1], 0); }

TEST(FrameReader, FRM_004_refuses_every_kind_but_control_and_data) {
  for (unsigned kind = 0; kind < 256; ++kind) {
    const auto fault = judged(header(static_cast<std::uint8_t>(kind), kind == 2 ? 1 : 0, 16));
    if (kind == 1 || kind == 2) {
      EXPECT_FALSE(fault.has_value()) << kind;
    } else {
      ASSERT_TRUE(fault.has_value()) << kind;
      EXPECT_EQ(fault->reason, Reason::unknown_frame_kind);
    }
  }
}

TEST(FrameReader, FRM_005_refuses_metadata_in_a_control_frame) { expect_refused(header(1, 1, 32), Reason::bad_metadata_length, "FRM-005"); }

TEST(FrameReader, FRM_006_splits_a_data_frame_after_its_metadata_blocks) {
  FrameReader reader;
  reader.feed(data_frame(Octets(32, 0xAA), Octets(5, 0xBB)));
  const auto frame = reader.next().value().value();
  EXPECT_EQ(frame.kind, FrameKind::data);
  EXPECT_EQ(Octets(frame.metadata.begin(), frame.metadata.end()), Octets(32, 0xAA));
  EXPECT_EQ(Octets(frame.body.begin(), frame.body.end()), Octets(5, 0xBB));
}

TEST(FrameReader, FRM_007_refuses_a_data_frame_without_metadata_or_with_more_than_fits) {
  expect_refused(header(2, 0, 16), Reason::bad_metadata_length, "FRM-007");
  expect_refused(header(2, 2, 31), Reason::bad_metadata_length, "FRM-007");
  EXPECT_FALSE(judged(header(2, 2, 32)).has_value());
}

TEST(FrameReader, FRM_008_control_frames_end_at_65536) {
  EXPECT_FALSE(judged(header(1, 0, 65'536)).has_value());
  expect_refused(header(1, 0, 65'537), Reason::frame_too_large, "FRM-008");
}

TEST(FrameReader, FRM_009_data_frames_end_at_4259840) {
  EXPECT_FALSE(judged(header(2, 6, 4'259'840)).has_value());
  expect_refused(header(2, 6, 4'259'841), Reason::frame_too_large, "FRM-009");
}

TEST(FrameReader, FRM_010_frames_end_at_4096_until_the_user_is_verified) {
  for (const auto kind : {std::uint8_t{1}, std::uint8_t{2}}) {
    const auto metadata = static_cast<std::uint8_t>(kind == 2 ? 1 : 0);
    EXPECT_FALSE(judged(header(kind, metadata, 4'096), false).has_value());
    expect_refused(header(kind, metadata, 4'097), Reason::frame_too_large, "FRM-010", false);
    EXPECT_FALSE(judged(header(kind, metadata, 4'097), true).has_value());
  }
}

TEST(FrameReader, FRM_011_the_first_failing_header_check_decides) {
  expect_refused(header(9, 1, 0xFFFFFFFF), Reason::unknown_frame_kind, "FRM-004");
  expect_refused(header(1, 1, 0xFFFFFFFF), Reason::bad_metadata_length, "FRM-005");
  expect_refused(header(2, 0, 0xFFFFFFFF), Reason::frame_too_large, "FRM-009");
}

TEST(FrameReader, FRM_012_refuses_a_header_before_its_body) {
  FrameReader reader;
  reader.set_verified();
  reader.feed(header(1, 0, 65'537));  // and nothing of a body
  EXPECT_FALSE(reader.next().has_value());
}

TEST(FrameReader, FRM_012_says_nothing_of_five_octets) {
  FrameReader reader;
  const auto wrong = header(9, 0, 0);
  reader.feed(View(wrong).first(5));
  EXPECT_FALSE(reader.next().value().has_value());
  reader.feed(View(wrong).last(1));
  EXPECT_FALSE(reader.next().has_value());
}

TEST(FrameReader, FRM_013_takes_frames_octet_by_octet_and_several_at_once) {
  auto stream = control_frame(Octets(8, 1));
  const auto second = data_frame(Octets(16, 2), Octets(3, 3)), third = control_frame({});
  stream.insert(stream.end(), second.begin(), second.end());
  stream.insert(stream.end(), third.begin(), third.end());
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, stream.size()}) {
    FrameReader reader;
    std::vector<std::size_t> bodies;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      reader.feed(View(stream).subspan(at, std::min(step, stream.size() - at)));
      while (const auto frame = reader.next().value()) bodies.push_back(frame->body.size());
    }
    EXPECT_EQ(bodies, (std::vector<std::size_t>{8, 3, 0}));
    EXPECT_EQ(reader.buffered(), 0U);
  }
}

TEST(FrameReader, FRM_013_keeps_its_place_through_many_frames_with_a_remainder) {
  FrameReader reader;
  reader.set_verified();
  const auto frame = control_frame(Octets(1000, 7));
  Octets stream;
  for (int i = 0; i < 300; ++i) stream.insert(stream.end(), frame.begin(), frame.end());
  std::size_t count = 0;
  for (std::size_t at = 0; at < stream.size(); at += 1536) {
    reader.feed(View(stream).subspan(at, std::min<std::size_t>(1536, stream.size() - at)));
    while (const auto whole = reader.next().value()) {
      EXPECT_EQ(whole->body.size(), 1000U);
      EXPECT_EQ(whole->body[999], 7);
      ++count;
    }
  }
  EXPECT_EQ(count, 300U);
}

TEST(FrameReader, wipes_frames_handed_out_and_no_octet_after_them) {
  FrameReader reader;
  reader.feed(control_frame(Octets(8, 0x55)));
  reader.feed(control_frame(Octets(8, 0x66)));
  const auto first = reader.next().value();
  ASSERT_TRUE(first);
  reader.wipe_used();
  EXPECT_TRUE(std::ranges::all_of(first->body, [](std::uint8_t octet) { return octet == 0; }));
  const auto second = reader.next().value();
  ASSERT_TRUE(second);
  EXPECT_TRUE(std::ranges::all_of(second->body, [](std::uint8_t octet) { return octet == 0x66; }));
}

TEST(FrameReader, FRM_017_after_a_fault_nothing_more_is_read) {
  FrameReader reader;
  reader.feed(control_frame(Octets(8)));
  reader.feed(header(9, 0, 0));
  reader.feed(control_frame(Octets(8)));
  EXPECT_TRUE(reader.next().value().has_value());
  const auto fault = reader.next();
  ASSERT_FALSE(fault.has_value());
  EXPECT_EQ(fault.error().offset, 14U);  // of the wrong header's kind
  EXPECT_EQ(reader.state(), spec::frame_reader::State::failed);
  reader.feed(control_frame(Octets(8)));
  EXPECT_FALSE(reader.next().value().has_value());
  EXPECT_EQ(reader.buffered(), 0U);
}

}  // namespace
}  // namespace coffer::protocol
