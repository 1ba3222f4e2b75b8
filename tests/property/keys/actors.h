// Who has what of one archive key at a moment, and what can be made of it by trying everything: each octet string is taken for everything
// it might be, each secret is tried on it. Must not know: modes, tables, what anybody ought to be able to do.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "keys/key_record.h"

namespace coffer::keys {

/// All that somebody has.
struct Possession {
  std::vector<Octets> records;        // key records
  std::vector<Wrapped> device_wraps;  // from disks
  std::vector<Octets> secrets;        // passwords, device keys, private keys, archive keys: whatever is secret, without its meaning
};

/// The check values of all archive keys that come out.
std::set<Digest> derivable(const Possession& has, const ArchiveOwner& owner);

}  // namespace coffer::keys
