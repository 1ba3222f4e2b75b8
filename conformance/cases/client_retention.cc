// Chapter 8.9 for clients: chains that retire versions, and what a client retires and releases itself.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cases/all.h"
#include "cases/committed.h"
#include "coffer/spec/limits.h"

namespace coffer::conformance {
namespace {

using State = ClientState;
using Numbers = std::vector<std::uint64_t>;

Octets big_endian(const Numbers& numbers) {
  Octets octets;
  for (const auto number : numbers)
    for (int shift = 56; shift >= 0; shift -= 8) octets.push_back(static_cast<std::uint8_t>(number >> shift));
  return octets;
}

Numbers numbers_of(const Octets& octets) {
  Numbers numbers;
  for (std::size_t at = 0; at + 8 <= octets.size(); at += 8) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 8; ++i) number = number << 8 | octets[at + i];
    numbers.push_back(number);
  }
  return numbers;
}

/// A record of the chain that has no tree and retires these versions.
void hold_retention(Context& c, const Numbers& retired) {
  hold_version(
      c, {}, [&](Message& record) { record.set("kind", 1).set("retired", big_endian(retired)); }, [](Holdings::Version&) {});
}

void hold_file(Context& c, std::string_view content) {
  hold_version(c, {file_entry("file", hold_content(c, octets(content)), content.size())});
}

void see_chain(Context& c, bool accepted) {
  c.drive({.what = "versions"});
  c.accept().serve_to_any_end();
  if (!accepted) c.stage().expected_refusal = true;
  c.require((c.driven().ended == "ok") == accepted, accepted ? "ok" : "a client that reports no success", accepted ? "a failure" : "ok");
}

Case contradiction(std::string id, std::string goal, std::function<void(Context&)> hold) {
  return {
      .id = "client.retention." + std::move(id),
      .requirements = {"ARC-113"},
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"hold the chain that the first line names; seals and links are right", "let the client list it",
                "expect that it reports no success"},
      .script =
          [=](Context& c) {
            hold(c);
            see_chain(c, false);
          },
      .twin =
          [](Context& c) {
            hold_version(c, {});
            hold_version(c, {});
            hold_version(c, {});
            hold_retention(c, {1});
            hold_retention(c, {2});
            see_chain(c, true);
          },
  };
}

/// Two versions, of which a third record retires the first; then a drive of one of them.
DriveReport asked_for(Context& c, std::string_view what, std::uint64_t version) {
  hold_file(c, "what was");
  hold_file(c, "what is");
  hold_retention(c, {1});
  const auto target = c.scratch() + "/target";
  std::filesystem::create_directories(target);
  c.drive({.what = std::string(what), .version = version, .target = what == "restore" ? target : ""});
  auto& server = c.accept();
  server.serve_to_any_end();
  if (version == 1) c.require(server.seen("restore_begin").empty(), "no restore_begin", "one");
  return c.driven();
}

Case retired(std::string what) {
  return {
      .id = fmt::format("client.retention.{}_of_a_retired_version", what),
      .requirements = {"ARC-114"},
      .role = Role::client,
      .goal = "A retired version is not asked for, although its blocks are still there",
      .steps = {"hold two versions and a record that retires the first", what + " the first", "expect no restore, and no success"},
      .script =
          [=](Context& c) {
            c.stage().expected_refusal = true;
            c.require(asked_for(c, what, 1).ended != "ok", "a client that reports no success", "ok");
          },
      .twin = [=](Context& c) { c.require(asked_for(c, what, 2).ended == "ok", "ok", "a failure"); },
  };
}

// ---- What a client does by itself ----------------------------------------------------------------------------------------------------

/// Lets the client prune by a rule, or without one release what no version needs, honestly served.
ServerPeer& pruned(Context& c, const std::map<std::string, std::uint64_t>& keep) {
  return on_the_way([&]() -> ServerPeer& {
    c.drive({.what = "prune", .keep = keep});
    auto& server = c.accept();
    server.serve_to_the_end();
    c.require(c.driven().ended == "ok", "ok", "a failure");
    return server;
  });
}

