#include "judge/stored_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>

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
