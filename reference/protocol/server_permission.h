// Whether a user may have an operation done. Must not know: operations, roles.
#pragma once

#include "fault/switch.h"
#include "protocol/fault.h"
#include "protocol/server_states.h"

namespace coffer::protocol {

// [SES-021] A server MUST close with not_permitted when an operation needs a permission that the user's roles do not grant.
inline bool may(const server_state::Identity& who, std::uint32_t any_of) {
  return (who.permissions & any_of) != 0 || fault::on(fault::SES_021_everything_permitted);
}

inline Fault not_permitted() { return {spec::Reason::not_permitted, "SES-021"}; }

}  // namespace coffer::protocol
