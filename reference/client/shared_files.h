// Which directories lie on file systems that change without this computer's kernel: other computers, or a program, have a hand in them.
// Must not know: who watches them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

namespace coffer::client {

/// By the number that statfs gives.
bool is_shared(std::uint32_t file_system);

class SharedFiles {
 public:
  /// The number of an open directory's file system; 0: it cannot be said.
  using NumberOf = std::function<std::uint32_t(int directory)>;
  explicit SharedFiles(NumberOf number_of);

  bool hold(int directory);
  /// Devices' numbers pass on to other file systems.
  void forget() { devices_.clear(); }

 private:
  NumberOf number_of_;
  std::map<std::uint64_t, bool> devices_;  // asked once each: a server may have to answer
};

/// As the kernel says.
std::uint32_t file_system_number(int directory);

}  // namespace coffer::client
