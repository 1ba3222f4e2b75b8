#include "campaign/server_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "campaign/headers.h"
#include "campaign/ranges.h"
#include "coffer/spec/permissions.h"
#include "wire/key_record.h"

namespace coffer::conformance {

using spec::MessageKind;
using spec::Reason;

namespace {

Due plain(std::string_view name) { return {.name = name}; }

Due numbered(std::string_view name, std::string_view field, std::uint64_t value) {
  return {.name = name, .complaint = [=](const Message& message) {
            return message.number(field) == value ? std::string()
                                                  : fmt::format("{} {} in place of {}", field, message.number(field), value);
          }};
}

Due exactly(Message wanted) {
  const auto name = wanted.name();
  return {.name = name, .complaint = [wanted = std::move(wanted)](const Message& message) {
            return message == wanted ? std::string() : fmt::format("{} in place of {}", to_text(message), to_text(wanted));
          }};
}

Answer answer(std::string_view rule, Due due) { return {.rule = rule, .frames = {std::move(due)}}; }

/// "7.0.0" against the parts of a version message.
bool older(const Message& version, const std::string& least) {
  std::uint64_t parts[3] = {};
  std::size_t part = 0;
  for (const char c : least) {
    if (c == '.' && part < 2) ++part;
    if (c != '.') parts[part] = parts[part] * 10 + static_cast<std::uint64_t>(c - '0');
  }
  const std::uint64_t said[3] = {version.number("major"), version.number("minor"), version.number("patch")};
  return std::ranges::lexicographical_compare(said, parts);
}

std::uint64_t big_endian(View octets) {
  std::uint64_t value = 0;
  for (const auto octet : octets) value = value << 8 | octet;
  return value;
}

}  // namespace

std::vector<Met> ServerModel::hear(View octets) {
  std::vector<Met> all;
  if (!open()) return all;
  held_.insert(held_.end(), octets.begin(), octets.end());
  while (open() && held_.size() >= spec::limits::frame_header_octets) {
    auto frame = header_of(held_);
    if (const auto wrong = wrong_header(frame, state_ >= State::await_config)) {
      const auto before = state_;
      all.push_back({before, "malformed", refuse(wrong->rule, wrong->reason)});
      break;
    }
    const auto whole = spec::limits::frame_header_octets + frame.length;
    if (held_.size() < whole) break;
    frame.body.assign(held_.begin() + spec::limits::frame_header_octets, held_.begin() + static_cast<std::ptrdiff_t>(whole));
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(whole));
    all.push_back(next_frame(std::move(frame)));
  }
  if (!open()) held_.clear();
  return all;
}

// [FRM-016, MSG-006, ERR-002] Encoding, state, fields, permission, meaning; of data the state first.
Met ServerModel::next_frame(Frame frame) {
  const auto before = state_;
  if (frame.kind == kind_data) return {before, "data", hear_data(frame)};
  const auto decoded = decode(frame.body);
  if (!decoded.canonical()) return {before, "malformed", refuse("MSG-002", Reason::malformed_message)};
  const auto kind = kind_of(*decoded.message);
  const auto event = spec::name(kind);
  if (spec::server_session::find(before, static_cast<spec::server_session::Event>(kind)) == nullptr)
    return {before, event, refuse("SES-002", Reason::unexpected_message)};
  if (!in_range(*decoded.message)) return {before, "malformed", refuse("MSG-005", Reason::field_out_of_range)};
  return {before, event, hear_message(*decoded.message)};
}

