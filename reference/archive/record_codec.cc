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

void put(Octets& octets, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(number >> shift));
}

std::optional<std::vector<Extent>> split_extents(View octets) {
  const auto numbers = split_numbers(octets);
  if (!numbers || numbers->size() % 2 != 0) return std::nullopt;
  std::vector<Extent> extents(numbers->size() / 2);
  for (std::size_t i = 0; i < extents.size(); ++i) extents[i] = {(*numbers)[2 * i], (*numbers)[2 * i + 1]};
  return extents;
}

std::vector<Attribute> attributes_of(capnp::List<schema::Attribute>::Reader list) {
  std::vector<Attribute> attributes;
  for (const auto attribute : list) attributes.push_back({text(attribute.getName()), text(attribute.getValue())});
  return attributes;
}

/// The record table of section 8.2 [ARC-045].
bool in_range(const VersionRecord& record) {
  if (fault::on(fault::ARC_045_any_counts)) return true;
  if (record.number == 0 || record.depth > tree_depth_max || record.retired.size() > retired_max) return false;
  std::uint64_t before = 0;
  for (const std::uint64_t number : record.retired) {
    if (number <= before) return false;
    before = number;
  }
  if (before >= record.number) return false;
  const bool nothing = record.depth == 0 && record.entry_count == 0 && record.content_octets == 0;
  switch (record.kind) {
    case RecordKind::tree: return record.root ? record.entry_count != 0 : nothing;
    case RecordKind::retention: return !record.root && nothing;
  }
  return false;
}

}  // namespace

Octets octets_of(const std::vector<std::uint64_t>& numbers) {
  Octets octets;
  for (const std::uint64_t number : numbers) put(octets, number);
  return octets;
}

std::optional<std::vector<std::uint64_t>> split_numbers(View octets) {
  if (octets.size() % sizeof(std::uint64_t) != 0) return std::nullopt;
  std::vector<std::uint64_t> numbers(octets.size() / sizeof(std::uint64_t));
  for (std::size_t i = 0; i < octets.size(); ++i) numbers[i / 8] = numbers[i / 8] << 8 | octets[i];
  return numbers;
}

Octets octets_of(const std::vector<Extent>& extents) {
  Octets octets;
  for (const Extent& extent : extents) {
    put(octets, extent.offset);
    put(octets, extent.length);
  }
  return octets;
}

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
  root.setDepth(entry.depth);
  if (!entry.extents.empty()) root.setExtents(reader(octets_of(entry.extents)));
  root.setOwner(entry.owner);
  root.setGroup(entry.group);
  if (!entry.owner_name.empty()) root.setOwnerName(blob(entry.owner_name));
  if (!entry.group_name.empty()) root.setGroupName(blob(entry.group_name));
  if (!entry.attributes.empty()) {
    auto attributes = root.initAttributes(static_cast<unsigned>(entry.attributes.size()));
    for (unsigned i = 0; i < attributes.size(); ++i) {
      if (!entry.attributes[i].name.empty()) attributes[i].setName(blob(entry.attributes[i].name));
      if (!entry.attributes[i].value.empty()) attributes[i].setValue(blob(entry.attributes[i].value));
    }
  }
  root.setDevice(entry.device);
  return canonical(root);
}

