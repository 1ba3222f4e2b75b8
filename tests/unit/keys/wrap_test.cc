#include "keys/wrap.h"

#include <numeric>
#include <set>
#include <string_view>

#include <botan/system_rng.h>
#include <gtest/gtest.h>

namespace coffer::keys {
namespace {

constexpr ArchiveOwner owner{1, 2, 3};
constexpr std::uint32_t few = 2;

View octets(std::string_view text) { return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}; }

ArchiveKey counting() {
  Octets key(32);
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  return ArchiveKey::from_octets(key).value();
}

class Wraps : public testing::Test {
 protected:
  Botan::System_RNG random;
  const ArchiveKey key = counting();
};

TEST_F(Wraps, KEY_015_a_password_opens_what_it_sealed_and_another_does_not) {
  const auto wrapped = wrap_under_password(Wrap::account, owner, key, octets("word"), few, random);
  EXPECT_EQ(open_with_password(Wrap::account, owner, wrapped, octets("word")).value().octets(), key.octets());
  EXPECT_EQ(open_with_password(Wrap::account, owner, wrapped, octets("Word")).error(), WrapError::wrap_broken);
  EXPECT_EQ(open_with_password(Wrap::account, owner, wrapped, {}).error(), WrapError::wrap_broken);
}

TEST_F(Wraps, KEY_015_the_same_password_opens_no_wrap_of_another_kind) {
  const auto wrapped = wrap_under_password(Wrap::account, owner, key, octets("word"), few, random);
  EXPECT_EQ(open_with_password(Wrap::archive, owner, wrapped, octets("word")).error(), WrapError::wrap_broken);
}

TEST_F(Wraps, KEY_015_the_same_password_opens_no_other_archive_s) {
  const auto wrapped = wrap_under_password(Wrap::account, owner, key, octets("word"), few, random);
  for (const ArchiveOwner& other : {ArchiveOwner{9, 2, 3}, ArchiveOwner{1, 9, 3}, ArchiveOwner{1, 2, 9}, ArchiveOwner{2, 1, 3}})
    EXPECT_EQ(open_with_password(Wrap::account, other, wrapped, octets("word")).error(), WrapError::wrap_broken);
}

TEST_F(Wraps, KEY_016_the_recipient_opens_it_and_nobody_else) {
  const AgreementKey recipient = AgreementKey::generate(random), stranger = AgreementKey::generate(random);
  const auto wrapped = wrap_for(Wrap::server, owner, key, recipient.public_key(), random).value();
  EXPECT_EQ(open_as_recipient(Wrap::server, owner, wrapped, recipient).value().octets(), key.octets());
  EXPECT_EQ(open_as_recipient(Wrap::server, owner, wrapped, stranger).error(), WrapError::wrap_broken);
  EXPECT_EQ(open_as_recipient(Wrap::recovery, owner, wrapped, recipient).error(), WrapError::wrap_broken);
  EXPECT_EQ(open_as_recipient(Wrap::server, {9, 2, 3}, wrapped, recipient).error(), WrapError::wrap_broken);
}

TEST_F(Wraps, KEY_017_keys_of_small_order_are_refused_by_both_sides) {
  const AgreementKey recipient = AgreementKey::generate(random);
  PublicKey one{};
  one[0] = 1;
  for (const PublicKey& point : {PublicKey{}, one}) {
    EXPECT_EQ(wrap_for(Wrap::server, owner, key, point, random).error(), WrapError::secret_of_zeros);
    EXPECT_EQ(open_as_recipient(Wrap::server, owner, {.one_time = point, .wrapped = {}}, recipient).error(), WrapError::secret_of_zeros);
  }
}

TEST_F(Wraps, KEY_018_every_flipped_bit_is_noticed) {
  const Secret wrapping_key(32, 7);
  const Wrapped good = wrap(wrapping_key, key);
  ASSERT_TRUE(unwrap(wrapping_key, good));
  for (std::size_t bit = 0; bit < 8 * wrapped_octets; ++bit) {
    Wrapped bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_EQ(unwrap(wrapping_key, bad).error(), WrapError::wrap_broken) << bit;
  }
}

TEST_F(Wraps, KEY_014_a_wrap_of_any_other_length_is_refused) {
  const Octets octets(64);
  for (std::size_t length = 0; length <= octets.size(); ++length)
    if (length != wrapped_octets) {
      EXPECT_EQ(unwrap(Secret(32, 7), View(octets).first(length)).error(), WrapError::wrap_length) << length;
    }
}

TEST_F(Wraps, KEY_020_no_salt_and_no_one_time_key_comes_twice) {
  const AgreementKey recipient = AgreementKey::generate(random);
  std::set<Salt> salts;
  std::set<PublicKey> one_time_keys;
  for (int i = 0; i < 50; ++i) {
    salts.insert(wrap_under_password(Wrap::archive, owner, key, octets("word"), 1, random).salt);
    one_time_keys.insert(wrap_for(Wrap::server, owner, key, recipient.public_key(), random).value().one_time);
  }
  EXPECT_EQ(salts.size(), 50u);
  EXPECT_EQ(one_time_keys.size(), 50u);
}

TEST_F(Wraps, KEY_049_a_device_s_wrap_opens_with_its_device_key_for_its_archive) {
  const Octets device_key(32, 5), other(32, 6);
  const Wrapped kept = wrap_for_device(owner, key, device_key);
  EXPECT_EQ(open_on_device(owner, kept, device_key).value().octets(), key.octets());
  EXPECT_EQ(open_on_device(owner, kept, other).error(), WrapError::wrap_broken);
  EXPECT_EQ(open_on_device({1, 2, 4}, kept, device_key).error(), WrapError::wrap_broken);
}

}  // namespace
}  // namespace coffer::keys
