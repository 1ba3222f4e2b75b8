#include "server/read_progress.h"

#include <array>
#include <fstream>

#include <gtest/gtest.h>

#include "workshop.h"

namespace coffer::server {
namespace {

using namespace std::chrono_literals;
using store::TemporaryDirectory;

/// A store with one pack of 40 MiB, which a test reads at moments of its own.
class ReadingPacks : public testing::Test {
 protected:
  ReadingPacks() {
    std::filesystem::create_directory(directory_.path() / "packs");
    for (const char* name : {"packs/00000001.pack", "other"}) std::ofstream(directory_.path() / name);
    std::filesystem::resize_file(directory_.path() / "packs/00000001.pack", std::uintmax_t{40} << 20);
    std::filesystem::resize_file(directory_.path() / "other", std::uintmax_t{40} << 20);
  }
  WatchedFiles files(ReadProgress::Form form) {
    return {directory_.path(),
            "verified",
            {.form = form, .since_begin = [this] { return now_; }, .say = [this](std::string_view text) { said_.emplace_back(text); }}};
  }
  void read(WatchedFiles& files, std::chrono::milliseconds when, const char* name = "packs/00000001.pack") {
    now_ = when;
    Octets part(std::size_t{4} << 20);
    const auto file = files.open(name, store::OpenMode::existing);
    ASSERT_TRUE(file);
    ASSERT_EQ((*file)->read_at(0, part), part.size());
  }
  TemporaryDirectory directory_;
  std::chrono::milliseconds now_{0};
  std::vector<std::string> said_;
};

TEST_F(ReadingPacks, on_a_terminal_one_line_tells_how_far_it_is_and_goes) {
  {
    auto watched = files(ReadProgress::Form::terminal);
    read(watched, 1'999ms);
    EXPECT_TRUE(said_.empty());
    read(watched, 2'000ms);
    read(watched, 2'100ms);
    read(watched, 2'200ms, "other");
    read(watched, 2'200ms);
  }
  EXPECT_EQ(said_, (std::vector<std::string>{"\r\033[Kverified: 20.0 % of the packs, 8 of 40 MiB",
                                             "\r\033[Kverified: 40.0 % of the packs, 16 of 40 MiB", "\r\033[K"}));
}

TEST_F(ReadingPacks, in_a_log_there_is_a_line_in_half_a_minute) {
  auto watched = files(ReadProgress::Form::lines);
  for (int second = 0; second < 95; second += 5) read(watched, std::chrono::seconds(second));
  ASSERT_EQ(said_.size(), 3u);
  EXPECT_EQ(said_[0], "verified: 70.0 % of the packs, 28 of 40 MiB\n");
  EXPECT_EQ(said_[2], "verified: 100.0 % of the packs, 40 of 40 MiB\n");  // what is read again makes it no more
}

TEST_F(ReadingPacks, with_json_there_is_an_object_a_second) {
  auto watched = files(ReadProgress::Form::json);
  for (int tenth = 0; tenth <= 30; tenth += 5) read(watched, std::chrono::milliseconds(100 * tenth));
  EXPECT_EQ(said_, (std::vector<std::string>{"{\"progress\":{\"doing\":\"verified\",\"octets_done\":20971520,\"octets\":41943040}}\n",
                                             "{\"progress\":{\"doing\":\"verified\",\"octets_done\":29360128,\"octets\":41943040}}\n"}));
}

}  // namespace
}  // namespace coffer::server
