// The reports on disk.
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

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

}  // namespace

std::expected<void, std::string> write_reports(const nlohmann::json& report, const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return std::unexpected(fmt::format("cannot make {}: {}", directory.string(), error.message()));
  auto written = write_whole(directory / "report.json", report.dump(1) + "\n");
  if (written) written = write_whole(directory / "junit.xml", junit(report));
  if (written) written = write_whole(directory / "report.html", html(report));
  return written;
}

}  // namespace coffer::conformance
