// Reading everything: each pack from end to end beside what the index says of it, then chains of versions and events.
#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "store/chain.h"
#include "store/verify_store.h"

namespace coffer::store {
namespace {

class Verification {
 public:
  Verification(Packs& packs, Index& index) : packs_(packs), index_(index) {}

  Result<VerifyReport> run() {
    if (auto checked = index_.check_wholly(); !checked) return std::unexpected(checked.error());
    auto archives = index_.archives();
    if (!archives) return std::unexpected(archives.error());
    archives_ = std::move(*archives);
    auto purged = index_.purged();
    if (!purged) return std::unexpected(purged.error());
    purged_ = std::move(*purged);
    for (const std::string& index : index_.rebuilt())
      find({Finding::Kind::index, 0, 0, 0, 0, {}, index + " did not agree with its table, and was made anew from it"});
    auto done = index_.each_unproven([&](std::string_view table, const std::string& row) {
      report_.rows_unproven += table != "events";
      find({Finding::Kind::row, 0, 0, 0, 0, {}, row + ": its row in the index is not what was written"});
    });
    if (done) done = all_packs();
    for (const auto& [archive, owner] : archives_)
      if (done) done = versions(archive, owner);
    if (done) done = releases();
    for (const auto& [record, whole] : unreferred_)
      if (done) done = orphan(record, whole);
    if (done && index_.needs_mending()) done = index_.forget_unproven();
    if (done) done = computers();
    purged_said();
    if (done) done = say_again();
    if (done) done = events();
    if (!done) return std::unexpected(done.error());
    return std::move(report_);
  }

 private:
  Result<void> all_packs() {
    const auto indexed = index_.packs();
    if (!indexed) return std::unexpected(indexed.error());
    const auto standing = packs_.numbers();
    if (!standing) return std::unexpected(standing.error());
    std::vector<std::uint32_t> numbers = *standing;
    for (const auto& [number, octets] : *indexed) {
      numbers.push_back(number);
      if (octets == 0) std::erase(numbers, number);  // nothing counts on it, and it is about to go
    }
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    // All rows once, pack by pack, beside the packs in the same order.
    auto next = numbers.begin();
    std::vector<Located> blocks;
    const auto up_to = [&](std::uint32_t limit) -> Result<void> {
      for (; next != numbers.end() && *next < limit; ++next) {
        const bool has_them = !blocks.empty() && blocks.front().place.pack == *next;
        if (auto done = pack(*next, has_them ? std::exchange(blocks, {}) : std::vector<Located>{}); !done) return done;
      }
      // Rows of a pack that nothing says there ever was.
      return blocks.empty() || blocks.front().place.pack >= limit ? Result<void>{} : pack(limit - 1, std::exchange(blocks, {}));
    };
    auto done = index_.each_block_by_place([&](const Located& block) -> Result<void> {
      if (!blocks.empty() && blocks.front().place.pack != block.place.pack)
        if (auto before = up_to(blocks.front().place.pack + 1); !before) return before;
      blocks.push_back(block);
      return {};
    });
    if (done && !blocks.empty()) done = up_to(blocks.front().place.pack + 1);
    return done ? up_to(std::numeric_limits<std::uint32_t>::max()) : done;
  }

  Result<void> pack(std::uint32_t number, const std::vector<Located>& blocks) {
    const auto file = packs_.file(number);
    if (!file) return gone(number, blocks, file.error().what);
    ++report_.packs;
    const auto header = pack_header_whole(**file, number);
    if (!header || !*header)
      find({Finding::Kind::pack, number, 0, 0, 0, {}, header ? "the pack's header is damaged" : header.error().what});
    const auto size = (*file)->size();
    if (!size) return std::unexpected(trouble(size.error()));
    return records(**file, number, *size, blocks);
  }

