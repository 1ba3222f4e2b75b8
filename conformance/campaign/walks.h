// Whole sessions as traces: what a campaign begins with, and takes pieces from. Must not know: players.
#pragma once

#include <vector>

#include "trace/trace.h"

namespace coffer::conformance {

/// What clients say to a server: a backup and a restore, users who may do one of the two, two sessions of one computer, one after another.
std::vector<trace::Trace> server_walks();
/// What a server answers to a client that is made to do the one or the other.
std::vector<trace::Trace> client_walks();

}  // namespace coffer::conformance
