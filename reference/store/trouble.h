// Why the store could not do something, as a value. Must not know: sessions, reasons on the wire.
#pragma once

#include <cstdint>
#include <expected>
#include <string>

namespace coffer::store {

struct Trouble {
  enum class Kind : std::uint8_t {
    in_use,      // another process holds the directory
    newer,       // written by a newer format
    corrupt,     // not what this program wrote; the text says what to do
    full,        // no room on the disk
    over_quota,  // the user's blocks have no more room
    too_many,    // more than one record may release
    absent,      // it is not there, and is not to be made
    failed,      // the disk or database refused; see the text
    lost,        // blocks received since archive_of() were lost by a failed write: the session must end, and its client begin again
  };
  Kind kind = Kind::failed;
  std::string what;  // for the log: which file, which operation, what to do
};

template <class T>
using Result = std::expected<T, Trouble>;

}  // namespace coffer::store
