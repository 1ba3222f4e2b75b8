#include "judge/deployment.h"

#include <fmt/format.h>

#include <limits>

#include "peer/outcome.h"

namespace coffer::conformance {

nlohmann::json prepare(Adapter& adapter, const Fixture& fixture, const std::string& fault) {
  nlohmann::json fields{{"fixture", nlohmann::json::parse(fixture.to_json())}};
  if (!fault.empty()) fields["fault"] = fault;
  return adapter.call("prepare", std::move(fields));
}

Fixture fixture_for(const Case& subject, const Fixture& ordinary) {
  Fixture fixture = ordinary;
  if (subject.needs.fixture) subject.needs.fixture(fixture);
  return fixture;
}

Served served_by(const nlohmann::json& reply) {
  Served served;
  served.server = {reply.contains("host") ? text_member(reply, "serve", "host") : "127.0.0.1", port_member(reply, "serve")};
  if (reply.contains("pin")) {
    served.pin = from_hex(text_member(reply, "serve", "pin"));
    if (!served.pin || served.pin->size() != 32)
      throw SuiteFault("`serve` must answer with \"pin\" as 64 lower-case hex digits, or without (interop/schema/serve.schema.json)");
  }
  const bool here = served.server.host == "127.0.0.1" || served.server.host == "::1" || served.server.host == "localhost";
  if (reply.contains("process")) {
    const auto number = number_member(reply, "serve", "process");
    if (number == 0 || number > std::numeric_limits<int>::max())
      throw SuiteFault("`serve` must answer with \"process\" as the number of the server's process, or without");
    if (here) served.process = static_cast<int>(number);
  }
  return served;
}

std::expected<Served, std::string> serve_anew(Adapter& adapter, const Fixture& fixture, const std::string& fault,
                                              const Fixture* unprepared) {
  adapter.call("reset");
  try {
    if (const auto reply = prepare(adapter, fixture, fault); reply.contains("refused"))
      return std::unexpected(text_member(reply, "prepare", "refused"));
  } catch (const Unimplemented&) {
    if (unprepared == nullptr || fixture.to_json() != unprepared->to_json()) throw;
  }
  const auto reply = adapter.call("serve");
  if (reply.contains("refused")) return std::unexpected(text_member(reply, "serve", "refused"));
  return served_by(reply);
}

Deployment::Deployment(const Subject& subject, const ServerCredentials& credentials, std::string scratch_parent)
    : subject_(subject), credentials_(credentials), scratch_parent_(std::move(scratch_parent)), fixture_(subject.fixture) {}

Deployment::~Deployment() = default;

std::string Deployment::end() try {
  if (adapter_ && !adapter_->broken()) adapter_->bye();
  return {};
} catch (const std::exception& fault) {
  return fault.what();
}

std::string Deployment::take_errors() { return adapter_ ? adapter_->take_errors() : std::string(); }

Context::Setting Deployment::setting_for(const Case& subject) {
  Context::Setting setting{.fixture = &fixture_,
                           .server = server_,
                           .pin = pin_,
                           .adapter = nullptr,
                           .credentials = &credentials_,
                           .scratch_parent = scratch_parent_,
                           .fault = subject_.fault};
  if (subject_.server) {
    if (!subject.needs.vector_kind.empty() || subject.role == Role::client)
      throw Unimplemented("needs an adapter: --connect judges a server on the wire");
    if (subject.needs.own_server || subject.needs.fixture)
      throw Unimplemented("needs an adapter that serves anew, with `prepare` and `serve`: --connect has one server as it is");
    if (!subject.needs.verbs.empty())
      throw Unimplemented(
          fmt::format("needs an adapter with `{}`: --connect sees only the wire", fmt::join(subject.needs.verbs, "` and `")));
    setting.server = *subject_.server;
    setting.pin = subject_.pin;
    return setting;
  }
  if (!adapter_ || adapter_->broken()) {
    adapter_.reset();
    served_.clear();
    adapter_ = std::make_unique<Adapter>(subject_.adapter_command);
    if (!subject_.fault.empty()) prepare(*adapter_, subject_.fixture, subject_.fault);
  }
  setting.adapter = adapter_.get();
  if (subject.role == Role::client || !subject.needs.vector_kind.empty()) return setting;

  const Fixture wanted = fixture_for(subject, subject_.fixture);
  const std::string text = wanted.to_json();
  if (served_ != text || subject.needs.own_server) serve(wanted, text);
  if (subject.needs.own_server) served_.clear();
  setting.server = server_;
  setting.pin = pin_;
  return setting;
}

void Deployment::serve(const Fixture& fixture, const std::string& text) {
  served_.clear();
  auto served = serve_anew(*adapter_, fixture, subject_.fault, &subject_.fixture);
  if (!served) throw SuiteFault("the implementation serves no such accounts, which the case needs: " + served.error());
  server_ = std::move(served->server);
  pin_ = std::move(served->pin);
  fixture_ = fixture;
  served_ = text;
}

}  // namespace coffer::conformance
