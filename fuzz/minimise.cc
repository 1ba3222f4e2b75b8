#include "minimise.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>

#include "trace/trace.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace coffer::fuzz {

namespace {

using Octets = std::vector<std::uint8_t>;

std::size_t tries = 0;

/// What an output names: the requirement of a broken rule, the kind of a memory error.
std::string essence(const std::string& output) {
  const auto after = [&](std::string_view mark, std::string_view end) -> std::string {
    const auto at = output.find(mark);
    if (at == output.npos) return {};
    const auto from = at + mark.size();
    return output.substr(from, std::min(output.find_first_of(end, from), output.size()) - from);
  };
  if (auto rule = after("broken: ", " \n"); !rule.empty()) return rule;
  if (auto error = after("Sanitizer: ", " \n"); !error.empty()) return error;
  if (auto error = after("runtime error: ", ":\n"); !error.empty()) return error;
  return "it ended";
}

/// What the input breaks, found out in a process of its own; empty: nothing.
std::string broken_by(const Octets& input) {
  ++tries;
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) std::abort();
  const auto child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
    ::alarm(10);
    LLVMFuzzerTestOneInput(input.data(), input.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string output;
  std::array<char, 4096> part{};
  for (ssize_t count = 0; (count = ::read(ends[0], part.data(), part.size())) > 0;)
    output.append(part.data(), static_cast<std::size_t>(count));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return status == 0 ? std::string() : essence(output);
}

/// Takes away ever smaller stretches of units as long as `holds`.
template <typename Units>
void shorten(Units& units, const std::function<bool(const Units&)>& holds) {
  for (auto length = std::max<std::size_t>(units.size() / 2, 1);; length /= 2) {
    for (std::size_t at = 0; at < units.size();) {
      auto less = units;
      const auto begin = less.begin() + static_cast<std::ptrdiff_t>(at);
      less.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(length, units.size() - at)));
      if (holds(less)) {
        units = std::move(less);
      } else {
        at += length;
      }
    }
    if (length <= 1) return;
  }
}

/// The plainest values that still do it.
void simplify(trace::Trace& steps, const std::function<bool(const trace::Trace&)>& holds) {
  for (std::size_t at = 0; at < steps.size(); ++at)
    for (const auto& plainer : {trace::Step{steps[at].op, steps[at].a, 0, 0}, trace::Step{steps[at].op, steps[at].a, steps[at].b, 0},
                                trace::Step{steps[at].op, steps[at].a, 0, steps[at].c}}) {
      auto other = steps;
      other[at] = plainer;
      if (other == steps || !holds(other)) continue;
      steps = std::move(other);
      break;
    }
}

}  // namespace

int minimise(const std::filesystem::path& from, const std::filesystem::path& to, bool of_steps) {
  std::ifstream stream(from, std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  Octets input(content.begin(), content.end());
  const auto wanted = broken_by(input);
  if (wanted.empty()) return std::fprintf(stderr, "%s breaks nothing\n", from.c_str()), 1;
  std::ofstream out(to, std::ios::binary);
  if (of_steps) {
    const std::function<bool(const trace::Trace&)> holds = [&](const auto& steps) { return broken_by(trace::to_octets(steps)) == wanted; };
    auto steps = trace::from_either(input);
    const auto before = steps.size();
    shorten(steps, holds);
    simplify(steps, holds);
    shorten(steps, holds);
    out << trace::to_text(steps);
    std::fprintf(stderr, "%zu of %zu steps break %s: %zu tries\n", steps.size(), before, wanted.c_str(), tries);
  } else {
    const auto before = input.size();
    shorten(input, std::function<bool(const Octets&)>([&](const auto& octets) { return broken_by(octets) == wanted; }));
    out.write(reinterpret_cast<const char*>(input.data()), static_cast<std::streamsize>(input.size()));
    std::fprintf(stderr, "%zu of %zu octets break %s: %zu tries\n", input.size(), before, wanted.c_str(), tries);
  }
  return 0;
}

}  // namespace coffer::fuzz
