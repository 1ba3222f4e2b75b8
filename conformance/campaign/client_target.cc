#include "campaign/client_player.h"
#include "campaign/target.h"

namespace coffer::conformance {

namespace {

/// Every play is on a device of its own: there is nothing to be made anew but an adapter that broke.
class ClientTarget : public Target {
 public:
  ClientTarget(const Subject& subject, const ServerCredentials& credentials) : subject_(subject), deployment_(subject, credentials, {}) {
    client_.role = Role::client;
  }

  Played play(const trace::Trace& trace, Stage& stage) override {
    return play_against_client(trace, deployment_.setting_for(client_), stage);
  }
  bool renew() override {
    deployment_.discard();
    return true;
  }

 private:
  const Subject& subject_;
  Deployment deployment_;
  Case client_;
};

}  // namespace

std::unique_ptr<Target> client_target(const Subject& subject, const ServerCredentials& credentials) {
  return std::make_unique<ClientTarget>(subject, credentials);
}

}  // namespace coffer::conformance
