// spec/vectors/messages.json against the reference's codec: every field by its name, every refusal by its reason.
#include <gtest/gtest.h>

#include "protocol/message.h"
#include "vector_file.h"

namespace coffer::golden {
namespace {

using namespace protocol;  // one overload per message of protocol/message.h

// The vectors' form of a value: 64-bit numbers as decimal text, data as hex.
std::string wide(std::uint64_t number) { return std::to_string(number); }

Json fields(const Disconnect& m) { return {{"reason", m.reason}}; }
Json fields(const Ping& m) { return {{"token", wide(m.token)}}; }
Json fields(const Pong& m) { return {{"token", wide(m.token)}}; }
Json fields(const Goodbye&) { return Json::object(); }
Json fields(const Version& m) {
  return {{"protocol", m.protocol},
          {"major", m.major},
          {"minor", m.minor},
          {"patch", m.patch},
          {"time_zone_minutes", m.time_zone_minutes},
          {"operating_system", m.operating_system},
          {"virtual_machine", m.virtual_machine},
          {"address", m.address}};
}
Json fields(const Proceed& m) { return {{"major", m.major}, {"minor", m.minor}, {"patch", m.patch}}; }
Json fields(const Computer& m) { return {{"guid", wide(m.guid)}}; }
Json fields(const ServerIdentity& m) { return {{"guid", wide(m.guid)}}; }
Json fields(const Login& m) {
  return {{"registration_key", m.registration_key},
          {"user_name", m.user_name},
          {"password", hex(m.password)},
          {"computer", wide(m.computer)},
          {"deferred", m.deferred}};
}
Json fields(const LoginAccepted& m) { return {{"user", wide(m.user)}, {"permissions", m.permissions}}; }
Json fields(const ConfigState& m) { return {{"version", wide(m.version)}}; }
Json fields(const ConfigPush& m) {
  Json settings = Json::array();
  for (const auto& s : m.settings) settings.push_back({{"name", s.name}, {"value", s.value}, {"locked", s.locked}});
  return {{"version", wide(m.version)}, {"settings", settings}};
}
Json fields(const ConfigAck& m) { return {{"version", wide(m.version)}}; }
Json fields(const Ready&) { return Json::object(); }
Json fields(const OfferBlocks& m) { return {{"ids", hex(m.ids)}}; }
Json fields(const MissingBlocks& m) { return {{"indices", m.indices}}; }
Json fields(const CommitVersion& m) {
  return {{"number", wide(m.number)}, {"previous", hex(m.previous)}, {"link", hex(m.link)}, {"record", hex(m.record)}};
}
Json fields(const VersionCommitted& m) { return {{"number", wide(m.number)}}; }
Json fields(const ListVersions& m) { return {{"from", wide(m.from)}}; }
Json fields(const Versions& m) {
  Json entries = Json::array();
  for (const auto& e : m.entries) entries.push_back({{"number", wide(e.number)}, {"link", hex(e.link)}, {"record", hex(e.record)}});
  return {{"entries", entries}, {"more", m.more}};
}
Json fields(const RestoreBegin& m) { return {{"version", wide(m.version)}, {"purpose", m.purpose}}; }
Json fields(const RestoreBegun&) { return Json::object(); }
Json fields(const FetchBlocks& m) { return {{"ids", hex(m.ids)}}; }
Json fields(const BlocksFetched& m) { return {{"missing", m.missing}}; }
Json fields(const RestoreEnd& m) { return {{"complete", m.complete}}; }
Json fields(const RestoreEnded&) { return Json::object(); }

void judge_message(const Json& input, const Json& expect) {
  const Octets payload = octets(input.at("octets"));
  const auto message = decode(payload);
  ASSERT_TRUE(message.has_value()) << "refused by " << message.error().requirement;
  EXPECT_EQ(spec::name(kind(*message)), expect.at("message").get<std::string>());
  EXPECT_EQ(std::visit([](const auto& m) { return fields(m); }, *message), expect.at("fields"));
  const auto in_range = check_fields(*message);
  EXPECT_TRUE(in_range.has_value()) << in_range.error().detail << " is out of range";
  EXPECT_EQ(hex(encode(*message)), hex(payload));
}

void judge_malformed(const Json& input, const Json& expect) {
  const auto message = decode(octets(input.at("octets")));
  ASSERT_FALSE(message.has_value()) << "read as " << spec::name(kind(*message));
  EXPECT_EQ(spec::name(message.error().reason), expect.at("reason").get<std::string>());
}

void judge_out_of_range(const Json& input, const Json& expect) {
  const auto message = decode(octets(input.at("octets")));
  ASSERT_TRUE(message.has_value()) << "not even well encoded, says " << message.error().requirement;
  const auto in_range = check_fields(*message);
  ASSERT_FALSE(in_range.has_value()) << "accepted";
  EXPECT_EQ(spec::name(in_range.error().reason), expect.at("reason").get<std::string>());
  EXPECT_EQ(in_range.error().detail, std::string(spec::name(kind(*message))) + "." + expect.at("field").get<std::string>());
}

TEST(Vectors, messages) {
  run_vectors("messages", {{"message", judge_message}, {"malformed", judge_malformed}, {"out_of_range", judge_out_of_range}});
}

}  // namespace
}  // namespace coffer::golden
