// Kinds link, chain, open_record, seal_record.
#include "archive/entry.h"
#include "archive/version_chain.h"
#include "vectors/refusal.h"
#include "vectors/value.h"

namespace coffer::vectors {
namespace {

using archive::ChainPoint;

Json shown(const archive::VersionRecord& record) {
  return {{"number", text_of(record.number)},
          {"previous", hex(record.previous)},
          {"created_ns", text_of(record.created_ns)},
          {"kind", static_cast<int>(record.kind)},
          {"depth", record.depth},
          {"root", record.root ? hex(*record.root) : ""},
          {"entry_count", text_of(record.entry_count)},
          {"content_octets", text_of(record.content_octets)},
          {"retired", hex(archive::octets_of(record.retired))}};
}

archive::VersionRecord record_of(const Json& json) {
  return {.number = number(json.at("number")),
          .previous = digest(json.at("previous")),
          .created_ns = signed_number(json.at("created_ns")),
          .kind = json.at("kind").get<archive::RecordKind>(),
          .depth = json.at("depth").get<std::uint8_t>(),
          .root = json.at("root").get<std::string>().empty() ? std::nullopt : std::optional(digest(json.at("root"))),
          .entry_count = number(json.at("entry_count")),
          .content_octets = number(json.at("content_octets")),
          .retired = archive::split_numbers(octets(json.at("retired"))).value()};
}

}  // namespace

Json link(const Json& input) {
  return accepted({{"link", hex(archive::link_of(digest(input.at("previous")), number(input.at("number")), octets(input.at("record"))))}});
}

Json chain(const Json& input) {
  std::optional<ChainPoint> remembered;
  if (const Json& point = input.at("remembered"); !point.is_null()) remembered = {number(point.at("number")), digest(point.at("link"))};
  archive::RecordVault vault(archive_keys(input));
  archive::ChainVerifier verifier(vault, remembered);
  for (const Json& version : input.at("versions"))
    if (const auto record = verifier.accept(number(version.at("number")), octets(version.at("link")), octets(version.at("record")));
        !record)
      return refused(record.error());
  const auto newest = verifier.finish();
  if (!newest) return refused(newest.error());
  return accepted({{"number", text_of(newest->number)}, {"link", hex(newest->link)}});
}

Json open_record(const Json& input) {
  archive::RecordVault vault(archive_keys(input));
  const auto record = vault.open(number(input.at("number")), digest(input.at("previous")), octets(input.at("sealed")));
  if (!record) return refused(record.error());
  return accepted({{"record", shown(*record)}});
}

Json seal_record(const Json& input) {
  archive::RecordVault vault(archive_keys(input));
  GivenOctets nonce(octets(input.at("nonce")));
  const auto sealed = vault.seal(record_of(input.at("record")), nonce);
  if (!sealed) return refused(sealed.error());
  return accepted({{"sealed", hex(*sealed)}});
}

}  // namespace coffer::vectors
