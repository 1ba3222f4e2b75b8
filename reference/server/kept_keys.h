// What a server keeps of keys, at its start: there, or not there yet, or lost. Must not know: what is in it, sessions.
#pragma once

#include "store/key_store.h"
#include "store/store.h"

namespace coffer::server {

/// [KEY-056] Made where no computer has ever logged in. Failure, which says what to do, where one did and it is gone.
std::expected<std::unique_ptr<store::KeyStore>, std::string> open_kept_keys(const std::filesystem::path& directory, store::Store& store);

/// [KEY-056] The operator says that it is lost for ever: the server goes on with an empty one. How many computers are locked by that; 0: it
/// is there, or nobody ever needed it.
std::expected<std::size_t, std::string> give_up_kept_keys(const std::filesystem::path& directory, store::Store& store);

}  // namespace coffer::server
