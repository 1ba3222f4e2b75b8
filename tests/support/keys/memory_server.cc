#include "keys/memory_server.h"

#include <algorithm>
#include <utility>

namespace coffer::keys {
namespace {

constexpr Rounds taken{.min = few_rounds};

}  // namespace

Octets MemoryServer::device_key(const ArchiveOwner& whose) {
  Octets& key = whose == owner ? device_key_ : strangers_;
  if (key.empty()) {
    key.resize(32);
    random_.randomize(key.data(), key.size());
  }
  return key;
}

bool MemoryServer::keep(View sent) {
  const auto record = read_sent(sent, owner, taken);
  if (!record) return false;
  const auto answer = may_replace(record_, sent, *record, owner, policy_);
  if (!answer) return false;
  if (*answer == Replacement::to_be_opened && !opens(sent, *record, owner, escrow_, true)) return false;
  return *answer == Replacement::in_force_already || replace({sent.begin(), sent.end()});
}

bool MemoryServer::replace(Octets record) {
  record_ = std::move(record);
  return !std::exchange(dies_, false);
}

std::optional<KeyRecord> MemoryServer::escrowed() const {
  const auto record = read_key_record(record_, owner, taken);
  return record && record->server ? std::optional(*record) : std::nullopt;
}

std::optional<Octets> MemoryServer::open(const PublicKey& recipient) {
  const auto record = escrowed();
  if (!record) return std::nullopt;
  const auto key = open_escrow(*record, owner, escrow_);
  if (!key) return std::nullopt;
  const AgreementWrap wrap = wrap_for(Wrap::recovery, owner, *key, recipient, random_).value();
  Octets answer(wrap.one_time.begin(), wrap.one_time.end());
  answer.insert(answer.end(), wrap.wrapped.begin(), wrap.wrapped.end());
  return answer;
}

bool MemoryServer::change_password(View current, View replacement) {
  if (!std::ranges::equal(current, password_)) return false;
  reset_password(replacement);
  return true;
}

void MemoryServer::reset_password(View replacement) {
  password_.assign(replacement.begin(), replacement.end());
  if (const auto record = escrowed()) replace(wrapped_anew(*record, owner, escrow_, replacement, few_rounds, random_).value());
}

void MemoryServer::set_active(bool active) {
  if (!active) device_key_.clear();
}

void MemoryServer::rotate_escrow_key(bool cut_short) {
  AgreementKey next = AgreementKey::generate(random_);
  if (cut_short) return;
  if (const auto record = escrowed()) replace(for_another_escrow_key(*record, owner, escrow_, next.public_key(), random_).value());
  escrow_ = std::move(next);
}

Octets MemoryServer::stored() const {
  Octets all = record_;
  for (const Octets& key : {device_key_, strangers_}) all.insert(all.end(), key.begin(), key.end());
  return all;
}

}  // namespace coffer::keys
