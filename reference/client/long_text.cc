#include "client/long_text.h"

#include <algorithm>
#include <span>

namespace coffer::client {
namespace {

std::span<std::uint8_t> octets_of(std::string& text) { return {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}; }

}  // namespace

void LongText::append(std::string_view text) {
  newest_ += text;
  if (newest_.size() < in_memory_max_) return;
  if (file_.append(octets_of(newest_)))
    newest_.clear();
  else
    in_memory_max_ = newest_.max_size();
}

Outcome<void> LongText::each(const std::function<void(std::string_view)>& take) const {
  std::string part;
  for (std::uint64_t offset = 0; offset < file_.size(); offset += part.size()) {
    part.resize(static_cast<std::size_t>(std::min<std::uint64_t>(file_.size() - offset, std::uint64_t{1} << 20U)));
    if (auto read = file_.read(offset, octets_of(part)); !read) return read;
    take(part);
  }
  take(newest_);
  return {};
}

bool LongText::read(std::uint64_t offset, std::string& into) const {
  if (offset < file_.size()) return file_.read(offset, octets_of(into)).has_value();
  into = newest_.substr(offset - file_.size(), into.size());
  return true;
}

void LongText::clear() {
  file_.clear();
  newest_.clear();
}

void LongList::add(std::string_view item) {
  if (as_json_ && !items_.empty()) items_.append(",");
  items_.append(item);
  if (!as_json_) items_.append("\n");
}

}  // namespace coffer::client
