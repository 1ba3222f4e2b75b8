// The codec for arbitrary values: what is written is read back, no two encodings mean the same, and cutting changes nothing.
#include <cstdlib>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "generators.h"

namespace coffer::protocol {
namespace {

// The same cases in every run; RC_PARAMS in the environment chooses others. Exploring is what the fuzz targets are for.
[[maybe_unused]] const int same_cases = setenv("RC_PARAMS", "seed=1 max_success=2000", 0);

/// Lists whose elements take no octets are refused [MSG-008]; everything else survives.
bool claims_elements_of_nothing(const Message& message) {
  const auto all = [](const auto& list, auto empty) { return !list.empty() && std::ranges::all_of(list, empty); };
  if (const auto* push = std::get_if<ConfigPush>(&message)) return all(push->settings, [](const auto& s) { return s == Setting{}; });
  if (const auto* versions = std::get_if<Versions>(&message))
    return all(versions->entries, [](const auto& e) { return e.number == 0 && e.link.empty() && e.record.empty(); });
  return false;
}

RC_GTEST_PROP(CodecProperty, MSG_001_what_is_written_is_read_back, ()) {
  const auto message = arbitrary::message();
  const auto octets = encode(message);
  const auto read = decode(octets);
  RC_TAG(std::string(name(kind(message))));
  if (claims_elements_of_nothing(message)) {
    RC_ASSERT(!read.has_value());
    RC_ASSERT(read.error().requirement == "MSG-008");
    return;
  }
  RC_ASSERT(read.has_value());
  RC_ASSERT(kind(*read) == kind(message));
  RC_ASSERT(encode(*read) == octets);
}

RC_GTEST_PROP(CodecProperty, MSG_002_whatever_is_accepted_is_its_own_encoding, ()) {
  auto octets = encode(arbitrary::message());
  for (auto left = arbitrary::between(1, 4); left > 0 && !octets.empty(); --left) {
    const auto at = arbitrary::between<std::size_t>(0, octets.size());
    switch (arbitrary::between(0, 4)) {
      case 0: octets[at] = static_cast<std::uint8_t>(octets[at] ^ (1U << arbitrary::between(0U, 8U))); break;
      case 1: octets[at] = *rc::gen::arbitrary<std::uint8_t>(); break;
      case 2: octets.resize(at / 8 * 8); break;
      default: octets.insert(octets.begin() + static_cast<std::ptrdiff_t>(at / 8 * 8), 8, 0);
    }
  }
  const auto read = decode(octets);
  RC_CLASSIFY(read.has_value(), "accepted");
  if (read) RC_ASSERT(encode(*read) == octets);
  if (!read) RC_ASSERT(read.error().reason == spec::Reason::malformed_message);
}

RC_GTEST_PROP(CodecProperty, FRM_015_metadata_is_read_back_or_refused, ()) {
  const BlockMetadata metadata{arbitrary::digest(), arbitrary::digest()};
  const auto part = encode_metadata(metadata);
  RC_ASSERT(part.size() % 16 == 0);
  const auto read = decode_metadata(part);
  RC_ASSERT(read.has_value() == (metadata.id.size() == 32 && metadata.checksum.size() == 32));
  if (read) RC_ASSERT(read->id == metadata.id && read->checksum == metadata.checksum);
}

struct Read {
  std::vector<Octets> parts;
  std::optional<spec::Reason> fault;
  bool operator==(const Read&) const = default;
};

Read read_in_pieces(const Octets& stream, const std::vector<std::size_t>& cuts) {
  FrameReader reader;
  Read read;
  std::size_t at = 0;
  const auto feed = [&](std::size_t to) {
    reader.feed(View(stream).subspan(at, to - at));
    at = to;
    for (;;) {
      const auto frame = reader.next();
      if (!frame) read.fault = frame.error().reason;
      if (!frame || !*frame) return;
      read.parts.emplace_back((*frame)->metadata.begin(), (*frame)->metadata.end());
      read.parts.emplace_back((*frame)->body.begin(), (*frame)->body.end());
    }
  };
  for (const auto cut : cuts) feed(cut);
  feed(stream.size());
  return read;
}

RC_GTEST_PROP(CodecProperty, FRM_013_any_cutting_gives_the_same_frames, ()) {
  Octets stream;
  for (auto left = arbitrary::between(0, 8); left > 0; --left) {
    const auto frame = arbitrary::frame();
    stream.insert(stream.end(), frame.begin(), frame.end());
  }
  if (arbitrary::one_in(3) && !stream.empty()) stream[arbitrary::between<std::size_t>(0, stream.size())] ^= 0x10;
  auto cuts = *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, stream.size() + 1));
  std::ranges::sort(cuts);
  RC_ASSERT(read_in_pieces(stream, cuts) == read_in_pieces(stream, {}));
}

RC_GTEST_PROP(CodecProperty, FRM_011_every_header_is_judged_by_its_first_failing_check, ()) {
  const FrameHeader header{arbitrary::between<std::uint8_t>(0, 4), arbitrary::between<std::uint8_t>(0, 4),
                           *rc::gen::oneOf(rc::gen::inRange<std::uint32_t>(0, 70), rc::gen::inRange<std::uint32_t>(4090, 4100),
                                           rc::gen::inRange<std::uint32_t>(65530, 65540), rc::gen::inRange<std::uint32_t>(4259835, 4259845),
                                           rc::gen::arbitrary<std::uint32_t>())};
  const bool verified = arbitrary::flag();
  // The order of FRM-011, written a second time and otherwise.
  const auto expected = [&]() -> std::optional<spec::Reason> {
    const std::uint32_t longest = !verified ? 4096 : header.kind == 1 ? 65536 : 4259840;
    if (header.kind != 1 && header.kind != 2) return spec::Reason::unknown_frame_kind;
    if (header.kind == 1 && header.metadata_blocks != 0) return spec::Reason::bad_metadata_length;
    if (header.length > longest) return spec::Reason::frame_too_large;
    if (header.kind == 2 && (header.metadata_blocks == 0 || header.metadata_blocks * 16U > header.length))
      return spec::Reason::bad_metadata_length;
    return std::nullopt;
  }();
  const auto checked = check_header(header, verified);
  RC_ASSERT(checked.has_value() == !expected.has_value());
  if (!checked) RC_ASSERT(checked.error().reason == *expected);
}

}  // namespace
}  // namespace coffer::protocol
