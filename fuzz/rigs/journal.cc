#include "rigs/journal.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "coffer/spec/client_session.h"
#include "protocol/transition.h"
#include "rigs/oracle.h"
#include "rigs/reach.h"

namespace coffer::fuzz {

namespace {

using protocol::Transition;
using spec::Way;

std::uint32_t hash(std::string_view machine, std::string_view from, std::string_view event) {
  std::uint32_t value = 2'166'136'261U;
  for (const auto part : {machine, from, event})
    for (const char c : part) value = (value ^ static_cast<std::uint8_t>(c)) * 16'777'619U;
  return value;
}

/// The first way of each pair; ways of a pair stand together.
class Index {
 public:
  Index() {
    for (std::size_t i = 0; i < spec::ways.size(); ++i) {
      const auto& way = spec::ways[i];
      if (i != 0 && same_pair(spec::ways[i - 1], way)) continue;
      auto at = hash(way.machine, way.from, way.event) % slots_.size();
      while (slots_[at] != 0) at = (at + 1) % slots_.size();
      slots_[at] = static_cast<std::uint16_t>(i + 1);
    }
  }
  /// Names are the tables' own: whoever tells of a pair again has them in the same place.
  std::span<const Way> ways_of(const Transition& told) {
    auto& last = last_[(reinterpret_cast<std::uintptr_t>(told.from.data()) * 31 + reinterpret_cast<std::uintptr_t>(told.event.data())) %
                       last_.size()];
    if (last.from != told.from.data() || last.event != told.event.data() || last.machine != told.machine.data())
      last = {told.machine.data(), told.from.data(), told.event.data(), look_up(told)};
    return last.ways;
  }

