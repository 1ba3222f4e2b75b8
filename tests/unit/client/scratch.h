// A directory of its own for each test, removed afterwards, and short ways to fill and read it.
#pragma once

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

namespace coffer::client {

class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "coffer-XXXXXX").string();
    path_ = std::filesystem::canonical(::mkdtemp(name.data())).string();
  }
  ~Scratch() {
    namespace fs = std::filesystem;
    std::error_code ignored;
    // Folders that keep out whoever owns them would stay: a folder is opened after it was looked at.
    for (fs::recursive_directory_iterator at(path_, fs::directory_options::skip_permission_denied, ignored), end; at != end;
         at.increment(ignored))
      if (at->symlink_status(ignored).type() == fs::file_type::directory) fs::permissions(at->path(), fs::perms::owner_all, ignored);
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  /// As in an archive.
  std::string archived(const std::string& name) const { return (path_ + "/" + name).substr(1); }

  void write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories(std::filesystem::path(*this / name).parent_path());
    std::ofstream(*this / name, std::ios::binary) << content;
  }
  std::string read(const std::string& name) const {
    std::ifstream file(*this / name, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
  }
  struct stat status(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(::lstat((*this / name).c_str(), &status), 0) << name;
    return status;
  }

 private:
  std::string path_;
};

inline std::string noise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  std::string octets(size, '\0');
  for (char& octet : octets) octet = static_cast<char>(engine());
  return octets;
}

/// Everything below a directory that a restore must give back: type, mode, time, links, content.
inline std::map<std::string, std::string> picture(const std::string& root) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    struct stat status {};
    ::lstat(entry.path().c_str(), &status);
    std::ostringstream line;
    line << std::oct << (status.st_mode & (S_IFMT | 07777)) << std::dec << ' ' << status.st_mtim.tv_sec << '.' << status.st_mtim.tv_nsec
         << ' ';
    if (S_ISLNK(status.st_mode)) line << std::filesystem::read_symlink(entry.path()).string();
    if (S_ISREG(status.st_mode)) {
      std::ifstream file(entry.path(), std::ios::binary);
      line << file.rdbuf();
    }
    all[std::filesystem::relative(entry.path(), root).string()] = line.str();
  }
  return all;
}

}  // namespace coffer::client
