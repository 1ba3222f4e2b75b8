// The one encoding of a message: known octets, and every way of writing the same message differently is refused.
#include "protocol/message.h"

#include <algorithm>
#include <initializer_list>

#include <gtest/gtest.h>

#include "protocol/samples.h"

namespace coffer::protocol {
namespace {

using spec::MessageKind;
using spec::Reason;

constexpr std::uint64_t pointer(std::int32_t offset, std::uint16_t data, std::uint16_t pointers) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(offset) << 2U) | std::uint64_t{data} << 32U | std::uint64_t{pointers} << 48U;
}

Octets words(std::initializer_list<std::uint64_t> list) {
  Octets octets;
  for (const auto word : list)
    for (unsigned shift = 0; shift < 64; shift += 8) octets.push_back(static_cast<std::uint8_t>(word >> shift));
  return octets;
}

void expect_malformed(const Octets& payload, std::string_view requirement = "MSG-002") {
  const auto message = decode(payload);
  ASSERT_FALSE(message.has_value());
  EXPECT_EQ(name(message.error().reason), name(Reason::malformed_message));
  EXPECT_EQ(message.error().requirement, requirement);
}

const Octets ping = words({pointer(0, 1, 1), 1, pointer(0, 1, 0), 0x0102030405060708});

TEST(Message, MSG_001_a_ping_has_the_octets_that_the_chapter_shows) {
  EXPECT_EQ(encode(Ping{0x0102030405060708}), ping);
  const auto message = decode(ping);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(std::get<Ping>(*message).token, 0x0102030405060708U);
}

TEST(Message, MSG_001_a_struct_of_zeros_is_a_pointer_of_size_zero) {
  EXPECT_EQ(encode(Disconnect{0}), words({pointer(0, 0, 1), pointer(-1, 0, 0)}));
  EXPECT_EQ(encode(Goodbye{}), words({pointer(0, 1, 1), 3, pointer(-1, 0, 0)}));
}

TEST(Message, MSG_001_empty_texts_and_lists_are_null_pointers) {
  EXPECT_EQ(encode(MissingBlocks{}), words({pointer(0, 1, 1), 15, pointer(-1, 0, 0)}));
  EXPECT_EQ(encode(ConfigPush{3, {}}), words({pointer(0, 1, 1), 11, pointer(0, 1, 0), 3}));
}

TEST(Message, MSG_001_every_kind_survives_being_written_and_read) {
  for (const auto& row : spec::message_rows) {
    const auto octets = encode(samples::message(row.kind));
    const auto message = decode(octets);
    ASSERT_TRUE(message.has_value()) << row.name;
    EXPECT_EQ(kind(*message), row.kind);
    EXPECT_EQ(encode(*message), octets) << row.name;
  }
}

TEST(Message, MSG_001_every_field_is_carried) {
  const auto login = std::get<Login>(decode(encode(samples::login())).value());
  EXPECT_EQ(login.registration_key, "ABCDEFGH12345678");
  EXPECT_EQ(login.user_name, "alice");
  EXPECT_EQ(std::string(login.password.begin(), login.password.end()), "correct horse");
  EXPECT_EQ(login.computer, samples::computer);
  EXPECT_FALSE(login.deferred);
  const auto version = std::get<Version>(decode(encode(Version{6, 1, 2, 3, -60, "os", "vm", "::1"})).value());
  EXPECT_EQ(version.protocol, 6);
  EXPECT_EQ(version.major, 1);
  EXPECT_EQ(version.minor, 2);
  EXPECT_EQ(version.patch, 3);
  EXPECT_EQ(version.time_zone_minutes, -60);
  EXPECT_EQ(version.operating_system, "os");
  EXPECT_EQ(version.virtual_machine, "vm");
  EXPECT_EQ(version.address, "::1");
  const auto push = std::get<ConfigPush>(decode(encode(ConfigPush{9, {{"a", "b", true}, {"c", "", false}}})).value());
  EXPECT_EQ(push.version, 9U);
  EXPECT_EQ(push.settings, (std::vector<Setting>{{"a", "b", true}, {"c", "", false}}));
  const auto versions = std::get<Versions>(decode(encode(Versions{{{4, Octets(32, 1), Octets(3, 2)}}, true})).value());
  ASSERT_EQ(versions.entries.size(), 1U);
  EXPECT_EQ(versions.entries[0].number, 4U);
  EXPECT_EQ(versions.entries[0].link, Octets(32, 1));
  EXPECT_EQ(versions.entries[0].record, Octets(3, 2));
  EXPECT_TRUE(versions.more);
  const auto commit = std::get<CommitVersion>(decode(encode(CommitVersion{2, Octets(32, 3), Octets(32, 4), Octets(5, 5)})).value());
  EXPECT_EQ(commit.number, 2U);
  EXPECT_EQ(commit.previous, Octets(32, 3));
  EXPECT_EQ(commit.link, Octets(32, 4));
  EXPECT_EQ(commit.record, Octets(5, 5));
  EXPECT_EQ(std::get<MissingBlocks>(decode(encode(MissingBlocks{{0, 5, 1023}})).value()).indices, (std::vector<std::uint16_t>{0, 5, 1023}));
  const auto begin = std::get<RestoreBegin>(decode(encode(RestoreBegin{8, 1})).value());
  EXPECT_EQ(begin.version, 8U);
  EXPECT_EQ(begin.purpose, 1);
}

