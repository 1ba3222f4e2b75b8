#include "store/salvage.h"

#include <fmt/core.h>

#include <utility>

#include "store/database.h"
#include "store/index.h"

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

}  // namespace

Result<Salvaged> salvage(const std::filesystem::path& file) {
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
  if (!format && format.error().kind == Trouble::Kind::newer) return std::unexpected(format.error());
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

}  // namespace coffer::store
