#include "store/salvage.h"

#include <fmt/core.h>

#include <array>
#include <fstream>
#include <system_error>
#include <utility>

#include "store/database.h"
#include "store/index.h"
#include "store/tables.h"

namespace coffer::store {
namespace {

/// Statements that read of a table the rows that their sums prove. NOT INDEXED: an index may lead elsewhere. From both ends: a page that
/// cannot be read stops a reading, and what stands behind it is met from the other side.
struct Reading {
  Reading(std::string_view name, std::string_view columns)
      : table(name),
        ascending(fmt::format("SELECT {1} FROM {0} NOT INDEXED WHERE sum IS row_sum('{0}', {1}) ORDER BY rowid", name, columns)),
        descending(ascending + " DESC"),
        unproven(fmt::format("SELECT 1 FROM {0} NOT INDEXED WHERE sum IS NOT row_sum('{0}', {1}) LIMIT 1", name, columns)) {}
  std::string table, ascending, descending, unproven;
};

/// Whether all of it could be read and was proven.
bool read(Database& database, const Reading& reading, const std::function<void(const Row&)>& take) {
  bool whole = database.run(reading.ascending, {}, take).has_value();
  if (!whole) (void)database.run(reading.descending, {}, take);
  if (whole) whole = database.run(reading.unproven, {}, [&](const Row&) { whole = false; }).has_value() && whole;
  return whole;
}

/// What one reading of the file gives.
Result<Salvaged> read_all(const std::filesystem::path& file) {
  const Reading archives("archives", "row, user, computer"), packs("packs", "number, indexed_octets"),
      versions("versions", "archive, number, link, record"), computers("computers", "computer, user"),
      events("events", "number, time_ms, event, fields, hash, passing");
  Salvaged found;
  const auto lose_all = [&] {
    for (const Reading* reading : {&archives, &packs, &versions, &computers, &events}) found.incomplete.insert(reading->table);
    return found;
  };
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return lose_all();
  auto database = Database::open(file, Database::Access::read_only);
  if (!database) return lose_all();
  // A table whose own definition is damaged must not keep the others from being read.
  (void)database->script("PRAGMA writable_schema=ON");
  const auto format = format_of(*database, file);
  // Who asks for it although the number says otherwise has been told what that may mean.
  if (!format && format.error().kind == Trouble::Kind::newer && !has_our_tables(*database)) return std::unexpected(format.error());
  if (format && (*format == 1 || *format == 2))
    return std::unexpected(Trouble{
        Trouble::Kind::corrupt,
        fmt::format(
            "{} has format {}: its packs do not say which versions there are, and its rows do not prove themselves; put back the {} of "
            "your last backup of the directory",
            file.string(), *format, index_name)});

  if (format) found.format = *format;
  const auto take = [&](const Reading& reading, const std::function<void(const Row&)>& row) {
    if (!read(*database, reading, row)) found.incomplete.insert(reading.table);
  };
  take(archives, [&](const Row& row) { found.archives[row.number(0)] = {row.bits(1), row.bits(2)}; });
  take(packs, [&](const Row& row) { found.packs[static_cast<std::uint32_t>(row.number(0))] = row.bits(1); });
  take(computers, [&](const Row& row) { found.computers[row.bits(0)] = row.bits(1); });
  std::map<std::pair<std::int64_t, std::uint64_t>, VersionStatement> sorted;
  take(versions, [&](const Row& row) {
    VersionStatement version{row.number(0), {}, row.bits(1), {}, {}};
    const View record = row.octets(3);
    version.record.assign(record.begin(), record.end());
    if (row.digest(2, version.link) && version.archive > 0) sorted[{version.archive, version.number}] = std::move(version);
  });
  for (auto& [key, version] : sorted) found.versions.push_back(std::move(version));
  take(events, [&](const Row& row) {
    Event event;
    if (!read_event(row, event)) return;
    if (row.number(5) != 0) found.passing_events.insert(event.number);
    found.events[event.number] = std::move(event);
  });
  return found;
}

/// A copy of the file with the first page of a new index in place of its own. That page holds the file's header and the beginning of the
/// tables' definitions: one octet of it can hide every table, and it is the same in every index that this program made, but for the number
/// of pages. Where it is not, what is read through it proves nothing. Removed with everything beside it.
class CopyWithNewFirstPage {
 public:
  explicit CopyWithNewFirstPage(const std::filesystem::path& file) : copy_(file.string() + ".copy"), fresh_(file.string() + ".fresh") {
    remove_all();
    if (const auto made = Index::make(fresh_); !made) return;
    std::array<char, page_octets> page{};
    std::error_code failed;
    if (!std::ifstream(fresh_, std::ios::binary).read(page.data(), page.size())) return;
    if (!std::filesystem::copy_file(file, copy_, failed) || failed) return;
    const auto pages = static_cast<std::uint32_t>(std::filesystem::file_size(copy_, failed) / page_octets);
    for (unsigned i = 0; i < 4; ++i) page[28 + i] = static_cast<char>(pages >> (24 - 8 * i));
    page[18] = page[19] = 1;  // nothing is read from a log beside the copy
    std::fstream out(copy_, std::ios::binary | std::ios::in | std::ios::out);
    stands_ = !failed && out.write(page.data(), page.size()).flush().good();
  }
  ~CopyWithNewFirstPage() { remove_all(); }
  CopyWithNewFirstPage(const CopyWithNewFirstPage&) = delete;
  CopyWithNewFirstPage& operator=(const CopyWithNewFirstPage&) = delete;

  bool stands() const { return stands_; }
  const std::filesystem::path& path() const { return copy_; }

 private:
  static constexpr std::size_t page_octets = 4096;

  void remove_all() const {
    std::error_code ignored;
    for (const auto& file : {copy_, fresh_})
      for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(file.string() + suffix, ignored);
  }

  std::filesystem::path copy_, fresh_;
  bool stands_ = false;
};

/// Takes over what only the other reading found.
void add(Salvaged& found, Salvaged&& more) {
  found.archives.merge(more.archives);
  found.computers.merge(more.computers);
  found.packs.merge(more.packs);
  if (found.versions.empty()) found.versions = std::move(more.versions);
  for (auto& [number, event] : more.events) {
    if (found.events.contains(number)) continue;
    if (more.passing_events.contains(number)) found.passing_events.insert(number);
    found.events[number] = std::move(event);
  }
}

}  // namespace

Result<Salvaged> salvage(const std::filesystem::path& file) {
  auto found = read_all(file);
  std::error_code absent;
  if (!found || found->incomplete.empty() || !std::filesystem::exists(file, absent)) return found;
  const CopyWithNewFirstPage copy(file);
  auto again = copy.stands() ? read_all(copy.path()) : Result<Salvaged>(Salvaged{});
  if (!copy.stands() || !again) return found;
  // The copy has nothing of what the log beside the file adds: only without one is a whole reading of it a whole reading.
  const bool alone = !std::filesystem::exists(file.string() + "-wal", absent) || std::filesystem::is_empty(file.string() + "-wal", absent);
  if (alone) std::erase_if(found->incomplete, [&](const std::string& table) { return !again->incomplete.contains(table); });
  add(*found, std::move(*again));
  return found;
}

}  // namespace coffer::store
