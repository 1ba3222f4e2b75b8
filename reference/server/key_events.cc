#include "server/key_events.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "accounts/fixture.h"

namespace coffer::server {
namespace {

store::Result<void> note(store::Store& events, std::string_view event, const store::Owner& owner, std::string_view cause) {
  const std::vector<std::pair<std::string_view, std::string>> fields{
      {"user", std::to_string(owner.user)}, {"computer", accounts::guid_text(owner.computer)}, {"cause", std::string(cause)}};
  return events.note_durably(event, fields);
}

}  // namespace

std::string text(const store::Owner& owner) { return fmt::format("user {}, computer {}", owner.user, accounts::guid_text(owner.computer)); }

// [KEY-039] A server MUST write each opening of a server_wrap, with archive and cause, durably into its event log before it uses what it
// opened.
store::Result<void> note_opening(store::Store& events, const store::Owner& owner, std::string_view cause) {
  return note(events, "key_opened", owner, cause);
}

store::Result<void> tell_of_unopened(store::Store& events, const store::Owner& owner, keys::WrapError error) {
  spdlog::error(
      "keys: the server cannot open its own wrap of {}: {}; it stays as it is. Its archive opens on a computer that has the key, and with "
      "the account password of before",
      text(owner), keys::describe(error));
  return note(events, "key_not_opened", owner, keys::describe(error));
}

}  // namespace coffer::server
