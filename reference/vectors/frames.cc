// Kinds header, stream, metadata, encode_metadata.
#include <stdexcept>

#include "protocol/frame.h"
#include "protocol/message.h"
#include "vectors/refusal.h"
#include "vectors/value.h"

namespace coffer::vectors {
namespace {

protocol::FrameReader reader(const Json& input) {
  protocol::FrameReader made;
  if (input.at("verified").get<bool>()) made.set_verified();
  return made;
}

}  // namespace

Json header(const Json& input) {
  const Octets six = octets(input.at("header"));
  if (six.size() != 6) throw std::invalid_argument("a header has six octets");
  auto frames = reader(input);
  frames.feed(six);
  if (const auto judged = frames.next(); !judged) return refused(judged.error());
  const auto said = protocol::decode_header(std::span(six).first<6>());
  return accepted({{"kind", said.kind}, {"metadata_blocks", said.metadata_blocks}, {"length", said.length}});
}

/// Fed octet by octet, which gives what any other cut gives: a test of the reader says so.
Json stream(const Json& input) {
  auto frames = reader(input);
  Json whole = Json::array();
  for (const std::uint8_t octet : octets(input.at("octets"))) {
    frames.feed({&octet, 1});
    while (true) {
      const auto frame = frames.next();
      if (!frame) {
        auto answer = refused(frame.error());
        answer["refused"]["frames"] = whole;
        return answer;
      }
      if (!*frame) break;
      whole.push_back({{"kind", static_cast<int>((*frame)->kind)}, {"metadata", hex((*frame)->metadata)}, {"body", hex((*frame)->body)}});
    }
  }
  return accepted({{"frames", whole}});
}

Json metadata(const Json& input) {
  const auto read = protocol::decode_metadata(octets(input.at("octets")));
  if (!read) return refused(read.error());
  return accepted({{"id", hex(read->id)}, {"checksum", hex(read->checksum)}});
}

Json encode_metadata(const Json& input) {
  return accepted({{"octets", hex(protocol::encode_metadata({octets(input.at("id")), octets(input.at("checksum"))}))}});
}

}  // namespace coffer::vectors
