#include "rigs/agreement.h"

#include <string>

#include "protocol/samples.h"
#include "rigs/oracle.h"

namespace coffer::fuzz {

using namespace protocol;

namespace {

// Each field with its length, so that two statements are the same only when all their fields are.
void put(Octets& to, std::uint64_t number) {
  for (unsigned shift = 0; shift < 64; shift += 8) to.push_back(static_cast<std::uint8_t>(number >> shift));
}
void put(Octets& to, View octets) {
  put(to, octets.size());
  to.insert(to.end(), octets.begin(), octets.end());
}
void put(Octets& to, std::string_view text) { put(to, View(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())); }
void put(Octets& to, const Setting& setting) {
  put(to, setting.name);
  put(to, setting.value);
  put(to, std::uint64_t{setting.locked});
}
void put(Octets& to, const VersionEntry& entry) {
  put(to, entry.number);
  put(to, entry.link);
  put(to, entry.record);
}
template <typename Item>
requires(!std::same_as<Item, std::uint8_t>) void put(Octets& to, const std::vector<Item>& items) {
  put(to, items.size());
  for (const auto& item : items) put(to, item);
}

/// The kind of the message that carries it, or `block`, and what it says.
using Kind = spec::MessageKind;
constexpr auto block = static_cast<Kind>(0xFF);  // without its checksum, of which a client's program hears nothing
Octets says(Kind kind, const auto&... fields) {
  Octets statement;
  statement.reserve(256);
  statement.push_back(static_cast<std::uint8_t>(kind));
  (put(statement, fields), ...);
  return statement;
}

Octets says(const CommitVersion& m) { return says(Kind::commit_version, m.number, m.previous, m.link, m.record); }
Octets says(const Login& m) { return says(Kind::login, m.registration_key, m.user_name, m.password, m.computer, m.deferred); }

/// What it says in a frame; nothing where it has none of its own.
struct Stated {
  // ---- What a client's program asks, and a server's shell is asked ----------------------------------------------------------------
  Octets operator()(const BeginPing&) const { return {}; }
  Octets operator()(const Leave&) const { return {}; }
  Octets operator()(const BeginOffer& asked) const { return says(Kind::offer_blocks, asked.ids); }
  Octets operator()(const FindMissing& asked) const { return says(Kind::offer_blocks, asked.ids); }
  Octets operator()(const SendBlock& asked) const { return says(block, asked.id, asked.sealed); }
  Octets operator()(const StoreBlock& asked) const { return says(block, asked.id, asked.sealed); }
  Octets operator()(const BeginCommit& asked) const { return says(asked.version); }
  Octets operator()(const CommitRequest& asked) const { return says(asked.version); }
  Octets operator()(const BeginList& asked) const { return says(Kind::list_versions, asked.from); }
  Octets operator()(const FindVersions& asked) const { return says(Kind::list_versions, asked.from); }
  Octets operator()(const BeginListBlocks& asked) const { return says(Kind::list_blocks, asked.after); }
  Octets operator()(const FindBlockIds& asked) const { return says(Kind::list_blocks, asked.after); }
  Octets operator()(const BeginRelease& asked) const { return says(Kind::release_blocks, asked.ids); }
  Octets operator()(const StageRelease& asked) const { return says(Kind::release_blocks, asked.ids); }
  Octets operator()(const BeginFetchKey&) const { return says(Kind::fetch_key); }
  Octets operator()(const FindKey&) const { return says(Kind::fetch_key); }
  Octets operator()(const BeginStoreKey& asked) const { return says(Kind::store_key, asked.record); }
  Octets operator()(const KeepKey& asked) const { return says(Kind::store_key, asked.record); }
  Octets operator()(const BeginRecoverKey& asked) const { return says(Kind::recover_key, asked.recipient); }
  Octets operator()(const OpenKey& asked) const { return says(Kind::recover_key, asked.recipient); }
  Octets operator()(const BeginChangePassword& asked) const { return says(Kind::change_password, asked.current, asked.replacement); }
  Octets operator()(const SetPassword& asked) const { return says(Kind::change_password, asked.current, asked.replacement); }
  Octets operator()(const RequestRestore& asked) const { return says(Kind::restore_begin, asked.version, asked.purpose); }
  Octets operator()(const BeginRestore& asked) const { return says(Kind::restore_begin, asked.version, asked.purpose); }
  Octets operator()(const BeginFetch& asked) const { return says(Kind::fetch_blocks, asked.ids); }
  Octets operator()(const LoadBlocks& asked) const { return says(Kind::fetch_blocks, asked.ids); }
  Octets operator()(const FinishRestore& asked) const { return says(Kind::restore_end, asked.complete); }
  Octets operator()(const EndRestore& asked) const { return says(Kind::restore_end, asked.complete); }
  Octets operator()(const CheckComputer& asked) const { return says(Kind::computer, asked.guid); }
  Octets operator()(const CheckLogin& asked) const { return says(asked.login); }
  Octets operator()(const Note&) const { return {}; }
  Octets operator()(const Send&) const { return {}; }
  Octets operator()(const Close&) const { return {}; }

