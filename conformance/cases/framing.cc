// Chapter 3.1: the six octets of a frame's header, the parts of its body, and how frames may arrive.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"
#include "coffer/spec/limits.h"

namespace coffer::conformance {
namespace {

using State = ServerState;
namespace limits = spec::limits;

Frame a_ping(Context&) { return control_frame(ping(1)); }
Frame a_version(Context&) { return control_frame(version()); }

/// Every kind that the TLS channel does not know, where nobody is known yet and where everybody is.
void add_unknown_kinds(std::vector<Case>& cases) {
  for (const std::uint8_t kind : std::initializer_list<std::uint8_t>{0x00, 0x03, 0x10, 0x11, 0x12, 0x81, 0xff})
    for (const auto state : {State::await_version, State::ready})
      cases.push_back(server_rejects({
          .id = fmt::format("framing.unknown_kind_{:02x}_in_{}", kind, spec::server_session::name(state)),
          .requirements = {"FRM-004"},
          .state = state,
          .goal =
              fmt::format("A frame of kind {} is refused in {}, whatever it carries", octet_text(kind), spec::server_session::name(state)),
          .wrong = [=](Context& c) { return (state == State::ready ? a_ping(c) : a_version(c)).set_kind(kind); },
          .reason = Reason::unknown_frame_kind,
          .right = state == State::ready ? a_ping : a_version,
          .answer = state == State::ready ? "pong" : "proceed",
      }));
}

Frame over_the_unverified_limit(std::uint8_t kind) {
  return header_only(kind, kind == kind_data ? 6 : 0, limits::unverified_octets_max + 1);
}

/// Before the user is verified a frame may have 4,096 octets, of either kind.
void add_unverified_limits(std::vector<Case>& cases) {
  const std::pair<State, MessageKind> steps[] = {{State::await_version, MessageKind::version},
                                                 {State::await_computer, MessageKind::computer},
                                                 {State::await_login, MessageKind::login}};
  for (const auto& admitted : admitted_messages())
    for (const auto& [state, kind] : steps)
      for (const std::uint8_t frame_kind : {kind_control, kind_data})
        if (admitted.state == state && admitted.kind == kind)
          cases.push_back({
              .id = fmt::format("framing.unverified_{}_limit_in_{}", frame_kind == kind_data ? "data" : "control",
                                spec::server_session::name(state)),
              .requirements = {"FRM-010", "FRM-012"},
              .goal = "Before a user is verified, a header that announces 4,097 octets is refused at once",
              .steps = {fmt::format("walk to {}", spec::server_session::name(state)), "send a header of length 4,097 and no body",
                        "expect Disconnect(frame_too_large)"},
              .script =
                  [=](Context& c) {
                    auto& client = c.at(state);
                    client.send(over_the_unverified_limit(frame_kind));
                    client.expect_refusal(Reason::frame_too_large);
                  },
              .twin =
                  [=](Context& c) {
                    auto& client = c.at(state);
                    see_accepted(client, admitted, admitted.make(c, client));
                  },
              .shown = {.sent = [=] { return over_the_unverified_limit(frame_kind); },
                        .reason = Reason::frame_too_large,
                        .neighbour = [=] { return control_frame(example(kind)); }},
          });
}

SealedBlock example_block() {
  Random random(1, "shown");
  return opaque_block(random);
}

/// A data frame of which one thing is wrong, in place of a wanted one; the twin sends the wanted one.
Case data_rejection(std::string id, std::vector<std::string> requirements, std::string goal, Reason reason,
                    std::function<Frame(const SealedBlock&)> wrong) {
  return {
      .id = std::move(id),
      .requirements = std::move(requirements),
      .goal = std::move(goal),
      .steps = {"walk to ready", "offer a new block, which is named missing", "send the frame below in place of the block",
                fmt::format("expect Disconnect({})", spec::name(reason)),
                "twin: send the block in its true frame, below; expect no objection"},
      .script =
          [=](Context& c) {
            const auto [client, block] = offered(c);
            client.send(wrong(block));
            client.expect_refusal(reason);
          },
      .twin =
          [](Context& c) {
            const auto [client, block] = offered(c);
            client.send(block);
            client.barrier();
          },
      .shown = {.sent = [=] { return wrong(example_block()); },
                .reason = reason,
                .neighbour = [] { return data_frame(example_block().id, example_block().checksum, example_block().sealed); }},
  };
}

Octets metadata_of(const SealedBlock& block) { return encode_metadata(block_metadata(block.id, block.checksum)); }

void add_metadata_parts(std::vector<Case>& cases) {
  cases.push_back(data_rejection("framing.data_without_metadata", {"FRM-007"}, "A data frame with metadata_blocks 0 is refused",
                                 Reason::bad_metadata_length,
                                 [](const SealedBlock& b) { return data_frame(b.id, b.checksum, b.sealed).set_metadata_blocks(0); }));
  cases.push_back(data_rejection("framing.metadata_beyond_the_body", {"FRM-007", "FRM-012"},
                                 "A data frame whose metadata would be longer than its body is refused by its header",
                                 Reason::bad_metadata_length, [](const SealedBlock&) { return header_only(kind_data, 6, 6 * 16 - 1); }));
  cases.push_back(data_rejection("framing.metadata_cut_short", {"FRM-006", "FRM-015"},
                                 "Metadata that is cut 16 octets too early is not a message", Reason::malformed_message,
                                 [](const SealedBlock& b) { return data_frame(b.id, b.checksum, b.sealed).set_metadata_blocks(5); }));
  cases.push_back(data_rejection("framing.metadata_takes_of_the_data", {"FRM-006", "FRM-015"},
                                 "Metadata that reaches 16 octets into the data is not a message", Reason::malformed_message,
                                 [](const SealedBlock& b) { return data_frame(b.id, b.checksum, b.sealed).set_metadata_blocks(7); }));
  cases.push_back(data_rejection("framing.metadata_padding_not_zero", {"FRM-015"}, "The octets that pad metadata are zero",
                                 Reason::malformed_message, [](const SealedBlock& b) {
                                   auto metadata = metadata_of(b);
                                   metadata.back() = 1;
                                   return data_frame_of(metadata, b.sealed);
                                 }));
  cases.push_back(data_rejection("framing.metadata_padded_too_far", {"FRM-015"}, "Sixteen zero octets more than padding needs are refused",
                                 Reason::malformed_message, [](const SealedBlock& b) {
                                   return data_frame_of(joined({metadata_of(b), repeated(16, 0)}), b.sealed);
                                 }));
  cases.push_back(data_rejection("framing.metadata_with_segment_table", {"FRM-015"}, "Metadata has no segment table",
                                 Reason::malformed_message, [](const SealedBlock& b) {
                                   return data_frame_of(encode_metadata(block_metadata(b.id, b.checksum), {.segment_table = true}),
                                                        b.sealed);
                                 }));
  cases.push_back(data_rejection("framing.metadata_out_of_order", {"FRM-015"}, "Metadata whose id follows its checksum is not canonical",
                                 Reason::malformed_message, [](const SealedBlock& b) {
                                   return data_frame_of(encode_metadata(block_metadata(b.id, b.checksum), {.children_reversed = true}),
                                                        b.sealed);
                                 }));
  cases.push_back(data_rejection("framing.metadata_with_unknown_field", {"FRM-015"},
                                 "Metadata carries no field that the schema does not have", Reason::malformed_message,
                                 [](const SealedBlock& b) {
                                   return data_frame_of(encode_metadata(block_metadata(b.id, b.checksum), {.unknown_word = 1}), b.sealed);
                                 }));
  for (const std::size_t length : {0U, 31U, 33U}) {
    cases.push_back(data_rejection(
        fmt::format("framing.id_of_{}_octets", length), {"FRM-016", "MSG-005"}, "A block's id has 32 octets", Reason::field_out_of_range,
        [=](const SealedBlock& b) { return data_frame_of(encode_metadata(block_metadata(repeated(length, 7), b.checksum)), b.sealed); }));
    cases.push_back(data_rejection(fmt::format("framing.checksum_of_{}_octets", length), {"FRM-016", "MSG-005"}, "A checksum has 32 octets",
                                   Reason::field_out_of_range, [=](const SealedBlock& b) {
                                     return data_frame_of(encode_metadata(block_metadata(b.id, repeated(length, 7))), b.sealed);
                                   }));
  }
  for (const std::uint64_t length : {std::uint64_t{0}, limits::sealed_block_octets_min - 1, limits::sealed_block_octets_max + 1})
    cases.push_back(data_rejection(fmt::format("framing.data_part_of_{}_octets", length), {"FRM-018"},
                                   "A data part outside 30 to 4,194,304 octets is refused", Reason::field_out_of_range,
                                   [=](const SealedBlock& b) {
                                     const auto data = repeated(length, 7);
                                     return data_frame(b.id, sha256(data), data);
                                   }));
}

void add_orders(std::vector<Case>& cases) {
  cases.push_back(data_rejection("framing.order_kind_first", {"FRM-011"}, "A header that breaks every rule is refused for its kind",
                                 Reason::unknown_frame_kind, [](const SealedBlock&) { return header_only(0x03, 1, 0xffffffff); }));
  cases.push_back(data_rejection("framing.order_control_metadata_before_length", {"FRM-011", "FRM-005"},
                                 "A control frame's metadata_blocks is looked at before its length", Reason::bad_metadata_length,
                                 [](const SealedBlock&) { return header_only(kind_control, 1, 0xffffffff); }));
  cases.push_back(data_rejection("framing.order_length_before_data_metadata", {"FRM-011", "FRM-009"},
                                 "A data frame's length is looked at before its metadata_blocks", Reason::frame_too_large,
                                 [](const SealedBlock&) { return header_only(kind_data, 0, limits::data_octets_max + 1); }));
  cases.push_back(data_rejection("framing.order_metadata_before_data", {"FRM-016"},
                                 "Metadata that is not a message is refused as such, though the checksum is wrong too",
                                 Reason::malformed_message,
                                 [](const SealedBlock& b) { return data_frame_of(repeated(96, 0xff), b.sealed); }));
  cases.push_back(data_rejection(
      "framing.order_fields_before_data_length", {"FRM-016"},
      "An id of 31 octets is out of range, and so is an empty data part: one answer", Reason::field_out_of_range,
      [](const SealedBlock&) { return data_frame_of(encode_metadata(block_metadata(repeated(31, 1), repeated(32, 2))), {}); }));
  cases.push_back(data_rejection("framing.order_wanted_before_checksum", {"FRM-016", "ARC-032"},
                                 "A block that nobody asked for is refused as unwanted, though its checksum is wrong too",
                                 Reason::unwanted_block,
                                 [](const SealedBlock& b) { return data_frame(repeated(32, 0xee), repeated(32, 0), b.sealed); }));
  cases.push_back({
      .id = "framing.order_state_before_metadata",
      .requirements = {"FRM-016", "SES-002"},
      .goal = "In a state that admits no data frames, one is refused as unexpected before its metadata is looked at",
      .steps = {"walk to await_config", "send a data frame of garbage", "expect Disconnect(unexpected_message)"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::await_config);
            client.send(data_frame_of(repeated(96, 0xff), repeated(40, 0)));
            client.expect_refusal(Reason::unexpected_message);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::await_config);
            client.send(config_state(c.fixture().config_version));
            client.expect("ready");
          },
      .shown = {.sent = [] { return data_frame_of(repeated(96, 0xff), repeated(40, 0)); },
                .reason = Reason::unexpected_message,
                .neighbour = [] { return control_frame(config_state(3)); }},
  });
}

