#include "store/compaction.h"

#include "store/database.h"

namespace coffer::store {

Result<std::map<std::uint32_t, Live>> live_by_pack(const std::filesystem::path& index) {
  auto database = Database::open(index, Database::Access::read_only);
  if (!database) return std::unexpected(database.error());
  std::map<std::uint32_t, Live> live;
  auto read = database->run("SELECT pack, length, damaged FROM blocks", {}, [&](const Row& row) {
    Live& of_pack = live[static_cast<std::uint32_t>(row.number(0))];
    of_pack.octets += record_header_octets + row.bits(1);
    of_pack.damaged += row.number(2) != 0;
  });
  if (!read) return std::unexpected(read.error());
  return live;
}

Result<std::uint64_t> rows_leading_to(std::uint32_t pack, const std::filesystem::path& index) {
  auto database = Database::open(index, Database::Access::read_only);
  if (!database) return std::unexpected(database.error());
  std::uint64_t rows = 0;
  auto read =
      database->run("SELECT count(*) FROM blocks WHERE pack = ?", {std::int64_t{pack}}, [&](const Row& row) { rows = row.bits(0); });
  if (!read) return std::unexpected(read.error());
  return rows;
}

FileResult<Walked> walk(const File& file, std::uint32_t pack, std::uint64_t& offset, std::uint64_t end, std::size_t records_max) {
  Walked walked;
  for (std::size_t records = 0; offset < end && records < records_max; ++records) {
    const auto header = read_header(file, pack, offset);
    if (!header) return std::unexpected(header.error());
    if (!*header || offset + (*header)->octets() > end) {
      const auto next = find_record(file, pack, offset + 1, end);
      if (!next) return std::unexpected(next.error());
      offset = *next;
      continue;
    }
    if ((*header)->kind == RecordKind::block) {
      walked.blocks.push_back({**header, {pack, offset}, false});
    } else {
      auto read = read_record(file, pack, offset);
      if (!read) return std::unexpected(read.error());
      if (read->state == RecordRead::State::whole) walked.statements.push_back(std::move(*read));
      walked.statement_octets += (*header)->octets();
    }
    offset += (*header)->octets();
  }
  return walked;
}

}  // namespace coffer::store
