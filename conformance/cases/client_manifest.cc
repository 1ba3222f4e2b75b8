// Chapter 8.2 for clients: where the leaves, nodes and id lists of what they commit end, and which trees they refuse to read.
#include <fmt/core.h>

#include <bit>
#include <filesystem>
#include <fstream>

#include "cases/all.h"
#include "cases/committed.h"
#include "wire/cut.h"

namespace coffer::conformance {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t level_octets_max = 65'536, entry_ids_max = 64;

// ---- What a client writes ----------------------------------------------------------------------------------------------------------

int zero_bits(Context& c, const Octets& path) { return std::countl_zero(path_hash(c.archive_key(), path)); }

/// Holds every end of a leaf or node against the rule.
void require_ends(Context& c, const CommittedManifest& manifest) {
  std::vector<Octets> last_paths;  // of the blocks of the level below, in order
  for (std::size_t level = 0; level < manifest.levels.size(); ++level) {
    std::vector<Octets> ends;
    std::size_t row_below = 0;
    const auto& blocks = manifest.levels[level];
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      std::size_t octets = 0;
      for (std::size_t row = 0; row < blocks[i].size(); ++row) {
        octets += 4 + encode_plain(blocks[i][row]).size();
        const auto last_path = level == 0 ? blocks[i][row].octets("path") : last_paths.at(row_below++);
        const auto bits = zero_bits(c, last_path);
        const bool due = bits >= 6 * (static_cast<int>(level) + 1) || octets >= level_octets_max;
        const bool ends_here = row + 1 == blocks[i].size();
        const bool last_of_all = ends_here && i + 1 == blocks.size();
        c.require(due == ends_here || last_of_all,
                  fmt::format("a block of level {} that {} after {} ({} zero bits, {} octets)", level, due ? "ends" : "goes on",
                              std::string(last_path.begin(), last_path.end()), bits, octets),
                  ends_here ? "its end" : "no end");
        if (ends_here) ends.push_back(last_path);
      }
    }
    c.require(level + 1 < manifest.levels.size() ? blocks.size() > 1 : blocks.size() == 1, "one block in the last level and more below it",
              fmt::format("{} in level {} of {}", blocks.size(), level, manifest.levels.size()));
    last_paths = std::move(ends);
  }
}

/// A file below `root` whose path, as an entry has it, has exactly so many zero bits in front of its hash.
void put_file_with_hash(Context& c, const std::string& root, std::string_view beginning, int bits) {
  for (int i = 0;; ++i) {
    const auto path = fmt::format("{}/{}-{}", root, beginning, i);
    if (zero_bits(c, octets(std::string_view(path).substr(1))) != bits) continue;
    std::ofstream file(path);
    if (!file) throw SuiteFault("cannot write " + path);
    return;
  }
}

CommittedManifest committed(Context& c, const std::string& root) {
  backed_up(c, root);
  return manifest_of(c, c.holdings().versions.back());
}

