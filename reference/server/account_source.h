// The fixture as a file, and what follows from its profile. Must not know: stores, sockets.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "accounts/fixture.h"
#include "keys/key_record.h"

namespace coffer::server {

/// Errors are for people.
std::expected<accounts::Fixture, std::string> read_fixture(const std::filesystem::path& file);

/// The rounds of key records that a server of this fixture takes.
keys::Rounds rounds_taken(const accounts::Fixture& fixture);

}  // namespace coffer::server
