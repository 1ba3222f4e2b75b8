// Another escrow key in the former one's place, and what to make of a change that was cut short. Must not know: sessions, who asked for it.
#pragma once

#include "server/escrow_key.h"
#include "store/key_store.h"
#include "store/store.h"

namespace coffer::server {

/// [KEY-054] The escrow key that the records in the store are wrapped for: a change that was cut short is brought to its end, or back to
/// its beginning. Failure, which says what to do, where the key is missing or another, unless it was given up.
std::expected<keys::AgreementKey, std::string> settled_escrow_key(const std::filesystem::path& directory, store::KeyStore& keys,
                                                                  std::uint64_t server);

/// [KEY-054] The operator says that the keys which records are wrapped for, and the server lacks, are lost for ever; it goes on with the
/// one that it has, or another. How many records nobody opens at the server any more.
std::expected<std::size_t, std::string> give_up_escrow_key(const std::filesystem::path& directory, store::KeyStore& keys,
                                                           store::Store& events, std::uint64_t server);

struct EscrowChange {
  std::size_t records = 0;             // wrapped for the next key
  std::vector<store::Owner> unopened;  // their server_wrap did not open: it stays, for the former key, which is given up with them
};
/// [KEY-040] Makes another escrow key and wraps every record of account_password for it. Failure also where the change
/// was made, and not all that it replaced could be erased: then it says so.
std::expected<EscrowChange, std::string> change_escrow_key(const std::filesystem::path& directory, store::KeyStore& keys,
                                                           store::Store& events, std::uint64_t server);

}  // namespace coffer::server
