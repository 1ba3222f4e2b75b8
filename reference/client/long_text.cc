#include "client/long_text.h"

#include <algorithm>

namespace coffer::client {

void LongText::append(std::string_view text) {
  newest_ += text;
  if (newest_.size() < in_memory_max_) return;
  const View octets(reinterpret_cast<const std::uint8_t*>(newest_.data()), newest_.size());
  if (file_.append(octets))
    newest_.clear();
  else
    in_memory_max_ = newest_.max_size();
}

Outcome<void> LongText::each(const std::function<void(std::string_view)>& take) const {
  std::string part;
  for (std::uint64_t offset = 0; offset < file_.size(); offset += part.size()) {
    part.resize(static_cast<std::size_t>(std::min<std::uint64_t>(file_.size() - offset, std::uint64_t{1} << 20U)));
    if (auto read = file_.read(offset, {reinterpret_cast<std::uint8_t*>(part.data()), part.size()}); !read) return read;
    take(part);
  }
  take(newest_);
  return {};
}

void LongList::add(std::string_view item) {
  if (as_json_ && !items_.empty()) items_.append(",");
  items_.append(item);
  if (!as_json_) items_.append("\n");
}

}  // namespace coffer::client
