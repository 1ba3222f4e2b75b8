// What the backend makes of a store that fails under it.
#include "server/backend.h"

#include <botan/system_rng.h>

#include <cerrno>
#include <fstream>
#include <future>
#include <iterator>
#include <new>

#include "example_fixture.h"
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

  void SetUp() override {
    open();
    auto fixture = accounts::parse_fixture("fixture", accounts::example_fixture);
    ASSERT_TRUE(fixture);
    directory_.emplace(std::move(*fixture), Botan::system_rng(), std::map<std::uint64_t, std::uint64_t>{},
                       [](std::uint64_t, std::uint64_t) { return std::expected<void, std::string>(); });
    keys_ = store::value(store::KeyStore::open(directory.path()));
    auto escrow_key = keep_escrow_key(directory.path());
    ASSERT_TRUE(escrow_key);
    auto keeper = KeyKeeper::begin({0xaa, {}}, std::move(*escrow_key), *directory_, *keys_, *store);
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

  std::optional<accounts::Directory> directory_;
  std::unique_ptr<store::KeyStore> keys_;
  std::unique_ptr<KeyKeeper> keeper_;
  std::optional<Backend> backend_;
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

TEST_F(BackendTest, KEY_040_the_former_escrow_key_stands_until_all_records_are_wrapped_for_the_next) {
  const auto file = directory.path() / "escrow.key";
  const auto content = [&] {
    std::ifstream kept(file);
    return std::string(std::istreambuf_iterator<char>(kept), {});
  };
  const auto former = keep_escrow_key(directory.path());
  ASSERT_TRUE(former);
  const keys::ArchiveOwner owner{user, computer, 0xaa};
  const auto key = keys::ArchiveKey::generate(Botan::system_rng());
  const Octets password{'p'};
  const keys::KeyRecordParts parts{
      .mode = keys::KeyMode::account_password, .escrow_key = former->public_key(), .password = View(password), .rounds = 1};
  const auto record = keys::make_key_record(parts, owner, key, Botan::system_rng());
  ASSERT_TRUE(record);
  ASSERT_TRUE(keys_->change({.records = {{{user, computer}, *record}}}));
  backend_.reset();
  keeper_.reset();
  keys_.reset();
  const std::string before = content();
  std::string when_all_are_wrapped;
  keys_ = store::value(store::KeyStore::open(directory.path(), {.before_erasing = [&] { when_all_are_wrapped = content(); }}));
  EXPECT_EQ(change_escrow_key(directory.path(), *keys_, *store, 0xaa), 1u);
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

TEST_F(BackendTest, KEY_044_of_two_changes_at_once_the_second_finds_the_first_ones_password) {
  const auto octets = [](std::string_view text) { return Octets(text.begin(), text.end()); };
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
