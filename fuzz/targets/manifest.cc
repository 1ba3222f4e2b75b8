// A manifest and a version record as an attacker who holds the keys would write them: read the same however blocks are cut, each entry
// its own encoding, paths in ascending order and below their directory.
// Input: a number of cuts, the cuts (two octets each), then the manifest; the same octets are tried as a version record.
#include <algorithm>
#include <optional>
#include <vector>

#include "archive/manifest.h"
#include "rigs/octet_source.h"
#include "rigs/oracle.h"

namespace {

using namespace coffer;

struct Read {
  std::vector<archive::Entry> entries;
  std::optional<archive::ArchiveError> error;
  bool operator==(const Read&) const = default;
};

/// Judged apart from the reader's own check: a component that climbs, an absolute path, a NUL.
bool leaves(const std::string& path) {
  const auto within = "/" + path + "/";
  return path.starts_with('/') || within.find("/../") != std::string::npos || path.find('\0') != std::string::npos;
}

Read read(View manifest, const std::vector<std::size_t>& cuts) {
  archive::ManifestReader reader;
  Read result;
  std::size_t fed = 0;
  const auto feed = [&](std::size_t to) {
    reader.feed(manifest.subspan(fed, to - fed));
    fed = to;
    while (!result.error) {
      auto entry = reader.next();
      if (!entry) result.error = entry.error();
      if (!entry || !*entry) return;
      result.entries.push_back(std::move(**entry));
    }
  };
  for (const auto cut : cuts) feed(cut);
  feed(manifest.size());
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::OctetSource source({data, size});
  std::vector<std::size_t> cuts(source.octet() % 8);
  for (auto& cut : cuts) cut = source.below(65'536);
  const auto manifest = source.rest();
  for (auto& cut : cuts) cut = manifest.empty() ? 0 : cut % manifest.size();
  std::ranges::sort(cuts);
  const auto whole = read(manifest, {});
  fuzz::demand(read(manifest, cuts) == whole, "ARC-022 a manifest does not depend on how its blocks are cut");
  for (std::size_t i = 0; i < whole.entries.size(); ++i) {
    const auto& entry = whole.entries[i];
    fuzz::demand(!leaves(entry.path), "ARC-026 no path leaves its directory");
    fuzz::demand(entry.type != archive::EntryType::hard_link || !leaves(entry.target), "ARC-026 no hard link leaves it either");
    fuzz::demand(i == 0 || whole.entries[i - 1].path < entry.path, "ARC-022 paths ascend");
    fuzz::demand(archive::decode_entry(archive::encode(entry)) == entry, "ARC-022 an entry is written and read back");
  }
  if (const auto record = archive::decode_record(manifest))
    fuzz::demand(std::ranges::equal(archive::encode(*record), manifest), "ARC-020 a record has one encoding");
  return 0;
}
