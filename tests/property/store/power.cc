#include "power.h"

#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace coffer::store {
namespace {

constexpr std::size_t sector_octets = 512;

Power* current = nullptr;  // databases are opened by name: the shim can be told of it in no other way

// ---- The shim: SQLite's own file behind it does the work, unless an operation fails
// -------------------------------------------------------

struct ShimFile {
  sqlite3_file base;
  std::string* path;  // nullptr: not under the power
  bool is_log;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

ShimFile* shim(sqlite3_file* file) { return reinterpret_cast<ShimFile*>(file); }
Power* power_of(sqlite3_file* file) { return shim(file)->path != nullptr ? current : nullptr; }

int code_of(int error, int otherwise) { return error == ENOSPC ? SQLITE_FULL : otherwise; }

int close(sqlite3_file* file) {
  const int code = shim(file)->real()->pMethods != nullptr ? shim(file)->real()->pMethods->xClose(shim(file)->real()) : SQLITE_OK;
  delete shim(file)->path;
  return code;
}
int read(sqlite3_file* file, void* into, int octets, sqlite3_int64 offset) {
  return shim(file)->real()->pMethods->xRead(shim(file)->real(), into, octets, offset);
}
int write(sqlite3_file* file, const void* from, int octets, sqlite3_int64 offset) {
  int code = SQLITE_OK;
  if (Power* power = power_of(file)) {
    if (const auto error = power->operation()) {
      code = code_of(*error, SQLITE_IOERR_WRITE);
      octets = power->is_off() ? 0 : octets / 2;  // a prefix may stand
      if (octets == 0) return code;
    }
    power->written(*shim(file)->path, static_cast<std::uint64_t>(offset),
                   View(static_cast<const std::uint8_t*>(from), static_cast<std::size_t>(octets)));
  }
  const int done = shim(file)->real()->pMethods->xWrite(shim(file)->real(), from, octets, offset);
  return code != SQLITE_OK ? code : done;
}
int truncate(sqlite3_file* file, sqlite3_int64 octets) {
  if (Power* power = power_of(file)) {
    if (power->operation()) return SQLITE_IOERR_TRUNCATE;
    power->truncated(*shim(file)->path, static_cast<std::uint64_t>(octets));
  }
  return shim(file)->real()->pMethods->xTruncate(shim(file)->real(), octets);
}
int sync(sqlite3_file* file, int flags) {
  if (Power* power = power_of(file)) {
    if (power->operation()) return SQLITE_IOERR_FSYNC;
    power->synced(*shim(file)->path, shim(file)->is_log);
    return SQLITE_OK;  // nobody pulls a plug here: the real one would only take time
  }
  return shim(file)->real()->pMethods->xSync(shim(file)->real(), flags);
}
int size(sqlite3_file* file, sqlite3_int64* octets) { return shim(file)->real()->pMethods->xFileSize(shim(file)->real(), octets); }
int lock(sqlite3_file* file, int level) { return shim(file)->real()->pMethods->xLock(shim(file)->real(), level); }
int unlock(sqlite3_file* file, int level) { return shim(file)->real()->pMethods->xUnlock(shim(file)->real(), level); }
int check_reserved(sqlite3_file* file, int* out) { return shim(file)->real()->pMethods->xCheckReservedLock(shim(file)->real(), out); }
int control(sqlite3_file* file, int operation, void* argument) {
  return shim(file)->real()->pMethods->xFileControl(shim(file)->real(), operation, argument);
}
int sector_size(sqlite3_file* file) { return shim(file)->real()->pMethods->xSectorSize(shim(file)->real()); }
int characteristics(sqlite3_file* file) { return shim(file)->real()->pMethods->xDeviceCharacteristics(shim(file)->real()); }
int shared_map(sqlite3_file* file, int page, int octets, int extend, void volatile** out) {
  return shim(file)->real()->pMethods->xShmMap(shim(file)->real(), page, octets, extend, out);
}
int shared_lock(sqlite3_file* file, int offset, int count, int flags) {
  return shim(file)->real()->pMethods->xShmLock(shim(file)->real(), offset, count, flags);
}
void shared_barrier(sqlite3_file* file) { shim(file)->real()->pMethods->xShmBarrier(shim(file)->real()); }
int shared_unmap(sqlite3_file* file, int remove) { return shim(file)->real()->pMethods->xShmUnmap(shim(file)->real(), remove); }

constexpr sqlite3_io_methods methods{
    2,           close,           read,       write,       truncate,       sync,         size,    lock,   unlock, check_reserved, control,
    sector_size, characteristics, shared_map, shared_lock, shared_barrier, shared_unmap, nullptr, nullptr};

sqlite3_vfs* real_system = nullptr;

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
  ShimFile* opened = shim(file);
  opened->base.pMethods = nullptr;
  opened->path = nullptr;
  opened->is_log = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  const bool under = current != nullptr && name != nullptr && (flags & SQLITE_OPEN_READONLY) == 0 && current->is_under_it(name);
  if (under && !std::filesystem::exists(name) && current->operation()) return SQLITE_CANTOPEN;
  const int code = real_system->xOpen(real_system, name, opened->real(), flags, out);
  if (code != SQLITE_OK) return code;
  if (under) {
    opened->path = new std::string(name);
    current->opened(name);
  }
  opened->base.pMethods = &methods;
  return SQLITE_OK;
}
int remove(sqlite3_vfs*, const char* name, int sync_folder) {
  if (current != nullptr && current->is_under_it(name)) {
    if (current->operation()) return SQLITE_IOERR_DELETE;
    current->removed(name, sync_folder != 0);
  }
  return real_system->xDelete(real_system, name, 0);
}

void install() {
  static const bool done = [] {
    real_system = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs system = *real_system;
    system.zName = "power";
    system.pNext = nullptr;
    system.szOsFile = static_cast<int>(sizeof(ShimFile)) + real_system->szOsFile;
    system.xOpen = open;
    system.xDelete = remove;
    return sqlite3_vfs_register(&system, 1) == SQLITE_OK;
  }();
  if (!done) throw std::runtime_error("SQLite does not take the shim");
}

void write_file(const std::string& path, const Octets& octets) {
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
}

Octets read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Power::Power(std::filesystem::path directory, FailurePlan plan) : directory_(std::move(directory)), plan_(plan) {
  install();
  current = this;
  packs.sector_octets = 100;  // blocks of tests are small, and are to be torn
  packs.fail = [this](MemoryFileSystem::Operation which, const std::string&) -> std::optional<int> {
    using enum MemoryFileSystem::Operation;
    if (which == list || which == size || which == read || which == open) return off_ ? std::optional(EIO) : std::nullopt;
    packs.short_write = off_ ? 0 : 60;
    return operation();
  };
}

Power::~Power() { current = nullptr; }

std::optional<int> Power::operation() {
  ++operations_;
  if (off_) return EIO;
  if (plan_.what == Failing::nothing || operations_ < plan_.at) return std::nullopt;
  if (plan_.what == Failing::power) {
    off_ = true;
    return EIO;
  }
  if (operations_ >= plan_.at + plan_.count) return std::nullopt;
  return plan_.what == Failing::no_space ? ENOSPC : EIO;
}

bool Power::is_under_it(const std::string& path) const { return path.starts_with(directory_.string() + "/") && !path.ends_with("-shm"); }

void Power::opened(const std::string& path) {
  const auto found = files_.find(path);
  if (found != files_.end() && found->second.stands) return;
  Content content;
  // One that stood before anyone looked is what the disk holds.
  if (found == files_.end() && std::filesystem::file_size(path) > 0) {
    content.synced = read_file(path);
    content.stood_when_synced = true;
  }
  if (found != files_.end()) {
    content.stood_when_synced = found->second.stood_when_synced;
    if (content.stood_when_synced) content.changes.push_back({0, {}, 0});
    content.synced = found->second.synced;
  }
  files_[path] = std::move(content);
}

void Power::written(const std::string& path, std::uint64_t offset, View octets) {
  files_.at(path).changes.push_back({offset, {octets.begin(), octets.end()}, {}});
}

void Power::truncated(const std::string& path, std::uint64_t octets) { files_.at(path).changes.push_back({0, {}, octets}); }

namespace {

void apply(Octets& octets, std::uint64_t offset, View from) {
  if (octets.size() < offset + from.size()) octets.resize(offset + from.size());
  std::ranges::copy(from, octets.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace

void Power::synced(const std::string& path, bool names_too) {
  Content& content = files_.at(path);
  for (const Change& change : content.changes) {
    if (change.truncated_to) content.synced.resize(*change.truncated_to);
    apply(content.synced, change.offset, change.octets);
  }
  content.changes.clear();
  if (names_too) sync_names();
}

void Power::removed(const std::string& path, bool names_too) {
  if (const auto found = files_.find(path); found != files_.end()) found->second.stands = false;
  if (names_too) sync_names();
}

void Power::sync_names() {
  for (auto& [path, content] : files_) content.stood_when_synced = content.stands;
}

void Power::power_off(std::minstd_rand& random) {
  const auto percent = random() % 101;
  const auto lives = [&] { return random() % 100 < percent; };
  packs.fail = {};
  packs.crash([&](std::size_t) { return lives(); });
  for (auto& [path, content] : files_) {
    const bool stands = content.stands == content.stood_when_synced ? content.stands : lives();
    if (!stands) {
      std::filesystem::remove(path);
      continue;
    }
    Octets left = content.synced;
    for (const Change& change : content.changes) {
      if (change.truncated_to) {
        if (lives()) left.resize(*change.truncated_to);
        continue;
      }
      for (std::size_t at = 0; at < change.octets.size(); at += sector_octets)
        if (lives()) apply(left, change.offset + at, View(change.octets).subspan(at, std::min(sector_octets, change.octets.size() - at)));
    }
    write_file(path, left);
  }
  std::filesystem::remove(directory_ / "coffer.sqlite-shm");
}

}  // namespace coffer::store
