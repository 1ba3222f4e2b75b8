// One session of the world: a client and its program, which know their passwords and keys; the server's shell, which asks the world's
// server; and a second opinion on everything that the server says. Must not know: traces, who stands between.
#pragma once

#include <map>

#include "rigs/archive_model.h"
#include "rigs/conversation.h"
#include "rigs/world_server.h"

namespace coffer::fuzz {

/// What all sessions share.
struct World {
  explicit World(WorldServer& its_server) : server(its_server), people(server.next_world()) { server.begin(people); }
  ~World() { server.end(); }

  WorldServer& server;
  People people;
  std::map<std::pair<std::uint64_t, std::uint64_t>, ArchiveModel> archives;  // by user and computer
  std::map<std::uint64_t, net::ConnectionId> present;                        // computers with a session of a verified user
  std::size_t openings = 0;                                                  // of the server's own wraps, which it has to log
  std::size_t password_changes = 0;
};

class WorldSession final : public Parties {
 public:
  WorldSession(World& world, net::ConnectionId connection, const protocol::Login& login, std::uint64_t computer, protocol::Time now);
  Conversation& conversation() { return conversation_; }
  /// What the program asks for a step: with its own keys, passwords and chain where the step's value does not say otherwise.
  void ask(const trace::Step& step);

  std::vector<protocol::ServerAnswer> answer(const protocol::ServerAction& question) override;
  std::optional<protocol::ServerAnswer> perform(const protocol::ServerAction& action) override;
  void told(const protocol::ClientAction& action) override;

 private:
  protocol::ClientRequest request(const trace::Step& step);
  std::optional<protocol::ClientRequest> key_record(std::uint32_t value);
  keys::ArchiveOwner owner() const;
  ArchiveModel& archive() { return world_.archives[{user_, computer_}]; }

  void judge_login(const protocol::Login& login, const protocol::ServerAnswer& answer);
  void judge_key_kept(const protocol::KeepKey& asked, const protocol::ServerAnswer& answer);
  void judge_password(const protocol::SetPassword& asked, const protocol::ServerAnswer& answer);
  void judge_loaded(const protocol::LoadBlocks& asked, const std::vector<protocol::ServerAnswer>& answers);
  void judge(const protocol::ServerAction& question, const std::vector<protocol::ServerAnswer>& answers);

  World& world_;
  const net::ConnectionId connection_;
  std::uint64_t computer_ = 0, user_ = 0;  // user_: once verified
  std::set<Digest> releasing_;
  std::optional<protocol::KeyShown> shown_;
  std::optional<keys::AgreementKey> one_time_;
  Conversation conversation_;
};

/// The archive key of each archive of the world, which must show nowhere.
keys::ArchiveKey archive_key_of(std::uint64_t user, std::uint64_t computer);

}  // namespace coffer::fuzz
