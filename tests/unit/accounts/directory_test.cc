// The rules of chapter 6, one by one, over one fixture.
#include "accounts/directory.h"

#include <botan/system_rng.h>
#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <thread>
#include <vector>

#include "coffer/spec/permissions.h"
#include "example_fixture.h"

namespace coffer::accounts {
namespace {

/// What stands behind Bind: keeps, or refuses to.
struct Keeper {
  std::map<std::uint64_t, std::uint64_t> kept;
  bool broken = false;
  Bind bind() {
    return [this](std::uint64_t computer, std::uint64_t user) -> std::expected<void, std::string> {
      if (broken) return std::unexpected("disk full");
      kept.emplace(computer, user);
      return {};
    };
  }
};

class DirectoryTest : public testing::Test {
 protected:
  Directory directory(std::map<std::uint64_t, std::uint64_t> bound = {}) {
    return {parse_fixture("f.json", example_fixture).value(), Botan::system_rng(), std::move(bound), keeper.bind()};
  }
  static protocol::Login login(const std::string& key, const std::string& user, const std::string& password, std::uint64_t computer,
                               bool deferred = false) {
    return {key, user, Botan::secure_vector<std::uint8_t>(password.begin(), password.end()), computer, deferred};
  }
  static protocol::Login alice(std::uint64_t computer) { return login("ABCDEFGH12345678", "alice", "correct horse", computer); }
  static protocol::Login bob(std::uint64_t computer) { return login("ABCDEFGH12345678", "bob", "battery staple", computer); }

  static std::string cause(const std::expected<protocol::LoginAdmitted, NoLogin>& answer) {
    return answer ? "admitted" : answer.error().cause;
  }

