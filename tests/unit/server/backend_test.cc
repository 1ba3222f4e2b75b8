// What the backend makes of a store that fails under it.
#include "server/backend.h"

#include <botan/system_rng.h>

#include <cerrno>
#include <fstream>
#include <future>
#include <iterator>
#include <new>

#include "example_fixture.h"
#include "key_files.h"
#include "keys/key_making.h"
#include "server/escrow_change.h"
#include "server/escrow_key.h"
#include "workshop.h"

namespace coffer::server {
namespace {

using store::Block;
using Operation = store::MemoryFileSystem::Operation;

class BackendTest : public store::StoreTest {
 protected:
  static constexpr std::uint64_t user = 1, computer = 1;
  static constexpr std::uint32_t rounds = 2;

  void SetUp() override {
    open();
    auto fixture = accounts::parse_fixture("fixture", accounts::example_fixture);
    ASSERT_TRUE(fixture);
    directory_.emplace(std::move(*fixture), Botan::system_rng(), std::map<std::uint64_t, std::uint64_t>{},
                       [](std::uint64_t, std::uint64_t) { return std::expected<void, std::string>(); });
    keys_ = store::value(store::KeyStore::open(directory.path(), {.before_erasing = [this] {
                                                 if (fills_up_) full_.emplace();
                                               }}));
    auto escrow_key = keep_escrow_key(directory.path());
    ASSERT_TRUE(escrow_key);
    escrow_public_ = escrow_key->public_key();
    auto keeper = KeyKeeper::begin({0xaa, {.min = rounds, .max = rounds}}, std::move(*escrow_key), *directory_, *keys_, *store);
    ASSERT_TRUE(keeper);
    keeper_ = std::move(*keeper);
    backend_.emplace(*directory_, *store, *keeper_);
    enter(1);
  }
  void enter(net::ConnectionId connection) {
    ASSERT_TRUE(std::holds_alternative<protocol::ComputerAdmitted>(backend_->check_computer(connection, {computer})));
    ASSERT_TRUE(std::holds_alternative<protocol::LoginAdmitted>(backend_->enter(connection, {user, 0, 0, {}})));
  }
  std::optional<protocol::ServerAnswer> bring(const Block& block) {
    const protocol::StoreBlock arrived{block.id, block.checksum, block.sealed};
    return backend_->store_blocks(1, {&arrived, 1});
  }
  template <class Answer>
  bool commits_with() {
    return std::holds_alternative<Answer>(backend_->commit(1, {store::next_version({})}));
  }
  std::size_t versions() { return store::value(store->versions(store::value(store->archive_of(user, computer)), 0)).entries.size(); }

  static Octets octets(std::string_view text) { return {text.begin(), text.end()}; }
  /// Of the mode account_password.
  Octets key_record(std::string_view password, std::uint64_t generation = 1) {
    const Octets under = octets(password);
    const keys::KeyRecordParts parts{.mode = keys::KeyMode::account_password,
                                     .generation = generation,
                                     .escrow_key = escrow_public_,
                                     .password = View(under),
                                     .rounds = rounds};
    return keys::make_key_record(parts, owner, key, Botan::system_rng()).value();
  }
  /// The disk fills up once a change is durable, or is full before.
  template <class Answer>
  bool answers_on_a_full_disk(const std::function<protocol::ServerAnswer()>& ask, bool full_before = false) {
    fills_up_ = true;
    if (full_before) full_.emplace();
    const auto answer = ask();
    fills_up_ = false;
    full_.reset();
    return std::holds_alternative<Answer>(answer);
  }
  /// Of its account_wrap, salt and wrapped key; or of its server_wrap, one-time key and wrapped key.
  bool left_of(const Octets& record) { return store::lies_anywhere(directory.path(), Octets(record.begin() + 174, record.begin() + 230)); }
  bool left_for_server(const Octets& record) {
    return store::lies_anywhere(directory.path(), Octets(record.begin() + 98, record.begin() + 170));
  }

