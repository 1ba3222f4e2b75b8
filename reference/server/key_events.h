// What the event log says of a server_wrap of the server's own: that it was opened, or that it does not open because one octet of its row
// is another. The latter keeps nobody else from a new password or escrow key, so it is passed over, and told. Must not know: who wanted it
// opened.
#pragma once

#include <string>
#include <string_view>

#include "keys/wrap.h"
#include "store/store.h"

namespace coffer::server {

/// "user 2, computer 1122334455667788".
std::string text(const store::Owner& owner);

/// [KEY-039] Durably in the event log, before what is opened is used.
store::Result<void> note_opening(store::Store& events, const store::Owner& owner, std::string_view cause);

/// In the log, and durably in the event log.
store::Result<void> tell_of_unopened(store::Store& events, const store::Owner& owner, keys::WrapError error);

}  // namespace coffer::server