void add_written_trees(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.manifest.leaves_end_where_paths_say",
      .requirements = {"ARC-062", "ARC-022"},
      .role = Role::client,
      .goal = "A leaf ends after an entry whose path hash begins with 6 zero bits, and after no other",
      .steps = {"make files of which two have such paths, and two paths with 5 zero bits", "back them up",
                "expect three leaves that end there"},
      .script =
          [](Context& c) {
            const auto root = c.make_tree({});
            put_file_with_hash(c, root, "a", 5);
            put_file_with_hash(c, root, "b", 6);
            put_file_with_hash(c, root, "c", 0);
            put_file_with_hash(c, root, "d", 5);
            put_file_with_hash(c, root, "e", 6);
            put_file_with_hash(c, root, "f", 0);
            const auto manifest = committed(c, root);
            require_ends(c, manifest);
            c.require(manifest.levels.size() >= 2 && manifest.levels[0].size() >= 3, "three leaves at least",
                      fmt::format("{} levels", manifest.levels.size()));
          },
  });
  cases.push_back({
      .id = "client.manifest.nodes_end_where_paths_say",
      .requirements = {"ARC-063", "ARC-061", "ARC-062"},
      .role = Role::client,
      .goal = "A node of level 1 ends after a child whose last path hash begins with 12 zero bits, and after no other",
      .steps = {"make files of which one path has 12 zero bits, between others that end leaves", "back them up",
                "expect two nodes of level 1 that end there, and a root above them"},
      .script =
          [](Context& c) {
            const auto root = c.make_tree({});
            for (const auto& [beginning, bits] : std::vector<std::pair<const char*, int>>{
                     {"a", 6}, {"b", 11}, {"c", 12}, {"d", 0}, {"e", 6}, {"f", 7}, {"g", 12}, {"h", 0}, {"i", 6}, {"j", 1}})
              put_file_with_hash(c, root, beginning, bits);
            const auto manifest = committed(c, root);
            require_ends(c, manifest);
            c.require(manifest.levels.size() >= 3 && manifest.levels[1].size() >= 3, "three nodes of level 1 at least, and one above them",
                      fmt::format("{} levels", manifest.levels.size()));
          },
  });
  cases.push_back({
      .id = "client.manifest.leaves_end_when_they_are_full",
      .requirements = {"ARC-062"},
      .role = Role::client,
      .goal = "A leaf ends after the entry that brings it to 65,536 octets, whatever its path",
      .steps = {"make 200 files of long paths", "back them up", "expect leaves that end at that length"},
      .script =
          [](Context& c) {
            const auto root = c.make_tree({});
            const std::string name(250, 'n');
            const auto deep = fmt::format("{0}/{1}/{1}/{1}/{1}", root, name);
            fs::create_directories(deep);
            for (int i = 0; i < 200; ++i) std::ofstream(fmt::format("{}/{:03}", deep, i));
            const auto manifest = committed(c, root);
            require_ends(c, manifest);
            c.require(manifest.levels.size() >= 2 && manifest.levels[0].size() >= 4, "four leaves at least",
                      fmt::format("{} levels", manifest.levels.size()));
          },
  });
  cases.push_back({
      .id = "client.manifest.one_file_more_costs_one_leaf",
      .requirements = {"ARC-062"},
      .role = Role::client,
      .goal =
          "Of a tree of many files to which one is added at the beginning, a client sends the leaf that it is in and the nodes above it",
      .steps = {"back up 300 files", "add an empty file before them", "back up again", "open what came",
                "expect no more leaves than the file and its directory are in"},
      .script =
          [](Context& c) {
            std::map<std::string, Octets> files;
            for (int i = 0; i < 300; ++i) files[fmt::format("{:03}", i)] = octets(fmt::format("file {}", i));
            const auto tree = c.make_tree(files);
            backed_up(c, tree);
            const auto before = c.holdings().blocks;
            put_file_with_hash(c, tree, "!", 0);
            const auto manifest = committed(c, tree);
            std::map<BlockType, std::size_t> sent;
            for (const auto& [id, block] : c.holdings().blocks)
              if (!before.contains(id)) ++sent[opened(c, id).type];
            // The directory has another time now; it may be the last entry of the leaf before.
            const auto nodes = 2 * (manifest.levels.size() - 1);
            c.require(sent[BlockType::leaf] >= 1 && sent[BlockType::leaf] <= 2 && sent[BlockType::node] <= nodes,
                      fmt::format("1 or 2 leaves and at most {} nodes", nodes),
                      fmt::format("{} leaves, {} nodes", sent[BlockType::leaf], sent[BlockType::node]));
          },
  });
}

bool ends_list(const Octets& id) { return id[0] == 0 && id[1] >> 6 == 0; }

/// So many blocks of the least size, none like another; the one at `marked` has an id that ends a list.
Octets content_of_blocks(Context& c, std::size_t blocks, std::size_t marked) {
  const auto base = shortest_block(c.archive_key(), {});
  Octets content;
  std::uint64_t counter = 0;
  for (std::size_t i = 0; i < blocks;) {
    Octets block = base;
    for (std::size_t octet = 0; octet < 8; ++octet) block[octet] = static_cast<std::uint8_t>(++counter >> (8 * octet));
    const auto id = seal_block(c.archive_keys(), BlockType::content, block, c.random()).id;
    if (ends_list(id) != (i == marked)) continue;
    content.insert(content.end(), block.begin(), block.end());
    ++i;
  }
  return content;
}

/// Backs up one file; its entry.
Message entry_of_file(Context& c, const Octets& content) {
  backed_up(c, c.make_tree({{"large", content}}));
  for (const auto& entry : entries_of(c, c.holdings().versions.back()))
    if (entry.number("type") == 0) return entry;
  throw Unmet("an entry for the file", "none");
}

