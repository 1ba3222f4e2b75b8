#include "rigs/agreement.h"

#include <string>

#include "protocol/block_frame.h"
#include "protocol/samples.h"
#include "rigs/oracle.h"

namespace coffer::fuzz {

using namespace protocol;

namespace {

Octets octets(const Digest& digest) { return {digest.begin(), digest.end()}; }

/// A block without its checksum, of which a client's program hears nothing.
Octets block(const Digest& id, View sealed) { return block_frame(id, {}, sealed); }

/// The frame that carries a statement; none where it has none of its own.
struct Stated {
  // ---- What a client's program asks, and a server's shell is asked ----------------------------------------------------------------
  Octets operator()(const BeginPing&) const { return {}; }
  Octets operator()(const Leave&) const { return {}; }
  Octets operator()(const BeginOffer& asked) const { return encode(OfferBlocks{asked.ids}); }
  Octets operator()(const FindMissing& asked) const { return encode(OfferBlocks{asked.ids}); }
  Octets operator()(const SendBlock& asked) const { return block(asked.id, asked.sealed); }
  Octets operator()(const StoreBlock& asked) const { return block(asked.id, asked.sealed); }
  Octets operator()(const BeginCommit& asked) const { return encode(asked.version); }
  Octets operator()(const CommitRequest& asked) const { return encode(asked.version); }
  Octets operator()(const BeginList& asked) const { return encode(ListVersions{asked.from}); }
  Octets operator()(const FindVersions& asked) const { return encode(ListVersions{asked.from}); }
  Octets operator()(const BeginListBlocks& asked) const { return encode(ListBlocks{octets(asked.after)}); }
  Octets operator()(const FindBlockIds& asked) const { return encode(ListBlocks{octets(asked.after)}); }
  Octets operator()(const BeginRelease& asked) const { return encode(ReleaseBlocks{asked.ids}); }
  Octets operator()(const StageRelease& asked) const { return encode(ReleaseBlocks{asked.ids}); }
  Octets operator()(const BeginFetchKey&) const { return encode(FetchKey{}); }
  Octets operator()(const FindKey&) const { return encode(FetchKey{}); }
  Octets operator()(const BeginStoreKey& asked) const { return encode(StoreKey{asked.record}); }
  Octets operator()(const KeepKey& asked) const { return encode(StoreKey{asked.record}); }
  Octets operator()(const BeginRecoverKey& asked) const { return encode(RecoverKey{asked.recipient}); }
  Octets operator()(const OpenKey& asked) const { return encode(RecoverKey{asked.recipient}); }
  Octets operator()(const BeginChangePassword& asked) const { return encode(ChangePassword{asked.current, asked.replacement}); }
  Octets operator()(const SetPassword& asked) const { return encode(ChangePassword{asked.current, asked.replacement}); }
  Octets operator()(const RequestRestore& asked) const { return encode(RestoreBegin{asked.version, asked.purpose}); }
  Octets operator()(const BeginRestore& asked) const { return encode(RestoreBegin{asked.version, asked.purpose}); }
  Octets operator()(const BeginFetch& asked) const { return encode(FetchBlocks{asked.ids}); }
  Octets operator()(const LoadBlocks& asked) const { return encode(FetchBlocks{asked.ids}); }
  Octets operator()(const FinishRestore& asked) const { return encode(RestoreEnd{asked.complete}); }
  Octets operator()(const EndRestore& asked) const { return encode(RestoreEnd{asked.complete}); }
  Octets operator()(const CheckComputer& asked) const { return encode(Computer{asked.guid}); }
  Octets operator()(const CheckLogin& asked) const { return encode(asked.login); }
  Octets operator()(const Note&) const { return {}; }
  Octets operator()(const Send&) const { return {}; }
  Octets operator()(const Close&) const { return {}; }

