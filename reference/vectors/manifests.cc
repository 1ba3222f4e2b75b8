// Kinds manifest, id_list.
#include "archive/manifest.h"

#include "archive/id_tree.h"
#include "vectors/refusal.h"
#include "vectors/value.h"

namespace coffer::vectors {
namespace {

Json shown(const archive::Entry& entry) {
  const auto raw = [](const std::string& text) { return hex(Octets(text.begin(), text.end())); };
  return {{"path", raw(entry.path)},
          {"type", static_cast<int>(entry.type)},
          {"mode", entry.mode},
          {"modified_ns", text_of(entry.modified_ns)},
          {"size", text_of(entry.size)},
          {"target", raw(entry.target)},
          {"blocks", hex(archive::join(entry.blocks))}};
}

}  // namespace

/// What the record counts is compared where the vector gives it.
Json manifest(const Json& input) {
  archive::ManifestReader reader;
  reader.feed(octets(input.at("octets")));
  Json entries = Json::array();
  archive::VersionRecord counted;
  while (true) {
    const auto entry = reader.next();
    if (!entry) return refused(entry.error());
    if (!*entry) break;
    entries.push_back(shown(**entry));
    ++counted.entry_count;
    counted.content_octets += (*entry)->size;
  }
  if (input.contains("entry_count")) {
    counted.entry_count = number(input.at("entry_count"));
    counted.content_octets = number(input.at("content_octets"));
  }
  if (const auto whole = reader.finish(counted); !whole) return refused(whole.error());
  return accepted({{"entries", entries}});
}

Json id_list(const Json& input) {
  const auto ids = archive::read_id_list(octets(input.at("block")));
  if (!ids) return refused(ids.error());
  Json shown = Json::array();
  for (const Digest& id : *ids) shown.push_back(hex(id));
  return accepted({{"ids", shown}});
}

}  // namespace coffer::vectors