  Keeper keeper;
  static constexpr std::uint64_t alices = 1, free_computer = 2, unknown_computer = 77;
};

TEST_F(DirectoryTest, IDN_002_blocked_and_deactivated_computers_are_refused_others_admitted) {
  const auto d = directory();
  EXPECT_TRUE(d.admit_computer(1));
  EXPECT_TRUE(d.admit_computer(2));
  EXPECT_EQ(d.admit_computer(3).error().cause, "computer 0000000000000003 is blocked");
  EXPECT_EQ(d.admit_computer(4).error().cause, "computer 0000000000000004 is deactivated");
  EXPECT_TRUE(d.admit_computer(5));
  EXPECT_TRUE(d.admit_computer(unknown_computer));
}

TEST_F(DirectoryTest, IDN_015_a_login_is_answered_with_id_permissions_and_configuration) {
  auto d = directory();
  const auto answer = d.check_login(alice(alices), alices);
  ASSERT_TRUE(answer) << cause(answer);
  EXPECT_EQ(answer->user, 1u);
  EXPECT_EQ(answer->permissions, spec::permissions::backup | spec::permissions::restore);
  EXPECT_EQ(answer->config_version, 3u);
  EXPECT_EQ(answer->settings, (std::vector<protocol::Setting>{{"colour", "green", true}}));
  EXPECT_EQ(d.check_login(bob(free_computer), free_computer)->permissions, spec::permissions::backup);
}

TEST_F(DirectoryTest, IDN_011_an_unknown_registration_key_is_refused) {
  EXPECT_EQ(cause(directory().check_login(login("ZZZZZZZZ12345678", "alice", "correct horse", alices), alices)),
            "registration key unknown");
}

TEST_F(DirectoryTest, IDN_013_wrong_password_and_unknown_user_are_refused) {
  auto d = directory();
  EXPECT_EQ(cause(d.check_login(login("ABCDEFGH12345678", "alice", "correct horsf", alices), alices)), "password wrong");
  EXPECT_EQ(cause(d.check_login(login("ABCDEFGH12345678", "alice", "correct hors", alices), alices)), "password wrong");
  EXPECT_EQ(cause(d.check_login(login("ABCDEFGH12345678", "mallory", "x", alices), alices)), "user unknown in organisation acme");
}

TEST_F(DirectoryTest, IDN_013_a_user_is_looked_up_in_the_keys_organisation_only) {
  auto d = directory();
  EXPECT_EQ(cause(d.check_login(login("UUUUUUUU00000000", "bob", "battery staple", free_computer), free_computer)),
            "user unknown in organisation umbra");
  EXPECT_EQ(cause(d.check_login(login("UUUUUUUU00000000", "alice", "correct horse", free_computer), free_computer)), "password wrong");
  EXPECT_EQ(d.check_login(login("UUUUUUUU00000000", "alice", "other alice", free_computer), free_computer)->user, 6u);
}

/// Processor time of this thread alone: what else the machine does is not in it.
std::int64_t worked_ns(const std::function<void()>& what) {
  const auto now = [] {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
  };
  const auto began = now();
  what();
  return now() - began;
}

// A hash of so many rounds is nearly all of a login's work: where it is left out, or done twice, that shows.
TEST_F(DirectoryTest, ERR_007_and_IDN_021_every_refused_login_costs_the_work_of_an_accepted_one) {
  std::string text = example_fixture;
  const std::string few = "\"pbkdf2_rounds\": 2,";
  text.replace(text.find(few), few.size(), "\"pbkdf2_rounds\": 20000,");
  Directory d(parse_fixture("f.json", text).value(), Botan::system_rng(), {}, keeper.bind());
  const auto cost = [&](const protocol::Login& asked, const std::string& expected) {
    std::string came;
    const auto worked = worked_ns([&] { came = cause(d.check_login(asked, alices)); });
    EXPECT_TRUE(came.starts_with(expected)) << came;
    return worked;
  };
  const auto accepted = cost(alice(alices), "admitted");
  const std::pair<protocol::Login, std::string> refused[] = {
      {login("ABCDEFGH12345678", "alice", "correct horsf", alices), "password wrong"},
      {login("ABCDEFGH12345678", "mallory", "x", alices), "user unknown"},
      {login("NOBODYGAVETHIS01", "alice", "correct horse", alices), "registration key unknown"},
      {login("ABCDEFGH12345678", "carol", "carol's", alices), "user is blocked"},
      {login("ABCDEFGH12345678", "dave", "dave's", alices), "user is deactivated"},
      {login("abcdefgh12345678", "alice", "correct horse", alices, true), "registration key does not permit"},
      {bob(alices), "computer belongs to"}};
  for (const auto& [asked, expected] : refused) {
    const auto worked = cost(asked, expected);
    EXPECT_GT(worked, accepted / 3) << expected;
    EXPECT_LT(worked, accepted * 3) << expected;
  }
}

TEST_F(DirectoryTest, IDN_018_a_user_who_is_not_active_is_refused) {
  auto d = directory();
  EXPECT_EQ(cause(d.check_login(login("ABCDEFGH12345678", "carol", "carol's", free_computer), free_computer)), "user is blocked");
  EXPECT_EQ(cause(d.check_login(login("ABCDEFGH12345678", "dave", "dave's", free_computer), free_computer)), "user is deactivated");
  EXPECT_EQ(cause(d.check_login(login("ABCDEFGH12345678", "erin", "erin's", free_computer), free_computer)), "user is deauthorized");
  EXPECT_TRUE(keeper.kept.empty());
}

TEST_F(DirectoryTest, IDN_017_the_login_names_the_presented_computer) {
  EXPECT_EQ(cause(directory().check_login(alice(free_computer), alices)),
            "login names computer 0000000000000002, 0000000000000001 was presented");
}

TEST_F(DirectoryTest, IDN_016_another_users_computer_is_refused) {
  EXPECT_EQ(cause(directory().check_login(bob(alices), alices)), "computer belongs to user 1");
}

TEST_F(DirectoryTest, IDN_019_and_IDN_020_deferred_logins_need_the_keys_leave_and_get_no_permission) {
  auto d = directory();
  const auto admitted = d.check_login(login("ABCDEFGH12345678", "alice", "correct horse", alices, true), alices);
  ASSERT_TRUE(admitted) << cause(admitted);
  EXPECT_EQ(admitted->permissions, 0u);
  EXPECT_EQ(cause(d.check_login(login("abcdefgh12345678", "alice", "correct horse", alices, true), alices)),
            "registration key does not permit deferred logins");
  EXPECT_TRUE(d.check_login(login("abcdefgh12345678", "alice", "correct horse", alices, false), alices));
}

TEST_F(DirectoryTest, IDN_023_an_unknown_computer_belongs_to_the_first_user_who_logs_in_on_it) {
  auto d = directory();
  EXPECT_FALSE(d.check_login(login("ABCDEFGH12345678", "alice", "wrong", unknown_computer), unknown_computer));
  EXPECT_TRUE(keeper.kept.empty());
  EXPECT_TRUE(d.check_login(bob(unknown_computer), unknown_computer));
  EXPECT_EQ(keeper.kept, (std::map<std::uint64_t, std::uint64_t>{{unknown_computer, 2}}));
  EXPECT_EQ(cause(d.check_login(alice(unknown_computer), unknown_computer)), "computer belongs to user 2");
  EXPECT_TRUE(d.check_login(bob(unknown_computer), unknown_computer));
}

TEST_F(DirectoryTest, IDN_023_a_kept_binding_holds_after_a_restart) {
  auto d = directory({{unknown_computer, 2}});
  EXPECT_EQ(cause(d.check_login(alice(unknown_computer), unknown_computer)), "computer belongs to user 2");
  EXPECT_TRUE(d.check_login(bob(unknown_computer), unknown_computer));
}

TEST_F(DirectoryTest, the_fixture_wins_over_a_kept_binding) { EXPECT_TRUE(directory({{alices, 2}}).check_login(alice(alices), alices)); }

TEST_F(DirectoryTest, ERR_006_a_binding_that_cannot_be_kept_is_no_login_and_the_servers_own_trouble) {
  auto d = directory();
  keeper.broken = true;
  const auto answer = d.check_login(bob(unknown_computer), unknown_computer);
  EXPECT_EQ(cause(answer), "computer could not be bound: disk full");
  EXPECT_TRUE(answer.error().own_trouble);
  keeper.broken = false;
  EXPECT_TRUE(d.check_login(alice(unknown_computer), unknown_computer));
}

TEST_F(DirectoryTest, IDN_022_no_cause_shows_a_password) {
  auto d = directory();
  for (const auto& attempt : {login("ZZZZZZZZ12345678", "alice", "hunter2", 1), login("ABCDEFGH12345678", "zed", "hunter2", 1),
                              login("ABCDEFGH12345678", "alice", "hunter2", 1), login("ABCDEFGH12345678", "carol", "hunter2", 1)}) {
    const auto answer = d.check_login(attempt, 1);
    ASSERT_FALSE(answer);
    EXPECT_EQ(cause(answer).find("hunter2"), std::string::npos);
  }
}

TEST_F(DirectoryTest, IDN_016_of_many_at_once_exactly_one_user_gets_the_computer) {
  auto d = directory();
  std::vector<std::thread> threads;
  std::atomic<int> alices_wins = 0, bobs_wins = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, is_alice = i % 2 == 0] {
      if (d.check_login(is_alice ? alice(unknown_computer) : bob(unknown_computer), unknown_computer))
        ++(is_alice ? alices_wins : bobs_wins);
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(keeper.kept.size(), 1u);
  EXPECT_EQ(alices_wins + bobs_wins, 4);
  EXPECT_TRUE(alices_wins == 0 || bobs_wins == 0);
}

}  // namespace
}  // namespace coffer::accounts
