// Made by spec/tools/generate.py from spec/01-introduction.md. Do not edit: edit the source and run `./dev generate`.
#pragma once

#include <string_view>

namespace coffer::spec {

/// The edition of the specification that all these headers are made from [CNF-001].
inline constexpr std::string_view edition = "1";

}  // namespace coffer::spec
