#include "transitions/transition_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "protocol/transition.h"

namespace coffer::transitions {
namespace {

int file = -1;

void put(std::string& line, std::string_view key, std::string_view value) {
  line.append(R"(,")").append(key).append(R"(":")").append(value).append(R"(")");
}

void append(const protocol::Transition& told) {
  std::array<char, 40> instance{};
  std::snprintf(instance.data(), instance.size(), "%llx", static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(told.instance)));
  std::string line = R"({"process":)" + std::to_string(::getpid());
  put(line, "machine", told.machine);
  put(line, "instance", instance.data());
  if (told.event.empty()) {
    put(line, "begins", told.from);
  } else {
    put(line, "from", told.from);
    put(line, "event", told.event);
    put(line, "row", told.row);
    put(line, "to", told.to);
    if (!told.guard.empty()) put(line, "guard", told.guard);
    if (!told.decided.rule.empty()) {
      put(line, "rule", told.decided.rule);
      put(line, "reason", told.decided.reason);
    }
  }
  line += "}\n";
  [[maybe_unused]] const auto written = ::write(file, line.data(), line.size());
}

}  // namespace

bool write_transitions(const std::string& path) {
  file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return false;
  protocol::transition_watcher = append;
  return true;
}

}  // namespace coffer::transitions
