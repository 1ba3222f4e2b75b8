// The entries of one version, read from its manifest as far as that can be had: a lost block of it costs the entries in or under it.
// The manifest is read twice unless it is small: first it is proven to the end, and only then is any of it handed on; so what is in memory
// at a time does not grow with the version. Must not know: where the entries go.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "archive/entry.h"
#include "archive/manifest.h"
#include "client/block_fetcher.h"

namespace coffer::client {

/// A block that cannot be used, and why.
struct LostBlock {
  Digest id{};
  std::string why;
};

/// Which parts of a manifest are read: those for whose place this is true.
using Wanted = std::function<bool(const archive::Place&)>;
inline bool everything(const archive::Place&) { return true; }

class VersionContent {
 public:
  /// Called for each entry, in order of their paths, while the manifest is proven: of a file of many blocks, `blocks` are those of its
  /// lists.
  using See = std::function<void(const archive::Entry&)>;
  /// Takes some thousand entries at a time, in order of their paths. Of a file, `blocks` are the ids of all its content, and `depth` is 0.
  using Take = std::function<Outcome<void>(std::vector<archive::Entry> entries)>;

  /// Inside a restore that has begun. Entries that nobody wants may come along with others. Failures: the session's; local when the
  /// manifest is whole and wrong, and then nothing of it is used [ARC-029, ARC-044, ARC-046, ARC-064]. `fetcher` must outlive what is given
  /// back.
  static Outcome<VersionContent> prove(
      BlockFetcher& fetcher, const archive::VersionRecord& record, const Wanted& wanted = everything,
      const See& see = [](const archive::Entry&) {});

  /// Hands all entries on, once. What is lost of the lists of files is known afterwards. Failures: take's; the session's.
  Outcome<void> each_part(const Take& take);

  /// What is known of each loss, for a person: which entries are missing. Empty: all are there.
  const Problems& incomplete() const { return incomplete_; }
  const std::vector<LostBlock>& lost() const { return lost_; }  // of the manifest and its id lists

 private:
  explicit VersionContent(BlockFetcher& fetcher) : fetcher_(&fetcher) {}
  Outcome<void> read_nodes(const archive::VersionRecord& record, const Wanted& wanted);
  Outcome<void> prove_leaves(const archive::VersionRecord& record, const See& see);
  Outcome<bool> read_lists(archive::Entry& entry);
  void lose(const archive::Place& place, const std::string& why);

  BlockFetcher* fetcher_;
  std::vector<archive::Place> leaves_;  // in order; when they are proven, those that are not lost
  std::vector<archive::Entry> proven_;  // all entries, when they are few: these are not read again
  bool is_part_ = false;                // of the manifest, for nobody wants the others
  Problems incomplete_;
  std::vector<LostBlock> lost_;
};

/// All entries at once, for who wants few.
struct Entries {
  std::vector<archive::Entry> entries;
  Problems incomplete;
  std::vector<LostBlock> lost;
};
Outcome<Entries> read_entries(BlockFetcher& fetcher, const archive::VersionRecord& record, const Wanted& wanted = everything);

}  // namespace coffer::client