/// What the records behind the first `before` of the chain retire.
Numbers retired_since(Context& c, std::size_t before) {
  Numbers all;
  const auto& held = c.holdings().versions;
  for (auto at = before; at < held.size(); ++at) {
    const auto record = open_record(c.archive_keys(), held[at].number, held[at].previous, held[at].record);
    c.require(record.has_value(), "a record that opens under the archive key", record ? "" : record.error());
    c.require(record->number("kind") == 1 && record->octets("root").empty(), "a record of retention alone", to_text(*record));
    for (const auto number : numbers_of(record->octets("retired"))) all.push_back(number);
  }
  std::ranges::sort(all);
  return all;
}

/// The ids of everything that a held version has.
std::set<Octets> blocks_of(Context& c, const Holdings::Version& version) {
  std::set<Octets> ids;
  const auto record = open_record(c.archive_keys(), version.number, version.previous, version.record);
  std::vector<Octets> waiting;
  if (!record->octets("root").empty()) waiting.push_back(record->octets("root"));
  while (!waiting.empty()) {
    const auto id = waiting.back();
    waiting.pop_back();
    if (!ids.insert(id).second) continue;
    const auto block = opened(c, id);
    if (block.type == BlockType::id_list) std::ranges::copy(split_ids(block.plaintext), std::back_inserter(waiting));
    if (block.type != BlockType::leaf && block.type != BlockType::node) continue;
    const bool leaf = block.type == BlockType::leaf;
    const auto rows = read_rows(leaf ? "entry" : "child", block.plaintext);
    c.require(rows.has_value(), "canonical rows in order", rows ? "" : rows.error());
    for (const auto& row : *rows) std::ranges::copy(split_ids(row.octets(leaf ? "blocks" : "id")), std::back_inserter(waiting));
  }
  return ids;
}

/// The archive has exactly the blocks of these versions.
void require_exactly(Context& c, const Numbers& kept) {
  std::set<Octets> needed, held;
  for (const auto number : kept) needed.merge(blocks_of(c, c.holdings().versions.at(number - 1)));
  for (const auto& [id, block] : c.holdings().blocks) held.insert(id);
  const auto lacking = std::ranges::count_if(needed, [&](const Octets& id) { return !held.contains(id); });
  c.require(lacking == 0, "all blocks of the versions that are kept", fmt::format("{} of {} are gone", lacking, needed.size()));
  c.require(held.size() == needed.size(), fmt::format("no other blocks than those {}", needed.size()), fmt::format("{}", held.size()));
}

/// A version of one file whose ids are in an id list, of these contents.
void hold_listed_file(Context& c, const std::vector<std::string>& contents) {
  Octets ids;
  std::size_t size = 0;
  for (const auto& content : contents) {
    ids = joined({ids, hold_content(c, octets(content)).id});
    size += content.size();
  }
  const auto list = hold_block(c, BlockType::id_list, ids);
  hold_version(c, {file_entry("large", list, size).set("depth", 1)});
}

constexpr std::int64_t day_ns = 86'400'000'000'000;
constexpr std::int64_t hour_ns = 3'600'000'000'000;
constexpr std::int64_t monday_ns = 1'699'833'600'000'000'000;  // 2023-11-13T00:00Z

Case by_rule(std::string id, std::string goal, std::map<std::string, std::uint64_t> keep, std::vector<std::int64_t> times,
             Numbers expected) {
  return {
      .id = "client.retention." + std::move(id),
      .requirements = {"ARC-118"},
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {fmt::format("hold {} versions of the times that the first line names", times.size()), "let the client prune by the rule",
                fmt::format("expect that it retires exactly {}", fmt::join(expected, ", "))},
      .script =
          [=](Context& c) {
            for (std::size_t i = 0; i < times.size(); ++i)
              hold_version(
                  c, {directory_entry(fmt::format("directory-{}", i))},
                  [&](Message& record) { record.set("created_ns", static_cast<std::uint64_t>(times[i])); }, [](Holdings::Version&) {});
            pruned(c, keep);
            const auto gone = retired_since(c, times.size());
            c.require(gone == expected, fmt::format("{} retired", fmt::join(expected, ", ")), fmt::format("{}", fmt::join(gone, ", ")));
          },
  };
}

