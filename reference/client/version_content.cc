#include "client/version_content.h"

#include <fmt/format.h>

#include "archive/id_tree.h"
#include "archive/manifest.h"
#include "client/printable.h"

namespace coffer::client {
namespace {

Failure refuse(archive::ArchiveError error) {
  return {
      ExitCode::local,
      fmt::format(
          "the version's list of files is refused: {} [{}]. Whoever made this version did not follow the specification; try another one",
          archive::describe(error), archive::requirement(error))};
}

void lose(VersionContent& content, const Digest& id, std::string why) {
  if (!content.incomplete)
    content.incomplete = fmt::format("block {} of the version's list of files is lost: {}", hex(id).substr(0, 16), why);
  content.lost.push_back({id, std::move(why)});
}

/// The ids of the manifest's blocks, as far as their lists are whole. Entries are cut anywhere, so nothing behind a loss can be read.
Outcome<std::vector<Digest>> manifest_ids(BlockFetcher& fetcher, const archive::VersionRecord& record, VersionContent& content) {
  std::vector<Digest> ids = record.ids;
  for (int depth = record.depth; depth > 0; --depth) {
    std::vector<Digest> below;
    bool whole = true;
    const auto fetched =
        fetcher.fetch(archive::BlockKind::id_list, ids, [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
          if (!block) {
            lose(content, ids[index], block.error());
            whole = false;
            return {};
          }
          const auto list = archive::read_id_list(*block);
          if (!list) lose(content, ids[index], std::string(archive::describe(list.error())));
          whole = whole && list.has_value();
          if (whole) below.insert(below.end(), list->begin(), list->end());
          return {};
        });
    if (!fetched) return std::unexpected(fetched.error());
    ids = std::move(below);
  }
  return ids;
}

}  // namespace

Outcome<VersionContent> read_content(BlockFetcher& fetcher, const archive::VersionRecord& record) {
  VersionContent content;
  const auto ids = manifest_ids(fetcher, record, content);
  if (!ids) return std::unexpected(ids.error());

  archive::ManifestReader reader;
  bool readable = true;
  const auto fetched =
      fetcher.fetch(archive::BlockKind::manifest, *ids, [&](std::size_t index, const BlockFetcher::Block& block) -> Outcome<void> {
        if (!block) {
          lose(content, (*ids)[index], block.error());
          readable = false;
        }
        if (!readable) return {};
        reader.feed(*block);
        while (true) {
          auto entry = reader.next();
          if (!entry) return std::unexpected(refuse(entry.error()));
          if (!*entry) return {};
          content.entries.push_back(std::move(**entry));
        }
      });
  if (!fetched) return std::unexpected(fetched.error());
  if (content.incomplete) return content;
  if (const auto whole = reader.finish(record); !whole) return std::unexpected(refuse(whole.error()));
  return content;
}

}  // namespace coffer::client
