#include "server/unopened_wrap.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "accounts/fixture.h"

namespace coffer::server {

std::string text(const store::Owner& owner) { return fmt::format("user {}, computer {}", owner.user, accounts::guid_text(owner.computer)); }

store::Result<void> tell_of_unopened(store::Store& events, const store::Owner& owner, keys::WrapError error) {
  spdlog::error(
      "keys: the server cannot open its own wrap of {}: {}; it stays as it is. Its archive opens on a computer that has the key, and with "
      "the account password of before",
      text(owner), keys::describe(error));
  const std::vector<std::pair<std::string_view, std::string>> fields{{"user", std::to_string(owner.user)},
                                                                     {"computer", accounts::guid_text(owner.computer)},
                                                                     {"cause", std::string(keys::describe(error))}};
  return events.note_durably("key_not_opened", fields);
}

}  // namespace coffer::server
