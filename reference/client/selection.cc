#include "client/selection.h"

#include <algorithm>

#include "client/printable.h"

namespace coffer::client {

bool fits_glob(std::string_view pattern, std::string_view text) {
  while (!pattern.empty()) {
    if (pattern.front() == '*') {
      const bool any = pattern.starts_with("**");
      pattern.remove_prefix(any ? 2 : 1);
      for (std::size_t taken = 0;; ++taken) {
        if (fits_glob(pattern, text.substr(taken))) return true;
        if (taken == text.size() || (!any && text[taken] == '/')) return false;
      }
    }
    if (text.empty()) return false;
    if (pattern.front() == '?') {
      if (text.front() == '/') return false;
      pattern.remove_prefix(1);
    } else if (const auto octet = escaped_octet(pattern)) {
      if (*octet != text.front()) return false;
      pattern.remove_prefix(escape_length);
    } else {
      if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
      if (pattern.front() != text.front()) return false;
      pattern.remove_prefix(1);
    }
    text.remove_prefix(1);
  }
  return text.empty();
}

bool can_have(const archive::Place& place, std::string_view path) { return place.first <= path && (!place.before || path < *place.before); }

bool can_have_prefix(const archive::Place& place, std::string_view prefix) {
  if (place.before && *place.before <= prefix) return false;
  return place.first <= prefix || std::string_view(place.first).starts_with(prefix);
}

Selection::Selection(const std::vector<std::string>& patterns) {
  for (const std::string& given : patterns) {
    Pattern pattern{.given = given, .text = given, .from_the_root = given.starts_with('/'), .one_name = false, .literal = {}};
    pattern.text.erase(0, pattern.text.find_first_not_of('/'));
    while (pattern.text.ends_with('/')) pattern.text.pop_back();
    pattern.one_name = pattern.text.find('/') == std::string::npos;
    if (pattern.from_the_root) pattern.literal = pattern.text.substr(0, pattern.text.find_first_of("*?\\"));
    patterns_.push_back(std::move(pattern));
  }
}

bool Selection::fits(const Pattern& pattern, std::string_view path) {
  if (pattern.text.empty()) return true;  // "/"
  if (!path.starts_with(pattern.literal)) return false;
  for (std::size_t begin = 0; begin < path.size();) {
    for (std::size_t end = path.find('/', begin);; end = path.find('/', end + 1)) {
      if (fits_glob(pattern.text, path.substr(begin, end == std::string_view::npos ? end : end - begin))) return true;
      if (end == std::string_view::npos || (pattern.one_name && !pattern.text.starts_with("**"))) break;
    }
    const std::size_t slash = path.find('/', begin);
    if (pattern.from_the_root || slash == std::string_view::npos) return false;
    begin = slash + 1;
  }
  return false;
}

bool Selection::takes(std::string_view path) const {
  return everything() || std::ranges::any_of(patterns_, [&](const Pattern& pattern) { return fits(pattern, path); });
}

bool Selection::see(std::string_view path) {
  bool any = false;
  for (Pattern& pattern : patterns_) {
    if (any && pattern.has_fitted) continue;
    const bool now = fits(pattern, path);
    pattern.has_fitted |= now;
    any |= now;
  }
  return any || everything();
}

std::vector<std::string> Selection::idle() const {
  std::vector<std::string> patterns;
  for (const Pattern& pattern : patterns_)
    if (!pattern.has_fitted) patterns.push_back(pattern.given);
  return patterns;
}

bool Selection::wants(const archive::Place& place) const {
  return everything() || std::ranges::any_of(patterns_, [&](const Pattern& pattern) {
           if (can_have_prefix(place, pattern.literal)) return true;
           for (std::size_t slash = pattern.literal.find('/'); slash != std::string::npos; slash = pattern.literal.find('/', slash + 1))
             if (can_have(place, std::string_view(pattern.literal).substr(0, slash))) return true;
           return false;
         });
}

}  // namespace coffer::client
