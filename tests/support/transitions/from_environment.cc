// A test binary writes its machines' transitions to the file that COFFER_TRANSITIONS names, as the programs do.
#include <cstdio>
#include <cstdlib>

#include "transitions/transition_file.h"

namespace {

const bool asked = [] {
  const char* path = std::getenv("COFFER_TRANSITIONS");
  if (path == nullptr || *path == '\0') return false;
  if (coffer::transitions::write_transitions(path)) return true;
  std::fprintf(stderr, "COFFER_TRANSITIONS=%s cannot be written\n", path);
  std::exit(4);
}();

}  // namespace
