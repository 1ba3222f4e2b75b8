// Secrets looked for in everything that an implementation stores, as far as an observer shows it: of a server its files by `find` and its
// event log, of a client's device its files. Must not know: which secrets there are, what may be where.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "judge/context.h"

namespace coffer::conformance {

/// By what they are called.
using Secrets = std::map<std::string, Octets>;

/// Whether these octets stand anywhere in what the server under test stores.
bool is_stored(Context& c, View octets);
/// Which of these secrets the server under test stores or logs in any form, and in which: for a person. Empty: none.
std::string shown_at_server(Context& c, const Secrets& secrets);

/// The private half of this X25519 public key among what may be one in the databases of the server under test: where it stands, for a
/// person; empty: nowhere. Throws Unmet when the observer names no database that has `known`.
std::string private_half_in_databases(Context& c, View public_half, View known);

/// The directory where that device of the client under test keeps its files; throws Unmet when it has none there.
std::filesystem::path device_home(Context& c, std::string_view device = "device");
/// The files below it that have these octets in any form.
std::vector<std::filesystem::path> files_with(const std::filesystem::path& home, View secret);
/// As shown_at_server.
std::string shown_on_device(const std::filesystem::path& home, const Secrets& secrets);

/// The same in what was said.
std::string shown_in(std::string_view text, const Secrets& secrets);

}  // namespace coffer::conformance
