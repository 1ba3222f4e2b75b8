// Two codecs that share no code, the suite's and the reference's, agree octet for octet, and on what they refuse.
#include <gtest/gtest.h>

#include "protocol/message.h"
#include "wire/encoding.h"
#include "wire/random.h"

namespace coffer::conformance {
namespace {

bool reference_takes(View payload) { return protocol::decode(payload).has_value(); }

/// A message whose every field holds something random of its type.
Message random_message(Random& random, const Message& shape) {
  Message message = shape;
  const auto& layout = spec::struct_layouts[message.layout_index()];
  for (std::uint32_t i = 0; i < layout.field_count; ++i) {
    const auto& field = spec::field_layouts[layout.first_field + i];
    if (random.number(0, 3) == 0) continue;
    switch (field.type) {
      case spec::FieldType::boolean: message.set(field.name, random.number(0, 1)); break;
      case spec::FieldType::u8: message.set(field.name, random.number(0, 0xff)); break;
      case spec::FieldType::u16: message.set(field.name, random.number(0, 0xffff)); break;
      case spec::FieldType::u32: message.set(field.name, random.number(0, 0xffffffff)); break;
      case spec::FieldType::u64: message.set(field.name, random.number()); break;
      case spec::FieldType::i16: message.set(field.name, static_cast<int>(random.number(0, 65535)) - 32768); break;
      case spec::FieldType::i64: message.set(field.name, random.number()); break;
      case spec::FieldType::text: message.set(field.name, std::string(random.number(0, 40), 'x')); break;
      case spec::FieldType::data: message.set(field.name, random.octets(random.number(0, 80))); break;
      case spec::FieldType::list_u16:
        message.set(field.name, std::vector<std::uint16_t>(random.number(0, 9), static_cast<std::uint16_t>(random.number(0, 65535))));
        break;
      case spec::FieldType::list_struct: {
        std::vector<Message> items;
        for (auto count = random.number(0, 3); count-- > 0;)
          items.push_back(random_message(random, Message(spec::struct_layouts[static_cast<std::size_t>(field.structure)].name)));
        // [MSG-008] a list whose elements take no octets is malformed: give one element something
        if (!items.empty()) items.front().set(items.front().name() == "setting" ? "locked" : "number", 1);
        message.set(field.name, std::move(items));
        break;
      }
      case spec::FieldType::structure: break;
    }
  }
  return message;
}

TEST(TwoCodecs, agree_on_every_octet_of_valid_messages) {
  Random random(3, "agree");
  for (int round = 0; round < 200; ++round)
    for (const auto& row : spec::message_rows) {
      const auto message = random_message(random, example(row.kind));
      const auto payload = encode(message);
      const auto theirs = protocol::decode(payload);
      ASSERT_TRUE(theirs) << to_text(message) << " " << hex(payload) << " " << theirs.error().detail;
      EXPECT_EQ(hex(protocol::encode(*theirs)), hex(payload));
      EXPECT_EQ(static_cast<std::uint16_t>(protocol::kind(*theirs)), static_cast<std::uint16_t>(row.kind));
    }
}

TEST(TwoCodecs, agree_on_what_is_not_canonical) {
  Random random(4, "disagree");
  unsigned refused = 0;
  for (int round = 0; round < 2'000; ++round)
    for (const auto& row : spec::message_rows) {
      auto payload = encode(random_message(random, example(row.kind)));
      for (auto flips = random.number(1, 3); flips-- > 0;)
        payload[random.number(0, payload.size() - 1)] ^= static_cast<std::uint8_t>(1u << random.number(0, 7));
      const bool ours = decode(payload).canonical();
      ASSERT_EQ(ours, reference_takes(payload)) << hex(payload) << (ours ? "" : " " + decode(payload).defects.front());
      refused += ours ? 0 : 1;
    }
  EXPECT_GT(refused, 10'000u);
}

TEST(TwoCodecs, agree_on_metadata) {
  Random random(5, "metadata");
  for (int round = 0; round < 5'000; ++round) {
    auto part = encode_metadata(block_metadata(random.octets(32), random.octets(32)));
    if (round % 2 == 1) part[random.number(0, part.size() - 1)] ^= static_cast<std::uint8_t>(1u << random.number(0, 7));
    const auto ours = decode_metadata(part);
    const auto theirs = protocol::decode_metadata(part);
    const bool ranges = ours.canonical() && ours.message->octets("id").size() == 32 && ours.message->octets("checksum").size() == 32;
    ASSERT_EQ(ranges, theirs.has_value()) << hex(part);
  }
}

}  // namespace
}  // namespace coffer::conformance
