// The conformance suite's own codec against the vectors that it can judge: it shares no code with the reference, and nor do the vectors.
#include <gtest/gtest.h>

#include "vector_file.h"
#include "wire/archive.h"
#include "wire/encoding.h"

namespace coffer::golden {
namespace {

namespace suite = coffer::conformance;

bool refused_by(const Json& expect, std::string_view layer) {
  return expect.contains("refused") && expect.at("refused").at("layer") == layer;
}

/// A field's value in the vectors' form, by its type in the layout.
Json shown(const suite::Message& message);
Json shown(const spec::FieldLayout& field, const suite::Message& message) {
  switch (field.type) {
    case spec::FieldType::boolean: return message.flag(field.name);
    case spec::FieldType::u8:
    case spec::FieldType::u16:
    case spec::FieldType::u32: return message.number(field.name);
    case spec::FieldType::u64: return std::to_string(message.number(field.name));
    case spec::FieldType::i16: return message.signed_number(field.name);
    case spec::FieldType::i64: return std::to_string(message.signed_number(field.name));
    case spec::FieldType::text: return message.text(field.name);
    case spec::FieldType::data: return hex(message.octets(field.name));
    case spec::FieldType::list_u16: return message.numbers(field.name);
    case spec::FieldType::list_struct: {
      Json items = Json::array();
      for (const auto& item : message.items(field.name)) items.push_back(shown(item));
      return items;
    }
    case spec::FieldType::structure: break;
  }
  throw std::logic_error("no message has a field of this type");
}
Json shown(const suite::Message& message) {
  Json fields = Json::object();
  const auto& layout = spec::struct_layouts[message.layout_index()];
  for (std::size_t i = layout.first_field; i < layout.first_field + layout.field_count; ++i)
    fields[std::string(spec::field_layouts[i].name)] = shown(spec::field_layouts[i], message);
  return fields;
}

/// Ranges are the judge's business, not the codec's: what is out of range is still well encoded.
void judge_message(const Json& input, const Json& expect) {
  const Octets payload = octets(input.at("octets"));
  const auto decoded = suite::decode(payload);
  EXPECT_EQ(decoded.canonical(), !refused_by(expect, "encoding"))
      << (decoded.defects.empty() ? "nothing is wrong" : decoded.defects.front());
  if (!expect.contains("accepted")) return;
  ASSERT_TRUE(decoded.canonical());
  EXPECT_EQ(decoded.message->name(), expect.at("accepted").at("message").get<std::string>());
  EXPECT_EQ(shown(*decoded.message), expect.at("accepted").at("fields"));
  EXPECT_EQ(hex(suite::encode(*decoded.message)), hex(payload));
}

void judge_metadata(const Json& input, const Json& expect) {
  const Octets part = octets(input.at("octets"));
  const auto decoded = suite::decode_metadata(part);
  EXPECT_EQ(decoded.canonical(), !refused_by(expect, "encoding"));
  if (!expect.contains("accepted")) return;
  ASSERT_TRUE(decoded.canonical());
  EXPECT_EQ(shown(*decoded.message), expect.at("accepted"));
  EXPECT_EQ(hex(suite::encode_metadata(*decoded.message)), hex(part));
}

suite::ArchiveKeys keys(const Json& input) {
  return suite::derive_keys(octets(input.at("archive_key")), {std::stoull(input.at("user").get<std::string>()),
                                                              identity(input.at("computer")), identity(input.at("server"))});
}

void judge_keys(const Json& input, const Json& expect) {
  const auto derived = keys(input);
  EXPECT_EQ(hex(derived.block_id_key), expect.at("accepted").at("block_id").get<std::string>());
  EXPECT_EQ(hex(derived.block_key), expect.at("accepted").at("block").get<std::string>());
  EXPECT_EQ(hex(derived.record_key), expect.at("accepted").at("record").get<std::string>());
  EXPECT_EQ(hex(derived.check_value), expect.at("accepted").at("check").get<std::string>());
  EXPECT_EQ(hex(derived.archive_id), expect.at("accepted").at("archive").get<std::string>());
}

/// The suite's reader finds a block's type by its id: a vector that asks under another type is not a question to it.
void judge_open_block(const Json& input, const Json& expect) {
  const auto opened = suite::open_block(keys(input), octets(input.at("block_id")), octets(input.at("sealed")));
  const bool same_type = !opened || opened->type == static_cast<suite::BlockType>(input.at("type").get<std::uint8_t>());
  if (expect.contains("refused")) {
    EXPECT_FALSE(opened.has_value() && same_type) << "opened";
    return;
  }
  ASSERT_TRUE(opened.has_value()) << opened.error();
  EXPECT_TRUE(same_type);
  EXPECT_EQ(hex(opened->plaintext), expect.at("accepted").at("block").get<std::string>());
}

void judge_link(const Json& input, const Json& expect) {
  EXPECT_EQ(hex(suite::link(octets(input.at("previous")), std::stoull(input.at("number").get<std::string>()), octets(input.at("record")))),
            expect.at("accepted").at("link").get<std::string>());
}

/// Those of one kind.
void judge(std::string_view file, std::string_view wanted, void (*judge_one)(const Json&, const Json&)) {
  std::size_t judged = 0;
  run_vectors(file, [&](std::string_view kind, const Json& input, const Json& expect) {
    if (kind != wanted) return;
    judge_one(input, expect);
    ++judged;
  });
  EXPECT_NE(judged, 0U);
}

TEST(SuiteCodecVectors, messages) { judge("messages", "message", judge_message); }
TEST(SuiteCodecVectors, metadata) { judge("metadata", "metadata", judge_metadata); }
TEST(SuiteCodecVectors, keys) { judge("keys", "keys", judge_keys); }
TEST(SuiteCodecVectors, blocks) { judge("blocks", "open_block", judge_open_block); }
TEST(SuiteCodecVectors, links) { judge("links", "link", judge_link); }

}  // namespace
}  // namespace coffer::golden
