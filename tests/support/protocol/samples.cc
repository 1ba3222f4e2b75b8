#include "protocol/samples.h"

#include <string_view>

#include "protocol/checksum.h"

namespace coffer::protocol::samples {

namespace {

Block make(unsigned number) {
  Block made;
  made.sealed.assign(40, static_cast<std::uint8_t>(number));
  made.id.fill(static_cast<std::uint8_t>(0xA0 + number));
  made.checksum = Checksum().of(made.sealed);
  return made;
}

}  // namespace

const Block& block(unsigned number) {
  static const auto blocks = [] {
    std::vector<Block> made;
    for (unsigned i = 0; i < block_count; ++i) made.push_back(make(i));
    return made;
  }();
  return blocks.at(number);
}

Octets ids(unsigned first, unsigned count) {
  Octets joined;
  for (unsigned i = first; i < first + count; ++i) {
    const auto id = block(i).id;
    joined.insert(joined.end(), id.begin(), id.end());
  }
  return joined;
}

Version version() { return {6, 7, 0, 0, 60, "Debian 12", "", "192.0.2.1"}; }

Login login() {
  constexpr std::string_view password = "correct horse";
  return {"ABCDEFGH12345678", "alice", {password.begin(), password.end()}, computer, false};
}

CommitVersion commit() { return {1, Octets(32, 0), Octets(32, 0x11), Octets(80, 0x22)}; }

Message message(spec::MessageKind kind) {
  using spec::MessageKind;
  switch (kind) {
    case MessageKind::disconnect: return Disconnect{0};
    case MessageKind::ping: return Ping{0x0102030405060708};
    case MessageKind::pong: return Pong{0x0102030405060708};
    case MessageKind::goodbye: return Goodbye{};
    case MessageKind::version: return version();
    case MessageKind::proceed: return Proceed{7, 0, 0};
    case MessageKind::computer: return Computer{computer};
    case MessageKind::server_identity: return ServerIdentity{server};
    case MessageKind::login: return login();
    case MessageKind::login_accepted: return LoginAccepted{user, 3};
    case MessageKind::config_state: return ConfigState{client_config};
    case MessageKind::config_push: return ConfigPush{server_config, {{"backup.frequency", "900", true}}};
    case MessageKind::config_ack: return ConfigAck{server_config};
    case MessageKind::ready: return Ready{};
    case MessageKind::offer_blocks: return OfferBlocks{ids(0, 2)};
    case MessageKind::missing_blocks: return MissingBlocks{{0, 1}};
    case MessageKind::commit_version: return commit();
    case MessageKind::version_committed: return VersionCommitted{1};
    case MessageKind::list_versions: return ListVersions{1};
    case MessageKind::versions: return Versions{{{1, Octets(32, 0x11), Octets(80, 0x22)}}, false};
    case MessageKind::restore_begin: return RestoreBegin{1, 0};
    case MessageKind::restore_begun: return RestoreBegun{};
    case MessageKind::fetch_blocks: return FetchBlocks{ids(0, 2)};
    case MessageKind::blocks_fetched: return BlocksFetched{{0, 1}};
    case MessageKind::restore_end: return RestoreEnd{true};
    case MessageKind::restore_ended: return RestoreEnded{};
    case MessageKind::list_blocks: return ListBlocks{Octets(32)};
    case MessageKind::block_list: return BlockList{Octets(32, 0x11), false};
    case MessageKind::release_blocks: return ReleaseBlocks{ids(0, 2)};
    case MessageKind::blocks_released: return BlocksReleased{};
    case MessageKind::fetch_key: return FetchKey{};
    case MessageKind::key_state: return KeyState{7, Octets(32, 0x11), Botan::secure_vector<std::uint8_t>(32, 0x22), {}};
    case MessageKind::store_key: return StoreKey{Octets(98, 0x11)};
    case MessageKind::key_stored: return KeyStored{1};
    case MessageKind::recover_key: return RecoverKey{Octets(32, 0x11)};
    case MessageKind::key_recovered: return KeyRecovered{Octets(72, 0x11)};
    case MessageKind::change_password: return ChangePassword{{1}, {2}};
    case MessageKind::password_changed: return PasswordChanged{};
  }
  return Goodbye{};
}

}  // namespace coffer::protocol::samples
