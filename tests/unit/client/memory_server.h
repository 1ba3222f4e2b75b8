// A server in memory behind a ServerLink: keeps what a real one keeps, insists on the order of things, and can be made to fail.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "archive/block.h"
#include "archive/entry.h"
#include "client/server_link.h"

namespace coffer::client {

/// What outlives a session.
struct MemoryArchive {
  std::map<Digest, Octets> blocks;
  std::vector<protocol::VersionEntry> versions;
};

class MemoryServer final : public ServerLink {
 public:
  explicit MemoryServer(MemoryArchive& archive) : archive_(archive) {}

  /// How many more calls are answered before the connection is lost.
  std::optional<int> calls_left;
  /// Called once, when the first offer is answered: between what a client was told and what it does about it.
  std::function<void()> after_first_offer;
  /// Called when a version is stored.
  std::function<void()> after_commit;
  /// What happened, for assertions.
  int offers = 0, blocks_received = 0, fetches = 0;
  std::size_t released_at_once_max = 0;
  std::optional<bool> restore_ended_complete;
  std::vector<std::string> broken_rules;

  SessionFacts facts() const override { return {.user = 1, .computer = 2, .server = 3, .permissions = 3}; }
  Outcome<void> ping() override { return alive(); }

  Outcome<std::vector<std::uint16_t>> offer(View ids) override {
    if (auto there = alive(); !there) return std::unexpected(there.error());
    ++offers;
    const auto all = archive::split_ids(ids);
    if (!all || all->empty() || all->size() > 1024) rule("ARC-030: an offer of 1 to 1,024 ids");
    std::vector<std::uint16_t> missing;
    for (std::uint16_t i = 0; i < all->size(); ++i) {
      if (archive_.blocks.contains((*all)[i]) && !released_.contains((*all)[i])) continue;
      if (owed_.insert((*all)[i]).second) missing.push_back(i);
    }
    if (const auto happens = std::exchange(after_first_offer, {})) happens();
    return missing;
  }
  Outcome<void> send(const Digest& id, const Digest& checksum, Octets sealed) override {
    if (auto there = alive(); !there) return there;
    if (owed_.erase(id) == 0) rule("ARC-034: a block that was not named missing");
    if (archive::checksum(sealed) != checksum) rule("ARC-031: a wrong checksum");
    ++blocks_received;
    released_.erase(id);
    archive_.blocks[id] = std::move(sealed);
    return {};
  }
  Outcome<void> commit(protocol::CommitVersion version) override {
    if (auto there = alive(); !there) return there;
    if (!owed_.empty()) rule("ARC-035: a commit while blocks are owed");
    if (version.number != archive_.versions.size() + 1) rule("ARC-037: a wrong number");
    archive_.versions.push_back({version.number, version.link, version.record});
    released_at_once_max = std::max(released_at_once_max, released_.size());
    for (const Digest& id : std::exchange(released_, {})) archive_.blocks.erase(id);
    if (after_commit) after_commit();
    return {};
  }
  Outcome<VersionsPage> list(std::uint64_t from) override {
    if (auto there = alive(); !there) return std::unexpected(there.error());
    VersionsPage page;
    for (const auto& version : archive_.versions) {
      if (version.number < from) continue;
      page.more = page.entries.size() == 3;
      if (page.more) break;
      page.entries.push_back(version);
    }
    return page;
  }
  Outcome<BlockIdsPage> list_blocks(const Digest& after) override {
    if (auto there = alive(); !there) return std::unexpected(there.error());
    BlockIdsPage page;
    for (auto block = archive_.blocks.upper_bound(after); block != archive_.blocks.end(); ++block) {
      if (released_.contains(block->first)) continue;
      page.more = page.ids.size() == 5 * sizeof(Digest);
      if (page.more) break;
      page.ids.insert(page.ids.end(), block->first.begin(), block->first.end());
    }
    return page;
  }
  Outcome<void> release(View ids) override {
    if (auto there = alive(); !there) return there;
    const auto all = archive::split_ids(ids);
    if (!all || all->empty() || all->size() > 1024) rule("a release of 1 to 1,024 ids");
    released_.insert(all->begin(), all->end());
    return {};
  }
  Outcome<KeyStanding> fetch_key() override { return KeyStanding{7, Octets(32, 9), Botan::secure_vector<std::uint8_t>(32, 1), key_record}; }
  Outcome<void> store_key(Octets record, std::uint64_t) override {
    key_record = std::move(record);
    return {};
  }
  Outcome<Octets> recover_key(View) override { return std::unexpected(Failure{ExitCode::refused, "nothing to recover"}); }
  Outcome<void> change_password(View, View) override { return {}; }
  Octets key_record;

  Outcome<void> begin_restore(std::uint64_t, Purpose) override {
    if (restoring_) rule("a restore in a restore");
    restoring_ = true;
    return alive();
  }
  Outcome<std::vector<std::uint16_t>> fetch(View ids, const BlockSink& sink) override {
    if (auto there = alive(); !there) return std::unexpected(there.error());
    if (!restoring_) rule("a fetch outside a restore");
    ++fetches;
    const auto all = archive::split_ids(ids);
    if (!all || all->empty() || all->size() > 1024) rule("a request of 1 to 1,024 ids");
    std::vector<std::uint16_t> missing;
    for (std::uint16_t i = 0; i < all->size(); ++i) {
      const auto found = archive_.blocks.find((*all)[i]);
      if (found == archive_.blocks.end())
        missing.push_back(i);
      else
        sink(found->first, found->second);
    }
    return missing;
  }
  Outcome<void> end_restore(bool complete) override {
    if (auto there = alive(); !there) return there;
    restoring_ = false;
    restore_ended_complete = complete;
    return {};
  }
  void leave() override {}

 private:
  Outcome<void> alive() {
    if (calls_left && (*calls_left)-- <= 0) return std::unexpected(Failure{ExitCode::untrusted, "lost the connection"});
    return {};
  }
  void rule(std::string broken) { broken_rules.push_back(std::move(broken)); }

  MemoryArchive& archive_;
  std::set<Digest> owed_, released_;
  bool restoring_ = false;
};

}  // namespace coffer::client
