#include "rigs/said.h"

#include "rigs/known.h"
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

std::vector<Said> read_all(View octets) {
  conformance::FrameCutter cutter;
  cutter.feed(octets);
  std::vector<Said> all;
  while (const auto frame = cutter.next()) all.push_back(read(*frame));
  demand(!cutter.broken() && cutter.held().empty(), "FRM-002 what is sent is whole frames");
  return all;
}

}  // namespace

std::span<const Said> read_said(View octets) {
  static Known<std::vector<Said>> known;
  return known.of(octets, read_all);
}

}  // namespace coffer::fuzz
