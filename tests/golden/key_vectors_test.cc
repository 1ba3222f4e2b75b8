// spec/vectors/keys.json and cuts.json against the reference.
#include <gtest/gtest.h>

#include <botan/hash.h>

#include "archive/chunker.h"
#include "archive_vectors.h"

namespace coffer::golden {
namespace {

void judge_keys(const Json& input, const Json& expect) {
  const auto key = keys::ArchiveKey::from_octets(octets(input.at("archive_key")));
  ASSERT_TRUE(key.has_value());
  const auto derived = key->derive(owner(input));
  EXPECT_EQ(hex(derived.block_id), expect.at("block_id").get<std::string>());
  EXPECT_EQ(hex(derived.block), expect.at("block").get<std::string>());
  EXPECT_EQ(hex(derived.record), expect.at("record").get<std::string>());
  EXPECT_EQ(hex(derived.chunker), expect.at("chunker").get<std::string>());
  EXPECT_EQ(hex(key->check_value()), expect.at("check").get<std::string>());
  EXPECT_EQ(hex(derived.archive), expect.at("archive").get<std::string>());
}

void judge_identifier(const Json& input, const Json& expect) {
  EXPECT_EQ(hex(archive_keys(input).archive), expect.at("archive").get<std::string>());
}

void judge_given_key(const Json& input, const Json& expect) {
  const auto key = keys::ArchiveKey::from_octets(octets(input.at("archive_key")));
  const auto outcome = key                                           ? "accepted"
                       : key.error() == keys::KeyError::weak         ? "weak"
                       : key.error() == keys::KeyError::wrong_length ? "wrong_length"
                                                                     : "another error";
  EXPECT_EQ(outcome, expected_outcome(expect));
}

std::string digits(std::uint64_t number) {
  Octets octets(8);
  for (std::size_t i = 0; i < 8; ++i) octets[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  return hex(octets);
}

void judge_gear(const Json& input, const Json& expect) {
  const auto table = archive::gear_table(archive_keys(input).chunker);
  EXPECT_EQ(digits(table[0]), expect.at("first").get<std::string>());
  EXPECT_EQ(digits(table[1]), expect.at("second").get<std::string>());
  EXPECT_EQ(digits(table[255]), expect.at("last").get<std::string>());
  std::string all;
  for (const auto number : table) all += digits(number);
  EXPECT_EQ(hex(Botan::HashFunction::create_or_throw("SHA-256")->process(octets(all))), expect.at("sha256").get<std::string>());
}

/// Zero octets, then SHA-256 of the seed and a counter.
Octets stream(const Json& input) {
  Octets data(input.at("zeros").get<std::size_t>());
  const std::size_t end = data.size() + input.at("length").get<std::size_t>();
  const auto hash = Botan::HashFunction::create_or_throw("SHA-256");
  for (std::uint64_t counter = 0; data.size() < end; ++counter) {
    hash->update(octets(input.at("seed")));
    hash->update_be(counter);
    const auto digest = hash->final();
    data.insert(data.end(), digest.begin(), digest.end());
  }
  data.resize(end);
  return data;
}

void judge_cuts(const Json& input, const Json& expect) {
  const auto table = archive::gear_table(archive_keys(input).chunker);
  const Octets data = stream(input);
  Json lengths = Json::array();
  for (View rest = data; !rest.empty(); rest = rest.subspan(lengths.back().get<std::size_t>()))
    lengths.push_back(archive::first_chunk(table, rest));
  EXPECT_EQ(lengths, expect.at("lengths"));
}

TEST(Vectors, keys) {
  run_vectors("keys", {{"keys", judge_keys}, {"archive_identifier", judge_identifier}, {"given_key", judge_given_key}});
}
TEST(Vectors, cuts) { run_vectors("cuts", {{"gear", judge_gear}, {"cuts", judge_cuts}}); }

}  // namespace
}  // namespace coffer::golden
