// The entries of a version that a selection takes, the directories above them, and the first names of hard links among them.
// Must not know: where the entries go.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "client/link_targets.h"
#include "client/selection.h"
#include "client/version_content.h"

namespace coffer::client {

class ChosenContent {
 public:
  /// As VersionContent::prove, of the leaves that the selection takes. Failures: likewise; local when nothing fits.
  static Outcome<ChosenContent> prove(BlockFetcher& fetcher, const archive::VersionRecord& record, Selection selection);

  /// As VersionContent::each_part. A hard link whose first name is not among the chosen becomes what that is.
  Outcome<void> each_part(const VersionContent::Take& take);

  std::uint64_t files() const { return files_; }
  std::uint64_t content_octets() const { return content_octets_; }
  /// What hard links among the chosen may lead to; it stays as it is.
  const LinkTargets& link_targets() const { return link_targets_; }
  /// What of the chosen is lost, and what was asked for and is not there.
  Problems incomplete() const;
  std::vector<LostBlock> lost() const;

 private:
  ChosenContent(Selection selection, VersionContent content) : selection_(std::move(selection)), content_(std::move(content)) {}
  Outcome<void> read_first_names(BlockFetcher& fetcher, const archive::VersionRecord& record);
  bool is_chosen(const archive::Entry& entry) const;
  void follow_first_name(archive::Entry& link) const;

  Selection selection_;
  VersionContent content_;
  std::uint64_t files_ = 0, content_octets_ = 0;
  std::unordered_set<std::string> above_;  // directories above what is taken
  LinkTargets link_targets_;
  std::map<std::string, std::string> links_;      // first names that are not among the chosen: the first of the chosen that leads there
  std::map<std::string, archive::Entry> firsts_;  // the entries of these names, as far as they can be read
  Problems incomplete_;                           // where the first names stand
  Problems idle_;                                 // patterns that fit nothing
  std::vector<LostBlock> lost_;
};

}  // namespace coffer::client
