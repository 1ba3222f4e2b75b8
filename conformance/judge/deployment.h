// One worker's implementation under test: its adapter process and the server that it serves, kept from case to case and made anew when a
// case needs another fixture, changed the server as a whole, or left it in doubt. Must not know: scheduling, verdicts.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "adapter/adapter.h"
#include "judge/context.h"

namespace coffer::conformance {

/// How the implementation is reached: through an adapter, or as a server that runs already.
struct Subject {
  std::string adapter_command;
  std::optional<Endpoint> server;  // with --connect
  std::optional<Octets> pin;
  Fixture fixture;           // of the running server; the ordinary one otherwise
  std::string fixture_file;  // where that came from; empty: the ordinary one
  std::string fault;         // that the implementation is to have; empty: none
  std::chrono::milliseconds hello_within = hello_patience;
};

class Deployment {
 public:
  Deployment(const Subject& subject, const ServerCredentials& credentials, std::string scratch_parent);
  ~Deployment();

  /// Ready for that case. Throws SuiteFault, or Unimplemented with the adapter's reason.
  Context::Setting setting_for(const Case& subject);
  /// What is served is not to be used again.
  void discard() { served_.clear(); }
  /// The adapter was given up in the last case, because it did not answer.
  bool adapter_hung() const { return adapter_ && adapter_->hung(); }
  /// Nothing more is asked of it. What its adapter did wrong once the last case was over; empty: nothing.
  std::string end();
  /// What the adapter wrote to its standard error since the last call.
  std::string take_errors();

 private:
  void serve(const Fixture& fixture, const std::string& text);

  const Subject& subject_;
  const ServerCredentials& credentials_;
  std::string scratch_parent_;
  std::unique_ptr<Adapter> adapter_;
  Fixture fixture_;     // of what is served
  std::string served_;  // its JSON; empty: nothing is served
  Endpoint server_;
  std::optional<Octets> pin_;
};

/// Where a server is, as the reply to `serve` says. Throws SuiteFault.
struct Served {
  Endpoint server;
  std::optional<Octets> pin;
  std::optional<int> process;  // its number, where the adapter tells it and the server runs here
};
Served served_by(const nlohmann::json& reply);

/// The accounts that the next server has, or that which is served once it is started again. Throws Unimplemented, SuiteFault.
nlohmann::json prepare(Adapter& adapter, const Fixture& fixture, const std::string& fault);

/// Another server in place of whatever the adapter serves: reset, prepared with the fixture and the fault (empty: none), served. The text:
/// why the implementation does not serve that fixture. Throws Unimplemented, SuiteFault. Without `prepare` a server has the accounts of
/// `unprepared`, and only those.
std::expected<Served, std::string> serve_anew(Adapter& adapter, const Fixture& fixture, const std::string& fault,
                                              const Fixture* unprepared = nullptr);

/// The ordinary fixture with the changes that a case needs.
Fixture fixture_for(const Case& subject, const Fixture& ordinary);

}  // namespace coffer::conformance
