// Chapter 8.9: lists of blocks and their release, as a server answers them.
#include <fmt/core.h>

#include <algorithm>

#include "cases/all.h"
#include "cases/scenes.h"
#include "coffer/spec/limits.h"

namespace coffer::conformance {
namespace {

using State = ServerState;
using Blocks = std::vector<SealedBlock>;

/// New blocks, by ascending id.
Blocks some_blocks(Context& c, std::size_t count) {
  Blocks blocks;
  for (std::size_t i = 0; i < count; ++i) blocks.push_back(opaque_block(c.random(), 60));
  std::ranges::sort(blocks, {}, &SealedBlock::id);
  return blocks;
}

Blocks from(const Blocks& blocks, std::size_t first) { return {blocks.begin() + static_cast<std::ptrdiff_t>(first), blocks.end()}; }

/// Offers and sends in as many offers as are needed, and commits.
void store(ClientPeer& client, const Blocks& blocks) {
  for (std::size_t at = 0; at < blocks.size(); at += spec::limits::blocks_per_request_max) {
    const auto end = std::min<std::size_t>(blocks.size(), at + spec::limits::blocks_per_request_max);
    const Blocks part(blocks.begin() + static_cast<std::ptrdiff_t>(at), blocks.begin() + static_cast<std::ptrdiff_t>(end));
    client.send(offer_blocks(ids_of(part)));
    for (const auto index : client.expect("missing_blocks").numbers("indices")) client.send(part.at(index));
  }
  client.commit({});
}

void require_listed(Context& c, ClientPeer& client, const Octets& after, const Blocks& expected, bool more = false) {
  client.send(list_blocks(after));
  const auto answer = client.expect("block_list");
  c.require(answer.octets("ids") == ids_of(expected) && answer.flag("more") == more,
            fmt::format("exactly the {} ids, ascending, more: {}", expected.size(), more), to_text(answer));
}
void require_all(Context& c, ClientPeer& client, const Blocks& expected) { require_listed(c, client, Octets(32), expected); }

void release(ClientPeer& client, const Octets& ids) {
  client.send(release_blocks(ids));
  client.expect("blocks_released");
}

/// What a restore of the newest version gets of these blocks.
void require_fetched(Context& c, ClientPeer& client, const Octets& ids, const std::vector<std::uint16_t>& missing) {
  client.send(restore_begin(client.chain_number));
  client.expect("restore_begun");
  const auto fetched = client.fetch(ids);
  c.require(fetched.missing == missing, to_text(blocks_fetched(missing)), to_text(blocks_fetched(fetched.missing)));
  client.send(restore_end());
  client.expect("restore_ended");
}

/// A restore of the newest version gets exactly these octets.
void require_as_stored(Context& c, ClientPeer& client, const Blocks& blocks) {
  client.send(restore_begin(client.chain_number));
  client.expect("restore_begun");
  const auto fetched = client.fetch(ids_of(blocks));
  c.require(std::ranges::equal(fetched.blocks, blocks, {}, &ReceivedBlock::data, &SealedBlock::sealed),
            fmt::format("the {} blocks as they were stored", blocks.size()), "others");
  client.send(restore_end());
  client.expect("restore_ended");
}

/// Offers released blocks again and sends other octets under their ids.
Blocks send_others(Context& c, ClientPeer& client, const Blocks& blocks) {
  client.send(offer_blocks(ids_of(blocks)));
  const auto indices = client.expect("missing_blocks").numbers("indices");
  c.require(indices.size() == blocks.size(), "all named missing", fmt::format("{} of them", indices.size()));
  Blocks others;
  for (const auto& block : blocks) {
    others.push_back(opaque_block(c.random(), 64));
    others.back().id = block.id;
    client.send(others.back());
  }
  return others;
}

void leave(ClientPeer& client) {
  client.send(goodbye());
  client.expect_end(Reason::goodbye);
}

/// So many blocks are stored, and listed behind one of them.
Case listed(std::string id, std::string goal, std::size_t stored, std::function<Octets(const Blocks&)> after,
            std::function<Blocks(const Blocks&)> expected, bool more = false) {
  return {
      .id = std::move(id),
      .requirements = {"ARC-105", "ARC-106"},
      .goal = std::move(goal),
      .steps = {fmt::format("store {} blocks", stored), "ask for the ids behind what the first line names",
                "expect exactly those, ascending"},
      .script =
          [=](Context& c) {
            auto& client = c.at(State::ready);
            const auto blocks = some_blocks(c, stored);
            if (!blocks.empty()) store(client, blocks);
            require_listed(c, client, after(blocks), expected(blocks), more);
          },
  };
}

void add_lists(std::vector<Case>& cases) {
  const auto first = [](const Blocks&) { return Octets(32); };
  const auto all = [](const Blocks& blocks) { return blocks; };
  constexpr std::size_t page = spec::limits::block_ids_per_answer_max;
  cases.push_back(listed("retention.list_of_an_empty_archive", "An archive without blocks is listed as such", 0, first, all));
  cases.push_back(listed("retention.list_of_all", "From 32 zero octets on, all ids are listed", 5, first, all));
  cases.push_back(listed(
      "retention.list_behind_an_id", "Behind an id, those after it are listed, and it is not", 5, [](const Blocks& b) { return b[1].id; },
      [](const Blocks& b) { return from(b, 2); }));
  cases.push_back(listed(
      "retention.list_behind_what_is_not_there", "The id to begin behind need not be one of the archive's", 5,
      [](const Blocks& b) {
        auto before = b[2].id;
        if (before.back() != 0) before.back() = 0;
        return before > b[1].id && before < b[2].id ? before : b[1].id;
      },
      [](const Blocks& b) { return from(b, 2); }));
  cases.push_back(listed(
      "retention.list_behind_the_last", "Behind the last id there is nothing", 3, [](const Blocks& b) { return b[2].id; },
      [](const Blocks& b) { return from(b, 3); }));
  cases.push_back(listed("retention.list_as_many_as_fit", "1,024 ids fit one answer, and there are no more", page, first, all));
  cases.push_back(listed(
      "retention.list_one_too_many", "Of 1,025 ids 1,024 come, and more is set", page + 1, first,
      [](const Blocks& b) { return Blocks(b.begin(), b.end() - 1); }, true));
  cases.push_back(listed(
      "retention.list_the_rest", "The 1,025th comes with the next answer, and there are no more", page + 1,
      [](const Blocks& b) { return b[page - 1].id; }, [](const Blocks& b) { return from(b, page); }));
}

/// Three blocks are stored; `release` and what follows is the case's own.
Case with_three(std::string id, std::vector<std::string> requirements, std::string goal, std::vector<std::string> steps,
                std::function<void(Context&, ClientPeer&, const Blocks&)> act) {
  steps.insert(steps.begin(), "store three blocks");
  return {
      .id = std::move(id),
      .requirements = std::move(requirements),
      .goal = std::move(goal),
      .steps = std::move(steps),
      .script =
          [=](Context& c) {
            auto& client = c.at(State::ready);
            const auto blocks = some_blocks(c, 3);
            store(client, blocks);
            act(c, client, blocks);
          },
  };
}

void add_releases(std::vector<Case>& cases) {
  cases.push_back(
      with_three("retention.released_with_the_commit", {"ARC-108"},
                 "What was released is gone once a version is committed: not listed, and missing in a restore; the rest is whole",
                 {"release the second", "commit", "list, and fetch all three", "expect the first and the third"},
                 [](Context& c, ClientPeer& client, const Blocks& blocks) {
                   release(client, blocks[1].id);
                   client.commit({});
                   require_all(c, client, {blocks[0], blocks[2]});
                   require_fetched(c, client, ids_of(blocks), {1});
                 }));
  cases.push_back(with_three("retention.released_beside_new_blocks", {"ARC-108"}, "One commit brings new blocks and lets old ones go",
                             {"release the first two", "commit a version with a new block", "expect the third and the new one"},
                             [](Context& c, ClientPeer& client, const Blocks& blocks) {
                               release(client, ids_of({blocks[0], blocks[1]}));
                               const auto fresh = opaque_block(c.random());
                               client.commit({fresh});
                               Blocks left{blocks[2], fresh};
                               std::ranges::sort(left, {}, &SealedBlock::id);
                               require_all(c, client, left);
                             }));
  cases.push_back(with_three("retention.released_in_several_messages", {"ARC-108"}, "Releases add up until the commit",
                             {"release the first", "release the third", "commit", "expect the second"},
                             [](Context& c, ClientPeer& client, const Blocks& blocks) {
                               release(client, blocks[0].id);
                               release(client, blocks[2].id);
                               client.commit({});
                               require_all(c, client, {blocks[1]});
                             }));
  cases.push_back(with_three("retention.released_ones_are_not_listed", {"ARC-105"},
                             "What the session has released is left out of its lists even before the commit",
                             {"release the second", "list", "expect the first and the third"},
                             [](Context& c, ClientPeer& client, const Blocks& blocks) {
                               release(client, blocks[1].id);
                               require_all(c, client, {blocks[0], blocks[2]});
                             }));
  cases.push_back(with_three(
      "retention.unknown_ids_are_passed_over", {"ARC-107"}, "Ids that the archive lacks, and ids that come twice, do no harm to a release",
      {"release an unknown id, the second, it again, and another unknown one", "commit", "expect the first and third"},
      [](Context& c, ClientPeer& client, const Blocks& blocks) {
        release(client, joined({c.random().octets(32), blocks[1].id, blocks[1].id, c.random().octets(32)}));
        release(client, blocks[1].id);
        client.commit({});
        require_all(c, client, {blocks[0], blocks[2]});
      }));
  cases.push_back(with_three("retention.offered_again_is_missing", {"ARC-110"},
                             "A released block is missing when the session offers it again, and stays when it is sent",
                             {"release the first two", "offer all three", "expect 0 and 1", "send both and commit", "expect all three"},
                             [](Context& c, ClientPeer& client, const Blocks& blocks) {
                               release(client, ids_of({blocks[0], blocks[1]}));
                               require_missing(c, client, ids_of(blocks), {0, 1});
                               client.send(blocks[0]);
                               client.send(blocks[1]);
                               client.commit({});
                               require_all(c, client, blocks);
                               require_fetched(c, client, ids_of(blocks), {});
                             }));
  cases.push_back(with_three("retention.one_of_two_comes_again", {"ARC-110", "ARC-108"},
                             "Of two released blocks only the one that came again is kept",
                             {"release the first two", "offer and send the first", "commit", "expect the first and the third"},
                             [](Context& c, ClientPeer& client, const Blocks& blocks) {
                               release(client, ids_of({blocks[0], blocks[1]}));
                               require_missing(c, client, blocks[0].id, {0});
                               client.send(blocks[0]);
                               client.commit({});
                               require_all(c, client, {blocks[0], blocks[2]});
                             }));
  cases.push_back({
      .id = "retention.commit_before_what_was_released_came_again",
      .requirements = {"ARC-036"},
      .goal = "A commit is refused while a released block that was offered again has not come",
      .steps = {"store a block and release it", "offer it", "commit", "expect Disconnect(blocks_outstanding)"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            const auto blocks = some_blocks(c, 1);
            store(client, blocks);
            release(client, blocks[0].id);
            require_missing(c, client, blocks[0].id, {0});
            client.send(client.next_commit());
            client.expect_refusal(Reason::blocks_outstanding);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            const auto blocks = some_blocks(c, 1);
            store(client, blocks);
            release(client, blocks[0].id);
            require_missing(c, client, blocks[0].id, {0});
            client.send(blocks[0]);
            client.commit({});
          },
  });
}

/// So many releases of as many unknown ids as one message may have: they count like others.
void release_unknown(Context& c, ClientPeer& client, std::uint64_t messages) {
  for (std::uint64_t i = 0; i < messages; ++i) release(client, c.random().octets(spec::limits::blocks_per_request_max * 32));
}

void add_limit(std::vector<Case>& cases) {
  constexpr auto full = spec::limits::releases_per_record_max / spec::limits::blocks_per_request_max;
  cases.push_back({
      .id = "retention.more_than_one_record_may_release",
      .requirements = {"ARC-154"},
      .goal = "A release beyond 65,536 ids since the last commit is refused, whether the archive has the blocks or not",
      .steps = {"release 65,536 ids", "release one more", "expect Disconnect(field_out_of_range)"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            release_unknown(c, client, full);
            client.send(release_blocks(c.random().octets(32)));
            client.expect_refusal(Reason::field_out_of_range);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            release_unknown(c, client, full);
            client.commit({});
            release_unknown(c, client, 1);
          },
  });
}

void add_ends(std::vector<Case>& cases) {
  cases.push_back(with_three("retention.served_until_the_commit", {"ARC-109"}, "What was released is served until a version is committed",
                             {"release all of them", "fetch them in a restore", "expect all three"},
                             [](Context& c, ClientPeer& client, const Blocks& blocks) {
                               release(client, ids_of(blocks));
                               require_fetched(c, client, ids_of(blocks), {});
                             }));
  cases.push_back(with_three(
      "retention.nothing_without_a_commit", {"ARC-109"}, "A session that leaves without a commit has released nothing, now or later",
      {"release two of them and leave", "list in a new session, commit a version there, and list again", "expect all three both times"},
      [](Context& c, ClientPeer& client, const Blocks& blocks) {
        release(client, ids_of({blocks[0], blocks[2]}));
        leave(client);
        auto& later = c.at(State::ready);
        require_all(c, later, blocks);
        later.all_versions();
        later.commit({});
        require_all(c, later, blocks);
        require_fetched(c, later, ids_of(blocks), {});
      }));
  cases.push_back(with_three("retention.sent_again_without_a_commit", {"ARC-156", "ARC-109"},
                             "What comes in the place of released blocks harms no version, whether the session commits or leaves",
                             {"release all of them, offer them again, and send other octets for each",
                              "fetch them there, and, after leaving without a commit, in a new session",
                              "do so again with a commit, and fetch", "expect the first octets each time"},
                             [](Context& c, ClientPeer& client, const Blocks& blocks) {
                               release(client, ids_of(blocks));
                               send_others(c, client, blocks);
                               require_as_stored(c, client, blocks);
                               leave(client);
                               auto& later = c.at(State::ready);
                               later.all_versions();
                               require_as_stored(c, later, blocks);
                               release(later, ids_of(blocks));
                               send_others(c, later, blocks);
                               later.commit({});
                               require_as_stored(c, later, blocks);
                             }));
  cases.push_back({
      .id = "retention.sent_again_after_damage",
      .requirements = {"ARC-156", "ARC-110"},
      .needs = {.verbs = {"admin"}, .own_server = true},
      .goal = "A released block whose octets are no longer what was stored is replaced by what comes again",
      .steps = {"commit three blocks and leave", "let an octet of the second be altered in the store",
                "release it, offer it again, and send other octets", "commit, and fetch all three",
                "expect the first and the third as they were, and the second as it came again"},
      .script =
          [](Context& c) {
            auto& first = c.at(State::ready);
            auto blocks = some_blocks(c, 3);
            store(first, blocks);
            leave(first);
            c.admin({{"do", "damage"}, {"block", hex(blocks[1].id)}, {"octets", hex(blocks[1].sealed)}});
            auto& client = c.at(State::ready);
            client.all_versions();
            release(client, blocks[1].id);
            blocks[1] = send_others(c, client, {blocks[1]}).front();
            client.commit({});
            require_as_stored(c, client, blocks);
          },
  });
  cases.push_back({
      .id = "retention.kill_after_it_was_sent_again",
      .requirements = {"ARC-156"},
      .needs = {.verbs = {"admin"}, .own_server = true},
      .goal = "A server that ends before the commit has the first octets of blocks that were released and came again as others",
      .steps = {"store three blocks", "release them, offer them again, and send other octets for each", "fetch them, so that all have come",
                "kill the server and start it again", "fetch", "expect the first octets"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            const auto blocks = some_blocks(c, 3);
            store(client, blocks);
            release(client, ids_of(blocks));
            send_others(c, client, blocks);
            require_as_stored(c, client, blocks);
            c.admin({{"do", "kill"}});
            auto& after = c.at(State::ready);
            after.all_versions();
            require_as_stored(c, after, blocks);
          },
  });
  cases.push_back({
      .id = "retention.nothing_when_the_commit_is_refused",
      .requirements = {"ARC-109"},
      .goal = "A commit that is refused releases nothing",
      .steps = {"store three blocks and release them", "commit a version that does not continue the chain", "list in a new session",
                "expect all three"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            const auto blocks = some_blocks(c, 3);
            store(client, blocks);
            release(client, ids_of(blocks));
            client.send(client.next_commit().set("number", 9));
            client.expect_refusal(Reason::version_conflict);
            require_all(c, c.at(State::ready), blocks);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            const auto blocks = some_blocks(c, 3);
            store(client, blocks);
            release(client, ids_of(blocks));
            client.commit({});
            require_all(c, client, {});
          },
  });
  const auto killed = [&](std::string id, std::string requirement, std::string goal, bool committed) {
    cases.push_back({
        .id = std::move(id),
        .requirements = {std::move(requirement)},
        .needs = {.verbs = {"admin"}, .own_server = true},
        .goal = std::move(goal),
        .steps = {"store three blocks", committed ? "release one and commit" : "release one", "kill the server and start it again",
                  "list and fetch"},
        .script =
            [=](Context& c) {
              auto& client = c.at(State::ready);
              const auto blocks = some_blocks(c, 3);
              store(client, blocks);
              release(client, blocks[1].id);
              if (committed) client.commit({});
              c.admin({{"do", "kill"}});
              auto& after = c.at(State::ready);
              after.all_versions();
              require_all(c, after, committed ? Blocks{blocks[0], blocks[2]} : blocks);
              require_fetched(c, after, ids_of(blocks), committed ? std::vector<std::uint16_t>{1} : std::vector<std::uint16_t>{});
            },
    });
  };
  killed("retention.kill_before_the_commit", "ARC-109", "A server that ends before the commit has released nothing", false);
  killed("retention.kill_after_the_commit", "ARC-108", "A release that was acknowledged with its version stays", true);
  cases.push_back({
      .id = "retention.another_archive_keeps_its_own",
      .requirements = {"ARC-111"},
      .goal = "A release concerns the session's own archive, though another one has blocks of the same ids",
      .steps = {"store the same two blocks in the archives of two computers", "release one of them in the first",
                "offer both in the second", "expect neither missing", "commit in the first", "list and fetch in the second", "expect both"},
      .script =
          [](Context& c) {
            const auto blocks = some_blocks(c, 2);
            auto& client = c.at(State::ready);
            store(client, blocks);
            auto walker = c.walker();
            walker.computer = c.random().guid();
            auto& other = c.at(State::ready, walker);
            store(other, blocks);
            release(client, blocks[0].id);
            require_missing(c, other, ids_of(blocks), {});
            client.commit({});
            require_all(c, client, {blocks[1]});
            require_all(c, other, blocks);
            require_fetched(c, other, ids_of(blocks), {});
          },
  });
  for (const auto& [what, message] : {std::pair{"list", list_blocks()}, std::pair{"release", release_blocks(repeated(32, 1))}})
    cases.push_back({
        .id = fmt::format("retention.{}_by_a_user_who_only_restores", what),
        .requirements = {"SES-021"},
        .goal = "Blocks are listed and released by who may back up, and by nobody else",
        .steps = {"as a user who may only restore, " + to_text(message), "expect Disconnect(not_permitted)"},
        .script =
            [message = message](Context& c) {
              auto walker = c.walker(c.fixture().carol);
              walker.computer = c.random().guid();
              auto& client = c.at(State::ready, walker);
              client.send(message);
              client.expect_refusal(Reason::not_permitted);
            },
        .twin =
            [message = message](Context& c) {
              auto walker = c.walker(c.fixture().bob);
              walker.computer = c.random().guid();
              auto& client = c.at(State::ready, walker);
              client.send(message);
              client.expect(message.name() == "list_blocks" ? "block_list" : "blocks_released");
            },
    });
}

}  // namespace

std::vector<Case> retention_cases() {
  std::vector<Case> cases;
  add_lists(cases);
  add_releases(cases);
  add_limit(cases);
  add_ends(cases);
  return cases;
}

}  // namespace coffer::conformance
