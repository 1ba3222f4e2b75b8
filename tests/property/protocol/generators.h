// Arbitrary messages: any value in any field, in range or not, and streams of frames made of them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <rapidcheck.h>

#include "protocol/frame.h"
#include "protocol/message.h"

namespace coffer::protocol::arbitrary {

/// From `least` up to but without `end`, all alike: RapidCheck's own ranges start small and would keep walks at their beginning.
template <typename T>
T between(T least, T end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<T>(least, end));
}
inline bool one_in(int n) { return between(0, n) == 0; }

inline Octets octets(std::size_t size_max) {
  const auto size = *rc::gen::inRange<std::size_t>(0, size_max + 1);
  return *rc::gen::container<Octets>(size, rc::gen::arbitrary<std::uint8_t>());
}
/// Data that is as often as not of exactly this size.
inline Octets digest() { return *rc::gen::arbitrary<bool>() ? Octets(32, *rc::gen::arbitrary<std::uint8_t>()) : octets(40); }
inline std::string text() {
  const auto raw = octets(24);
  return {raw.begin(), raw.end()};
}
template <typename T>
T number() {
  return *rc::gen::oneOf(rc::gen::arbitrary<T>(), rc::gen::element<T>(0, 1, static_cast<T>(~T{0})));
}
inline std::vector<std::uint16_t> indices() { return *rc::gen::arbitrary<std::vector<std::uint16_t>>(); }
inline bool flag() { return *rc::gen::arbitrary<bool>(); }

inline Message message(spec::MessageKind kind) {
  using spec::MessageKind;
  const auto secret = [] {
    const auto raw = octets(20);
    return Botan::secure_vector<std::uint8_t>(raw.begin(), raw.end());
  };
  const auto list = [](auto element) {
    std::vector<decltype(element())> made;
    for (auto left = between(0, 5); left > 0; --left) made.push_back(element());
    return made;
  };
  switch (kind) {
    case MessageKind::disconnect: return Disconnect{number<std::uint16_t>()};
    case MessageKind::ping: return Ping{number<std::uint64_t>()};
    case MessageKind::pong: return Pong{number<std::uint64_t>()};
    case MessageKind::goodbye: return Goodbye{};
    case MessageKind::version:
      return Version{number<std::uint16_t>(),
                     number<std::uint16_t>(),
                     number<std::uint16_t>(),
                     number<std::uint16_t>(),
                     number<std::int16_t>(),
                     text(),
                     text(),
                     text()};
    case MessageKind::proceed: return Proceed{number<std::uint16_t>(), number<std::uint16_t>(), number<std::uint16_t>()};
    case MessageKind::computer: return Computer{number<std::uint64_t>()};
    case MessageKind::server_identity: return ServerIdentity{number<std::uint64_t>()};
    case MessageKind::login: return Login{text(), text(), secret(), number<std::uint64_t>(), flag()};
    case MessageKind::login_accepted: return LoginAccepted{number<std::uint64_t>(), number<std::uint32_t>()};
    case MessageKind::config_state: return ConfigState{number<std::uint64_t>()};
    case MessageKind::config_push: return ConfigPush{number<std::uint64_t>(), list([] { return Setting{text(), text(), flag()}; })};
    case MessageKind::config_ack: return ConfigAck{number<std::uint64_t>()};
    case MessageKind::ready: return Ready{};
    case MessageKind::offer_blocks: return OfferBlocks{octets(100)};
    case MessageKind::missing_blocks: return MissingBlocks{indices()};
    case MessageKind::commit_version: return CommitVersion{number<std::uint64_t>(), digest(), digest(), octets(60)};
    case MessageKind::version_committed: return VersionCommitted{number<std::uint64_t>()};
    case MessageKind::list_versions: return ListVersions{number<std::uint64_t>()};
    case MessageKind::versions: return Versions{list([] { return VersionEntry{number<std::uint64_t>(), digest(), octets(30)}; }), flag()};
    case MessageKind::restore_begin: return RestoreBegin{number<std::uint64_t>(), number<std::uint16_t>()};
    case MessageKind::restore_begun: return RestoreBegun{};
    case MessageKind::fetch_blocks: return FetchBlocks{octets(100)};
    case MessageKind::blocks_fetched: return BlocksFetched{indices()};
    case MessageKind::restore_end: return RestoreEnd{flag()};
    case MessageKind::restore_ended: return RestoreEnded{};
    case MessageKind::list_blocks: return ListBlocks{digest()};
    case MessageKind::block_list: return BlockList{octets(100), flag()};
    case MessageKind::release_blocks: return ReleaseBlocks{octets(100)};
    case MessageKind::blocks_released: return BlocksReleased{};
    case MessageKind::fetch_key: return FetchKey{};
    case MessageKind::key_state: {
      const Octets device_key = digest();
      return KeyState{between<std::uint16_t>(0, 9), digest(), {device_key.begin(), device_key.end()}, octets(300)};
    }
    case MessageKind::store_key: return StoreKey{octets(300)};
    case MessageKind::key_stored: return KeyStored{between<std::uint64_t>(0, 9)};
    case MessageKind::recover_key: return RecoverKey{digest()};
    case MessageKind::key_recovered: return KeyRecovered{octets(100)};
    case MessageKind::change_password: return ChangePassword{{1}, {2}};
    case MessageKind::password_changed: return PasswordChanged{};
  }
  return Goodbye{};
}

inline spec::MessageKind kind() { return static_cast<spec::MessageKind>(between<unsigned>(0, spec::message_rows.size())); }
inline Message message() { return message(kind()); }

/// One frame: mostly a message, sometimes a data frame.
inline Octets frame() {
  if (one_in(5)) return data_frame(encode_metadata({digest(), digest()}), octets(50));
  return control_frame(encode(message()));
}

}  // namespace coffer::protocol::arbitrary
