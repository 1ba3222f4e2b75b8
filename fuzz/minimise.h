// Makes an input smaller that breaks a rule, as long as it breaks the same one: step by step of a trace, or octet by octet.
#pragma once

#include <filesystem>

namespace coffer::fuzz {

/// 0 and the smaller input in `to` (a trace as text); 1 and the reason on standard error when the input breaks nothing.
/// Each try is a process of its own (fork), so that memory errors end it and nothing else.
int minimise(const std::filesystem::path& from, const std::filesystem::path& to, bool of_steps);

}  // namespace coffer::fuzz
