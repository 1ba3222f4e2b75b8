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
