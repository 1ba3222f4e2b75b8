// Chapter 8.4: offers, blocks and commits, as a server takes them.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"
#include "coffer/spec/limits.h"

namespace coffer::conformance {
namespace {

using State = ServerState;
using Indices = std::vector<std::uint16_t>;

void add_offers(std::vector<Case>& cases) {
  cases.push_back({
      .id = "storing.offer_names_what_is_missing",
      .requirements = {"ARC-033"},
      .goal = "Of an offer, exactly the indices of the blocks that the archive lacks are named, strictly increasing",
      .steps = {"commit blocks 0 and 2", "offer blocks 0 to 4", "expect 1, 3, 4"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            std::vector<SealedBlock> blocks;
            for (int i = 0; i < 5; ++i) blocks.push_back(opaque_block(c.random()));
            client.commit({blocks[0], blocks[2]});
            require_missing(c, client, ids_of(blocks), {1, 3, 4});
          },
  });
  cases.push_back({
      .id = "storing.repeated_id_is_missing_once",
      .requirements = {"ARC-033"},
      .goal = "An id that an offer repeats is named once, at its first index",
      .steps = {"offer ids A, B, A, B, A", "expect 0, 1"},
      .script =
          [](Context& c) {
            const auto a = c.random().octets(32), b = c.random().octets(32);
            require_missing(c, c.at(State::ready), joined({a, b, a, b, a}), {0, 1});
          },
  });
  cases.push_back({
      .id = "storing.largest_offer",
      .requirements = {"ARC-033"},
      .goal = "1,024 new ids in one offer are all named missing",
      .steps = {"offer 1,024 ids", "expect 0 to 1,023"},
      .script =
          [](Context& c) {
            Indices all;
            for (std::uint16_t i = 0; i < spec::limits::blocks_per_request_max; ++i) all.push_back(i);
            require_missing(c, c.at(State::ready), c.random().octets(spec::limits::blocks_per_request_max * 32), all);
          },
  });
  cases.push_back({
      .id = "storing.block_is_known_once_sent",
      .requirements = {"ARC-033", "FRM-006"},
      .goal = "A block that has come is not missing in the next offer of the session",
      .steps = {"offer a block and send it", "offer it again", "expect nothing missing"},
      .script =
          [](Context& c) {
            const auto [client, block] = offered(c);
            client.send(block);
            require_missing(c, client, block.id, {});
          },
  });
}

/// A block that must not come; the twin is one that was asked for.
Case unwanted(std::string id, std::string goal, std::vector<std::string> steps, std::function<void(Context&)> script) {
  steps.push_back("expect Disconnect(unwanted_block)");
  return {
      .id = std::move(id),
      .requirements = {"ARC-032"},
      .goal = std::move(goal),
      .steps = std::move(steps),
      .script = std::move(script),
      .twin =
          [](Context& c) {
            const auto [client, block] = offered(c);
            client.send(block);
            client.commit({});
          },
  };
}

void add_blocks(std::vector<Case>& cases) {
  cases.push_back({
      .id = "storing.checksum_mismatch",
      .requirements = {"ARC-031"},
      .goal = "A wanted block of which one bit was flipped is refused",
      .steps = {"offer a block", "send it with one bit of its data flipped", "expect Disconnect(checksum_mismatch)"},
      .script =
          [](Context& c) {
            auto [client, block] = offered(c);
            block.sealed.back() ^= 1;
            client.send(block);
            client.expect_refusal(Reason::checksum_mismatch);
          },
      .twin =
          [](Context& c) {
            const auto [client, block] = offered(c);
            client.send(block);
            client.commit({});
          },
  });
  cases.push_back(unwanted("storing.block_never_offered", "A block that was never offered is refused", {"walk to ready", "send a block"},
                           [](Context& c) {
                             auto& client = c.at(State::ready);
                             client.send(opaque_block(c.random()));
                             client.expect_refusal(Reason::unwanted_block);
                           }));
  cases.push_back(unwanted("storing.block_that_is_there", "A block that the archive has, and did not name missing, is refused",
                           {"commit a block", "offer it again and send it"}, [](Context& c) {
                             auto& client = c.at(State::ready);
                             const auto block = opaque_block(c.random());
                             client.commit({block});
                             require_missing(c, client, block.id, {});
                             client.send(block);
                             client.expect_refusal(Reason::unwanted_block);
                           }));
  cases.push_back(unwanted("storing.block_sent_twice", "A block that has come is refused when it comes again",
                           {"offer a block and send it", "send it again"}, [](Context& c) {
                             const auto [client, block] = offered(c);
                             client.send(block);
                             client.send(block);
                             client.expect_refusal(Reason::unwanted_block);
                           }));
  cases.push_back(unwanted("storing.block_named_in_another_session", "What was named missing in one session may not be sent in the next",
                           {"offer a block and leave", "connect again and send it"}, [](Context& c) {
                             const auto [first, block] = offered(c);
                             first.send(goodbye());
                             first.expect_end(Reason::goodbye);
                             auto& second = c.at(State::ready);
                             second.send(block);
                             second.expect_refusal(Reason::unwanted_block);
                           }));
}

// Of all of a user's computers: case and twin share it, in either order.
constexpr std::size_t quota_octets = 2000;
void small_quota(Fixture& fixture) { fixture.limits = {{"quota_octets", quota_octets}}; }

/// Offers a block of so many octets, which must be named missing, and sends it.
void send_new(Context& c, ClientPeer& client, std::size_t sealed_octets) {
  const auto block = opaque_block(c.random(), sealed_octets);
  require_missing(c, client, block.id, {0});
  client.send(block);
}

void add_quota(std::vector<Case>& cases) {
  const Needs needs{.own_server = true, .fixture = small_quota};
  cases.push_back({
      .id = "storing.block_beyond_the_quota",
      .requirements = {"ARC-130"},
      .needs = needs,
      .goal = "A block that takes its user one octet beyond the quota is refused; one that fills it is taken",
      .steps = {"of a quota of 2,000 octets, commit 600", "offer and send a block of 1,401", "expect Disconnect(quota_exceeded)"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.commit({opaque_block(c.random(), 600)});
            send_new(c, client, quota_octets - 600 + 1);
            client.expect_refusal(Reason::quota_exceeded);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.commit({opaque_block(c.random(), 600)});
            client.commit({opaque_block(c.random(), quota_octets - 600 - 600)});  // the script's 600 stand there too
          },
  });
  cases.push_back({
      .id = "storing.quota_keeps_what_was_committed",
      .requirements = {"ARC-130"},
      .needs = needs,
      .goal = "What was committed before a quota was exceeded is there in the next session, and still counts",
      .steps = {"of a quota of 2,000 octets, commit a block of 900", "send one of 1,200 and be refused", "connect again",
                "expect the version listed and its block not missing", "send one of 1,101", "expect Disconnect(quota_exceeded)"},
      .script =
          [](Context& c) {
            auto& first = c.at(State::ready);
            const auto kept = opaque_block(c.random(), 900);
            first.commit({kept});
            send_new(c, first, 1200);
            first.expect_refusal(Reason::quota_exceeded);
            auto& second = c.at(State::ready);
            second.send(list_versions(1));
            const auto versions = second.expect("versions");
            c.require(versions.items("entries").size() == 1, "one version", to_text(versions));
            require_missing(c, second, kept.id, {});
            send_new(c, second, quota_octets - 900 + 1);
            second.expect_refusal(Reason::quota_exceeded);
          },
      .twin =
          [](Context& c) {
            auto& first = c.at(State::ready);
            first.commit({opaque_block(c.random(), 900)});
            first.send(goodbye());
            first.expect_end(Reason::goodbye);
            auto& second = c.at(State::ready);
            const auto block = opaque_block(c.random(), quota_octets - 900 - 900);  // the script's 900 stand there too
            require_missing(c, second, block.id, {0});
            second.send(block);
            require_missing(c, second, block.id, {});
          },
  });
  const auto sent_again_longer = [](Context& c, std::size_t sealed_octets) -> ClientPeer& {
    auto& first = c.at(State::ready);
    const auto block = opaque_block(c.random(), 400);
    first.commit({block});
    first.send(goodbye());
    first.expect_end(Reason::goodbye);
    c.admin({{"do", "damage"}, {"block", hex(block.id)}, {"octets", hex(block.sealed)}});
    auto& second = c.at(State::ready);
    second.all_versions();
    second.send(restore_begin(second.chain_number));  // that the server notices
    second.expect("restore_begun");
    second.fetch(block.id);
    second.send(restore_end());
    second.expect("restore_ended");
    require_missing(c, second, block.id, {0});
    auto again = opaque_block(c.random(), sealed_octets);
    again.id = block.id;
    second.send(again);
    return second;
  };
  cases.push_back({
      .id = "storing.longer_in_the_place_of_a_damaged_one",
      .requirements = {"ARC-130"},
      .needs = {.verbs = {"admin"}, .own_server = true, .fixture = small_quota},
      .goal = "A block that comes in the place of a damaged one counts with all its octets",
      .steps = {"of a quota of 2,000 octets, commit 400 and leave", "let an octet of them be altered in the store, and fetch them",
                "offer the block again, and send 2,001 octets under its id", "expect Disconnect(quota_exceeded)"},
      .script = [=](Context& c) { sent_again_longer(c, quota_octets + 1).expect_refusal(Reason::quota_exceeded); },
      .twin =
          [=](Context& c) {
            sent_again_longer(c, quota_octets - 400).commit({});  // the script's 400 stand there too
          },
  });
  cases.push_back({
      .id = "storing.quota_of_what_was_never_committed_comes_back",
      .requirements = {"ARC-108"},
      .needs = needs,
      .goal = "What a session left that ended without a commit can be released by the next one, and counts no more",
      .steps = {"of a quota of 2,000 octets, send a block of 1,200 and leave", "connect again, release what is listed and commit",
                "commit another block of 1,200"},
      .script =
          [](Context& c) {
            auto& first = c.at(State::ready);
            send_new(c, first, 1200);
            first.barrier();
            first.send(goodbye());
            first.expect_end(Reason::goodbye);
            auto& second = c.at(State::ready);
            Octets left;  // a server need not keep it, and one that does may still be at storing it
            for (int asked = 0; left.empty() && asked < 200; ++asked) {
              second.send(list_blocks(Octets(32)));
              left = second.expect("block_list").octets("ids");
            }
            if (!left.empty()) {
              second.send(release_blocks(left));
              second.expect("blocks_released");
            }
            second.commit({});
            second.commit({opaque_block(c.random(), 1200)});
          },
  });
  cases.push_back({
      .id = "storing.no_version_without_a_refused_block",
      .requirements = {"ARC-147"},
      .needs = needs,
      .goal = "A commit that comes with a block which is refused leaves no version; with one that is stored it makes one",
      .steps = {"of a quota of 2,000 octets, offer a block of 2,001", "send it and the commit in one write",
                "expect Disconnect(quota_exceeded)", "connect again", "expect no version listed"},
      .script =
          [](Context& c) {
            auto& first = c.at(State::ready);
            const auto block = opaque_block(c.random(), quota_octets + 1);
            require_missing(c, first, block.id, {0});
            first.send_together({data_frame(block.id, block.checksum, block.sealed), control_frame(first.next_commit())});
            first.expect_refusal(Reason::quota_exceeded);
            auto& second = c.at(State::ready);
            second.send(list_versions(1));
            const auto versions = second.expect("versions");
            c.require(versions.items("entries").empty(), "no version", to_text(versions));
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            const auto block = opaque_block(c.random(), quota_octets - 900);
            require_missing(c, client, block.id, {0});
            client.send_together({data_frame(block.id, block.checksum, block.sealed), control_frame(client.next_commit())});
            client.expect("version_committed");
          },
  });
}

/// A commit with one thing wrong, as the second version of an archive; the twin continues the chain.
Case conflict(std::string id, std::string goal, std::function<void(Message&)> change) {
  const auto second_commit = [](Context& c) -> std::pair<ClientPeer&, Message> {
    auto& client = c.at(State::ready);
    client.commit({opaque_block(c.random())});
    return {client, client.next_commit()};
  };
  return {
      .id = std::move(id),
      .requirements = {"ARC-037"},
      .goal = std::move(goal),
      .steps = {"commit version 1", "commit a second version with the one thing wrong that the first line names",
                "expect Disconnect(version_conflict)"},
      .script =
          [=](Context& c) {
            auto [client, commit] = second_commit(c);
            change(commit);
            client.send(commit);
            client.expect_refusal(Reason::version_conflict);
          },
      .twin =
          [=](Context& c) {
            auto [client, commit] = second_commit(c);
            client.send(commit);
            c.require(client.expect("version_committed").number("number") == 2, "number 2", "another");
          },
  };
}

/// The link that belongs to what the message says: so that only one thing is wrong with it.
void link_anew(Message& commit) { commit.set("link", link(commit.octets("previous"), commit.number("number"), commit.octets("record"))); }

void add_commits(std::vector<Case>& cases) {
  cases.push_back({
      .id = "storing.commit_before_its_blocks",
      .requirements = {"ARC-036"},
      .goal = "A commit is refused while one of two missing blocks has not come",
      .steps = {"offer two blocks, both missing", "send one of them", "commit", "expect Disconnect(blocks_outstanding)"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            const std::vector<SealedBlock> blocks{opaque_block(c.random()), opaque_block(c.random())};
            require_missing(c, client, ids_of(blocks), {0, 1});
            client.send(blocks[1]);
            client.send(client.next_commit());
            client.expect_refusal(Reason::blocks_outstanding);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            const std::vector<SealedBlock> blocks{opaque_block(c.random()), opaque_block(c.random())};
            require_missing(c, client, ids_of(blocks), {0, 1});
            client.send(blocks[1]);
            client.send(blocks[0]);
            client.send(client.next_commit());
            client.expect("version_committed");
          },
  });
  cases.push_back(conflict("storing.number_repeated", "A second version 1 is refused", [](Message& m) {
    m.set("number", 1);
    link_anew(m);
  }));
  cases.push_back(conflict("storing.number_skipped", "Version 3 after version 1 is refused", [](Message& m) {
    m.set("number", 3);
    link_anew(m);
  }));
  cases.push_back(conflict("storing.number_largest", "The largest number after version 1 is refused", [](Message& m) {
    m.set("number", ~std::uint64_t{0});
    link_anew(m);
  }));
  cases.push_back(
      conflict("storing.previous_is_not_the_newest", "A version that continues another link than the newest is refused", [](Message& m) {
        m.set("previous", repeated(32, 0x55));
        link_anew(m);
      }));
  cases.push_back(conflict("storing.previous_is_the_beginning", "A second beginning of the chain is refused", [](Message& m) {
    m.set("previous", first_previous());
    link_anew(m);
  }));
  cases.push_back(conflict("storing.link_of_other_content", "A link that is not the hash of previous link, number and record is refused",
                           [](Message& m) { m.set("link", repeated(32, 0x55)); }));
  cases.push_back(conflict("storing.record_of_another_link", "A record that its link does not cover is refused", [](Message& m) {
    auto record = m.octets("record");
    record.back() ^= 1;
    m.set("record", record);
  }));
  cases.push_back({
      .id = "storing.first_number_is_one",
      .requirements = {"ARC-037"},
      .goal = "The first version of an archive is number 1",
      .steps = {"commit version 2 into an empty archive", "expect Disconnect(version_conflict)"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            auto commit = client.next_commit().set("number", 2);
            link_anew(commit);
            client.send(commit);
            client.expect_refusal(Reason::version_conflict);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.send(client.next_commit());
            client.expect("version_committed");
          },
  });
  cases.push_back({
      .id = "storing.first_previous_is_zero",
      .requirements = {"ARC-037"},
      .goal = "The first version of an archive has no previous link: 32 zero octets",
      .steps = {"commit version 1 with another previous link", "expect Disconnect(version_conflict)"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            auto commit = client.next_commit().set("previous", repeated(32, 1));
            link_anew(commit);
            client.send(commit);
            client.expect_refusal(Reason::version_conflict);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.send(client.next_commit());
            client.expect("version_committed");
          },
  });
  cases.push_back({
      .id = "storing.order_outstanding_before_conflict",
      .requirements = {"ARC-036", "ERR-002"},
      .goal = "A commit that is early and does not continue the chain is refused because blocks are outstanding",
      .steps = {"offer a block", "commit version 5", "expect Disconnect(blocks_outstanding)"},
      .script =
          [](Context& c) {
            const auto [client, block] = offered(c);
            client.send(client.next_commit().set("number", 5));
            client.expect_refusal(Reason::blocks_outstanding);
          },
      .twin =
          [](Context& c) {
            const auto [client, block] = offered(c);
            client.send(block);
            client.send(client.next_commit());
            client.expect("version_committed");
          },
  });
  cases.push_back({
      .id = "storing.largest_record",
      .requirements = {"MSG-005"},
      .goal = "A record of 2,048 octets is committed and listed as it was",
      .steps = {"commit a version with a record of 2,048 octets", "list it", "expect the same octets"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            const auto record = c.random().octets(spec::limits::record_octets_max);
            client.commit({}, record);
            const auto listed = client.all_versions();
            c.require(listed.size() == 1 && listed[0].octets("record") == record, "the record as committed", "another");
          },
  });
}

void add_durability(std::vector<Case>& cases) {
  cases.push_back({
      .id = "storing.refused_commit_leaves_nothing",
      .requirements = {"ARC-043"},
      .goal = "Of a commit that was refused nothing can be seen: the archive is as it was",
      .steps = {"commit version 1", "be refused with version 3", "list in a new session", "expect version 1 alone"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.commit({opaque_block(c.random())});
            client.send(client.next_commit().set("number", 3));
            client.expect_refusal(Reason::version_conflict);
            const auto listed = c.at(State::ready).all_versions();
            c.require(listed.size() == 1 && listed[0].number("number") == 1, "version 1 alone", fmt::format("{} versions", listed.size()));
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.commit({opaque_block(c.random())});
            client.commit({opaque_block(c.random())});
            client.send(goodbye());
            client.expect_end(Reason::goodbye);
            const auto listed = c.at(State::ready).all_versions();
            c.require(listed.size() == 2, "versions 1 and 2", fmt::format("{} versions", listed.size()));
          },
  });
  cases.push_back({
      .id = "storing.nothing_before_the_commit",
      .requirements = {"ARC-043"},
      .goal = "Blocks that were sent and not committed make no version",
      .steps = {"offer a block and send it", "list, and again in a new session after leaving without a commit", "expect no version"},
      .script =
          [](Context& c) {
            const auto [client, block] = offered(c);
            client.send(block);
            c.require(client.all_versions().empty(), "no version in the same session", "a version");
            client.send(goodbye());
            client.expect_end(Reason::goodbye);
            c.require(c.at(State::ready).all_versions().empty(), "no version", "a version");
          },
  });
  cases.push_back({
      .id = "storing.acknowledged_survives_a_kill",
      .requirements = {"ARC-038"},
      .needs = {.verbs = {"admin"}, .own_server = true},
      .goal = "A version whose commit was acknowledged is whole after the server was killed and started again",
      .steps = {"commit a version", "kill the server and start it again", "list and fetch", "expect version and block as they were"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            const auto block = opaque_block(c.random());
            const auto number = client.commit({block});
            c.admin({{"do", "kill"}});
            auto& after = c.at(State::ready);
            c.require(after.all_versions().size() == 1, "the version", "no version");
            after.send(restore_begin(number));
            after.expect("restore_begun");
            after.now_in(State::restoring);
            const auto fetched = after.fetch(block.id);
            c.require(fetched.blocks.size() == 1 && fetched.blocks[0].data == block.sealed, "the block as it was stored", "another");
          },
  });
}

}  // namespace

std::vector<Case> storing_cases() {
  std::vector<Case> cases;
  add_offers(cases);
  add_blocks(cases);
  add_quota(cases);
  add_commits(cases);
  add_durability(cases);
  return cases;
}

}  // namespace coffer::conformance
