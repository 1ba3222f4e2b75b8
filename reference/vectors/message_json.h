// A message from its name and its fields, as the vectors write them.
#pragma once

#include <string_view>

#include "protocol/message.h"
#include "vectors/answer.h"

namespace coffer::vectors {

/// Throws when there is no such message, or a field is missing or not of its form.
protocol::Message message_of(std::string_view name, const Json& fields);

}  // namespace coffer::vectors