void add_arrivals(std::vector<Case>& cases) {
  cases.push_back({
      .id = "framing.cut_into_single_octets",
      .requirements = {"FRM-013"},
      .goal = "A frame that comes one octet per TLS record is taken like any other",
      .steps = {"walk to ready", "send ping, one octet per record", "expect pong with its token"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.send_in_pieces(encode(control_frame(ping(77))), 1);
            const auto pong = client.expect("pong");
            c.require(pong.number("token") == 77, "token 77", to_text(pong));
          },
  });
  cases.push_back({
      .id = "framing.three_in_one_record",
      .requirements = {"FRM-013", "SES-003"},
      .goal = "Three frames that come in one TLS record are taken one by one, in order",
      .steps = {"walk to ready", "send three pings in one record", "expect their pongs in order"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.send_together({control_frame(ping(1)), control_frame(ping(2)), control_frame(ping(3))});
            for (const std::uint64_t token : {1U, 2U, 3U}) {
              const auto pong = client.expect("pong");
              c.require(pong.number("token") == token, fmt::format("token {}", token), to_text(pong));
            }
          },
  });
  cases.push_back({
      .id = "framing.nothing_after_a_malformed_message",
      .requirements = {"FRM-017", "ERR-001"},
      .goal = "A frame behind a malformed message is not acted upon: one Disconnect comes, and nothing else",
      .steps = {"walk to ready", "send a malformed ping and a right one in one record", "expect Disconnect(malformed_message) and the end"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.send_together({control_frame(ping(1), {.trailing = Octets(8, 0)}), control_frame(ping(2))});
            client.expect_refusal(Reason::malformed_message);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.send_together({control_frame(ping(1)), control_frame(ping(2))});
            client.expect("pong");
            client.expect("pong");
          },
  });
  cases.push_back({
      .id = "framing.nothing_after_a_failure",
      .requirements = {"FRM-017", "ERR-001"},
      .goal = "Octets behind a refused frame are not acted upon: one Disconnect comes, and nothing else",
      .steps = {"walk to ready", "send an unknown kind, a ping and a goodbye in one record",
                "expect Disconnect(unknown_frame_kind) and the end"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.send_together({control_frame(ping(1)).set_kind(0x7f), control_frame(ping(2)), control_frame(goodbye())});
            client.expect_refusal(Reason::unknown_frame_kind);
          },
      .twin =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.send_together({control_frame(ping(1)), control_frame(ping(2)), control_frame(goodbye())});
            client.expect("pong");
            client.expect("pong");
            client.expect_end(Reason::goodbye);
          },
  });
}

}  // namespace

