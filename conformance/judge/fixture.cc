#include "judge/fixture.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "coffer/spec/permissions.h"

namespace coffer::conformance {
namespace {

using nlohmann::json;

json account_json(const Account& account) {
  json one{{"id", account.id}, {"name", account.name}, {"organisation", account.organisation}};
  if (const auto& kept = account.kept)
    one["verifier"] = {{"salt", hex(kept->salt)}, {"rounds", kept->rounds}, {"hash", hex(kept->hash)}};
  else
    one["password"] = account.password;
  one["roles"] = account.roles;
  one["state"] = account.state;
  return one;
}

}  // namespace

std::uint32_t Account::permissions() const {
  std::uint32_t granted = 0;
  for (const auto& role : roles)
    for (const auto& row : spec::role_rows)
      if (row.name == role) granted |= row.permissions;
  return granted;
}

std::vector<Message> Fixture::default_settings() {
  return {setting("backup.schedule", "daily"), setting("backup.exclude", "*.tmp"), setting("restore.confirm", "", true)};
}

std::string Fixture::to_json() const {
  json document{{"coffer_fixture", 1}, {"pbkdf2_rounds", rounds}};
  if (!profile.empty()) document["profile"] = profile;
  document["server"] = {{"guid", guid_text(server_guid)}, {"version", version}, {"minimum_version", minimum_version}};
  if (!timers_ms.empty()) document["timers_ms"] = timers_ms;
  if (!limits.empty()) document["limits"] = limits;
  const auto key = [](const std::string& text, bool deferred) { return json{{"key", text}, {"deferred", deferred}}; };
  document["organisations"] = {{{"name", alice.organisation}, {"registration_keys", {key(deferred_key, true), key(standard_key, false)}}},
                               {{"name", gina.organisation}, {"registration_keys", json::array({key(other_key, false)})}}};
  if (!key_modes.empty())
    for (auto& organisation : document["organisations"]) organisation["key_modes"] = key_modes;
  document["users"] = json::array();
  for (const auto& account : accounts()) document["users"].push_back(account_json(account));
  document["computers"] = json::array();
  for (const auto& one : computers())
    document["computers"].push_back(
        {{"guid", guid_text(one.guid)}, {"user", one.user == 0 ? json() : json(one.user)}, {"state", one.state}});
  json listed = json::array();
  for (const auto& one : settings)
    listed.push_back({{"name", one.text("name")}, {"value", one.text("value")}, {"locked", one.flag("locked")}});
  document["configuration"] = {{"version", config_version}, {"settings", listed}};
  return document.dump(2);
}

std::optional<Fixture> Fixture::from_json(const std::string& text, std::string& why_not) {
  const auto document = json::parse(text, nullptr, false);
  if (document.is_discarded()) {
    why_not = "is no JSON; start from what `coffer-conform fixture` prints";
    return std::nullopt;
  }
  try {
    Fixture fixture;
    const auto guid = guid_from_text(document.at("server").at("guid").get<std::string>());
    if (!guid) throw std::runtime_error("/server/guid must be 16 hex digits");
    fixture.server_guid = *guid;
    fixture.version = document.at("server").at("version");
    fixture.minimum_version = document.at("server").at("minimum_version");
    fixture.config_version = document.at("configuration").at("version");
    for (auto* account : {&fixture.alice, &fixture.bob, &fixture.carol, &fixture.dora, &fixture.blake, &fixture.dean, &fixture.gina}) {
      const auto found = std::ranges::find_if(document.at("users"), [&](const json& user) { return user.at("name") == account->name; });
      if (found == document.at("users").end())
        throw std::runtime_error("/users has no " + account->name + ": start from `coffer-conform fixture`");
      account->id = found->at("id");
      account->password = found->at("password");
    }
    return fixture;
  } catch (const std::exception& error) {
    why_not = error.what();
    return std::nullopt;
  }
}

}  // namespace coffer::conformance
