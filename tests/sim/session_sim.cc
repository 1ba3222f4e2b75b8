// Whole sessions over a link on which things go wrong: at every frame, in both directions, whole or in pieces.
#include <gtest/gtest.h>

#include "world.h"

namespace coffer::sim {
namespace {

using spec::Reason;

std::string said(const Plan& plan) {
  return std::string(name(plan.trouble)) + (plan.direction == Direction::to_server ? " to the server" : " to the client") + " at frame " +
         std::to_string(plan.frame) + ", seed " + std::to_string(plan.seed) + (plan.in_pieces ? ", in pieces" : "");
}

/// What must hold whatever went wrong.
void expect_sound(const Plan& plan, const Outcome& outcome) {
  SCOPED_TRACE(said(plan));
  EXPECT_FALSE(outcome.hung);
  EXPECT_EQ(spec::server_session::name(outcome.server), "closed");
  EXPECT_EQ(spec::client_session::name(outcome.client), "closed");
  EXPECT_TRUE(outcome.acknowledged_but_not_durable.empty());
  EXPECT_EQ(outcome.complaints, std::vector<std::string>{});
  ASSERT_TRUE(outcome.ended.has_value());
  for (unsigned number = 0; number < blocks_of_version; ++number) {
    const auto block = make_block(number);
    const auto restored = outcome.restored.find(block.id);
    if (restored != outcome.restored.end()) {
      EXPECT_EQ(restored->second, block.sealed);
    }
    EXPECT_TRUE(restored != outcome.restored.end() || !outcome.restored_whole);
  }
  if (outcome.finished) {
    EXPECT_EQ(outcome.acknowledged.size(), 1U);
  }
}

TEST(SessionSim, SES_001_nothing_goes_wrong_and_the_session_comes_to_its_end) {
  for (const bool in_pieces : {false, true}) {
    Store store;
    const Plan plan{.in_pieces = in_pieces};
    const auto outcome = run(plan, store);
    expect_sound(plan, outcome);
    EXPECT_TRUE(outcome.finished);
    EXPECT_EQ(outcome.ended->peer_reason, std::to_underlying(Reason::goodbye));
    EXPECT_EQ(store.versions.size(), 1U);
    EXPECT_EQ(store.blocks.size(), blocks_of_version);
    const auto second = run(plan, store);  // every block is there already
    expect_sound(plan, second);
    EXPECT_TRUE(second.finished);
    EXPECT_EQ(store.versions.size(), 2U);
    EXPECT_EQ(second.frames_to_server + blocks_of_version, outcome.frames_to_server);
  }
}

TEST(SessionSim, SES_031_ARC_038_trouble_at_every_frame_leaves_both_ends_closed_and_no_promise_broken) {
  Store clean;
  const auto whole = run({}, clean);
  ASSERT_GT(whole.frames_to_server, 10U);
  ASSERT_GT(whole.frames_to_client, 10U);
  std::size_t runs = 0, finished = 0;
  for (const auto direction : {Direction::to_server, Direction::to_client}) {
    const auto frames = direction == Direction::to_server ? whole.frames_to_server : whole.frames_to_client;
    for (std::size_t frame = 0; frame < frames; ++frame) {
      for (const auto trouble : all_troubles) {
        for (std::uint64_t seed = 1; seed <= 4; ++seed) {
          const Plan plan{.seed = seed, .trouble = trouble, .direction = direction, .frame = frame, .in_pieces = seed % 2 == 0};
          Store store;
          const auto outcome = run(plan, store);
          expect_sound(plan, outcome);
          ++runs;
          finished += outcome.finished ? 1 : 0;
          if (testing::Test::HasFailure()) return;
        }
      }
    }
  }
  RecordProperty("runs", static_cast<int>(runs));
  RecordProperty("finished", static_cast<int>(finished));
  EXPECT_LT(finished, runs / 4);  // trouble is real: it mostly prevents the end of the program
}

TEST(SessionSim, ERR_006_a_store_that_fails_at_any_request_ends_the_session_and_acknowledges_nothing_false) {
  for (std::size_t request = 0; request < 12; ++request) {
    const Plan plan{.seed = request, .fail_store_at = request};
    Store store;
    const auto outcome = run(plan, store);
    expect_sound(plan, outcome);
    if (!outcome.finished) {
      EXPECT_EQ(outcome.ended->peer_reason, std::to_underlying(Reason::internal_error)) << request;
    }
  }
}

TEST(SessionSim, SES_032_a_server_stopped_at_any_moment_closes_both_ends) {
  std::size_t stopped = 0;
  for (int moment = 1; moment < 90; ++moment) {
    const Plan plan{.stop_server_at = Time(moment)};
    Store store;
    const auto outcome = run(plan, store);
    expect_sound(plan, outcome);
    stopped += outcome.ended->peer_reason == std::to_underlying(Reason::server_stopping) ? 1U : 0U;
  }
  EXPECT_GT(stopped, 20U);
}

TEST(SessionSim, SES_003_a_run_is_its_seed) {
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    const Plan plan{.seed = seed, .trouble = Trouble::flipped, .direction = Direction::to_server, .frame = seed % 9, .in_pieces = true};
    Store one, two;
    const auto first = run(plan, one), second = run(plan, two);
    EXPECT_EQ(first.frames_to_client, second.frames_to_client);
    EXPECT_EQ(first.ended->peer_reason, second.ended->peer_reason);
    EXPECT_EQ(one.blocks.size(), two.blocks.size());
  }
}

}  // namespace
}  // namespace coffer::sim