TEST(Message, MSG_002_nothing_half_a_word_and_the_top_alone_are_no_message) {
  expect_malformed({});
  expect_malformed(Octets(4));
  expect_malformed(words({0}));
  expect_malformed(words({pointer(0, 1, 1)}));
  for (std::size_t size = 0; size < ping.size(); ++size) expect_malformed({ping.begin(), ping.begin() + static_cast<std::ptrdiff_t>(size)});
}

TEST(Message, MSG_002_trailing_octets_are_refused) {
  auto longer = ping;
  longer.resize(longer.size() + 8);
  expect_malformed(longer);
}

TEST(Message, MSG_002_trailing_zero_words_of_a_struct_are_refused) {
  expect_malformed(words({pointer(0, 1, 1), 1, pointer(0, 1, 0), 0}));  // ping of token 0 keeps its zero word
  expect_malformed(words({pointer(0, 1, 1), 0, pointer(-1, 0, 0)}));    // disconnect keeps the tag's zero word
}

TEST(Message, MSG_002_a_null_pointer_for_the_messages_struct_is_refused) { expect_malformed(words({pointer(0, 1, 0), 3})); }

TEST(Message, MSG_002_an_empty_list_that_is_not_null_is_refused) {
  expect_malformed(words({pointer(0, 1, 1), 14, pointer(0, 0, 1), 0x0000000200000001}));
}

TEST(Message, MSG_002_gaps_between_objects_are_refused) {
  expect_malformed(words({pointer(0, 1, 1), 1, pointer(1, 1, 0), 0, 0x0102030405060708}));
}

TEST(Message, MSG_002_objects_out_of_order_are_refused) {
  // user name before registration key: Login's pointers cross
  const auto login = encode(Login{"A", "B", {}, 0, false});
  ASSERT_TRUE(decode(login).has_value());
  ASSERT_EQ(login.size(), 56U);  // root, Control (2), Login's two pointers, two texts
  auto crossed = login;
  std::swap_ranges(crossed.begin() + 40, crossed.begin() + 48, crossed.begin() + 48);
  crossed[24] = static_cast<std::uint8_t>(crossed[24] + 4);  // one word further
  crossed[32] = static_cast<std::uint8_t>(crossed[32] - 4);  // one word nearer
  expect_malformed(crossed);
}

TEST(Message, MSG_002_a_text_without_its_ending_zero_or_with_set_padding_is_refused) {
  auto login = encode(Login{"A", "", {}, 0, false});
  ASSERT_TRUE(decode(login).has_value());
  auto unended = login;
  unended[unended.size() - 7] = 'B';
  expect_malformed(unended);
  login.back() = 1;
  expect_malformed(login);
}

TEST(Message, MSG_002_far_pointers_and_capabilities_are_refused) {
  expect_malformed(words({2, 0}));
  expect_malformed(words({3}));
  expect_malformed(words({pointer(0, 1, 1), 1, 3}));
}

