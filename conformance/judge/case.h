// One case: data first, then a script of 8 to 20 lines. Cases are values, listed explicitly (cases/all.h); nothing registers itself.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffer/spec/server_session.h"
#include "judge/fixture.h"
#include "wire/frame.h"

namespace coffer::conformance {

class Context;
using Script = std::function<void(Context&)>;

/// Of the implementation under test; endpoint: whichever it is.
enum class Role : std::uint8_t { server, client, endpoint };
enum class Level : std::uint8_t { must, should };
std::string_view name(Role role);
std::string_view name(Level level);

/// What a case needs beyond a server (or client) with the ordinary fixture.
struct Needs {
  std::vector<std::string> verbs = {};         // of the adapter: "admin", "observe"; a client's cases need "drive" without saying so
  std::string vector_kind = {};                // the verb "vector" with this kind, and nothing else: neither server nor drive
  bool destinations = false;                   // a client that backs up to several of them, as `hello` claims
  bool own_server = false;                     // the case changes the server as a whole (restart, stop): it is served anew before and after
  std::function<void(Fixture&)> fixture = {};  // changes to the ordinary fixture; cases with equal results share one server
  /// A computer of the fixture on which the case logs in: cases that hold the same one never overlap, and each lets go of it at its end. A
  /// script's own computer, Context::computer(), needs no such care.
  KnownComputer Fixture::*holds = nullptr;
};

/// What a case turns on, for `explain`. The frames are made without a session: values that only a session has, such as identities and
/// tokens, are examples.
struct Shown {
  std::function<Frame()> sent = {};         // empty: no single frame tells it
  std::optional<spec::Reason> reason = {};  // of the Disconnect that must answer it; nothing: the steps say what comes
  std::function<Frame()> neighbour = {};    // what the twin sends in its place
};

struct Case {
  std::string id = {};                         // "framing.control_length_over_limit": chapter's word, then what is special
  std::vector<std::string> requirements = {};  // the first is the one the verdict is about
  Level level = Level::must;
  Role role = Role::server;
  Needs needs = {};
  std::string goal = {};                // one sentence: what is shown when it passes
  std::vector<std::string> steps = {};  // the script in words, for `explain`
  Script script = {};
  Script twin = {};  // of a rejection: the nearest valid neighbour, which must be accepted
  Shown shown = {};
};

/// The frame as a script would make it, with the ordinary fixture and no session; `pending`: what a client under test would have sent
/// before.
std::function<Frame()> shown_frame(std::function<Frame(Context&)> make, std::optional<Message> pending = {});

/// The bulk of the rejections: stand in a state, send one wrong thing, be refused; the twin sends the right thing and gets its answer.
struct Rejection {
  std::string id;
  std::vector<std::string> requirements;
  spec::server_session::State state;
  std::string goal;
  std::function<Frame(Context&)> wrong;  // what must be refused
  spec::Reason reason;
  std::function<Frame(Context&)> right;  // its nearest valid neighbour
  std::string answer = {};               // the message that answers `right`; empty: none, a ping barrier shows that the session stands
  Needs needs = {};
};
Case server_rejects(Rejection rejection);

}  // namespace coffer::conformance
