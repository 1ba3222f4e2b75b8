// Put before every file that sees Cap'n Proto when clang compiles it. Version 0.9.2 leaves these operators to C++20's reversed
// comparisons, which clang no longer tries when a matching operator!= stands beside (P2468); its own headers then do not compile.
#pragma once

#include <kj/string.h>

namespace kj {

inline bool operator==(const char* a, const StringPtr& b) { return b == StringPtr(a); }
inline bool operator!=(const char* a, const StringPtr& b) { return b != StringPtr(a); }

}  // namespace kj