  // ---- What a server's shell answers, and a client's program is told ---------------------------------------------------------------
  Octets operator()(const ComputerAdmitted&) const { return encode(ServerIdentity{samples::server}); }
  Octets operator()(const ServerSeen& told) const { return encode(ServerIdentity{told.guid}); }
  Octets operator()(const LoginAdmitted& answer) const { return encode(LoginAccepted{answer.user, answer.permissions}); }
  Octets operator()(const LoggedIn& told) const { return encode(LoginAccepted{told.user, told.permissions}); }
  Octets operator()(const Configured& told) const { return encode(ConfigPush{told.version, told.settings}); }
  Octets operator()(const MissingFound& answer) const { return encode(MissingBlocks{answer.indices}); }
  Octets operator()(const Wanted& told) const { return encode(MissingBlocks{told.indices}); }
  Octets operator()(const Committed&) const { return encode(VersionCommitted{committing}); }
  Octets operator()(const VersionStored& told) const { return encode(VersionCommitted{told.number}); }
  Octets operator()(const VersionsFound& answer) const { return encode(Versions{answer.entries, answer.more}); }
  Octets operator()(const VersionsListed& told) const { return encode(Versions{told.entries, told.more}); }
  Octets operator()(const BlockIdsFound& answer) const { return encode(BlockList{answer.ids, answer.more}); }
  Octets operator()(const BlocksListed& told) const { return encode(BlockList{told.ids, told.more}); }
  Octets operator()(const ReleaseStaged&) const { return encode(BlocksReleased{}); }
  Octets operator()(const ReleaseTaken&) const { return encode(BlocksReleased{}); }
  Octets operator()(const KeyFound& answer) const {
    return encode(KeyState{answer.modes, answer.escrow_key, answer.device_key, answer.record});
  }
  Octets operator()(const KeyShown& told) const { return encode(KeyState{told.modes, told.escrow_key, told.device_key, told.record}); }
  Octets operator()(const KeyKept& answer) const { return encode(KeyStored{answer.generation}); }
  Octets operator()(const KeyAcknowledged& told) const { return encode(KeyStored{told.generation}); }
  Octets operator()(const KeyOpened& answer) const { return encode(KeyRecovered{answer.wrap}); }
  Octets operator()(const KeyHandedOver& told) const { return encode(KeyRecovered{told.wrap}); }
  Octets operator()(const PasswordSet&) const { return encode(PasswordChanged{}); }
  Octets operator()(const PasswordTaken&) const { return encode(PasswordChanged{}); }
  Octets operator()(const RestoreAdmitted&) const { return encode(RestoreBegun{}); }
  Octets operator()(const RestoreStarted&) const { return encode(RestoreBegun{}); }
  Octets operator()(const BlockLoaded& answer) const { return block(answer.id, answer.sealed); }
  Octets operator()(const BlockArrived& told) const { return block(told.id, told.sealed); }
  Octets operator()(const BlocksLoaded& answer) const { return encode(BlocksFetched{answer.missing}); }
  Octets operator()(const BlocksEnded& told) const { return encode(BlocksFetched{told.missing}); }
  Octets operator()(const RestoreClosed&) const { return encode(RestoreEnded{}); }
  Octets operator()(const RestoreFinished&) const { return encode(RestoreEnded{}); }
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
  say(to_server_, encode(Computer{settings.computer}));
  say(to_server_, encode(settings.login));
}
void Agreement::said(const ClientRequest& request) { say(to_server_, std::visit(Stated{}, request)); }
void Agreement::said(const ServerAnswer& answer) {
  say(to_client_, std::visit(Stated{committing_}, answer));
  if (const auto* admitted = std::get_if<LoginAdmitted>(&answer))
    say(to_client_, encode(ConfigPush{admitted->config_version, admitted->settings}));
}
void Agreement::heard(const ServerAction& action) {
  if (const auto* commit = std::get_if<CommitRequest>(&action)) committing_ = commit->version.number;
  hear(to_server_, std::visit(Stated{}, action), "SES-003 a server's shell is asked what the client's program asked, in that order");
}
void Agreement::heard(const ClientAction& action) {
  hear(to_client_, std::visit(Stated{}, action), "SES-003 a client's program is told what the server's shell answered, in that order");
}

}  // namespace coffer::fuzz
