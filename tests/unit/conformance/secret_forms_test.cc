#include "wire/secret_forms.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace coffer::conformance {
namespace {

/// The names of the forms that stand in these octets.
std::vector<std::string> shown_in(View content, View secret) {
  std::vector<std::string> names;
  for (const auto& form : forms_of(secret))
    if (std::search(content.begin(), content.end(), form.octets.begin(), form.octets.end()) != content.end()) names.push_back(form.name);
  return names;
}

using Names = std::vector<std::string>;

TEST(SecretForms, a_secret_is_found_however_it_was_written) {
  const Octets secret = joined({octets("an archive key of no value \xfb\xff"), repeated(3, 0xFB)});
  const auto around = [](View inner) { return joined({octets("{"), inner, octets("}")}); };
  EXPECT_EQ(shown_in(around(secret), secret), Names{"as it is"});
  EXPECT_EQ(shown_in(around(Octets(secret.rbegin(), secret.rend())), secret), Names{"reversed"});
  EXPECT_EQ(shown_in(around(octets(hex(secret))), secret), Names{"in hex"});
  EXPECT_EQ(shown_in(around(octets("616E20617263686976")), octets("an archiv")), Names{"in upper-case hex"});
  EXPECT_TRUE(shown_in(around(sha256(secret)), secret).empty());
}

TEST(SecretForms, base64_is_found_wherever_the_secret_begins_in_it) {
  const Octets secret = sha256(octets("a secret"));
  for (std::size_t before = 0; before < 7; ++before)
    EXPECT_EQ(shown_in(octets(base64(joined({repeated(before, 'x'), secret, repeated(before, 'y')}))), secret), Names{"in base64"})
        << before;
  EXPECT_TRUE(shown_in(octets(base64(sha256(secret))), secret).empty());
}

TEST(SecretForms, a_short_secret_has_no_base64_to_be_found_by_chance) {
  for (const auto& form : forms_of(octets("abcde"))) EXPECT_EQ(form.name.find("base64"), std::string::npos);
}

}  // namespace
}  // namespace coffer::conformance
