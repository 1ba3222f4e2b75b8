#include "keys/key_record.h"

#include <numeric>
#include <string_view>

#include <botan/system_rng.h>
#include <gtest/gtest.h>

#include "keys/key_keeping.h"
#include "keys/key_making.h"

namespace coffer::keys {
namespace {

using spec::Reason;

constexpr ArchiveOwner owner{1, 2, 3};
constexpr Rounds any{.min = 1, .max = 100};

View octets(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

ArchiveKey key_from(std::uint8_t first) {
  Octets key(32);
  std::iota(key.begin(), key.end(), first);
  return ArchiveKey::from_octets(key).value();
}

class KeyRecords : public testing::Test {
 protected:
  Octets record_of(KeyMode mode, std::uint64_t generation, const ArchiveKey& of, std::string_view password = "word") {
    return make_key_record(
               {.mode = mode, .generation = generation, .escrow_key = escrow.public_key(), .password = octets(password), .rounds = 2},
               owner, of, random)
        .value();
  }
  Octets record_of(KeyMode mode, std::uint64_t generation) { return record_of(mode, generation, key); }

  std::expected<Replacement, Reason> sent(View in_force, View octets, KeyPolicy policy = {}) {
    const auto record = read_sent(octets, owner, any);
    if (!record) return std::unexpected(record.error());
    return may_replace(in_force, octets, *record, owner, policy);
  }

  std::expected<void, Reason> opened(View octets, bool has_password = true) {
    return opens(octets, read_sent(octets, owner, any).value(), owner, escrow, has_password);
  }

  Botan::System_RNG random;
  const ArchiveKey key = key_from(0), other_key = key_from(1);
  const AgreementKey escrow = AgreementKey::generate(random);
};

TEST_F(KeyRecords, KEY_021_each_mode_has_its_length_and_reads_as_it_was_made) {
  for (const auto& [mode, length] :
       {std::pair{KeyMode::account_password, 262u}, {KeyMode::archive_password, 158u}, {KeyMode::custom, 98u}}) {
    const Octets made = record_of(mode, 3);
    EXPECT_EQ(made.size(), length);
    const auto record = read_key_record(made, owner, any);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->mode, mode);
    EXPECT_EQ(record->generation, 3u);
    EXPECT_EQ(record->check, key.check_value());
    EXPECT_EQ(disagrees(made, *record, key), std::nullopt);
    EXPECT_EQ(write_key_record(*record, owner, key), made);
  }
}

TEST_F(KeyRecords, KEY_006_a_record_has_the_wraps_of_its_mode_and_no_others) {
  for (const KeyMode mode : spec::all_key_modes) {
    const auto record = read_key_record(record_of(mode, 1), owner, any).value();
    EXPECT_EQ(record.server.has_value(), spec::escrows(mode, spec::Escrowed::server_wrap));
    EXPECT_EQ(record.password.has_value(), mode != KeyMode::custom);
    KeyRecord with_more = record;
    with_more.server = ServerWrap{};
    with_more.password = PasswordWrap{};
    if (mode != KeyMode::account_password) {
      EXPECT_THROW(write_key_record(with_more, owner, key), std::logic_error);
    }
  }
}

TEST_F(KeyRecords, KEY_021_every_other_length_is_refused) {
  for (const KeyMode mode : spec::all_key_modes) {
    Octets made = record_of(mode, 1);
    const std::size_t right = made.size();
    made.resize(300);
    for (std::size_t length = 0; length <= made.size(); ++length)
      EXPECT_EQ(read_key_record(View(made).first(length), owner, any).has_value(), length == right) << length;
  }
}

TEST_F(KeyRecords, KEY_022_every_flipped_bit_is_noticed_by_who_holds_the_key) {
  for (const KeyMode mode : spec::all_key_modes) {
    const Octets made = record_of(mode, 5);
    for (std::size_t bit = 0; bit < 8 * made.size(); ++bit) {
      Octets bad = made;
      bad[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
      const auto record = read_key_record(bad, owner, {.min = 0, .max = ~0U});
      EXPECT_TRUE(!record || disagrees(bad, *record, key)) << bit;
    }
  }
}

TEST_F(KeyRecords, KEY_028_a_record_of_another_key_disagrees_by_its_check_value) {
  const Octets made = record_of(KeyMode::custom, 1);
  EXPECT_EQ(disagrees(made, read_key_record(made, owner).value(), other_key), KeyTagError::check_differs);
}

TEST_F(KeyRecords, KEY_025_outside_the_test_profile_few_rounds_are_refused) {
  const Octets made = record_of(KeyMode::archive_password, 1);
  EXPECT_EQ(read_key_record(made, owner).error(), KeyRecordError::rounds_out_of_range);
  EXPECT_EQ(read_sent(made, owner, {}).error(), Reason::bad_key_record);
  EXPECT_TRUE(read_sent(made, owner, any));
}

TEST_F(KeyRecords, KEY_024_a_record_of_another_archive_is_refused) {
  const Octets made = record_of(KeyMode::custom, 1);
  for (const ArchiveOwner& other : {ArchiveOwner{9, 2, 3}, ArchiveOwner{1, 9, 3}, ArchiveOwner{1, 2, 9}})
    EXPECT_EQ(read_sent(made, other, any).error(), Reason::bad_key_record);
}

TEST_F(KeyRecords, KEY_032_generations_follow_each_other_without_a_gap) {
  const Octets first = record_of(KeyMode::account_password, 1);
  EXPECT_EQ(sent({}, first), Replacement::to_be_opened);
  EXPECT_EQ(sent({}, record_of(KeyMode::account_password, 2)).error(), Reason::key_conflict);
  EXPECT_EQ(sent(first, record_of(KeyMode::account_password, 1)).error(), Reason::key_conflict);
  EXPECT_EQ(sent(first, record_of(KeyMode::account_password, 2)), Replacement::to_be_opened);
  EXPECT_EQ(sent(first, record_of(KeyMode::account_password, 3)).error(), Reason::key_conflict);
}

TEST_F(KeyRecords, KEY_011_no_mode_gives_way_to_a_lower_one) {
  for (const KeyMode from : spec::all_key_modes)
    for (const KeyMode to : spec::all_key_modes) {
      const auto answer = sent(record_of(from, 1), record_of(to, 2));
      EXPECT_EQ(answer.has_value(), to >= from);
      if (!answer) {
        EXPECT_EQ(answer.error(), Reason::key_mode_refused);
      }
    }
}

TEST_F(KeyRecords, KEY_010_a_forbidden_mode_is_not_entered_but_stays_where_it_is_in_force) {
  const KeyPolicy account_alone{.permitted = 1};
  const Octets archive = record_of(KeyMode::archive_password, 1);
  EXPECT_EQ(sent({}, archive, account_alone).error(), Reason::key_mode_refused);
  EXPECT_EQ(sent(record_of(KeyMode::account_password, 1), record_of(KeyMode::archive_password, 2), account_alone).error(),
            Reason::key_mode_refused);
  EXPECT_EQ(sent(archive, record_of(KeyMode::archive_password, 2), account_alone), Replacement::to_be_kept);
  EXPECT_FALSE(account_alone.permits_no_record());
}

TEST_F(KeyRecords, KEY_031_the_record_in_force_is_taken_again_whatever_has_been_forbidden) {
  const Octets archive = record_of(KeyMode::archive_password, 1);
  EXPECT_EQ(sent(archive, archive, {.permitted = 1}), Replacement::in_force_already);
}

TEST_F(KeyRecords, KEY_034_another_key_does_not_take_a_key_s_place) {
  const Octets first = record_of(KeyMode::archive_password, 1);
  EXPECT_EQ(sent(first, record_of(KeyMode::archive_password, 2, other_key)).error(), Reason::key_conflict);
  EXPECT_EQ(sent(first, record_of(KeyMode::archive_password, 2, key)), Replacement::to_be_kept);
}

TEST_F(KeyRecords, KEY_030_the_mode_is_looked_at_before_the_generation_and_the_owner_before_both) {
  const Octets archive = record_of(KeyMode::archive_password, 1);
  EXPECT_EQ(sent(archive, record_of(KeyMode::account_password, 9, other_key)).error(), Reason::key_mode_refused);
  const Octets elsewhere = make_key_record({.mode = KeyMode::custom, .generation = 9}, {9, 9, 9}, key, random).value();
  EXPECT_EQ(sent(archive, elsewhere, {.permitted = 1}).error(), Reason::bad_key_record);
}

TEST_F(KeyRecords, KEY_026_a_server_keeps_no_escrow_that_it_cannot_open) {
  const Octets good = record_of(KeyMode::account_password, 1);
  EXPECT_TRUE(opened(good));
  Octets bad = good;
  bad[130] ^= 1;  // in the server's wrap
  EXPECT_EQ(opened(bad).error(), Reason::bad_key_record);
  bad = good;
  bad[200] ^= 1;  // in the account's, which the server cannot open: the tag tells
  EXPECT_EQ(opened(bad).error(), Reason::bad_key_record);
  const AgreementKey former = AgreementKey::generate(random);
  const Octets for_former =
      make_key_record({.mode = KeyMode::account_password, .escrow_key = former.public_key(), .password = octets("word"), .rounds = 2},
                      owner, key, random)
          .value();
  EXPECT_EQ(opened(for_former).error(), Reason::bad_key_record);
}

TEST_F(KeyRecords, KEY_026_an_escrow_of_another_key_than_the_check_value_s_is_refused) {
  KeyRecord record = read_key_record(record_of(KeyMode::account_password, 1, other_key), owner, any).value();
  const Octets mixed = write_key_record(record, owner, key);  // this key's check value and tag, the other's wraps
  EXPECT_EQ(opened(mixed).error(), Reason::bad_key_record);
}

TEST_F(KeyRecords, KEY_026_an_account_with_a_password_has_a_wrap_under_it) {
  const Octets without =
      make_key_record({.mode = KeyMode::account_password, .escrow_key = escrow.public_key()}, owner, key, random).value();
  EXPECT_EQ(opened(without, true).error(), Reason::bad_key_record);
  EXPECT_TRUE(opened(without, false));
}

TEST_F(KeyRecords, KEY_043_the_server_wraps_anew_under_another_account_password) {
  const auto first = read_key_record(record_of(KeyMode::account_password, 1, key, "old"), owner, any).value();
  const Octets next = wrapped_anew(first, owner, escrow, octets("new"), 2, random).value();
  const auto record = read_key_record(next, owner, any).value();
  EXPECT_EQ(record.generation, 2u);
  EXPECT_EQ(disagrees(next, record, key), std::nullopt);
  EXPECT_EQ(record.server, first.server);
  EXPECT_EQ(open_with_password(record, owner, octets("new")).value().octets(), key.octets());
  EXPECT_FALSE(open_with_password(record, owner, octets("old")));
}

TEST_F(KeyRecords, KEY_040_another_escrow_key_leaves_the_password_s_wrap_alone) {
  const auto first = read_key_record(record_of(KeyMode::account_password, 1), owner, any).value();
  const AgreementKey next_key = AgreementKey::generate(random);
  const Octets next = for_another_escrow_key(first, owner, escrow, next_key.public_key(), random).value();
  const auto record = read_key_record(next, owner, any).value();
  EXPECT_EQ(record.password, first.password);
  EXPECT_EQ(open_escrow(record, owner, next_key).value().octets(), key.octets());
  EXPECT_FALSE(open_escrow(record, owner, escrow));
  EXPECT_EQ(disagrees(next, record, key), std::nullopt);
}

TEST_F(KeyRecords, KEY_045_nothing_is_there_to_recover_in_the_upper_modes) {
  for (const KeyMode mode : {KeyMode::archive_password, KeyMode::custom})
    EXPECT_EQ(open_escrow(read_key_record(record_of(mode, 1), owner, any).value(), owner, escrow).error(), WrapError::wrap_broken);
}

}  // namespace
}  // namespace coffer::keys