  // ---- What a server's shell answers, and a client's program is told ---------------------------------------------------------------
  Octets operator()(const ComputerAdmitted&) const { return says(Kind::server_identity, samples::server); }
  Octets operator()(const ServerSeen& told) const { return says(Kind::server_identity, told.guid); }
  Octets operator()(const LoginAdmitted& answer) const { return says(Kind::login_accepted, answer.user, answer.permissions); }
  Octets operator()(const LoggedIn& told) const { return says(Kind::login_accepted, told.user, told.permissions); }
  Octets operator()(const Configured& told) const { return says(Kind::config_push, told.version, told.settings); }
  Octets operator()(const MissingFound& answer) const { return says(Kind::missing_blocks, answer.indices); }
  Octets operator()(const Wanted& told) const { return says(Kind::missing_blocks, told.indices); }
  Octets operator()(const Committed&) const { return says(Kind::version_committed, committing); }
  Octets operator()(const VersionStored& told) const { return says(Kind::version_committed, told.number); }
  Octets operator()(const VersionsFound& answer) const { return says(Kind::versions, answer.entries, answer.more); }
  Octets operator()(const VersionsListed& told) const { return says(Kind::versions, told.entries, told.more); }
  Octets operator()(const BlockIdsFound& answer) const { return says(Kind::block_list, answer.ids, answer.more); }
  Octets operator()(const BlocksListed& told) const { return says(Kind::block_list, told.ids, told.more); }
  Octets operator()(const ReleaseStaged&) const { return says(Kind::blocks_released); }
  Octets operator()(const ReleaseTaken&) const { return says(Kind::blocks_released); }
  Octets operator()(const KeyFound& answer) const {
    return says(Kind::key_state, answer.modes, answer.escrow_key, answer.device_key, answer.record);
  }
  Octets operator()(const KeyShown& told) const { return says(Kind::key_state, told.modes, told.escrow_key, told.device_key, told.record); }
  Octets operator()(const KeyKept& answer) const { return says(Kind::key_stored, answer.generation); }
  Octets operator()(const KeyAcknowledged& told) const { return says(Kind::key_stored, told.generation); }
  Octets operator()(const KeyOpened& answer) const { return says(Kind::key_recovered, answer.wrap); }
  Octets operator()(const KeyHandedOver& told) const { return says(Kind::key_recovered, told.wrap); }
  Octets operator()(const PasswordSet&) const { return says(Kind::password_changed); }
  Octets operator()(const PasswordTaken&) const { return says(Kind::password_changed); }
  Octets operator()(const RestoreAdmitted&) const { return says(Kind::restore_begun); }
  Octets operator()(const RestoreStarted&) const { return says(Kind::restore_begun); }
  Octets operator()(const BlockLoaded& answer) const { return says(block, answer.id, answer.sealed); }
  Octets operator()(const BlockArrived& told) const { return says(block, told.id, told.sealed); }
  Octets operator()(const BlocksLoaded& answer) const { return says(Kind::blocks_fetched, answer.missing); }
  Octets operator()(const BlocksEnded& told) const { return says(Kind::blocks_fetched, told.missing); }
  Octets operator()(const RestoreClosed&) const { return says(Kind::restore_ended); }
  Octets operator()(const RestoreFinished&) const { return says(Kind::restore_ended); }
  Octets operator()(const ComputerRefused&) const { return {}; }
  Octets operator()(const LoginRefused&) const { return {}; }
  Octets operator()(const Refused&) const { return {}; }
  Octets operator()(const Failed&) const { return {}; }
  Octets operator()(const SessionReady&) const { return {}; }
  Octets operator()(const Alive&) const { return {}; }
  Octets operator()(const Ended&) const { return {}; }

  std::uint64_t committing = 0;  // the version that the server's shell was asked to store
};

void say(std::deque<Octets>& way, Octets statement) {
  if (!statement.empty()) way.push_back(std::move(statement));
}

void hear(std::deque<Octets>& way, const Octets& statement, std::string_view rule) {
  if (statement.empty()) return;
  demand(!way.empty() && way.front() == statement, rule);
  way.pop_front();
}

}  // namespace

void Agreement::said(const ClientSettings& settings) {
  say(to_server_, says(Kind::computer, settings.computer));
  say(to_server_, says(settings.login));
}
void Agreement::said(const ClientRequest& request) { say(to_server_, std::visit(Stated{}, request)); }
void Agreement::said(const ServerAnswer& answer) {
  say(to_client_, std::visit(Stated{committing_}, answer));
  if (const auto* admitted = std::get_if<LoginAdmitted>(&answer))
    say(to_client_, says(Kind::config_push, admitted->config_version, admitted->settings));
}
void Agreement::heard(const ServerAction& action) {
  if (const auto* commit = std::get_if<CommitRequest>(&action)) committing_ = commit->version.number;
  hear(to_server_, std::visit(Stated{}, action), "SES-003 a server's shell is asked what the client's program asked, in that order");
}
void Agreement::heard(const ClientAction& action) {
  hear(to_client_, std::visit(Stated{}, action), "SES-003 a client's program is told what the server's shell answered, in that order");
}

}  // namespace coffer::fuzz
