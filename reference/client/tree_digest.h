// All that a walk found, in one digest: for who compares one look at trees with the next, and keeps no more of it than that.
// Must not know: in which order things are looked at, what is done when something is other than it was.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "client/failure.h"
#include "client/found.h"
#include "client/tree_walk.h"

namespace Botan {
class HashFunction;
}

namespace coffer::client {

class TreeDigest {
 public:
  TreeDigest();
  ~TreeDigest();

  /// What was found, with its stamp: a change of a file's content shows in that.
  void add(const Found& found);
  /// Of all that was added and of what the walk could not do. To be called once.
  Digest finish(const Problems& problems);

 private:
  std::unique_ptr<Botan::HashFunction> hash_;
};

/// A look at everything below `paths`, which reads no file. `sees` is told of each.
Digest look_through(const std::vector<std::string>& paths, const ScanOptions& options,
                    const std::function<void(const Found&)>& sees = nullptr);

}  // namespace coffer::client
