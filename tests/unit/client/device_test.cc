#include "client/device.h"

#include <filesystem>
#include <fstream>
#include <numeric>

#include "client/destination_choice.h"
#include "scratch.h"

namespace coffer::client {
namespace {

KeptKey kept_key() {
  KeptKey kept{.server = 0xCD, .user = 2, .check = Digest{5}, .wrap = {}, .settled = false};
  std::iota(kept.wrap.begin(), kept.wrap.end(), std::uint8_t{0xA0});
  return kept;
}

bool same(const KeptKey& a, const KeptKey& b) {
  return a.server == b.server && a.user == b.user && a.check == b.check && a.wrap == b.wrap && a.settled == b.settled;
}

DestinationConfig somewhere(std::string name, std::uint16_t port) {
  return {.name = std::move(name), .host = "localhost", .port = port, .pin = Digest{7}, .server = {}};
}

class Devices : public testing::Test {
 protected:
  void make() {
    const auto device = Device::create(home_, {.computer = 0xAB, .destinations = {somewhere("default", 4287)}});
    ASSERT_TRUE(device) << device.error().message;
  }
  Device open() {
    auto device = Device::open(home_);
    EXPECT_TRUE(device) << device.error().message;
    return std::move(*device);
  }
  /// Of a file that had a second name.
  void expect_zeros(const std::string& name) {
    std::ifstream octets(scratch_ / name);
    const std::string left(std::istreambuf_iterator<char>(octets), {});
    EXPECT_FALSE(left.empty()) << name;
    EXPECT_EQ(left, std::string(left.size(), '\0')) << name << " was to be written over before its name went";
  }
  /// Read anew, once that one has let go of it.
  Device open_after(Device device) {
    { const Device gone = std::move(device); }
    return open();
  }
  Scratch scratch_;
  std::string home_ = scratch_ / "home";
};

TEST_F(Devices, remembers_everything_it_was_told) {
  make();
  {
    Device device = open();
    ASSERT_TRUE(device.remember_server("default", 0xCD));
    ASSERT_TRUE(device.remember("default", Credential{"ABCDEFGH12345678", "al\"ice", keys::Secret{0xff, 0, 'x'}, true}));
    ASSERT_TRUE(device.remember(SeenVersion{1, 2, {3, Digest{4}}}));
    ASSERT_TRUE(device.remember(SeenVersion{1, 5, {6, Digest{7}}}));
    ASSERT_TRUE(device.remember(SeenVersion{1, 2, {8, Digest{9}}}));
    ASSERT_TRUE(device.remember("default", DeviceConfiguration{10, {{"name", "value", true}}}));
    ASSERT_TRUE(device.remember("default", kept_key()));
  }
  const Device device = open();
  EXPECT_EQ(device.computer(), 0xABu);
  EXPECT_EQ(device.destinations(), std::vector<std::string>{"default"});
  EXPECT_EQ(device.destination("default").host, "localhost");
  EXPECT_EQ(device.destination("default").pin, Digest{7});
  EXPECT_EQ(device.destination("default").server, 0xCDu);
  EXPECT_TRUE(same(device.kept_key("default")->value(), kept_key()));
  const auto credential = device.credential("default");
  ASSERT_TRUE(credential);
  EXPECT_EQ(credential->user_name, "al\"ice");
  EXPECT_EQ(credential->password, (keys::Secret{0xff, 0, 'x'}));
  EXPECT_TRUE(credential->deferred);
  EXPECT_EQ(*device.seen(1, 2), (archive::ChainPoint{8, Digest{9}}));
  EXPECT_EQ(*device.seen(1, 5), (archive::ChainPoint{6, Digest{7}}));
  EXPECT_EQ(*device.seen(2, 2), std::nullopt);
  EXPECT_EQ(device.configuration("default")->version, 10u);
  EXPECT_EQ(device.configuration("default")->settings.at(0).name, "name");
}

TEST_F(Devices, KEY_005_nobody_else_may_read_it) {
  make();
  ASSERT_TRUE(open().remember("default", Credential{"ABCDEFGH12345678", "alice", keys::Secret{'x'}, false}));
  ASSERT_TRUE(open().remember("default", kept_key()));
  EXPECT_EQ(scratch_.status("home").st_mode & 0777, 0700u);
  for (const char* name : {"home/key-default.json", "home/credential-default.json", "home/config.json"})
    EXPECT_EQ(scratch_.status(name).st_mode & 0777, 0600u) << name;
}

TEST_F(Devices, is_used_by_one_process_at_a_time) {
  make();
  const Device device = open();
  const auto second = Device::open(home_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ExitCode::local);
  EXPECT_NE(second.error().message.find("in use"), std::string::npos);
}

TEST_F(Devices, is_not_set_up_twice_and_must_be_set_up_once) {
  EXPECT_NE(Device::open(home_).error().message.find("coffer init"), std::string::npos);
  make();
  for (char c = 'a'; c <= 'z'; ++c) std::ofstream(home_ + "/" + c) << "a device keeps more than its two first files";
  const auto again = Device::create(home_, {.computer = 1, .destinations = {somewhere("default", 1)}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ExitCode::usage);
  EXPECT_NE(again.error().message.find("this device is set up"), std::string::npos) << again.error().message;
}

TEST_F(Devices, takes_no_directory_that_holds_anything_else_and_leaves_it_as_it_is) {
  std::filesystem::create_directory(home_);
  std::filesystem::permissions(home_, std::filesystem::perms{0755});
  std::ofstream(home_ + "/notes.txt") << "mine";
  const auto device = Device::create(home_, {.computer = 0xAB, .destinations = {somewhere("default", 4287)}});
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().code, ExitCode::usage);
  EXPECT_NE(device.error().message.find("holds other files (\"notes.txt\")"), std::string::npos) << device.error().message;
  EXPECT_EQ(std::filesystem::status(home_).permissions(), std::filesystem::perms{0755});
  EXPECT_FALSE(std::filesystem::exists(home_ + "/lock"));
  std::filesystem::remove(home_ + "/notes.txt");
  std::ofstream(home_ + "/config.json.new") << "of an attempt that was killed";
  make();
  EXPECT_EQ(std::filesystem::status(home_).permissions(), std::filesystem::perms{0700});
}

TEST_F(Devices, damaged_files_are_named_with_the_place_and_what_was_expected) {
  make();
  scratch_.write("home/config.json",
                 R"({"coffer_device":2,"computer":"00000000000000ab","destinations":[{"name":"a","host":"h","port":"4287","pin":""}]})");
  EXPECT_NE(Device::open(home_).error().message.find("/destinations/0/port there should be a whole number"), std::string::npos);
  scratch_.write("home/config.json", R"({"coffer_device":1,"server":{"host":"h","port":4287,"pin":""},"computer":"00000000000000ab"})");
  EXPECT_NE(Device::open(home_).error().message.find("/coffer_device there should be 2"), std::string::npos);
  const std::string twice = R"({"name":"a","host":"h","port":1,"pin":")" + std::string(64, '0') + R"("})";
  scratch_.write("home/config.json", R"({"coffer_device":2,"computer":"00000000000000ab","destinations":[)" + twice + "," + twice + "]}");
  EXPECT_NE(Device::open(home_).error().message.find("a name that no other destination has"), std::string::npos);
  scratch_.write("home/config.json", "{");
  EXPECT_NE(Device::open(home_).error().message.find("is not JSON"), std::string::npos);

  std::filesystem::remove_all(home_);
  make();
  Device device = open();
  EXPECT_NE(device.credential("default").error().message.find("coffer login"), std::string::npos);
  scratch_.write("home/credential-default.json", R"({"registration_key":"k","user":"u","deferred":false,"password_hex":"0"})");
  EXPECT_NE(device.credential("default").error().message.find("/password_hex"), std::string::npos);
  EXPECT_FALSE(device.kept_key("default")->has_value());
  for (const char* damaged : {"", "{}", R"({"server":"00000000000000cd","user":2,"key_check":"00","wrap":"00","settled":true})"}) {
    scratch_.write("home/key-default.json", damaged);
    const auto kept = device.kept_key("default");
    ASSERT_FALSE(kept) << damaged;
    EXPECT_NE(kept.error().message.find("coffer key import"), std::string::npos) << kept.error().message;
  }
}

TEST_F(Devices, ARC_025_a_damaged_chain_file_is_never_taken_for_an_empty_one) {
  make();
  Device device = open();
  ASSERT_TRUE(device.remember(SeenVersion{1, 2, {3, Digest{4}}}));
  for (const char* damaged : {"", "{}", R"({"coffer_chain":1})",
                              R"({"coffer_chain":1,"archives":[{"server":"0000000000000001","user":2,"number":3,"link":"00"}]})"}) {
    scratch_.write("home/chain.json", damaged);
    const auto seen = device.seen(1, 2);
    ASSERT_FALSE(seen) << damaged;
    EXPECT_EQ(seen.error().code, ExitCode::local);
    EXPECT_FALSE(device.remember(SeenVersion{1, 2, {9, {}}}));  // nor overwritten
  }
}

TEST_F(Devices, KEY_009_a_key_record_seen_of_a_mode_that_is_none_is_never_taken_for_none_seen) {
  make();
  Device device = open();
  ASSERT_TRUE(device.remember(SeenKey{1, 2, spec::KeyMode::custom, 3}));
  EXPECT_EQ((*device.seen_key(1, 2))->mode, spec::KeyMode::custom);
  for (const char* mode : {"0", "4", "256", "\"custom\""}) {
    scratch_.write("home/keys.json", std::string(R"({"coffer_keys":1,"archives":[{"server":"0000000000000001","user":2,"mode":)") + mode +
                                         R"(,"generation":3}]})");
    const auto seen = device.seen_key(1, 2);
    ASSERT_FALSE(seen) << mode;
    EXPECT_NE(seen.error().message.find("/mode"), std::string::npos) << seen.error().message;
    EXPECT_FALSE(device.remember(SeenKey{1, 2, spec::KeyMode::account_password, 4}));  // nor overwritten
  }
}

TEST_F(Devices, keeps_the_logins_and_configurations_of_its_destinations_apart) {
  make();
  {
    Device device = open();
    ASSERT_TRUE(device.add(somewhere("second", 4288)));
    ASSERT_TRUE(device.remember("default", Credential{"ABCDEFGH12345678", "alice", keys::Secret{'x'}, false}));
    ASSERT_TRUE(device.remember("second", Credential{"ABCDEFGH12345678", "bob", keys::Secret{'y'}, false}));
    ASSERT_TRUE(device.remember("second", DeviceConfiguration{10, {}}));
  }
  {
    Device device = open();
    EXPECT_EQ(device.destinations(), (std::vector<std::string>{"default", "second"}));
    EXPECT_EQ(device.destination("second").port, 4288);
    EXPECT_EQ(device.credential("default")->user_name, "alice");
    EXPECT_EQ(device.credential("second")->user_name, "bob");
    EXPECT_EQ(device.configuration("default")->version, 0u);
    EXPECT_EQ(device.configuration("second")->version, 10u);
    ASSERT_TRUE(device.remember(SeenVersion{0xCD, 1, {3, Digest{4}}}));
    ASSERT_TRUE(device.remove("second"));
    ASSERT_TRUE(device.add(somewhere("second", 4289)));
  }
  const Device device = open();
  EXPECT_EQ(device.destination("second").port, 4289);
  EXPECT_FALSE(device.credential("second")) << "of one that was removed";
  EXPECT_EQ(device.configuration("second")->version, 0u);
  EXPECT_EQ(device.seen(0xCD, 1)->value().number, 3u) << "what was seen stays";
}

TEST_F(Devices, KEY_051_a_logout_leaves_nothing_of_key_and_login_and_touches_no_other_destination) {
  make();
  Device device = open();
  ASSERT_TRUE(device.add(somewhere("second", 4288)));
  for (const char* name : {"default", "second"}) {
    ASSERT_TRUE(device.remember(name, Credential{"ABCDEFGH12345678", "alice", keys::Secret{'x'}, false}));
    ASSERT_TRUE(device.remember(name, DeviceConfiguration{10, {}}));
    ASSERT_TRUE(device.remember(name, kept_key()));
  }
  std::filesystem::create_hard_link(home_ + "/key-default.json", scratch_ / "its octets");
  scratch_.write("home/key-default.json.new", "of an attempt that was killed");
  ASSERT_TRUE(device.log_out("default"));
  for (const char* name : {"key-default.json", "key-default.json.new", "credential-default.json", "configuration-default.json"})
    EXPECT_FALSE(std::filesystem::exists(home_ + "/" + name)) << name;
  expect_zeros("its octets");
  EXPECT_TRUE(same(device.kept_key("second")->value(), kept_key()));
  EXPECT_TRUE(device.credential("second"));
  ASSERT_TRUE(device.log_out("default")) << "nobody is logged in";
  ASSERT_TRUE(device.remove("second"));
  EXPECT_FALSE(std::filesystem::exists(home_ + "/key-second.json"));
}

TEST_F(Devices, KEY_051_of_a_wrap_or_a_login_that_was_replaced_nothing_is_left) {
  make();
  Device device = open();
  for (const auto& [name, link] : {std::pair{"/key-default.json", "a wrap"}, std::pair{"/credential-default.json", "a login"}}) {
    ASSERT_TRUE(device.remember("default", kept_key()));
    ASSERT_TRUE(device.remember("default", Credential{"ABCDEFGH12345678", "alice", keys::Secret{'x'}, false}));
    std::filesystem::create_hard_link(home_ + name, scratch_ / link);
  }
  KeptKey another = kept_key();
  another.settled = true;
  ASSERT_TRUE(device.remember("default", another));
  ASSERT_TRUE(device.remember("default", Credential{"ABCDEFGH12345678", "alice", keys::Secret{'y'}, false}));
  expect_zeros("a wrap");
  expect_zeros("a login");
  EXPECT_TRUE(same(device.kept_key("default")->value(), another));
  EXPECT_EQ(device.credential("default")->password, keys::Secret{'y'});
  for (const auto& entry : std::filesystem::directory_iterator(home_)) EXPECT_NE(entry.path().extension(), ".new") << entry.path();
}

TEST_F(Devices, KEY_051_what_a_killed_replacement_left_is_written_over_by_the_next) {
  make();
  Device device = open();
  ASSERT_TRUE(device.remember("default", kept_key()));
  scratch_.write("home/key-default.json.new", "a wrap that was to come, or was there before");
  std::filesystem::create_hard_link(home_ + "/key-default.json.new", scratch_ / "what was left");
  ASSERT_TRUE(device.remember("default", kept_key()));
  expect_zeros("what was left");
  EXPECT_TRUE(same(device.kept_key("default")->value(), kept_key()));
}

TEST_F(Devices, ARC_141_what_was_seen_of_one_archive_says_nothing_of_another) {
  make();
  Device device = open();
  ASSERT_TRUE(device.remember(SeenVersion{0xCD, 1, {3, Digest{4}}}));
  EXPECT_EQ(*device.seen(0xCE, 1), std::nullopt);
  EXPECT_EQ(*device.seen(0xCD, 2), std::nullopt);
  ASSERT_TRUE(device.remember(SeenVersion{0xCE, 1, {9, Digest{9}}}));
  EXPECT_EQ(*device.seen(0xCD, 1), (archive::ChainPoint{3, Digest{4}}));
}

TEST_F(Devices, ARC_144_two_destinations_are_two_servers) {
  make();
  Device device = open();
  EXPECT_EQ(device.add(somewhere("default", 4288)).error().code, ExitCode::usage);
  EXPECT_EQ(device.add(somewhere("second", 4287)).error().code, ExitCode::usage);
  ASSERT_TRUE(device.add(somewhere("second", 4288)));
  ASSERT_TRUE(device.remember_server("default", 0xCD));
  const auto same = device.remember_server("second", 0xCD);
  ASSERT_FALSE(same);
  EXPECT_NE(same.error().message.find("is destination \"default\" already"), std::string::npos) << same.error().message;
  EXPECT_EQ(open_after(std::move(device)).destination("second").server, std::nullopt);
}

TEST_F(Devices, a_destination_is_chosen_by_its_name_or_because_it_is_the_only_one) {
  make();
  Device device = open();
  EXPECT_EQ(*one_destination(device, {}), "default");
  EXPECT_EQ(*one_destination(device, {"default"}), "default");
  ASSERT_TRUE(device.add(somewhere("second", 4288)));
  EXPECT_EQ(*one_destination(device, {"second"}), "second");
  EXPECT_EQ(one_destination(device, {}).error().code, ExitCode::usage);
  EXPECT_NE(one_destination(device, {}).error().message.find("default, second"), std::string::npos);
  EXPECT_EQ(one_destination(device, {"default", "second"}).error().code, ExitCode::usage);
  EXPECT_EQ(*chosen_destinations(device, {}), (std::vector<std::string>{"default", "second"}));
  EXPECT_EQ(*chosen_destinations(device, {"second", "default"}), (std::vector<std::string>{"second", "default"}));
  EXPECT_EQ(chosen_destinations(device, {"second", "second"}).error().code, ExitCode::usage);
  EXPECT_EQ(chosen_destinations(device, {"third"}).error().code, ExitCode::usage);
  ASSERT_TRUE(device.remove("default"));
  ASSERT_TRUE(device.remove("second"));
  EXPECT_EQ(chosen_destinations(device, {}).error().code, ExitCode::local);
}

TEST(DeviceText, names_of_destinations_can_be_parts_of_file_names) {
  for (const char* good : {"a", "default", "nas-2_b", "12345678901234567890123456789012"}) EXPECT_TRUE(is_destination_name(good)) << good;
  for (const char* bad : {"", "A", "a/b", "..", "a b", "ä", "123456789012345678901234567890123"})
    EXPECT_FALSE(is_destination_name(bad)) << bad;
}

TEST(DeviceText, guids_digests_and_addresses_are_read_strictly) {
  EXPECT_EQ(format_guid(0xAB), "00000000000000ab");
  EXPECT_EQ(parse_guid("00000000000000ab"), 0xABu);
  for (const char* bad : {"", "0000000000000000", "00000000000000AB", "ab", "00000000000000abc", "0x000000000000ab", " 0000000000000ab"})
    EXPECT_FALSE(parse_guid(bad)) << bad;
  EXPECT_FALSE(parse_digest(std::string(63, 'a')));
  EXPECT_FALSE(parse_digest(std::string(63, 'a') + "g"));
  EXPECT_TRUE(parse_digest(std::string(64, 'A')));
  EXPECT_EQ(parse_address("[::1]:80")->host, "::1");
  EXPECT_EQ(parse_address("a.example:65535")->port, 65535);
  for (const char* bad : {"", "host", "host:", ":1", "host:0", "host:65536", "::1:80", "host:1x", "h st:1"})
    EXPECT_FALSE(parse_address(bad)) << bad;
}

}  // namespace
}  // namespace coffer::client
