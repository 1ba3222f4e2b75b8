// The world's server behind its sessions: the reference's own backend over a real store. Everything but the shell is what cofferd has.
// A store is made anew for many worlds only, for that costs more than a world: worlds have people of their own.
// Must not know: sessions, traces, what is expected.
#pragma once

#include <filesystem>
#include <memory>

#include "rigs/accounts.h"
#include "server/backend.h"
#include "store/memory_file_system.h"

namespace coffer::fuzz {

class WorldServer {
 public:
  WorldServer();
  ~WorldServer();
  WorldServer(const WorldServer&) = delete;
  WorldServer& operator=(const WorldServer&) = delete;

  /// A world begins; its number.
  std::uint64_t next_world();
  void begin(const People& people);
  /// Nothing of it stays in memory.
  void end();
  /// The process ends and begins anew; what it stored stays.
  void restart(const People& people);
  /// Answers are in order, and complete.
  std::vector<protocol::ServerAnswer> answer(net::ConnectionId connection, const protocol::ServerAction& question);
  std::optional<protocol::ServerAnswer> perform(net::ConnectionId connection, const protocol::ServerAction& action, bool of_a_user);
  /// The key record in force.
  Octets key_record(std::uint64_t user, std::uint64_t computer);
  /// The events since this was last asked, a line each.
  std::string events();

 private:
  struct Disk;
  struct Process;
  std::vector<protocol::ServerAnswer> load(net::ConnectionId connection, const protocol::LoadBlocks& question);
  std::filesystem::path directory_;
  store::MemoryFileSystem empty_packs_, packs_;
  std::uint64_t worlds_ = 0, events_read_ = 0;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<Process> process_;
};

}  // namespace coffer::fuzz
