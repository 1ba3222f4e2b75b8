// A file of transitions: one JSON object per line, each appended whole, so that many processes may write one file. What `./dev trace
// --transitions` replays against the tables. Must not know: sessions, messages.
#pragma once

#include <string>

namespace coffer::transitions {

/// From now on every transition of this process goes to the end of `path`. Once, before the first session; false when the file cannot be
/// opened. A line:
///   {"process":7,"machine":"server_session","instance":"5581","from":"await_version","event":"version","row":"on_version","to":"closed",
///    "rule":"SES-011","reason":"version_invalid"}
///   {"process":7,"machine":"server_session","instance":"5581","begins":"await_version"}
/// `row` is the handler of the row of `from` and `event` in spec/tables/machines, or `default` or `ignored`; `to`, `rule` and `reason` are
/// what its guards came to: the way out that was taken, and, where this side ended the session, by which requirement and with which reason.
/// A line that cannot be written is lost: watching never changes what is watched.
bool write_transitions(const std::string& path);

}  // namespace coffer::transitions
