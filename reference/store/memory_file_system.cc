#include "store/memory_file_system.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace coffer::store {
namespace {

std::unexpected<FileError> failed(std::string_view operation, const std::string& name, int code) {
  return std::unexpected(FileError{code, std::string(operation) + " " + name + ": " + std::generic_category().message(code)});
}

}  // namespace

class MemoryFile final : public File {
 public:
  using Operation = MemoryFileSystem::Operation;
  MemoryFile(MemoryFileSystem& system, std::shared_ptr<MemoryFileSystem::Content> content, std::string name)
      : system_(system), content_(std::move(content)), name_(std::move(name)) {}

  FileResult<std::uint64_t> size() const override {
    if (const auto code = system_.failure(Operation::size, name_)) return failed("measure", name_, *code);
    return content_->now.size();
  }

  FileResult<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    if (const auto code = system_.failure(Operation::read, name_)) return failed("read", name_, *code);
    const Octets& octets = content_->now;
    if (offset >= octets.size()) return 0;
    const std::size_t length = std::min<std::size_t>(into.size(), octets.size() - offset);
    std::copy_n(octets.begin() + static_cast<std::ptrdiff_t>(offset), length, into.begin());
    return length;
  }

  FileResult<void> write_at(std::uint64_t offset, View octets) override {
    if (const auto code = system_.failure(Operation::write, name_)) {
      change(
          {offset, Octets(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(std::min(system_.short_write, octets.size()))), {}});
      return failed("write", name_, *code);
    }
    const std::uint64_t growth = std::max<std::uint64_t>(content_->now.size(), offset + octets.size()) - content_->now.size();
    const std::uint64_t room = *system_.available();
    if (growth <= room) {
      change({offset, Octets(octets.begin(), octets.end()), {}});
      return {};
    }
    const std::size_t fits = octets.size() - std::min<std::size_t>(octets.size(), growth - room);
    change({offset, Octets(octets.begin(), octets.begin() + static_cast<std::ptrdiff_t>(fits)), {}});
    return failed("write", name_, ENOSPC);
  }

  FileResult<void> truncate(std::uint64_t octets) override {
    if (const auto code = system_.failure(Operation::truncate, name_)) return failed("truncate", name_, *code);
    change({0, {}, octets});
    return {};
  }

  FileResult<void> sync() override {
    if (const auto code = system_.failure(Operation::sync, name_)) return failed("sync", name_, *code);
    content_->synced = content_->now;
    content_->changes.clear();
    return {};
  }

 private:
  void change(MemoryFileSystem::Change change) {
    MemoryFileSystem::apply(content_->now, change);
    content_->changes.push_back(std::move(change));
  }

  MemoryFileSystem& system_;
  std::shared_ptr<MemoryFileSystem::Content> content_;
  std::string name_;
};

MemoryFileSystem::MemoryFileSystem() = default;

FileResult<std::unique_ptr<File>> MemoryFileSystem::open(const std::string& name, OpenMode mode) {
  if (const auto code = failure(Operation::open, name)) return failed("open", name, *code);
  auto& content = files_[name];
  const bool stood = content != nullptr;
  if (stood == (mode == OpenMode::create_new)) {
    if (!stood) files_.erase(name);
    return failed("open", name, stood ? EEXIST : ENOENT);
  }
  if (!stood) content = std::make_shared<Content>();
  return std::make_unique<MemoryFile>(*this, content, name);
}

FileResult<void> MemoryFileSystem::make_folder(const std::string& folder) {
  if (const auto code = failure(Operation::make_folder, folder)) return failed("make", folder, *code);
  return {};
}

FileResult<std::vector<std::string>> MemoryFileSystem::list(const std::string& folder) const {
  if (const auto code = failure(Operation::list, folder)) return failed("list", folder, *code);
  std::vector<std::string> names;
  for (const auto& [name, content] : files_)
    if (name.starts_with(folder + "/")) names.push_back(name.substr(folder.size() + 1));
  return names;
}