void add_rules(std::vector<Case>& cases) {
  cases.push_back(by_rule("keeps_the_last", "Of four versions the last two are kept", {{"last", 2}},
                          {monday_ns, monday_ns + 1, monday_ns + 2, monday_ns + 3}, {1, 2}));
  cases.push_back(by_rule(
      "days_are_of_utc", "The newest of each of the two latest days is kept; a day ends at midnight UTC", {{"daily", 2}},
      {monday_ns - 10 * hour_ns, monday_ns - 1, monday_ns + 10 * hour_ns, monday_ns + 13 * hour_ns, monday_ns + day_ns - 1}, {1, 3, 4}));
  cases.push_back(by_rule("weeks_begin_on_monday", "A Sunday belongs to the week before the Monday that follows it", {{"weekly", 2}},
                          {monday_ns - 3 * day_ns, monday_ns - day_ns, monday_ns + 2 * day_ns, monday_ns + 6 * day_ns}, {1, 3}));
  cases.push_back(by_rule("months_with_gaps", "The two latest months that have a version count, whatever lies between them",
                          {{"monthly", 2}}, {monday_ns - 100 * day_ns, monday_ns - 99 * day_ns, monday_ns, monday_ns + 5 * day_ns},
                          {1, 3}));
  cases.push_back(by_rule("rules_add_up", "What any part of the rule keeps is kept", {{"last", 1}, {"daily", 2}, {"monthly", 2}},
                          {monday_ns - 100 * day_ns, monday_ns, monday_ns + 1, monday_ns + day_ns, monday_ns + day_ns + 1}, {2, 4}));
}

