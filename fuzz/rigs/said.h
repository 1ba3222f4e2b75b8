// What a side sent, read by the conformance suite's codec: a reader that shares nothing with the one under test.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "protocol/octets.h"
#include "wire/frame.h"

namespace coffer::fuzz {

struct Said {
  std::string word;  // "pong", "disconnect(timeout)", "data"
  std::optional<conformance::Message> message;
  std::optional<conformance::DataParts> block;  // of a data frame, in place of a message
};

/// The frames of these octets, until this is asked again. Demands that they are whole, with the headers and the one encoding that the
/// specification asks for.
std::span<const Said> read_said(View octets);

}  // namespace coffer::fuzz
