#include "actors.h"

#include <limits>

#include "keys/wrap.h"

namespace coffer::keys {
namespace {

constexpr Rounds every{.min = 0, .max = std::numeric_limits<std::uint32_t>::max()};

class Attempt {
 public:
  explicit Attempt(const ArchiveOwner& owner) : owner_(owner) {}

  void password(const PasswordWrap& wrap, View secret) {
    for (const Wrap which : {Wrap::account, Wrap::archive}) note(open_with_password(which, owner_, wrap, secret));
    // As if the salt were a verifier's, or the secret the wrapping key itself.
    if (secret.size() == 32) note(unwrap(Secret(secret.begin(), secret.end()), wrap.wrapped));
  }
  void agreement(const AgreementWrap& wrap, View secret) {
    if (secret.size() != 32) return;
    const AgreementKey key(Secret(secret.begin(), secret.end()));
    for (const Wrap which : {Wrap::server, Wrap::recovery}) note(open_as_recipient(which, owner_, wrap, key));
    note(unwrap(Secret(secret.begin(), secret.end()), wrap.wrapped));
  }
  void device(const Wrapped& wrap, View secret) {
    note(open_on_device(owner_, wrap, secret));
    if (secret.size() == 32) note(unwrap(Secret(secret.begin(), secret.end()), wrap));
  }
  std::set<Digest> found;

 private:
  void note(const std::expected<ArchiveKey, WrapError>& key) {
    if (key) found.insert(key->check_value());
  }
  const ArchiveOwner owner_;
};

}  // namespace

std::set<Digest> derivable(const Possession& has, const ArchiveOwner& owner) {
  Attempt attempt(owner);
  for (const Octets& secret : has.secrets) {
    if (const auto key = ArchiveKey::from_octets(secret)) attempt.found.insert(key->check_value());
    for (const Octets& octets : has.records) {
      const auto record = read_key_record(octets, owner, every);
      if (!record) continue;
      if (record->password) attempt.password(*record->password, secret);
      if (record->server) attempt.agreement(record->server->wrap, secret);
    }
    for (const Wrapped& wrap : has.device_wraps) attempt.device(wrap, secret);
  }
  return attempt.found;
}

}  // namespace coffer::keys