void add_prunes(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.retention.releases_what_nobody_needs",
      .requirements = {"ARC-116", "ARC-119"},
      .role = Role::client,
      .goal = "A prune leaves exactly the blocks of the versions that it keeps: none of theirs is lost, and none of the others stays",
      .steps = {"hold three versions of different files, and a block that no version has", "let the client prune to the last two",
                "expect that the first is retired, and exactly the blocks of the others there"},
      .script =
          [](Context& c) {
            for (const auto* content : {"the first", "the second", "the third"}) hold_file(c, content);
            hold_content(c, octets("of a backup that was never committed"));
            pruned(c, {{"last", 2}});
            c.require(retired_since(c, 3) == Numbers{1}, "version 1 retired", "others");
            require_exactly(c, {2, 3});
          },
  });
  cases.push_back({
      .id = "client.retention.keeps_what_id_lists_name",
      .requirements = {"ARC-116"},
      .role = Role::client,
      .goal = "Content that only an id list names is needed like any other; content that two versions share stays for the one",
      .steps = {"hold two versions of a large file that share a part", "let the client prune to the last",
                "expect exactly the blocks of the second"},
      .script =
          [](Context& c) {
            hold_listed_file(c, {"shared", "of the first"});
            hold_listed_file(c, {"shared", "of the second"});
            pruned(c, {{"last", 1}});
            c.require(retired_since(c, 2) == Numbers{1}, "version 1 retired", "others");
            require_exactly(c, {2});
          },
  });
  cases.push_back({
      .id = "client.retention.nothing_to_retire",
      .requirements = {"ARC-118", "ARC-119"},
      .role = Role::client,
      .goal = "When the rule keeps everything, nothing is committed and nothing released, not even blocks that no version has",
      .steps = {"hold two versions and a block of neither", "let the client prune to the last two", "expect neither release nor commit"},
      .script =
          [](Context& c) {
            hold_file(c, "the first");
            hold_file(c, "the second");
            hold_content(c, octets("of a backup that was never committed"));
            auto& server = pruned(c, {{"last", 2}});
            c.require(server.seen("release_blocks").empty() && server.seen("commit_version").empty(), "neither release nor commit", "one");
          },
  });
  cases.push_back({
      .id = "client.retention.unused_blocks_go",
      .requirements = {"ARC-153", "ARC-116"},
      .role = Role::client,
      .goal =
          "What an interrupted backup left goes when it is asked for, with one record that retires nothing; all that versions have stays",
      .steps = {"hold two versions and a block of neither", "let the client release what no version needs",
                "expect one record that retires nothing, and exactly the blocks of the two versions there"},
      .script =
          [](Context& c) {
            hold_file(c, "the first");
            hold_file(c, "the second");
            hold_content(c, octets("of a backup that was never committed"));
            auto& server = pruned(c, {});
            c.require(server.seen("commit_version").size() == 1, "one record", fmt::format("{}", server.seen("commit_version").size()));
            c.require(retired_since(c, 2).empty(), "nothing retired", "something");
            require_exactly(c, {1, 2});
          },
  });
  cases.push_back({
      .id = "client.retention.more_than_one_record_may_release",
      .requirements = {"ARC-155", "ARC-119"},
      .role = Role::client,
      .goal = "Where more blocks go than one record may release, several records release them, and only the first retires",
      .steps = {"hold two versions, and 65,600 blocks that no version has", "let the client prune to the last",
                "expect no more than 65,536 ids released with one record, the first retired by the first record, and exactly the blocks of "
                "the second there"},
      .script =
          [](Context& c) {
            hold_file(c, "the first");
            hold_file(c, "the second");
            for (int i = 0; i < 65'600; ++i) {
              const auto id = c.random().octets(32);
              c.holdings().blocks[id] = {id, {}, {}};
            }
            auto& server = pruned(c, {{"last", 1}});
            std::size_t released = 0, most = 0;
            for (const auto& received : server.seen()) {
              const auto& message = received.decoded.message;
              if (message && message->name() == "release_blocks") released += split_ids(message->octets("ids")).size();
              if (message && message->name() == "commit_version") most = std::max(most, std::exchange(released, 0));
            }
            c.require(most <= spec::limits::releases_per_record_max, "at most 65,536 ids with one record", fmt::format("{}", most));
            c.require(retired_since(c, 2) == Numbers{1}, "version 1 retired", "others");
            const auto first = open_record(c.archive_keys(), 3, c.holdings().versions.at(2).previous, c.holdings().versions[2].record);
            c.require(first && numbers_of(first->octets("retired")) == Numbers{1}, "version 1 retired by the first record", "by another");
            require_exactly(c, {2});
          },
  });
  cases.push_back({
      .id = "client.retention.unused_blocks_of_no_version",
      .requirements = {"ARC-153"},
      .role = Role::client,
      .goal = "Where there is no version at all yet, all blocks are those of interrupted backups",
      .steps = {"hold a block, and no version", "let the client release what no version needs", "expect no block left"},
      .script =
          [](Context& c) {
            hold_content(c, octets("of a backup that was never committed"));
            pruned(c, {});
            c.require(retired_since(c, 0).empty(), "nothing retired", "something");
            require_exactly(c, {});
          },
  });
  cases.push_back({
      .id = "client.retention.no_record_without_unused_blocks",
      .requirements = {"ARC-153"},
      .role = Role::client,
      .goal = "Where versions need all that is there, nothing is released and no record made",
      .steps = {"hold two versions", "let the client release what no version needs", "expect neither release nor commit"},
      .script =
          [](Context& c) {
            hold_file(c, "the first");
            hold_file(c, "the second");
            auto& server = pruned(c, {});
            c.require(server.seen("release_blocks").empty() && server.seen("commit_version").empty(), "neither release nor commit", "one");
          },
  });
  cases.push_back({
      .id = "client.retention.retired_ones_are_not_counted",
      .requirements = {"ARC-118"},
      .role = Role::client,
      .goal = "Versions that are retired already, and records without a tree, are neither kept nor retired again",
      .steps = {"hold four versions and a record that retires the third", "let the client prune to the last two",
                "expect that it retires the first alone"},
      .script =
          [](Context& c) {
            for (const auto* content : {"the first", "the second", "the third", "the fourth"}) hold_file(c, content);
            hold_retention(c, {3});
            pruned(c, {{"last", 2}});
            c.require(retired_since(c, 5) == Numbers{1}, "version 1 retired", "others");
            require_exactly(c, {2, 4});
          },
  });
  cases.push_back({
      .id = "client.retention.a_kept_version_cannot_be_read",
      .requirements = {"ARC-117"},
      .role = Role::client,
      .goal = "When a leaf of a version that is to be kept is lost, nothing is retired or released: nobody knows what it named",
      .steps = {"hold three versions, and lose the leaf of the second", "let the client prune to the last two",
                "expect neither release nor commit, and no success"},
      .script =
          [](Context& c) {
            hold_file(c, "the first");
            hold_file(c, "the second");
            const auto second = open_record(c.archive_keys(), 2, c.holdings().versions[1].previous, c.holdings().versions[1].record);
            c.holdings().blocks.erase(second->octets("root"));
            hold_file(c, "the third");
            c.stage().expected_refusal = true;
            c.drive({.what = "prune", .keep = {{"last", 2}}});
            auto& server = c.accept();
            server.serve_to_any_end();
            c.require(server.seen("release_blocks").empty() && server.seen("commit_version").empty(), "neither release nor commit", "one");
            require_no_success(c);
          },
      .twin =
          [](Context& c) {
            for (const auto* content : {"the first", "the second", "the third"}) hold_file(c, content);
            pruned(c, {{"last", 2}});
            c.require(retired_since(c, 3) == Numbers{1}, "version 1 retired", "others");
          },
  });
}

