// Chapter 7 for clients: which archive keys they take, and where they keep them. The second needs an adapter that shows the device's files.
#include <fmt/core.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cases/all.h"
#include "cases/client_scenes.h"

namespace coffer::conformance {
namespace {

namespace fs = std::filesystem;

/// 32 octets, of which `different` are different.
Octets key_of(std::size_t different) {
  Octets key(32);
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(1 + i % different);
  return key;
}

/// A new device that is given this key and told to log in. True: it did.
bool takes(Context& c, const Octets& key) {
  c.drive({.what = "connect", .archive_key = key});
  if (c.connects_again()) c.accept().serve_to_any_end();
  return c.driven().ended == "ok";
}

std::string text_of_home(const nlohmann::json& reply) {
  if (!reply.contains("home") || !reply["home"].is_string())
    throw SuiteFault("`observe` must answer a device with its \"home\", a directory");
  return reply["home"];
}

constexpr auto others = fs::perms::group_read | fs::perms::others_read;
constexpr auto others_pass = fs::perms::group_exec | fs::perms::others_exec;

/// Files below `home` that hold the key, as it is or as hex digits: those that another account can come to and read. `holders` counts all.
std::vector<std::string> exposed(const fs::path& home, const Octets& key, std::size_t& holders) {
  std::vector<std::string> found;
  for (const auto& at : fs::recursive_directory_iterator(home)) {
    if (!at.is_regular_file()) continue;
    std::ifstream file(at.path(), std::ios::binary);
    std::string content(std::istreambuf_iterator<char>(file), {});
    const bool raw = content.find(std::string(key.begin(), key.end())) != std::string::npos;
    for (char& octet : content) octet = octet >= 'A' && octet <= 'F' ? static_cast<char>(octet - 'A' + 'a') : octet;
    if (!raw && content.find(hex(key)) == std::string::npos) continue;
    ++holders;
    bool open = (at.status().permissions() & others) != fs::perms::none;
    for (auto folder = at.path().parent_path();; folder = folder.parent_path()) {
      open = open && (fs::status(folder).permissions() & others_pass) != fs::perms::none;
      if (folder == home) break;
    }
    if (open) found.push_back(at.path().lexically_relative(home));
  }
  return found;
}

}  // namespace

std::vector<Case> client_keys_cases() {
  std::vector<Case> cases = {
      {
          .id = "client.keys.too_few_different_octets",
          .requirements = {"KEY-004"},
          .role = Role::client,
          .goal = "An archive key of seven different octets is refused",
          .steps = {"give a new device an archive key of 32 octets, of which seven are different", "let it log in", "expect no success"},
          .script =
              [](Context& c) {
                c.stage().expected_refusal = true;
                c.require(!takes(c, key_of(7)), "a client that reports no success", "ok");
              },
          .twin = [](Context& c) { c.require(takes(c, key_of(8)), "ok", "a failure"); },
      },
      {
          .id = "client.keys.kept_for_its_owner_alone",
          .requirements = {"KEY-005"},
          .role = Role::client,
          .needs = {.verbs = {"observe"}},
          .goal = "No file of a device that holds its archive key can be read by another account",
          .steps = {"let a device log in", "look at its files that hold the key", "expect that permissions keep others from reading them"},
          .script =
              [](Context& c) {
                c.drive({.what = "connect"});
                c.accept().serve_to_the_end();
                c.require(c.driven().ended == "ok", "ok", "a failure");
                const auto home = text_of_home(c.observe({{"device", c.device_name()}}));
                std::size_t holders = 0;
                const auto found = exposed(home, c.archive_key(), holders);
                c.remark(fmt::format("{} files of the device hold the key in a form that can be recognised", holders));
                c.require(fs::exists(home) && !fs::is_empty(home), "the device's files", home + " has none");
                c.require(found.empty(), "no file that another account can read the key in", found.empty() ? "" : found.front());
              },
      },
  };
  for (auto& one : client_key_record_cases()) cases.push_back(std::move(one));
  return cases;
}

}  // namespace coffer::conformance