FileResult<void> MemoryFileSystem::sync_folder(const std::string& folder) {
  if (const auto code = failure(Operation::sync_folder, folder)) return failed("sync", folder, *code);
  const auto in_folder = [&](const std::string& name) { return name.starts_with(folder + "/"); };
  std::erase_if(synced_names_, [&](const auto& file) { return in_folder(file.first); });
  for (const auto& [name, content] : files_)
    if (in_folder(name)) synced_names_[name] = content;
  return {};
}

FileResult<void> MemoryFileSystem::rename(const std::string& from, const std::string& to) {
  if (const auto code = failure(Operation::rename, from)) return failed("rename", from, *code);
  const auto found = files_.find(from);
  if (found == files_.end()) return failed("rename", from, ENOENT);
  auto content = std::move(found->second);
  files_.erase(found);
  files_[to] = std::move(content);
  return {};
}

FileResult<void> MemoryFileSystem::remove(const std::string& name) {
  if (const auto code = failure(Operation::remove, name)) return failed("remove", name, *code);
  if (files_.erase(name) == 0) return failed("remove", name, ENOENT);
  return {};
}

FileResult<std::uint64_t> MemoryFileSystem::available() const { return capacity_octets - std::min(capacity_octets, used()); }

MemoryFileSystem MemoryFileSystem::snapshot() const {
  MemoryFileSystem copy;
  copy.sector_octets = sector_octets;
  std::map<const Content*, std::shared_ptr<Content>> copies;
  const auto copied = [&](const std::shared_ptr<Content>& content) {
    auto& made = copies[content.get()];
    if (made == nullptr) made = std::make_shared<Content>(*content);
    return made;
  };
  for (const auto& [name, content] : files_) copy.files_[name] = copied(content);
  for (const auto& [name, content] : synced_names_) copy.synced_names_[name] = copied(content);
  return copy;
}

void MemoryFileSystem::crash(const std::function<bool(std::size_t)>& survives) {
  std::size_t number = 0;
  const auto lives = [&] { return survives && survives(number++); };
  const auto settle = [&](Content& content) {
    Octets left = content.synced;
    for (const Change& change : content.changes) {
      std::size_t at = 0;
      do {
        const std::size_t octets = std::min(sector_octets, change.octets.size() - at);
        const auto piece = View(change.octets).subspan(at, octets);
        if (lives()) apply(left, {change.offset + at, {piece.begin(), piece.end()}, change.truncated_to});
        at += octets;
      } while (at < change.octets.size());
    }
    content = {left, left, {}};
  };
  for (const auto& [name, content] : files_) settle(*content);
  for (const auto& [name, content] : synced_names_)
    if (!files_.contains(name)) settle(*content);
  auto names = synced_names_;
  for (const auto& [name, content] : files_)
    if (!synced_names_.contains(name) && lives()) names[name] = content;
  for (const auto& [name, content] : synced_names_)
    if (!files_.contains(name) && lives()) names.erase(name);
  files_ = names;
  synced_names_ = std::move(names);
}

Octets& MemoryFileSystem::octets(const std::string& name) { return files_.at(name)->now; }
bool MemoryFileSystem::exists(const std::string& name) const { return files_.contains(name); }
void MemoryFileSystem::take_away(const std::string& name) {
  files_.erase(name);
  synced_names_.erase(name);
}

void MemoryFileSystem::apply(Octets& octets, const Change& change) {
  if (change.truncated_to) return octets.resize(*change.truncated_to);
  if (octets.size() < change.offset + change.octets.size()) octets.resize(change.offset + change.octets.size());
  std::copy(change.octets.begin(), change.octets.end(), octets.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

std::optional<int> MemoryFileSystem::failure(Operation operation, const std::string& name) const {
  return fail ? fail(operation, name) : std::nullopt;
}

std::uint64_t MemoryFileSystem::used() const {
  std::uint64_t sum = 0;
  for (const auto& [name, content] : files_) sum += content->now.size();
  return sum;
}

}  // namespace coffer::store
