// coffer_trace show FILE: a trace as text. coffer_trace pack FILE: a trace as octets. To standard output.
#include <fstream>
#include <iostream>
#include <iterator>

#include "trace/trace.h"

int main(int argc, char** argv) {
  const std::string_view verb = argc == 3 ? argv[1] : "";
  if (verb != "show" && verb != "pack") {
    std::cerr << "usage: coffer_trace show|pack FILE\n";
    return 64;
  }
  std::ifstream file(argv[2], std::ios::binary);
  if (!file) {
    std::cerr << "cannot read " << argv[2] << "\n";
    return 1;
  }
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  if (content.starts_with(coffer::trace::text_head)) {
    if (const auto read = coffer::trace::from_text(content); !read) {
      std::cerr << argv[2] << ": " << read.error() << "\n";
      return 1;
    }
  }
  const auto trace = coffer::trace::from_either({reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
  if (verb == "show") {
    std::cout << coffer::trace::to_text(trace);
  } else {
    const auto octets = coffer::trace::to_octets(trace);
    std::cout.write(reinterpret_cast<const char*>(octets.data()), static_cast<std::streamsize>(octets.size()));
  }
}
