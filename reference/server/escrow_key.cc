#include "server/escrow_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <botan/exceptn.h>
#include <botan/hex.h>
#include <botan/mem_ops.h>
#include <botan/system_rng.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <span>

namespace coffer::server {
namespace {

namespace fs = std::filesystem;
using keys::AgreementKey;
using keys::Secret;

constexpr std::size_t key_octets = 32;
constexpr auto current_name = "escrow.key", next_name = "escrow.key.next", former_name = "escrow.key.former", lost_name = "escrow.lost";

/// Of a file that is being written, until it is whole.
fs::path unfinished(const fs::path& directory, const char* name) { return directory / (std::string(name) + ".new"); }

std::unexpected<std::string> failed(std::string_view what, const fs::path& file) {
  return std::unexpected(fmt::format("cannot {} {}: {}", what, file.string(), std::strerror(errno)));
}

struct Descriptor {
  explicit Descriptor(int opened) : number(opened) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  int number;
};

bool write_all(int file, std::span<const char> text) {
  while (!text.empty()) {
    const auto count = ::write(file, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text = text.subspan(static_cast<std::size_t>(count));
  }
  return ::fsync(file) == 0;
}

std::expected<void, std::string> sync_directory(const fs::path& directory) {
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.number < 0 || ::fsync(opened.number) != 0) return failed("sync", directory);
  return {};
}

std::expected<std::optional<AgreementKey>, std::string> read_key(const fs::path& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.number < 0 && errno == ENOENT) return std::nullopt;
  if (opened.number < 0) return failed("read", file);
  Botan::secure_vector<char> text(2 * key_octets + 2);
  const auto count = ::read(opened.number, text.data(), text.size());
  try {
    if (count != 2 * static_cast<std::ptrdiff_t>(key_octets) + 1) throw Botan::Invalid_Argument("its length");
    return AgreementKey(Botan::hex_decode_locked(text.data(), 2 * key_octets, false));
  } catch (const Botan::Exception&) {
    return std::unexpected(
        fmt::format("{} is not an escrow key: expected 64 hexadecimal digits and a line end; put it back from a backup: without it "
                    "nobody can restore for a user who lost a password",
                    file.string()));
  }
}

/// What the file held is not left on its blocks, as far as the file system writes in place.
std::expected<void, std::string> overwrite_and_remove(const fs::path& file) {
  {
    const Descriptor opened(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (opened.number < 0 && errno == ENOENT) return {};
    constexpr std::array<char, 2 * key_octets + 1> zeros{};
    if (opened.number < 0 || !write_all(opened.number, zeros)) return failed("overwrite", file);
  }
  if (::unlink(file.c_str()) != 0) return failed("remove", file);
  return sync_directory(file.parent_path());
}

/// Whole or not at all: written under another name first.
std::expected<void, std::string> write_file(const fs::path& directory, const char* name, std::span<const char> text) {
  const auto temporary = unfinished(directory, name);
  if (auto erased = overwrite_and_remove(temporary); !erased) return erased;
  {
    const Descriptor opened(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (opened.number < 0) return failed("create", temporary);
    if (!write_all(opened.number, text)) return failed("write", temporary);
  }
  if (::rename(temporary.c_str(), (directory / name).c_str()) != 0) return failed("rename", temporary);
  return sync_directory(directory);
}

std::expected<AgreementKey, std::string> make_key(const fs::path& directory, const char* name) {
  AgreementKey made = AgreementKey::generate(Botan::system_rng());
  Botan::secure_vector<char> text(2 * key_octets + 1, '\n');
  Botan::hex_encode(text.data(), made.octets().data(), key_octets, false);
  if (auto written = write_file(directory, name, text); !written) return std::unexpected(written.error());
  return made;
}

}  // namespace

// [KEY-038] A server MUST keep the private half of its escrow key outside its database, where no other account may read it.
std::expected<AgreementKey, std::string> keep_escrow_key(const fs::path& directory, std::size_t records) {
  const auto file = directory / current_name;
  auto kept = read_key(file);
  if (!kept) return std::unexpected(kept.error());
  if (*kept) {
    // One that was put back from a backup may have the mode of any file.
    if (::chmod(file.c_str(), S_IRUSR | S_IWUSR) != 0) return failed("restrict", file);
    return std::move(**kept);
  }
  if (records > 0)
    return std::unexpected(
        fmt::format("{} is not there, and {} key records are wrapped for it: put it back from its backup. Only if it is lost for ever, run "
                    "`cofferd give-up-escrow-key`: of what was wrapped for it no administrator opens anything until its user logs in again",
                    file.string(), records));
  return make_key(directory, current_name);
}

std::expected<std::optional<AgreementKey>, std::string> current_escrow_key(const fs::path& directory) {
  return read_key(directory / current_name);
}

std::expected<AgreementKey, std::string> begin_next_escrow_key(const fs::path& directory) { return make_key(directory, next_name); }

std::expected<std::optional<AgreementKey>, std::string> next_escrow_key(const fs::path& directory) {
  return read_key(directory / next_name);
}

std::expected<void, std::string> finish_next_escrow_key(const fs::path& directory) {
  // A second name keeps the former file for overwriting after the next one has taken its place in one step.
  const auto former = directory / former_name, current = directory / current_name;
  if (auto erased = erase_former_escrow_key(directory); !erased) return erased;
  if (::link(current.c_str(), former.c_str()) != 0) return failed("link", current);
  if (::rename((directory / next_name).c_str(), current.c_str()) != 0) return failed("rename", directory / next_name);
  if (auto synced = sync_directory(directory); !synced) return synced;
  return erase_former_escrow_key(directory);
}

std::expected<void, std::string> erase_former_escrow_key(const fs::path& directory) {
  for (const auto* name : {current_name, next_name})
    if (auto erased = overwrite_and_remove(unfinished(directory, name)); !erased) return erased;
  const auto former = directory / former_name;
  std::error_code differ;
  if (!fs::equivalent(former, directory / current_name, differ)) return overwrite_and_remove(former);
  // Still the second name of the key in force: the change was cut short before the next one took its place.
  if (::unlink(former.c_str()) != 0) return failed("remove", former);
  return sync_directory(directory);
}

std::expected<void, std::string> drop_next_escrow_key(const fs::path& directory) {
  // Under the former key's name it is written over at the next start if this is cut short; half written over it would be no key at all.
  if (auto erased = erase_former_escrow_key(directory); !erased) return erased;
  if (::rename((directory / next_name).c_str(), (directory / former_name).c_str()) != 0) return failed("rename", directory / next_name);
  if (auto synced = sync_directory(directory); !synced) return synced;
  return erase_former_escrow_key(directory);
}

std::expected<std::set<keys::PublicKey>, std::string> lost_escrow_keys(const fs::path& directory) {
  std::set<keys::PublicKey> lost;
  std::ifstream file(directory / lost_name);
  for (std::string line; std::getline(file, line);) {
    keys::PublicKey key{};
    try {
      if (line.size() != 2 * key.size() || Botan::hex_decode(key.data(), line, false) != key.size()) throw Botan::Invalid_Argument(line);
    } catch (const Botan::Exception&) {
      return std::unexpected(fmt::format("{} has a line that is no public key: expected 64 hexadecimal digits; put it back from a backup",
                                         (directory / lost_name).string()));
    }
    lost.insert(key);
  }
  return lost;
}

std::expected<void, std::string> keep_lost_escrow_keys(const fs::path& directory, const std::set<keys::PublicKey>& lost) {
  std::string text;
  for (const auto& key : lost) text += Botan::hex_encode(key.data(), key.size(), false) + '\n';
  return write_file(directory, lost_name, text);
}

}  // namespace coffer::server
