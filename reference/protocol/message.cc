// The one encoding of messages and block metadata. For each message, what is written and what is read stand together.
// A payload is decoded field by field into a plain value, which is encoded again: only identical octets are a message. That one comparison
// refuses padding, reordered objects, empty lists that are not null, fields that the schema does not have, and trailing octets.
#include "protocol/message.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <botan/mem_ops.h>
#include <capnp/any.h>
#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include "coffer.capnp.h"
#include "coffer/spec/limits.h"
#include "fault/slip.h"
#include "fault/switch.h"
#include "protocol/wipe.h"

namespace coffer::protocol {

namespace {

using spec::Reason;

static_assert(std::variant_size_v<Message> == spec::message_rows.size());

/// Thrown nowhere but inside this file, caught in decode(): what Cap'n Proto itself would not call an error.
struct NotAMessage {
  std::string_view requirement;
};

// ---- Fields: an empty text, data or list is a null pointer, and so is not set at all [MSG-001] ------------------------------------

capnp::Data::Reader octets(const auto& from) { return {from.data(), from.size()}; }
capnp::Text::Reader characters(const std::string& from) { return {from.c_str(), from.size()}; }

Octets owned(capnp::Data::Reader from) { return {from.begin(), from.end()}; }
std::string owned(capnp::Text::Reader from) { return {from.begin(), from.size()}; }

void put_indices(capnp::List<std::uint16_t>::Builder to, const std::vector<std::uint16_t>& from) {
  for (unsigned i = 0; i < to.size(); ++i) to.set(i, from[i]);
}
std::vector<std::uint16_t> owned(capnp::List<std::uint16_t>::Reader from) {
  std::vector<std::uint16_t> indices;
  indices.reserve(from.size());
  for (const auto index : from) indices.push_back(index);
  return indices;
}

// ---- Messages in the order of the schema --------------------------------------------------------------------------------------------

void put(schema::Control::Builder to, const Disconnect& m) { to.initDisconnect().setReason(m.reason); }
Disconnect take(schema::Disconnect::Reader from) { return {from.getReason()}; }

void put(schema::Control::Builder to, const Ping& m) { to.initPing().setToken(m.token); }
Ping take(schema::Ping::Reader from) { return {from.getToken()}; }

void put(schema::Control::Builder to, const Pong& m) { to.initPong().setToken(m.token); }
Pong take(schema::Pong::Reader from) { return {from.getToken()}; }

void put(schema::Control::Builder to, const Goodbye&) { to.initGoodbye(); }
Goodbye take(schema::Goodbye::Reader) { return {}; }

void put(schema::Control::Builder control, const Version& m) {
  auto to = control.initVersion();
  to.setProtocol(m.protocol);
  to.setMajor(m.major);
  to.setMinor(m.minor);
  to.setPatch(m.patch);
  to.setTimeZoneMinutes(m.time_zone_minutes);
  if (!m.operating_system.empty()) to.setOperatingSystem(characters(m.operating_system));
  if (!m.virtual_machine.empty()) to.setVirtualMachine(characters(m.virtual_machine));
  if (!m.address.empty()) to.setAddress(characters(m.address));
}
Version take(schema::Version::Reader from) {
  return {from.getProtocol(),
          from.getMajor(),
          from.getMinor(),
          from.getPatch(),
          from.getTimeZoneMinutes(),
          owned(from.getOperatingSystem()),
          owned(from.getVirtualMachine()),
          owned(from.getAddress())};
}

void put(schema::Control::Builder control, const Proceed& m) {
  auto to = control.initProceed();
  to.setMajor(m.major);
  to.setMinor(m.minor);
  to.setPatch(m.patch);
}
Proceed take(schema::Proceed::Reader from) { return {from.getMajor(), from.getMinor(), from.getPatch()}; }

void put(schema::Control::Builder to, const Computer& m) { to.initComputer().setGuid(m.guid); }
Computer take(schema::Computer::Reader from) { return {from.getGuid()}; }

void put(schema::Control::Builder to, const ServerIdentity& m) { to.initServerIdentity().setGuid(m.guid); }
ServerIdentity take(schema::ServerIdentity::Reader from) { return {from.getGuid()}; }

void put(schema::Control::Builder control, const Login& m) {
  auto to = control.initLogin();
  if (!m.registration_key.empty()) to.setRegistrationKey(characters(m.registration_key));
  if (!m.user_name.empty()) to.setUserName(characters(m.user_name));
  if (!m.password.empty()) to.setPassword(octets(m.password));
  to.setComputer(m.computer);
  to.setDeferred(m.deferred);
}
Login take(schema::Login::Reader from) {
  const auto password = from.getPassword();
  return {owned(from.getRegistrationKey()),
          owned(from.getUserName()),
          {password.begin(), password.end()},
          from.getComputer(),
          from.getDeferred()};
}

void put(schema::Control::Builder control, const LoginAccepted& m) {
  auto to = control.initLoginAccepted();
  to.setUser(m.user);
  to.setPermissions(m.permissions);
}
LoginAccepted take(schema::LoginAccepted::Reader from) { return {from.getUser(), from.getPermissions()}; }

void put(schema::Control::Builder to, const ConfigState& m) { to.initConfigState().setVersion(m.version); }
ConfigState take(schema::ConfigState::Reader from) { return {from.getVersion()}; }

void put(schema::Setting::Builder to, const Setting& m) {
  if (!m.name.empty()) to.setName(characters(m.name));
  if (!m.value.empty()) to.setValue(characters(m.value));
  to.setLocked(m.locked);
}
Setting take(schema::Setting::Reader from) { return {owned(from.getName()), owned(from.getValue()), from.getLocked()}; }
bool takes_octets(const Setting& m) { return !m.name.empty() || !m.value.empty() || m.locked; }

void put(schema::VersionEntry::Builder to, const VersionEntry& m) {
  to.setNumber(m.number);
  if (!m.link.empty()) to.setLink(octets(m.link));
  if (!m.record.empty()) to.setRecord(octets(m.record));
}
VersionEntry take(schema::VersionEntry::Reader from) { return {from.getNumber(), owned(from.getLink()), owned(from.getRecord())}; }
bool takes_octets(const VersionEntry& m) { return m.number != 0 || !m.link.empty() || !m.record.empty(); }

template <typename Value>
void put_list(auto to, const std::vector<Value>& from) {
  for (unsigned i = 0; i < to.size(); ++i) put(to[i], from[i]);
}

// [MSG-008] A receiver MUST close with malformed_message when the elements of a list of structs take no octets.
// (One word could claim half a thousand million of them.)
template <typename Value>
std::vector<Value> take_list(auto from) {
  std::vector<Value> values;
  if (from.size() > spec::limits::control_octets_max / sizeof(capnp::word)) throw NotAMessage{"MSG-008"};
  values.reserve(from.size());
  for (const auto element : from) values.push_back(take(element));
  if (!values.empty() && std::ranges::none_of(values, [](const Value& value) { return takes_octets(value); }) &&
      !fault::on(fault::MSG_008_empty_elements_taken))
    throw NotAMessage{"MSG-008"};
  return values;
}

void put(schema::Control::Builder control, const ConfigPush& m) {
  auto to = control.initConfigPush();
  to.setVersion(m.version);
  if (!m.settings.empty()) put_list(to.initSettings(static_cast<unsigned>(m.settings.size())), m.settings);
}
ConfigPush take(schema::ConfigPush::Reader from) { return {from.getVersion(), take_list<Setting>(from.getSettings())}; }

void put(schema::Control::Builder to, const ConfigAck& m) { to.initConfigAck().setVersion(m.version); }
ConfigAck take(schema::ConfigAck::Reader from) { return {from.getVersion()}; }

void put(schema::Control::Builder to, const Ready&) { to.initReady(); }
Ready take(schema::Ready::Reader) { return {}; }

void put(schema::Control::Builder control, const OfferBlocks& m) {
  auto to = control.initOfferBlocks();
  if (!m.ids.empty()) to.setIds(octets(m.ids));
}
OfferBlocks take(schema::OfferBlocks::Reader from) { return {owned(from.getIds())}; }

void put(schema::Control::Builder control, const MissingBlocks& m) {
  auto to = control.initMissingBlocks();
  if (!m.indices.empty()) put_indices(to.initIndices(static_cast<unsigned>(m.indices.size())), m.indices);
}
MissingBlocks take(schema::MissingBlocks::Reader from) { return {owned(from.getIndices())}; }

void put(schema::Control::Builder control, const CommitVersion& m) {
  auto to = control.initCommitVersion();
  to.setNumber(m.number);
  if (!m.previous.empty()) to.setPrevious(octets(m.previous));
  if (!m.link.empty()) to.setLink(octets(m.link));
  if (!m.record.empty()) to.setRecord(octets(m.record));
}
CommitVersion take(schema::CommitVersion::Reader from) {
  return {from.getNumber(), owned(from.getPrevious()), owned(from.getLink()), owned(from.getRecord())};
}

void put(schema::Control::Builder to, const VersionCommitted& m) { to.initVersionCommitted().setNumber(m.number); }
VersionCommitted take(schema::VersionCommitted::Reader from) { return {from.getNumber()}; }

void put(schema::Control::Builder to, const ListVersions& m) { to.initListVersions().setFrom(m.from); }
ListVersions take(schema::ListVersions::Reader from) { return {from.getFrom()}; }

void put(schema::Control::Builder control, const Versions& m) {
  auto to = control.initVersions();
  if (!m.entries.empty()) put_list(to.initEntries(static_cast<unsigned>(m.entries.size())), m.entries);
  to.setMore(m.more);
}
Versions take(schema::Versions::Reader from) { return {take_list<VersionEntry>(from.getEntries()), from.getMore()}; }

void put(schema::Control::Builder control, const RestoreBegin& m) {
  auto to = control.initRestoreBegin();
  to.setVersion(m.version);
  to.setPurpose(m.purpose);
}
RestoreBegin take(schema::RestoreBegin::Reader from) { return {from.getVersion(), from.getPurpose()}; }

void put(schema::Control::Builder to, const RestoreBegun&) { to.initRestoreBegun(); }
RestoreBegun take(schema::RestoreBegun::Reader) { return {}; }

void put(schema::Control::Builder control, const FetchBlocks& m) {
  auto to = control.initFetchBlocks();
  if (!m.ids.empty()) to.setIds(octets(m.ids));
}
FetchBlocks take(schema::FetchBlocks::Reader from) { return {owned(from.getIds())}; }

void put(schema::Control::Builder control, const BlocksFetched& m) {
  auto to = control.initBlocksFetched();
  if (!m.missing.empty()) put_indices(to.initMissing(static_cast<unsigned>(m.missing.size())), m.missing);
}
BlocksFetched take(schema::BlocksFetched::Reader from) { return {owned(from.getMissing())}; }

void put(schema::Control::Builder to, const RestoreEnd& m) { to.initRestoreEnd().setComplete(m.complete); }
RestoreEnd take(schema::RestoreEnd::Reader from) { return {from.getComplete()}; }

void put(schema::Control::Builder to, const RestoreEnded&) { to.initRestoreEnded(); }
RestoreEnded take(schema::RestoreEnded::Reader) { return {}; }

void put(schema::Control::Builder control, const ListBlocks& m) {
  auto to = control.initListBlocks();
  if (!m.after.empty()) to.setAfter(octets(m.after));
}
ListBlocks take(schema::ListBlocks::Reader from) { return {owned(from.getAfter())}; }

void put(schema::Control::Builder control, const BlockList& m) {
  auto to = control.initBlockList();
  if (!m.ids.empty()) to.setIds(octets(m.ids));
  to.setMore(m.more);
}
BlockList take(schema::BlockList::Reader from) { return {owned(from.getIds()), from.getMore()}; }

void put(schema::Control::Builder control, const ReleaseBlocks& m) {
  auto to = control.initReleaseBlocks();
  if (!m.ids.empty()) to.setIds(octets(m.ids));
}
ReleaseBlocks take(schema::ReleaseBlocks::Reader from) { return {owned(from.getIds())}; }

void put(schema::Control::Builder to, const BlocksReleased&) { to.initBlocksReleased(); }
BlocksReleased take(schema::BlocksReleased::Reader) { return {}; }

void put(schema::Control::Builder to, const FetchKey&) { to.initFetchKey(); }
FetchKey take(schema::FetchKey::Reader) { return {}; }

void put(schema::Control::Builder control, const KeyState& m) {
  auto to = control.initKeyState();
  to.setModes(m.modes);
  if (!m.escrow_key.empty()) to.setEscrowKey(octets(m.escrow_key));
  if (!m.device_key.empty()) to.setDeviceKey(octets(m.device_key));
  if (!m.record.empty()) to.setRecord(octets(m.record));
}
KeyState take(schema::KeyState::Reader from) {
  const auto device_key = from.getDeviceKey();
  return {from.getModes(), owned(from.getEscrowKey()), {device_key.begin(), device_key.end()}, owned(from.getRecord())};
}

void put(schema::Control::Builder control, const StoreKey& m) {
  auto to = control.initStoreKey();
  if (!m.record.empty()) to.setRecord(octets(m.record));
}
StoreKey take(schema::StoreKey::Reader from) { return {owned(from.getRecord())}; }

void put(schema::Control::Builder to, const KeyStored& m) { to.initKeyStored().setGeneration(m.generation); }
KeyStored take(schema::KeyStored::Reader from) { return {from.getGeneration()}; }

void put(schema::Control::Builder control, const RecoverKey& m) {
  auto to = control.initRecoverKey();
  if (!m.recipient.empty()) to.setRecipient(octets(m.recipient));
}
RecoverKey take(schema::RecoverKey::Reader from) { return {owned(from.getRecipient())}; }

void put(schema::Control::Builder control, const KeyRecovered& m) {
  auto to = control.initKeyRecovered();
  if (!m.wrap.empty()) to.setWrap(octets(m.wrap));
}
KeyRecovered take(schema::KeyRecovered::Reader from) { return {owned(from.getWrap())}; }

void put(schema::Control::Builder control, const ChangePassword& m) {
  auto to = control.initChangePassword();
  if (!m.current.empty()) to.setCurrent(octets(m.current));
  if (!m.replacement.empty()) to.setReplacement(octets(m.replacement));
}
ChangePassword take(schema::ChangePassword::Reader from) {
  const auto current = from.getCurrent(), replacement = from.getReplacement();
  return {{current.begin(), current.end()}, {replacement.begin(), replacement.end()}};
}

void put(schema::Control::Builder to, const PasswordChanged&) { to.initPasswordChanged(); }
PasswordChanged take(schema::PasswordChanged::Reader) { return {}; }

void put(schema::BlockMetadata::Builder root, const BlockMetadata& metadata) {
  if (!metadata.id.empty()) root.setId(octets(metadata.id));
  if (!metadata.checksum.empty()) root.setChecksum(octets(metadata.checksum));
}
BlockMetadata take(schema::BlockMetadata::Reader from) { return {owned(from.getId()), owned(from.getChecksum())}; }

// ---- Payloads -----------------------------------------------------------------------------------------------------------------------

Message take(schema::Control::Reader from) {
  using schema::Control;
  switch (from.which()) {
    case Control::DISCONNECT: return take(from.getDisconnect());
    case Control::PING: return take(from.getPing());
    case Control::PONG: return take(from.getPong());
    case Control::GOODBYE: return take(from.getGoodbye());
    case Control::VERSION: return take(from.getVersion());
    case Control::PROCEED: return take(from.getProceed());
    case Control::COMPUTER: return take(from.getComputer());
    case Control::SERVER_IDENTITY: return take(from.getServerIdentity());
    case Control::LOGIN: return take(from.getLogin());
    case Control::LOGIN_ACCEPTED: return take(from.getLoginAccepted());
    case Control::CONFIG_STATE: return take(from.getConfigState());
    case Control::CONFIG_PUSH: return take(from.getConfigPush());
    case Control::CONFIG_ACK: return take(from.getConfigAck());
    case Control::READY: return take(from.getReady());
    case Control::OFFER_BLOCKS: return take(from.getOfferBlocks());
    case Control::MISSING_BLOCKS: return take(from.getMissingBlocks());
    case Control::COMMIT_VERSION: return take(from.getCommitVersion());
    case Control::VERSION_COMMITTED: return take(from.getVersionCommitted());
    case Control::LIST_VERSIONS: return take(from.getListVersions());
    case Control::VERSIONS: return take(from.getVersions());
    case Control::RESTORE_BEGIN: return take(from.getRestoreBegin());
    case Control::RESTORE_BEGUN: return take(from.getRestoreBegun());
    case Control::FETCH_BLOCKS: return take(from.getFetchBlocks());
    case Control::BLOCKS_FETCHED: return take(from.getBlocksFetched());
    case Control::RESTORE_END: return take(from.getRestoreEnd());
    case Control::RESTORE_ENDED: return take(from.getRestoreEnded());
    case Control::LIST_BLOCKS: return take(from.getListBlocks());
    case Control::BLOCK_LIST: return take(from.getBlockList());
    case Control::RELEASE_BLOCKS: return take(from.getReleaseBlocks());
    case Control::BLOCKS_RELEASED: return take(from.getBlocksReleased());
    case Control::FETCH_KEY: return take(from.getFetchKey());
    case Control::KEY_STATE: return take(from.getKeyState());
    case Control::STORE_KEY: return take(from.getStoreKey());
    case Control::KEY_STORED: return take(from.getKeyStored());
    case Control::RECOVER_KEY: return take(from.getRecoverKey());
    case Control::KEY_RECOVERED: return take(from.getKeyRecovered());
    case Control::CHANGE_PASSWORD: return take(from.getChangePassword());
    case Control::PASSWORD_CHANGED: return take(from.getPasswordChanged());
    default: break;
  }
  // [MSG-003] A receiver MUST close with malformed_message when the union tag names no message of the schema.
  throw NotAMessage{"MSG-003"};
}

/// Where a message is put together: room of its own, in which most fit, and more where one does not. All of it is wiped at the end, for a
/// message may hold a password. (The library's own builder gives back what it has more as it is, and when memory runs out while it asks for
/// that, its end crashes.)
class Bench final : public capnp::MessageBuilder {
 public:
  Bench() = default;
  ~Bench() noexcept(false) override { Botan::secure_scrub_memory(room_.data(), sizeof room_); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  kj::ArrayPtr<capnp::word> allocateSegment(unsigned words_min) override {
    if (!std::exchange(room_taken_, true) && words_min <= room_.size()) return {room_.data(), room_.size()};
    auto& words = more_.emplace_back(std::max<std::size_t>(words_min, 4 * room_.size()));
    return {reinterpret_cast<capnp::word*>(words.data()), words.size()};
  }

 private:
  std::array<capnp::word, 128> room_{};
  bool room_taken_ = false;
  std::vector<Botan::secure_vector<std::uint64_t>> more_;
};

/// Written where it stays: there is no other copy that would have to be wiped.
template <typename Root>
Octets canonical(typename Root::Builder root) {
  const auto reader = root.asReader();
  const auto words = reader.totalSize().wordCount + 1;  // the root's pointer is one
  Octets octets(words * sizeof(capnp::word));
  capnp::FlatMessageBuilder builder({reinterpret_cast<capnp::word*>(octets.data()), words});
  builder.initRoot<capnp::AnyPointer>().setCanonicalAs<Root>(reader);
  octets.resize(builder.getSegmentsForOutput()[0].size() * sizeof(capnp::word));
  return octets;
}

std::unexpected<Fault> malformed(std::string_view requirement) { return std::unexpected(Fault{Reason::malformed_message, requirement}); }

/// Reads one struct from octets of any alignment. Whatever Cap'n Proto finds wrong, now or on access, ends here.
template <typename Root, typename Value>
std::expected<Value, Fault> read(View payload, std::string_view requirement) {
  if (payload.empty() || payload.size() % sizeof(capnp::word) != 0) return malformed(requirement);
  auto words = kj::heapArray<capnp::word>(payload.size() / sizeof(capnp::word));
  std::memcpy(words.asBytes().begin(), payload.data(), payload.size());
  KJ_DEFER(Botan::secure_scrub_memory(words.begin(), payload.size()));
  const kj::ArrayPtr<const capnp::word> segment = words;
  // Each word of a canonical message is read once (twice that, for the library's own rounding up);
  // nothing in the schema nests deeper than root, message, list, element, field.
  const capnp::ReaderOptions options{.traversalLimitInWords = 2 * words.size() + 16, .nestingLimit = 8};
  try {
    capnp::SegmentArrayMessageReader reader(kj::arrayPtr(&segment, 1), options);
    return take(reader.getRoot<Root>());
  } catch (const NotAMessage& refusal) {
    if (fault::on(fault::MSG_003_unknown_tag_is_unexpected) && refusal.requirement == "MSG-003")
      return std::unexpected(Fault{Reason::unexpected_message, "MSG-003"});
    return malformed(refusal.requirement);
  } catch (const kj::Exception&) {
    return malformed(requirement);
  }
}

Octets canonical(const Message& message) {
  const auto made_in = [&](capnp::MessageBuilder&& bench) {
    auto root = bench.initRoot<schema::Control>();
    std::visit([&](const auto& m) { put(root, m); }, message);
    return canonical<schema::Control>(root);
  };
  if (slip::on(slip::builder_of_the_library)) {
    std::array<capnp::word, 128> room{};
    return made_in(capnp::MallocMessageBuilder({room.data(), room.size()}));
  }
  return made_in(Bench());
}

/// For a fault: whether the payload is in canonical form, whatever fields it has.
bool canonical_of_its_own(View payload) {
  auto words = kj::heapArray<capnp::word>(payload.size() / sizeof(capnp::word));
  std::memcpy(words.asBytes().begin(), payload.data(), payload.size());
  const kj::ArrayPtr<const capnp::word> segment = words;
  capnp::SegmentArrayMessageReader reader(kj::arrayPtr(&segment, 1));
  const auto again = capnp::canonicalize(reader.getRoot<schema::Control>());
  return std::ranges::equal(View(again.asBytes().begin(), again.asBytes().size()), payload);
}

}  // namespace

Octets encode(const Message& message) {
  Octets octets = canonical(message);
  if (fault::on(fault::MSG_001_word_behind_the_message)) octets.resize(octets.size() + sizeof(capnp::word));
  return octets;
}

std::expected<Message, Fault> decode(View payload) {
  auto message = read<schema::Control, Message>(payload, "MSG-002");
  // [MSG-002] A receiver MUST close with malformed_message when a control frame's body is not octet for octet the encoding of the message
  // it decodes to. [MSG-004] So a field that the schema does not have is refused too: it is not in the value that is encoded again.
  if (!message || fault::on(fault::MSG_002_any_encoding_taken)) return message;
  if (fault::on(fault::MSG_004_unknown_fields_taken) && canonical_of_its_own(payload)) return message;
  auto again = canonical(*message);
  const bool same = std::ranges::equal(again, payload);
  wipe(again);
  if (!same) return malformed("MSG-002");
  return message;
}

Octets encode_metadata(const BlockMetadata& metadata) {
  Bench bench;
  auto root = bench.initRoot<schema::BlockMetadata>();
  put(root, metadata);
  auto part = canonical<schema::BlockMetadata>(root);
  const auto block = spec::limits::metadata_block_octets;
  part.resize((part.size() + block - 1) / block * block);
  return part;
}

std::expected<BlockMetadata, Fault> decode_metadata(View part) {
  auto metadata = read<schema::BlockMetadata, BlockMetadata>(part, "FRM-015");
  if (!metadata) return metadata;
  // [FRM-015] A receiver MUST close with malformed_message when the metadata part is not one message in canonical form followed by fewer
  // than 16 zero octets.
  if (!std::ranges::equal(encode_metadata(*metadata), part) && !fault::on(fault::FRM_015_metadata_form_unchecked))
    return malformed("FRM-015");
  // [MSG-005] A receiver MUST close with field_out_of_range when a field is outside its range: both are 32 octets.
  for (const auto* field : {&metadata->id, &metadata->checksum})
    if (field->size() != spec::limits::block_id_octets) return std::unexpected(Fault{Reason::field_out_of_range, "MSG-005"});
  return metadata;
}

}  // namespace coffer::protocol
