#include "campaign/client_model.h"

#include <algorithm>

#include "campaign/headers.h"
#include "campaign/ranges.h"
#include "coffer/spec/ways.h"

namespace coffer::conformance {

using spec::MessageKind;
using spec::Reason;
namespace table = spec::client_session;

namespace {

/// The reasons with which this side may end the session there.
std::vector<Reason> reasons_of(ClientState state, std::string_view event) {
  std::vector<Reason> reasons;
  for (const auto& way : spec::ways) {
    if (way.machine != "client_session" || way.from != table::name(state) || way.event != event || way.to != "closed") continue;
    for (const auto& row : spec::reason_rows)
      if (way.rules.find(":" + std::string(row.name)) != way.rules.npos) reasons.push_back(row.reason);
  }
  return reasons;
}

ClientDue refused(std::string_view rule, std::string_view event, Reason reason) {
  return {.rule = rule, .event = event, .refusals = {reason}};
}

/// Answers of which it is plain that they do not fit.
std::optional<ClientDue> misfit(const Asked& asked, const Message& answer) {
  const auto differs = [&](std::string_view of_answer, std::uint64_t wanted) { return answer.number(of_answer) != wanted; };
  const auto kind = kind_of(answer);
  if (kind == MessageKind::server_identity && differs("guid", asked.expected_server))
    return refused("IDN-006", "server_identity", Reason::server_refused);
  if (kind == MessageKind::pong && differs("token", asked.message.number("token"))) return refused("SES-042", "pong", Reason::bad_answer);
  if (kind == MessageKind::version_committed && differs("number", asked.message.number("number")))
    return refused("ARC-039", "version_committed", Reason::bad_answer);
  if (kind == MessageKind::missing_blocks) {
    const auto indices = answer.numbers("indices");
    if (!indices.empty() && indices.back() * 32U >= asked.message.octets("ids").size())
      return refused("SES-040", "missing_blocks", Reason::bad_answer);
  }
  return std::nullopt;
}

}  // namespace

std::optional<ClientState> state_behind(MessageKind sent) {
  static constexpr std::pair<MessageKind, ClientState> waits[] = {
      {MessageKind::version, ClientState::await_proceed},
      {MessageKind::computer, ClientState::await_server_identity},
      {MessageKind::login, ClientState::await_login_accepted},
      {MessageKind::config_state, ClientState::await_ready},
      {MessageKind::config_ack, ClientState::configured},
      {MessageKind::ping, ClientState::await_pong},
      {MessageKind::offer_blocks, ClientState::await_missing_blocks},
      {MessageKind::commit_version, ClientState::await_version_committed},
      {MessageKind::list_versions, ClientState::await_versions},
      {MessageKind::list_blocks, ClientState::await_block_list},
      {MessageKind::release_blocks, ClientState::await_blocks_released},
      {MessageKind::fetch_key, ClientState::await_key_state},
      {MessageKind::store_key, ClientState::await_key_stored},
      {MessageKind::recover_key, ClientState::await_key_recovered},
      {MessageKind::change_password, ClientState::await_password_changed},
      {MessageKind::restore_begin, ClientState::await_restore_begun},
      {MessageKind::fetch_blocks, ClientState::await_blocks},
      {MessageKind::restore_end, ClientState::await_restore_ended},
      {MessageKind::goodbye, ClientState::leaving},
  };
  const auto* found = std::ranges::find(waits, sent, &std::pair<MessageKind, ClientState>::first);
  return found == std::end(waits) ? std::nullopt : std::optional(found->second);
}

std::optional<ClientDue> client_due(const Asked& asked, View octets) {
  FrameCutter cutter;
  if (octets.size() < spec::limits::frame_header_octets) return std::nullopt;
  if (const auto wrong = wrong_header(header_of(octets), true)) return refused(wrong->rule, "malformed", wrong->reason);
  cutter.feed(octets);
  const auto frame = cutter.next();
  if (!frame) return std::nullopt;
  if (frame->kind == kind_data) {
    if (asked.state != ClientState::await_blocks) return refused("SES-002", "data", Reason::unexpected_message);
    const auto parts = data_parts(*frame);
    if (!parts.metadata.canonical()) return refused("FRM-015", "data", Reason::malformed_message);
    const auto id = parts.metadata.message->octets("id");
    if (id.size() != 32 || parts.metadata.message->octets("checksum").size() != 32 ||
        parts.data.size() < spec::limits::sealed_block_octets_min)
      return refused("FRM-018", "data", Reason::field_out_of_range);
    return ClientDue{.rule = "ARC-056", .event = "data", .refusals = reasons_of(asked.state, "data"), .may_go_on = false};
  }
  const auto decoded = decode(frame->body);
  if (!decoded.canonical()) return refused("MSG-002", "malformed", Reason::malformed_message);
  const auto kind = kind_of(*decoded.message);
  const auto event = spec::name(kind);
  if (table::find(asked.state, static_cast<table::Event>(kind)) == nullptr) return refused("SES-002", event, Reason::unexpected_message);
  if (!in_range(*decoded.message)) return refused("MSG-005", "malformed", Reason::field_out_of_range);
  if (kind == MessageKind::disconnect) return ClientDue{.rule = "SES-031", .event = event, .ends_silently = true};
  if (auto wrong = misfit(asked, *decoded.message)) return wrong;
  return ClientDue{.rule = "SES-001", .event = event, .refusals = reasons_of(asked.state, event), .may_go_on = true};
}

}  // namespace coffer::conformance
