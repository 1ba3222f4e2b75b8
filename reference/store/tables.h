// The tables of the index, and how those of older formats become them. Must not know: what is asked of them.
//
//   format  tables                                            the packs say versions and computers
//   1, 2    rows without sums                                 no
//   3, 4    blocks with checksum and an index by place        3: no, 4: yes
//   5, 6    blocks without both, left_behind, scrub           5: no, 6: yes
#pragma once

#include <cstdint>
#include <filesystem>

#include "store/database.h"

namespace coffer::store {

inline constexpr std::int64_t format_owing = 5;    // the packs do not say yet what the index says
inline constexpr std::int64_t format_version = 6;  // they do

/// The format the database is in: 0 for a new one. Trouble newer when this program does not know it, whatever its tables are: a newer
/// program may have changed what they mean.
Result<std::int64_t> format_of(Database& database, const std::filesystem::path& file);
/// Whether the packs say, in this format, which versions there are.
bool packs_say(std::int64_t format);
/// Makes the tables, or makes them out of those of an older format: wholly or not at all.
Result<void> make_tables(Database& database, std::int64_t from);
/// Whether the tables are what this program makes: an octet changed there changes what all later rows are.
Result<void> check_schema(Database& database);
/// Likewise for the tables of formats 3 and 4.
bool has_our_tables(Database& database);

}  // namespace coffer::store
