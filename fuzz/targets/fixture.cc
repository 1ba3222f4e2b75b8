// Any text as a fixture, read by the server's reader and by the suite's: an error says where and what was expected, no password stands in
// it, and what both accept is the same server.
#include "accounts/fixture.h"
#include "judge/fixture.h"
#include "rigs/oracle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coffer;
  const std::string json(reinterpret_cast<const char*>(data), size);
  const auto ours = accounts::parse_fixture("fixture", json);
  if (!ours) {
    fuzz::demand(!ours.error().expected.empty() && !ours.error().advice.empty(), "an error says what was expected and what to do");
    fuzz::demand(ours.error().pointer.empty() || ours.error().pointer.front() == '/', "an error says where it stands");
    fuzz::demand(accounts::text(ours.error()).find("correct horse") == std::string::npos, "IDN-022 no password in an error");
  } else {
    fuzz::demand(ours->server_guid != 0, "a server has an identity");
    fuzz::demand(ours->profile == accounts::Profile::test || ours->pbkdf2_rounds >= 100'000, "IDN-012 production has its rounds");
    for (const auto& user : ours->users) fuzz::demand(user.id != 0 && !user.name.empty(), "a user has an id and a name");
  }
  std::string why_not;
  const auto theirs = conformance::Fixture::from_json(json, why_not);
  fuzz::demand(theirs.has_value() || !why_not.empty(), "the suite says what is wrong");
  if (ours && theirs)
    fuzz::demand(ours->server_guid == theirs->server_guid && ours->configuration.version == theirs->config_version,
                 "both read the same server");
  return 0;
}