void add_written_lists(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.manifest.many_ids_stand_in_lists",
      .requirements = {"ARC-066", "ARC-065"},
      .role = Role::client,
      .goal = "The ids of a file of 70 blocks stand in lists, which end after an id whose upper 10 bits are zero",
      .steps = {"back up a file of 70 blocks, of which the 41st has an id that begins with ten zero bits", "read its lists",
                "expect one of 41 ids and one of 29"},
      .script =
          [](Context& c) {
            const auto entry = entry_of_file(c, content_of_blocks(c, 70, 40));
            c.require(entry.number("depth") == 1 && split_ids(entry.octets("blocks")).size() <= entry_ids_max, "depth 1, at most 64 ids",
                      to_text(entry));
            std::vector<std::size_t> sizes;
            for (const auto& list : all_opened(c, entry.octets("blocks"))) {
              c.require(list.type == BlockType::id_list, "an id list", "another type");
              sizes.push_back(list.plaintext.size() / 32);
            }
            c.require(sizes == std::vector<std::size_t>{41, 29}, "lists of 41 and 29 ids",
                      sizes.empty() ? "none" : fmt::format("{} lists, the first of {}", sizes.size(), sizes.front()));
            c.require(split_ids(content_ids(c, entry)).size() == 70, "70 blocks", "another number");
          },
  });
  cases.push_back({
      .id = "client.manifest.few_ids_stand_in_the_entry",
      .requirements = {"ARC-066"},
      .role = Role::client,
      .goal = "The ids of a file of 64 blocks stand in its entry",
      .steps = {"back up a file of 64 blocks", "expect 64 ids of depth 0 in its entry"},
      .script =
          [](Context& c) {
            const auto entry = entry_of_file(c, content_of_blocks(c, 64, 64));
            c.require(entry.number("depth") == 0 && split_ids(entry.octets("blocks")).size() == 64, "64 ids of depth 0", to_text(entry));
          },
  });
}

// ---- What a client reads -----------------------------------------------------------------------------------------------------------

std::string target_of(Context& c) { return c.scratch() + "/target"; }

Octets restored(Context& c, std::string_view path) {
  std::ifstream file(target_of(c) + "/" + std::string(path), std::ios::binary);
  return Octets(std::istreambuf_iterator<char>(file), {});
}

DriveReport restore(Context& c) {
  fs::create_directories(target_of(c));
  c.drive({.what = "restore", .version = 1, .target = target_of(c)});
  c.accept().serve_to_any_end();
  return c.driven();
}

void require_restored(Context& c, std::string_view path, const Octets& content) {
  c.require(restored(c, path) == content, fmt::format("{} restored as it was", path), "another content");
}

/// A version with this root.
void hold_root(Context& c, const SealedBlock& root, unsigned depth, std::size_t entries, std::size_t octets) {
  hold_version(
      c, {},
      [&](Message& record) {
        record.set("root", root.id).set("depth", std::uint64_t{depth}).set("entry_count", entries).set("content_octets", octets);
      },
      [](Holdings::Version&) {});
}

const Octets& content_a() {
  static const auto content = octets("content of a");
  return content;
}
const Octets& content_b() {
  static const auto content = octets("content of b, which is longer");
  return content;
}
std::size_t octets_of_both() { return content_a().size() + content_b().size(); }

SealedBlock leaf_a(Context& c) { return hold_leaf(c, {file_entry("a", hold_content(c, content_a()), content_a().size())}); }
SealedBlock leaf_b(Context& c) { return hold_leaf(c, {file_entry("b", hold_content(c, content_b()), content_b().size())}); }

/// Two files, each in a leaf of its own, under one node.
void see_two_leaves_restored(Context& c) {
  hold_root(c, hold_node(c, {{"a", leaf_a(c)}, {"b", leaf_b(c)}}), 1, 2, octets_of_both());
  const auto report = restore(c);
  c.require(report.ended == "ok", "ok", report.ended + " " + report.detail);
  require_restored(c, "a", content_a());
  require_restored(c, "b", content_b());
}

using Hold = std::function<void(Context&)>;

Case refused_tree(std::string id, std::vector<std::string> requirements, std::string goal, Hold hold) {
  return {
      .id = "client.manifest." + std::move(id),
      .requirements = std::move(requirements),
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"hold a version with the tree that the first line names; all seals are right", "let the client restore it",
                "expect no success"},
      .script =
          [=](Context& c) {
            hold(c);
            c.stage().expected_refusal = true;
            c.require(restore(c).ended != "ok", "a client that reports no success", "ok");
          },
      .twin = see_two_leaves_restored,
  };
}

