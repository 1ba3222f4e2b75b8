#include "client/tree_digest.h"

#include <array>
#include <span>
#include <utility>

#include <botan/hash.h>

namespace coffer::client {
namespace {

/// Each with its length before it, so that no two lists of texts are the same octets.
void add_text(Botan::HashFunction& hash, std::string_view text) {
  hash.update_be(std::uint64_t{text.size()});
  hash.update(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

TreeDigest::TreeDigest() : hash_(Botan::HashFunction::create_or_throw("SHA-256")) {}
TreeDigest::~TreeDigest() = default;

void TreeDigest::add(const Found& found) {
  const Octets entry = archive::encode(found.entry);
  hash_->update_be(std::uint64_t{entry.size()});
  hash_->update(entry.data(), entry.size());
  const FileStamp& stamp = found.stamp;
  for (const std::uint64_t number : {stamp.device, stamp.inode, stamp.size, static_cast<std::uint64_t>(stamp.modified_ns),
                                     static_cast<std::uint64_t>(stamp.changed_ns), found.names, static_cast<std::uint64_t>(found.born_ns)})
    hash_->update_be(number);
}

Digest TreeDigest::finish(const Problems& problems) {
  for (const Problem& problem : problems) {
    add_text(*hash_, problem.path);
    add_text(*hash_, problem.what);
  }
  Digest digest{};
  hash_->final(digest.data());
  return digest;
}

Digest look_through(const std::vector<std::string>& paths, const ScanOptions& options, const std::function<void(const Found&)>& sees) {
  TreeDigest digest;
  const auto end = walk_trees(
      paths, options, [](const auto&) { return true; },
      [&](Found found) {
        digest.add(found);
        if (sees) sees(found);
        return true;
      });
  return digest.finish(end.problems);
}

}  // namespace coffer::client
