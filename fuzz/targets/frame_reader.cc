// Any octets, cut anywhere: the same frames come out as from one piece, and each frame is again the octets it came from.
// Input: a flag, a number of cuts, the cuts (two octets each), then the stream.
#include <vector>

#include "protocol/frame.h"
#include "rigs/journal.h"
#include "rigs/octet_source.h"
#include "rigs/oracle.h"

namespace {

using namespace coffer;
using namespace coffer::protocol;

struct Read {
  Octets again;  // the frames, written anew
  std::size_t frames = 0;
  std::optional<spec::Reason> fault;
  std::uint64_t offset = 0;
  bool operator==(const Read&) const = default;
};

Read read(View stream, const std::vector<std::size_t>& cuts, bool verified) {
  FrameReader reader;
  if (verified) reader.set_verified();
  Read result;
  std::size_t fed = 0;
  const auto feed = [&](std::size_t to) {
    reader.feed(stream.subspan(fed, to - fed));
    fed = to;
    for (;;) {
      const auto frame = reader.next();
      if (!frame) {
        fuzz::demand(!result.fault, "FRM-017 a reader fails once");
        result.fault = frame.error().reason;
        result.offset = frame.error().offset;
        continue;
      }
      if (!*frame) return;
      fuzz::demand(!result.fault, "FRM-017 nothing is read after a fault");
      const auto octets =
          (*frame)->kind == FrameKind::data ? data_frame((*frame)->metadata, (*frame)->body) : control_frame((*frame)->body);
      result.again.insert(result.again.end(), octets.begin(), octets.end());
      ++result.frames;
    }
  };
  for (const auto cut : cuts) feed(cut);
  feed(stream.size());
  fuzz::demand(result.fault.has_value() || result.again.size() + 6 + reader.buffered() >= stream.size(),
               "FRM-013 every octet is in a frame or held");
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::journal::begin();
  fuzz::OctetSource source({data, size});
  const bool verified = source.octet() % 2 != 0;
  std::vector<std::size_t> cuts(source.octet() % 8);
  for (auto& cut : cuts) cut = source.below(65'536);
  const auto stream = source.rest();
  for (auto& cut : cuts) cut = stream.empty() ? 0 : cut % stream.size();
  std::ranges::sort(cuts);
  const auto whole = read(stream, {}, verified);
  fuzz::demand(read(stream, cuts, verified) == whole, "FRM-013 frames do not depend on how octets are cut");
  fuzz::demand(std::ranges::equal(whole.again, stream.first(whole.again.size())), "FRM-002 a frame is the octets it came from");
  return 0;
}
