// What the tests of keys, blocks and versions share: whose archive a vector speaks of, a generator that gives the vector's nonce,
// and the vectors' words for refusals.
#pragma once

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>

#include <botan/rng.h>

#include "archive/archive_error.h"
#include "keys/archive_key.h"
#include "vector_file.h"

namespace coffer::golden {

inline keys::ArchiveOwner owner(const Json& input) {
  return {input.at("user").get<std::uint64_t>(), identity(input.at("computer")), identity(input.at("server"))};
}
inline keys::ArchiveKeys archive_keys(const Json& input) {
  return keys::ArchiveKey::from_octets(octets(input.at("archive_key"))).value().derive(owner(input));
}

/// Gives these octets and no more: a vector's nonce.
class GivenOctets final : public Botan::RandomNumberGenerator {
 public:
  explicit GivenOctets(Octets octets) : octets_(std::move(octets)) {}
  void randomize(std::uint8_t out[], std::size_t length) override {
    if (length > octets_.size()) throw std::logic_error("more randomness is asked for than the vector gives");
    std::copy_n(octets_.begin(), length, out);
    octets_.erase(octets_.begin(), octets_.begin() + static_cast<std::ptrdiff_t>(length));
  }
  bool accepts_input() const override { return false; }
  void add_entropy(const std::uint8_t[], std::size_t) override {}
  std::string name() const override { return "given octets"; }
  void clear() override {}
  bool is_seeded() const override { return true; }

 private:
  Octets octets_;
};

/// The word of spec/vectors/README.md.
inline std::string word(archive::ArchiveError error) {
  using enum archive::ArchiveError;
  static const std::map<archive::ArchiveError, std::string> words = {
      {sealed_length, "sealed_length"},
      {unknown_format, "unknown_format"},
      {tag_wrong, "tag_wrong"},
      {unknown_compression, "unknown_compression"},
      {not_one_zstd_frame, "not_one_zstd_frame"},
      {content_size, "content_size"},
      {content_differs, "content_differs"},
      {id_differs, "id_differs"},
      {record_length, "record_length"},
      {record_malformed, "record_malformed"},
      {record_out_of_range, "record_out_of_range"},
      {record_differs, "record_differs"},
      {link_differs, "link_differs"},
      {number_not_next, "number_not_next"},
      {rolled_back, "rolled_back"},
      {entry_malformed, "entry_malformed"},
      {entry_out_of_range, "entry_out_of_range"},
      {path_unsafe, "path_unsafe"},
      {entries_not_ascending, "entries_not_ascending"},
      {manifest_truncated, "manifest_truncated"},
      {manifest_differs, "manifest_differs"},
      {id_list_length, "id_list_length"},
  };
  const auto found = words.find(error);
  return found == words.end() ? std::string(archive::describe(error)) : found->second;
}

/// "accepted" or the word of the refusal: to be compared with what a vector expects.
template <typename Value>
std::string outcome(const std::expected<Value, archive::ArchiveError>& result) {
  return result ? "accepted" : word(result.error());
}
inline std::string expected_outcome(const Json& expect) { return expect.value("refused", "accepted"); }

}  // namespace coffer::golden
