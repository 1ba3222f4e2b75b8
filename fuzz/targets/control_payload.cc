// Any payload and any metadata part: what is accepted is its own encoding, and judging its fields is always possible.
#include "rigs/message_mutator.h"
#include "rigs/oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  const View octets(data, size);
  if (const auto message = protocol::decode(octets)) {
    fuzz::demand(std::ranges::equal(protocol::encode(*message), octets), "MSG-002 a message has one encoding");
    if (const auto fields = protocol::check_fields(*message); !fields)
      fuzz::demand(fields.error().reason == spec::Reason::field_out_of_range, "MSG-005 a field is out of range or it is not");
  }
  if (const auto metadata = protocol::decode_metadata(octets)) {
    fuzz::demand(std::ranges::equal(protocol::encode_metadata(*metadata), octets), "FRM-015 metadata has one encoding");
    fuzz::demand(metadata->id.size() == 32 && metadata->checksum.size() == 32, "MSG-005 id and checksum have 32 octets");
  }
  return 0;
}
