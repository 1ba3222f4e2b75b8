#include "program/subject.h"

#include "program/commands.h"

namespace coffer::conformance {
namespace {

std::optional<Endpoint> read_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  const auto port = number_in<std::uint16_t>(std::string_view(text).substr(colon + 1));
  if (!port || *port == 0) return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return Endpoint{host, *port};
}

}  // namespace

std::optional<std::string> read_subject(const SubjectRequest& request, Subject& subject) {
  if (request.adapter.empty() == request.connect.empty()) return "give either --adapter COMMAND or --connect HOST:PORT";
  subject.adapter_command = request.adapter;
  subject.fault = request.fault;
  subject.hello_within = std::chrono::seconds(request.hello_seconds);
  if (!request.fault.empty() && request.adapter.empty()) return "--fault is for an adapter that offers faults";
  if (!request.connect.empty()) {
    subject.server = read_endpoint(request.connect);
    if (!subject.server) return "--connect takes HOST:PORT, such as 127.0.0.1:4287";
  }
  if (!request.pin.empty()) {
    if (request.connect.empty()) return "--pin belongs to --connect; with --adapter the reply to `serve` carries it";
    subject.pin = from_hex(request.pin);
    if (!subject.pin || subject.pin->size() != 32) return "--pin takes 64 hex digits: SHA-256 of the server's SubjectPublicKeyInfo";
  }
  if (!request.fixture_file.empty()) {
    const auto text = contents_of(request.fixture_file);
    if (!text) return text.error();
    std::string why_not;
    const auto fixture = Fixture::from_json(*text, why_not);
    if (!fixture) return request.fixture_file + ": " + why_not;
    subject.fixture = *fixture;
    subject.fixture_file = request.fixture_file;
  }
  return std::nullopt;
}

}  // namespace coffer::conformance
