#include "cases/client_scenes.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace coffer::conformance {
namespace {

constexpr std::uint64_t a_moment_ns = 1'700'000'000'000'000'000;  // in November 2023

}  // namespace

const std::vector<ClientStand>& client_stands() {
  using enum spec::client_session::State;
  static const std::vector<ClientStand> all = {
      {await_proceed, "connect", "version"},
      {await_server_identity, "connect", "computer"},
      {await_login_accepted, "connect", "login"},
      {await_ready, "connect", "config_state"},
      {configured, "connect", "config_ack"},
      {await_pong, "ping", "ping"},
      {await_missing_blocks, "backup", "offer_blocks"},
      {await_version_committed, "backup", "commit_version"},
      {await_versions, "versions", "list_versions"},
      {await_block_list, "prune", "list_blocks"},
      {await_blocks_released, "prune", "release_blocks"},
      {await_key_state, "backup", "fetch_key"},
      {await_key_stored, "backup", "store_key"},
      {await_restore_begun, "restore", "restore_begin"},
      {await_blocks, "restore", "fetch_blocks"},
      {await_restore_ended, "restore", "restore_end"},
      {leaving, "connect", "goodbye"},
  };
  return all;
}

Message asked_in(ClientState state) {
  for (const auto& stand : client_stands())
    for (const auto& row : spec::message_rows)
      if (stand.state == state && stand.sent == row.name) return example(row.kind);
  throw std::logic_error("nothing is asked in that state");
}

Message valid_answer(Context& c, ClientState state, MessageKind kind) {
  const auto sent = c.pending().decoded.message;
  if (state == ClientState::await_server_identity && kind == MessageKind::server_identity) return server_identity(c.holdings().server_guid);
  if (state == ClientState::await_pong && kind == MessageKind::pong) return pong(sent->number("token"));
  if (state == ClientState::await_missing_blocks && kind == MessageKind::missing_blocks) return missing_blocks({0});
  if (state == ClientState::await_version_committed && kind == MessageKind::version_committed)
    return version_committed(sent->number("number"));
  if (state == ClientState::await_blocks && kind == MessageKind::blocks_fetched) return blocks_fetched({0});
  return example(kind);
}

Script honest_twin(ClientState state) {
  return [=](Context& c) {
    auto& server = c.client_in(state);
    server.answer(c.pending());
    if (state != ClientState::leaving) server.serve_to_the_end();
    c.require(c.driven().ended == "ok", "ok", "a failure");
  };
}

void expect_refusal_soon(Context& c, ServerPeer& server, Reason reason) {
  c.stage().expected_refusal = true;
  for (;;) {
    const auto got = server.next();
    if (got.is("disconnect")) {
      const auto stated = got.decoded.message->number("reason");
      c.require(stated == static_cast<std::uint64_t>(reason) || !c.stage().patience.strict,
                fmt::format("Disconnect({})", spec::name(reason)), got.text());
      return server.expect_end_without_frame();
    }
    c.require(got.what == Received::What::message || got.what == Received::What::data, fmt::format("Disconnect({})", spec::name(reason)),
              got.text());
  }
}

bool shows(const ServerPeer& server, View octets) {
  return std::ranges::any_of(server.seen(),
                             [&](const Received& received) { return !std::ranges::search(received.frame.body, octets).empty(); });
}

void require_no_success(Context& c) {
  const auto report = c.driven();
  c.require(report.ended != "ok", "a client that reports no success", "ok");
}

Message file_entry(std::string_view path, const SealedBlock& content, std::size_t octets) {
  return Message("entry")
      .set("path", conformance::octets(path))
      .set("type", 0)
      .set("mode", 0644)
      .set("modified_ns", a_moment_ns)
      .set("size", octets)
      .set("blocks", content.id);
}

Message directory_entry(std::string_view path) {
  return Message("entry").set("path", octets(path)).set("type", 1).set("mode", 0755).set("modified_ns", a_moment_ns);
}

Message link_entry(std::string_view path, std::uint16_t type, std::string_view target) {
  return Message("entry")
      .set("path", octets(path))
      .set("type", type)
      .set("mode", 0777)
      .set("modified_ns", a_moment_ns)
      .set("target", octets(target));
}

SealedBlock hold_block(Context& c, BlockType type, View plaintext) {
  constexpr std::array words{"content block", "leaf", "id list", "node"};
  const auto word = words.at(static_cast<std::size_t>(type));
  c.stage().recorder.octets('-', Direction::remark, fmt::format("{} before it is sealed", word), plaintext);
  auto block = seal_block(c.archive_keys(), type, plaintext, c.random());
  c.holdings().blocks[block.id] = block;
  return block;
}

SealedBlock hold_leaf(Context& c, const std::vector<Message>& entries) { return hold_block(c, BlockType::leaf, write_rows(entries)); }

SealedBlock hold_node(Context& c, const std::vector<std::pair<std::string, SealedBlock>>& children) {
  std::vector<Message> rows;
  for (const auto& [path, block] : children) rows.push_back(Message("child").set("path", path).set("id", block.id));
  return hold_block(c, BlockType::node, write_rows(rows));
}

SealedBlock hold_content(Context& c, View content) { return hold_block(c, BlockType::content, content); }

void hold_version(Context& c, const std::vector<Message>& entries) {
  hold_version(
      c, entries, [](Message&) {}, [](Holdings::Version&) {});
}

void hold_version(Context& c, const std::vector<Message>& entries, const std::function<void(Message&)>& change,
                  const std::function<void(Holdings::Version&)>& after) {
  auto& held = c.holdings();
  const auto keys = c.archive_keys();
  std::uint64_t content_octets = 0;
  for (const auto& entry : entries) content_octets += entry.number("size");
  const auto previous = held.versions.empty() ? first_previous() : held.versions.back().link;
  auto record = Message("version_record").set("number", held.versions.size() + 1).set("previous", previous).set("created_ns", a_moment_ns);
  if (!entries.empty()) record.set("root", hold_leaf(c, entries).id);
  record.set("entry_count", entries.size()).set("content_octets", content_octets);
  change(record);
  const auto number = record.number("number");
  c.stage().recorder.octets('-', Direction::remark, "version record before it is sealed", encode_plain(record));
  const auto sealed = seal_record(keys, record, c.random());
  Holdings::Version version{number, record.octets("previous"), link(record.octets("previous"), number, sealed), sealed};
  after(version);
  held.versions.push_back(std::move(version));
}

}  // namespace coffer::conformance
