#include "server/kept_keys.h"

#include <fmt/format.h>

namespace coffer::server {
namespace {

constexpr std::string_view given_up =
    "run `cofferd give-up-keys`: then no password opens an archive that there is; each computer is locked until its user gives it a copy "
    "of the key itself, and where nobody has one, the archive is lost";

/// What an operator does who hears of it.
std::string with_way_on(const store::Trouble& trouble, std::size_t computers) {
  if (trouble.kind == store::Trouble::Kind::absent)
    return fmt::format("{}, and {} computers have logged in here: put it back from its backup. Only if it is lost for ever, {}",
                       trouble.what, computers, given_up);
  if (trouble.kind == store::Trouble::Kind::corrupt)
    return fmt::format(
        "{}; it is damaged, and in it are the key records and device keys of {} computers: move keys.sqlite and keys.sqlite-wal to "
        "another place, and put it back from its backup. Only if there is none, {}",
        trouble.what, computers, given_up);
  return trouble.what;
}

}  // namespace

// [KEY-056] A server MUST NOT start where users' computers have logged in before and what it keeps of keys is gone, unless its operator has
// given that up.
std::expected<std::unique_ptr<store::KeyStore>, std::string> open_kept_keys(const std::filesystem::path& directory, store::Store& store) {
  const auto computers = store.bindings();
  if (!computers) return std::unexpected(computers.error().what);
  auto opened = store::KeyStore::open(directory, {.make = computers->empty()});
  if (opened) return std::move(*opened);
  return std::unexpected(with_way_on(opened.error(), computers->size()));
}

std::expected<std::size_t, std::string> give_up_kept_keys(const std::filesystem::path& directory, store::Store& store) {
  const auto computers = store.bindings();
  if (!computers) return std::unexpected(computers.error().what);
  if (computers->empty()) return 0;
  const auto there = store::KeyStore::open(directory, {.make = false});
  if (there) return 0;
  if (there.error().kind != store::Trouble::Kind::absent) return std::unexpected(with_way_on(there.error(), computers->size()));
  const std::vector<std::pair<std::string_view, std::string>> fields{{"computers", std::to_string(computers->size())}};
  if (auto logged = store.note_durably("keys_given_up", fields); !logged) return std::unexpected(logged.error().what);
  if (auto made = store::KeyStore::open(directory); !made) return std::unexpected(made.error().what);
  return computers->size();
}

}  // namespace coffer::server