Answer ServerModel::hear_message(const Message& message) {
  using namespace spec::permissions;
  const auto not_permitted = [&] { return refuse("SES-021", Reason::not_permitted); };
  switch (const auto kind = kind_of(message); kind) {
    case MessageKind::disconnect: return close("SES-031");
    case MessageKind::version: return hear_version(message);
    case MessageKind::computer: return hear_computer(message);
    case MessageKind::login: return hear_login(message);
    case MessageKind::config_state:
      if (message.number("version") == world_.fixture.config_version) {
        state_ = State::ready;
        return answer("CFG-005", plain("ready"));
      }
      state_ = State::await_config_ack;
      return answer("CFG-002", exactly(config_push(world_.fixture.config_version, world_.fixture.settings)));
    case MessageKind::config_ack:
      if (message.number("version") != world_.fixture.config_version) return refuse("CFG-004", Reason::bad_config_ack);
      state_ = State::ready;
      return answer("SES-014", plain("ready"));
    case MessageKind::ping: return answer("SES-020", numbered("pong", "token", message.number("token")));
    case MessageKind::goodbye: return refuse("SES-030", Reason::goodbye);
    case MessageKind::offer_blocks: return may(backup) ? hear_offer(message) : not_permitted();
    case MessageKind::commit_version: return may(backup) ? hear_commit(message) : not_permitted();
    case MessageKind::list_versions: return may(backup | restore) ? hear_list_versions(message) : not_permitted();
    case MessageKind::list_blocks: return may(backup) ? hear_list_blocks(message) : not_permitted();
    case MessageKind::release_blocks:
      if (!may(backup)) return not_permitted();
      releases_asked_ += message.octets("ids").size() / spec::limits::block_id_octets;
      if (releases_asked_ > spec::limits::releases_per_record_max) return refuse("ARC-154", Reason::field_out_of_range);
      for (auto& id : split_ids(message.octets("ids")))
        if (!archive_->lacks(id)) released_.insert(std::move(id));
      return answer("ARC-107", plain("blocks_released"));
    case MessageKind::fetch_key: return may(backup | restore) ? key_state() : not_permitted();
    case MessageKind::store_key: return may(backup) ? hear_key_record(message) : not_permitted();
    // The records that campaigns store are of modes that leave the server nothing to open.
    case MessageKind::recover_key: return may(backup | restore) ? refuse("KEY-045", Reason::nothing_to_recover) : not_permitted();
    case MessageKind::change_password:
      if (!may(backup | restore)) return not_permitted();
      if (message.octets("current") != octets(account_->password)) return refuse("KEY-044", Reason::password_refused);
      return answer("KEY-044", plain("password_changed"));
    case MessageKind::restore_begin:
      if (!may(restore)) return not_permitted();
      if (message.number("version") >= archive_->next_number()) return refuse("ARC-051", Reason::no_such_version);
      state_ = State::restoring;
      return answer("ARC-050", plain("restore_begun"));
    case MessageKind::fetch_blocks: return hear_fetch(message);
    case MessageKind::restore_end: state_ = State::ready; return answer("ARC-054", plain("restore_ended"));
    case MessageKind::pong:
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
    case MessageKind::key_state:
    case MessageKind::key_stored:
    case MessageKind::key_recovered:
    case MessageKind::password_changed: break;
  }
  return refuse("SES-002", Reason::unexpected_message);
}

Answer ServerModel::hear_version(const Message& message) {
  if (message.number("protocol") != spec::limits::protocol_version) return refuse("SES-011", Reason::version_invalid);
  if (older(message, world_.fixture.minimum_version)) return refuse("SES-012", Reason::version_too_old);
  state_ = State::await_computer;
  return answer("SES-013", plain("proceed"));
}

Answer ServerModel::hear_computer(const Message& message) {
  const auto guid = message.number("guid");
  if (!world_.admissible(guid)) return refuse("IDN-002", Reason::computer_refused);
  if (world_.taken.contains(guid)) return refuse("IDN-004", Reason::computer_refused);
  computer_ = guid;
  state_ = State::await_login;
  auto admitted = answer("IDN-005", numbered("server_identity", "guid", world_.fixture.server_guid));
  if (world_.perhaps_taken.contains(guid)) {
    admitted.refusal = {Reason::computer_refused};
    admitted.if_refused = [this] { end(); };
  }
  return admitted;
}

Answer ServerModel::hear_login(const Message& message) {
  const auto computer = message.number("computer");
  if (computer != computer_) return refuse("IDN-017", Reason::login_refused);
  account_ = world_.account_of(message, accounts_);
  if (account_ == nullptr) return refuse("IDN-014", Reason::login_refused);
  if (world_.taken.contains(computer)) return refuse("IDN-026", Reason::computer_refused);
  const auto permissions = message.flag("deferred") ? 0 : account_->permissions();
  auto accepted = answer("IDN-015", exactly(login_accepted(account_->id, permissions)));
  if (world_.perhaps_taken.contains(computer)) {
    accepted.refusal = {Reason::computer_refused};
    accepted.if_refused = [this] { leave(false); };
  }
  permissions_ = permissions;
  world_.taken.insert(computer);
  world_.perhaps_taken.erase(computer);
  world_.owners.try_emplace(computer, account_->id);
  archive_ = &world_.archives[{account_->id, computer}];
  state_ = State::await_config;
  // A computer of the fixture is everybody's: what earlier traces left on it is not known, so that the session is left here.
  if (world_.shared(computer)) leave(false);
  return accepted;
}

