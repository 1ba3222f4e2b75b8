// spec/vectors/links.json, records.json and manifests.json against the reference.
#include <gtest/gtest.h>

#include "archive/id_tree.h"
#include "archive/manifest.h"
#include "archive/version_chain.h"
#include "archive_vectors.h"

namespace coffer::golden {
namespace {

using archive::ChainPoint;

void judge_link(const Json& input, const Json& expect) {
  EXPECT_EQ(hex(archive::link_of(digest(input.at("previous")), input.at("number").get<std::uint64_t>(), octets(input.at("record")))),
            expect.at("link").get<std::string>());
}

/// The chain as a client takes it in: version by version, then its end.
std::expected<ChainPoint, archive::ArchiveError> verify(archive::RecordVault& vault, const Json& versions,
                                                        std::optional<ChainPoint> remembered) {
  archive::ChainVerifier verifier(vault, remembered);
  for (const Json& v : versions)
    if (const auto record = verifier.accept(v.at("number").get<std::uint64_t>(), octets(v.at("link")), octets(v.at("record"))); !record)
      return std::unexpected(record.error());
  return verifier.finish();
}

void judge_chain(const Json& input, const Json& expect) {
  std::optional<ChainPoint> remembered;
  if (const Json& point = input.at("remembered"); !point.is_null())
    remembered = {point.at("number").get<std::uint64_t>(), digest(point.at("link"))};
  archive::RecordVault vault(archive_keys(input));
  const auto newest = verify(vault, input.at("versions"), remembered);
  ASSERT_EQ(outcome(newest), expected_outcome(expect));
  if (newest) {
    EXPECT_EQ(*newest, (ChainPoint{expect.at("number").get<std::uint64_t>(), digest(expect.at("link"))}));
  }
}

std::string joined(const std::vector<Digest>& ids) { return hex(archive::join(ids)); }

Json shown(const archive::VersionRecord& r) {
  return {{"number", r.number},
          {"previous", hex(r.previous)},
          {"created_ns", std::to_string(r.created_ns)},
          {"depth", r.depth},
          {"ids", joined(r.ids)},
          {"entry_count", std::to_string(r.entry_count)},
          {"content_octets", std::to_string(r.content_octets)}};
}

archive::VersionRecord record(const Json& r) {
  return {r.at("number").get<std::uint64_t>(),
          digest(r.at("previous")),
          std::stoll(r.at("created_ns").get<std::string>()),
          r.at("depth").get<std::uint8_t>(),
          archive::split_ids(octets(r.at("ids"))).value(),
          std::stoull(r.at("entry_count").get<std::string>()),
          std::stoull(r.at("content_octets").get<std::string>())};
}

void judge_open_record(const Json& input, const Json& expect) {
  archive::RecordVault vault(archive_keys(input));
  const auto opened = vault.open(input.at("number").get<std::uint64_t>(), digest(input.at("previous")), octets(input.at("sealed")));
  ASSERT_EQ(outcome(opened), expected_outcome(expect));
  if (opened) {
    EXPECT_EQ(shown(*opened), expect.at("record"));
  }
}

void judge_seal_record(const Json& input, const Json& expect) {
  archive::RecordVault vault(archive_keys(input));
  GivenOctets nonce(octets(input.at("nonce")));
  const auto sealed = vault.seal(record(input.at("record")), nonce);
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(hex(*sealed), expect.at("sealed").get<std::string>());
}

Json shown(const archive::Entry& e) {
  const auto raw = [](const std::string& s) { return hex(Octets(s.begin(), s.end())); };
  return {{"path", raw(e.path)},
          {"type", static_cast<int>(e.type)},
          {"mode", e.mode},
          {"modified_ns", std::to_string(e.modified_ns)},
          {"size", std::to_string(e.size)},
          {"target", raw(e.target)},
          {"blocks", joined(e.blocks)}};
}

/// All entries in the vectors' form; what the record counts is compared where the vector gives it.
std::expected<Json, archive::ArchiveError> read_manifest(const Json& input) {
  archive::ManifestReader reader;
  reader.feed(octets(input.at("octets")));
  Json entries = Json::array();
  archive::VersionRecord counted;
  while (true) {
    const auto entry = reader.next();
    if (!entry) return std::unexpected(entry.error());
    if (!*entry) break;
    entries.push_back(shown(**entry));
    ++counted.entry_count;
    counted.content_octets += (*entry)->size;
  }
  if (input.contains("entry_count")) {
    counted.entry_count = std::stoull(input.at("entry_count").get<std::string>());
    counted.content_octets = std::stoull(input.at("content_octets").get<std::string>());
  }
  if (const auto whole = reader.finish(counted); !whole) return std::unexpected(whole.error());
  return entries;
}

void judge_manifest(const Json& input, const Json& expect) {
  const auto entries = read_manifest(input);
  ASSERT_EQ(outcome(entries), expected_outcome(expect));
  if (entries) {
    EXPECT_EQ(*entries, expect.at("entries"));
  }
}

void judge_id_list(const Json& input, const Json& expect) {
  const auto ids = archive::read_id_list(octets(input.at("block")));
  ASSERT_EQ(outcome(ids), expected_outcome(expect));
  if (!ids) return;
  Json shown = Json::array();
  for (const Digest& id : *ids) shown.push_back(hex(id));
  EXPECT_EQ(shown, expect.at("ids"));
}

TEST(Vectors, links) { run_vectors("links", {{"link", judge_link}, {"chain", judge_chain}}); }
TEST(Vectors, records) { run_vectors("records", {{"open_record", judge_open_record}, {"seal_record", judge_seal_record}}); }
TEST(Vectors, manifests) { run_vectors("manifests", {{"manifest", judge_manifest}, {"id_list", judge_id_list}}); }

}  // namespace
}  // namespace coffer::golden
