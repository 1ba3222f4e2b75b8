#include "rigs/reach.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include "coffer/spec/ways.h"

namespace coffer::fuzz {

namespace {

constexpr std::size_t befores = 16, states = 32, choices = 64;

// libFuzzer reads this section after each input and clears it before the next.
[[gnu::used,
  gnu::section("__libfuzzer_extra_counters")]] std::uint8_t counters[spec::ways.size() * befores + states * trace::op_count * choices];

std::size_t before = 0;

// Whether, not how often: numbers would be features of their own, each with inputs to keep.
void count(std::size_t at) { counters[at] = 1; }

void name_first(std::size_t index, std::string_view rule) {
  static const bool asked = std::getenv("COFFER_REACH") != nullptr;
  if (!asked) return;
  static std::set<std::pair<std::size_t, std::string>> named;
  if (!named.emplace(index, rule).second) return;
  const auto& way = spec::ways[index];
  std::string line = "reach:";
  for (const auto word : {way.machine, way.from, way.event, way.row, way.to, way.guard, rule})
    line.append(" ").append(word.empty() ? std::string_view("-") : word);
  std::fprintf(stderr, "%s\n", line.c_str());
}

}  // namespace

void reached(std::size_t way, std::string_view rule) {
  count(way * befores + before % befores);
  before = way + 1;
  name_first(way, rule);
}

void forget_what_came_before() { before = 0; }

void saw(std::size_t state, const trace::Step& step) {
  const auto at = (state % states * trace::op_count + static_cast<std::size_t>(step.op)) * choices + step.a % choices;
  count(spec::ways.size() * befores + at);
}

}  // namespace coffer::fuzz
