// Entries of a version as a person and as a program read them.
// Must not know: where they come from.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "archive/entry.h"

namespace coffer::client {

/// "-rw-r--r-- alice users 12 octets 2026-11-21 03:18:40 UTC /a/b".
std::string text_of(const archive::Entry& entry);
nlohmann::json json_of(const archive::Entry& entry);
/// In one line; what is no UTF-8 in it is replaced.
std::string text_of(const nlohmann::json& json);
std::string_view word_for(archive::EntryType type);

}  // namespace coffer::client
