#include "rigs/pieces.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "coffer/spec/limits.h"
#include "protocol/block_frame.h"
#include "protocol/checksum.h"
#include "protocol/samples.h"

namespace coffer::fuzz {

namespace samples = protocol::samples;
using namespace protocol;
using spec::MessageKind;
using trace::Variant;

namespace {

std::vector<std::uint16_t> indices(std::uint32_t bits) {
  std::vector<std::uint16_t> chosen;
  for (std::uint16_t i = 0; i < 16; ++i)
    if ((bits >> i & 1U) != 0) chosen.push_back(i);
  return chosen;
}

Octets ids(std::uint32_t value) { return samples::ids(value % 8, 1 + value / 8 % 4); }

/// Another good value of the fields that matter, chosen by `value`.
Message varied(MessageKind kind, std::uint32_t value) {
  auto message = samples::message(kind);
  struct Vary {
    std::uint32_t value;
    void operator()(Disconnect& m) const { m.reason = static_cast<std::uint16_t>(value); }
    void operator()(Ping& m) const { m.token = value; }
    void operator()(Pong& m) const { m.token = value; }
    void operator()(Goodbye&) const {}
    void operator()(Version& m) const {
      m.protocol = static_cast<std::uint16_t>(5 + value % 3);
      m.major = static_cast<std::uint16_t>(value / 3 % 12);
    }
    void operator()(Proceed& m) const { m.major = static_cast<std::uint16_t>(value); }
    void operator()(Computer& m) const { m.guid = samples::computer + value % 2; }
    void operator()(ServerIdentity& m) const { m.guid = samples::server + value % 2; }
    void operator()(Login& m) const {
      m.deferred = value % 2 != 0;
      m.computer += value / 2 % 2;
    }
    void operator()(LoginAccepted& m) const { m.permissions = value; }
    void operator()(ConfigState& m) const { m.version = value % 4; }
    void operator()(ConfigPush& m) const { m.settings.resize(value % 4, {"name", "value", false}); }
    void operator()(ConfigAck& m) const { m.version = value % 4; }
    void operator()(Ready&) const {}
    void operator()(OfferBlocks& m) const { m.ids = ids(value); }
    void operator()(MissingBlocks& m) const { m.indices = indices(value % 16); }
    void operator()(CommitVersion& m) const { m.number = 1 + value % 4; }
    void operator()(VersionCommitted& m) const { m.number = 1 + value % 4; }
    void operator()(ListVersions& m) const { m.from = value % 4; }
    void operator()(Versions& m) const {
      m.entries.assign(value % 4, {1, Octets(32, 1), Octets(9, 2)});
      for (std::size_t i = 0; i < m.entries.size(); ++i) m.entries[i].number = 1 + value / 4 % 3 + i * (value / 16 % 2);
      m.more = value / 32 % 2 != 0;
    }
    void operator()(RestoreBegin& m) const {
      m.version = 1 + value % 4;
      m.purpose = static_cast<std::uint16_t>(value / 4 % 2);
    }
    void operator()(RestoreBegun&) const {}
    void operator()(FetchBlocks& m) const { m.ids = ids(value); }
    void operator()(BlocksFetched& m) const { m.missing = indices(value % 16); }
    void operator()(RestoreEnd& m) const { m.complete = value % 2 != 0; }
    void operator()(RestoreEnded&) const {}
    void operator()(ListBlocks& m) const { m.after.assign(32, static_cast<std::uint8_t>(value)); }
    void operator()(BlockList& m) const {
      m.ids = value / 64 % 2 != 0 ? Octets{} : ids(value);
      if (value / 128 % 2 != 0) std::ranges::reverse(m.ids);  // of samples: the same ids from the last to the first
      m.more = value / 32 % 2 != 0;
    }
    void operator()(ReleaseBlocks& m) const { m.ids = ids(value); }
    void operator()(BlocksReleased&) const {}
    void operator()(FetchKey&) const {}
    void operator()(KeyState& m) const {
      m.modes = static_cast<std::uint16_t>(1 + value % 7);
      m.record.assign(value % 263, static_cast<std::uint8_t>(value));
    }
    void operator()(StoreKey& m) const { m.record.assign(98 + value % 165, static_cast<std::uint8_t>(value)); }
    void operator()(KeyStored& m) const { m.generation = 1 + value; }
    void operator()(RecoverKey& m) const { m.recipient.assign(32, static_cast<std::uint8_t>(value)); }
    void operator()(KeyRecovered& m) const { m.wrap.assign(72, static_cast<std::uint8_t>(value)); }
    void operator()(ChangePassword& m) const { m.replacement.assign(1 + value % 1024, static_cast<std::uint8_t>(value)); }
    void operator()(PasswordChanged&) const {}
  };
  std::visit(Vary{value}, message);
  return message;
}

/// Every field zero or empty: out of range wherever a range can be missed below.
Message emptied(MessageKind kind) {
  auto message = samples::message(kind);
  std::visit([](auto& m) { m = {}; }, message);
  return message;
}

Message extreme(MessageKind kind) {
  auto message = varied(kind, std::numeric_limits<std::uint32_t>::max());
  if (auto* offer = std::get_if<OfferBlocks>(&message)) offer->ids.assign(32 * 1024, 1);
  if (auto* commit = std::get_if<CommitVersion>(&message)) *commit = {~0ULL, Octets(32, 0xFF), Octets(32, 0xFF), Octets(16'384, 0xFF)};
  if (auto* version = std::get_if<Version>(&message)) version->operating_system.assign(255, 'x');
  if (auto* missing = std::get_if<MissingBlocks>(&message)) missing->indices = {0xFFFF};
  if (auto* list = std::get_if<ListVersions>(&message)) list->from = ~0ULL;
  return message;
}

/// Encoded once: most steps of most traces are these.
const Octets& good_frame(std::size_t kind) {
  static const auto frames = [] {
    std::vector<Octets> made;
    for (const auto& row : spec::message_rows) made.push_back(control_frame(encode(samples::message(row.kind))));
    return made;
  }();
  return frames[kind];
}

}  // namespace

Message make_message(MessageKind kind, Variant variant, std::uint32_t value) {
  switch (variant) {
    case Variant::good: return samples::message(kind);
    case Variant::varied: return varied(kind, value);
    case Variant::out_of_range: return emptied(kind);
    case Variant::extreme: return extreme(kind);
  }
  return samples::message(kind);
}

Octets make_data(std::uint8_t number, trace::Flaw flaw) {
  const auto& block = samples::block(number);
  BlockMetadata metadata{{block.id.begin(), block.id.end()}, {block.checksum.begin(), block.checksum.end()}};
  auto sealed = block.sealed;
  if (flaw == trace::Flaw::checksum) sealed[0] ^= 1;
  if (flaw == trace::Flaw::too_short) {
    sealed.resize(29);
    const auto sum = Checksum().of(sealed);
    metadata.checksum.assign(sum.begin(), sum.end());
  }
  if (flaw == trace::Flaw::id_length) metadata.id.resize(31);
  auto part = encode_metadata(metadata);
  if (flaw == trace::Flaw::padding) part.back() = 1;
  return data_frame(part, sealed);
}

namespace {

Intent header_intent(const trace::Step& step) {
  using enum Intent::Means;
  const bool control = step.a == std::to_underlying(FrameKind::control), data = step.a == std::to_underlying(FrameKind::data);
  const bool wrong = (!control && !data) || (control && (step.b != 0 || step.c > spec::limits::control_octets_max)) ||
                     (data && (step.b == 0 || step.c > spec::limits::data_octets_max || step.b * 16U > step.c));
  return {wrong ? fault : unknown, {}, step};
}

/// The frame of a step and what it means.
std::pair<Octets, Intent> frame_of(const trace::Step& step) {
  using enum Intent::Means;
  if (step.op == trace::Op::data) return {make_data(step.a, static_cast<trace::Flaw>(step.b)), {exactly, "data", step}};
  if (step.op == trace::Op::header) {
    const auto six = encode_header({step.a, static_cast<std::uint8_t>(step.b), step.c});
    return {{six.begin(), six.end()}, header_intent(step)};
  }
  const auto variant = static_cast<Variant>(step.b);
  const auto word = spec::message_rows[step.a].name;
  if (variant == Variant::good) return {good_frame(step.a), {exactly, word, step}};
  return {control_frame(encode(make_message(static_cast<MessageKind>(step.a), variant, step.c))), {or_fault, word, step}};
}

}  // namespace

std::vector<Piece> Sender::pieces(const trace::Step& step) {
  if (step.op == trace::Op::flip) flips_.push_back(step);
  if (step.op == trace::Op::split) split_ = step;
  if (step.op == trace::Op::join) join_ = true;
  if (step.op != trace::Op::message && step.op != trace::Op::data && step.op != trace::Op::header) return {};
  auto [frame, intent] = frame_of(step);
  for (const auto& flip : std::exchange(flips_, {})) {
    const auto at = flip.b % frame.size();
    frame[at] ^= static_cast<std::uint8_t>(1U << flip.a);
    // A length that is not the body's takes what follows into the frame; data is data whatever it holds.
    if (at < 6 || step.op == trace::Op::header || intent.means == Intent::Means::unknown) {
      intent.means = Intent::Means::unknown;
    } else {
      intent.means = step.op == trace::Op::data ? Intent::Means::some_data : Intent::Means::anything;
    }
  }
  if (waiting_.octets.empty()) {
    waiting_.octets = std::move(frame);
  } else {
    waiting_.octets.insert(waiting_.octets.end(), frame.begin(), frame.end());
  }
  waiting_.intents.push_back(intent);
  if (std::exchange(join_, false)) return {};
  std::vector<Piece> pieces;
  auto& whole = pieces.emplace_back(std::exchange(waiting_, {}));
  const auto split = std::exchange(split_, std::nullopt);
  if (!split || whole.intents.size() > 1) return pieces;
  const auto at = whole.octets.begin() + static_cast<std::ptrdiff_t>(split->b % whole.octets.size());
  // Of a wrong header the beginning alone may be enough.
  Octets rest(at, whole.octets.end());
  whole.octets.erase(at, whole.octets.end());
  pieces.push_back({std::move(rest), {}});
  return pieces;
}

}  // namespace coffer::fuzz
