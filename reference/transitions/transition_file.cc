#include "transitions/transition_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>

#include "protocol/transition.h"

namespace coffer::transitions {
namespace {

int file = -1;

int width(std::string_view text) { return static_cast<int>(text.size()); }

void append(const protocol::Transition& told) {
  std::array<char, 512> line{};
  const auto instance = static_cast<unsigned long long>(reinterpret_cast<std::uintptr_t>(told.instance));
  int length = std::snprintf(line.data(), line.size(), R"({"process":%d,"machine":"%.*s","instance":"%llx",)", static_cast<int>(::getpid()),
                             width(told.machine), told.machine.data(), instance);
  char* rest = line.data() + length;
  const auto room = line.size() - static_cast<std::size_t>(length);
  if (told.event.empty())
    length += std::snprintf(rest, room, "\"begins\":\"%.*s\"}\n", width(told.from), told.from.data());
  else if (told.rule.empty())
    length += std::snprintf(rest, room, "\"from\":\"%.*s\",\"event\":\"%.*s\",\"to\":\"%.*s\"}\n", width(told.from), told.from.data(),
                            width(told.event), told.event.data(), width(told.to), told.to.data());
  else
    length += std::snprintf(rest, room, "\"from\":\"%.*s\",\"event\":\"%.*s\",\"to\":\"%.*s\",\"rule\":\"%.*s\"}\n", width(told.from),
                            told.from.data(), width(told.event), told.event.data(), width(told.to), told.to.data(), width(told.rule),
                            told.rule.data());
  [[maybe_unused]] const auto written = ::write(file, line.data(), static_cast<std::size_t>(length));
}

}  // namespace

bool write_transitions(const std::string& path) {
  file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return false;
  protocol::transition_watcher = append;
  return true;
}

}  // namespace coffer::transitions