  const keys::ArchiveOwner owner{user, computer, 0xaa};
  const keys::ArchiveKey key = keys::ArchiveKey::generate(Botan::system_rng());
  std::optional<accounts::Directory> directory_;
  std::unique_ptr<store::KeyStore> keys_;
  std::unique_ptr<KeyKeeper> keeper_;
  std::optional<Backend> backend_;
  keys::PublicKey escrow_public_{};
  bool fills_up_ = false;
  std::optional<store::NoRoom> full_;
  const Block first = store::make_block(1), second = store::make_block(2);
};

TEST_F(BackendTest, a_version_whose_blocks_are_stored_is_committed) {
  EXPECT_FALSE(bring(first));
  EXPECT_FALSE(bring(second));
  EXPECT_TRUE(commits_with<protocol::Committed>());
  EXPECT_EQ(versions(), 1u);
}

TEST_F(BackendTest, ARC_147_no_version_is_stored_after_a_block_that_the_disk_refused) {
  files.fail = [](Operation operation, const std::string&) { return operation == Operation::write ? std::optional(ENOSPC) : std::nullopt; };
  EXPECT_TRUE(bring(first));
  files.fail = {};
  EXPECT_FALSE(bring(second));
  EXPECT_TRUE(commits_with<protocol::Failed>());
  EXPECT_EQ(versions(), 0u);
}

TEST_F(BackendTest, ARC_147_no_version_is_stored_after_a_block_that_ended_in_an_exception) {
  files.fail = [](Operation operation, const std::string&) -> std::optional<int> {
    if (operation == Operation::write) throw std::bad_alloc();
    return std::nullopt;
  };
  EXPECT_THROW(bring(first), std::bad_alloc);
  files.fail = {};
  EXPECT_FALSE(bring(second));
  EXPECT_TRUE(commits_with<protocol::Failed>());
  EXPECT_EQ(versions(), 0u);
  backend_->closed(1);
  enter(1);
  EXPECT_FALSE(bring(first));
  EXPECT_TRUE(commits_with<protocol::Committed>()) << "the next session brings it again";
}

TEST_F(BackendTest, KEY_036_a_key_record_that_came_before_is_acknowledged_once_the_older_one_is_erased) {
  const Octets older = key_record("correct horse"), next = key_record("correct horse", 2);
  ASSERT_TRUE(std::holds_alternative<protocol::KeyKept>(keeper_->keep({user, computer}, older)));
  const auto send = [&] { return keeper_->keep({user, computer}, next); };
  EXPECT_TRUE(answers_on_a_full_disk<protocol::Failed>(send));
  EXPECT_TRUE(answers_on_a_full_disk<protocol::Failed>(send, true));
  EXPECT_TRUE(left_of(older)) << "there was no room to erase it";
  EXPECT_TRUE(std::holds_alternative<protocol::KeyKept>(send()));
  EXPECT_FALSE(left_of(older));
}

TEST_F(BackendTest, KEY_043_the_password_that_logs_in_opens_the_record_also_after_an_erasing_that_failed) {
  const Octets record = key_record("correct horse");
  ASSERT_TRUE(std::holds_alternative<protocol::KeyKept>(keeper_->keep({user, computer}, record)));
  const auto change_from = [&](std::string_view current) {
    return [&, current] { return keeper_->set_password({user, computer}, octets(current), octets("battery staple")); };
  };
  EXPECT_TRUE(answers_on_a_full_disk<protocol::Failed>(change_from("correct horse")));
  const auto kept = keys::read_key_record(store::value(keys_->record({user, computer})), owner, {.min = rounds});
  ASSERT_TRUE(kept);
  for (const auto& [password, counts] : {std::pair("correct horse", false), std::pair("battery staple", true)}) {
    EXPECT_EQ(directory_->password_is(user, octets(password)), counts) << password;
    EXPECT_EQ(keys::open_with_password(*kept, owner, octets(password)).has_value(), counts) << password;
  }
  EXPECT_TRUE(answers_on_a_full_disk<protocol::Failed>(change_from("battery staple"), true));
  EXPECT_TRUE(left_of(record)) << "there was no room to erase it";
  EXPECT_TRUE(std::holds_alternative<protocol::PasswordSet>(change_from("battery staple")()));
  EXPECT_FALSE(left_of(record));
}

TEST_F(BackendTest, KEY_040_the_former_escrow_key_stands_until_all_records_are_wrapped_for_the_next) {
  const auto file = directory.path() / "escrow.key";
  const auto content = [&] {
    std::ifstream kept(file);
    return std::string(std::istreambuf_iterator<char>(kept), {});
  };
  const auto former = keep_escrow_key(directory.path());
  ASSERT_TRUE(former);
  ASSERT_TRUE(keys_->change({.records = {{{user, computer}, key_record("p")}}}));
  backend_.reset();
  keeper_.reset();
  keys_.reset();
  const std::string before = content();
  std::string when_all_are_wrapped;
  keys_ = store::value(store::KeyStore::open(directory.path(), {.before_erasing = [&] { when_all_are_wrapped = content(); }}));
  EXPECT_EQ(change_escrow_key(directory.path(), *keys_, *store, 0xaa)->records, 1u);
  EXPECT_EQ(when_all_are_wrapped, before);
  EXPECT_NE(content(), before);
  const auto next = keep_escrow_key(directory.path());
  const auto kept = keys::read_key_record(store::value(keys_->record({user, computer})), owner, {.min = 1});
  ASSERT_TRUE(next && kept);
  EXPECT_TRUE(keys::open_escrow(*kept, owner, *next));
  EXPECT_FALSE(keys::open_escrow(*kept, owner, *former));
  std::filesystem::rename(file, directory.path() / "backup");
  EXPECT_FALSE(settled_escrow_key(directory.path(), *keys_, 0xaa)) << "a record needs the one that is missing";
  std::filesystem::rename(directory.path() / "backup", file);
  EXPECT_TRUE(settled_escrow_key(directory.path(), *keys_, 0xaa));
}

TEST_F(BackendTest, KEY_040_a_change_of_which_only_the_erasing_failed_says_that_it_was_made) {
  const Octets before = key_record("p");
  ASSERT_TRUE(keys_->change({.records = {{{user, computer}, before}}}));
  fills_up_ = true;
  const auto changed = change_escrow_key(directory.path(), *keys_, *store, 0xaa);
  fills_up_ = false;
  full_.reset();
  ASSERT_FALSE(changed);
  EXPECT_NE(changed.error().find("the change is made: 1 archive keys"), std::string::npos) << changed.error();
  EXPECT_TRUE(left_for_server(before)) << "there was no room to erase it";
  keys_.reset();
  keys_ = store::value(store::KeyStore::open(directory.path()));
  const auto next = settled_escrow_key(directory.path(), *keys_, 0xaa);
  const auto kept = keys::read_key_record(store::value(keys_->record({user, computer})), owner, {.min = 1});
  ASSERT_TRUE(next && kept);
  EXPECT_TRUE(keys::open_escrow(*kept, owner, *next));
  EXPECT_FALSE(left_for_server(before));
  EXPECT_FALSE(std::filesystem::exists(directory.path() / "escrow.key.former"));
}

TEST_F(BackendTest, KEY_054_no_server_starts_with_another_escrow_key_than_its_records_are_for_until_that_is_given_up) {
  ASSERT_TRUE(keys_->change({.records = {{{user, computer}, key_record("p")}}}));
  const auto file = directory.path() / "escrow.key", right = directory.path() / "the right one";
  std::filesystem::rename(file, right);
  std::ofstream(file) << std::string(64, '7') << '\n';
  const auto refused = settled_escrow_key(directory.path(), *keys_, 0xaa);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().find("1 of 1 key records are wrapped for: put the right one back"), std::string::npos) << refused.error();
  EXPECT_FALSE(change_escrow_key(directory.path(), *keys_, *store, 0xaa));
  EXPECT_EQ(give_up_escrow_key(directory.path(), *keys_, *store, 0xaa), 1u);
  EXPECT_TRUE(settled_escrow_key(directory.path(), *keys_, 0xaa));
  EXPECT_EQ(change_escrow_key(directory.path(), *keys_, *store, 0xaa)->records, 0u) << "what it was given up with stays as it is";
  std::filesystem::rename(right, file);
  EXPECT_TRUE(settled_escrow_key(directory.path(), *keys_, 0xaa)) << "it was found again";
  EXPECT_EQ(change_escrow_key(directory.path(), *keys_, *store, 0xaa)->records, 1u);
}

TEST_F(BackendTest, KEY_045_a_record_for_a_key_that_was_given_up_is_handed_out_to_nobody_and_keeps_nobody_from_another_password) {
  const auto another = keys::AgreementKey::generate(Botan::system_rng());
  escrow_public_ = another.public_key();
  const Octets record = key_record("correct horse");
  ASSERT_TRUE(keys_->change({.records = {{{user, computer}, record}}}));
  const auto asked = keeper_->open({user, computer}, another.public_key());
  ASSERT_TRUE(std::holds_alternative<protocol::Refused>(asked));
  EXPECT_EQ(std::get<protocol::Refused>(asked).reason, spec::Reason::nothing_to_recover);
  EXPECT_TRUE(keeper_->reset_password(user, octets("battery staple")));
  EXPECT_TRUE(directory_->password_is(user, octets("battery staple")));
  EXPECT_EQ(store::value(keys_->record({user, computer})), record);
}

TEST_F(BackendTest, KEY_043_KEY_040_one_wrap_of_three_that_does_not_open_keeps_the_others_from_nothing_and_is_named) {
  const std::vector<store::Owner> three{{user, 1}, {user, 2}, {user, 3}};
  const auto record_of = [&](const store::Owner& whose) { return store::value(keys_->record(whose)); };
  for (const auto& whose : three) {
    const Octets under = octets("correct horse");
    const keys::KeyRecordParts parts{
        .mode = keys::KeyMode::account_password, .generation = 1, .escrow_key = escrow_public_, .password = View(under), .rounds = rounds};
    auto record = keys::make_key_record(parts, {whose.user, whose.computer, 0xaa}, key, Botan::system_rng()).value();
    if (whose.computer == 2) record[140] ^= 1;  // of its server_wrap
    ASSERT_TRUE(keys_->change({.records = {{whose, record}}}));
  }
  const Octets broken = record_of(three[1]);
  const auto told = [&] {
    std::size_t count = 0;
    EXPECT_TRUE(store::read_events(directory.path(), 0, [&](const store::Event& event) {
      if (event.event != "key_not_opened") return;
      ++count;
      EXPECT_NE(event.fields.find("0000000000000002"), std::string::npos) << event.fields;
    }));
    return count;
  };
  EXPECT_EQ(keeper_->reset_password(user, octets("battery staple")), std::vector{three[1]});
  EXPECT_TRUE(directory_->password_is(user, octets("battery staple")));
  EXPECT_EQ(told(), 1u);
  const auto changed = change_escrow_key(directory.path(), *keys_, *store, 0xaa);
  ASSERT_TRUE(changed) << changed.error();
  EXPECT_EQ(changed->records, 2u);
  EXPECT_EQ(changed->unopened, std::vector{three[1]});
  EXPECT_EQ(told(), 2u);
  const auto next = settled_escrow_key(directory.path(), *keys_, 0xaa);
  ASSERT_TRUE(next) << next.error();
  EXPECT_EQ(record_of(three[1]), broken);
  for (const auto& whose : {three[0], three[2]}) {
    const keys::ArchiveOwner archive{whose.user, whose.computer, 0xaa};
    const auto record = keys::read_key_record(record_of(whose), archive, {.min = 1});
    ASSERT_TRUE(record);
    EXPECT_TRUE(keys::open_with_password(*record, archive, octets("battery staple")));
    EXPECT_TRUE(keys::open_escrow(*record, archive, *next));
  }
}

TEST_F(BackendTest, KEY_044_of_two_changes_at_once_the_second_finds_the_first_ones_password) {
  std::string current = "correct horse";
  for (const auto* round : {"1", "2", "3", "4", "5", "6", "7", "8"}) {
    const auto change = [&](const std::string& to) {
      return std::holds_alternative<protocol::PasswordSet>(keeper_->set_password({user, computer}, octets(current), octets(to)));
    };
    const std::string here = std::string("here ") + round, there = std::string("there ") + round;
    auto other = std::async(std::launch::async, change, there);
    const bool set_here = change(here);
    EXPECT_NE(set_here, other.get());
    current = set_here ? here : there;
    EXPECT_TRUE(directory_->password_is(user, octets(current)));
  }
}

}  // namespace
}  // namespace coffer::server
