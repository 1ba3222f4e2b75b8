// A valid message of every kind: the constructors of message.h.
#include <stdexcept>

#include "wire/archive.h"
#include "wire/message.h"

namespace coffer::conformance {

Message disconnect(spec::Reason reason) { return Message("disconnect").set("reason", static_cast<std::uint64_t>(reason)); }
Message ping(std::uint64_t token) { return Message("ping").set("token", token); }
Message pong(std::uint64_t token) { return Message("pong").set("token", token); }
Message goodbye() { return Message("goodbye"); }

Message version() {
  return Message("version").set("protocol", 6).set("major", 7).set("operating_system", "Linux").set("address", "192.0.2.7");
}

Message proceed(std::uint16_t major, std::uint16_t minor, std::uint16_t patch) {
  return Message("proceed").set("major", std::uint64_t{major}).set("minor", std::uint64_t{minor}).set("patch", std::uint64_t{patch});
}

Message computer(std::uint64_t guid) { return Message("computer").set("guid", guid); }
Message server_identity(std::uint64_t guid) { return Message("server_identity").set("guid", guid); }

Message login(std::string_view registration_key, std::string_view user, std::string_view password, std::uint64_t guid, bool deferred) {
  return Message("login")
      .set("registration_key", registration_key)
      .set("user_name", user)
      .set("password", password)
      .set("computer", guid)
      .set("deferred", std::uint64_t{deferred});
}

Message login_accepted(std::uint64_t user, std::uint32_t permissions) {
  return Message("login_accepted").set("user", user).set("permissions", std::uint64_t{permissions});
}

Message config_state(std::uint64_t version) { return Message("config_state").set("version", version); }

Message setting(std::string_view name, std::string_view value, bool locked) {
  return Message("setting").set("name", name).set("value", value).set("locked", std::uint64_t{locked});
}

Message config_push(std::uint64_t version, std::vector<Message> settings) {
  return Message("config_push").set("version", version).set("settings", std::move(settings));
}

Message config_ack(std::uint64_t version) { return Message("config_ack").set("version", version); }
Message ready() { return Message("ready"); }
Message offer_blocks(Octets ids) { return Message("offer_blocks").set("ids", std::move(ids)); }
Message missing_blocks(std::vector<std::uint16_t> indices) { return Message("missing_blocks").set("indices", std::move(indices)); }

Message commit_version(std::uint64_t number, Octets previous, Octets link, Octets record) {
  return Message("commit_version")
      .set("number", number)
      .set("previous", std::move(previous))
      .set("link", std::move(link))
      .set("record", std::move(record));
}

Message version_committed(std::uint64_t number) { return Message("version_committed").set("number", number); }
Message list_versions(std::uint64_t from) { return Message("list_versions").set("from", from); }

Message version_entry(std::uint64_t number, Octets link, Octets record) {
  return Message("version_entry").set("number", number).set("link", std::move(link)).set("record", std::move(record));
}

Message versions(std::vector<Message> entries, bool more) {
  return Message("versions").set("entries", std::move(entries)).set("more", std::uint64_t{more});
}

Message restore_begin(std::uint64_t version, std::uint16_t purpose) {
  return Message("restore_begin").set("version", version).set("purpose", std::uint64_t{purpose});
}

Message restore_begun() { return Message("restore_begun"); }
Message fetch_blocks(Octets ids) { return Message("fetch_blocks").set("ids", std::move(ids)); }
Message blocks_fetched(std::vector<std::uint16_t> missing) { return Message("blocks_fetched").set("missing", std::move(missing)); }
Message restore_end(bool complete) { return Message("restore_end").set("complete", std::uint64_t{complete}); }
Message restore_ended() { return Message("restore_ended"); }

Message list_blocks(Octets after) { return Message("list_blocks").set("after", std::move(after)); }
Message block_list(Octets ids, bool more) { return Message("block_list").set("ids", std::move(ids)).set("more", std::uint64_t{more}); }
Message release_blocks(Octets ids) { return Message("release_blocks").set("ids", std::move(ids)); }
Message blocks_released() { return Message("blocks_released"); }

Message fetch_key() { return Message("fetch_key"); }
Message key_state(std::uint16_t modes, Octets escrow_key, Octets device_key, Octets record) {
  return Message("key_state")
      .set("modes", std::uint64_t{modes})
      .set("escrow_key", std::move(escrow_key))
      .set("device_key", std::move(device_key))
      .set("record", std::move(record));
}
Message store_key(Octets record) { return Message("store_key").set("record", std::move(record)); }
Message key_stored(std::uint64_t generation) { return Message("key_stored").set("generation", generation); }
Message recover_key(Octets recipient) { return Message("recover_key").set("recipient", std::move(recipient)); }
Message key_recovered(Octets wrap) { return Message("key_recovered").set("wrap", std::move(wrap)); }
Message change_password(Octets current, Octets replacement) {
  return Message("change_password").set("current", std::move(current)).set("replacement", std::move(replacement));
}
Message password_changed() { return Message("password_changed"); }

Message block_metadata(Octets id, Octets checksum) {
  return Message("block_metadata").set("id", std::move(id)).set("checksum", std::move(checksum));
}

Message example(spec::MessageKind kind) {
  using spec::MessageKind;
  switch (kind) {
    case MessageKind::disconnect: return disconnect(spec::Reason::goodbye);
    case MessageKind::ping: return ping(7);
    case MessageKind::pong: return pong(7);
    case MessageKind::goodbye: return goodbye();
    case MessageKind::version: return version();
    case MessageKind::proceed: return proceed();
    case MessageKind::computer: return computer(1);
    case MessageKind::server_identity: return server_identity(1);
    case MessageKind::login: return login("ABCDEFGH12345678", "user", "password", 1);
    case MessageKind::login_accepted: return login_accepted(1, 3);
    case MessageKind::config_state: return config_state(1);
    case MessageKind::config_push: return config_push(1, {setting("name", "value")});
    case MessageKind::config_ack: return config_ack(1);
    case MessageKind::ready: return ready();
    case MessageKind::offer_blocks: return offer_blocks(repeated(32, 0xa5));
    case MessageKind::missing_blocks: return missing_blocks({0});
    case MessageKind::commit_version: {
      const Octets record = repeated(48, 0x02);
      return commit_version(1, first_previous(), link(first_previous(), 1, record), record);
    }
    case MessageKind::version_committed: return version_committed(1);
    case MessageKind::list_versions: return list_versions(1);
    case MessageKind::versions: return versions({});
    case MessageKind::restore_begin: return restore_begin(1);
    case MessageKind::restore_begun: return restore_begun();
    case MessageKind::fetch_blocks: return fetch_blocks(repeated(32, 0xa5));
    case MessageKind::blocks_fetched: return blocks_fetched();
    case MessageKind::restore_end: return restore_end();
    case MessageKind::restore_ended: return restore_ended();
    case MessageKind::list_blocks: return list_blocks();
    case MessageKind::block_list: return block_list(repeated(32, 0xa5));
    case MessageKind::release_blocks: return release_blocks(repeated(32, 0xa5));
    case MessageKind::blocks_released: return blocks_released();
    case MessageKind::fetch_key: return fetch_key();
    case MessageKind::key_state: return key_state(7, repeated(32, 0xa5), repeated(32, 0xb6), {});
    case MessageKind::store_key: return store_key(repeated(98, 0xa5));
    case MessageKind::key_stored: return key_stored(1);
    case MessageKind::recover_key: return recover_key(repeated(32, 0xa5));
    case MessageKind::key_recovered: return key_recovered(repeated(72, 0xa5));
    case MessageKind::change_password: return change_password(repeated(8, 'a'), repeated(8, 'b'));
    case MessageKind::password_changed: return password_changed();
  }
  throw std::logic_error("no such kind of message");
}

}  // namespace coffer::conformance
