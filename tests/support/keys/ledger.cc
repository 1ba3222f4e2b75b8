#include "keys/ledger.h"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>

namespace coffer::keys {
namespace {

constexpr Rounds every{.min = 0, .max = std::numeric_limits<std::uint32_t>::max()};

bool stands_in(View octets, View part) {
  const std::string_view all(reinterpret_cast<const char*>(octets.data()), octets.size());
  return all.find({reinterpret_cast<const char*>(part.data()), part.size()}) != std::string_view::npos;
}

View sealed(const PasswordWrap& wrap) { return wrap.wrapped; }
View sealed(const AgreementWrap& wrap) { return wrap.wrapped; }
View sealed(const Wrapped& wrap) { return wrap; }

View fresh(const PasswordWrap& wrap) { return wrap.salt; }
View fresh(const AgreementWrap& wrap) { return wrap.one_time; }
View fresh(const Wrapped&) { return {}; }

}  // namespace

Possession Ledger::secret(View octets) {
  Octets owned(octets.begin(), octets.end());
  const auto known = static_cast<std::size_t>(std::ranges::find(secrets_, owned) - secrets_.begin());
  Possession found;
  found.secrets.set(known);
  if (known < secrets_.size()) return found;
  for (std::size_t i = 0; i < wraps_.size(); ++i) opened_by_[i].set(known, opens(wraps_[i], owned));
  const auto key = ArchiveKey::from_octets(octets);
  keys_.set(known, key && key->check_value() == check_);
  secrets_.push_back(std::move(owned));
  return found;
}

Possession Ledger::wrap_of(const AnyWrap& wrap) {
  const auto known = static_cast<std::size_t>(std::ranges::find(wraps_, wrap) - wraps_.begin());
  Possession found;
  found.wraps.set(known);
  if (known < wraps_.size()) return found;
  const auto fresh_of = [](const AnyWrap& one) { return std::visit([](const auto& kind) { return fresh(kind); }, one); };
  for (const AnyWrap& before : wraps_)
    repeats_ = repeats_ || (!fresh_of(wrap).empty() && std::ranges::equal(fresh_of(before), fresh_of(wrap)));
  wraps_.push_back(wrap);
  auto& opened = opened_by_.emplace_back();
  for (std::size_t i = 0; i < secrets_.size(); ++i) opened.set(i, opens(wrap, secrets_[i]));
  return found;
}

Possession Ledger::record(View octets) {
  Possession found;
  const auto record = read_key_record(octets, owner_, every);
  if (record && record->password) found |= wrap_of(*record->password);
  if (record && record->server) found |= wrap_of(record->server->wrap);
  return found;
}

/// Fuzzers make the same keys again in every world, and a try is dear.
bool Ledger::opens(const AnyWrap& wrap, const Octets& secret) const {
  constexpr std::size_t remembered_max = 1U << 17U;
  static std::unordered_map<std::string, bool> remembered;
  if (remembered.size() == remembered_max) remembered.clear();
  std::string tried(1, static_cast<char>(wrap.index()));
  const auto add = [&](View octets) { tried.append(octets.begin(), octets.end()); };
  add(check_);
  std::visit([&](const auto& kind) { add(sealed(kind)), add(fresh(kind)); }, wrap);
  add(secret);
  const auto [known, anew] = remembered.try_emplace(std::move(tried));
  if (anew) known->second = tried_out(wrap, secret);
  return known->second;
}

bool Ledger::tried_out(const AnyWrap& any, const Octets& secret) const {
  const bool of_key_size = secret.size() == 32;
  const Secret owned(secret.begin(), secret.end());
  // As if the secret were the wrapping key itself: a verifier, say.
  if (of_key_size && is_the_key(unwrap(owned, std::visit([](const auto& wrap) { return sealed(wrap); }, any)))) return true;
  if (const auto* wrap = std::get_if<PasswordWrap>(&any))
    return is_the_key(open_with_password(Wrap::account, owner_, *wrap, secret)) ||
           is_the_key(open_with_password(Wrap::archive, owner_, *wrap, secret));
  if (const auto* wrap = std::get_if<Wrapped>(&any)) return is_the_key(open_on_device(owner_, *wrap, secret));
  if (!of_key_size) return false;
  const AgreementKey recipient(owned);
  const auto& wrap = std::get<AgreementWrap>(any);
  return is_the_key(open_as_recipient(Wrap::server, owner_, wrap, recipient)) ||
         is_the_key(open_as_recipient(Wrap::recovery, owner_, wrap, recipient));
}

bool Ledger::opens(const Possession& has) const {
  if ((has.secrets & keys_).any()) return true;
  for (std::size_t i = 0; i < wraps_.size(); ++i)
    if (has.wraps.test(i) && (has.secrets & opened_by_[i]).any()) return true;
  return false;
}

Possession Ledger::lying_in(View octets) const {
  Possession found;
  for (std::size_t i = 0; i < secrets_.size(); ++i) found.secrets.set(i, stands_in(octets, secrets_[i]));
  for (std::size_t i = 0; i < wraps_.size(); ++i)
    found.wraps.set(i, stands_in(octets, std::visit([](const auto& wrap) { return sealed(wrap); }, wraps_[i])));
  return found;
}

}  // namespace coffer::keys
