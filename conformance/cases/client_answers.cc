// Chapters 5.3, 8.4 and 8.5 for clients: answers that are well formed and do not fit what was asked.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/client_scenes.h"

namespace coffer::conformance {
namespace {

using State = ClientState;

Case misfit(std::string id, std::vector<std::string> requirements, std::string goal, State state, Reason reason,
            std::function<void(Context&, ServerPeer&)> answer) {
  return {
      .id = "client.answers." + std::move(id),
      .requirements = std::move(requirements),
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {fmt::format("let the client come to {}", spec::client_session::name(state)),
                "answer with what the first line names, in place of what was asked for",
                fmt::format("expect Disconnect({})", spec::name(reason))},
      .script =
          [=](Context& c) {
            auto& server = c.client_in(state);
            answer(c, server);
            server.expect_refusal(reason);
            require_no_success(c);
          },
      .twin = honest_twin(state),
  };
}

const Message& asked(Context& c) { return *c.pending().decoded.message; }

/// The ids of the request that is pending.
std::vector<Octets> asked_ids(Context& c) {
  const auto all = asked(c).octets("ids");
  std::vector<Octets> ids;
  for (std::size_t at = 0; at + 32 <= all.size(); at += 32)
    ids.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(at), all.begin() + static_cast<std::ptrdiff_t>(at + 32));
  return ids;
}

std::uint16_t count_of(Context& c) { return static_cast<std::uint16_t>(asked_ids(c).size()); }

/// Sends the blocks that were asked for, the last `less` of them left out.
void send_blocks(Context& c, ServerPeer& server, std::size_t less = 0) {
  const auto ids = asked_ids(c);
  for (std::size_t i = 0; i + less < ids.size(); ++i) server.send(c.holdings().blocks.at(ids[i]));
}

Message entry_of(const Holdings::Version& version, std::uint64_t number) { return version_entry(number, version.link, version.record); }

void add_block_answers(std::vector<Case>& cases) {
  cases.push_back(misfit("block_with_flipped_bit", {"ARC-055"}, "A fetched block of which one bit was flipped is refused",
                         State::await_blocks, Reason::checksum_mismatch, [](Context& c, ServerPeer& server) {
                           auto block = c.holdings().blocks.at(asked_ids(c).at(0));
                           block.sealed.back() ^= 1;
                           server.send(block);
                         }));
  cases.push_back(misfit("block_not_asked_for", {"ARC-056", "FRM-016"}, "A block that was not asked for is refused, whatever its checksum",
                         State::await_blocks, Reason::bad_answer, [](Context& c, ServerPeer& server) {
                           auto block = opaque_block(c.random());
                           block.checksum = repeated(32, 0);
                           server.send(block);
                         }));
  cases.push_back(misfit("block_twice", {"ARC-056"}, "A block that was asked for once is refused the second time", State::await_blocks,
                         Reason::bad_answer, [](Context& c, ServerPeer& server) {
                           send_blocks(c, server);
                           server.send(c.holdings().blocks.at(asked_ids(c).back()));
                         }));
  cases.push_back(misfit("block_left_out", {"ARC-056"}, "An end that neither brought nor named a block is refused", State::await_blocks,
                         Reason::bad_answer, [](Context& c, ServerPeer& server) {
                           send_blocks(c, server, 1);
                           server.send(blocks_fetched());
                         }));
  cases.push_back(misfit("block_sent_and_named_missing", {"ARC-056"}, "A block that came cannot be missing", State::await_blocks,
                         Reason::bad_answer, [](Context& c, ServerPeer& server) {
                           send_blocks(c, server);
                           server.send(blocks_fetched({0}));
                         }));
  cases.push_back(misfit("missing_beyond_the_request", {"ARC-056"}, "An index beyond the request is refused", State::await_blocks,
                         Reason::bad_answer, [](Context& c, ServerPeer& server) {
                           send_blocks(c, server);
                           server.send(blocks_fetched({count_of(c)}));
                         }));
}

void add_version_answers(std::vector<Case>& cases) {
  const auto versions_case = [&](std::string id, std::string requirement, std::string goal,
                                 std::function<Message(const std::vector<Holdings::Version>&)> make) {
    cases.push_back({
        .id = "client.answers." + id,
        .requirements = {std::move(requirement)},
        .role = Role::client,
        .goal = std::move(goal),
        .steps = {"hold a chain of three versions", "answer list_versions with what the first line names", "expect Disconnect(bad_answer)"},
        .script =
            [=](Context& c) {
              for (int i = 0; i < 3; ++i) hold_version(c, {});
              auto& server = c.client_in(State::await_versions);
              server.send(make(c.holdings().versions));
              server.expect_refusal(Reason::bad_answer);
              require_no_success(c);
            },
        .twin =
            [](Context& c) {
              for (int i = 0; i < 3; ++i) hold_version(c, {});
              honest_twin(State::await_versions)(c);
            },
    });
  };
  using Held = std::vector<Holdings::Version>;
  versions_case("versions_falling", "ARC-042", "Versions in falling order are refused", [](const Held& v) {
    return versions({entry_of(v[1], 2), entry_of(v[0], 1)});
  });
  versions_case("versions_repeated", "ARC-042", "A version that comes twice is refused", [](const Held& v) {
    return versions({entry_of(v[0], 1), entry_of(v[0], 1)});
  });
  versions_case("more_of_nothing", "SES-040", "An answer without versions that promises more is refused: it would never end",
                [](const Held&) { return versions({}, true); });
}

}  // namespace

std::vector<Case> client_answers_cases() {
  std::vector<Case> cases = {
      misfit("pong_of_another_token", {"SES-042"}, "A pong of another token than the ping's is refused", State::await_pong,
             Reason::bad_answer, [](Context& c, ServerPeer& server) { server.send(pong(asked(c).number("token") + 1)); }),
      misfit("missing_beyond_the_offer", {"SES-040"}, "An index beyond the offer is refused", State::await_missing_blocks,
             Reason::bad_answer, [](Context& c, ServerPeer& server) { server.send(missing_blocks({count_of(c)})); }),
      misfit("missing_far_beyond_the_offer", {"SES-040"}, "The largest index is refused", State::await_missing_blocks, Reason::bad_answer,
             [](Context&, ServerPeer& server) {
               server.send(missing_blocks({0, 65535}));
             }),
      misfit("another_number_committed", {"ARC-039"}, "An acknowledgement of another version than the committed one is refused",
             State::await_version_committed, Reason::bad_answer,
             [](Context& c, ServerPeer& server) { server.send(version_committed(asked(c).number("number") + 1)); }),
  };
  add_block_answers(cases);
  add_version_answers(cases);
  return cases;
}

}  // namespace coffer::conformance
