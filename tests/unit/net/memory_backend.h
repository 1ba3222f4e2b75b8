// A backend without disk or accounts: one password, archives in memory, every call counted.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/backend.h"

namespace coffer::net {

class MemoryBackend final : public Backend {
 public:
  static constexpr std::string_view password = "a good password";

  protocol::ServerAnswer check_computer(ConnectionId connection, const protocol::CheckComputer& question) override {
    const std::scoped_lock lock{mutex_};
    if (present_.contains(question.guid)) return protocol::ComputerRefused{"present"};
    computers_[connection] = question.guid;
    return protocol::ComputerAdmitted{};
  }
  protocol::ServerAnswer check_login(ConnectionId, const protocol::CheckLogin& question) override {
    ++logins;
    while (hold_logins) std::this_thread::yield();
    const auto& said = question.login.password;
    if (!std::equal(said.begin(), said.end(), password.begin(), password.end())) return protocol::LoginRefused{"wrong"};
    return protocol::LoginAdmitted{7, 3, 1, {{"schedule", "daily", true}}};
  }
  protocol::ServerAnswer enter(ConnectionId connection, protocol::LoginAdmitted admitted) override {
    const std::scoped_lock lock{mutex_};
    const auto computer = computers_.find(connection);
    if (computer == computers_.end()) return protocol::Failed{"closed"};
    if (!present_.emplace(computer->second, connection).second) return protocol::ComputerRefused{"present"};
    return admitted;
  }
  protocol::ServerAnswer find_missing(ConnectionId, const protocol::FindMissing& question) override {
    const std::scoped_lock lock{mutex_};
    protocol::MissingFound answer;
    for (std::size_t i = 0; i * 32 < question.ids.size(); ++i)
      if (!blocks_.contains(digest(question.ids, i))) answer.indices.push_back(static_cast<std::uint16_t>(i));
    return answer;
  }
  std::optional<protocol::ServerAnswer> store_blocks(ConnectionId, std::span<const protocol::StoreBlock> blocks) override {
    const std::scoped_lock lock{mutex_};
    if (disk_full) return protocol::Failed{"full"};
    for (const auto& block : blocks) blocks_[block.id] = {block.id, block.checksum, block.sealed};
    return std::nullopt;
  }
  protocol::ServerAnswer commit(ConnectionId, const protocol::CommitRequest& request) override {
    const std::scoped_lock lock{mutex_};
    versions_.push_back({request.version.number, request.version.link, request.version.record});
    return protocol::Committed{};
  }
  protocol::ServerAnswer find_versions(ConnectionId, const protocol::FindVersions&) override {
    const std::scoped_lock lock{mutex_};
    return protocol::VersionsFound{versions_, false};
  }
  protocol::ServerAnswer find_block_ids(ConnectionId, const protocol::FindBlockIds&) override { return protocol::BlockIdsFound{}; }
  protocol::ServerAnswer stage_release(ConnectionId, const protocol::StageRelease&) override { return protocol::ReleaseStaged{}; }
  protocol::ServerAnswer find_key(ConnectionId, const protocol::FindKey&) override {
    return protocol::KeyFound{7, Octets(32), Botan::secure_vector<std::uint8_t>(32), {}};
  }
  protocol::ServerAnswer keep_key(ConnectionId, const protocol::KeepKey&) override { return protocol::KeyKept{1}; }
  protocol::ServerAnswer open_key(ConnectionId, const protocol::OpenKey&) override { return protocol::KeyOpened{Octets(72)}; }
  protocol::ServerAnswer set_password(ConnectionId, const protocol::SetPassword&) override { return protocol::PasswordSet{}; }
  protocol::ServerAnswer begin_restore(ConnectionId, const protocol::BeginRestore& request) override {
    if (request.version == 666) throw std::runtime_error{"the backend throws"};
    return protocol::RestoreAdmitted{};
  }
  std::vector<LoadedBlock> load_blocks(ConnectionId, View ids, std::size_t octets_enough) override {
    const std::scoped_lock lock{mutex_};
    std::vector<LoadedBlock> loaded;
    for (std::size_t octets = 0; loaded.size() * 32 < ids.size() && (octets < octets_enough || loaded.empty());) {
      ++loads;
      const auto found = blocks_.find(digest({ids.begin(), ids.end()}, loaded.size()));
      if (found != blocks_.end()) octets += found->second.sealed.size();
      if (found == blocks_.end())
        loaded.emplace_back(BlockAbsent{});
      else
        loaded.emplace_back(found->second);
    }
    return loaded;
  }
  protocol::ServerAnswer end_restore(ConnectionId, const protocol::EndRestore&) override { return protocol::RestoreClosed{}; }
  void note(ConnectionId, const protocol::Note& note, Whose whose) override {
    const std::scoped_lock lock{mutex_};
    events_.emplace_back(note.event);
    if (whose == Whose::stranger) strangers_.push_back(note);
  }
  void closed(ConnectionId connection) override {
    const std::scoped_lock lock{mutex_};
    ++ended;
    std::erase_if(present_, [&](const auto& place) { return place.second == connection; });
    computers_.erase(connection);
  }

  std::vector<std::string> events() {
    const std::scoped_lock lock{mutex_};
    return events_;
  }
  /// Those of connections without a verified user.
  std::vector<protocol::Note> strangers() {
    const std::scoped_lock lock{mutex_};
    return strangers_;
  }
  std::size_t present() {
    const std::scoped_lock lock{mutex_};
    return present_.size();
  }
  std::atomic<bool> disk_full = false;
  std::atomic<bool> hold_logins = false;
  std::atomic<std::size_t> loads = 0, logins = 0, ended = 0;

  static Digest digest(View ids, std::size_t index) {
    Digest id;
    std::copy_n(ids.begin() + static_cast<std::ptrdiff_t>(index * 32), 32, id.begin());
    return id;
  }

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, ConnectionId> present_;  // computers
  std::map<ConnectionId, std::uint64_t> computers_;
  std::map<Digest, protocol::BlockLoaded> blocks_;
  std::vector<protocol::VersionEntry> versions_;
  std::vector<std::string> events_;
  std::vector<protocol::Note> strangers_;
};

}  // namespace coffer::net
