#include "server/key_keeper.h"

#include <botan/hex.h>
#include <botan/system_rng.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "fault/switch.h"
#include "server/key_events.h"

namespace coffer::server {
namespace {

using protocol::ServerAnswer;
using spec::Reason;

constexpr std::size_t device_key_octets = 32;

ServerAnswer failed(const store::Trouble& trouble) {
  spdlog::error("keys: {}", trouble.what);
  return protocol::Failed{trouble.what};
}

ServerAnswer refused(Reason reason, std::string cause) { return protocol::Refused{reason, std::move(cause)}; }

Octets owned(const keys::PublicKey& key) { return {key.begin(), key.end()}; }

}  // namespace

std::expected<std::unique_ptr<KeyKeeper>, std::string> KeyKeeper::begin(KeyKeeperSettings settings, keys::AgreementKey escrow_key,
                                                                        accounts::Directory& directory, store::KeyStore& keys,
                                                                        store::Store& events) {
  // [KEY-050] … and erase it when the computer or its user is no longer active.
  const auto gone = [&](const store::Owner& owner) {
    return !directory.active(owner.user, owner.computer) && !fault::on(fault::KEY_050_never_erased);
  };
  if (auto erased = keys.erase_device_keys(gone); !erased) return std::unexpected(erased.error().what);
  if (fault::on(fault::KEY_038_in_the_database)) (void)keys.device_key({0, 0}, escrow_key.octets());
  auto verifiers = keys.verifiers();
  if (!verifiers) return std::unexpected(verifiers.error().what);
  for (auto& [user, kept] : *verifiers) {
    accounts::Verifier verifier{.rounds = kept.rounds, .hash = std::move(kept.hash)};
    if (kept.salt.size() != verifier.salt.size()) return std::unexpected("keys.sqlite: a verifier with a salt of another length");
    std::ranges::copy(kept.salt, verifier.salt.begin());
    directory.set_verifier(user, std::move(verifier));
  }
  return std::unique_ptr<KeyKeeper>(new KeyKeeper(settings, std::move(escrow_key), directory, keys, events));
}

/// Of what this server kept: it was read before it was.
keys::KeyRecord KeyKeeper::read(View record, const store::Owner& owner) const {
  const auto read = keys::read_key_record(record, archive_owner(owner), {.min = 0, .max = std::numeric_limits<std::uint32_t>::max()});
  if (!read) throw std::runtime_error("keys.sqlite has a key record that is none: " + std::string(keys::describe(read.error())));
  return *read;
}

store::Result<void> KeyKeeper::log_opening(const store::Owner& owner, std::string_view cause) {
  if (fault::on(fault::KEY_039_not_logged) || fault::on(fault::KEY_039_requests_alone)) return {};
  return note_opening(events_, owner, fault::on(fault::KEY_039_one_cause) ? "stored" : cause);
}

/// What a log has instead that is kept where messages come in.
void KeyKeeper::log_request(const store::Owner& owner, std::string_view name) {
  if (!fault::on(fault::KEY_039_requests_alone)) return;
  const std::vector<std::pair<std::string_view, std::string>> fields{
      {"user", std::to_string(owner.user)}, {"computer", accounts::guid_text(owner.computer)}, {"name", std::string(name)}};
  (void)events_.note_durably("request", fields);
}

// [KEY-029] A server MUST answer fetch_key with the modes that its policy permits, its current escrow key, the device key
ServerAnswer KeyKeeper::find(const store::Owner& owner) {
  auto record = keys_.record(owner);
  if (!record) return failed(record.error());
  keys::Secret fresh(device_key_octets);
  Botan::system_rng().randomize(fresh.data(), fresh.size());
  auto device_key = keys_.device_key(owner, fresh);
  if (!device_key) return failed(device_key.error());
  if (fault::on(fault::KEY_050_another_each_time)) device_key->assign(fresh.begin(), fresh.end());
  return protocol::KeyFound{directory_.key_modes(owner.user), owned(escrow_key_.public_key()), std::move(*device_key),
                            fault::on(fault::KEY_029_not_shown) ? Octets() : std::move(*record)};
}

ServerAnswer KeyKeeper::keep(const store::Owner& owner, View sent) {
  log_request(owner, "store_key");
  const std::scoped_lock lock{mutex_};
  const auto archive = archive_owner(owner);
  const auto record = keys::read_sent(sent, archive, settings_.rounds);
  if (!record && fault::on(fault::KEY_023_any_octets)) return protocol::KeyKept{1};
  if (!record) return refused(record.error(), "a key record that is none, or another's");
  const auto in_force = keys_.record(owner);
  if (!in_force) return failed(in_force.error());
  const auto replacement = keys::may_replace(*in_force, sent, *record, archive, {.permitted = directory_.key_modes(owner.user)});
  if (!replacement) return refused(replacement.error(), "a key record that may not take the place of the one in force");
  if (*replacement == keys::Replacement::in_force_already) {
    // It may have come before and been refused, because what it replaced could not be erased.
    if (auto erased = keys_.finish_erasing(); !erased) return failed(erased.error());
    return protocol::KeyKept{record->generation};
  }
  if (*replacement == keys::Replacement::to_be_opened) {
    if (auto logged = log_opening(owner, "stored"); !logged) return failed(logged.error());
    // Every account of this edition has a password of its own.
    if (const auto opened = keys::opens(sent, *record, archive, escrow_key_, true); !opened)
      return refused(opened.error(), "a key record whose wrap the server cannot open");
  }
  if (auto kept = keys_.change({.records = {{owner, Octets(sent.begin(), sent.end())}}}); !kept) return failed(kept.error());
  return protocol::KeyKept{record->generation};
}

// [KEY-046] A server MUST answer any other recover_key with a recovery_wrap of the archive's key for the public key in it.
ServerAnswer KeyKeeper::open(const store::Owner& owner, View recipient) {
  log_request(owner, "recover_key");
  const auto kept = keys_.record(owner);
  if (!kept) return failed(kept.error());
  // [KEY-045] A server MUST close with nothing_to_recover when recover_key comes and the archive has no server_wrap for its escrow key.
  if (kept->empty()) return refused(Reason::nothing_to_recover, "the archive has no key record");
  const auto record = read(*kept, owner);
  if (!opens(record) && fault::on(fault::KEY_045_answers_anyway)) return protocol::KeyOpened{Octets(72)};
  if (!record.server) return refused(Reason::nothing_to_recover, "the archive's key is in mode " + std::string(name(record.mode)));
  if (!opens(record)) return refused(Reason::nothing_to_recover, "the archive's key is wrapped for an escrow key that was given up");
  if (auto logged = log_opening(owner, "recovery"); !logged) return failed(logged.error());
  const auto archive = archive_owner(owner);
  const auto key = keys::open_escrow(record, archive, escrow_key_);
  if (!key) return protocol::Failed{"the server cannot open its own wrap: " + std::string(keys::describe(key.error()))};
  // [KEY-042] A server MUST NOT store or log an archive key, an archive password or an account password in the clear.
  if (fault::on(fault::KEY_042_key_in_the_log))
    (void)events_.note_durably("key", std::vector<std::pair<std::string_view, std::string>>{
                                          {"key", Botan::hex_encode(key->octets().data(), key->octets().size(), false)}});
  keys::PublicKey to{};
  std::ranges::copy(recipient, to.begin());
  const auto wrap = keys::wrap_for(keys::Wrap::recovery, archive, *key, to, Botan::system_rng());
  // [KEY-017] An endpoint MUST refuse an agreement whose shared secret is 32 zero octets.
  if (!wrap) return refused(Reason::nothing_to_recover, "a one-time key of small order");
  if (fault::on(fault::KEY_046_another_key)) return protocol::KeyOpened{Octets(72, 1)};
  Octets answer = owned(wrap->one_time);
  answer.insert(answer.end(), wrap->wrapped.begin(), wrap->wrapped.end());
  return protocol::KeyOpened{std::move(answer)};
}

ServerAnswer KeyKeeper::set_password(const store::Owner& owner, View current, View replacement) {
  log_request(owner, "change_password");
  const std::scoped_lock lock{mutex_};  // of two changes at once the second finds the first one's password
  // [KEY-044] A server MUST close with password_refused when the current password of change_password is not the user's.
  if (!directory_.password_is(owner.user, current) && !fault::on(fault::KEY_044_any_password))
    return refused(Reason::password_refused, "the current password is wrong");
  if (std::ranges::equal(current, replacement)) {  // it is not another one, or it came before and what it replaced could not be erased
    if (auto erased = keys_.finish_erasing(); !erased) return failed(erased.error());
    return protocol::PasswordSet{};
  }
  const auto replaced = replace_password(owner.user, replacement, "password changed");
  return replaced ? ServerAnswer(protocol::PasswordSet{}) : replaced.error();
}

std::expected<std::vector<store::Owner>, ServerAnswer> KeyKeeper::reset_password(std::uint64_t user, View replacement) {
  const std::scoped_lock lock{mutex_};
  return replace_password(user, replacement, "password reset");
}

// [KEY-043] A server that sets another account password MUST in the same transaction replace the account_wrap of each key record of the
// user whose server_wrap it opens
std::expected<std::vector<store::Owner>, ServerAnswer> KeyKeeper::replace_password(std::uint64_t user, View replacement,
                                                                                   std::string_view cause) {
  if (fault::on(fault::KEY_042_password_in_the_log))
    (void)events_.note_durably("password", std::vector<std::pair<std::string_view, std::string>>{
                                               {"password", std::string(replacement.begin(), replacement.end())}});
  auto verifier = accounts::make_verifier(Botan::system_rng(), replacement, directory_.rounds());
  const auto records = keys_.records_of(user);
  if (!records) return std::unexpected(failed(records.error()));
  store::KeyChange change;
  std::vector<store::Owner> unopened;
  for (const auto& [whose, octets] : *records) {
    const auto record = read(octets, whose);
    // What is wrapped for an escrow key that was given up stays [KEY-054]; its user's next login wraps it anew.
    if (!opens(record) || fault::on(fault::KEY_043_wraps_stay)) continue;
    if (change.records.empty() || !fault::on(fault::KEY_039_one_for_all))
      if (auto logged = log_opening(whose, cause); !logged) return std::unexpected(failed(logged.error()));
    auto next = keys::wrapped_anew(record, archive_owner(whose), escrow_key_, replacement, directory_.rounds(), Botan::system_rng());
    if (!next) {
      if (auto told = tell_of_unopened(events_, whose, next.error()); !told) return std::unexpected(failed(told.error()));
      unopened.push_back(whose);
      continue;
    }
    change.records.emplace_back(whose, std::move(*next));
  }
  change.verifiers.push_back({user, {Octets(verifier.salt.begin(), verifier.salt.end()), verifier.rounds, verifier.hash}});
  // Once the wraps are replaced the older password opens nothing, so it logs in no more, also where the erasing then fails.
  if (auto done = keys_.change(change, [&] { directory_.set_verifier(user, std::move(verifier)); }); !done)
    return std::unexpected(failed(done.error()));
  return unopened;
}

// [KEY-012] A server that does not permit custom MUST close with key_mode_refused when blocks are offered to an archive that has no key
// record.
std::optional<ServerAnswer> KeyKeeper::may_offer(const store::Owner& owner) {
  if (keys::KeyPolicy{.permitted = directory_.key_modes(owner.user)}.permits_no_record() || fault::on(fault::KEY_012_without_a_record))
    return std::nullopt;
  const auto kept = keys_.record(owner);
  if (!kept) return failed(kept.error());
  if (!kept->empty()) return std::nullopt;
  return refused(Reason::key_mode_refused, "the archive has no key record, and custom is not permitted");
}

}  // namespace coffer::server
