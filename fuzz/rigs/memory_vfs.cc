#include "rigs/memory_vfs.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "protocol/octets.h"
#include "rigs/oracle.h"

namespace coffer::fuzz::memory_vfs {

namespace {

struct Content {
  Octets octets;
  std::vector<std::unique_ptr<Octets>> shared;  // the index of its log
  std::vector<const sqlite3_file*> holders;     // of any lock
};
using Files = std::map<std::string, std::shared_ptr<Content>, std::less<>>;
Files files;
std::map<std::string, Octets> kept;

/// SQLite gives the room, and no constructor is called.
struct Handle {
  sqlite3_file base;
  std::shared_ptr<Content>* content;
};
Content& content(sqlite3_file* file) { return **reinterpret_cast<Handle*>(file)->content; }

int unlock(sqlite3_file* file, int level) {
  if (level == SQLITE_LOCK_NONE) std::erase(content(file).holders, file);
  return SQLITE_OK;
}
int lock(sqlite3_file* file, int level) {
  auto& holders = content(file).holders;
  if (level == SQLITE_LOCK_EXCLUSIVE && std::ranges::any_of(holders, [&](const auto* other) { return other != file; })) return SQLITE_BUSY;
  if (std::ranges::find(holders, file) == holders.end()) holders.push_back(file);
  return SQLITE_OK;
}
int close(sqlite3_file* file) {
  unlock(file, SQLITE_LOCK_NONE);
  delete reinterpret_cast<Handle*>(file)->content;
  return SQLITE_OK;
}
int read(sqlite3_file* file, void* into, int count, sqlite3_int64 offset) {
  const auto& octets = content(file).octets;
  const auto at = std::min(static_cast<std::size_t>(offset), octets.size()), wanted = static_cast<std::size_t>(count);
  const auto there = std::min(wanted, octets.size() - at);
  if (there != 0) std::memcpy(into, octets.data() + at, there);
  std::memset(static_cast<std::uint8_t*>(into) + there, 0, wanted - there);
  return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}
int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  auto& octets = content(file).octets;
  const auto at = static_cast<std::size_t>(offset), wanted = static_cast<std::size_t>(count);
  if (octets.size() < at + wanted) octets.resize(at + wanted);
  std::memcpy(octets.data() + at, from, wanted);
  return SQLITE_OK;
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  content(file).octets.resize(static_cast<std::size_t>(size));
  return SQLITE_OK;
}
int size(sqlite3_file* file, sqlite3_int64* octets) {
  *octets = static_cast<sqlite3_int64>(content(file).octets.size());
  return SQLITE_OK;
}
int map_shared(sqlite3_file* file, int region, int octets, int extend, void volatile** at) {
  auto& shared = content(file).shared;
  *at = nullptr;
  while (extend != 0 && shared.size() <= static_cast<std::size_t>(region))
    shared.push_back(std::make_unique<Octets>(static_cast<std::size_t>(octets)));
  if (static_cast<std::size_t>(region) < shared.size()) *at = shared[static_cast<std::size_t>(region)]->data();
  return SQLITE_OK;
}
int unmap_shared(sqlite3_file* file, int last) {
  if (last != 0) content(file).shared.clear();
  return SQLITE_OK;
}

const sqlite3_io_methods methods{
    .iVersion = 2,
    .xClose = close,
    .xRead = read,
    .xWrite = write,
    .xTruncate = truncate,
    .xSync = [](sqlite3_file*, int) { return SQLITE_OK; },
    .xFileSize = size,
    .xLock = lock,
    .xUnlock = unlock,
    .xCheckReservedLock = [](sqlite3_file*, int* reserved) { return *reserved = 0, SQLITE_OK; },
    .xFileControl = [](sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; },
    .xSectorSize = [](sqlite3_file*) { return 4096; },
    .xDeviceCharacteristics = [](sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; },
    .xShmMap = map_shared,
    .xShmLock = [](sqlite3_file*, int, int, int) { return SQLITE_OK; },
    .xShmBarrier = [](sqlite3_file*) {},
    .xShmUnmap = unmap_shared,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* opened) {
  file->pMethods = nullptr;
  auto found = name == nullptr ? std::make_shared<Content>() : nullptr;
  if (name != nullptr) {
    if ((flags & SQLITE_OPEN_CREATE) == 0 && !files.contains(name)) return SQLITE_CANTOPEN;
    auto& named = files[name];
    if (!named) named = std::make_shared<Content>();
    found = named;
  }
  reinterpret_cast<Handle*>(file)->content = new std::shared_ptr<Content>(std::move(found));
  file->pMethods = &methods;
  if (opened != nullptr) *opened = flags;
  return SQLITE_OK;
}
int take_away(sqlite3_vfs*, const char* name, int) { return files.erase(name) != 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT; }
int is_there(sqlite3_vfs*, const char* name, int, int* there) {
  *there = files.contains(name) ? 1 : 0;
  return SQLITE_OK;
}
int full_name(sqlite3_vfs*, const char* name, int room, char* out) {
  std::snprintf(out, static_cast<std::size_t>(room), "%s", name);
  return SQLITE_OK;
}

}  // namespace

void install() {
  static auto vfs = *sqlite3_vfs_find(nullptr);  // time and chance as they are
  vfs.zName = "coffer-memory";
  vfs.szOsFile = sizeof(Handle);
  vfs.xOpen = open;
  vfs.xDelete = take_away;
  vfs.xAccess = is_there;
  vfs.xFullPathname = full_name;
  demand(sqlite3_vfs_register(&vfs, 1) == SQLITE_OK, "SQLite takes files in memory");
}

void keep() {
  kept.clear();
  for (const auto& [name, file] : files) kept[name] = file->octets;
}

void put_back() {
  files.clear();
  for (const auto& [name, octets] : kept) files[name] = std::make_shared<Content>(Content{octets, {}, {}});
}

}  // namespace coffer::fuzz::memory_vfs