std::vector<Case> framing_cases() {
  std::vector<Case> cases = {
      {
          .id = "framing.headers_of_a_session",
          .requirements = {"FRM-001", "FRM-002", "FRM-003", "MSG-001"},
          .goal = "Every frame that a server sends on the way to ready has a whole header, no metadata in a control frame, and one "
                  "canonical message",
          .steps = {"walk step by step to ready", "look at each frame's header and body"},
          .script =
              [](Context& c) {
                auto& client = c.connect();
                for (const auto state : {State::await_version, State::await_computer, State::await_login, State::await_config,
                                         State::await_config_ack, State::ready})
                  for (const auto& admitted : admitted_messages())
                    if (admitted.state == state && admitted.kind != MessageKind::goodbye && admitted.kind != MessageKind::commit_version &&
                        admitted.kind != MessageKind::restore_begin && admitted.kind != MessageKind::store_key &&
                        admitted.kind != MessageKind::recover_key) {
                      client.send(admitted.make(c, client));
                      const auto got = client.next();
                      c.require(got.is(admitted.answer) && got.decoded.canonical() && got.frame.metadata_blocks == 0,
                                "a canonical " + admitted.answer, got.text());
                    }
              },
      },
      server_rejects({
          .id = "framing.control_length_over_limit",
          .requirements = {"FRM-008", "FRM-012"},
          .state = State::ready,
          .goal = "A control frame whose header announces one octet more than the limit is refused before any of its body",
          .wrong = [](Context&) { return header_only(kind_control, 0, limits::control_octets_max + 1); },
          .reason = Reason::frame_too_large,
          .right = a_ping,
          .answer = "pong",
      }),
      server_rejects({
          .id = "framing.control_length_at_limit",
          .requirements = {"FRM-008", "MSG-002"},
          .state = State::ready,
          .goal = "A control frame of exactly 65,536 octets is read to its end: what is wrong with it is its content",
          .wrong = [](Context&) { return control_frame_of(repeated(limits::control_octets_max, 0)); },
          .reason = Reason::malformed_message,
          .right = a_ping,
          .answer = "pong",
      }),
      server_rejects({
          .id = "framing.data_length_over_limit",
          .requirements = {"FRM-009", "FRM-012"},
          .state = State::ready,
          .goal = "A data frame whose header announces one octet more than the limit is refused before any of its body",
          .wrong = [](Context&) { return header_only(kind_data, 6, limits::data_octets_max + 1); },
          .reason = Reason::frame_too_large,
          .right = a_ping,
          .answer = "pong",
      }),
      server_rejects({
          .id = "framing.limit_rises_with_the_login",
          .requirements = {"FRM-010"},
          .state = State::await_config,
          .goal = "Once the user is verified a control frame of 4,104 octets is read to its end: what is wrong with it is its content",
          .wrong = [](Context&) { return control_frame_of(repeated(limits::unverified_octets_max + 8, 0)); },
          .reason = Reason::malformed_message,
          .right = [](Context& c) { return control_frame(config_state(c.fixture().config_version)); },
          .answer = "ready",
      }),
      server_rejects({
          .id = "framing.unverified_length_at_limit",
          .requirements = {"FRM-010"},
          .state = State::await_version,
          .goal = "Before the login a control frame of exactly 4,096 octets is read to its end: what is wrong with it is its content",
          .wrong = [](Context&) { return control_frame_of(repeated(limits::unverified_octets_max, 0)); },
          .reason = Reason::malformed_message,
          .right = a_version,
          .answer = "proceed",
      }),
      server_rejects({
          .id = "framing.control_with_metadata",
          .requirements = {"FRM-005"},
          .state = State::ready,
          .goal = "A ping whose header gives it one block of metadata is refused",
          .wrong = [](Context& c) { return a_ping(c).set_metadata_blocks(1); },
          .reason = Reason::bad_metadata_length,
          .right = a_ping,
          .answer = "pong",
      }),
      server_rejects({
          .id = "framing.control_with_metadata_before_login",
          .requirements = {"FRM-005", "FRM-012"},
          .state = State::await_version,
          .goal = "A control header with metadata is refused before its body comes",
          .wrong = [](Context&) { return header_only(kind_control, 255, 100); },
          .reason = Reason::bad_metadata_length,
          .right = a_version,
          .answer = "proceed",
      }),
      {
          .id = "framing.largest_block",
          .requirements = {"FRM-009"},
          .goal = "A sealed block of the largest size travels in one data frame and is stored",
          .steps = {"offer a block of 4,194,304 octets", "send it", "offer it again", "expect that it is not missing"},
          .script =
              [](Context& c) {
                const auto [client, block] = offered(c, limits::sealed_block_octets_max);
                client.send(block);
                client.send(offer_blocks(block.id));
                c.require(client.expect("missing_blocks").numbers("indices").empty(), "nothing missing", "the block that was just sent");
              },
      },
  };
  add_unknown_kinds(cases);
  add_unverified_limits(cases);
  add_metadata_parts(cases);
  add_orders(cases);
  add_arrivals(cases);
  return cases;
}

}  // namespace coffer::conformance
