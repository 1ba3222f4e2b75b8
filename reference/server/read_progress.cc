#include "server/read_progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace coffer::server {
namespace {

using namespace std::chrono_literals;
constexpr auto quiet_at_first = 2s;
constexpr std::string_view packs = "packs/", erase_line = "\r\033[K";

std::chrono::milliseconds pause_of(ReadProgress::Form form) {
  switch (form) {
    case ReadProgress::Form::terminal: return 200ms;
    case ReadProgress::Form::json: return 1s;
    case ReadProgress::Form::lines: break;
  }
  return 30s;
}

std::uint64_t octets_of_packs(const std::filesystem::path& root) {
  std::error_code gone;
  std::uint64_t octets = 0;
  for (const auto& file : std::filesystem::directory_iterator(root / packs, gone))
    if (const auto size = file.file_size(gone); !gone) octets += size;
  return octets;
}

class WatchedFile final : public store::File {
 public:
  WatchedFile(std::unique_ptr<store::File> file, ReadProgress& progress) : file_(std::move(file)), progress_(progress) {}
  store::FileResult<std::uint64_t> size() const override { return file_->size(); }
  store::FileResult<std::size_t> read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override {
    auto read = file_->read_at(offset, into);
    progress_.add(read.value_or(0));
    return read;
  }
  store::FileResult<void> write_at(std::uint64_t offset, View octets) override { return file_->write_at(offset, octets); }
  store::FileResult<void> truncate(std::uint64_t octets) override { return file_->truncate(octets); }
  store::FileResult<void> sync() override { return file_->sync(); }

 private:
  std::unique_ptr<store::File> file_;
  ReadProgress& progress_;
};

}  // namespace

ReadProgress::Ways ReadProgress::usual(bool json) {
  const auto began = std::chrono::steady_clock::now();
  return {
      .form = json                           ? Form::json
              : ::isatty(STDERR_FILENO) == 1 ? Form::terminal
                                             : Form::lines,
      .since_begin = [began] { return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began); },
      .say =
          [](std::string_view text) {
            fmt::print(stderr, "{}", text);
            std::fflush(stderr);
          }};
}

void ReadProgress::clear() {
  if (std::exchange(visible_, false)) ways_.say(erase_line);
}

void ReadProgress::add(std::uint64_t octets) {
  const std::scoped_lock lock(mutex_);
  read_ += octets;
  const auto now = ways_.since_begin();
  if (now < quiet_at_first || now - shown_ < pause_of(ways_.form)) return;
  shown_ = now;
  const std::uint64_t done = std::min(read_, octets_);  // some is read twice
  if (ways_.form == Form::json) {
    const nlohmann::ordered_json said = {{"progress", {{"doing", doing_}, {"octets_done", done}, {"octets", octets_}}}};
    return ways_.say(said.dump() + '\n');
  }
  const double percent = octets_ == 0 ? 100 : 100 * static_cast<double>(done) / static_cast<double>(octets_);
  const std::string line = fmt::format("{}: {:.1f} % of the packs, {} of {} MiB", doing_, percent, done >> 20U, octets_ >> 20U);
  visible_ = ways_.form == Form::terminal;
  ways_.say(visible_ ? std::string(erase_line) + line : line + '\n');
}

WatchedFiles::WatchedFiles(const std::filesystem::path& root, std::string doing, ReadProgress::Ways ways)
    : files_(root), progress_(std::move(doing), octets_of_packs(root), std::move(ways)) {}

store::FileResult<std::unique_ptr<store::File>> WatchedFiles::open(const std::string& name, store::OpenMode mode) {
  auto file = files_.open(name, mode);
  if (!file || !name.starts_with(packs)) return file;
  return std::make_unique<WatchedFile>(std::move(*file), progress_);
}

}  // namespace coffer::server
