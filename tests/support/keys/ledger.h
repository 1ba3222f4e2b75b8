// All secrets and all wraps that there ever were of one archive key, and which opens which, found by trying everything: each secret on each
// wrap, as whatever it might be. Must not know: modes, tables, what anybody ought to be able to do.
#pragma once

#include <bitset>
#include <variant>

#include "keys/key_record.h"

namespace coffer::keys {

using SecretSet = std::bitset<256>;
using WrapSet = std::bitset<256>;

/// All that somebody has, by numbers of a ledger.
struct Possession {
  WrapSet wraps;
  SecretSet secrets;
  Possession operator|(const Possession& other) const { return {wraps | other.wraps, secrets | other.secrets}; }
  Possession& operator|=(const Possession& other) { return *this = *this | other; }
};

class Ledger {
 public:
  Ledger(const ArchiveOwner& owner, const Digest& check) : owner_(owner), check_(check) {}

  /// A password, a device key, a private key, an archive key: whatever is secret, without its meaning. What is known already is itself.
  Possession secret(View octets);
  /// The wraps of a key record, whatever is in it.
  Possession record(View octets);
  Possession device(const Wrapped& wrap) { return wrap_of(wrap); }
  Possession handed_out(const AgreementWrap& wrap) { return wrap_of(wrap); }

  /// Whether the archive key comes out.
  bool opens(const Possession& has) const;
  /// [KEY-020] Whether two wraps have one salt or one one-time key.
  bool repeats() const { return repeats_; }
  /// What of all that there ever was stands in these octets.
  Possession lying_in(View octets) const;

 private:
  using AnyWrap = std::variant<PasswordWrap, AgreementWrap, Wrapped>;
  Possession wrap_of(const AnyWrap& wrap);
  bool opens(const AnyWrap& wrap, const Octets& secret) const;
  bool tried_out(const AnyWrap& wrap, const Octets& secret) const;
  bool is_the_key(const std::expected<ArchiveKey, WrapError>& key) const { return key && key->check_value() == check_; }

  const ArchiveOwner owner_;
  const Digest check_;
  std::vector<Octets> secrets_;
  std::vector<AnyWrap> wraps_;
  SecretSet keys_;                    // secrets that are the archive key
  std::vector<SecretSet> opened_by_;  // by wrap
  bool repeats_ = false;
};

}  // namespace coffer::keys
