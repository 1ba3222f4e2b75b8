#include "net/server_identity.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include "channel_pair.h"

namespace coffer::net {
namespace {

struct Identity : testing::Test {
  std::filesystem::path directory = [] {
    std::string name = testing::TempDir() + "identity-XXXXXX";
    return std::filesystem::path{::mkdtemp(name.data())};
  }();
  std::filesystem::path key = directory / "server.key.pem";
  std::filesystem::path certificate = directory / "server.certificate.pem";
  ~Identity() override { std::filesystem::remove_all(directory); }
};

TEST_F(Identity, CHN_009_keeps_its_pin_over_restarts_and_over_a_new_certificate) {
  const auto first = ServerIdentity::keep(directory);
  ASSERT_TRUE(first) << first.error();
  EXPECT_EQ(ServerIdentity::keep(directory)->pin(), first->pin());
  std::filesystem::remove(certificate);
  const auto renewed = ServerIdentity::keep(directory);
  ASSERT_TRUE(renewed) << renewed.error();
  EXPECT_EQ(renewed->pin(), first->pin());
  EXPECT_NE(ServerIdentity::make().pin(), first->pin());
}

TEST_F(Identity, keeps_the_key_from_others) {
  ASSERT_TRUE(ServerIdentity::keep(directory));
  struct stat about {};
  ASSERT_EQ(::stat(key.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(Identity, names_the_file_that_is_missing_or_wrong) {
  ASSERT_TRUE(ServerIdentity::keep(directory));
  std::filesystem::rename(key, directory / "away");
  const auto missing = ServerIdentity::keep(directory);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().find(key.string()), std::string::npos) << missing.error();
  std::ofstream{key} << "not a key\n";
  const auto wrong = ServerIdentity::keep(directory);
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().find(key.string()), std::string::npos) << wrong.error();
}

TEST_F(Identity, a_key_with_one_wrong_character_is_refused) {
  ASSERT_TRUE(ServerIdentity::keep(directory));
  std::ifstream in{key};
  const std::string sound{std::istreambuf_iterator<char>{in}, {}};
  const auto begin = sound.find('\n') + 1, end = sound.find("\n-----END");
  for (std::size_t at = begin; at < end; at += 67) {
    if (sound[at] == '\n') continue;
    SCOPED_TRACE(at);
    std::string flipped = sound;
    flipped[at] = flipped[at] == 'A' ? 'B' : 'A';
    std::ofstream{key, std::ios::trunc} << flipped;
    const auto kept = ServerIdentity::keep(directory);
    ASSERT_FALSE(kept);
    EXPECT_NE(kept.error().find(key.string()), std::string::npos) << kept.error();
  }
}

TEST_F(Identity, refuses_a_certificate_of_another_key) {
  ASSERT_TRUE(ServerIdentity::keep(directory));
  std::filesystem::rename(certificate, directory / "other.pem");
  std::filesystem::remove(key);
  ASSERT_TRUE(ServerIdentity::keep(directory));
  const auto mixed = ServerIdentity::load(key, directory / "other.pem");
  ASSERT_FALSE(mixed);
  EXPECT_NE(mixed.error().find("another key"), std::string::npos) << mixed.error();
}

TEST(Pins, are_64_hex_digits_and_nothing_else) {
  const auto text = to_text(server_identity().pin());
  EXPECT_EQ(text.size(), 64U);
  EXPECT_EQ(parse_pin(text), server_identity().pin());
  EXPECT_FALSE(parse_pin(text.substr(1)));
  EXPECT_FALSE(parse_pin(text + "0"));
  EXPECT_FALSE(parse_pin("g" + text.substr(1)));
  EXPECT_FALSE(parse_pin(" " + text.substr(1)));
}

}  // namespace
}  // namespace coffer::net
