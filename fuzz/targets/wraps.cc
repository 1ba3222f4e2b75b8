// Any octets as each of the five wraps, under secrets that are known: only what the wrapping key makes of an archive key opens, and with
// one thing wrong of all that a wrap is bound to, nothing does. Input: the kind, what is wrong, by how much; then a wrap, or what a holder
// of the wrapping key seals: zeros for a right header, and a key.
#include <algorithm>
#include <set>

#include "keys/expansion.h"
#include "rigs/any_wrap.h"
#include "rigs/octet_source.h"
#include "rigs/oracle.h"
#include "rigs/wrap_opener.h"

namespace {

using namespace coffer;
using fuzz::demand;

/// Everybody can make it where a one-time key is of small order.
keys::Secret wrapping_key_of_zeros(const fuzz::WrapOpener& opener) {
  std::string info = opener.kind == keys::Wrap::server ? "coffer/1 server wrap" : "coffer/1 recovery wrap";
  keys::append_owner(info, opener.owner);
  info.append(opener.one_time.begin(), opener.one_time.end());
  const auto recipient = keys::AgreementKey(opener.secret).public_key();
  info.append(recipient.begin(), recipient.end());
  return keys::expand(keys::Secret(32), info, 32);
}

keys::Secret made(std::size_t kind) { return fuzz::WrapOpener{.kind = keys::Wrap(kind)}.wrapping_key().value(); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::OctetSource source({data, size});
  const std::size_t kind = source.octet() % 5U;
  const std::uint8_t what = source.octet() % 9, by = source.octet() | 1U;
  static const std::array<keys::Secret, 5> wrapping_keys{made(0), made(1), made(2), made(3), made(4)};
  const auto& key = wrapping_keys[kind];
  if (what == 7)
    if (const auto opened = keys::unwrap(key, source.rest()))
      demand(std::ranges::equal(keys::wrap(key, *opened), source.rest()), "KEY-014 a wrap has one form");
  std::array<std::uint8_t, 40> content{};
  std::ranges::copy(source.octets(content.size()), content.begin());
  for (std::size_t i = 0; i < fuzz::right_header.size(); ++i) content[i] ^= fuzz::right_header[i];
  fuzz::WrapOpener opener{.kind = keys::Wrap(kind)};
  if (what == 8 && opener.agrees()) {
    std::copy_n(content.begin() + 8, 32, opener.one_time.begin());
    demand(!opener.open(fuzz::any_wrap(wrapping_key_of_zeros(opener), content)), "KEY-017 what everybody can make does not open");
    return 0;
  }
  const auto wrap = fuzz::any_wrap(key, content);
  const bool random = std::set<std::uint8_t>(content.begin() + 8, content.end()).size() >= 8;
  const auto opened = keys::unwrap(key, wrap);
  demand(opened.has_value() == (random && std::ranges::equal(fuzz::right_header, View(content).first(8))), "KEY-018 a key is what opens");
  if (!opened) return 0;
  demand(std::ranges::equal(opened->octets(), View(content).subspan(8)), "KEY-014 a wrap opens as the key that is in it");
  if (what != 7) opener.change(what, by);
  demand(opener.open(wrap).has_value() == (what == 7),
         "KEY-015 KEY-016 KEY-049 a wrap opens with what it is bound to, and with that alone");
  return 0;
}
