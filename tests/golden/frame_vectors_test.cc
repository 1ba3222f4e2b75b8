// spec/vectors/frames.json and metadata.json against the reference's frames.
#include <gtest/gtest.h>

#include "protocol/frame.h"
#include "protocol/message.h"
#include "vector_file.h"

namespace coffer::golden {
namespace {

using protocol::FrameReader;

std::string reason_of(const protocol::Fault& fault) { return std::string(spec::name(fault.reason)); }

void judge_header(const Json& input, const Json& expect) {
  const Octets octets = golden::octets(input.at("header"));
  ASSERT_EQ(octets.size(), 6U);
  FrameReader reader;
  if (input.at("verified").get<bool>()) reader.set_verified();
  reader.feed(octets);
  const auto frame = reader.next();
  if (expect.contains("reason")) {
    ASSERT_FALSE(frame.has_value()) << "accepted";
    EXPECT_EQ(reason_of(frame.error()), expect.at("reason").get<std::string>());
    return;
  }
  ASSERT_TRUE(frame.has_value()) << reason_of(frame.error());
  EXPECT_EQ(frame->has_value(), expect.at("length") == 0) << "a body that has not come was delivered, or an empty one was not";
  EXPECT_EQ(hex(protocol::encode_header({expect.at("kind").get<std::uint8_t>(), expect.at("metadata_blocks").get<std::uint8_t>(),
                                         expect.at("length").get<std::uint32_t>()})),
            hex(octets));
}

/// What a reader makes of octets that come in pieces, in the form of the vectors.
Json read(View octets, bool verified, std::size_t piece_octets) {
  Json seen = {{"frames", Json::array()}};
  FrameReader reader;
  if (verified) reader.set_verified();
  while (!octets.empty()) {
    const auto piece = octets.first(std::min(piece_octets, octets.size()));
    octets = octets.subspan(piece.size());
    reader.feed(piece);
    while (true) {
      const auto frame = reader.next();
      if (!frame) {
        EXPECT_FALSE(seen.contains("reason")) << "a second fault";
        seen["reason"] = reason_of(frame.error());
        break;
      }
      if (!frame->has_value()) break;
      seen["frames"].push_back(
          {{"kind", static_cast<int>((*frame)->kind)}, {"metadata", hex((*frame)->metadata)}, {"body", hex((*frame)->body)}});
    }
  }
  return seen;
}

void judge_stream(const Json& input, const Json& expect) {
  const Octets octets = golden::octets(input.at("octets"));
  for (const std::size_t piece_octets : {octets.size(), std::size_t{1}, std::size_t{5}, std::size_t{7}})
    EXPECT_EQ(read(octets, input.at("verified").get<bool>(), piece_octets), expect) << "in pieces of " << piece_octets;
}

void judge_metadata(const Json& input, const Json& expect) {
  const Octets part = octets(input.at("octets"));
  const auto metadata = protocol::decode_metadata(part);
  if (expect.contains("reason")) {
    ASSERT_FALSE(metadata.has_value()) << "accepted";
    EXPECT_EQ(reason_of(metadata.error()), expect.at("reason").get<std::string>());
    return;
  }
  ASSERT_TRUE(metadata.has_value()) << reason_of(metadata.error());
  EXPECT_EQ(hex(metadata->id), expect.at("id").get<std::string>());
  EXPECT_EQ(hex(metadata->checksum), expect.at("checksum").get<std::string>());
  EXPECT_EQ(hex(protocol::encode_metadata(*metadata)), hex(part));
}

TEST(Vectors, frames) { run_vectors("frames", {{"header", judge_header}, {"stream", judge_stream}}); }
TEST(Vectors, metadata) { run_vectors("metadata", {{"metadata", judge_metadata}}); }

}  // namespace
}  // namespace coffer::golden
