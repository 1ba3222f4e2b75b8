// Chapters 3.1 and 3.3 for clients: frames, encodings and fields that a server must not send.
#include <fmt/core.h>

#include <set>

#include "cases/all.h"
#include "cases/client_scenes.h"
#include "cases/malformations.h"
#include "coffer/spec/limits.h"

namespace coffer::conformance {
namespace {

namespace limits = spec::limits;
using State = ClientState;

/// In a state, instead of the honest answer, this frame: refused for that reason.
Case refused(std::string id, std::vector<std::string> requirements, std::string goal, State state, Reason reason,
             std::function<Frame(Context&)> frame) {
  return {
      .id = "client." + std::move(id),
      .requirements = std::move(requirements),
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {fmt::format("let the client come to {}", spec::client_session::name(state)), "send the frame below in place of the answer",
                fmt::format("expect Disconnect({}), and no success", spec::name(reason)), "twin: answer honestly, expect success"},
      .script =
          [=](Context& c) {
            auto& server = c.client_in(state);
            server.send(frame(c));
            server.expect_refusal(reason);
            require_no_success(c);
          },
      .twin = honest_twin(state),
      .shown = {.sent = shown_frame(frame, asked_in(state)), .reason = reason},
  };
}

Octets data_of_some_block() { return repeated(64, 1); }

/// What says of these octets that they are the first block that the client asked for.
Octets metadata_of_the_first(Context& c, const Octets& data) {
  const auto ids = c.pending().decoded.message->octets("ids");
  return encode_metadata(block_metadata({ids.begin(), ids.begin() + 32}, sha256(data)));
}

void add_frames(std::vector<Case>& cases) {
  const auto a_proceed = [](Context&) { return control_frame(proceed()); };
  for (const std::uint8_t kind : std::initializer_list<std::uint8_t>{0x00, 0x03, 0x10, 0xff})
    cases.push_back(refused(fmt::format("framing.unknown_kind_{:02x}", kind), {"FRM-004"},
                            "A client refuses a frame kind that the TLS channel does not know", State::await_proceed,
                            Reason::unknown_frame_kind, [=](Context& c) { return a_proceed(c).set_kind(kind); }));
  cases.push_back(refused("framing.control_with_metadata", {"FRM-005"}, "A client refuses a control frame with metadata",
                          State::await_proceed, Reason::bad_metadata_length,
                          [=](Context& c) { return a_proceed(c).set_metadata_blocks(1); }));
  cases.push_back(refused("framing.control_over_limit", {"FRM-008", "FRM-012"},
                          "A client refuses a control header over 65,536 octets at once", State::await_proceed, Reason::frame_too_large,
                          [](Context&) { return header_only(kind_control, 0, limits::control_octets_max + 1); }));
  cases.push_back(refused("framing.data_over_limit", {"FRM-009", "FRM-012"}, "A client refuses a data header over 4,259,840 octets at once",
                          State::await_blocks, Reason::frame_too_large,
                          [](Context&) { return header_only(kind_data, 6, limits::data_octets_max + 1); }));
  cases.push_back(refused("framing.data_without_metadata", {"FRM-007"}, "A client refuses a data frame with metadata_blocks 0",
                          State::await_blocks, Reason::bad_metadata_length, [](Context&) { return header_only(kind_data, 0, 100); }));
  cases.push_back(refused("framing.metadata_beyond_the_body", {"FRM-007"},
                          "A client refuses a data header whose metadata is longer than its body", State::await_blocks,
                          Reason::bad_metadata_length, [](Context&) { return header_only(kind_data, 7, 111); }));
  cases.push_back(refused("framing.order_kind_first", {"FRM-011"}, "A header that breaks every rule is refused for its kind",
                          State::await_proceed, Reason::unknown_frame_kind, [](Context&) { return header_only(0x03, 1, 0xffffffff); }));
  cases.push_back(refused("framing.order_control_metadata_before_length", {"FRM-011"},
                          "A control frame's metadata_blocks is looked at before its length", State::await_proceed,
                          Reason::bad_metadata_length, [](Context&) { return header_only(kind_control, 1, 0xffffffff); }));
  cases.push_back(refused("framing.metadata_not_a_message", {"FRM-015"}, "A client refuses metadata that is not one canonical message",
                          State::await_blocks, Reason::malformed_message,
                          [](Context&) { return data_frame_of(repeated(96, 0xff), repeated(64, 1)); }));
  cases.push_back(refused("framing.metadata_padding_not_zero", {"FRM-015"},
                          "A client refuses metadata that is padded with other octets than zero", State::await_blocks,
                          Reason::malformed_message, [](Context& c) {
                            auto metadata = metadata_of_the_first(c, data_of_some_block());
                            metadata.back() = 1;
                            return data_frame_of(metadata, data_of_some_block());
                          }));
  cases.push_back(refused("framing.metadata_padded_too_far", {"FRM-015"}, "A client refuses sixteen zero octets more than padding needs",
                          State::await_blocks, Reason::malformed_message, [](Context& c) {
                            const auto metadata = metadata_of_the_first(c, data_of_some_block());
                            return data_frame_of(joined({metadata, repeated(16, 0)}), data_of_some_block());
                          }));
  for (const std::size_t length : {0U, 31U, 33U})
    cases.push_back(refused(fmt::format("framing.id_of_{}_octets", length), {"FRM-016", "MSG-005"},
                            "A client refuses a data frame whose block id has not 32 octets", State::await_blocks,
                            Reason::field_out_of_range, [=](Context&) {
                              const auto data = data_of_some_block();
                              return data_frame(repeated(length, 7), sha256(data), data);
                            }));
  cases.push_back(refused("framing.data_too_short", {"FRM-018"}, "A client refuses a data part of 29 octets, though it is the block's",
                          State::await_blocks, Reason::field_out_of_range, [](Context& c) {
                            const auto data = repeated(limits::sealed_block_octets_min - 1, 1);
                            return data_frame(View(c.pending().decoded.message->octets("ids")).first(32), sha256(data), data);
                          }));
}

void add_malformations(std::vector<Case>& cases) {
  std::set<std::pair<MessageKind, std::string>> named;  // ready has two places: the second says where it stands
  for (const auto& stand : client_stands())
    for (const auto& row : spec::message_rows) {
      if (row.kind == MessageKind::disconnect ||
          spec::client_session::find(stand.state, static_cast<spec::client_session::Event>(row.kind)) == nullptr)
        continue;
      for (const auto& [name, requirement, what, forge, everywhere] : malformations())
        if (encode(example(row.kind), forge) != encode(example(row.kind)) && (everywhere || row.kind == MessageKind::config_push))
          cases.push_back(refused(named.emplace(row.kind, name).second
                                      ? fmt::format("messages.{}.{}", row.name, name)
                                      : fmt::format("messages.{}.{}_in_{}", row.name, name, spec::client_session::name(stand.state)),
                                  {std::string(requirement)}, fmt::format("{} is refused when {}", row.name, what), stand.state,
                                  Reason::malformed_message, [=, kind = row.kind, state = stand.state](Context& c) {
                                    // Where the defect would not show on the answer that fits, it does on the example: the encoding is
                                    // judged before the meaning.
                                    const auto answer = valid_answer(c, state, kind);
                                    return control_frame(encode(answer) == encode(answer, forge) ? example(kind) : answer, forge);
                                  }));
    }
  for (const std::uint8_t count : std::initializer_list<std::uint8_t>{1, 200})
    cases.push_back(refused(fmt::format("messages.config_push.settings_of_nothing_{}", count), {"MSG-008"},
                            "A list of structs whose elements take no octets is refused, before anyone counts them", State::await_ready,
                            Reason::malformed_message, [=](Context&) { return control_frame_of(settings_of_nothing(count)); }));
}

Case out_of_range(std::string word, std::string requirement, State state, std::function<Message(Context&)> message) {
  auto id = "ranges." + word;
  return refused(std::move(id), {std::move(requirement)}, fmt::format("A client refuses {}: a field outside its range", word), state,
                 Reason::field_out_of_range, [=](Context& c) { return control_frame(message(c)); });
}

void add_ranges(std::vector<Case>& cases) {
  const auto push = [](Message item) { return [=](Context&) { return config_push(1, {item}); }; };
  const auto list = [](Message entry) { return [=](Context&) { return versions({entry}); }; };
  const auto link = repeated(32, 1), record = repeated(64, 1);
  cases.push_back(
      out_of_range("server_identity.guid.zero", "MSG-005", State::await_server_identity, [](Context&) { return server_identity(0); }));
  cases.push_back(
      out_of_range("login_accepted.user.zero", "MSG-005", State::await_login_accepted, [](Context&) { return login_accepted(0, 3); }));
  cases.push_back(out_of_range("config_push.settings.too_many", "MSG-005", State::await_ready,
                               [](Context&) { return config_push(1, std::vector<Message>(257, setting("a", "b"))); }));
  cases.push_back(out_of_range("config_push.settings.name.empty", "MSG-005", State::await_ready, push(setting("", "b"))));
  cases.push_back(
      out_of_range("config_push.settings.name.too_long", "MSG-005", State::await_ready, push(setting(std::string(256, 'a'), "b"))));
  cases.push_back(out_of_range("config_push.settings.name.invalid_octet", "MSG-007", State::await_ready, push(setting("a\xff", "b"))));
  cases.push_back(
      out_of_range("config_push.settings.value.too_long", "MSG-005", State::await_ready, push(setting("a", std::string(4097, 'b')))));
  cases.push_back(out_of_range("config_push.settings.value.zero_octet", "MSG-007", State::await_ready,
                               push(setting("a", std::string_view("b\0c", 3)))));
  cases.push_back(out_of_range("missing_blocks.indices.repeated", "MSG-010", State::await_missing_blocks, [](Context&) {
    return missing_blocks({0, 0});
  }));
  cases.push_back(out_of_range("missing_blocks.indices.falling", "MSG-010", State::await_missing_blocks, [](Context&) {
    return missing_blocks({1, 0});
  }));
  cases.push_back(out_of_range("missing_blocks.indices.too_many", "MSG-005", State::await_missing_blocks, [](Context&) {
    std::vector<std::uint16_t> all;
    for (std::uint16_t i = 0; i <= limits::blocks_per_request_max; ++i) all.push_back(i);
    return missing_blocks(all);
  }));
  cases.push_back(out_of_range("version_committed.number.zero", "MSG-005", State::await_version_committed,
                               [](Context&) { return version_committed(0); }));
  cases.push_back(out_of_range("versions.entries.too_many", "MSG-005", State::await_versions, [=](Context&) {
    std::vector<Message> entries;
    for (std::uint64_t number = 1; number <= limits::versions_per_answer_max + 1; ++number)
      entries.push_back(version_entry(number, link, record));
    return versions(std::move(entries));
  }));
  cases.push_back(out_of_range("versions.entries.number.zero", "MSG-005", State::await_versions, list(version_entry(0, link, record))));
  cases.push_back(
      out_of_range("versions.entries.link.too_short", "MSG-005", State::await_versions, list(version_entry(1, repeated(31, 1), record))));
  cases.push_back(
      out_of_range("versions.entries.link.too_long", "MSG-005", State::await_versions, list(version_entry(1, repeated(33, 1), record))));
  cases.push_back(out_of_range("versions.entries.record.empty", "MSG-005", State::await_versions, list(version_entry(1, link, {}))));
  cases.push_back(
      out_of_range("versions.entries.record.too_long", "MSG-005", State::await_versions, list(version_entry(1, link, repeated(16385, 1)))));
  cases.push_back(out_of_range("blocks_fetched.missing.falling", "MSG-010", State::await_blocks, [](Context&) {
    return blocks_fetched({1, 0});
  }));
}

}  // namespace

std::vector<Case> client_messages_cases() {
  std::vector<Case> cases;
  add_frames(cases);
  add_malformations(cases);
  add_ranges(cases);
  for (const std::size_t piece : {1U, 7U})
    cases.push_back({
        .id = fmt::format("client.framing.answers_cut_into_{}", piece),
        .requirements = {"FRM-013"},
        .role = Role::client,
        .goal = "A client takes answers however they are cut",
        .steps = {"let the client come to await_proceed", fmt::format("send proceed, {} octets per record", piece), "serve to the end",
                  "expect success"},
        .script =
            [=](Context& c) {
              auto& server = c.client_in(State::await_proceed);
              server.send_in_pieces(encode(control_frame(proceed())), piece);
              server.serve_to_the_end();
              c.require(c.driven().ended == "ok", "ok", "a failure");
            },
    });
  cases.push_back({
      .id = "client.framing.nothing_after_a_failure",
      .requirements = {"FRM-017", "ERR-001"},
      .role = Role::client,
      .goal = "A client does not act on the answer that follows a malformed one: one Disconnect comes, and nothing else",
      .steps = {"let the client come to await_proceed", "send a malformed proceed and a right one in one record",
                "expect Disconnect(malformed_message), and no computer"},
      .script =
          [](Context& c) {
            auto& server = c.client_in(State::await_proceed);
            server.send_together({control_frame(proceed(), {.trailing = Octets(8, 0)}), control_frame(proceed())});
            server.expect_refusal(Reason::malformed_message);
          },
      .twin = honest_twin(State::await_proceed),
  });
  cases.push_back(refused("messages.order_state_before_fields", {"MSG-006", "ERR-002"},
                          "A server identity of 0 that nobody waits for is unexpected, before anyone looks at its field",
                          State::await_proceed, Reason::unexpected_message, [](Context&) { return control_frame(server_identity(0)); }));
  cases.push_back(refused("messages.order_fields_before_meaning", {"ERR-002"},
                          "Versions of which one is out of range and which are in the wrong order are refused for the range",
                          State::await_versions, Reason::field_out_of_range, [](Context&) {
                            return control_frame(versions(
                                {version_entry(2, repeated(32, 1), repeated(64, 1)), version_entry(1, repeated(31, 1), repeated(64, 1))}));
                          }));
  cases.push_back(refused("framing.order_wanted_before_checksum", {"FRM-016", "ARC-056"},
                          "A block that was not asked for is refused for that, before its checksum is looked at", State::await_blocks,
                          Reason::bad_answer, [](Context&) { return data_frame(repeated(32, 7), repeated(32, 8), repeated(64, 1)); }));
  cases.push_back({
      .id = "client.framing.two_in_one_record",
      .requirements = {"FRM-013", "SES-003"},
      .role = Role::client,
      .goal = "A client takes two answers that come in one record, in their order",
      .steps = {"let the client come to await_ready, which lacks the configuration", "send config_push and ready in one record",
                "expect config_ack, then a session that goes on"},
      .script =
          [](Context& c) {
            auto& server = c.client_in(State::await_ready);
            server.send_together({control_frame(config_push(1, {})), control_frame(ready())});
            server.expect("config_ack");
            server.serve_to_the_end();
            c.require(c.driven().ended == "ok", "ok", "a failure");
          },
  });
  cases.push_back({
      .id = "client.messages.order_encoding_before_state",
      .requirements = {"MSG-006", "ERR-002"},
      .role = Role::client,
      .goal = "A malformed pong that nobody waits for is malformed, not unexpected",
      .steps = {"let the client come to await_proceed", "send a pong with a word behind it", "expect Disconnect(malformed_message)"},
      .script =
          [](Context& c) {
            auto& server = c.client_in(State::await_proceed);
            server.send(pong(1), {.trailing = Octets(8, 0)});
            server.expect_refusal(Reason::malformed_message);
          },
      .twin = honest_twin(State::await_proceed),
  });
  return cases;
}

}  // namespace coffer::conformance
