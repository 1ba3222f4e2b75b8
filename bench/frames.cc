#include <capnp/serialize.h>

#include <algorithm>
#include <cstring>

#include "benchmarks.h"
#include "coffer.capnp.h"
#include "protocol/frame.h"
#include "protocol/message.h"

namespace coffer::bench {
namespace {

constexpr std::size_t chunk_octets = 16'384;  // what a TLS record holds, and so what arrives at once

/// Frames read from a stream that arrives in records; 0 when the stream is refused.
double parse(View stream) {
  protocol::FrameReader reader;
  reader.set_verified();
  double frames = 0;
  for (std::size_t at = 0; at < stream.size(); at += chunk_octets) {
    reader.feed(stream.subspan(at, std::min(chunk_octets, stream.size() - at)));
    for (auto frame = reader.next(); frame && *frame; frame = reader.next()) ++frames;
  }
  return frames;
}

Octets repeated(const Octets& frame, std::size_t octets) {
  Octets stream;
  while (stream.size() + frame.size() <= octets) stream.insert(stream.end(), frame.begin(), frame.end());
  return stream;
}

/// Octets per second when the stream is only copied, record by record, to where one frame has room.
double copy_rate(const Effort& effort, const Octets& stream, std::size_t frame_octets) {
  Octets into(frame_octets + chunk_octets);
  return rate(effort, [&] {
    for (std::size_t at = 0; at < stream.size(); at += chunk_octets) {
      std::memcpy(into.data() + at % frame_octets, stream.data() + at, std::min(chunk_octets, stream.size() - at));
      asm volatile("" : : "r"(into.data()) : "memory");  // the copy counts as used
    }
    return static_cast<double>(stream.size());
  });
}

/// Messages per second when Cap'n Proto alone reads their one field, nothing copied and nothing asked of their encoding.
double read_rate(const Effort& effort, const Octets& payload) {
  auto words = kj::heapArray<capnp::word>(payload.size() / sizeof(capnp::word));
  std::memcpy(words.asBytes().begin(), payload.data(), payload.size());
  const kj::ArrayPtr<const capnp::word> segment = words;
  constexpr double messages = 10'000;
  return rate(effort, [&] {
    for (int i = 0; i < static_cast<int>(messages); ++i) {
      capnp::SegmentArrayMessageReader reader(kj::arrayPtr(&segment, 1));
      const auto token = reader.getRoot<schema::Control>().getPing().getToken();
      asm volatile("" : : "r"(token));  // the field counts as used
    }
    return messages;
  });
}

}  // namespace

Figures frames(const Effort& effort) {
  const std::string group = "Frames parsed (one thread, fed in records of 16 KiB)";
  std::vector<Figure> figures;

  const Octets payload = protocol::encode(protocol::Ping{42}), one = protocol::control_frame(payload);
  const Octets small = repeated(one, 8u << 20);
  if (parse(small) == 0) return std::unexpected("the reader refuses a stream of pings");
  figures.push_back({group, "pings, with their decoding",
                     rate(effort,
                          [&] {
                            protocol::FrameReader reader;
                            reader.set_verified();
                            double messages = 0;
                            for (std::size_t at = 0; at < small.size(); at += chunk_octets) {
                              reader.feed(View(small).subspan(at, std::min(chunk_octets, small.size() - at)));
                              for (auto frame = reader.next(); frame && *frame; frame = reader.next())
                                messages += protocol::decode((*frame)->body).has_value();
                            }
                            return messages;
                          }),
                     "messages/s", read_rate(effort, payload), "Cap'n Proto alone"});
  figures.push_back({group, "pings, frames alone", rate(effort, [&] { return parse(small); }), "frames/s",
                     copy_rate(effort, small, one.size()) / static_cast<double>(one.size()), "memcpy"});

  const Octets metadata = protocol::encode_metadata({Octets(32, 1), Octets(32, 2)});
  const Octets large = repeated(protocol::data_frame(metadata, Octets(262'144, 3)), 64u << 20);
  if (parse(large) == 0) return std::unexpected("the reader refuses a stream of data frames");
  const double octets = rate(effort, [&] { return parse(large) > 0 ? static_cast<double>(large.size()) : 0; });
  figures.push_back({group, "data frames of 256 KiB", octets / 1e9, "GB/s", copy_rate(effort, large, 262'144) / 1e9, "memcpy"});
  return figures;
}

}  // namespace coffer::bench
