// Runs a target on files and on every file of folders, without any engine: how corpora and regressions are tests under any compiler. Each
// is run twice: what came before an input must not matter, neither for what is judged nor for what an engine is told.
// `--minimise steps|octets FROM TO` makes an input smaller that breaks a rule.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "minimise.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
/// Called by custom mutators, which a replay never runs.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t*, std::size_t size, std::size_t) { return size; }

/// Where targets count for an engine, from the linker; nowhere when none does.
extern "C" [[gnu::weak]] std::uint8_t __start___libfuzzer_extra_counters[];
extern "C" [[gnu::weak]] std::uint8_t __stop___libfuzzer_extra_counters[];

namespace {

std::size_t replayed = 0;

/// What was counted.
std::vector<std::uint8_t> run(const std::vector<std::uint8_t>& octets) {
  const std::span counters(__start___libfuzzer_extra_counters, __stop___libfuzzer_extra_counters);
  std::ranges::fill(counters, std::uint8_t{0});
  LLVMFuzzerTestOneInput(octets.data(), octets.size());
  return {counters.begin(), counters.end()};
}

/// False, and the reason on standard error, when the file cannot be read.
bool replay(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::fprintf(stderr, "cannot read %s\n", file.c_str()), false;
  const std::string content{std::istreambuf_iterator<char>(stream), {}};
  std::fprintf(stderr, "%s\n", file.c_str());  // said first: a crash names its file
  // A copy of exactly this size, so that reading past it is noticed.
  const std::vector<std::uint8_t> octets(content.begin(), content.end());
  ++replayed;
  if (run(octets) == run(octets)) return true;
  return std::fprintf(stderr, "what is counted differs the second time\n"), false;
}

/// The folder's files, by name; a folder that is missing or holds none is a mistake, or a test would pass for want of inputs.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  if (files.empty()) std::fprintf(stderr, "no inputs in %s\n", folder.c_str());
  return files;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 5 && std::string_view(argv[1]) == "--minimise")
    return coffer::fuzz::minimise(argv[3], argv[4], std::string_view(argv[2]) == "steps");
  for (int i = 1; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) {
      if (!replay(argv[i])) return 1;
      continue;
    }
    const auto files = files_in(argv[i]);
    if (files.empty() || !std::ranges::all_of(files, replay)) return 1;
  }
  std::fprintf(stderr, "replayed %zu inputs\n", replayed);
  return replayed == 0 ? 1 : 0;
}
