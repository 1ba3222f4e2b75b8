// Reads the switch once, before main(): `COFFER_FAULT=NAME` turns one fault on, `COFFER_FAULT=list` prints the catalogue as JSON and ends,
// anything else that is not in the catalogue is an error.
#include "fault/switch.h"

#ifdef COFFER_FAULTS

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace coffer::fault {
namespace {

struct Row {
  std::string_view name, roles, what;
};
constexpr Row catalogue[] = {
#define COFFER_FAULT(name, roles, what) {#name, #roles, what},
#include "fault/catalogue.inc"
#undef COFFER_FAULT
};

/// FRM_008_limit_ignored breaks FRM-008.
std::string requirement(std::string_view name) { return std::string(name.substr(0, 3)) + "-" + std::string(name.substr(4, 3)); }

void print_catalogue() {
  std::string_view before = "[\n";
  for (const Row& row : catalogue) {
    const std::string roles = row.roles == "both" ? R"("server","client")" : '"' + std::string(row.roles) + '"';
    std::printf(R"(%.*s{"name":"%.*s","requirements":["%s"],"roles":[%s],"what":"%.*s"})", static_cast<int>(before.size()), before.data(),
                static_cast<int>(row.name.size()), row.name.data(), requirement(row.name).c_str(), roles.c_str(),
                static_cast<int>(row.what.size()), row.what.data());
    before = ",\n";
  }
  std::puts("\n]");
}

std::optional<Name> chosen() {
  const char* given = std::getenv("COFFER_FAULT");
  if (given == nullptr || *given == '\0') return std::nullopt;
  if (std::string_view(given) == "list") {
    print_catalogue();
    std::exit(0);
  }
  for (std::size_t i = 0; i < std::size(catalogue); ++i)
    if (catalogue[i].name == given) return static_cast<Name>(i);
  std::fprintf(stderr, "COFFER_FAULT=%s: there is no such fault; COFFER_FAULT=list shows them all\n", given);
  std::exit(64);
}

const std::optional<Name> the_fault = chosen();

}  // namespace

bool on(Name name) { return the_fault == name; }

}  // namespace coffer::fault

#endif
