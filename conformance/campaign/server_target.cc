#include "campaign/server_player.h"
#include "campaign/target.h"

namespace coffer::conformance {

namespace {

class ServerTarget : public Target {
 public:
  explicit ServerTarget(const Subject& subject) : subject_(subject), fixture_(subject.fixture) {
    server_.fixture = &fixture_;
    if (subject.server) {
      server_.endpoint = *subject.server;
      server_.pin = subject.pin;
      return;
    }
    start();
  }

  Played play(const trace::Trace& trace, Stage& stage) override { return conformance::play(trace, server_, stage); }

  bool renew() override {
    if (subject_.server) return false;
    if (adapter_->broken()) return start(), true;
    take(serve());
    return true;
  }

  std::optional<Cost> cost() const override { return process_ ? cost_of(*process_) : std::nullopt; }

 private:
  void start() {
    adapter_ = std::make_unique<Adapter>(subject_.adapter_command);
    server_.restart = [this] {
      take(served_by(adapter_->call("admin", {{"do", "restart"}})));
      return server_.endpoint;
    };
    // The work that a password costs is nothing that a campaign is to wait for.
    fixture_.rounds = 1;
    try {
      take(serve());
    } catch (const Unimplemented&) {
      fixture_ = subject_.fixture;
      take(serve());
    }
  }

  Served serve() {
    auto served = serve_anew(*adapter_, fixture_, subject_.fault, &subject_.fixture);
    if (!served) throw SuiteFault("the implementation does not serve the accounts that a campaign needs: " + served.error());
    return *served;
  }

  void take(const Served& served) {
    server_.endpoint = served.server;
    server_.pin = served.pin;
    process_ = served.process;
  }

  const Subject& subject_;
  Fixture fixture_;
  std::unique_ptr<Adapter> adapter_;
  ServerUnderTest server_;
  std::optional<int> process_;
};

}  // namespace

std::unique_ptr<Target> server_target(const Subject& subject) { return std::make_unique<ServerTarget>(subject); }

}  // namespace coffer::conformance
