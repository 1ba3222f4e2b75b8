// Kinds message, encode. Each message's fields are listed once, and visited to be written and to be read.
#include "protocol/message.h"

#include <stdexcept>
#include <type_traits>
#include <utility>

#include "vectors/message_json.h"
#include "vectors/refusal.h"
#include "vectors/value.h"

namespace coffer::vectors {
namespace {

using namespace protocol;  // one overload per message of protocol/message.h

template <typename Visitor>
struct Fields {
  Visitor visit;

  void of(auto& m) requires std::is_empty_v<std::remove_reference_t<decltype(m)>> { (void)m; }
  void of(Disconnect& m) { visit("reason", m.reason); }
  void of(Ping& m) { visit("token", m.token); }
  void of(Pong& m) { visit("token", m.token); }
  void of(Version& m) {
    visit("protocol", m.protocol);
    visit("major", m.major);
    visit("minor", m.minor);
    visit("patch", m.patch);
    visit("time_zone_minutes", m.time_zone_minutes);
    visit("operating_system", m.operating_system);
    visit("virtual_machine", m.virtual_machine);
    visit("address", m.address);
  }
  void of(Proceed& m) {
    visit("major", m.major);
    visit("minor", m.minor);
    visit("patch", m.patch);
  }
  void of(Computer& m) { visit("guid", m.guid); }
  void of(ServerIdentity& m) { visit("guid", m.guid); }
  void of(Login& m) {
    visit("registration_key", m.registration_key);
    visit("user_name", m.user_name);
    visit("password", m.password);
    visit("computer", m.computer);
    visit("deferred", m.deferred);
  }
  void of(LoginAccepted& m) {
    visit("user", m.user);
    visit("permissions", m.permissions);
  }
  void of(ConfigState& m) { visit("version", m.version); }
  void of(ConfigPush& m) {
    visit("version", m.version);
    visit("settings", m.settings);
  }
  void of(Setting& m) {
    visit("name", m.name);
    visit("value", m.value);
    visit("locked", m.locked);
  }
  void of(ConfigAck& m) { visit("version", m.version); }
  void of(OfferBlocks& m) { visit("ids", m.ids); }
  void of(MissingBlocks& m) { visit("indices", m.indices); }
  void of(CommitVersion& m) {
    visit("number", m.number);
    visit("previous", m.previous);
    visit("link", m.link);
    visit("record", m.record);
  }
  void of(VersionCommitted& m) { visit("number", m.number); }
  void of(ListVersions& m) { visit("from", m.from); }
  void of(ListBlocks& m) { visit("after", m.after); }
  void of(BlockList& m) {
    visit("ids", m.ids);
    visit("more", m.more);
  }
  void of(ReleaseBlocks& m) { visit("ids", m.ids); }
  void of(BlocksReleased&) {}
  void of(KeyState& m) {
    visit("modes", m.modes);
    visit("escrow_key", m.escrow_key);
    visit("device_key", m.device_key);
    visit("record", m.record);
  }
  void of(StoreKey& m) { visit("record", m.record); }
  void of(KeyStored& m) { visit("generation", m.generation); }
  void of(RecoverKey& m) { visit("recipient", m.recipient); }
  void of(KeyRecovered& m) { visit("wrap", m.wrap); }
  void of(ChangePassword& m) {
    visit("current", m.current);
    visit("replacement", m.replacement);
  }
  void of(Versions& m) {
    visit("entries", m.entries);
    visit("more", m.more);
  }
  void of(VersionEntry& m) {
    visit("number", m.number);
    visit("link", m.link);
    visit("record", m.record);
  }
  void of(RestoreBegin& m) {
    visit("version", m.version);
    visit("purpose", m.purpose);
  }
  void of(FetchBlocks& m) { visit("ids", m.ids); }
  void of(BlocksFetched& m) { visit("missing", m.missing); }
  void of(RestoreEnd& m) { visit("complete", m.complete); }
};

struct Writer {
  Json* to;
  void operator()(const char* name, std::uint64_t value) { (*to)[name] = text_of(value); }
  void operator()(const char* name, const Octets& value) { (*to)[name] = hex(value); }
  void operator()(const char* name, const Botan::secure_vector<std::uint8_t>& value) { (*to)[name] = hex(value); }
  template <typename Value>
  requires std::is_same_v<Value, std::vector<Setting>> || std::is_same_v<Value, std::vector<VersionEntry>>
  void operator()(const char* name, Value& items) {
    Json& list = (*to)[name] = Json::array();
    for (auto& item : items) Fields<Writer>{{&list.emplace_back(Json::object())}}.of(item);
  }
  void operator()(const char* name, const auto& value) { (*to)[name] = value; }
};

struct Reader {
  const Json* from;
  void operator()(const char* name, std::uint64_t& value) { value = number(from->at(name)); }
  void operator()(const char* name, Octets& value) { value = octets(from->at(name)); }
  void operator()(const char* name, Botan::secure_vector<std::uint8_t>& value) {
    const Octets read = octets(from->at(name));
    value.assign(read.begin(), read.end());
  }
  template <typename Value>
  requires std::is_same_v<Value, std::vector<Setting>> || std::is_same_v<Value, std::vector<VersionEntry>>
  void operator()(const char* name, Value& items) {
    for (const Json& item : from->at(name)) Fields<Reader>{{&item}}.of(items.emplace_back());
  }
  void operator()(const char* name, auto& value) { from->at(name).get_to(value); }
};

/// An empty message of that name.
template <std::size_t... Kinds>
Message message_named(std::string_view name, std::index_sequence<Kinds...>) {
  Message made;
  const bool found = ((spec::name(static_cast<spec::MessageKind>(Kinds)) == name && (made.emplace<Kinds>(), true)) || ...);
  if (!found) throw std::invalid_argument("there is no message " + std::string(name));
  return made;
}

}  // namespace

Json message(const Json& input) {
  auto read = decode(octets(input.at("octets")));
  if (!read) return refused(read.error());
  const std::string name(spec::name(kind(*read)));
  if (const auto in_range = check_fields(*read); !in_range) {
    auto answer = refused(in_range.error());
    answer["refused"]["field"] = in_range.error().detail.substr(name.size() + 1);  // "version.address"
    return answer;
  }
  Json fields = Json::object();
  std::visit([&](auto& m) { Fields<Writer>{{&fields}}.of(m); }, *read);
  return accepted({{"message", name}, {"fields", fields}});
}

Message message_of(std::string_view name, const Json& fields) {
  auto made = message_named(name, std::make_index_sequence<std::variant_size_v<Message>>());
  std::visit([&](auto& m) { Fields<Reader>{{&fields}}.of(m); }, made);
  return made;
}

Json encode(const Json& input) {
  return accepted({{"octets", hex(protocol::encode(message_of(input.at("message").get<std::string>(), input.at("fields"))))}});
}

}  // namespace coffer::vectors