  /// A pack without a file: what is lost with it, archive by archive.
  Result<void> gone(std::uint32_t number, const std::vector<Located>& blocks, const std::string& why) {
    std::map<std::int64_t, std::uint64_t> lost;
    for (const Located& block : blocks) {
      ++lost[block.record.archive];
      if (auto done = index_.set_damaged(block, true); !done) return done;
    }
    for (const auto& [archive, count] : lost) {
      const Owner of = archives_.contains(archive) ? archives_.at(archive) : Owner{};
      find({Finding::Kind::missing,
            number,
            0,
            of.user,
            of.computer,
            {},
            fmt::format("{} {}: {}", count, count == 1 ? "block" : "blocks", why)});
    }
    return {};
  }

  /// Walks from record to record. Where none stands, goes on at the next block that the index knows.
  Result<void> records(const File& file, std::uint32_t number, std::uint64_t size, const std::vector<Located>& blocks) {
    std::uint64_t offset = pack_header_octets;
    auto next = blocks.begin();
    while (offset < size || next != blocks.end()) {
      const bool expected = next != blocks.end() && next->place.offset <= offset;
      if (expected) {
        offset = next->place.offset;  // a record before it may claim more octets than it has
        if (auto done = block(file, *next, size); !done) return done;
        offset += next->record.octets();
        ++next;
        continue;
      }
      const std::uint64_t beyond = next == blocks.end() ? size : next->place.offset;
      const auto read = read_record(file, number, offset);
      if (offset >= size) {
        offset = beyond;
      } else if (read && read->state != RecordRead::State::no_record && read->record.kind != RecordKind::block) {
        statement(*read, {number, offset});
        offset += read->record.octets();
      } else if (read && read->state != RecordRead::State::no_record) {
        unreferred_.emplace_back(Located{read->record, {number, offset}, false}, read->state == RecordRead::State::whole);
        offset += read->record.octets();
      } else {
        const std::uint64_t end = std::min(beyond, size);
        const auto found = find_record(file, number, offset + 1, end);
        const std::uint64_t unread = found.value_or(end) - offset;
        find({Finding::Kind::unreadable, number, offset, 0, 0, {}, fmt::format("{} octets are no record", unread)});
        offset = found && *found < end ? *found : beyond;
      }
    }
    report_.octets += size;
    return {};
  }

  Result<void> block(const File& file, const Located& block, std::uint64_t size) {
    ++report_.blocks;
    if (block.place.offset + block.record.octets() > size) return bad(block, Finding::Kind::missing, "the pack ends before the block does");
    const auto read = read_record(file, block.place.pack, block.place.offset);
    if (!read) return bad(block, Finding::Kind::damaged, read.error().what);
    if (read->state == RecordRead::State::no_record) return bad(block, Finding::Kind::damaged, "its header is damaged");
    if (read->state == RecordRead::State::damaged) return bad(block, Finding::Kind::damaged, "its octets are not what was stored");
    if (!read->record.is_as_indexed(block.record)) return differs(block, {read->record, block.place});
    return block.damaged ? index_.set_damaged(block, false) : Result<void>{};
  }

  /// What a damaged one said shows when the index is held against the others.
  void statement(const RecordRead& read, const Place& place) {
    if (auto version = version_in(read))
      stated_[version->archive].take(std::move(*version));
    else if (const auto computer = computer_in(read))
      stated_computers_[computer->computer] = computer->user;
    else if (auto release = release_in(read))
      releases_.push_back(std::move(*release));
    else if (const auto purged = purged_in(read))
      said_purged_.insert(purged->archive);
    else if (!gone_in(read))
      find({Finding::Kind::unreadable, place.pack, place.offset, 0, 0, {}, "what it says cannot be read"});
  }

  Result<void> bad(const Located& block, Finding::Kind kind, std::string why) {
    find_block(kind, block, std::move(why));
    return index_.set_damaged(block, true);
  }