std::expected<Entry, ArchiveError> decode_entry(View octets) {
  bool whole_rows = false;
  auto entry = read<schema::Entry>(octets, [&](schema::Entry::Reader root) {
    auto blocks = split_ids(view(root.getBlocks()));
    auto extents = split_extents(view(root.getExtents()));
    whole_rows = blocks.has_value() && extents.has_value();
    return Entry{.path = text(root.getPath()),
                 .type = static_cast<EntryType>(root.getType()),
                 .mode = root.getMode(),
                 .modified_ns = root.getModifiedNs(),
                 .size = root.getSize(),
                 .target = text(root.getTarget()),
                 .blocks = blocks ? std::move(*blocks) : std::vector<Digest>{},
                 .depth = root.getDepth(),
                 .extents = extents.value_or(std::vector<Extent>{}),
                 .owner = root.getOwner(),
                 .group = root.getGroup(),
                 .owner_name = text(root.getOwnerName()),
                 .group_name = text(root.getGroupName()),
                 .attributes = attributes_of(root.getAttributes()),
                 .device = root.getDevice()};
  });
  if (!entry) return std::unexpected(ArchiveError::entry_malformed);
  if (!whole_rows) return std::unexpected(ArchiveError::entry_out_of_range);
  // [ARC-022] each as a length (4 octets big-endian) and a canonical Entry: canonical is what encodes to the same octets.
  if (!std::ranges::equal(encode(*entry), octets)) return std::unexpected(ArchiveError::entry_malformed);
  if (const auto checked = check_entry(*entry); !checked) return std::unexpected(checked.error());
  return std::move(*entry);
}

Octets encode(const Child& child) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::Child>();
  if (!child.path.empty()) root.setPath(blob(child.path));
  root.setId({child.id.data(), child.id.size()});
  return canonical(root);
}

std::expected<Child, ArchiveError> decode_child(View octets) {
  bool one_id = false;
  auto child = read<schema::Child>(octets, [&](schema::Child::Reader root) {
    const auto ids = split_ids(view(root.getId()));
    one_id = ids && ids->size() == 1;
    return Child{text(root.getPath()), one_id ? ids->front() : Digest{}};
  });
  if (fault::on(fault::ARC_061_any_id) && child) return std::move(*child);
  // [ARC-061] each as a length (4 octets big-endian) and a canonical Child, which has the id of a block one level below
  if (!child || !one_id || !std::ranges::equal(encode(*child), octets)) return std::unexpected(ArchiveError::child_malformed);
  if (!safe_path(child->path)) return std::unexpected(ArchiveError::path_unsafe);
  return std::move(*child);
}

Octets encode(const VersionRecord& record) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::VersionRecord>();
  root.setNumber(record.number);
  root.setPrevious({record.previous.data(), record.previous.size()});
  root.setCreatedNs(record.created_ns);
  root.setKind(static_cast<std::uint16_t>(record.kind));
  root.setDepth(record.depth);
  if (record.root) root.setRoot({record.root->data(), record.root->size()});
  root.setEntryCount(record.entry_count);
  root.setContentOctets(record.content_octets);
  if (!record.retired.empty()) root.setRetired(reader(octets_of(record.retired)));
  return canonical(root);
}

std::expected<VersionRecord, ArchiveError> decode_record(View octets) {
  if (octets.size() > spec::limits::record_octets_max) return std::unexpected(ArchiveError::record_malformed);
  bool whole_fields = false;
  auto record = read<schema::VersionRecord>(octets, [&](schema::VersionRecord::Reader root) {
    const auto previous = split_ids(view(root.getPrevious()));
    const auto ids = split_ids(view(root.getRoot()));
    auto retired = split_numbers(view(root.getRetired()));
    whole_fields = previous && previous->size() == 1 && ids && ids->size() <= 1 && retired;
    VersionRecord read{.number = root.getNumber(),
                       .previous = whole_fields ? previous->front() : Digest{},
                       .created_ns = root.getCreatedNs(),
                       .kind = static_cast<RecordKind>(root.getKind()),
                       .depth = root.getDepth(),
                       .root = std::nullopt,
                       .entry_count = root.getEntryCount(),
                       .content_octets = root.getContentOctets(),
                       .retired = whole_fields ? std::move(*retired) : std::vector<std::uint64_t>{}};
    if (whole_fields && !ids->empty()) read.root = ids->front();
    return read;
  });
  if (!record) return std::unexpected(ArchiveError::record_malformed);
  if (!whole_fields || !in_range(*record)) return std::unexpected(ArchiveError::record_out_of_range);
  if (!std::ranges::equal(encode(*record), octets)) return std::unexpected(ArchiveError::record_malformed);
  return std::move(*record);
}

}  // namespace coffer::archive
