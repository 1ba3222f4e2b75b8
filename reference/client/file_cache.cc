// The file: "coffer-cache 3\n", the key's check value, how many files and octets the last whole run found, SHA-256 over all that; then
// frames: the length of the frame's records, the records, SHA-256 over them, the check value and the frame's number. A record: its length,
// then the path's length and octets, five numbers, 1 if the run that wrote it had just read the file, the count of blocks and their ids,
// the count of extents and two numbers each, the count of attributes and of each the length and octets of name and value. Numbers are 8
// octets big-endian.
#include "client/file_cache.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>

#include <fmt/format.h>

#include "archive/block.h"
#include "client/below.h"

namespace coffer::client {
namespace {

constexpr std::string_view magic = "coffer-cache 3\n";
constexpr std::size_t number_octets = 8;
constexpr std::size_t header_octets = magic.size() + sizeof(Digest) + 2 * number_octets + sizeof(Digest);
constexpr std::size_t frame_octets = 64U << 10U;  // and one record more
constexpr std::uint64_t frame_octets_max = 1U << 30U;

void put_number(Octets& out, std::uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(number >> shift));
}

void put_text(Octets& out, std::string_view text) {
  put_number(out, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

std::string_view text_of(View octets) { return {reinterpret_cast<const char*>(octets.data()), octets.size()}; }

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
    for (const std::uint8_t octet : take(number_octets)) number = number << 8 | octet;
    return number;
  }
  std::string_view text() { return text_of(take(number())); }
  bool failed() const { return failed_; }
  View rest() const { return rest_; }

 private:
  View rest_;
  bool failed_ = false;
};

FileStamp read_stamp(Reader& reader) {
  FileStamp stamp;
  stamp.device = reader.number();
  stamp.inode = reader.number();
  stamp.size = reader.number();
  stamp.modified_ns = static_cast<std::int64_t>(reader.number());
  stamp.changed_ns = static_cast<std::int64_t>(reader.number());
  return stamp;
}

std::optional<KnownFile> read_known(Reader& reader) {
  KnownFile known;
  known.just_read = reader.number() != 0;
  const std::uint64_t count = reader.number();
  if (count > reader.rest().size() / sizeof(Digest)) return std::nullopt;
  known.blocks = std::move(*archive::split_ids(reader.take(count * sizeof(Digest))));
  for (std::uint64_t left = reader.number(); left > 0 && !reader.failed(); --left) {
    const std::uint64_t offset = reader.number();
    known.extents.push_back({offset, reader.number()});
  }
  for (std::uint64_t left = reader.number(); left > 0 && !reader.failed(); --left) {
    std::string name(reader.text());
    known.attributes.push_back({std::move(name), std::string(reader.text())});
  }
  if (reader.failed()) return std::nullopt;
  return known;
}

/// From where the file stands, into all of `room`.
bool fill(int fd, std::span<std::uint8_t> room) {
  while (!room.empty()) {
    const ssize_t count = ::read(fd, room.data(), room.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    room = room.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

bool write_all(int fd, View octets) {
  while (!octets.empty()) {
    const ssize_t count = ::write(fd, octets.data(), octets.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

Octets header_of(const Digest& key_check, std::uint64_t files, std::uint64_t octets) {
  Octets header(magic.begin(), magic.end());
  header.insert(header.end(), key_check.begin(), key_check.end());
  put_number(header, files);
  put_number(header, octets);
  const Digest sum = archive::checksum(header);
  header.insert(header.end(), sum.begin(), sum.end());
  return header;
}

/// Over a frame's records, followed by what ties them to their place.
Digest sum_of(Octets& records, const Digest& key_check, std::uint64_t number) {
  const std::size_t size = records.size();
  records.insert(records.end(), key_check.begin(), key_check.end());
  put_number(records, number);
  const Digest sum = archive::checksum(records);
  records.resize(size);
  return sum;
}

}  // namespace

CacheReader::CacheReader(const CachePlace& place) : file_(::open(place.path.c_str(), O_RDONLY | O_CLOEXEC)), key_check_(place.key_check) {
  Octets header(header_octets);
  if (!file_.open() || !fill(file_.fd(), header)) {
    file_ = {};
    return;
  }
  Reader reader(View(header).subspan(magic.size() + sizeof(Digest)));
  files_ = reader.number();
  octets_ = reader.number();
  if (header != header_of(key_check_, files_, octets_)) {
    files_ = octets_ = 0;
    file_ = {};
    return;
  }
  next();
}

void CacheReader::next() {
  record_ = {};
  if (rest_.empty() && !read_frame()) return;
  Reader reader(rest_);
  const View record = reader.take(reader.number());
  rest_ = reader.rest();
  Reader inside(record);
  path_ = inside.text();
  if (!inside.failed()) record_ = record;
}

bool CacheReader::read_frame() {
  if (!file_.open()) return false;
  std::array<std::uint8_t, number_octets> length{};
  const bool more = fill(file_.fd(), length);
  const std::uint64_t octets = Reader(length).number();
  const auto whole = [&] {
    if (!more || octets == 0 || octets > frame_octets_max) return false;
    frame_.resize(octets);
    Digest sum{};
    return fill(file_.fd(), frame_) && fill(file_.fd(), sum) && sum_of(frame_, key_check_, frames_) == sum;
  };
  if (!whole()) {
    file_ = {};
    return false;
  }
  ++frames_;
  rest_ = frame_;
  return true;
}

std::optional<KnownFile> CacheReader::find(std::string_view path, const FileStamp& stamp) {
  while (!record_.empty() && path_ < path) next();
  if (record_.empty() || path_ != path) return std::nullopt;
  Reader reader(record_);
  (void)reader.text();
  if (read_stamp(reader) != stamp) return std::nullopt;
  auto known = read_known(reader);
  if (known) known->stamp = stamp;
  return known;
}

CacheUpdate::CacheUpdate(const CachePlace& place, const std::vector<std::string>& sources)
    : place_(place), old_(place), sources_(sources.begin(), sources.end()) {
  const std::string beside = place.path + ".new";
  ::unlink(beside.c_str());  // left by a crash
  file_ = Descriptor(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file_.open())
    fail("create");
  else if (!write_all(file_.fd(), header_of(place.key_check, 0, 0)))
    fail("write");
}

CacheUpdate::~CacheUpdate() {
  if (file_.open()) ::unlink((place_.path + ".new").c_str());
}

void CacheUpdate::fail(std::string_view doing) {
  if (!failure_) failure_ = Failure{ExitCode::local, fmt::format("cannot {} {}.new: {}", doing, place_.path, describe({errno}))};
}

void CacheUpdate::put(std::string_view path, const KnownFile& known) {
  carry_over(path);
  if (old_.path() == path && !old_.record().empty()) old_.next();
  Octets record;
  put_text(record, path);
  for (const std::uint64_t number :
       {known.stamp.device, known.stamp.inode, known.stamp.size, static_cast<std::uint64_t>(known.stamp.modified_ns),
        static_cast<std::uint64_t>(known.stamp.changed_ns), std::uint64_t{known.just_read},
        static_cast<std::uint64_t>(known.blocks.size())})
    put_number(record, number);
  for (const Digest& id : known.blocks) record.insert(record.end(), id.begin(), id.end());
  put_number(record, known.extents.size());
  for (const archive::Extent& extent : known.extents) put_number(record, extent.offset), put_number(record, extent.length);
  put_number(record, known.attributes.size());
  for (const archive::Attribute& attribute : known.attributes) put_text(record, attribute.name), put_text(record, attribute.value);
  append(record);
}

void CacheUpdate::carry_over(std::string_view before) {
  for (; !old_.record().empty() && old_.path() < before; old_.next())
    if (!belongs(old_.path())) append(old_.record());
}

bool CacheUpdate::belongs(std::string_view path) const {
  if (sources_.contains("")) return true;
  for (std::size_t end = path.find('/'); end != std::string_view::npos; end = path.find('/', end + 1))
    if (sources_.contains(std::string(path.substr(0, end)))) return true;
  return sources_.contains(std::string(path));
}

void CacheUpdate::append(View record) {
  put_number(frame_, record.size());
  frame_.insert(frame_.end(), record.begin(), record.end());
  if (frame_.size() >= frame_octets) write_frame();
}

void CacheUpdate::write_frame() {
  if (frame_.empty()) return;
  Octets length;
  put_number(length, frame_.size());
  const Digest sum = sum_of(frame_, place_.key_check, frames_++);
  frame_.insert(frame_.end(), sum.begin(), sum.end());
  if (!failure_ && (!write_all(file_.fd(), length) || !write_all(file_.fd(), frame_))) fail("write");
  frame_.clear();
}

Outcome<void> CacheUpdate::finish(bool whole, const WorkDone& found) {
  if (!whole) sources_.clear();
  for (; !old_.record().empty(); old_.next())
    if (!belongs(old_.path())) append(old_.record());
  write_frame();
  const Octets header =
      whole ? header_of(place_.key_check, found.files, found.octets) : header_of(place_.key_check, old_.files(), old_.octets());
  if (!failure_ && ::pwrite(file_.fd(), header.data(), header.size(), 0) != static_cast<ssize_t>(header.size())) fail("write");
  // Not flushed to the disk: after a loss of power it may be damaged, and then it is begun anew.
  if (!failure_ && std::rename((place_.path + ".new").c_str(), place_.path.c_str()) != 0) fail("replace");
  if (failure_) return std::unexpected(*failure_);
  file_ = {};
  return {};
}

}  // namespace coffer::client
