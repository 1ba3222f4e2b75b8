#include "rigs/said.h"

#include <unordered_map>

#include "rigs/oracle.h"

namespace coffer::fuzz {

namespace {

Said read(const conformance::Frame& frame) {
  Said said;
  if (frame.kind == conformance::kind_data) {
    said.block = conformance::data_parts(frame);
    demand(frame.metadata_blocks != 0 && said.block->metadata.canonical(), "FRM-015 metadata that is sent is well-formed");
    said.word = "data";
  } else {
    demand(frame.kind == conformance::kind_control && frame.metadata_blocks == 0, "FRM-003 a header that is sent is well-formed");
    auto decoded = conformance::decode(frame.body);
    demand(decoded.canonical(), "MSG-001 what is sent is the one encoding");
    said.message = std::move(decoded.message);
    said.word = said.message->name();
    if (said.word == "disconnect") {
      const auto reason = spec::name(static_cast<spec::Reason>(said.message->number("reason")));
      demand(!reason.empty(), "ERR-001 a reason that is sent is one of the table");
      said.word += "(" + std::string(reason) + ")";
    }
  }
  return said;
}

/// The same octets say the same, and most of what is sent was sent in inputs before.
std::shared_ptr<const Said> read_once(const conformance::Frame& frame) {
  constexpr std::size_t frames_max = 1024, octets_max = 512;
  static std::unordered_map<std::string, std::shared_ptr<const Said>> known;
  if (frame.body.size() > octets_max) return std::make_shared<const Said>(read(frame));
  std::string octets{static_cast<char>(frame.kind), static_cast<char>(frame.metadata_blocks)};
  octets.append(frame.body.begin(), frame.body.end());
  if (known.size() > frames_max) known.clear();
  auto& said = known[octets];
  if (!said) said = std::make_shared<const Said>(read(frame));
  return said;
}

}  // namespace

std::vector<std::shared_ptr<const Said>> read_said(View octets) {
  conformance::FrameCutter cutter;
  cutter.feed(octets);
  std::vector<std::shared_ptr<const Said>> all;
  while (auto frame = cutter.next()) all.push_back(read_once(*frame));
  demand(!cutter.broken() && cutter.held().empty(), "FRM-002 what is sent is whole frames");
  return all;
}

}  // namespace coffer::fuzz
