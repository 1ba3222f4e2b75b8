// Which computers have a session of a verified user now. Must not know: why a session ends, who the user is. One thread.
#pragma once

#include <cstdint>
#include <unordered_map>

namespace coffer::accounts {

class Presence {
 public:
  /// Whether a session has the computer's place.
  bool taken(std::uint64_t computer) const { return sessions_.contains(computer); }
  /// Once the session's user is verified: false when another session has the computer's place [IDN-026], else it is this one's.
  bool arrive(std::uint64_t computer, std::uint64_t session);
  /// After the session closed. Nothing happens when the place is not its own.
  void leave(std::uint64_t computer, std::uint64_t session);
  std::size_t size() const { return sessions_.size(); }

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> sessions_;  // computer to session
};

}  // namespace coffer::accounts
