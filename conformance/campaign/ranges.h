// The ranges of messages' fields, as the message table writes them [MSG-005]: whether a message keeps them, and values that do not.
// Must not know: sessions, traces.
#pragma once

#include "wire/message.h"

namespace coffer::conformance {

/// Whether every field of a control message is in its range, lists' elements too.
bool in_range(const Message& message);
/// Puts one field outside its range, chosen by `value`; a message whose fields may have any value stays as it is.
void put_out_of_range(Message& message, std::uint32_t value);
/// Gives every field the largest value of its range that is quickly made.
void stretch(Message& message);

}  // namespace coffer::conformance
