// Chapter 8.5: restores, as a server serves them.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"
#include "coffer/spec/limits.h"

namespace coffer::conformance {
namespace {

using State = ServerState;
using Indices = std::vector<std::uint16_t>;

/// A client in restoring, and the blocks of the version that it restores.
struct Restoring {
  ClientPeer& client;
  std::vector<SealedBlock> blocks;
};
Restoring restoring(Context& c, std::size_t count) {
  auto& client = c.at(State::ready);
  std::vector<SealedBlock> blocks;
  for (std::size_t i = 0; i < count; ++i) blocks.push_back(opaque_block(c.random(), 100 + 50 * i));
  client.send(restore_begin(client.commit(blocks)));
  client.expect("restore_begun");
  client.now_in(State::restoring);
  return {client, std::move(blocks)};
}

Case no_such_version(std::string id, std::string goal, std::uint64_t offset, std::uint16_t purpose) {
  return {
      .id = std::move(id),
      .requirements = {"ARC-051"},
      .goal = std::move(goal),
      .steps = {"commit a version", "begin to restore another", "expect Disconnect(no_such_version)"},
      .script =
          [=](Context& c) {
            auto& client = c.at(State::ready);
            const auto number = client.commit({opaque_block(c.random())});
            client.send(restore_begin(number + offset, purpose));
            client.expect_refusal(Reason::no_such_version);
          },
      .twin =
          [=](Context& c) {
            auto& client = c.at(State::ready);
            client.send(restore_begin(client.commit({opaque_block(c.random())}), purpose));
            client.expect("restore_begun");
          },
  };
}

Case damaged_blocks_are_named() {
  const auto fetched_later = [](Context& c, bool damaged) {
    auto& first = c.at(State::ready);
    const std::vector blocks{opaque_block(c.random()), opaque_block(c.random()), opaque_block(c.random())};
    const auto number = first.commit(blocks);
    first.send(goodbye());
    first.expect_end(Reason::goodbye);
    if (damaged) c.admin({{"do", "damage"}, {"block", hex(blocks[1].id)}, {"octets", hex(blocks[1].sealed)}});
    auto& second = c.at(State::ready);
    second.send(restore_begin(number));
    second.expect("restore_begun");
    second.now_in(State::restoring);
    const auto fetched = second.fetch(ids_of(blocks));
    const auto missing = damaged ? Indices{1} : Indices{};
    c.require(fetched.missing == missing, to_text(blocks_fetched(missing)), to_text(blocks_fetched(fetched.missing)));
    c.require(fetched.blocks.front().data == blocks[0].sealed && fetched.blocks.back().data == blocks[2].sealed,
              "the first and the third as they were stored", "others");
  };
  return {
      .id = "restore.damaged_blocks_are_named",
      .requirements = {"ARC-053", "ARC-052"},
      .needs = {.verbs = {"admin"}, .own_server = true},
      .goal = "A block whose octets are no longer what was stored is named by its index and not sent, and the others come",
      .steps = {"commit three blocks and leave", "let an octet of the second be altered in the store", "fetch all three",
                "expect the first and the third, and 1 named missing"},
      .script = [=](Context& c) { fetched_later(c, true); },
      .twin = [=](Context& c) { fetched_later(c, false); },
  };
}

}  // namespace

std::vector<Case> restore_cases() {
  return {
      {
          .id = "restore.blocks_in_the_order_of_the_request",
          .requirements = {"ARC-052", "ARC-057", "FRM-006"},
          .goal = "Blocks come in the order in which they were asked for, as they were stored, and then the end",
          .steps = {"commit three blocks", "fetch the third, the first and the second", "expect them in this order, octet for octet"},
          .script =
              [](Context& c) {
                const auto [client, blocks] = restoring(c, 3);
                client.send(fetch_blocks(joined({blocks[2].id, blocks[0].id, blocks[1].id})));
                for (const int which : {2, 0, 1}) {
                  const auto& expected = blocks[static_cast<std::size_t>(which)];
                  const auto got = client.expect_data();
                  c.require(got.id == expected.id && got.data == expected.sealed && got.checksum == expected.checksum,
                            "block " + hex(expected.id), "block " + hex(got.id));
                }
                const auto end = client.expect("blocks_fetched");
                c.require(end.numbers("missing").empty(), "nothing missing", to_text(end));
              },
      },
      {
          .id = "restore.missing_blocks_are_named",
          .requirements = {"ARC-053", "ARC-052"},
          .goal = "Blocks that the archive does not have are named by their indices, and the others come",
          .steps = {"commit two blocks", "fetch unknown, first, unknown, second", "expect the two, and 0 and 2 named missing"},
          .script =
              [](Context& c) {
                const auto [client, blocks] = restoring(c, 2);
                const auto fetched = client.fetch(joined({c.random().octets(32), blocks[0].id, c.random().octets(32), blocks[1].id}));
                c.require(fetched.missing == Indices{0, 2}, "0 and 2 missing", to_text(blocks_fetched(fetched.missing)));
                c.require(fetched.blocks.size() == 2 && fetched.blocks[1].data == blocks[1].sealed, "the two blocks",
                          fmt::format("{} blocks", fetched.blocks.size()));
              },
      },
      damaged_blocks_are_named(),
      {
          .id = "restore.block_asked_for_twice",
          .requirements = {"ARC-052"},
          .goal = "A block that one request names twice is sent twice",
          .steps = {"commit a block", "fetch it twice in one request", "expect it twice"},
          .script =
              [](Context& c) {
                const auto [client, blocks] = restoring(c, 1);
                const auto fetched = client.fetch(joined({blocks[0].id, blocks[0].id}));
                c.require(fetched.blocks.size() == 2 && fetched.missing.empty(), "the block twice",
                          fmt::format("{} blocks", fetched.blocks.size()));
              },
      },
      {
          .id = "restore.largest_request",
          .requirements = {"ARC-053"},
          .goal = "Of 1,024 unknown ids in one request all are named missing",
          .steps = {"commit a block", "fetch 1,024 other ids", "expect 0 to 1,023 missing"},
          .script =
              [](Context& c) {
                const auto [client, blocks] = restoring(c, 1);
                const auto fetched = client.fetch(c.random().octets(spec::limits::blocks_per_request_max * 32));
                c.require(fetched.blocks.empty() && fetched.missing.size() == spec::limits::blocks_per_request_max, "all missing",
                          fmt::format("{} missing", fetched.missing.size()));
              },
      },
      {
          .id = "restore.in_a_later_session",
          .requirements = {"ARC-057"},
          .goal = "What one session committed another restores",
          .steps = {"commit a block and leave", "connect again, restore it", "expect the same octets"},
          .script =
              [](Context& c) {
                auto& first = c.at(State::ready);
                const auto block = opaque_block(c.random());
                const auto number = first.commit({block});
                first.send(goodbye());
                first.expect_end(Reason::goodbye);
                auto& second = c.at(State::ready);
                second.send(restore_begin(number));
                second.expect("restore_begun");
                second.now_in(State::restoring);
                const auto fetched = second.fetch(block.id);
                c.require(fetched.blocks.size() == 1 && fetched.blocks[0].data == block.sealed, "the block as it was stored", "another");
              },
      },
      {
          .id = "restore.fetches_follow_each_other",
          .requirements = {"SES-001", "ARC-052"},
          .goal = "A restore goes on until its end is announced: one fetch after another is answered in it",
          .steps = {"commit two blocks and begin to restore", "fetch one, then the other", "end the restore, expect restore_ended"},
          .script =
              [](Context& c) {
                const auto [client, blocks] = restoring(c, 2);
                for (const auto& block : blocks) c.require(client.fetch(block.id).blocks.size() == 1, "the block", "none");
                client.send(restore_end(true));
                client.expect("restore_ended");
                client.barrier();
              },
      },
      {
          .id = "restore.ends_and_goes_back_to_ready",
          .requirements = {"SES-001"},
          .goal = "After the end of a restore, complete or not, the session is in ready: it backs up, and restores again",
          .steps = {"restore and end it incomplete", "commit another version", "restore it and end it complete",
                    "expect an answer to each"},
          .script =
              [](Context& c) {
                const auto [client, blocks] = restoring(c, 1);
                client.send(restore_end(false));
                client.expect("restore_ended");
                client.now_in(State::ready);
                client.send(restore_begin(client.commit({opaque_block(c.random())}), 1));
                client.expect("restore_begun");
                client.send(restore_end(true));
                client.expect("restore_ended");
                client.barrier();
              },
      },
      no_such_version("restore.version_beyond_the_newest", "The version after the newest cannot be restored", 1, 0),
      no_such_version("restore.version_far_beyond", "A version of the largest number cannot be restored", ~std::uint64_t{0} - 1, 0),
      no_such_version("restore.verify_beyond_the_newest", "Nor can it be verified", 1, 1),
  };
}

}  // namespace coffer::conformance
