// A question to the person at the terminal, before what cannot be taken back.
#pragma once

#include <string>

#include "client/failure.h"

namespace coffer::client {

/// Whether there is somebody to be asked.
bool somebody_is_there();
/// "… Go on? [y/N] " on standard error. Failure: interrupted, the answer was another than yes.
Outcome<void> ask_to_go_on(const std::string& what_happens);

}  // namespace coffer::client
