// The ranges of fields, tried at every bound that the message table writes: a changed table that the code does not follow fails here.
#include <charconv>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include <gtest/gtest.h>

#include "protocol/message.h"
#include "protocol/samples.h"

namespace coffer::protocol {
namespace {

using spec::MessageKind;

std::optional<std::string> refused_field(const Message& message) {
  const auto checked = check_fields(message);
  if (checked) return std::nullopt;
  EXPECT_EQ(checked.error().reason, spec::Reason::field_out_of_range);
  EXPECT_EQ(checked.error().requirement, "MSG-005");
  return checked.error().detail;
}

/// A number or a size put into one field of a good message.
using Put = std::function<void(Message&, std::int64_t)>;

template <typename M, typename F>
std::pair<std::pair<MessageKind, std::string_view>, Put> number(MessageKind kind, std::string_view field, F M::*member) {
  return {{kind, field}, [member](Message& message, std::int64_t value) { std::get<M>(message).*member = static_cast<F>(value); }};
}
template <typename M, typename F>
std::pair<std::pair<MessageKind, std::string_view>, Put> sized(MessageKind kind, std::string_view field, F M::*member) {
  return {{kind, field},
          [member](Message& message, std::int64_t size) { std::get<M>(message).*member = F(static_cast<std::size_t>(size), 'a'); }};
}
template <typename M>
std::pair<std::pair<MessageKind, std::string_view>, Put> ids(MessageKind kind, std::string_view field, Octets M::*member) {
  return {{kind, field}, [member](Message& message, std::int64_t count) {
            std::get<M>(message).*member = Octets(static_cast<std::size_t>(count) * 32, 1);
          }};
}
template <typename M>
std::pair<std::pair<MessageKind, std::string_view>, Put> indices(MessageKind kind, std::string_view field,
                                                                 std::vector<std::uint16_t> M::*member) {
  return {{kind, field}, [member](Message& message, std::int64_t count) {
            auto& list = std::get<M>(message).*member;
            list.clear();
            for (std::int64_t i = 0; i < count; ++i) list.push_back(static_cast<std::uint16_t>(i));
          }};
}

const std::map<std::pair<MessageKind, std::string_view>, Put> puts{
    number(MessageKind::version, "time_zone_minutes", &Version::time_zone_minutes),
    sized(MessageKind::version, "operating_system", &Version::operating_system),
    sized(MessageKind::version, "virtual_machine", &Version::virtual_machine),
    number(MessageKind::computer, "guid", &Computer::guid),
    number(MessageKind::server_identity, "guid", &ServerIdentity::guid),
    sized(MessageKind::login, "registration_key", &Login::registration_key),
    sized(MessageKind::login, "user_name", &Login::user_name),
    sized(MessageKind::login, "password", &Login::password),
    number(MessageKind::login, "computer", &Login::computer),
    number(MessageKind::login_accepted, "user", &LoginAccepted::user),
    {{MessageKind::config_push, "settings"},
     [](Message& m, std::int64_t n) {
       std::get<ConfigPush>(m).settings.assign(static_cast<std::size_t>(n), {"a", "", false});
     }},
    {{MessageKind::config_push, "settings.name"},
     [](Message& m, std::int64_t n) { std::get<ConfigPush>(m).settings[0].name.assign(static_cast<std::size_t>(n), 'a'); }},
    {{MessageKind::config_push, "settings.value"},
     [](Message& m, std::int64_t n) { std::get<ConfigPush>(m).settings[0].value.assign(static_cast<std::size_t>(n), 'a'); }},
    ids(MessageKind::offer_blocks, "ids", &OfferBlocks::ids),
    indices(MessageKind::missing_blocks, "indices", &MissingBlocks::indices),
    number(MessageKind::commit_version, "number", &CommitVersion::number),
    sized(MessageKind::commit_version, "previous", &CommitVersion::previous),
    sized(MessageKind::commit_version, "link", &CommitVersion::link),
    sized(MessageKind::commit_version, "record", &CommitVersion::record),
    number(MessageKind::version_committed, "number", &VersionCommitted::number),
    {{MessageKind::versions, "entries"},
     [](Message& m, std::int64_t n) {
       std::get<Versions>(m).entries.assign(static_cast<std::size_t>(n), {1, Octets(32, 1), Octets(1, 1)});
     }},
    {{MessageKind::versions, "entries.number"},
     [](Message& m, std::int64_t n) { std::get<Versions>(m).entries[0].number = static_cast<std::uint64_t>(n); }},
    {{MessageKind::versions, "entries.link"},
     [](Message& m, std::int64_t n) { std::get<Versions>(m).entries[0].link.assign(static_cast<std::size_t>(n), 1); }},
    {{MessageKind::versions, "entries.record"},
     [](Message& m, std::int64_t n) { std::get<Versions>(m).entries[0].record.assign(static_cast<std::size_t>(n), 1); }},
    number(MessageKind::restore_begin, "version", &RestoreBegin::version),
    number(MessageKind::restore_begin, "purpose", &RestoreBegin::purpose),
    ids(MessageKind::fetch_blocks, "ids", &FetchBlocks::ids),
    indices(MessageKind::blocks_fetched, "missing", &BlocksFetched::missing),
    sized(MessageKind::list_blocks, "after", &ListBlocks::after),
    ids(MessageKind::block_list, "ids", &BlockList::ids),
    ids(MessageKind::release_blocks, "ids", &ReleaseBlocks::ids),
    number(MessageKind::key_state, "modes", &KeyState::modes),
    sized(MessageKind::key_state, "escrow_key", &KeyState::escrow_key),
    sized(MessageKind::key_state, "device_key", &KeyState::device_key),
    sized(MessageKind::key_state, "record", &KeyState::record),
    sized(MessageKind::store_key, "record", &StoreKey::record),
    number(MessageKind::key_stored, "generation", &KeyStored::generation),
    sized(MessageKind::recover_key, "recipient", &RecoverKey::recipient),
    sized(MessageKind::key_recovered, "wrap", &KeyRecovered::wrap),
    sized(MessageKind::change_password, "current", &ChangePassword::current),
    sized(MessageKind::change_password, "replacement", &ChangePassword::replacement),
};

/// The bounds of a range as the table writes it: "A..B words", "A..max", "N words". nullopt for "any" and "ip".
struct Bounds {
  std::int64_t least = 0;
  std::optional<std::int64_t> most;
};
std::optional<Bounds> bounds(std::string_view range) {
  if (range == "any" || range == "ip") return std::nullopt;
  Bounds found;
  const auto* const end = range.data() + range.size();
  auto [after, error] = std::from_chars(range.data(), end, found.least);
  EXPECT_EQ(error, std::errc{}) << "a form of range that this test does not know: " << range;
  if (!std::string_view(after, end).starts_with("..")) {
    found.most = found.least;
  } else if (!std::string_view(after, end).starts_with("..max")) {
    std::int64_t most = 0;
    EXPECT_EQ(std::from_chars(after + 2, end, most).ec, std::errc{}) << range;
    found.most = most;
  }
  return found;
}

TEST(Fields, MSG_005_every_bound_of_the_message_table_holds) {
  std::size_t tried = 0;
  for (const auto& row : spec::range_rows) {
    const auto range = bounds(row.range);
    if (!range) continue;
    ASSERT_TRUE(puts.contains({row.message, row.field})) << name(row.message) << "." << row.field << " has a new range: " << row.range;
    const auto& put = puts.at({row.message, row.field});
    const auto expect = [&](std::int64_t value, bool accepted) {
      auto message = samples::message(row.message);
      put(message, value);
      const auto field = refused_field(message);
      EXPECT_EQ(!field.has_value(), accepted) << name(row.message) << "." << row.field << " = " << value << " of " << row.range;
      if (field) {
        EXPECT_EQ(*field, std::string(name(row.message)) + "." + std::string(row.field));
      }
    };
    expect(range->least, true);
    if (range->least != 0) expect(range->least - 1, false);
    if (range->most) {
      expect(*range->most, true);
      expect(*range->most + 1, false);
    } else {
      expect(-1, true);  // the largest of the type
    }
    ++tried;
  }
  EXPECT_EQ(tried, puts.size());  // nothing here that the table does not have
}

TEST(Fields, MSG_005_fields_of_any_value_are_accepted_at_their_extremes) {
  EXPECT_FALSE(refused_field(Disconnect{0xFFFF}));
  EXPECT_FALSE(refused_field(Ping{~0ULL}));
  EXPECT_FALSE(refused_field(ConfigState{~0ULL}));
  EXPECT_FALSE(refused_field(ListVersions{~0ULL}));
  EXPECT_FALSE(refused_field(LoginAccepted{1, ~0U}));
  auto version = samples::version();
  version.protocol = version.major = version.minor = version.patch = 0xFFFF;
  EXPECT_FALSE(refused_field(version));
}

TEST(Fields, MSG_006_the_first_field_in_the_schemas_order_decides) {
  EXPECT_EQ(refused_field(Version{6, 1, 0, 0, 841, "", std::string(256, 'a'), ""}), "version.time_zone_minutes");
  EXPECT_EQ(refused_field(Login{"", "", {}, 0, false}), "login.registration_key");
  EXPECT_EQ(refused_field(CommitVersion{0, {}, {}, {}}), "commit_version.number");
  EXPECT_EQ(refused_field(ConfigPush{1, {{"a", std::string(4097, 'a'), false}, {"", "", false}}}), "config_push.settings.value");
}

TEST(Fields, MSG_007_text_is_utf8_without_zero) {
  using namespace std::string_literals;
  const auto with = [](std::string name) {
    auto login = samples::login();
    login.user_name = std::move(name);
    return refused_field(login);
  };
  for (const auto& good : {"a"s, "\x7F"s, "\xC2\x80"s, "\xDF\xBF"s, "\xE0\xA0\x80"s, "\xED\x9F\xBF"s, "\xEE\x80\x80"s, "\xEF\xBF\xBF"s,
                           "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s, "Zoë"s})
    EXPECT_FALSE(with(good)) << testing::PrintToString(good);
  for (const auto& bad : {"\0"s, "a\0b"s, "\x80"s, "\xC0\x80"s, "\xC1\xBF"s, "\xC2"s, "\xC2\x41"s, "\xE0\x9F\xBF"s, "\xE1\x80"s,
                          "\xED\xA0\x80"s, "\xF0\x8F\xBF\xBF"s, "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "\xFF"s, "a\xE2\x82"s})
    EXPECT_EQ(with(bad), "login.user_name") << testing::PrintToString(bad);
}

TEST(Fields, MSG_009_a_registration_key_is_ascii_letters_and_digits) {
  const auto with = [](std::string key) {
    auto login = samples::login();
    login.registration_key = std::move(key);
    return refused_field(login).has_value();
  };
  EXPECT_FALSE(with("azAZ09azAZ09azAZ"));
  for (const char wrong : {'-', ' ', '@', '[', '`', '{', '/', ':', '\0', '\xC3'}) {
    auto key = std::string("ABCDEFGH12345678");
    key[7] = wrong;
    EXPECT_TRUE(with(key)) << wrong;
  }
}

TEST(Fields, MSG_010_ids_are_whole_and_indices_increase) {
  EXPECT_TRUE(refused_field(OfferBlocks{Octets(33, 1)}));
  EXPECT_TRUE(refused_field(FetchBlocks{Octets(31, 1)}));
  EXPECT_TRUE(refused_field(MissingBlocks{{3, 3}}));
  EXPECT_TRUE(refused_field(BlocksFetched{{4, 3}}));
  EXPECT_FALSE(refused_field(MissingBlocks{{3, 4, 65535}}));
}

TEST(Fields, MSG_011_an_address_is_ipv4_or_ipv6_in_text) {
  using namespace std::string_literals;
  const auto with = [](std::string address) {
    auto version = samples::version();
    version.address = std::move(address);
    return refused_field(version);
  };
  for (const auto& good : {"0.0.0.0"s, "255.255.255.255"s, "::"s, "::1"s, "2001:db8::8:800:200C:417A"s, "FF01:0:0:0:0:0:0:101"s,
                           "::ffff:129.144.52.38"s, "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"s})
    EXPECT_FALSE(with(good)) << good;
  for (const auto& bad : {""s, "1.2.3"s, "1.2.3.256"s, "01.2.3.4"s, "1.2.3.4 "s, "1.2.3.4\0"s, "localhost"s, "[::1]"s, "fe80::1%eth0"s,
                          ":::"s, "1:2:3:4:5:6:7"s, "1:2:3:4:5:6:7:8:9"s, "12345::"s, "1.2.3.4.5"s, "::1/64"s})
    EXPECT_EQ(with(bad), "version.address") << bad;
}

}  // namespace
}  // namespace coffer::protocol
