// Kinds leaf, node, id_list, path_hash.
#include "archive/manifest.h"

#include "archive/id_list.h"
#include "vectors/refusal.h"
#include "vectors/value.h"

namespace coffer::vectors {
namespace {

std::string raw(const std::string& text) { return hex(Octets(text.begin(), text.end())); }

std::string text(const Json& hexadecimal) {
  const Octets raw_octets = octets(hexadecimal);
  return {raw_octets.begin(), raw_octets.end()};
}

Json shown(const archive::Entry& entry) {
  Json attributes = Json::array();
  for (const archive::Attribute& attribute : entry.attributes)
    attributes.push_back({{"name", raw(attribute.name)}, {"value", raw(attribute.value)}});
  return {{"path", raw(entry.path)},
          {"type", static_cast<int>(entry.type)},
          {"mode", entry.mode},
          {"modified_ns", text_of(entry.modified_ns)},
          {"size", text_of(entry.size)},
          {"target", raw(entry.target)},
          {"blocks", hex(archive::join(entry.blocks))},
          {"depth", entry.depth},
          {"extents", hex(archive::octets_of(entry.extents))},
          {"owner", entry.owner},
          {"group", entry.group},
          {"owner_name", raw(entry.owner_name)},
          {"group_name", raw(entry.group_name)},
          {"attributes", attributes},
          {"device", text_of(entry.device)}};
}

/// Sixteen digits.
std::string hexadecimal(std::uint64_t number) {
  Octets octets;
  for (int shift = 56; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(number >> shift));
  return hex(octets);
}

/// Where its parent says that it stands, if the vector says it.
archive::Place place_of(const Json& input) {
  archive::Place place;
  if (input.contains("first")) place.first = text(input.at("first"));
  if (input.contains("before")) place.before = text(input.at("before"));
  return place;
}

}  // namespace

/// What a record counts is compared where the vector gives it.
Json leaf(const Json& input) {
  const auto entries = archive::read_leaf(octets(input.at("octets")), place_of(input));
  if (!entries) return refused(entries.error());
  Json rows = Json::array();
  std::uint64_t content_octets = 0;
  for (const archive::Entry& entry : *entries) {
    rows.push_back(shown(entry));
    content_octets += entry.size;
  }
  if (input.contains("entry_count")) {
    archive::VersionRecord record;
    record.entry_count = number(input.at("entry_count"));
    record.content_octets = number(input.at("content_octets"));
    if (const auto all = archive::check_counts(record, entries->size(), content_octets); !all) return refused(all.error());
  }
  return accepted({{"entries", rows}});
}

Json node(const Json& input) {
  const auto children = archive::read_node(octets(input.at("octets")), place_of(input));
  if (!children) return refused(children.error());
  Json rows = Json::array();
  for (const archive::Place& child : *children) rows.push_back({{"path", raw(child.first)}, {"id", hex(child.id)}});
  return accepted({{"children", rows}});
}

Json id_list(const Json& input) {
  const auto ids = archive::read_id_list(octets(input.at("block")));
  if (!ids) return refused(ids.error());
  Json shown = Json::array();
  for (const Digest& id : *ids) shown.push_back(hex(id));
  return accepted({{"ids", shown}});
}

Json path_hash(const Json& input) {
  const auto table = archive::gear_table(archive_keys(input).chunker);
  return accepted({{"hash", hexadecimal(archive::path_hash(table, text(input.at("path"))))}});
}

}  // namespace coffer::vectors
