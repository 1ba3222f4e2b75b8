// Attacks that the models' checkers found on broken variants of the session tables (spec/traces/attacks.json), played by a peer: a fault,
// and at once behind it what the broken variant would have gone on with. A sound implementation ends at the fault. Attacks whose script is
// another case already are not made again: their row names that case.
#include <fmt/core.h>

#include <algorithm>

#include "cases/all.h"
#include "cases/client_scenes.h"
#include "coffer/spec/attacks.h"

namespace coffer::conformance {
namespace {

MessageKind kind_of(std::string_view word) {
  const auto* row = std::ranges::find(spec::message_rows, word, &spec::MessageRow::name);
  if (row == spec::message_rows.end()) throw std::logic_error(fmt::format("there is no message {}", word));
  return row->kind;
}

template <typename State, typename Rows>
State state_of(std::string_view word, const Rows& rows) {
  for (const auto& row : rows)
    if (name(row.state) == word) return row.state;
  throw std::logic_error(fmt::format("the table has no row in {}", word));
}

/// The rules that end a session at such a fault, and let nothing behind it count.
std::vector<std::string> rules_of(std::string_view fault) {
  if (fault == "malformed") return {"FRM-017", "ERR-001"};
  if (fault == "disconnect") return {"SES-031"};
  return {"SES-002", "FRM-017", "ERR-001"};
}

Frame fault_frame(std::string_view fault) {
  if (fault == "malformed") return control_frame(ping(1), {.trailing = Octets(8, 0)});
  if (fault == "disconnect") return control_frame(disconnect(Reason::goodbye));
  return control_frame(example(kind_of(fault)));
}

void expect_only_the_fault(Peer& peer, std::string_view fault) {
  if (fault == "disconnect") return peer.expect_end_without_frame();
  peer.expect_refusal(fault == "malformed" ? Reason::malformed_message : Reason::unexpected_message);
}

std::string told(std::string_view fault) {
  return fault == "malformed"    ? "a message with a word too many"
         : fault == "disconnect" ? "a Disconnect"
                                 : fmt::format("a {} that nobody waits for", fault);
}

Case played(const spec::AttackRow& attack) {
  Case one{
      .id = std::string(attack.case_id),
      .requirements = rules_of(attack.fault),
      .role = attack.case_id.starts_with("client.") ? Role::client : Role::server,
      .goal = fmt::format("A {} in {} ends with {}, and does nothing with the {} behind it: found as an attack on a variant in which {}",
                          attack.case_id.starts_with("client.") ? "client" : "server", attack.stand, told(attack.fault), attack.follow,
                          attack.says),
      .steps = {attack.case_id.starts_with("client.") ? fmt::format("let the client come to {}", attack.stand)
                                                      : fmt::format("walk to {}", attack.stand),
                fmt::format("send {} and a good {} in one record", told(attack.fault), attack.follow),
                attack.fault == "disconnect" ? std::string("expect the end, without a frame")
                : attack.fault == "malformed"
                    ? std::string("expect Disconnect(malformed_message) and the end, and no answer to the second")
                    : std::string("expect Disconnect(unexpected_message) and the end, and no answer to the second")},
  };
  const auto fault = attack.fault;
  const auto follow = kind_of(attack.follow);
  if (one.role == Role::server) {
    const auto state = state_of<ServerState>(attack.stand, spec::server_session::rows);
    one.script = [=](Context& c) {
      auto& client = c.at(state);
      client.send_together({fault_frame(fault), control_frame(example(follow))});
      expect_only_the_fault(client, fault);
    };
    one.twin = [=](Context& c) {
      auto& client = c.at(state);
      see_accepted(client, way_on(state), way_on(state).make(c, client));
    };
  } else {
    const auto state = state_of<ClientState>(attack.stand, spec::client_session::rows);
    one.script = [=](Context& c) {
      auto& server = c.client_in(state);
      server.send_together({fault_frame(fault), control_frame(valid_answer(c, state, follow))});
      expect_only_the_fault(server, fault);
      require_no_success(c);
    };
    one.twin = honest_twin(state);
  }
  return one;
}

}  // namespace

std::vector<Case> traces_cases() {
  std::vector<Case> cases;
  for (const auto& attack : spec::attack_rows)
    if (!attack.fault.empty() && std::ranges::find(cases, attack.case_id, &Case::id) == cases.end()) cases.push_back(played(attack));
  return cases;
}

}  // namespace coffer::conformance