/// A list of blocks that does not fit what was asked.
Case misfit(std::string id, std::string requirement, std::string goal, std::function<Message(const Octets&)> make) {
  return {
      .id = "client.retention." + std::move(id),
      .requirements = {std::move(requirement)},
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"let the client come to await_block_list", "answer with what the first line names", "expect Disconnect(bad_answer)"},
      .script =
          [=](Context& c) {
            auto& server = c.client_in(State::await_block_list);
            server.send(make(c.pending().decoded.message->octets("after")));
            server.expect_refusal(Reason::bad_answer);
            require_no_success(c);
          },
      .twin = honest_twin(State::await_block_list),
  };
}

}  // namespace

std::vector<Case> client_retention_cases() {
  std::vector<Case> cases = {
      misfit("block_ids_falling", "ARC-112", "Block ids in falling order are refused",
             [](const Octets&) {
               return block_list(joined({repeated(32, 9), repeated(32, 8)}));
             }),
      misfit("block_id_twice", "ARC-112", "A block id that comes twice is refused",
             [](const Octets&) {
               return block_list(joined({repeated(32, 9), repeated(32, 9)}));
             }),
      misfit("block_id_not_behind", "ARC-112", "The id that the client stated, or one before it, is refused",
             [](const Octets& after) { return block_list(after); }),
      misfit("more_of_no_blocks", "SES-040", "An answer without ids that promises more is refused: it would never end",
             [](const Octets&) { return block_list({}, true); }),
      contradiction("retired_twice", "A chain that retires a version twice is refused",
                    [](Context& c) {
                      hold_version(c, {});
                      hold_version(c, {});
                      hold_retention(c, {1});
                      hold_retention(c, {1});
                    }),
      contradiction("retires_what_has_no_tree", "A chain that retires a record of retention is refused",
                    [](Context& c) {
                      hold_version(c, {});
                      hold_version(c, {});
                      hold_retention(c, {1});
                      hold_retention(c, {3});
                    }),
      retired("restore"),
      retired("verify"),
  };
  add_rules(cases);
  add_prunes(cases);
  return cases;
}

}  // namespace coffer::conformance
