#include "trace/mutate.h"

#include <algorithm>
#include <utility>

namespace coffer::trace {

namespace {

auto at(Trace& trace, std::size_t index) { return trace.begin() + static_cast<std::ptrdiff_t>(index); }

/// A stretch of the walk, as often as not from its beginning.
void insert_stretch(Trace& trace, std::size_t to, const Trace& walk, Random& random) {
  const auto from = random() % 2 != 0 ? 0 : random() % walk.size();
  const auto length = std::min<std::size_t>(1 + random() % (walk.size() - from), steps_max - trace.size());
  const auto begin = walk.begin() + static_cast<std::ptrdiff_t>(from);
  trace.insert(at(trace, to), begin, begin + static_cast<std::ptrdiff_t>(length));
}

Step random_step(const Stock& stock, Random& random) {
  const auto number = static_cast<std::uint32_t>(random());
  // Half of the new steps are of the walk's own kinds; the rest is what may go wrong on it.
  const auto op = random() % 2 != 0 ? stock.good_walk[random() % stock.good_walk.size()].op : static_cast<Op>(random() % stock.ops);
  Step step{op, static_cast<std::uint8_t>(random()), static_cast<std::uint16_t>(random()), number};
  if (op == Op::message && random() % 3 != 0) step.b = 0;
  if (op == Op::answer && random() % 3 != 0) step = {op};
  if (op == Op::data && random() % 2 != 0) step.a %= 4, step.b = 0;
  if (op == Op::channel) step.c %= 4;
  return step;
}

/// Other values of a step, near to those of the walks.
void vary(Step& step, Random& random) {
  if (random() % 2 != 0) step.b = static_cast<std::uint16_t>(random() % 8);
  step.c = static_cast<std::uint32_t>(random() % 4 != 0 ? random() % 32 : random());
}

void change(Trace& trace, const Stock& stock, Random& random) {
  const auto index = trace.empty() ? 0 : random() % trace.size();
  const auto choice = trace.empty() ? random() % 3 : random() % 13;
  const bool room = trace.size() < steps_max;
  if (choice < 3 && room) {
    const auto to = random() % 2 != 0 ? trace.size() : index;
    if (random() % 2 != 0) return insert_stretch(trace, to, stock.good_walk, random);
    trace.insert(at(trace, to), random_step(stock, random));
    return;
  }
  if (trace.empty()) return;
  switch (choice) {
    case 3: trace.erase(at(trace, index)); return;
    case 4: trace[index] = random_step(stock, random); return;
    case 5:
      if (room) trace.insert(at(trace, index), Step(trace[index]));
      return;
    case 6:
      if (index + 1 < trace.size()) std::swap(trace[index], trace[index + 1]);
      return;
    case 7: trace.resize(index + 1); return;
    case 12: trace[index].a = static_cast<std::uint8_t>(random()); return;
    default: vary(trace[index], random); return;
  }
}

}  // namespace

void mutate(Trace& trace, const Stock& stock, Random& random) {
  // Now and then the neighbourhood of a whole session, whatever the engine holds to be interesting.
  if (random() % 8 == 0) trace = stock.good_walk;
  for (auto changes = 1 + random() % 2; changes > 0; --changes) change(trace, stock, random);
}

Trace cross(Trace one, const Trace& other, Random& random) {
  if (!one.empty()) one.resize(random() % one.size() + 1);
  if (!other.empty()) one.insert(one.end(), other.begin() + static_cast<std::ptrdiff_t>(random() % other.size()), other.end());
  one.resize(std::min(one.size(), steps_max));
  return one;
}

}  // namespace coffer::trace
