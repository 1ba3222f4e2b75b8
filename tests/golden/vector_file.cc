#include "vector_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <botan/hex.h>
#include <gtest/gtest.h>

namespace coffer::golden {

namespace {
const std::filesystem::path folder = std::filesystem::path(COFFER_SPECIFICATION) / "vectors";
}

void run_vectors(std::string_view name, const Judge& judge) {
  std::ifstream file(folder / (std::string(name) + ".json"));
  ASSERT_TRUE(file) << "no vectors called " << name;
  const Json document = Json::parse(file);
  ASSERT_EQ(document.at("coffer_vectors"), 1);
  ASSERT_FALSE(document.at("vectors").empty());
  for (const Json& vector : document.at("vectors")) {
    SCOPED_TRACE(vector.at("id").get<std::string>() + " [" + vector.at("requirement").get<std::string>() +
                 "]: " + vector.at("comment").get<std::string>());
    judge(vector.at("kind").get<std::string>(), vector.at("input"), vector.at("expect"));
  }
}

std::set<std::string> vector_files() {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".json") names.insert(entry.path().stem().string());
  return names;
}

Octets octets(const Json& hex) { return Botan::hex_decode(hex.get<std::string>()); }
std::string hex(View octets) { return Botan::hex_encode(octets.data(), octets.size(), false); }
std::uint64_t identity(const Json& text) { return std::stoull(text.get<std::string>(), nullptr, 16); }

Digest digest(const Json& hex) {
  const Octets from = octets(hex);
  Digest to{};
  if (from.size() != to.size()) throw std::invalid_argument("32 octets are wanted, not " + std::to_string(from.size()));
  std::ranges::copy(from, to.begin());
  return to;
}

}  // namespace coffer::golden