Answer ServerModel::hear_offer(const Message& message) {
  std::vector<std::uint16_t> least, most;  // what is missing whatever became of doubtful blocks, and with all of them gone
  const auto ids = split_ids(message.octets("ids"));
  std::set<Octets> seen;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (!seen.insert(ids[i]).second) continue;
    const auto index = static_cast<std::uint16_t>(i);
    const bool missing = archive_->lacks(ids[i]) || released_.contains(ids[i]);
    if (missing) least.push_back(index);
    if (missing || archive_->doubtful.contains(ids[i])) most.push_back(index);
    if (missing) wanted_.insert(ids[i]);
  }
  return answer("ARC-033", {.name = "missing_blocks", .complaint = [this, ids, least, most](const Message& said) -> std::string {
                              const auto indices = said.numbers("indices");
                              if (!std::ranges::includes(indices, least) || !std::ranges::includes(most, indices))
                                return fmt::format("{} in place of {}", to_text(said), to_text(missing_blocks(least)));
                              for (const auto index : most) {  // now it is known
                                if (released_.contains(ids[index])) continue;
                                if (!archive_->doubtful.erase(ids[index])) continue;
                                if (!std::ranges::binary_search(indices, index)) continue;
                                archive_->blocks.erase(ids[index]);
                                wanted_.insert(ids[index]);
                              }
                              return {};
                            }});
}

Answer ServerModel::hear_data(const Frame& frame) {
  if (state_ != State::ready) return refuse("SES-002", Reason::unexpected_message);
  const auto parts = data_parts(frame);
  if (!parts.metadata.canonical()) return refuse("FRM-015", Reason::malformed_message);
  const auto id = parts.metadata.message->octets("id"), checksum = parts.metadata.message->octets("checksum");
  if (id.size() != 32 || checksum.size() != 32) return refuse("MSG-005", Reason::field_out_of_range);
  using namespace spec::limits;
  if (parts.data.size() < sealed_block_octets_min || parts.data.size() > sealed_block_octets_max)
    return refuse("FRM-018", Reason::field_out_of_range);
  if (!may(spec::permissions::backup)) return refuse("SES-021", Reason::not_permitted);
  if (!wanted_.contains(id)) return refuse("ARC-032", Reason::unwanted_block);
  if (sha256(parts.data) != checksum) return refuse("ARC-031", Reason::checksum_mismatch);
  wanted_.erase(id);
  const bool stays = released_.erase(id) != 0 && archive_->has(id);  // [ARC-156]
  if (stays) return {.rule = "ARC-031"};
  came_.insert(id);
  archive_->doubtful.erase(id);
  archive_->blocks[id] = {id, parts.data, checksum};
  return {.rule = "ARC-031"};
}

Answer ServerModel::hear_commit(const Message& message) {
  if (!wanted_.empty()) return refuse("ARC-036", Reason::blocks_outstanding);
  const auto number = message.number("number");
  const auto previous = message.octets("previous"), record = message.octets("record");
  auto linked = link(archive_->last_link(), archive_->next_number(), record);
  if (number != archive_->next_number() || previous != archive_->last_link() || message.octets("link") != linked)
    return refuse("ARC-037", Reason::version_conflict);
  archive_->versions.push_back({number, std::move(linked), record});
  for (const auto& id : released_) archive_->blocks.erase(id), archive_->doubtful.erase(id);
  released_.clear();
  releases_asked_ = 0;
  came_.clear();
  return answer("ARC-038", numbered("version_committed", "number", number));
}

Answer ServerModel::hear_list_versions(const Message& message) {
  std::vector<Message> entries;
  for (const auto& version : archive_->versions)
    if (version.number >= message.number("from")) entries.push_back(version_entry(version.number, version.link, version.record));
  const bool more = entries.size() > spec::limits::versions_per_answer_max;
  if (more) entries.resize(spec::limits::versions_per_answer_max, Message("version_entry"));
  return answer("ARC-040", exactly(versions(std::move(entries), more)));
}

Answer ServerModel::hear_list_blocks(const Message& message) {
  std::vector<Octets> sure, perhaps;
  for (auto at = archive_->blocks.upper_bound(message.octets("after")); at != archive_->blocks.end(); ++at) {
    if (released_.contains(at->first)) continue;
    perhaps.push_back(at->first);
    if (!archive_->doubtful.contains(at->first)) sure.push_back(at->first);
  }
  return answer("ARC-105", {.name = "block_list", .complaint = [sure, perhaps](const Message& said) -> std::string {
                              const auto ids = split_ids(said.octets("ids"));
                              if (said.flag("more")) return "more, where all blocks fit into one answer";
                              const bool right = std::ranges::adjacent_find(ids, std::greater_equal<>()) == ids.end() &&
                                                 std::ranges::includes(ids, sure) && std::ranges::includes(perhaps, ids);
                              return right ? std::string()
                                           : fmt::format("{} ids in place of {}, or others, or not ascending", ids.size(), sure.size());
                            }});
}