void add_refused_trees(std::vector<Case>& cases) {
  const auto refused = [&](std::string id, std::string requirement, std::string goal, Hold hold) {
    cases.push_back(refused_tree(std::move(id), {std::move(requirement)}, std::move(goal), std::move(hold)));
  };
  refused("leaf_begins_elsewhere", "ARC-064", "A leaf that does not begin with the path that its node names is refused", [](Context& c) {
    hold_root(c, hold_node(c, {{"a", leaf_a(c)}, {"aa", leaf_b(c)}}), 1, 2, octets_of_both());
  });
  refused("leaf_reaches_the_next", "ARC-064", "A leaf with a path that is not before the next one which its node names is refused",
          [](Context& c) {
            const auto file = file_entry("a", hold_content(c, content_a()), content_a().size());
            const auto leaf = hold_leaf(c, {file, directory_entry("bb")});
            hold_root(c, hold_node(c, {{"a", leaf}, {"b", leaf_b(c)}}), 1, 3, octets_of_both());
          });
  refused("node_begins_elsewhere", "ARC-064", "A node that does not begin with the path that its own node names is refused",
          [](Context& c) {
            const auto node = hold_node(c, {{"a", leaf_a(c)}, {"b", leaf_b(c)}});
            hold_root(c, hold_node(c, {{"A", node}}), 2, 2, octets_of_both());
          });
  refused("children_out_of_order", "ARC-061", "A node whose children are not in order is refused", [](Context& c) {
    hold_root(c, hold_node(c, {{"b", leaf_b(c)}, {"a", leaf_a(c)}}), 1, 2, octets_of_both());
  });
  refused("node_of_nothing", "ARC-061", "A node without children is refused, even where nothing else is missing",
          [](Context& c) { hold_root(c, hold_block(c, BlockType::node, {}), 1, 1, 0); });
  refused("leaf_of_nothing", "ARC-022", "A leaf without entries is refused, even where nothing else is missing", [](Context& c) {
    hold_root(c, hold_node(c, {{"a", leaf_a(c)}, {"b", hold_block(c, BlockType::leaf, {})}}), 1, 1, content_a().size());
  });
  refused("leaf_in_place_of_a_node", "ARC-016", "A leaf in place of a node is refused: its id says what it is",
          [](Context& c) { hold_root(c, leaf_a(c), 1, 1, content_a().size()); });
  refused("node_in_place_of_a_leaf", "ARC-016", "A node in place of a leaf is refused: its id says what it is", [](Context& c) {
    hold_root(c, hold_node(c, {{"a", leaf_a(c)}}), 0, 1, content_a().size());
  });
  refused("path_with_a_dot_in_a_node", "ARC-029", "A node that names a path with a dot in it is refused", [](Context& c) {
    const auto leaf = hold_leaf(c, {file_entry("./a", hold_content(c, content_a()), content_a().size())});
    hold_root(c, hold_node(c, {{"./a", leaf}}), 1, 1, content_a().size());
  });
}

/// One file of two blocks, whose ids stand in a list.
void hold_listed_file(Context& c, const std::function<Octets(const Octets&)>& change) {
  const auto ids = joined({hold_content(c, content_a()).id, hold_content(c, content_b()).id});
  const auto list = hold_block(c, BlockType::id_list, change(ids));
  hold_version(c, {file_entry("file", list, octets_of_both()).set("depth", 1)});
}

void see_listed_file_restored(Context& c) {
  hold_listed_file(c, [](const Octets& ids) { return ids; });
  const auto report = restore(c);
  c.require(report.ended == "ok", "ok", report.ended + " " + report.detail);
  require_restored(c, "file", joined({content_a(), content_b()}));
}

void add_lists(std::vector<Case>& cases) {
  const auto refused = [&](std::string id, std::string goal, std::function<Octets(const Octets&)> change) {
    auto one = refused_tree(std::move(id), {"ARC-047"}, std::move(goal), [=](Context& c) { hold_listed_file(c, change); });
    one.twin = see_listed_file_restored;
    cases.push_back(std::move(one));
  };
  refused("list_of_a_broken_id", "A list of ids that ends in the midst of one is refused", [](const Octets& ids) {
    return joined({ids, Octets{0}});
  });
  refused("list_of_nothing", "An empty list of ids is refused", [](const Octets&) { return Octets{}; });
  cases.push_back({
      .id = "client.manifest.listed_file_restored",
      .requirements = {"ARC-016", "ARC-001"},
      .role = Role::client,
      .goal = "A file whose ids stand in lists, and theirs in another, is restored like any other",
      .steps = {"hold a version of a file of depth 2", "let the client restore it", "compare the file"},
      .script =
          [](Context& c) {
            const auto first = hold_block(c, BlockType::id_list, hold_content(c, content_a()).id);
            const auto second = hold_block(c, BlockType::id_list, hold_content(c, content_b()).id);
            const auto above = hold_block(c, BlockType::id_list, joined({first.id, second.id}));
            hold_version(c, {file_entry("file", above, octets_of_both()).set("depth", 2)});
            c.require(restore(c).ended == "ok", "ok", "a failure");
            require_restored(c, "file", joined({content_a(), content_b()}));
          },
  });
  auto content_in_place = refused_tree("content_in_place_of_a_list", {"ARC-016"},
                                       "A content block in place of a list of ids is refused: its id says what it is", [](Context& c) {
                                         const auto block = hold_content(c, repeated(32, 7));
                                         hold_version(c, {file_entry("file", block, 32).set("depth", 1)});
                                       });
  content_in_place.twin = see_listed_file_restored;
  cases.push_back(std::move(content_in_place));
}

