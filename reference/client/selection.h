// Which entries of a version a person means: all, or those that patterns name, with all that is below them.
//   /home/me/notes     that path; as `coffer ls` shows it
//   *.cc  src/*.cc     those names at any depth: a pattern that does not begin with "/" fits anywhere
//   *  ?  **           any octets but "/", one octet but "/", any octets; \xNN is an octet, as `coffer ls` shows those that cannot be
//   shown;
//                      \ before any other takes it as it is
// Must not know: how entries are read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "archive/manifest.h"

namespace coffer::client {

class Selection {
 public:
  /// Of no pattern: everything.
  explicit Selection(const std::vector<std::string>& patterns);
  bool everything() const { return patterns_.empty(); }
  /// Whether a pattern fits `path`, as in the archive, or a directory above it.
  bool takes(std::string_view path) const;
  /// The same, and remembers which patterns fitted: all paths are to be seen before `idle` is asked.
  bool see(std::string_view path);
  /// The patterns, as given, that fitted nothing.
  std::vector<std::string> idle() const;
  /// Whether entries that are taken, or the directories above them, can stand there.
  bool wants(const archive::Place& place) const;

 private:
  struct Pattern {
    std::string given;
    std::string text;  // without "/" at its begin and end
    bool from_the_root = false;
    bool one_name = false;  // without "/"
    std::string literal;    // what every path that fits begins with
    bool has_fitted = false;
  };
  static bool fits(const Pattern& pattern, std::string_view path);
  std::vector<Pattern> patterns_;
};

/// Whether the whole of `text` fits `pattern`.
bool fits_glob(std::string_view pattern, std::string_view text);

/// Whether `path` itself would stand at that place of a manifest.
bool can_have(const archive::Place& place, std::string_view path);
/// Whether a path that begins with `prefix` could.
bool can_have_prefix(const archive::Place& place, std::string_view prefix);

}  // namespace coffer::client
