// The only file of this room that knows Cap'n Proto. Exceptions of KJ stop here.
#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include "archive/entry.h"
#include "coffer.capnp.h"
#include "coffer/spec/limits.h"
#include "fault/switch.h"

namespace coffer::archive {
namespace {

constexpr std::size_t word_octets = sizeof(capnp::word);

capnp::Data::Reader blob(std::string_view octets) { return {reinterpret_cast<const kj::byte*>(octets.data()), octets.size()}; }
std::string text(capnp::Data::Reader octets) { return {reinterpret_cast<const char*>(octets.begin()), octets.size()}; }
View view(capnp::Data::Reader octets) { return {octets.begin(), octets.size()}; }
capnp::Data::Reader reader(const Octets& octets) { return {octets.data(), octets.size()}; }

/// One segment, no segment table [MSG-001].
template <typename Builder>
Octets canonical(Builder root) {
  const kj::Array<capnp::word> words = capnp::canonicalize(root.asReader());
  const auto octets = words.asBytes();
  return Octets(octets.begin(), octets.end());
}

/// Reads the root of `Schema` with `take`; nullopt when the octets are no message at all.
template <typename Schema, typename Take>
auto read(View octets, Take take) -> std::optional<decltype(take(std::declval<typename Schema::Reader>()))> {
  if (octets.empty() || octets.size() % word_octets != 0) return std::nullopt;
  try {
    // Readers want aligned words; the limits bound what a list can claim, whatever its length says.
    kj::Array<capnp::word> words = kj::heapArray<capnp::word>(octets.size() / word_octets);
    std::memcpy(words.begin(), octets.data(), octets.size());
    const kj::ArrayPtr<const capnp::word> segment = words;
    const capnp::ReaderOptions options{.traversalLimitInWords = words.size() * 2 + 64, .nestingLimit = 4};
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(&segment, 1), options);
    return take(message.getRoot<Schema>());
  } catch (const kj::Exception&) {
    return std::nullopt;
  }
}

}  // namespace

Octets join(const std::vector<Digest>& ids) {
  Octets octets;
  octets.reserve(ids.size() * sizeof(Digest));
  for (const Digest& id : ids) octets.insert(octets.end(), id.begin(), id.end());
  return octets;
}

std::expected<std::vector<Digest>, ArchiveError> split_ids(View octets) {
  if (octets.size() % sizeof(Digest) != 0) return std::unexpected(ArchiveError::id_list_length);
  std::vector<Digest> ids(octets.size() / sizeof(Digest));
  for (std::size_t i = 0; i < ids.size(); ++i) std::ranges::copy(octets.subspan(i * sizeof(Digest), sizeof(Digest)), ids[i].begin());
  return ids;
}

Octets encode(const Entry& entry) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::Entry>();
  if (!entry.path.empty()) root.setPath(blob(entry.path));
  root.setType(static_cast<std::uint16_t>(entry.type));
  root.setMode(entry.mode);
  root.setModifiedNs(entry.modified_ns);
  root.setSize(entry.size);
  if (!entry.target.empty()) root.setTarget(blob(entry.target));
  if (!entry.blocks.empty()) root.setBlocks(reader(join(entry.blocks)));
  return canonical(root);
}

std::expected<Entry, ArchiveError> decode_entry(View octets) {
  std::optional<bool> whole_ids;
  auto entry = read<schema::Entry>(octets, [&](schema::Entry::Reader root) {
    auto blocks = split_ids(view(root.getBlocks()));
    whole_ids = blocks.has_value();
    return Entry{.path = text(root.getPath()),
                 .type = static_cast<EntryType>(root.getType()),
                 .mode = root.getMode(),
                 .modified_ns = root.getModifiedNs(),
                 .size = root.getSize(),
                 .target = text(root.getTarget()),
                 .blocks = blocks ? std::move(*blocks) : std::vector<Digest>{}};
  });
  if (!entry) return std::unexpected(ArchiveError::entry_malformed);
  if (!*whole_ids) return std::unexpected(ArchiveError::entry_out_of_range);
  // [ARC-022] each as a length (4 octets big-endian) and a canonical Entry: canonical is what encodes to the same octets.
  if (!std::ranges::equal(encode(*entry), octets)) return std::unexpected(ArchiveError::entry_malformed);
  if (const auto checked = check_entry(*entry); !checked) return std::unexpected(checked.error());
  return std::move(*entry);
}

bool may_begin_entry(View octets) {
  // A canonical message begins with the pointer to its root: no offset, then how many words of data and how many pointers follow. An entry
  // has at most three of either, and at least the pointer to its path.
  if (octets.size() < word_octets) return std::ranges::all_of(octets.first(std::min<std::size_t>(octets.size(), 4)), std::logical_not{});
  return std::ranges::all_of(octets.first(4), std::logical_not{}) && octets[4] <= 3 && octets[5] == 0 && octets[6] >= 1 && octets[6] <= 3 &&
         octets[7] == 0;
}

Octets encode(const VersionRecord& record) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::VersionRecord>();
  root.setNumber(record.number);
  root.setPrevious({record.previous.data(), record.previous.size()});
  root.setCreatedNs(record.created_ns);
  root.setDepth(record.depth);
  if (!record.ids.empty()) root.setIds(reader(join(record.ids)));
  root.setEntryCount(record.entry_count);
  root.setContentOctets(record.content_octets);
  return canonical(root);
}

std::expected<VersionRecord, ArchiveError> decode_record(View octets) {
  if (octets.size() > spec::limits::record_octets_max) return std::unexpected(ArchiveError::record_malformed);
  bool in_range = false;
  auto record = read<schema::VersionRecord>(octets, [&](schema::VersionRecord::Reader root) {
    const auto previous = split_ids(view(root.getPrevious()));
    auto ids = split_ids(view(root.getIds()));
    const bool counts =
        (ids && ids->size() <= record_ids_max && root.getDepth() <= record_depth_max) || fault::on(fault::ARC_045_any_counts);
    in_range = previous && previous->size() == 1 && ids && counts && root.getNumber() != 0;
    return VersionRecord{.number = root.getNumber(),
                         .previous = in_range ? previous->front() : Digest{},
                         .created_ns = root.getCreatedNs(),
                         .depth = root.getDepth(),
                         .ids = ids ? std::move(*ids) : std::vector<Digest>{},
                         .entry_count = root.getEntryCount(),
                         .content_octets = root.getContentOctets()};
  });
  if (!record) return std::unexpected(ArchiveError::record_malformed);
  if (!in_range) return std::unexpected(ArchiveError::record_out_of_range);
  if (!std::ranges::equal(encode(*record), octets)) return std::unexpected(ArchiveError::record_malformed);
  return std::move(*record);
}

}  // namespace coffer::archive
