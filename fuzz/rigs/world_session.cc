#include "rigs/world_session.h"

#include <botan/system_rng.h>

#include "keys/key_making.h"
#include "protocol/samples.h"
#include "rigs/program.h"

namespace coffer::fuzz {

namespace p = protocol;
namespace samples = protocol::samples;

namespace {

constexpr keys::Rounds any_rounds{.min = 1, .max = 100};

template <typename Answer>
const Answer* is(const std::vector<p::ServerAnswer>& answers) {
  return std::get_if<Answer>(&answers.front());
}

keys::Secret secret(std::string_view text) { return {text.begin(), text.end()}; }

/// Nothing that is sent holds an archive key.
void demand_no_key(View octets, const keys::ArchiveKey& key) {
  demand(std::ranges::search(octets, key.octets()).empty(), "KEY-042 an archive key is nowhere in the clear");
}

}  // namespace

keys::ArchiveKey archive_key_of(std::uint64_t user, std::uint64_t computer) {
  Octets key(32);
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>((user * 31 + computer) * (i + 3) + i * i);
  return keys::ArchiveKey::from_octets(key).value();
}

WorldSession::WorldSession(World& world, net::ConnectionId connection, const p::Login& login, std::uint64_t computer, p::Time now)
    : world_(world),
      connection_(connection),
      conversation_(ideal_channel(connection),
                    {samples::version(), computer, login, samples::server, samples::client_config, spec::timer_milliseconds}, now, *this) {}

keys::ArchiveOwner WorldSession::owner() const { return {user_, computer_, samples::server}; }

// ---- The program ------------------------------------------------------------------------------------------------------------------------

void WorldSession::ask(const trace::Step& step) { conversation_.ask(request(step)); }

p::ClientRequest WorldSession::request(const trace::Step& step) {
  const auto which = static_cast<trace::Request>(step.a);
  if (which == trace::Request::commit && step.c % 4 != 3)
    return p::BeginCommit{archive().next(Octets(80, static_cast<std::uint8_t>(step.c)), step.c % 4 == 2 ? step.b : 0)};
  if (which == trace::Request::store_key)
    if (auto made = key_record(step.c)) return *made;
  if (which == trace::Request::recover_key && conversation_.client_state() == spec::client_session::State::ready) {
    one_time_ = keys::AgreementKey::generate(Botan::system_rng());
    const auto& recipient = one_time_->public_key();
    return p::BeginRecoverKey{{recipient.begin(), recipient.end()}};
  }
  if (which == trace::Request::change_password) {
    const bool wrong = step.c % 4 == 3 || user_ == 0;
    return p::BeginChangePassword{secret(wrong ? "wrong" : world_.people.password(user_)), secret("horse " + std::to_string(step.c % 3))};
  }
  return make_request(step);
}

/// The next record of the archive's key, in a mode of the three.
std::optional<p::ClientRequest> WorldSession::key_record(std::uint32_t value) {
  if (!shown_ || user_ == 0 || value % 8 == 7) return std::nullopt;
  const auto in_force = keys::read_key_record(shown_->record, owner(), any_rounds);
  keys::PublicKey escrow{};
  std::ranges::copy(shown_->escrow_key, escrow.begin());
  const auto mode = static_cast<keys::KeyMode>(1 + value % 3);
  const auto password = secret(mode == keys::KeyMode::account_password ? world_.people.password(user_) : "archive horse");
  const auto generation = in_force ? in_force->generation + 1 : 1;
  const auto made =
      keys::make_key_record({mode, generation, escrow, View(password), 1}, owner(), archive_key_of(user_, computer_), Botan::system_rng());
  return p::BeginStoreKey{made.value(), generation};
}

void WorldSession::told(const p::ClientAction& action) {
  if (const auto* send = std::get_if<p::Send>(&action)) demand_no_key(send->octets, archive_key_of(user_, computer_));
  if (const auto* shown = std::get_if<p::KeyShown>(&action)) shown_ = *shown;
  if (const auto* handed = std::get_if<p::KeyHandedOver>(&action)) {
    keys::AgreementWrap wrap;
    std::copy_n(handed->wrap.begin(), wrap.one_time.size(), wrap.one_time.begin());
    std::copy_n(handed->wrap.begin() + static_cast<std::ptrdiff_t>(wrap.one_time.size()), wrap.wrapped.size(), wrap.wrapped.begin());
    const auto key = keys::open_as_recipient(keys::Wrap::recovery, owner(), wrap, one_time_.value());
    demand(key && key->octets() == archive_key_of(user_, computer_).octets(), "KEY-046 what is handed over is the archive's key");
  }
}

// ---- The shell --------------------------------------------------------------------------------------------------------------------------

std::vector<p::ServerAnswer> WorldSession::answer(const p::ServerAction& question) {
  auto answers = world_.server.answer(connection_, question);
  judge(question, answers);
  return answers;
}

std::optional<p::ServerAnswer> WorldSession::perform(const p::ServerAction& action) {
  if (const auto* send = std::get_if<p::Send>(&action)) demand_no_key(send->octets, archive_key_of(user_, computer_));
  auto failed = world_.server.perform(connection_, action, user_ != 0);
  if (const auto* block = std::get_if<p::StoreBlock>(&action)) {
    demand(!failed, "ARC-034 a block that was named missing is stored");
    archive().put(block->id);
    releasing_.erase(block->id);
  }
  if (std::holds_alternative<p::Close>(action) && user_ != 0) world_.present.erase(computer_);
  return failed;
}

// ---- The second opinion -----------------------------------------------------------------------------------------------------------------

void WorldSession::judge(const p::ServerAction& question, const std::vector<p::ServerAnswer>& answers) {
  demand(is<p::Failed>(answers) == nullptr, "ERR-006 nothing fails here");
  if (const auto* asked = std::get_if<p::CheckComputer>(&question)) {
    computer_ = asked->guid;
    if (is<p::ComputerAdmitted>(answers) != nullptr)
      demand(!world_.present.contains(computer_), "IDN-004 a computer has one session of a verified user");
  }
  if (const auto* asked = std::get_if<p::CheckLogin>(&question)) judge_login(asked->login, answers.front());
  if (const auto* asked = std::get_if<p::FindMissing>(&question)) {
    demand(is<p::MissingFound>(answers) != nullptr, "ARC-033 what is offered is looked for");
    archive().offered(asked->ids, *is<p::MissingFound>(answers), releasing_);
  }
  if (const auto* asked = std::get_if<p::CommitRequest>(&question)) {
    if (is<p::Committed>(answers) == nullptr) return archive().refused(asked->version);
    archive().committed(asked->version, std::exchange(releasing_, {}));
  }
  if (const auto* asked = std::get_if<p::FindVersions>(&question)) archive().listed(asked->from, *is<p::VersionsFound>(answers));
  if (const auto* asked = std::get_if<p::FindBlockIds>(&question))
    archive().listed(asked->after, *is<p::BlockIdsFound>(answers), releasing_);
  if (const auto* asked = std::get_if<p::StageRelease>(&question)) {
    const auto every = archive().all();
    for (std::size_t i = 0; i * 32 < asked->ids.size(); ++i)
      if (const auto id = ArchiveModel::id_at(asked->ids, i); every.contains(id)) releasing_.insert(id);
  }
  if (const auto* found = is<p::KeyFound>(answers)) {
    demand(found->record == archive().key_record, "KEY-029 the record in force is shown");
    auto& device_key = archive().device_key;
    demand(device_key.empty() || std::ranges::equal(device_key, found->device_key), "KEY-050 a computer has one device key");
    device_key.assign(found->device_key.begin(), found->device_key.end());
  }
  if (const auto* asked = std::get_if<p::KeepKey>(&question)) judge_key_kept(*asked, answers.front());
  if (std::holds_alternative<p::OpenKey>(question)) {
    const auto record = keys::read_key_record(archive().key_record, owner(), any_rounds);
    const bool escrowed = record && record->mode == keys::KeyMode::account_password;
    demand((is<p::KeyOpened>(answers) != nullptr) == escrowed, "KEY-045 the key comes back in account_password, and else never");
    if (escrowed) ++world_.openings;
  }
  if (const auto* asked = std::get_if<p::SetPassword>(&question)) judge_password(*asked, answers.front());
  if (const auto* asked = std::get_if<p::BeginRestore>(&question))
    demand((is<p::RestoreAdmitted>(answers) != nullptr) == archive().has_version(asked->version),
           "ARC-051 a version that there is is restored");
  if (const auto* asked = std::get_if<p::LoadBlocks>(&question)) judge_loaded(*asked, answers);
}

void WorldSession::judge_login(const p::Login& login, const p::ServerAnswer& answer) {
  const auto expected = world_.people.may_log_in(login, computer_);
  const auto* admitted = std::get_if<p::LoginAdmitted>(&answer);
  const bool place = !world_.present.contains(computer_);
  demand((admitted != nullptr) == (expected && place), "IDN-014 who may log in, and nobody else, is admitted");
  if (admitted == nullptr) return;
  demand(admitted->user == expected->user, "IDN-014 as themselves");
  demand(login.deferred || admitted->permissions == expected->permissions, "IDN-015 with what their roles grant");
  user_ = admitted->user;
  world_.people.bind(computer_, user_);
  world_.present[computer_] = connection_;
}

void WorldSession::judge_key_kept(const p::KeepKey& asked, const p::ServerAnswer& answer) {
  auto& in_force = archive().key_record;
  const bool kept = std::holds_alternative<p::KeyKept>(answer);
  if (kept) {
    const auto before = keys::read_key_record(in_force, owner(), any_rounds);
    const auto after = keys::read_key_record(asked.record, owner(), any_rounds);
    demand(after.has_value(), "KEY-023 what is kept is a key record of this archive");
    demand(!before || after->mode >= before->mode, "KEY-011 no mode is lower than the one before");
    demand(!before || after->check == before->check, "KEY-034 an archive has one key");
    demand(after->server.has_value() == (after->mode == keys::KeyMode::account_password), "KEY-006 no escrow in other modes");
    demand(asked.record == in_force || after->generation == (before ? before->generation + 1 : 1), "KEY-032 the next generation");
    if (after->server && asked.record != in_force) ++world_.openings;
    in_force = asked.record;
  }
  demand(world_.server.key_record(user_, computer_) == in_force, "KEY-035 the record that was acknowledged is kept, and no other");
}

void WorldSession::judge_password(const p::SetPassword& asked, const p::ServerAnswer& answer) {
  const bool right = std::ranges::equal(asked.current, world_.people.password(user_));
  demand(std::holds_alternative<p::PasswordSet>(answer) == right, "KEY-044 who knows the password sets another one");
  if (!right) return;
  ++world_.password_changes;
  world_.people.set_password(user_, {asked.replacement.begin(), asked.replacement.end()});
  for (auto& [whose, model] : world_.archives) {
    if (whose.first != user_) continue;
    const keys::ArchiveOwner owner{whose.first, whose.second, samples::server};
    model.key_record = world_.server.key_record(whose.first, whose.second);
    const auto record = keys::read_key_record(model.key_record, owner, any_rounds);
    if (!record || record->mode != keys::KeyMode::account_password) continue;
    const auto opened = keys::open_with_password(*record, owner, asked.replacement);
    demand(opened && opened->octets() == archive_key_of(whose.first, whose.second).octets(), "KEY-043 the new password opens the key");
  }
}

void WorldSession::judge_loaded(const p::LoadBlocks& asked, const std::vector<p::ServerAnswer>& answers) {
  for (const auto& answer : answers) {
    if (const auto* block = std::get_if<p::BlockLoaded>(&answer)) archive().loaded(block->id);
    if (const auto* end = std::get_if<p::BlocksLoaded>(&answer))
      for (const auto index : end->missing) archive().lacks(ArchiveModel::id_at(asked.ids, index));
  }
}

}  // namespace coffer::fuzz