Answer ServerModel::hear_fetch(const Message& message) {
  Answer fetched{.rule = "ARC-052"};
  std::vector<std::uint16_t> least, most;
  const auto ids = split_ids(message.octets("ids"));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto found = archive_->blocks.find(ids[i]);
    const bool doubtful = archive_->doubtful.contains(ids[i]);
    if (found == archive_->blocks.end()) least.push_back(static_cast<std::uint16_t>(i));
    if (found == archive_->blocks.end() || doubtful) most.push_back(static_cast<std::uint16_t>(i));
    if (found == archive_->blocks.end()) continue;
    fetched.frames.push_back({.name = "data",
                              .complaint = [block = found->second](const Message& metadata) -> std::string {
                                if (metadata.octets("id") != block.id) return "another block";
                                return metadata.octets("checksum") == block.checksum ? "" : "another checksum";
                              },
                              .data_complaint = [sealed = found->second.sealed](const Octets& data) -> std::string {
                                return data == sealed ? "" : "other octets than were stored";
                              },
                              .may_be_left_out = doubtful});
  }
  fetched.frames.push_back({.name = "blocks_fetched", .complaint = [least, most](const Message& said) -> std::string {
                              const auto missing = said.numbers("missing");
                              const bool right = std::ranges::includes(missing, least) && std::ranges::includes(most, missing);
                              return right ? std::string()
                                           : fmt::format("{} in place of {}", to_text(said), to_text(blocks_fetched(least)));
                            }});
  return fetched;
}

Answer ServerModel::key_state() {
  return answer("KEY-029", {.name = "key_state", .complaint = [this](const Message& said) -> std::string {
                              if (said.number("modes") != 7) return "modes other than all";
                              if (said.octets("record") != archive_->key_record) return "another key record than was stored";
                              if (archive_->device_key.empty()) archive_->device_key = said.octets("device_key");
                              return said.octets("device_key") == archive_->device_key ? "" : "another device key than before";
                            }});
}

// [KEY-030] Layout, owner; the octets in force; mode; generation, check value; what only the server itself can open.
Answer ServerModel::hear_key_record(const Message& message) {
  const auto record = message.octets("record");
  const View octets(record);
  const auto bad = [&](std::string_view rule) { return refuse(rule, Reason::bad_key_record); };
  constexpr std::size_t sizes[] = {0, 262, 158, 98}, owner_at = 2, generation_at = 26, check_at = 34, wraps_at = 66;
  const std::size_t mode = record[1];
  if (record[0] != 1 || mode < account_password_mode || mode > custom_mode || record.size() != sizes[mode]) return bad("KEY-023");
  const auto generation = big_endian(octets.subspan(generation_at, 8));
  if (generation == 0) return bad("KEY-023");
  if (big_endian(octets.subspan(owner_at, 8)) != user() || big_endian(octets.subspan(owner_at + 8, 8)) != computer_ ||
      big_endian(octets.subspan(owner_at + 16, 8)) != world_.fixture.server_guid)
    return bad("KEY-024");
  if (mode == archive_password_mode) {
    const auto rounds = big_endian(octets.subspan(wraps_at, 4));
    if (rounds > spec::limits::pbkdf2_rounds_max || rounds == 0) return bad("KEY-025");
    if (rounds < world_.fixture.rounds) return bad("KEY-025");
  }
  const auto& in_force = archive_->key_record;
  if (record == in_force) return answer("KEY-031", numbered("key_stored", "generation", generation));
  if (!in_force.empty() && mode < in_force[1]) return refuse("KEY-011", Reason::key_mode_refused);
  const auto before = in_force.empty() ? 0 : big_endian(View(in_force).subspan(generation_at, 8));
  if (generation != before + 1) return refuse("KEY-032", Reason::key_conflict);
  if (!in_force.empty() && !std::ranges::equal(octets.subspan(check_at, 32), View(in_force).subspan(check_at, 32)))
    return refuse("KEY-034", Reason::key_conflict);
  if (mode == account_password_mode) return bad("KEY-026");  // campaigns put no key into it
  archive_->key_record = record;
  return answer("KEY-035", numbered("key_stored", "generation", generation));
}

Answer ServerModel::refuse(std::string_view rule, Reason reason) {
  end();
  return {.rule = rule, .refusal = {reason}, .ends = true};
}

Answer ServerModel::close(std::string_view rule) {
  end();
  return {.rule = rule, .ends = true};
}

void ServerModel::end() {
  if (archive_ != nullptr) {
    for (const auto& id : came_) archive_->doubtful.insert(id);  // 8.4: blocks that came without a commit may be kept, and need not be
    world_.taken.erase(computer_);
  }
  state_ = State::closed;
}

void ServerModel::leave(bool orderly) {
  if (!open()) return;
  const bool held_a_place = archive_ != nullptr;
  end();
  if (held_a_place && !orderly) world_.perhaps_taken.insert(computer_);
}

void ServerModel::lose_channel() { leave(false); }

}  // namespace coffer::conformance
