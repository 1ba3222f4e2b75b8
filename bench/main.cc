// coffer_bench: runs the benchmarks and prints their figures. Asserts nothing: figures are for comparing, and belong to the machine.
#include <fmt/core.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>

#include "benchmarks.h"

int main(int argc, char** argv) {
  using namespace coffer::bench;
  CLI::App app{"Figures of the reference implementation on this machine, beside what the machine could do at best."};
  std::vector<std::string> only;
  bool json = false, quick = false;
  std::size_t megabytes = 256, session_count = 500;
  app.add_option("benchmark", only, "frames, pipeline, end-to-end, sessions, memory, store (default: all)")
      ->check(CLI::IsMember({"frames", "pipeline", "end-to-end", "sessions", "memory", "store"}));
  app.add_flag("--json", json, "JSON on standard output");
  app.add_flag("--quick", quick, "Shorter, less exact");
  app.add_option("--megabytes", megabytes, "Content of the backup in MiB")->capture_default_str();
  app.add_option("--sessions", session_count, "Sessions of the memory benchmark")->capture_default_str();
  double million_blocks = 1;
  app.add_option("--million-blocks", million_blocks, "Blocks of the store benchmark's index, in millions")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  const Effort effort = quick ? Effort{0.05, 3} : Effort{};
  const auto programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::pair<std::string, std::function<Figures()>> benchmarks[] = {
      {"frames", [&] { return frames(effort); }},
      {"pipeline", [&] { return pipeline(effort); }},
      {"end-to-end", [&] { return end_to_end(programs, megabytes << 20); }},
      {"sessions", [&] { return sessions(programs, quick ? 1 : 4); }},
      {"memory", [&] { return idle_memory(programs, session_count); }},
      {"store", [&] { return block_index(programs, static_cast<std::uint64_t>(million_blocks * 1e6)); }}};

  std::vector<Figure> all;
  int failed = 0;
  for (const auto& [name, benchmark] : benchmarks) {
    if (!only.empty() && std::find(only.begin(), only.end(), name) == only.end()) continue;
    fmt::print(stderr, "{} …\n", name);
    const auto figures = benchmark();
    if (figures)
      all.insert(all.end(), figures->begin(), figures->end());
    else
      fmt::print(stderr, "{}: {}\n", name, figures.error()), ++failed;
  }
  fmt::print("{}{}", json ? coffer::bench::json(all) : table(all), json ? "\n" : "");
  return failed == 0 ? 0 : 1;
}