  /// A whole record proves itself; where the index has it nowhere else, the row is what is wrong, and is written anew.
  Result<void> differs(const Located& row, const Located& record) {
    const auto known = index_.find(record.record.archive, record.record.id);
    if (!known) return std::unexpected(known.error());
    const bool elsewhere = *known && (*known)->place != record.place;
    if (elsewhere || !archives_.contains(record.record.archive) || record.record.kind != RecordKind::block)
      return bad(row, Finding::Kind::damaged, "another block stands in its place");
    find_block(Finding::Kind::row, record, "its row in the index said otherwise, and was written anew from the record");
    ++report_.rows_mended;
    const bool renamed = row.record.archive != record.record.archive || row.record.id != record.record.id;
    auto done = renamed ? index_.forget(row) : Result<void>{};
    return done ? index_.put_back(record) : done;
  }

  /// Those whose version stands: of others nothing was released.
  Result<void> releases() {
    for (const ReleaseStatement& release : releases_) {
      const auto link = index_.version_link(release.archive, release.number);
      if (!link) return std::unexpected(link.error());
      if (*link != release.link) continue;
      for (const Release& block : release.blocks) {
        Place& up_to = released_[{release.archive, block.id}];
        up_to = std::max(up_to, block.up_to);
      }
    }
    return {};
  }

  bool is_released(const Located& record) const {
    if (purged_.contains(record.record.archive)) return true;
    const auto found = released_.find({record.record.archive, record.record.id});
    return found != released_.end() && record.place <= found->second;
  }

  /// Every block of an archive is in the index until it is released or the archive purged: one whose record alone is left otherwise has
  /// lost its row.
  Result<void> orphan(const Located& record, bool whole) {
    if (is_released(record)) {
      ++report_.released_blocks;
      report_.released_octets += record.record.octets();
      return {};
    }
    const auto known = index_.find(record.record.archive, record.record.id);
    if (!known) return std::unexpected(known.error());
    if (*known || !archives_.contains(record.record.archive)) {
      find_block(Finding::Kind::orphan, record, whole ? "no archive refers to it" : "damaged, and no archive refers to it");
      return {};
    }
    find_block(
        whole ? Finding::Kind::row : Finding::Kind::damaged, record,
        whole ? "it had no row in the index, and was put back" : "its octets are not what was stored, and the index has no row of it");
    report_.rows_mended += whole;
    return whole ? index_.put_back(record) : Result<void>{};
  }

  void find_block(Finding::Kind kind, const Located& block, std::string why) {
    const auto owner = archives_.find(block.record.archive);
    const Owner of = owner == archives_.end() ? Owner{} : owner->second;
    find({kind, block.place.pack, block.place.offset, of.user, of.computer, block.record.id, std::move(why)});
  }

  /// Each version as its row has it, or, where that does not continue the chain, as its record does: the row is then written anew.
  Result<void> versions(std::int64_t archive, const Owner& owner) {
    std::map<std::uint64_t, VersionStatement> rows;
    std::set<std::uint64_t> unproven, numbers;
    auto read = index_.each_version(archive, [&](VersionStatement version, bool proven) {
      if (!proven) unproven.insert(version.number);
      numbers.insert(version.number);
      rows[version.number] = std::move(version);
    });
    if (!read) return read;
    // What is stated behind the last row was never acknowledged; but one that is not what was written, or gone, may have been any
    // version's.
    const auto last = index_.needs_mending() ? std::numeric_limits<std::uint64_t>::max() : rows.empty() ? 0 : rows.rbegin()->first;
    const auto& stated = stated_[archive].versions();
    for (const auto& [number, version] : stated)
      if (number <= last) numbers.insert(number);
    ChainEnd end;
    const auto continues = [&](const VersionStatement& version) {
      return version.number == end.number + 1 && version.link == link_of(end.link, version.number, version.record);
    };
    for (const std::uint64_t number : numbers) {
      const auto row = rows.find(number);
      const auto said = stated.find(number);
      const bool row_continues = row != rows.end() && continues(row->second);
      const bool said_continues = said != stated.end() && continues(said->second);
      const bool row_proven = row != rows.end() && !unproven.contains(number);
      if (!row_proven && !row_continues && !said_continues) {
        if (number == end.number + 1)
          find_version(Finding::Kind::version, number, owner, "neither its row nor a record says it any longer");
        continue;
      }
      ++report_.versions;
      const VersionStatement& version = row_continues || !said_continues ? row->second : said->second;
      if (!row_continues && said_continues) {
        find_version(Finding::Kind::row, number, owner,
                     "its row in the index said otherwise or was gone, and was written anew from its record");
      } else if (!row_continues) {
        find_version(Finding::Kind::version, number, owner, "it does not continue the chain");
      }
      if (!row_proven || (!row_continues && said_continues)) {
        ++report_.rows_mended;
        if (auto done = index_.put_back(version); !done) return done;
      }
      if (row_continues && (said == stated.end() || said->second.link != version.link)) {
        find_version(Finding::Kind::record, number, owner, "its record stood in no pack any longer, and was written to a pack again");
        unsaid_.push_back(stated_anew(version, owner));
      }
      end = {number, version.link};
    }
    return {};
  }

