// Which computers are connected now. Must not know: why a session ends, who is logged in. One thread.
#pragma once

#include <cstdint>
#include <unordered_map>

namespace coffer::accounts {

class Presence {
 public:
  /// False when the computer has another session [IDN-004]; true makes `session` its session.
  bool arrive(std::uint64_t computer, std::uint64_t session);
  /// After the session closed. Nothing happens when it is not the computer's session.
  void leave(std::uint64_t computer, std::uint64_t session);
  std::size_t size() const { return sessions_.size(); }

 private:
  std::unordered_map<std::uint64_t, std::uint64_t> sessions_;  // computer to session
};

}  // namespace coffer::accounts
