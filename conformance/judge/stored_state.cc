#include "judge/stored_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <fstream>
#include <iterator>
#include <set>

#include "wire/key_record.h"
#include "wire/secret_forms.h"

namespace coffer::conformance {
namespace {

namespace fs = std::filesystem;

bool has(std::string_view content, View wanted) {
  return content.find(std::string_view(reinterpret_cast<const char*>(wanted.data()), wanted.size())) != std::string_view::npos;
}

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

constexpr std::size_t private_octets = 32;

/// What a generator of keys hardly ever makes is not tried, which costs far more: of 32 random octets fewer than 20 differ, or fewer than 5
/// are 128 or more, once in 100,000 times. Text and numbers are such, and pages that are empty.
bool may_be_random(View octets) {
  std::bitset<256> found;
  std::size_t high = 0;
  for (const auto octet : octets) {
    found.set(octet);
    high += octet >> 7U;
  }
  return high >= 5 && found.count() >= 20;
}

/// Every 32 octets in a row, as they are or in hex, that may be random, each once.
std::set<Octets> candidates(std::string_view content) {
  std::set<Octets> found;
  const auto add = [&](Octets octets) {
    if (may_be_random(octets)) found.insert(std::move(octets));
  };
  for (std::size_t at = 0; at + private_octets <= content.size(); ++at) {
    const auto here = content.substr(at);
    add(Octets(here.begin(), here.begin() + private_octets));
    if (auto digits = from_hex(here.substr(0, 2 * private_octets)); digits && digits->size() == private_octets) add(std::move(*digits));
  }
  return found;
}

}  // namespace

bool is_stored(Context& c, View octets) { return !c.observe({{"find", {hex(octets)}}}).at("found").empty(); }

std::string shown_at_server(Context& c, const Secrets& secrets) {
  auto wanted = nlohmann::json::array();
  for (const auto& [name, secret] : secrets)
    for (const auto& form : forms_of(secret)) wanted.push_back(hex(form.octets));
  const auto said = c.observe({{"find", wanted}, {"events", true}});
  const auto& found = said.at("found");
  const std::string log = said.at("events").dump();
  for (const auto& [name, secret] : secrets)
    for (const auto& form : forms_of(secret))
      if (has(log, form.octets) || std::ranges::find(found, nlohmann::json(hex(form.octets))) != found.end())
        return fmt::format("{}, {}", name, form.name);
  return {};
}

std::string private_half_in_databases(Context& c, View public_half, View known) {
  const auto reply = c.observe({{"databases", true}});
  if (!reply.contains("databases") || !reply["databases"].is_array())
    throw SuiteFault("`observe` must answer databases with their files, a list of paths");
  std::map<std::string, std::string> contents;
  for (const auto& file : reply["databases"]) contents[file.get<std::string>()] = content_of(file.get<std::string>());
  c.require(std::ranges::any_of(contents, [&](const auto& one) { return has(one.second, known); }), "the record among the databases",
            "nothing: the observer does not name the one that it is in");
  for (const auto& [file, content] : contents)
    for (const auto& octets : candidates(content))
      if (std::ranges::equal(public_key(octets), public_half)) return file;
  return {};
}

std::string shown_in(std::string_view text, const Secrets& secrets) {
  for (const auto& [name, secret] : secrets)
    for (const auto& form : forms_of(secret))
      if (has(text, form.octets)) return fmt::format("{}, {}", name, form.name);
  return {};
}

fs::path device_home(Context& c, std::string_view device) {
  const auto reply = c.observe({{"device", c.device_name(device)}});
  if (!reply.contains("home") || !reply["home"].is_string())
    throw SuiteFault("`observe` must answer a device with its \"home\", a directory");
  const fs::path home = reply["home"].get<std::string>();
  c.require(fs::is_directory(home) && !fs::is_empty(home), "the device's files", home.string() + " has none");
  return home;
}

std::vector<fs::path> files_with(const fs::path& home, View secret) {
  const auto forms = forms_of(secret);
  std::vector<fs::path> found;
  for (const auto& at : fs::recursive_directory_iterator(home)) {
    if (!at.is_regular_file()) continue;
    const auto content = content_of(at.path());
    if (std::ranges::any_of(forms, [&](const SecretForm& form) { return has(content, form.octets); })) found.push_back(at.path());
  }
  return found;
}

std::string shown_on_device(const fs::path& home, const Secrets& secrets) {
  for (const auto& [name, secret] : secrets)
    for (const auto& file : files_with(home, secret)) return fmt::format("{} in {}", name, file.lexically_relative(home).string());
  return {};
}

}  // namespace coffer::conformance
