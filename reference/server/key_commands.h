// What an administrator does with keys beside no running server: another escrow key, another password for a user who forgot it, nothing
// left of the keys, or of the whole account, of a user who is gone.
#pragma once

#include <cstdint>
#include <filesystem>

#include "server/outcome.h"

namespace coffer::server {

struct KeyCommandOptions {
  std::filesystem::path data, fixture;
  std::uint64_t user = 0;               // reset_password, erase_keys, purge_account
  std::filesystem::path password_file;  // its first line; "-": standard input
};

/// `cofferd renew-escrow-key`: makes another escrow key and wraps all that was escrowed for it.
Outcome renew_escrow_key(const KeyCommandOptions& options);
/// `cofferd give-up-escrow-key`: the one that records are wrapped for is lost for ever; goes on without it.
Outcome give_up_escrow_key(const KeyCommandOptions& options);
/// `cofferd give-up-keys`: what the server kept of keys is lost for ever; goes on with nothing kept [KEY-056].
Outcome give_up_keys(const KeyCommandOptions& options);
/// `cofferd reset-password`: gives a user another account password; what is escrowed under it is wrapped anew.
Outcome reset_password(const KeyCommandOptions& options);
/// `cofferd erase-keys`: of a user who is deactivated, all that the server keeps of keys [KEY-041].
Outcome erase_keys(const KeyCommandOptions& options);
/// `cofferd purge-account`: of a user who is deactivated, the keys, then the archives [ARC-150].
Outcome purge_account(const KeyCommandOptions& options);

}  // namespace coffer::server
