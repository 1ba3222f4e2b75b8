// The file: "coffer-cache 2\n", the key's check value, then for each file the path's length and octets, five numbers, the count of blocks
// and their ids, the count of extents and two numbers each, the count of attributes and of each the length and octets of name and value,
// and at the end SHA-256 over all before it. Numbers are 8 octets big-endian.
#include "client/file_cache.h"

#include <algorithm>
#include <optional>

#include "archive/block.h"
#include "client/small_file.h"

namespace coffer::client {
namespace {

constexpr std::string_view magic = "coffer-cache 2\n";
constexpr std::size_t cache_octets_max = 1U << 30U;

void put_number(Octets& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(number >> shift));
}

void put_text(Octets& out, std::string_view text) {
  put_number(out, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

/// Takes octets off the front; fails for good once there are too few.
class Reader {
 public:
  explicit Reader(View octets) : rest_(octets) {}
  View take(std::uint64_t count) {
    if (count > rest_.size()) {
      failed_ = true;
      rest_ = {};
      return {};
    }
    const View taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::uint64_t number() {
    std::uint64_t number = 0;
    for (const std::uint8_t octet : take(8)) number = number << 8 | octet;
    return number;
  }
  std::string text() {
    const View octets = take(number());
    return {octets.begin(), octets.end()};
  }
  bool done() const { return rest_.empty(); }
  bool failed() const { return failed_; }
  std::size_t left() const { return rest_.size(); }

 private:
  View rest_;
  bool failed_ = false;
};

}  // namespace

void FileCache::load(const std::string& path) {
  files_.clear();
  changed_ = true;
  const auto file = read_small_file(path, cache_octets_max);
  if (!file || file->octets.size() < sizeof(Digest)) return;
  const View body = View(file->octets).first(file->octets.size() - sizeof(Digest));
  if (!std::ranges::equal(archive::checksum(body), View(file->octets).last(sizeof(Digest)))) return;
  Reader reader(body);
  if (!std::ranges::equal(reader.take(magic.size()), magic, {}, {}, [](char c) { return static_cast<std::uint8_t>(c); })) return;
  if (!std::ranges::equal(reader.take(sizeof(Digest)), key_check_)) return;
  std::unordered_map<std::string, Known> files;
  while (!reader.done()) {
    std::string name = reader.text();
    Known known;
    known.stamp.device = reader.number();
    known.stamp.inode = reader.number();
    known.stamp.size = reader.number();
    known.stamp.modified_ns = static_cast<std::int64_t>(reader.number());
    known.stamp.changed_ns = static_cast<std::int64_t>(reader.number());
    const std::uint64_t count = reader.number();
    if (reader.failed() || count > reader.left() / sizeof(Digest)) return;
    auto blocks = archive::split_ids(reader.take(count * sizeof(Digest)));
    known.blocks = std::move(*blocks);
    for (std::uint64_t left = reader.number(); left > 0 && !reader.failed(); --left) {
      const std::uint64_t offset = reader.number();
      known.extents.push_back({offset, reader.number()});
    }
    for (std::uint64_t left = reader.number(); left > 0 && !reader.failed(); --left) {
      std::string attribute = reader.text();
      known.attributes.push_back({std::move(attribute), reader.text()});
    }
    if (reader.failed()) return;
    files.emplace(std::move(name), std::move(known));
  }
  files_ = std::move(files);
  changed_ = false;
}

Outcome<void> FileCache::save(const std::string& path) const {
  Octets out(magic.begin(), magic.end());
  out.insert(out.end(), key_check_.begin(), key_check_.end());
  for (const auto& [name, known] : files_) {
    put_text(out, name);
    for (const std::uint64_t number :
         {known.stamp.device, known.stamp.inode, known.stamp.size, static_cast<std::uint64_t>(known.stamp.modified_ns),
          static_cast<std::uint64_t>(known.stamp.changed_ns), static_cast<std::uint64_t>(known.blocks.size())})
      put_number(out, number);
    const Octets ids = archive::join(known.blocks);
    out.insert(out.end(), ids.begin(), ids.end());
    put_number(out, known.extents.size());
    for (const archive::Extent& extent : known.extents) put_number(out, extent.offset), put_number(out, extent.length);
    put_number(out, known.attributes.size());
    for (const archive::Attribute& attribute : known.attributes) put_text(out, attribute.name), put_text(out, attribute.value);
  }
  const Digest sum = archive::checksum(out);
  out.insert(out.end(), sum.begin(), sum.end());
  return replace_file(path, out);
}

const FileCache::Known* FileCache::find(const std::string& path, const FileStamp& stamp) const {
  const auto found = files_.find(path);
  return found != files_.end() && found->second.stamp == stamp ? &found->second : nullptr;
}

}  // namespace coffer::client
