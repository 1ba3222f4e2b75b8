#include "published_vectors.h"

#include <fstream>

#include <gtest/gtest.h>

namespace coffer::golden {
namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

void read_pair(const std::string& line, Published& into) {
  const auto equals = line.find('=');
  if (equals != std::string::npos) into[trimmed(line.substr(0, equals))] = trimmed(line.substr(equals + 1));
}

bool begins(const std::string& line) { return line.starts_with("COUNT") || line.starts_with("Count"); }

}  // namespace

std::size_t each_published(const std::string& file, const std::function<void(const Published&)>& take) {
  std::ifstream stream(std::string(PUBLISHED_VECTORS) + "/" + file);
  EXPECT_TRUE(stream.is_open()) << file << " is not there: install Debian's python3-cryptography-vectors, as packages.txt says";
  Published section, vector;
  std::size_t count = 0;
  const auto end = [&] {
    if (vector.empty()) return;
    Published whole = section;
    whole.insert(vector.begin(), vector.end());
    SCOPED_TRACE(file + " " + (whole.contains("COUNT") ? whole["COUNT"] : whole["Count"]));
    take(whole);
    vector.clear();
    ++count;
  };
  for (std::string raw; std::getline(stream, raw);) {
    const std::string line = trimmed(raw);
    if (line.starts_with("[")) {
      end();
      read_pair(line.substr(1, line.size() - 2), section);
    } else if (!line.empty() && !line.starts_with("#")) {
      if (begins(line)) end();
      if (line == "FAIL") vector["FAIL"] = "";
      if (begins(line) || !vector.empty()) read_pair(line, vector);
    }
  }
  end();
  return count;
}

Octets from_hex(const std::string& digits) {
  Octets octets;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    octets.push_back(static_cast<std::uint8_t>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  return octets;
}

Octets octets_of(const Published& vector, const std::string& name) { return from_hex(vector.at(name)); }

}  // namespace coffer::golden
