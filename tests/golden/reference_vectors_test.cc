// Every vector of spec/vectors against the reference: its answer (reference/vectors) is what the vector expects, layer and reason included.
#include <gtest/gtest.h>

#include "protocol/frame.h"
#include "protocol/message.h"
#include "vector_file.h"
#include "vectors/answer.h"

namespace coffer::golden {
namespace {

void answers(std::string_view file) {
  run_vectors(file, [](std::string_view kind, const Json& input, const Json& expect) { EXPECT_EQ(vectors::answer(kind, input), expect); });
}

TEST(Vectors, frames) { answers("frames"); }
TEST(Vectors, messages) { answers("messages"); }
TEST(Vectors, metadata) { answers("metadata"); }
TEST(Vectors, handshake) { answers("handshake"); }
TEST(Vectors, keys) { answers("keys"); }
TEST(Vectors, wraps) { answers("wraps"); }
TEST(Vectors, key_records) { answers("key_records"); }
TEST(Vectors, cuts) { answers("cuts"); }
TEST(Vectors, blocks) { answers("blocks"); }
TEST(Vectors, links) { answers("links"); }
TEST(Vectors, records) { answers("records"); }
TEST(Vectors, manifests) { answers("manifests"); }

// What is read is written again as it was.
TEST(Vectors, MSG_002_every_accepted_message_is_its_one_encoding) {
  run_vectors("messages", [](std::string_view kind, const Json& input, const Json& expect) {
    if (kind != "message" || !expect.contains("accepted")) return;
    const auto message = protocol::decode(octets(input.at("octets")));
    ASSERT_TRUE(message.has_value());
    EXPECT_EQ(hex(protocol::encode(*message)), input.at("octets").get<std::string>());
  });
}

/// What a reader makes of octets that come in pieces of some length, without kinds and metadata.
std::string read(View octets, bool verified, std::size_t piece_octets) {
  std::string seen;
  protocol::FrameReader reader;
  if (verified) reader.set_verified();
  while (!octets.empty()) {
    const auto piece = octets.first(std::min(piece_octets, octets.size()));
    octets = octets.subspan(piece.size());
    reader.feed(piece);
    while (true) {
      const auto frame = reader.next();
      if (!frame) seen += std::string(spec::name(frame.error().reason));
      if (!frame || !*frame) break;
      seen += hex((*frame)->metadata) + "/" + hex((*frame)->body) + " ";
    }
  }
  return seen;
}

TEST(Vectors, FRM_013_a_stream_is_read_alike_in_pieces_of_any_length) {
  run_vectors("frames", [](std::string_view kind, const Json& input, const Json&) {
    if (kind != "stream") return;
    const Octets stream = octets(input.at("octets"));
    const bool verified = input.at("verified").get<bool>();
    for (std::size_t piece_octets = 1; piece_octets < stream.size(); ++piece_octets)
      EXPECT_EQ(read(stream, verified, piece_octets), read(stream, verified, stream.size())) << "in pieces of " << piece_octets;
  });
}

TEST(Vectors, an_answer_to_what_is_no_vector_says_so) {
  EXPECT_TRUE(vectors::answer("no_such_kind", Json::object()).contains("unimplemented"));
  for (const auto& [kind, answer] : vectors::answers()) EXPECT_TRUE(vectors::answer(kind, Json::object()).contains("error")) << kind;
}

}  // namespace
}  // namespace coffer::golden
