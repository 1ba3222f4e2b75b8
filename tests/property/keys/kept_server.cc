#include "kept_server.h"

#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <botan/hex.h>
#include <botan/system_rng.h>

#include "keys/key_making.h"
#include "server/escrow_change.h"
#include "server/key_keeper.h"

namespace coffer::keys {
namespace {

namespace fs = std::filesystem;

constexpr auto owner_in_store = store::Owner{KeyServer::owner.user, KeyServer::owner.computer};
constexpr std::size_t others = 60, key_octets = 32;
constexpr std::size_t archive_password_octets = 158, wrap_at = 70, wrap_octets = 56;  // of its record: salt ‖ wrap

/// Where nothing reaches a disk, if there is such a place.
fs::path fresh_directory() {
  const fs::path memory = "/dev/shm";
  auto name = ((fs::is_directory(memory) ? memory : fs::temp_directory_path()) / "coffer-keys-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no directory can be made");
  return name;
}

const std::string& text(const std::string& what) { return what; }
const std::string& text(const store::Trouble& trouble) { return trouble.what; }

template <typename Value, typename Trouble>
Value must(std::expected<Value, Trouble> result) {
  if (!result) throw std::runtime_error(text(result.error()));
  if constexpr (!std::is_void_v<Value>) return std::move(*result);
}

accounts::Fixture two_users() {
  accounts::Fixture fixture;
  fixture.profile = accounts::Profile::test;
  fixture.server_guid = KeyServer::owner.server;
  fixture.pbkdf2_rounds = few_rounds;
  fixture.organisations.push_back({.name = "acme", .registration_keys = {}});
  for (const auto& [user, computer, server] : {KeyServer::owner, KeyServer::stranger}) {
    fixture.users.push_back({.id = user, .name = std::to_string(user), .organisation = "acme", .password = Secret(9, 'x')});
    fixture.computers.push_back({.guid = computer, .user = user});
  }
  return fixture;
}

/// Of a user on either side of the archive's own; nobody asks for it. Custom or archive_password: 98 or 158 octets.
std::pair<store::Owner, Octets> of_another(std::size_t number, bool custom) {
  static const auto key = ArchiveKey::generate(Botan::system_rng());
  const store::Owner whose{number % 2 == 0 ? 0U : 3U, (number + 1) * 0x9e3779b97f4a7c15U};
  const Octets password{'p'};
  KeyRecordParts parts{.mode = custom ? KeyMode::custom : KeyMode::archive_password, .generation = 1};
  if (!custom) parts.password = View(password);
  parts.rounds = few_rounds;
  return {whose, make_key_record(parts, {whose.user, whose.computer, KeyServer::owner.server}, key, Botan::system_rng()).value()};
}

bool of_escrow_keys(const fs::path& file) { return file.filename().string().starts_with("escrow.key"); }

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

struct KeptServer::Process {
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::KeyStore> keys;
  std::unique_ptr<accounts::Directory> accounts;
  PublicKey escrow_key{};
  std::unique_ptr<server::KeyKeeper> keeper;
};

KeptServer::KeptServer() : place_(fresh_directory()), fixture_(two_users()) {
  fs::create_directory(directory());
  begin();
  change_others(others, [](std::size_t number) { return of_another(number, false); });
}

KeptServer::~KeptServer() {
  process_.reset();
  fs::remove_all(place_);
}

/// A process that dies leaves its files as they are before the erasing.
void KeptServer::begin() {
  process_.reset();
  auto next = std::make_unique<Process>();
  next->store = must(store::Store::open(directory(), packs_, [] { return store::Clock::result_type{}; }));
  next->keys = must(store::KeyStore::open(directory(), {.before_erasing = [this] {
                                            if (others_change_ || !std::exchange(dies_, false)) return;
                                            fs::copy(directory(), place_ / std::to_string(processes_ + 1));
                                            died_ = true;
                                          }}));
  next->accounts = std::make_unique<accounts::Directory>(fixture_, Botan::system_rng(), std::map<std::uint64_t, std::uint64_t>{},
                                                         [](std::uint64_t, std::uint64_t) { return std::expected<void, std::string>(); });
  auto escrow_key = must(server::settled_escrow_key(directory(), *next->keys, owner.server));
  next->escrow_key = escrow_key.public_key();
  next->keeper = must(server::KeyKeeper::begin({.server = owner.server, .rounds = {.min = few_rounds}}, std::move(escrow_key),
                                               *next->accounts, *next->keys, *next->store));
  process_ = std::move(next);
}

bool KeptServer::died() {
  if (!std::exchange(died_, false)) return false;
  process_.reset();
  fs::remove_all(directory());
  ++processes_;
  begin();
  return true;
}

void KeptServer::change_others(std::size_t count, const std::function<std::pair<store::Owner, Octets>(std::size_t)>& make) {
  store::KeyChange change;
  for (std::size_t i = 0; i < count; ++i) change.records.push_back(make(i));
  others_change_ = true;
  must(process_->keys->change(change));
  others_change_ = false;
  for (const auto& [whose, record] : change.records) {
    const Octets before = std::exchange(others_.records[whose.computer], record);
    if (before.size() == archive_password_octets)
      others_.replaced.emplace_back(before.begin() + wrap_at, before.begin() + wrap_at + wrap_octets);
  }
  // [KEY-036] A server MUST erase every octet of a replaced key record
  const Octets files = stored();
  for (const Octets& wrap : others_.replaced)
    if (!std::ranges::search(files, wrap).empty()) throw std::runtime_error("KEY-036 a wrap of a replaced record is left");
}

Octets KeptServer::record() { return must(process_->keys->record(owner_in_store)); }

Octets KeptServer::shown() { return std::get<protocol::KeyFound>(process_->keeper->find(owner_in_store)).record; }

PublicKey KeptServer::escrow_key() { return process_->escrow_key; }

Octets KeptServer::device_key(const ArchiveOwner& whose) {
  const auto found = std::get<protocol::KeyFound>(process_->keeper->find({whose.user, whose.computer}));
  return {found.device_key.begin(), found.device_key.end()};
}

bool KeptServer::keep(View record) {
  // They grow and shrink, so that records are moved from page to page.
  change_others(8, [this](std::size_t) { return of_another(numbers_() % others, numbers_() % 2 == 0); });
  const auto answer = process_->keeper->keep(owner_in_store, record);
  return !died() && std::holds_alternative<protocol::KeyKept>(answer);
}

std::optional<Octets> KeptServer::open(const PublicKey& recipient) {
  const auto answer = process_->keeper->open(owner_in_store, recipient);
  const auto* opened = std::get_if<protocol::KeyOpened>(&answer);
  return opened ? std::optional(opened->wrap) : std::nullopt;
}

bool KeptServer::change_password(View current, View replacement) {
  const auto answer = process_->keeper->set_password(owner_in_store, current, replacement);
  return died() || std::holds_alternative<protocol::PasswordSet>(answer);
}

void KeptServer::reset_password(View replacement) {
  const auto answer = process_->keeper->reset_password(owner.user, replacement);
  if (!died() && (!answer || !answer->empty())) throw std::runtime_error("the password is not reset, or not every record has it");
}

void KeptServer::permit(std::uint16_t modes) {
  fixture_.organisations.front().key_modes = modes;
  begin();
}

void KeptServer::set_active(bool active) {
  fixture_.computers.front().state = active ? accounts::State::active : accounts::State::blocked;
  begin();
}

/// What an operator does beside no running server.
void KeptServer::rotate_escrow_key(bool cut_short) {
  process_->keeper.reset();
  if (cut_short)
    must(server::begin_next_escrow_key(directory()));
  else
    must(server::change_escrow_key(directory(), *process_->keys, *process_->store, owner.server));
  // [KEY-040] … and only then erase the old private half.
  if (!cut_short && !died_ && escrow_files().size() != key_octets) throw std::runtime_error("KEY-040 the former escrow key is left");
  if (!died()) begin();
}

void KeptServer::purge() { must(process_->keys->erase_user(owner.user)); }

void KeptServer::lose_keys() {
  process_.reset();
  fs::remove(directory() / "keys.sqlite");
  begin();
  change_others(others, [](std::size_t number) { return of_another(number, false); });
}

void KeptServer::take_copy() {
  process_.reset();  // what it keeps is in one file then
  fs::copy_file(directory() / "keys.sqlite", place_ / "copy", fs::copy_options::overwrite_existing);
  others_of_the_copy_ = others_;
  begin();
}

void KeptServer::put_back() {
  process_.reset();
  fs::copy_file(place_ / "copy", directory() / "keys.sqlite", fs::copy_options::overwrite_existing);
  others_ = others_of_the_copy_;
  begin();
}

Octets KeptServer::stored() const {
  Octets all;
  for (const auto& file : fs::directory_iterator(directory()))
    if (!of_escrow_keys(file.path()))
      for (const char octet : content(file.path())) all.push_back(static_cast<std::uint8_t>(octet));
  return all;
}

Octets KeptServer::escrow_files() const {
  Octets all;
  for (const auto& file : fs::directory_iterator(directory()))
    if (of_escrow_keys(file.path()))
      for (const auto octet : Botan::hex_decode(content(file.path()).substr(0, 64))) all.push_back(octet);
  return all;
}

}  // namespace coffer::keys
