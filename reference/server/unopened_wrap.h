// A server_wrap of the server's own that it does not open: one octet of its row is another. It keeps nobody else from a new password or
// escrow key, so it is passed over, and told. Must not know: who wanted it opened.
#pragma once

#include <string>

#include "keys/wrap.h"
#include "store/store.h"

namespace coffer::server {

/// "user 2, computer 1122334455667788".
std::string text(const store::Owner& owner);

/// In the log, and durably in the event log.
store::Result<void> tell_of_unopened(store::Store& events, const store::Owner& owner, keys::WrapError error);

}  // namespace coffer::server
