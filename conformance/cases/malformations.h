// Every way to write one message wrongly, as data: what generators send to servers and to clients alike. Must not know: states, sessions.
#pragma once

#include <string_view>
#include <vector>

#include "wire/encoding.h"

namespace coffer::conformance {

/// One way to write a message wrongly. It is used on messages whose octets it changes.
struct Malformation {
  std::string_view name;
  std::string_view requirement;
  std::string_view what;  // completes "… is refused when "
  Forge forge;
  bool every_message;  // also tried on each message that a client receives; the others there on one message only
};
const std::vector<Malformation>& malformations();

/// A config_push in canonical form whose list of settings has so many elements that take no octets.
Octets settings_of_nothing(std::uint8_t count);

}  // namespace coffer::conformance
