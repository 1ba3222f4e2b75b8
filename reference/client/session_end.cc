#include "client/session_end.h"

#include <fmt/format.h>

#include "client/interruption.h"
#include "client/printable.h"
#include "coffer/spec/reasons.h"

namespace coffer::client {
namespace {

std::string place(const DestinationConfig& config) { return format_address(config.host, config.port); }

std::string_view what_to_do(spec::Reason reason) {
  using enum spec::Reason;
  if (reason == login_refused)
    return "Check registration key, user and password, and run `coffer login` again; why exactly, only the server's log tells";
  if (reason == computer_refused)
    return "The computer is blocked, or another session of it is still open: try again, or ask the server's administrator";
  if (reason == version_too_old) return "Install a newer coffer";
  if (reason == not_permitted) return "Ask the server's administrator for a role that permits it";
  if (reason == version_conflict) return "Another session of this computer committed a version meanwhile: run the command again";
  if (reason == no_such_version) return "See `coffer versions`";
  if (reason == busy || reason == server_stopping) return "Try again later";
  if (reason == quota_exceeded)
    return "Prune old versions, or what interrupted backups left there (`coffer prune --unused`), back up less, or ask the server's "
           "administrator for more room";
  if (reason == timeout) return "Run the command again";
  return "If it happens again, tell the server's administrator";
}

/// [ARC-147] A server MUST NOT store a version of a session in which it refused a block …, and with these it refuses one, or the version.
/// With any other it may end a session whose version it stores at that moment.
bool stores_no_version(spec::Reason reason) {
  using enum spec::Reason;
  return reason == checksum_mismatch || reason == unwanted_block || reason == blocks_outstanding || reason == version_conflict ||
         reason == quota_exceeded || reason == not_permitted;
}

}  // namespace

Failure explain(const net::Trouble& trouble, const DestinationConfig& config, const std::string& config_path) {
  const auto untrusted = [&](std::string_view what, std::string_view next) {
    return Failure{ExitCode::untrusted, fmt::format("{} {}: {}. {}", what, place(config), trouble.detail, next)};
  };
  switch (trouble.kind) {
    case net::TroubleKind::cannot_resolve: return untrusted("cannot find", "Check the name that was given as --server, and the network");
    case net::TroubleKind::cannot_connect: return untrusted("cannot reach", "Check that the server runs and that its port is open");
    case net::TroubleKind::pin_mismatch:
      return untrusted(
          "will not talk to",
          fmt::format("The pin that {} holds is {}. Ask whoever runs the server what `cofferd pin` shows there: if that is the key which "
                      "answered, put it into that file as `pin`; if not, someone is in between",
                      printable(config_path), hex(config.pin)));
    case net::TroubleKind::tls_failed: return untrusted("no secure channel to", "Check that a Coffer server listens there");
    case net::TroubleKind::timed_out: return untrusted("lost patience with", "Run the command again once the network is better");
    case net::TroubleKind::connection_lost: return untrusted("lost the connection to", "Run the command again");
    case net::TroubleKind::given_up: return interrupted();
  }
  return {ExitCode::untrusted, trouble.detail};
}

Failure explain(const protocol::Ended& ended, const DestinationConfig& config) {
  if (ended.peer_reason) {
    for (const spec::ReasonRow& row : spec::reason_rows)
      if (static_cast<std::uint16_t>(row.reason) == *ended.peer_reason)
        return {ExitCode::refused,
                fmt::format("the server at {} ended the session: {} ({}). {}", place(config), row.text, row.name, what_to_do(row.reason)),
                stores_no_version(row.reason)};
    return {ExitCode::refused, fmt::format("the server at {} ended the session with reason {}, which this coffer does not know",
                                           place(config), *ended.peer_reason)};
  }
  if (!ended.fault) return {ExitCode::untrusted, fmt::format("lost the connection to {}. Run the command again", place(config))};
  const protocol::Fault& fault = *ended.fault;
  if (fault.reason == spec::Reason::timeout)
    return {ExitCode::untrusted, fmt::format("the server at {} does not answer in time. Run the command again later", place(config))};
  if (fault.reason == spec::Reason::server_refused)
    return {
        ExitCode::untrusted,
        fmt::format("the server at {} has another identity than {}, which this device first saw. If it was really replaced, add the new "
                    "one with `coffer destination add`",
                    place(config), config.server ? format_guid(*config.server) : "the one")};
  return {ExitCode::untrusted,
          fmt::format("the server at {} broke the protocol: {} [{}]{}{}. The session was ended; tell the server's administrator",
                      place(config), spec::name(fault.reason), fault.requirement, fault.detail.empty() ? "" : ": ", fault.detail)};
}

}  // namespace coffer::client