TEST(Message, MSG_003_an_unknown_union_tag_is_refused) {
  expect_malformed(words({pointer(0, 1, 1), spec::message_rows.size(), pointer(-1, 0, 0)}), "MSG-003");
  expect_malformed(words({pointer(0, 1, 1), 0xFFFF, pointer(-1, 0, 0)}), "MSG-003");
}

TEST(Message, MSG_004_fields_that_the_schema_does_not_have_are_refused) {
  expect_malformed(words({pointer(0, 1, 1), 1, pointer(0, 2, 0), 1, 2}));                       // ping with a second word
  expect_malformed(words({pointer(0, 1, 1), 1 | std::uint64_t{1} << 16U, pointer(-1, 0, 0)}));  // Control with data beside the tag
  expect_malformed(words({pointer(0, 1, 1), 3, pointer(0, 1, 0), 1}));                          // goodbye with a field
  expect_malformed(words({pointer(0, 1, 1), std::uint64_t{22} | 0x100000000, pointer(-1, 0, 0)}));
}

TEST(Message, MSG_008_lists_whose_elements_take_no_octets_are_refused) {
  const std::uint64_t list = 0x0000000700000001;  // composite, no words of content
  const auto settings = [&](std::uint64_t count) { return words({pointer(0, 1, 1), 11, pointer(0, 0, 1), list, count << 2U}); };
  expect_malformed(settings(1), "MSG-008");
  expect_malformed(settings(8193), "MSG-002");  // more than the reader will count
  expect_malformed(settings(0x1FFFFFFF), "MSG-002");
  expect_malformed(encode(ConfigPush{0, {Setting{}, Setting{}}}), "MSG-008");
}

TEST(Message, MSG_002_no_single_bit_of_a_message_can_be_changed_without_changing_its_meaning) {
  for (const auto& row : spec::message_rows) {
    const auto octets = encode(samples::message(row.kind));
    for (std::size_t bit = 0; bit < octets.size() * 8; ++bit) {
      auto changed = octets;
      changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
      if (const auto message = decode(changed)) {
        EXPECT_EQ(encode(*message), changed) << row.name << " bit " << bit;
      }
    }
  }
}

// ---- The metadata part of a data frame ----------------------------------------------------------------------------------------------

const BlockMetadata metadata{Octets(32, 0xA1), Octets(32, 0xB2)};

TEST(Metadata, FRM_015_is_six_blocks_of_sixteen) {
  const auto part = encode_metadata(metadata);
  ASSERT_EQ(part.size(), 96U);
  EXPECT_TRUE(std::all_of(part.begin() + 88, part.end(), [](auto octet) { return octet == 0; }));
  const auto read = decode_metadata(part);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->id, metadata.id);
  EXPECT_EQ(read->checksum, metadata.checksum);
}

void expect_metadata_refused(const Octets& part, Reason reason, std::string_view requirement) {
  const auto read = decode_metadata(part);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(name(read.error().reason), name(reason));
  EXPECT_EQ(read.error().requirement, requirement);
}

TEST(Metadata, FRM_015_refuses_padding_that_is_long_missing_or_not_zero) {
  auto part = encode_metadata(metadata);
  auto longer = part;
  longer.resize(112);
  expect_metadata_refused(longer, Reason::malformed_message, "FRM-015");
  auto shorter = part;
  shorter.resize(80);
  expect_metadata_refused(shorter, Reason::malformed_message, "FRM-015");
  part.back() = 1;
  expect_metadata_refused(part, Reason::malformed_message, "FRM-015");
  expect_metadata_refused(Octets(16), Reason::malformed_message, "FRM-015");
}

TEST(Metadata, MSG_005_refuses_ids_and_checksums_of_another_length) {
  for (const std::size_t size : {0, 31, 33}) {
    expect_metadata_refused(encode_metadata({Octets(size, 1), Octets(32, 1)}), Reason::field_out_of_range, "MSG-005");
    expect_metadata_refused(encode_metadata({Octets(32, 1), Octets(size, 1)}), Reason::field_out_of_range, "MSG-005");
  }
}

}  // namespace
}  // namespace coffer::protocol
