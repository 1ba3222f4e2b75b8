// What cofferd tells of a data directory: whether all that is stored is whole, what happened, and which key clients should trust.
#pragma once

#include <filesystem>

#include "server/outcome.h"

namespace coffer::server {

/// `cofferd verify`: reads every stored octet and names what is damaged. Not beside a running server.
Outcome verify(const std::filesystem::path& data, bool json);
/// `cofferd compact`: takes the packs away of which little counts, and names those that damage keeps. Not beside a running server.
Outcome compact(const std::filesystem::path& data, unsigned live_percent, bool json);
/// `cofferd rebuild`: makes the index anew from the packs, keeps the old one, says what could not be recovered. Not beside a running
/// server.
Outcome rebuild(const std::filesystem::path& data, bool json);
/// `cofferd events`: the event log, also beside a running server.
Outcome events(const std::filesystem::path& data, bool json);
/// `cofferd pin`: the pin of the key kept in the directory; makes the key where there is none, in an empty directory as well, so that a pin
/// can be deployed first.
Outcome pin(const std::filesystem::path& data);

}  // namespace coffer::server
