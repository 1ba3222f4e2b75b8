// Which of the device's destinations a command means, from the names that its user gave, and a destination as a user writes it.
// Must not know: what is done there.
#pragma once

#include <string>
#include <vector>

#include "client/commands.h"
#include "client/device.h"

namespace coffer::client {

/// The named ones, or all. Failures: usage for a name that there is not, or twice; local when the device has none.
Outcome<std::vector<std::string>> chosen_destinations(const Device& device, const std::vector<std::string>& names);

/// The named one, or the only one. A number of a version means one thing at each destination, so none is taken by chance.
/// Failures: as above; usage when there are several and none is named, or several are.
Outcome<std::string> one_destination(const Device& device, const std::vector<std::string>& names);

/// Failures: usage, which says what was expected.
Outcome<DestinationConfig> parse_destination(const DestinationArguments& arguments);

}  // namespace coffer::client
