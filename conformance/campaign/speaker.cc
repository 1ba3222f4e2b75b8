#include "campaign/speaker.h"

#include <array>
#include <utility>

#include "campaign/ranges.h"
#include "wire/key_record.h"

namespace coffer::conformance {

using spec::MessageKind;
using trace::Variant;

namespace {

constexpr std::size_t block_count = 16;

Octets ids_from(std::uint64_t first, std::uint64_t count) {
  Octets ids;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto& id = known_block(first + i).id;
    ids.insert(ids.end(), id.begin(), id.end());
  }
  return ids;
}

Octets key_of(std::uint64_t computer) { return sha256(octets("the archive key of " + guid_text(computer))); }

/// The key record that follows the one in force, as its owner would make it, but for what `value` has otherwise.
Octets key_record(ServerModel& model, const World& world, std::uint32_t value) {
  const auto* archive = model.archive();
  const Octets before = archive == nullptr ? Octets() : archive->key_record;
  KeyRecord record{.mode = value % 4 == 1    ? archive_password_mode
                           : value % 16 == 2 ? account_password_mode
                                             : custom_mode,
                   .owner = {model.user(), model.computer(), world.fixture.server_guid}};
  if (value / 4 % 4 == 3 && !before.empty()) return before;
  for (std::size_t at = 26; at < 34 && !before.empty(); ++at) record.generation = (at == 26 ? 0 : record.generation << 8) | before[at];
  if (!before.empty()) ++record.generation;
  if (value / 16 % 8 == 1) record.generation += 1;
  if (value / 16 % 8 == 2) record.generation = 0;
  if (value / 16 % 8 == 3) ++record.owner.computer;
  if (value / 16 % 8 == 4) ++record.owner.user;
  if (value / 16 % 8 == 5) record.format = 0;
  const auto key = key_of(model.computer() + (value / 16 % 8 == 6 ? 1 : 0));
  record.check = derive_keys(key, record.owner).check_value;
  const Octets rounds{0, 0, 0x27, 0x10};  // 10,000; nobody opens it
  if (record.mode == archive_password_mode) record.wraps = joined({rounds, repeated(16, 0x11), repeated(40, 0x22)});
  if (record.mode == account_password_mode) record.wraps = joined({repeated(104, 0x33), rounds, repeated(16, 0x11), repeated(40, 0x22)});
  return to_octets(record, key);
}

Message good(MessageKind kind, const Identity& who, const World& world, ServerModel& model) {
  const auto* archive = model.archive();
  const auto number = archive == nullptr ? 1 : archive->next_number();
  switch (kind) {
    case MessageKind::ping: return ping(who.token);
    case MessageKind::computer: return computer(who.computer);
    case MessageKind::login:
      return login(who.account.registration_key, who.account.name, who.account.password,
                   model.computer() == 0 ? who.computer : model.computer());
    case MessageKind::config_state: return config_state(0);
    case MessageKind::config_ack: return config_ack(world.fixture.config_version);
    case MessageKind::offer_blocks:
    case MessageKind::fetch_blocks: return Message(spec::name(kind)).set("ids", ids_from(0, 3));
    case MessageKind::release_blocks: return release_blocks(ids_from(0, 1));
    case MessageKind::commit_version: {
      const auto previous = archive == nullptr ? first_previous() : archive->last_link();
      const auto record = repeated(60, static_cast<std::uint8_t>(number));
      return commit_version(number, previous, link(previous, number, record), record);
    }
    case MessageKind::list_versions: return list_versions(0);
    case MessageKind::list_blocks: return list_blocks();
    case MessageKind::restore_begin: return restore_begin(number == 1 ? 1 : number - 1);
    case MessageKind::store_key: return store_key(key_record(model, world, 0));
    case MessageKind::recover_key: return recover_key(public_key(repeated(32, 0x42)));
    case MessageKind::change_password: return change_password(octets(who.account.password), octets(who.account.password));
    case MessageKind::disconnect:
    case MessageKind::pong:
    case MessageKind::goodbye:
    case MessageKind::version:
    case MessageKind::proceed:
    case MessageKind::server_identity:
    case MessageKind::login_accepted:
    case MessageKind::config_push:
    case MessageKind::ready:
    case MessageKind::missing_blocks:
    case MessageKind::version_committed:
    case MessageKind::versions:
    case MessageKind::restore_begun:
    case MessageKind::blocks_fetched:
    case MessageKind::restore_end:
    case MessageKind::restore_ended:
    case MessageKind::block_list:
    case MessageKind::blocks_released:
    case MessageKind::fetch_key:
    case MessageKind::key_state:
    case MessageKind::key_stored:
    case MessageKind::key_recovered:
    case MessageKind::password_changed: break;
  }
  return example(kind);
}

/// A login that something is the matter with, or that is another's.
void vary_login(Message& message, std::uint32_t value, const World& world) {
  const auto accounts = world.fixture.accounts();
  const auto& other = accounts[value / 16 % accounts.size()];
  switch (value % 10) {
    case 0: message.set("password", octets("wrong horse")); return;
    case 1: message.set("user_name", "mallory"); return;
    case 2: message.set("registration_key", "NOBODYGAVETHIS01"); return;
    case 3: message.set("registration_key", world.fixture.deferred_key); return;
    case 4: message.set("registration_key", world.fixture.deferred_key).set("deferred", 1); return;
    case 5: message.set("deferred", 1); return;
    case 6: message.set("computer", message.number("computer") + 1); return;
    case 7: message.set("registration_key", world.fixture.other_key); return;
    default: message.set("user_name", other.name).set("password", octets(other.password)).set("registration_key", other.registration_key);
  }
}

void vary(Message& message, std::uint32_t value, const World& world, ServerModel& model) {
  const auto count = [&](std::string_view field, std::uint64_t by) { message.set(field, message.number(field) + by); };
  switch (kind_of(message)) {
    case MessageKind::disconnect: message.set("reason", std::uint64_t{value % 40}); return;
    case MessageKind::ping:
    case MessageKind::pong: message.set("token", std::uint64_t{value} << 17 | value); return;
    case MessageKind::version:
      if (value % 3 == 0) message.set("protocol", std::uint64_t{5 + value / 3 % 3});
      if (value % 3 != 0)
        message.set("major", std::uint64_t{6}).set("minor", std::uint64_t{value / 3 % 12}).set("patch", std::uint64_t{value / 36 % 3});
      if (value / 128 % 2 != 0) message.set("address", "2001:db8::7").set("virtual_machine", "KVM");
      return;
    case MessageKind::computer: {
      const auto known = world.fixture.computers();
      if (value % 2 == 0) return count("guid", 1 + value / 2 % 3), void();
      message.set("guid", known[value / 2 % known.size()].guid);
      return;
    }
    case MessageKind::login: return vary_login(message, value, world);
    case MessageKind::config_state:
    case MessageKind::config_ack: message.set("version", world.fixture.config_version + value % 3 - 1); return;
    case MessageKind::offer_blocks:
    case MessageKind::fetch_blocks:
    case MessageKind::release_blocks: {
      auto ids = ids_from(value, 1 + value / 16 % 4);
      if (value / 64 % 2 != 0) ids = joined({ids, ids});
      message.set("ids", std::move(ids));
      return;
    }
    case MessageKind::commit_version: {
      auto part = message.octets(value % 3 == 0 ? "previous" : "link");
      part[value / 3 % 32] ^= 1;
      if (value % 3 == 2)
        count("number", value / 3 % 2 == 0 ? 1 : ~0ULL);
      else
        message.set(value % 3 == 0 ? "previous" : "link", std::move(part));
      // One thing is wrong at a time: the link is that of what is said.
      if (value % 3 != 1) message.set("link", link(message.octets("previous"), message.number("number"), message.octets("record")));
      return;
    }
    case MessageKind::list_versions: message.set("from", std::uint64_t{value % 5}); return;
    case MessageKind::list_blocks: message.set("after", known_block(value).id); return;
    case MessageKind::restore_begin:
      message.set("version", std::uint64_t{1 + value % 4}).set("purpose", std::uint64_t{value / 4 % 2});
      return;
    case MessageKind::restore_end: message.set("complete", std::uint64_t{value % 2}); return;
    case MessageKind::store_key: message.set("record", key_record(model, world, value)); return;
    case MessageKind::change_password: message.set("current", octets("wrong horse")); return;
    case MessageKind::recover_key: message.set("recipient", public_key(repeated(32, static_cast<std::uint8_t>(value | 1)))); return;
    case MessageKind::goodbye:
    case MessageKind::proceed:
    case MessageKind::server_identity:
    case MessageKind::login_accepted:
    case MessageKind::config_push:
    case MessageKind::ready:
    case MessageKind::missing_blocks:
    case MessageKind::version_committed:
    case MessageKind::versions:
    case MessageKind::restore_begun:
    case MessageKind::blocks_fetched:
    case MessageKind::restore_ended:
    case MessageKind::block_list:
    case MessageKind::blocks_released:
    case MessageKind::fetch_key:
    case MessageKind::key_state:
    case MessageKind::key_stored:
    case MessageKind::key_recovered:
    case MessageKind::password_changed: return;
  }
}

}  // namespace

