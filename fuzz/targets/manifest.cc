// A leaf, a node and a version record as an attacker who holds the keys would write them: each entry and child its own encoding, paths in
// ascending order, below their directory, and where the parent says that they stand.
// Input: what the parent says (a length and the path that it names, then the same for the next one; no octets: nothing), then the block.
#include <algorithm>
#include <optional>

#include "archive/manifest.h"
#include "rigs/octet_source.h"
#include "rigs/oracle.h"

namespace {

using namespace coffer;

/// Judged apart from the reader's own check: a component that climbs, an absolute path, a NUL.
bool leaves(const std::string& path) {
  const auto within = "/" + path + "/";
  return path.starts_with('/') || within.find("/../") != std::string::npos || path.find('\0') != std::string::npos;
}

void demand_place(const archive::Place& place, const std::string& first, const std::string& last) {
  fuzz::demand(place.first.empty() || place.first == first, "ARC-064 it begins where its parent says");
  fuzz::demand(!place.before || last < *place.before, "ARC-064 it ends before the next one");
}

std::string text(fuzz::OctetSource& source) {
  const auto octets = source.octets(source.octet() % 32);
  return {octets.begin(), octets.end()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::OctetSource source({data, size});
  archive::Place place;
  place.first = text(source);
  if (auto before = text(source); !before.empty()) place.before = std::move(before);
  const auto block = source.rest();

  if (const auto entries = archive::read_leaf(block, place)) {
    demand_place(place, entries->front().path, entries->back().path);
    for (std::size_t i = 0; i < entries->size(); ++i) {
      const auto& entry = (*entries)[i];
      fuzz::demand(!leaves(entry.path), "ARC-026 no path leaves its directory");
      fuzz::demand(entry.type != archive::EntryType::hard_link || !leaves(entry.target), "ARC-026 no hard link leaves it either");
      fuzz::demand(i == 0 || (*entries)[i - 1].path < entry.path, "ARC-022 paths ascend");
      fuzz::demand(archive::decode_entry(archive::encode(entry)) == entry, "ARC-022 an entry is written and read back");
    }
  }
  if (const auto children = archive::read_node(block, place)) {
    demand_place(place, children->front().first, children->back().first);
    for (std::size_t i = 0; i < children->size(); ++i) {
      const auto& child = (*children)[i];
      const auto next = i + 1 < children->size() ? std::optional((*children)[i + 1].first) : place.before;
      fuzz::demand(!leaves(child.first), "ARC-026 no path leaves its directory");
      fuzz::demand(child.before == next, "ARC-064 a child ends before the next one");
    }
  }
  if (const auto record = archive::decode_record(block))
    fuzz::demand(std::ranges::equal(archive::encode(*record), block), "ARC-028 a record has one encoding");
  return 0;
}
