// Another escrow key in the former one's place, and what to make of a change that was cut short. Must not know: sessions, who asked for it.
#pragma once

#include "server/escrow_key.h"
#include "store/key_store.h"
#include "store/store.h"

namespace coffer::server {

/// The escrow key that the records in the store are wrapped for: a change that was cut short is brought to its end, or back to its
/// beginning.
std::expected<keys::AgreementKey, std::string> settled_escrow_key(const std::filesystem::path& directory, store::KeyStore& keys,
                                                                  std::uint64_t server);

/// [KEY-040] Makes another escrow key and wraps every record of account_password for it. How many there were.
std::expected<std::size_t, std::string> change_escrow_key(const std::filesystem::path& directory, store::KeyStore& keys,
                                                          store::Store& events, std::uint64_t server);

}  // namespace coffer::server
