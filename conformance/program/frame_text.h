// A frame in words and octets, for `explain`. Must not know: cases, sessions.
#pragma once

#include <string>

#include "wire/frame.h"

namespace coffer::conformance {

/// Its header, what its body reads as and why that is no message, and the octets of both; long bodies are cut. Each line begins with two
/// spaces and ends with a newline.
std::string frame_text(const Frame& frame);
/// In which octets two frames differ, when they are few: "octet 0: 03 instead of 01". Empty: they differ in many, or in length.
std::string difference(const Frame& frame, const Frame& neighbour);

}  // namespace coffer::conformance
