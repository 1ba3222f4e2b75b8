#include "cases/committed.h"

#include <fmt/core.h>

#include <algorithm>

namespace coffer::conformance {

OpenedBlock opened(Context& c, const Octets& id) {
  c.require(c.holdings().blocks.contains(id), "block " + hex(id), "no such block was sent");
  auto block = open_block(c.archive_keys(), id, c.holdings().blocks.at(id).sealed);
  c.require(block.has_value(), "a block that opens under the archive key", block ? "" : block.error());
  return *block;
}

std::vector<OpenedBlock> all_opened(Context& c, const Octets& ids) {
  std::vector<OpenedBlock> blocks;
  for (const auto& id : split_ids(ids)) blocks.push_back(opened(c, id));
  return blocks;
}

std::vector<Message> CommittedManifest::entries() const {
  std::vector<Message> all;
  if (!levels.empty())
    for (const auto& leaf : levels.front()) all.insert(all.end(), leaf.begin(), leaf.end());
  return all;
}

CommittedManifest manifest_of(Context& c, const Holdings::Version& version) {
  CommittedManifest manifest;
  const auto record = open_record(c.archive_keys(), version.number, version.previous, version.record);
  c.require(record.has_value(), "a record that opens under the archive key", record ? "" : record.error());
  manifest.record = *record;

  std::vector<Message> parents;  // children that name the blocks of the level in hand
  if (const auto root = record->octets("root"); !root.empty()) parents.push_back(Message("child").set("id", root));
  const auto depth = record->number("depth");
  for (auto level = depth + 1; level-- > 0 && !parents.empty();) {
    std::vector<std::vector<Message>> blocks;
    for (const auto& parent : parents) {
      const auto block = opened(c, parent.octets("id"));
      const auto wanted = level == 0 ? BlockType::leaf : BlockType::node;
      c.require(block.type == wanted, level == 0 ? "a leaf" : "a node", "another type");
      const auto rows = read_rows(level == 0 ? "entry" : "child", block.plaintext);
      c.require(rows.has_value(), "canonical rows in order", rows ? "" : rows.error());
      if (level != depth)
        c.require(rows->front().octets("path") == parent.octets("path"), "the path that its parent names",
                  to_text(rows->front()) + ", not " + to_text(parent));
      blocks.push_back(*rows);
    }
    parents.clear();
    for (const auto& block : blocks) parents.insert(parents.end(), block.begin(), block.end());
    manifest.levels.insert(manifest.levels.begin(), std::move(blocks));
  }
  const auto entries = manifest.entries();
  std::uint64_t content_octets = 0;
  for (const auto& entry : entries) content_octets += entry.number("size");
  c.require(record->number("entry_count") == entries.size() && record->number("content_octets") == content_octets,
            fmt::format("entry_count {}, content_octets {}", entries.size(), content_octets), to_text(*record));
  return manifest;
}

std::vector<Message> entries_of(Context& c, const Holdings::Version& version) { return manifest_of(c, version).entries(); }

Octets content_ids(Context& c, const Message& entry) {
  auto ids = entry.octets("blocks");
  for (auto depth = entry.number("depth"); depth > 0; --depth) {
    Octets below;
    for (const auto& list : all_opened(c, ids)) below = joined({below, list.plaintext});
    ids = below;
  }
  return ids;
}

ServerPeer& backed_up(Context& c, const std::string& tree) {
  return on_the_way([&]() -> ServerPeer& {
    c.drive({.what = "backup", .paths = {tree}});
    auto& server = c.accept();
    server.serve_to_the_end();
    c.require(c.driven().ended == "ok", "ok", "a failure");
    return server;
  });
}

}  // namespace coffer::conformance