Message client_says(MessageKind kind, Variant variant, std::uint32_t value, const Identity& who, const World& world, ServerModel& model) {
  auto message = good(kind, who, world, model);
  if (variant == Variant::varied) vary(message, value, world, model);
  if (variant == Variant::out_of_range) put_out_of_range(message, value);
  if (variant == Variant::extreme) stretch(message);
  // The largest identity would be one computer for all traces, and each is to have its own.
  if (variant == Variant::extreme && kind == MessageKind::computer) message.set("guid", ~who.computer);
  return message;
}

const SealedBlock& known_block(std::uint64_t number) {
  static const auto blocks = [] {
    std::array<SealedBlock, block_count> made;
    Random random(1, "the blocks of campaigns");
    constexpr std::size_t sizes[] = {300, 30, 5000, 64};
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = opaque_block(random, sizes[i % 4]);
    return made;
  }();
  return blocks[number % block_count];
}

Octets data_of(std::uint8_t number, trace::Flaw flaw) {
  auto block = known_block(number);
  if (flaw == trace::Flaw::checksum) block.sealed[0] ^= 1;
  if (flaw == trace::Flaw::too_short) {
    block.sealed.resize(29);
    block.checksum = sha256(block.sealed);
  }
  if (flaw == trace::Flaw::id_length) block.id.resize(31);
  auto part = encode_metadata(block_metadata(block.id, block.checksum));
  if (flaw == trace::Flaw::padding) part.back() = 1;
  return encode(data_frame_of(part, block.sealed));
}

bool Outgoing::prepare(const trace::Step& step) {
  if (step.op == trace::Op::flip) flips_.push_back(step);
  if (step.op == trace::Op::split) split_ = step;
  if (step.op == trace::Op::join) join_ = true;
  return step.op == trace::Op::flip || step.op == trace::Op::split || step.op == trace::Op::join;
}

std::vector<Octets> Outgoing::pieces(Octets frame) {
  for (const auto& flip : std::exchange(flips_, {})) frame[flip.b % frame.size()] ^= static_cast<std::uint8_t>(1U << flip.a);
  waiting_.insert(waiting_.end(), frame.begin(), frame.end());
  if (std::exchange(join_, false)) return {};
  auto whole = std::exchange(waiting_, {});
  const auto split = std::exchange(split_, std::nullopt);
  const auto at = split ? split->b % whole.size() : 0;
  if (at == 0) return {std::move(whole)};
  const auto middle = whole.begin() + static_cast<std::ptrdiff_t>(at);
  return {{whole.begin(), middle}, {middle, whole.end()}};
}

}  // namespace coffer::conformance
