// Reading fixtures: everything the document says arrives, and each mistake is named with its place.
#include "accounts/fixture.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "coffer/spec/permissions.h"
#include "example_fixture.h"

namespace coffer::accounts {
namespace {

using nlohmann::json;

/// The example with one value replaced or added.
std::string with(const std::string& pointer, const json& value) {
  json document = json::parse(example_fixture);
  document[json::json_pointer(pointer)] = value;
  return document.dump();
}
std::string without(const std::string& pointer, const std::string& member) {
  json document = json::parse(example_fixture);
  document[json::json_pointer(pointer)].erase(member);
  return document.dump();
}

TEST(Fixture, gives_everything_that_the_document_says) {
  const auto fixture = parse_fixture("f.json", example_fixture);
  ASSERT_TRUE(fixture) << text(fixture.error());
  EXPECT_EQ(fixture->profile, Profile::test);
  EXPECT_EQ(fixture->server_guid, 0xaau);
  EXPECT_EQ(fixture->server_version, (protocol::ApplicationVersion{7, 0, 0}));
  EXPECT_EQ(fixture->minimum_version, (protocol::ApplicationVersion{6, 5, 0}));
  EXPECT_EQ(fixture->pbkdf2_rounds, 2u);
  EXPECT_EQ(fixture->timers[static_cast<std::size_t>(spec::Timer::step)], 500u);
  EXPECT_EQ(fixture->timers[static_cast<std::size_t>(spec::Timer::idle)], 700u);
  EXPECT_EQ(fixture->timers[static_cast<std::size_t>(spec::Timer::linger)],
            spec::timer_milliseconds[static_cast<std::size_t>(spec::Timer::linger)]);
  EXPECT_EQ(fixture->sessions_max, 9u);
  EXPECT_EQ(fixture->unverified_max, 3u);
  EXPECT_EQ(fixture->unverified_events_per_minute, 5u);
  EXPECT_EQ(fixture->unverified_events_max, 6u);
  EXPECT_EQ(fixture->quota_octets, 7u);
  ASSERT_EQ(fixture->organisations.size(), 2u);
  EXPECT_EQ(fixture->organisations[0].registration_keys[0].key, "ABCDEFGH12345678");
  EXPECT_TRUE(fixture->organisations[0].registration_keys[0].deferred);
  EXPECT_FALSE(fixture->organisations[0].registration_keys[1].deferred);
  ASSERT_EQ(fixture->users.size(), 6u);
  EXPECT_EQ(fixture->users[0].permissions, spec::permissions::backup | spec::permissions::restore);
  EXPECT_EQ(fixture->users[1].permissions, spec::permissions::backup);
  EXPECT_EQ(fixture->users[2].permissions, 0u);
  EXPECT_EQ(fixture->users[2].state, State::blocked);
  ASSERT_EQ(fixture->computers.size(), 5u);
  EXPECT_EQ(fixture->computers[0].user, 1u);
  EXPECT_EQ(fixture->computers[1].user, std::nullopt);
  EXPECT_EQ(fixture->configuration.version, 3u);
  EXPECT_EQ(fixture->configuration.settings, (std::vector<protocol::Setting>{{"colour", "green", true}}));
}

/// User 1 with a verifier of these rounds in place of the password.
json user_with_verifier(int rounds) {
  json user = json::parse(example_fixture)["users"][0];
  user.erase("password");
  user["verifier"] = {{"salt", std::string(32, 'a')}, {"rounds", rounds}, {"hash", std::string(128, '7')}};
  return user;
}

TEST(Fixture, takes_a_verifier_in_place_of_a_password) {
  const auto fixture = parse_fixture("f.json", with("/users/0", user_with_verifier(2)));
  ASSERT_TRUE(fixture) << text(fixture.error());
  const auto* verifier = std::get_if<Verifier>(&fixture->users[0].password);
  ASSERT_NE(verifier, nullptr);
  EXPECT_EQ(verifier->rounds, 2u);
  EXPECT_EQ(verifier->salt[15], 0xaa);
  EXPECT_EQ(verifier->hash[63], 0x77);
}

struct Mistake {
  std::string name, document, pointer, expected;
};

class FixtureMistake : public testing::TestWithParam<Mistake> {};

TEST_P(FixtureMistake, is_named_with_file_place_expectation_and_advice) {
  const auto fixture = parse_fixture("some.json", GetParam().document);
  ASSERT_FALSE(fixture);
  EXPECT_EQ(fixture.error().file, "some.json");
  EXPECT_EQ(fixture.error().pointer, GetParam().pointer) << text(fixture.error());
  EXPECT_NE(fixture.error().expected.find(GetParam().expected), std::string::npos) << text(fixture.error());
  EXPECT_FALSE(fixture.error().found.empty());
  EXPECT_FALSE(fixture.error().advice.empty());
}

const std::string first_key = "/organisations/0/registration_keys/0";

INSTANTIATE_TEST_SUITE_P(
    Each, FixtureMistake,
    testing::Values(
        Mistake{"not_json", "{", "", "JSON"}, Mistake{"not_an_object", "[]", "", "an object"},
        Mistake{"member_twice", R"({"users":[{"id":1},{"id":2,"a/b":{"x":1,"x":2}}]})", "/users/1/a~1b/x", "once"},
        Mistake{"unknown_member", with("/colour", 1), "/colour", "only the members"},
        Mistake{"unknown_inner_member", with("/users/1/colour", 1), "/users/1/colour", "only the members"},
        Mistake{"format_version", with("/coffer_fixture", 2), "/coffer_fixture", "from 1 to 1"},
        Mistake{"profile", with("/profile", "tests"), "/profile", "test, production"},
        Mistake{"missing_server", without("", "server"), "/server", "this member"},
        Mistake{"server_guid_upper_case", with("/server/guid", "00000000000000AA"), "/server/guid", "hex digits"},
        Mistake{"server_guid_zero", with("/server/guid", "0000000000000000"), "/server/guid", "not all 0"},
        Mistake{"server_guid_short", with("/server/guid", "aa"), "/server/guid", "16"},
        Mistake{"server_guid_number", with("/server/guid", 170), "/server/guid", "as text"},
        Mistake{"version_two_parts", with("/server/version", "7.000"), "/server/version", "major.minor.patch"},
        Mistake{"version_trailing", with("/server/version", "7.0.0.1"), "/server/version", "major.minor.patch"},
        Mistake{"version_too_large", with("/server/version", "7.0.65536"), "/server/version", "65535"},
        Mistake{"minimum_version_beyond_the_servers", with("/server/minimum_version", "7.0.1"), "/server/minimum_version",
                "at most the server's own"},
        Mistake{"user_name_with_a_zero_octet", with("/users/1/name", std::string("al\0ice", 6)), "/users/1/name", "without a zero"},
        Mistake{"organisation_with_a_zero_octet", with("/organisations/1/name", std::string("a\0", 2)), "/organisations/1/name",
                "without a zero"},
        Mistake{"setting_with_a_zero_octet", with("/configuration/settings/0/value", std::string("\0", 1)),
                "/configuration/settings/0/value", "without a zero"},
        Mistake{"rounds_zero", with("/pbkdf2_rounds", 0), "/pbkdf2_rounds", "from 1"},
        Mistake{"rounds_negative", with("/pbkdf2_rounds", -1), "/pbkdf2_rounds", "from 1"},
        Mistake{"rounds_text", with("/pbkdf2_rounds", "1000"), "/pbkdf2_rounds", "whole number"},
        Mistake{"timer_unknown", with("/timers_ms/steps", 5), "/timers_ms/steps", "only the members"},
        Mistake{"timer_zero", with("/timers_ms/step", 0), "/timers_ms/step", "from 1"},
        Mistake{"limit_zero", with("/limits/sessions_max", 0), "/limits/sessions_max", "from 1"},
        Mistake{"organisations_not_array", with("/organisations", json::object()), "/organisations", "an array"},
        Mistake{"organisation_twice", with("/organisations/1/name", "acme"), "/organisations/1/name", "each organisation once"},
        Mistake{"key_short", with(first_key + "/key", "ABC"), first_key + "/key", "16 letters"},
        Mistake{"key_other_letters", with(first_key + "/key", "ABCDEFGH1234567-"), first_key + "/key", "16 letters"},
        Mistake{"key_twice", with("/organisations/1/registration_keys/0/key", "ABCDEFGH12345678"),
                "/organisations/1/registration_keys/0/key", "each registration key once"},
        Mistake{"deferred_text", with(first_key + "/deferred", "yes"), first_key + "/deferred", "true or false"},
        Mistake{"user_id_zero", with("/users/0/id", 0), "/users/0/id", "from 1"},
        Mistake{"user_id_twice", with("/users/1/id", 1), "/users/1/id", "each user id once"},
        Mistake{"user_name_twice", with("/users/1/name", "alice"), "/users/1/name", "each user name"},
        Mistake{"user_name_long", with("/users/1/name", std::string(256, 'a')), "/users/1/name", "1 to 255"},
        Mistake{"organisation_dangling", with("/users/0/organisation", "acmee"), "/users/0/organisation", "name of an organisation"},
        Mistake{"password_empty", with("/users/0/password", ""), "/users/0/password", "1 to 1024"},
        Mistake{"password_missing", without("/users/0", "password"), "/users/0", "either a password or a verifier"},
        Mistake{"password_and_verifier", with("/users/0/verifier", json::object()), "/users/0", "either a password or a verifier"},
        Mistake{"verifier_with_other_rounds_IDN_021", with("/users/0", user_with_verifier(3)), "/users/0/verifier/rounds",
                "2, as pbkdf2_rounds"},
        Mistake{
            "verifier_salt",
            with("/users/0", json(user_with_verifier(2)).patch(json::parse(R"([{"op":"replace","path":"/verifier/salt","value":"0g"}])"))),
            "/users/0/verifier/salt", "16 octets"},
        Mistake{"role_unknown", with("/users/0/roles/0", "root"), "/users/0/roles/0", "desktop_user, console_user"},
        Mistake{"role_twice", with("/users/0/roles/1", "desktop_user"), "/users/0/roles/1", "each role once"},
        Mistake{"user_state", with("/users/0/state", "asleep"), "/users/0/state", "active, deauthorized, blocked, deactivated"},
        Mistake{"computer_twice", with("/computers/1/guid", "0000000000000001"), "/computers/1/guid", "each computer once"},
        Mistake{"computer_user_dangling", with("/computers/1/user", 99), "/computers/1/user", "the id of a user"},
        Mistake{"computer_state", with("/computers/1/state", 1), "/computers/1/state", "text"},
        Mistake{"setting_twice", with("/configuration/settings/1", json{{"name", "colour"}, {"value", ""}, {"locked", false}}),
                "/configuration/settings/1/name", "each setting once"},
        Mistake{"setting_value_long", with("/configuration/settings/0/value", std::string(4097, 'a')), "/configuration/settings/0/value",
                "0 to 4096"}),
    [](const auto& test) { return test.param.name; });

std::string production(std::uint32_t rounds, bool timers) {
  json document = json::parse(example_fixture);
  document["profile"] = "production";
  document["pbkdf2_rounds"] = rounds;
  if (!timers) document.erase("timers_ms");
  return document.dump();
}

TEST(Fixture, a_broken_document_is_placed_and_not_quoted) {
  const auto read = parse_fixture("f.json", "{\n \"password\": \"correct horse\n}");
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().found, "what is none at line 2, octet 28");
  EXPECT_EQ(text(read.error()).find("horse"), std::string::npos);
}

TEST(Fixture, IDN_012_LIM_005_production_takes_no_fewer_than_100000_rounds) {
  EXPECT_TRUE(parse_fixture("f", production(100'000, false)));
  const auto refused = parse_fixture("f", production(99'999, false));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().pointer, "/pbkdf2_rounds");
}

TEST(Fixture, LIM_005_production_takes_no_timers) {
  const auto refused = parse_fixture("f", production(100'000, true));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().pointer, "/timers_ms");
}

TEST(Fixture, FRM_008_settings_that_no_message_could_carry_are_refused) {
  json settings = json::array();
  for (int i = 0; i < 15; ++i) settings.push_back({{"name", std::to_string(i)}, {"value", std::string(4096, 'a')}, {"locked", true}});
  EXPECT_TRUE(parse_fixture("f", with("/configuration/settings", settings)));
  settings.push_back({{"name", "one more"}, {"value", std::string(4096, 'a')}, {"locked", true}});
  const auto refused = parse_fixture("f", with("/configuration/settings", settings));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().pointer, "/configuration/settings");
}

TEST(Fixture, KEY_010_the_modes_that_an_organisation_permits_are_bits_and_account_password_is_always_there) {
  EXPECT_EQ(parse_fixture("f", example_fixture)->organisations[0].key_modes, 7u);
  EXPECT_EQ(parse_fixture("f", with("/organisations/0/key_modes", {"account_password", "custom"}))->organisations[0].key_modes, 5u);
  for (const json& wrong :
       {json::array({"custom"}), json::array({"account_password", "account_password"}), json::array({"account_password", "none"})})
    EXPECT_FALSE(parse_fixture("f", with("/organisations/0/key_modes", wrong))) << wrong;
}

TEST(Fixture, no_error_shows_a_password) {
  const auto refused = parse_fixture("f", with("/users/0/password", std::string(1025, 'S')));
  ASSERT_FALSE(refused);
  EXPECT_EQ(text(refused.error()).find("SSS"), std::string::npos);
}

TEST(Guid, has_one_text_form) {
  EXPECT_EQ(guid_text(0xaa), "00000000000000aa");
  EXPECT_EQ(parse_guid("ffffffffffffffff"), ~std::uint64_t{0});
  for (const char* guid : {"", "0", "0000000000000000", "00000000000000AA", "0x000000000000aa", "00000000000000aa0", "-000000000000001"})
    EXPECT_EQ(parse_guid(guid), std::nullopt) << guid;
}

}  // namespace
}  // namespace coffer::accounts
