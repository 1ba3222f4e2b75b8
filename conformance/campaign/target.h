// An implementation as a campaign meets it: plays traces against it, makes it anew, and says what it costs. One per worker.
// Must not know: where traces come from, what becomes of complaints.
#pragma once

#include <memory>
#include <vector>

#include "campaign/complaint.h"
#include "campaign/process_watch.h"
#include "judge/deployment.h"
#include "trace/trace.h"

namespace coffer::conformance {

class Target {
 public:
  virtual ~Target() = default;
  /// Throws SuiteFault when the adapter breaks its contract, Unimplemented when it cannot do what is needed.
  virtual Played play(const trace::Trace& trace, Stage& stage) = 0;
  /// Another one in its place, which knows nothing of what was; false: nobody can.
  virtual bool renew() = 0;
  /// Of its process; nullopt: the adapter does not tell which that is, or it has ended.
  virtual std::optional<Cost> cost() const { return std::nullopt; }
};

/// By the wire alone (`subject.server`), or served by an adapter.
std::unique_ptr<Target> server_target(const Subject& subject);
/// A client, which an adapter drives against the suite's own server.
std::unique_ptr<Target> client_target(const Subject& subject, const ServerCredentials& credentials);

}  // namespace coffer::conformance
