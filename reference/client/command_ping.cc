// `coffer ping`: a session to ready, one ping, goodbye.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "client/session.h"

namespace coffer::client {

Outcome<Shown> run_ping(const Context& context) {
  auto session = visit(context, 0);
  if (!session) return std::unexpected(session.error());
  if (auto alive = session->link->ping(); !alive) return std::unexpected(alive.error());
  const SessionFacts facts = session->link->facts();
  session->link->leave();
  const nlohmann::json json = {{"user", facts.user}, {"server", format_guid(facts.server)}, {"permissions", facts.permissions}};
  return Shown{
      .code = ExitCode::ok, .text = fmt::format("server {} answers.\n", format_guid(facts.server)), .json = json.dump(), .problems = {}};
}

}  // namespace coffer::client