  static Stated stated_anew(VersionStatement version, const Owner& owner) {
    version.owner = owner;
    return stated(version);
  }

  Result<void> computers() {
    const auto bindings = index_.bindings();
    if (!bindings) return std::unexpected(bindings.error());
    for (const auto& [computer, user] : *bindings) {
      const auto said = stated_computers_.find(computer);
      if (said != stated_computers_.end() && said->second == user) continue;
      find({Finding::Kind::record,
            0,
            0,
            user,
            computer,
            {},
            "the record of whose the computer is stood in no pack any longer, and was written to a pack again"});
      unsaid_.push_back(stated(ComputerStatement{computer, user}));
    }
    return {};
  }

  void purged_said() {
    for (const std::int64_t archive : purged_) {
      if (said_purged_.contains(archive)) continue;
      find({Finding::Kind::record,
            0,
            static_cast<std::uint64_t>(archive),
            0,
            0,
            {},
            "the record that the archive was purged stood in no pack any longer, and was written to a pack again"});
      unsaid_.push_back(stated(PurgedStatement{archive}));
    }
  }

  Result<void> say_again() {
    if (unsaid_.empty()) return {};
    for (const Stated& statement : unsaid_)
      if (auto place = packs_.append(statement.record, statement.content); !place) return std::unexpected(place.error());
    const auto ends = packs_.unsynced();
    if (auto synced = packs_.sync(); !synced) return synced;
    return index_.add({.packs = ends});
  }

  Result<void> events() {
    std::uint64_t number = 0;
    Digest hash{};
    bool begins_again = false;
    return index_.each_event([&](const Event& event) {
      const bool forgotten = event.event.empty();  // the chain goes on from its hash
      if (!forgotten) ++report_.events;
      const bool follows = event.number == number + 1 || event.event == events_lost;
      if (!forgotten && (!follows || (event.hash != event_hash(hash, event) && !begins_again)))
        find({Finding::Kind::event, 0, event.number, 0, 0, {}, "it does not continue the chain"});
      begins_again = event.event == events_lost;
      number = event.number;
      hash = event.hash;
    });
  }

  void find_version(Finding::Kind kind, std::uint64_t number, const Owner& owner, std::string why) {
    find({kind, 0, number, owner.user, owner.computer, {}, std::move(why)});
  }
  void find(Finding finding) { report_.findings.push_back(std::move(finding)); }

  Packs& packs_;
  Index& index_;
  std::map<std::int64_t, Owner> archives_;
  std::map<std::int64_t, StatedChain> stated_;
  std::map<std::uint64_t, std::uint64_t> stated_computers_;
  std::vector<ReleaseStatement> releases_;
  std::map<std::pair<std::int64_t, Digest>, Place> released_;
  std::vector<std::pair<Located, bool>> unreferred_;  // records of blocks without a row, and whether they are whole
  std::set<std::int64_t> purged_, said_purged_;       // as the index and as the packs say
  std::vector<Stated> unsaid_;                        // what no pack says any longer
  VerifyReport report_;
};

}  // namespace

Result<VerifyReport> verify_store(Packs& packs, Index& index) { return Verification(packs, index).run(); }

}  // namespace coffer::store
