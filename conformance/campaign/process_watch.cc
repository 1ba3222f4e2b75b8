#include "campaign/process_watch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace coffer::conformance {

std::optional<Cost> cost_of(int process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  // proc(5): the second field, the program's name, may hold anything; behind its parenthesis come the third and the rest.
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  constexpr int user_time = 14, system_time = 15, resident_pages = 24;
  Cost cost;
  std::string field;
  for (int number = 3; number <= resident_pages && rest >> field; ++number) {
    if (number == 3 && field == "Z") return std::nullopt;  // ended, and nobody has asked how
    if (number != user_time && number != system_time && number != resident_pages) continue;
    const auto value = std::stoull(field);
    if (number == resident_pages)
      cost.memory_octets = value * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    else
      cost.processor_ms += value * 1000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  }
  return cost;
}

}  // namespace coffer::conformance