 private:
  struct Looked {
    const char *machine = nullptr, *from = nullptr, *event = nullptr;
    std::span<const Way> ways = {};
  };
  std::span<const Way> look_up(const Transition& told) const {
    for (auto at = hash(told.machine, told.from, told.event) % slots_.size(); slots_[at] != 0; at = (at + 1) % slots_.size()) {
      const std::size_t first = slots_[at] - 1U;
      if (!is_of(spec::ways[first], told)) continue;
      auto last = first + 1;
      while (last < spec::ways.size() && same_pair(spec::ways[last], spec::ways[first])) ++last;
      return std::span(spec::ways).subspan(first, last - first);
    }
    return {};
  }
  static bool same_pair(const Way& a, const Way& b) { return a.machine == b.machine && a.from == b.from && a.event == b.event; }
  static bool is_of(const Way& way, const Transition& told) {
    return way.event == told.event && way.from == told.from && way.machine == told.machine;
  }
  std::array<std::uint16_t, 8192> slots_{};
  std::array<Looked, 1024> last_{};
};

/// Whether `words`, apart by `mark`, hold this one.
bool holds(std::string_view words, char mark, std::string_view one) {
  for (std::size_t from = 0; from <= words.size();) {
    const auto to = std::min(words.find(mark, from), words.size());
    if (words.substr(from, to - from) == one) return true;
    from = to + 1;
  }
  return false;
}

bool decided(const Way& way, const Transition& told) {
  if (way.rules.empty() || told.to == told.from) return told.decided.rule.empty();
  // Put together on the stack: this is asked of every end of a session.
  std::array<char, 64> rule{};
  std::snprintf(rule.data(), rule.size(), "%.*s:%.*s", static_cast<int>(told.decided.rule.size()), told.decided.rule.data(),
                static_cast<int>(told.decided.reason.size()), told.decided.reason.data());
  return holds(way.rules, ' ', rule.data());
}

struct Session {
  const void* instance;
  std::string_view machine, state;
  std::vector<Told> told;
};
std::vector<Session> sessions;  // in the order in which they began: a few

Session* session_of(const void* instance) {
  const auto found = std::ranges::find(sessions, instance, &Session::instance);
  return found == sessions.end() ? nullptr : &*found;
}

[[noreturn]] void no_way(const Transition& told, const char* why) {
  const auto s = [](std::string_view text) { return std::string(text); };
  demand(false, "SES-001 " + s(told.machine) + ": " + s(told.from) + " x " + s(told.event) + " to " + s(told.to) + " by " + s(told.row) +
                    (told.decided.rule.empty() ? "" : " with " + s(told.decided.rule) + " " + s(told.decided.reason)) + ": " + why);
  std::abort();
}

bool telling() {
  static const bool asked = std::getenv("COFFER_TELL") != nullptr;
  return asked;
}

void tell_line(const Transition& told) {
  const auto session = reinterpret_cast<std::uintptr_t>(told.instance);
  std::fprintf(stderr, "told: %s %zx", std::string(told.machine).c_str(), session);
  for (const auto word : {told.from, told.event, told.row, told.to, told.decided.rule, told.decided.reason})
    std::fprintf(stderr, " %s", word.empty() ? "-" : std::string(word).c_str());
  std::fputs("\n", stderr);
}

void watch(const Transition& told) {
  if (telling() && !told.event.empty()) tell_line(told);
  if (told.event.empty()) {
    std::erase_if(sessions, [&](const auto& session) { return session.instance == told.instance; });
    sessions.push_back({told.instance, told.machine, told.to, {}});
    return;
  }
  static Index index;
  const Way* taken = nullptr;
  for (const auto& way : index.ways_of(told))
    if (way.to == told.to && way.row == told.row && (way.guard == told.guard) && decided(way, told)) taken = &way;
  if (taken == nullptr) no_way(told, "no way of the table");
  reached(static_cast<std::size_t>(taken - spec::ways.data()), told.decided.rule);
  auto* const session = session_of(told.instance);
  if (session == nullptr) return;  // a frame reader does not say when it begins
  if (session->state != told.from) no_way(told, "it was in another state");
  session->state = told.to;
  session->told.push_back({taken, told.decided.reason});
}

/// Whether what was said is this frame of the table's: "pong", "disconnect(timeout)".
bool is(std::string_view said, std::string_view frame, std::string_view reason) {
  if (!said.starts_with(frame)) return false;
  said.remove_prefix(frame.size());
  return frame != "disconnect" ? said.empty() : said.size() == reason.size() + 2 && said.substr(1, reason.size()) == reason;
}

/// The sends of a step, one alternative after the other, matched against the words from `at` on.
bool fits(std::span<const Told> told, std::span<const std::string> words) {
  if (told.empty()) return words.empty();
  const auto& [way, reason] = told.front();
  constexpr auto no_channel = spec::client_session::name(spec::client_session::initial);
  for (std::size_t from = 0; from <= way->sends.size();) {
    const auto to = std::min(way->sends.find('|', from), way->sends.size());
    const auto sends = way->sends.substr(from, to - from);
    from = to + 1;
    std::size_t count = 0;
    bool fit = true;
    for (std::size_t at = 0; fit && at < sends.size();) {
      const auto end = std::min(sends.find(' ', at), sends.size());
      const auto word = sends.substr(at, end - at);
      at = end + 1;
      fit = count < words.size() && is(words[count], word, reason);
      if (fit) ++count;
    }
    if (fit && fits(told.subspan(1), words.subspan(count))) return true;
    if (way->from == no_channel && fits(told.subspan(1), words)) return true;
  }
  return false;
}

}  // namespace

namespace journal {

void at_step(std::size_t number) {
  if (telling()) std::fprintf(stderr, "step: %zu\n", number);
}

void begin() {
  sessions.clear();
  forget_what_came_before();
  protocol::transition_watcher = watch;
}

const void* newest(std::string_view machine) {
  return std::ranges::find(sessions.rbegin(), sessions.rend(), machine, &Session::machine)->instance;
}

std::vector<Told> take(const void* session) { return std::exchange(session_of(session)->told, {}); }

}  // namespace journal

void demand_frames(std::span<const Told> told, std::span<const std::string> words) {
  if (telling())
    for (const auto& word : words) std::fprintf(stderr, "said: %s\n", word.c_str());
  if (fits(told, words)) return;
  std::string text = "SES-001 ";
  for (const auto& step : told)
    text += std::string(step.way->from) + " x " + std::string(step.way->event) + " to " + std::string(step.way->to) + ", ";
  text += "sent:";
  for (const auto& word : words) text += " " + word;
  demand(false, text);
}

}  // namespace coffer::fuzz
