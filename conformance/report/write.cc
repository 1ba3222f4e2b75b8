// The reports on disk.
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "judge/result.h"
#include "report/mutation.h"
#include "report/report.h"

namespace coffer::conformance {
namespace {

std::expected<void, std::string> write_whole(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::path unfinished = path;
  unfinished += ".new";
  std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  if (!out) return std::unexpected(fmt::format("cannot write {}", unfinished.string()));
  std::error_code error;
  std::filesystem::rename(unfinished, path, error);
  if (error) return std::unexpected(fmt::format("cannot write {}: {}", path.string(), error.message()));
  return {};
}

/// One line per member, and one per element of an array: as small as it can be and still read and compared line by line.
std::string in_lines(const nlohmann::json& report) {
  std::string made;
  for (const auto& [name, value] : report.items()) {
    made += (made.empty() ? "{\n" : ",\n") + nlohmann::json(name).dump() + ": ";
    if (!value.is_array()) {
      made += value.dump();
      continue;
    }
    std::string_view before = "[\n";
    for (const auto& element : value) {
      made.append(before).append(element.dump());
      before = ",\n";
    }
    made += value.empty() ? "[]" : "\n]";
  }
  return made + "\n}\n";
}

}  // namespace

std::expected<void, std::string> prepare_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return std::unexpected(fmt::format("cannot make the report's directory {}: {}", directory.string(), error.message()));
  const auto probe = directory / "report.json.new";
  const bool writable = std::ofstream(probe, std::ios::app).good();
  if (!writable) return std::unexpected(fmt::format("cannot write into the report's directory {}", directory.string()));
  std::filesystem::remove(probe, error);
  return {};
}

std::expected<void, std::string> write_mutation(const nlohmann::json& mutation, const std::filesystem::path& directory) {
  auto written = prepare_directory(directory);
  if (written) written = write_whole(directory / "mutate.json", in_lines(mutation));
  if (written) written = write_whole(directory / "mutate.html", mutation_html(mutation));
  return written;
}

std::expected<void, std::string> write_reports(const nlohmann::json& report, const std::filesystem::path& directory) {
  auto written = prepare_directory(directory);
  if (written) written = write_whole(directory / "report.json", in_lines(report));
  if (written) written = write_whole(directory / "junit.xml", junit(report));
  if (written) written = write_whole(directory / "report.html", html(report));
  return written;
}

std::expected<void, std::string> write_transcripts(const RunResult& run, const std::filesystem::path& file) {
  std::string lines;
  const auto write = [&lines](const CaseResult& one, const char* which, const ScriptResult& script) {
    if (!script.ran) return;
    const nlohmann::json line = {{"case", one.id},
                                 {"script", which},
                                 {"role", one.role},
                                 {"verdict", name(script.verdict)},
                                 {"transcript", to_json(script.transcript)}};
    lines += line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  };
  for (const auto& one : run.cases) {
    write(one, "", one.script);
    write(one, "twin", one.twin);
  }
  return write_whole(file, lines);
}

}  // namespace coffer::conformance
