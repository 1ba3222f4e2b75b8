// Any struct of the schema as a dynamic value: a name and named fields, checked against the generated layout. The suite's own view of
// messages. Must not know: how they are encoded (encoding.h), frames, sessions, anything of reference/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "coffer/spec/layout.h"
#include "coffer/spec/messages.h"
#include "coffer/spec/reasons.h"
#include "wire/octets.h"

namespace coffer::conformance {

class Message;

/// Integers and booleans as int64 or uint64; text and data as octets (text without its terminating zero); lists.
using Value = std::variant<std::uint64_t, std::int64_t, Octets, std::vector<std::uint16_t>, std::vector<Message>>;

/// A struct of the schema: a control message ("ping"), "block_metadata", "version_record", "entry", "setting" …
/// Fields not set have the schema's default (0, empty). Unknown names throw std::logic_error: a mistake of the suite.
class Message {
 public:
  explicit Message(std::string_view name);

  std::string_view name() const;
  std::size_t layout_index() const { return layout_; }  // into spec::struct_layouts

  /// Sets one field; returns itself, so that overrides chain: `version().set("protocol", 7)`.
  /// Integers too wide for the field keep their low octets.
  Message& set(std::string_view field, std::uint64_t number);
  Message& set(std::string_view field, int number) { return set(field, static_cast<std::uint64_t>(static_cast<std::int64_t>(number))); }
  Message& set(std::string_view field, std::string_view text);
  Message& set(std::string_view field, const char* text) { return set(field, std::string_view(text)); }
  Message& set(std::string_view field, Octets value);
  Message& set(std::string_view field, std::vector<std::uint16_t> values);
  Message& set(std::string_view field, std::vector<Message> items);

  std::uint64_t number(std::string_view field) const;
  std::int64_t signed_number(std::string_view field) const;
  bool flag(std::string_view field) const { return number(field) != 0; }
  Octets octets(std::string_view field) const;
  std::string text(std::string_view field) const;
  std::vector<std::uint16_t> numbers(std::string_view field) const;
  std::vector<Message> items(std::string_view field) const;

  /// By the layout's order of fields; a default where nothing was set.
  const Value& at(std::size_t field_index) const { return values_[field_index]; }
  Value& at(std::size_t field_index) { return values_[field_index]; }

  bool operator==(const Message& other) const;

 private:
  Value& slot(std::string_view field);
  const Value& slot(std::string_view field) const;

  std::size_t layout_;
  std::vector<Value> values_;
};

/// One field for people: its name and its value as text (numbers decimal, identities and data hex, long data with its length).
struct FieldText {
  std::string name;
  std::string value;
};
std::vector<FieldText> describe(const Message& message);
/// On one line: `pong{token=7}`.
std::string to_text(const Message& message);

/// The kind of a control message; throws std::logic_error for other structs.
spec::MessageKind kind_of(const Message& message);

// ---- Typed constructors, one per control message; each gives a message inside its stated ranges --------------------------------
Message disconnect(spec::Reason reason);
Message ping(std::uint64_t token);
Message pong(std::uint64_t token);
Message goodbye();
/// protocol 6, application 7.0.0, "Linux", no virtual machine, 192.0.2.7, UTC.
Message version();
Message proceed(std::uint16_t major = 7, std::uint16_t minor = 0, std::uint16_t patch = 0);
Message computer(std::uint64_t guid);
Message server_identity(std::uint64_t guid);
Message login(std::string_view registration_key, std::string_view user, std::string_view password, std::uint64_t guid,
              bool deferred = false);
Message login_accepted(std::uint64_t user, std::uint32_t permissions);
Message config_state(std::uint64_t version);
Message setting(std::string_view name, std::string_view value, bool locked = false);
Message config_push(std::uint64_t version, std::vector<Message> settings = {});
Message config_ack(std::uint64_t version);
Message ready();
Message offer_blocks(Octets ids);
Message missing_blocks(std::vector<std::uint16_t> indices);
Message commit_version(std::uint64_t number, Octets previous, Octets link, Octets record);
Message version_committed(std::uint64_t number);
Message list_versions(std::uint64_t from);
Message version_entry(std::uint64_t number, Octets link, Octets record);
Message versions(std::vector<Message> entries, bool more = false);
Message restore_begin(std::uint64_t version, std::uint16_t purpose = 0);
Message restore_begun();
Message fetch_blocks(Octets ids);
Message blocks_fetched(std::vector<std::uint16_t> missing = {});
Message restore_end(bool complete = true);
Message restore_ended();
Message list_blocks(Octets after = Octets(32));
Message block_list(Octets ids = {}, bool more = false);
Message release_blocks(Octets ids);
Message blocks_released();
Message fetch_key();
Message key_state(std::uint16_t modes, Octets escrow_key, Octets device_key, Octets record = {});
Message store_key(Octets record);
Message key_stored(std::uint64_t generation);
Message recover_key(Octets recipient);
Message key_recovered(Octets wrap);
Message change_password(Octets current, Octets replacement);
Message password_changed();
Message block_metadata(Octets id, Octets checksum);
/// A message of that kind with every field inside its range: what generators over the state tables send.
Message example(spec::MessageKind kind);

}  // namespace coffer::conformance
