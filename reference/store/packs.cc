#include "store/packs.h"

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace coffer::store {
namespace {

constexpr const char* folder = "packs";
constexpr std::size_t open_files_max = 64;

/// The number in "00000001.pack".
std::optional<std::uint32_t> number_of(const std::string& name) {
  std::uint32_t number = 0;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), number);
  if (parsed.ec != std::errc() || number == 0 || pack_name(number) != std::string(folder) + "/" + name) return std::nullopt;
  return number;
}

}  // namespace

Trouble trouble(const FileError& error) {
  const bool full = error.code == ENOSPC || error.code == EDQUOT;
  return {full ? Trouble::Kind::full : Trouble::Kind::failed, error.what};
}

Result<void> Packs::prepare() {
  if (auto made = files_.make_folder(folder); !made) return std::unexpected(trouble(made.error()));
  return {};
}

Result<void> Packs::sync_names() {
  if (auto synced = files_.sync_folder(folder); !synced) return std::unexpected(trouble(synced.error()));
  folder_unsynced_ = false;
  return {};
}

Result<std::vector<std::uint32_t>> Packs::numbers() const {
  const auto names = files_.list(folder);
  if (!names) return std::unexpected(trouble(names.error()));
  std::vector<std::uint32_t> numbers;
  for (const std::string& name : *names)
    if (const auto number = number_of(name)) numbers.push_back(*number);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Result<std::shared_ptr<File>> Packs::file(std::uint32_t number) {
  if (const auto found = open_.find(number); found != open_.end()) return found->second;
  auto opened = files_.open(pack_name(number), OpenMode::existing);
  if (!opened) return std::unexpected(trouble(opened.error()));
  if (open_.size() >= open_files_max) open_.clear();
  return open_[number] = std::move(*opened);
}

Result<void> Packs::remove(std::uint32_t number) const {
  if (auto removed = files_.remove(pack_name(number)); !removed && removed.error().code != ENOENT)
    return std::unexpected(trouble(removed.error()));
  if (auto synced = files_.sync_folder(folder); !synced) return std::unexpected(trouble(synced.error()));
  return {};
}

Result<std::uint64_t> Packs::available() const {
  const auto octets = files_.available();
  if (!octets) return std::unexpected(trouble(octets.error()));
  return *octets;
}

void Packs::begin_after(std::uint32_t number) {
  highest_ = std::max(highest_, number);
  current_.reset();
}

bool Packs::begins_pack(std::uint64_t octets) const {
  return !current_ || (current_->octets > pack_header_octets && current_->octets + octets > pack_octets_max_);
}

Result<Place> Packs::append(std::span<const Incoming> records) {
  if (begins_pack(records.front().record.octets()))
    if (auto begun = begin_pack(); !begun) return std::unexpected(begun.error());
  const auto pack = file(current_->pack);
  if (!pack) return std::unexpected(pack.error());

  const Place place{current_->pack, current_->octets};
  Octets together;
  std::size_t octets = 0;
  for (const auto& [record, content] : records) octets += record.octets();
  together.reserve(octets);
  for (const auto& [record, content] : records) {
    const auto header = encode_record_header(place.pack, place.offset + together.size(), record);
    together.insert(together.end(), header.begin(), header.end());
    together.insert(together.end(), content.begin(), content.end());
  }
  if (auto written = (*pack)->write_at(place.offset, together); !written) {
    // What stands of it is cut off, with the next sync for good; if that fails, no sync succeeds before it does.
    if ((*pack)->truncate(place.offset)) {
      unsynced_[place.pack] = place.offset;
    } else {
      cut_off_at(place.pack, place.offset);
      begin_after(place.pack);
    }
    return std::unexpected(trouble(written.error()));
  }
  current_->octets += together.size();
  unsynced_[place.pack] = current_->octets;
  return place;
}

void Packs::cut_off_at(std::uint32_t number, std::uint64_t octets) {
  const auto [owed, is_new] = owed_.try_emplace(number, octets);
  if (!is_new) owed->second = std::min(owed->second, octets);
}

Result<void> Packs::cut_off() {
  while (!owed_.empty()) {
    const auto& [number, octets] = *owed_.begin();
    if (!open_.contains(number)) {
      auto opened = files_.open(pack_name(number), OpenMode::existing);
      if (!opened && opened.error().code != ENOENT) return std::unexpected(trouble(opened.error()));
      if (opened) open_[number] = std::move(*opened);
    }
    if (const auto pack = open_.find(number); pack != open_.end()) {
      auto done = pack->second->truncate(octets);
      if (done) done = pack->second->sync();
      if (!done) return std::unexpected(trouble(done.error()));
    }
    owed_.erase(owed_.begin());
  }
  return {};
}

Result<void> Packs::sync() {
  if (auto done = cut_off(); !done) return done;
  if (folder_unsynced_)
    if (auto synced = sync_names(); !synced) return synced;
  for (const auto& [number, octets] : unsynced_) {
    const auto pack = file(number);
    if (!pack) return std::unexpected(pack.error());
    if (auto synced = (*pack)->sync(); !synced) return std::unexpected(trouble(synced.error()));
  }
  unsynced_.clear();
  return {};
}

void Packs::discard(std::map<std::uint32_t, std::uint64_t> written, const std::map<std::uint32_t, std::uint64_t>& kept_octets) {
  if (current_) begin_after(current_->pack);
  written.merge(unsynced_);
  for (const auto& [number, octets] : written) {
    const auto kept = kept_octets.find(number);
    cut_off_at(number, kept == kept_octets.end() ? pack_header_octets : kept->second);
  }
  unsynced_.clear();
  (void)cut_off();
}

Result<void> Packs::begin_pack() {
  if (current_) begin_after(current_->pack);
  if (!unheaded_) {
    auto made = files_.open(pack_name(highest_ + 1), OpenMode::create_new);
    if (!made) return std::unexpected(trouble(made.error()));
    unheaded_ = ++highest_;
    open_[*unheaded_] = std::move(*made);
    folder_unsynced_ = true;
  }
  const auto pack = file(*unheaded_);
  if (!pack) return std::unexpected(pack.error());
  if (auto written = (*pack)->write_at(0, encode_pack_header(*unheaded_)); !written) return std::unexpected(trouble(written.error()));
  current_ = End{*unheaded_, pack_header_octets};
  unsynced_[*unheaded_] = pack_header_octets;
  unheaded_.reset();
  return {};
}

}  // namespace coffer::store
