// `cofferd run`: wires accounts, store and net together and serves until it is told to stop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "server/outcome.h"
#include "server/upkeep.h"

namespace coffer::server {

struct ServeOptions {
  std::filesystem::path data;  // made if it does not exist
  std::filesystem::path fixture;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;                                  // 0: any that is free
  std::uint64_t pack_octets = std::uint64_t{1} << 30;      // a new pack begins beyond it
  std::uint64_t reserve_octets = std::uint64_t{64} << 20;  // room on the disk that blocks do not take
  UpkeepSettings upkeep;
  std::filesystem::path key, certificate;  // both or neither: made and kept in `data`
};

/// Prints one JSON line on standard output when ready; returns after SIGTERM or SIGINT. What goes wrong is said on standard error.
Outcome serve(const ServeOptions& options);

}  // namespace coffer::server
