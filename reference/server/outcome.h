// How cofferd ends: one enumerator for each exit code that `cofferd --help` promises.
#pragma once

namespace coffer::server {

enum class Outcome : int {
  ok = 0,
  damage_found = 1,  // verify: something stored is not what it was; rebuild: not all could be recovered; compact: damage keeps a pack;
                     // reset-password, renew-escrow-key: a wrap that the server does not open
  bad_fixture = 2,   // a mistake in the fixture, the key or the certificate
  cannot_listen = 3,
  store_failed = 4,  // in use, newer, corrupt, unreadable
  usage = 64,
};

}  // namespace coffer::server
