#include "accounts/presence.h"

namespace coffer::accounts {

bool Presence::arrive(std::uint64_t computer, std::uint64_t session) { return sessions_.try_emplace(computer, session).second; }

void Presence::leave(std::uint64_t computer, std::uint64_t session) {
  const auto found = sessions_.find(computer);
  if (found != sessions_.end() && found->second == session) sessions_.erase(found);
}

}  // namespace coffer::accounts