Octets big_endian_numbers(std::initializer_list<std::uint64_t> numbers) {
  Octets octets;
  for (const auto number : numbers)
    for (int shift = 56; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(number >> shift));
  return octets;
}

/// A file of 20,000 octets of which those of `content_a` are data, in two extents.
void hold_sparse_file(Context& c, std::initializer_list<std::uint64_t> extents) {
  hold_version(c, {file_entry("file", hold_content(c, content_a()), 20'000).set("extents", big_endian_numbers(extents))});
}

void see_sparse_file_restored(Context& c) {
  const std::uint64_t rest = content_a().size() - 4;
  hold_sparse_file(c, {5'000, 4, 12'000, rest});
  const auto report = restore(c);
  c.require(report.ended == "ok", "ok", report.ended + " " + report.detail);
  Octets wanted(20'000);
  std::ranges::copy(View(content_a()).first(4), wanted.begin() + 5'000);
  std::ranges::copy(View(content_a()).subspan(4), wanted.begin() + 12'000);
  require_restored(c, "file", wanted);
}

void add_sparse_files(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.manifest.sparse_file_restored",
      .requirements = {"ARC-067"},
      .role = Role::client,
      .goal = "The octets of a sparse file stand where its extents say, and zeros everywhere else, to its end",
      .steps = {"hold a version of a file of two extents and three holes", "let the client restore it", "compare the file"},
      .script = see_sparse_file_restored,
  });
  cases.push_back({
      .id = "client.manifest.hole_restored",
      .requirements = {"ARC-067"},
      .role = Role::client,
      .goal = "A file that has a size and no blocks is restored as that many zeros",
      .steps = {"hold a version of a file of one hole", "let the client restore it", "compare the file"},
      .script =
          [](Context& c) {
            hold_version(c, {Message("entry").set("path", "file").set("mode", 0644).set("size", 20'000)});
            c.require(restore(c).ended == "ok", "ok", "a failure");
            require_restored(c, "file", Octets(20'000));
          },
  });
  const auto refused = [&](std::string id, std::string goal, std::initializer_list<std::uint64_t> extents) {
    const std::vector<std::uint64_t> held(extents);
    auto one = refused_tree(std::move(id), {"ARC-044"}, std::move(goal), [=](Context& c) {
      Octets rows;
      for (const auto number : held) rows = joined({rows, big_endian_numbers({number})});
      hold_version(c, {file_entry("file", hold_content(c, content_a()), 20'000).set("extents", rows)});
    });
    one.twin = see_sparse_file_restored;
    cases.push_back(std::move(one));
  };
  const std::uint64_t size = content_a().size();
  refused("extent_beyond_the_size", "A file with data beyond its size is refused", {20'001 - size, size});
  refused("extents_that_overlap", "A file whose extents overlap is refused", {5'000, 4, 5'003, size - 4});
  refused("extents_out_of_order", "A file whose extents are not in order is refused", {12'000, 4, 5'000, size - 4});
  refused("extents_of_less_than_the_blocks", "A file whose extents hold less than its blocks is refused", {5'000, 4, 12'000, size - 5});
  refused("extents_of_more_than_the_blocks", "A file whose extents hold more than its blocks is refused", {5'000, 4, 12'000, size - 3});
}

}  // namespace

std::vector<Case> client_manifest_cases() {
  std::vector<Case> cases;
  add_written_trees(cases);
  add_written_lists(cases);
  add_refused_trees(cases);
  add_lists(cases);
  add_sparse_files(cases);
  return cases;
}

}  // namespace coffer::conformance
