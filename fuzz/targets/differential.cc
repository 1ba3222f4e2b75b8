// Two codecs written apart, the reference's and the conformance suite's, must accept the same octets and read the same from them.
#include "rigs/message_mutator.h"
#include "rigs/oracle.h"
#include "wire/encoding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  const View octets(data, size);
  const auto ours = protocol::decode(octets);
  const auto theirs = conformance::decode(octets);
  if (ours.has_value() != theirs.canonical()) {
    std::fprintf(stderr, "the reference %s, the suite %s%s\n", ours ? "accepts" : "refuses",
                 theirs.canonical() ? "accepts" : "refuses: ", theirs.defects.empty() ? "" : theirs.defects.front().c_str());
    fuzz::demand(false, "MSG-002 both codecs accept the same octets");
  }
  if (ours) {
    fuzz::demand(spec::name(protocol::kind(*ours)) == theirs.message->name(), "MSG-003 both codecs read the same kind");
    fuzz::demand(std::ranges::equal(conformance::encode(*theirs.message), octets), "MSG-001 the suite's encoding of it is the same");
  }
  // Of metadata the reference also judges fields: what it accepts, the suite must, and what the suite refuses is malformed here.
  const auto part = protocol::decode_metadata(octets);
  const auto their_part = conformance::decode_metadata(octets);
  const bool well_formed = part.has_value() || part.error().reason == spec::Reason::field_out_of_range;
  fuzz::demand(well_formed == their_part.canonical(), "FRM-015 both codecs accept the same metadata");
  if (part)
    fuzz::demand(their_part.message->octets("id") == part->id && their_part.message->octets("checksum") == part->checksum,
                 "FRM-015 and read it alike");
  return 0;
}
