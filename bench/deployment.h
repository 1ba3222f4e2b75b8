// A real `cofferd` on a free port with one user, in a directory that goes away, and the ways to reach it.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <utility>

#include "net/client_connection.h"
#include "program.h"

namespace coffer::bench {

class Directory {
 public:
  Directory();
  ~Directory();
  Directory(Directory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Directory& operator=(Directory&&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class Deployment {
 public:
  /// `rounds`: of the user's password; fewer than 100,000 makes it the test profile.
  static std::expected<Deployment, std::string> start(const std::filesystem::path& programs, std::uint32_t rounds);

  /// A connection by which this computer logs in; not yet ready.
  std::expected<net::ClientConnection, std::string> connect(std::uint64_t computer) const;
  /// The same, up to ready.
  std::expected<net::ClientConnection, std::string> log_in(std::uint64_t computer) const;
  /// Makes a device with the key and user that the server knows: `coffer init` and `coffer login`.
  std::expected<void, std::string> make_device() const;
  /// Runs `coffer` on the device.
  std::expected<void, std::string> coffer(std::vector<std::string> arguments) const;

  pid_t server() const { return server_.pid(); }
  const std::filesystem::path& directory() const { return directory_.path(); }

 private:
  Deployment(std::filesystem::path programs, Directory directory, Program server)
      : programs_(std::move(programs)), directory_(std::move(directory)), server_(std::move(server)) {}
  std::filesystem::path programs_;
  Directory directory_;
  Program server_;
  std::uint16_t port_ = 0;
  std::string pin_;
};

}  // namespace coffer::bench
