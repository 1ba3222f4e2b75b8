// The benchmarks, one function each: figures out; an error, as text, when one could not be taken.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "measure.h"
#include "report.h"

namespace coffer::bench {

using Figures = std::expected<std::vector<Figure>, std::string>;

/// How fast frames are parsed, against copying their octets.
Figures frames(const Effort& effort);

/// Cutting, naming, compressing, sealing and checksumming a stream on one thread, against the same primitives by themselves.
Figures pipeline(const Effort& effort);

/// The programs `cofferd` and `coffer` over loopback: backup, a second one of the same, restore. `octets` of content each.
Figures end_to_end(const std::filesystem::path& programs, std::size_t octets);

/// TLS handshakes and logins per second, one after another and several at once.
Figures sessions(const std::filesystem::path& programs, double seconds_each);

/// What the server's memory grows by for each session that is logged in and does nothing.
Figures idle_memory(const std::filesystem::path& programs, std::size_t session_count);

/// What the server's index takes for so many blocks: room, time to look one up, to open it, to count.
Figures block_index(const std::filesystem::path& place, std::uint64_t rows);

}  // namespace coffer::bench
