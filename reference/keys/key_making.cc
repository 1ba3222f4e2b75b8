#include "keys/key_making.h"

#include <stdexcept>

#include <botan/rng.h>

namespace coffer::keys {
namespace {

Wrap password_wrap_of(KeyMode mode) { return mode == KeyMode::account_password ? Wrap::account : Wrap::archive; }

std::expected<ServerWrap, WrapError> server_wrap(const ArchiveOwner& owner, const ArchiveKey& key, const PublicKey& escrow_key,
                                                 Botan::RandomNumberGenerator& random) {
  const auto wrap = wrap_for(Wrap::server, owner, key, escrow_key, random);
  if (!wrap) return std::unexpected(wrap.error());
  return ServerWrap{.escrow_key = escrow_key, .wrap = *wrap};
}

}  // namespace

std::expected<Octets, WrapError> make_key_record(const KeyRecordParts& parts, const ArchiveOwner& owner, const ArchiveKey& key,
                                                 Botan::RandomNumberGenerator& random) {
  KeyRecord record{.mode = parts.mode, .generation = parts.generation};
  if (spec::escrows(parts.mode, spec::Escrowed::server_wrap)) {
    if (!parts.escrow_key) throw std::logic_error("a mode with a wrap for the server, and no escrow key");
    const auto server = server_wrap(owner, key, *parts.escrow_key, random);
    if (!server) return std::unexpected(server.error());
    record.server = *server;
  }
  if (parts.mode != KeyMode::custom && parts.password)
    record.password = wrap_under_password(password_wrap_of(parts.mode), owner, key, *parts.password, parts.rounds, random);
  return write_key_record(record, owner, key);
}

std::expected<ArchiveKey, WrapError> open_escrow(const KeyRecord& record, const ArchiveOwner& owner, const AgreementKey& escrow_key) {
  if (!record.server) return std::unexpected(WrapError::wrap_broken);
  return open_as_recipient(Wrap::server, owner, record.server->wrap, escrow_key);
}

std::expected<ArchiveKey, WrapError> open_with_password(const KeyRecord& record, const ArchiveOwner& owner, View password) {
  if (!record.password) return std::unexpected(WrapError::wrap_broken);
  return open_with_password(password_wrap_of(record.mode), owner, *record.password, password);
}

std::expected<Octets, WrapError> wrapped_anew(const KeyRecord& record, const ArchiveOwner& owner, const AgreementKey& escrow_key,
                                              View password, std::uint32_t rounds, Botan::RandomNumberGenerator& random) {
  const auto key = open_escrow(record, owner, escrow_key);
  if (!key) return std::unexpected(key.error());
  KeyRecord next{.mode = record.mode, .generation = record.generation + 1, .server = record.server};
  next.password = wrap_under_password(Wrap::account, owner, *key, password, rounds, random);
  return write_key_record(next, owner, *key);
}

std::expected<Octets, WrapError> for_another_escrow_key(const KeyRecord& record, const ArchiveOwner& owner, const AgreementKey& old_key,
                                                        const PublicKey& new_key, Botan::RandomNumberGenerator& random) {
  const auto key = open_escrow(record, owner, old_key);
  if (!key) return std::unexpected(key.error());
  const auto server = server_wrap(owner, *key, new_key, random);
  if (!server) return std::unexpected(server.error());
  return write_key_record({.mode = record.mode, .generation = record.generation + 1, .server = *server, .password = record.password}, owner,
                          *key);
}

}  // namespace coffer::keys
