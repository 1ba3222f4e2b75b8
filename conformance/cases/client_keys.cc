// Chapter 7 for clients: which archive keys they take, and how and how long they keep them, for which an adapter has to show the device's
// files.
#include <fmt/core.h>

#include <filesystem>

#include "cases/all.h"
#include "cases/client_scenes.h"
#include "judge/stored_state.h"
#include "wire/key_record.h"

namespace coffer::conformance {
namespace {

namespace fs = std::filesystem;

/// 32 octets, of which `different` are different.
Octets key_of(std::size_t different) {
  Octets key(32);
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(1 + i % different);
  return key;
}

/// A new device that is given this key and told to log in. True: it did.
bool takes(Context& c, const Octets& key) {
  c.drive({.what = "connect", .archive_key = key});
  if (c.connects_again()) c.accept().serve_to_any_end();
  return c.driven().ended == "ok";
}

/// What the device under test keeps of this script's key, as section 7.4 has it.
Octets own_device_wrap(Context& c) {
  return device_wrap({c.holdings().user, c.computer(), c.holdings().server_guid}, c.archive_key(), c.holdings().device_key);
}

void see_ok(Context& c, const Drive& what) {
  c.drive(what);
  c.accept().serve_to_the_end();
  const auto report = c.driven();
  c.require(report.ended == "ok", "ok", report.ended + " " + report.detail);
}

/// True: it was let in. A client that does not log in without a key has none either.
bool logs_in_without_a_key(Context& c) {
  c.drive({.what = "connect", .without_archive_key = true});
  c.accept().serve_to_any_end();
  return c.driven().ended == "ok";
}

constexpr const char* another = "another";

/// A client that ends before it connects there is well, too.
void hear_another(Context& c) {
  try {
    c.destination(another).served();
  } catch (const Unmet& unmet) {
    c.remark(unmet.what());
  }
}

/// With that key. True: it did.
bool logs_in_at_another(Context& c, const Octets& key) {
  c.destination(another).serve([](ServerPeer& server) { server.serve_to_any_end(); });
  c.drive({.what = "connect", .destination = another, .archive_key = key});
  const bool ok = c.driven().ended == "ok";
  hear_another(c);
  return ok;
}

/// Is under way when this returns.
void back_up_to_both(Context& c) {
  c.destination(another).serve([](ServerPeer& server) { server.serve_to_any_end(); });
  c.drive({.what = "backup", .paths = {c.make_tree({{"file", c.random().octets(500)}})}, .destinations = {another}});
  c.accept().serve_to_any_end();
}

constexpr auto others = fs::perms::group_read | fs::perms::others_read;
constexpr auto others_pass = fs::perms::group_exec | fs::perms::others_exec;

/// Whether another account can come to the file and read it.
bool exposed(const fs::path& home, const fs::path& file) {
  bool open = (fs::status(file).permissions() & others) != fs::perms::none;
  for (auto folder = file.parent_path();; folder = folder.parent_path()) {
    open = open && (fs::status(folder).permissions() & others_pass) != fs::perms::none;
    if (folder == home) return open;
  }
}

}  // namespace

std::vector<Case> client_keys_cases() {
  std::vector<Case> cases = {
      {
          .id = "client.keys.too_few_different_octets",
          .requirements = {"KEY-004"},
          .role = Role::client,
          .goal = "An archive key of seven different octets is refused",
          .steps = {"give a new device an archive key of 32 octets, of which seven are different", "let it log in", "expect no success"},
          .script =
              [](Context& c) {
                c.stage().expected_refusal = true;
                c.require(!takes(c, key_of(7)), "a client that reports no success", "ok");
              },
          .twin = [](Context& c) { c.require(takes(c, key_of(8)), "ok", "a failure"); },
      },
      {
          .id = "client.keys.kept_for_its_owner_alone",
          .requirements = {"KEY-005"},
          .role = Role::client,
          .needs = {.verbs = {"observe"}},
          .goal = "No file of a device that holds its archive key, wrapped or not, can be read by another account",
          .steps = {"let a device log in", "look at its files that hold the key or its wrap",
                    "expect that permissions keep others from reading them"},
          .script =
              [](Context& c) {
                c.drive({.what = "connect"});
                c.accept().serve_to_the_end();
                c.require(c.driven().ended == "ok", "ok", "a failure");
                const auto home = device_home(c);
                auto holders = files_with(home, c.archive_key());
                for (auto& file : files_with(home, own_device_wrap(c))) holders.push_back(std::move(file));
                c.remark(fmt::format("{} files of the device hold the key in a form that can be recognised", holders.size()));
                for (const auto& file : holders)
                  c.require(!exposed(home, file), "no file that another account can read the key in",
                            file.lexically_relative(home).string());
              },
      },
      {
          .id = "client.keys.wrapped_on_the_device",
          .requirements = {"KEY-048"},
          .role = Role::client,
          .needs = {.verbs = {"observe"}},
          .goal =
              "After a login, a backup and a restore no file of a device holds its archive key, a key derived from it, or the device key "
              "that unlocks it",
          .steps = {"let a device log in, back up and restore", "look for each key in all its files, in every form"},
          .script =
              [](Context& c) {
                on_the_way([&] {
                  see_ok(c, {.what = "backup", .paths = {c.make_tree({{"file", c.random().octets(70'000)}})}});
                  see_ok(c, {.what = "restore", .target = c.scratch() + "/restored"});
                });
                const auto home = device_home(c);
                const auto keys = c.archive_keys();
                const auto shown = shown_on_device(home, {{"archive key", c.archive_key()},
                                                          {"block-id key", keys.block_id_key},
                                                          {"block key", keys.block_key},
                                                          {"record key", keys.record_key},
                                                          {"chunker key", derive(c.archive_key(), octets("coffer/1 chunker"), 32)},
                                                          {"key record key", derive(c.archive_key(), octets("coffer/1 key record"), 32)},
                                                          {"device key", c.holdings().device_key}});
                c.remark(files_with(home, own_device_wrap(c)).empty() ? "the device_wrap is in no form that can be recognised"
                                                                      : "the device_wrap is there");
                c.require(shown.empty(), "no key in any file of the device", shown);
              },
          .twin =
              [](Context& c) {
                see_ok(c, {.what = "backup", .paths = {c.make_tree({{"file", octets("content")}})}});
              },
      },
      {
          .id = "client.keys.no_content_is_kept",
          .requirements = {"KEY-061"},
          .role = Role::client,
          .needs = {.verbs = {"observe"}},
          .goal = "After a backup and a restore no file of a device holds content of the files",
          .steps = {"let a device log in, back up and restore", "look in all its files for octets from the file's begin, middle and end"},
          .script =
              [](Context& c) {
                const Octets content = c.random().octets(70'000);
                on_the_way([&] {
                  see_ok(c, {.what = "backup", .paths = {c.make_tree({{"file", content}})}});
                  see_ok(c, {.what = "restore", .target = c.scratch() + "/restored"});
                });
                const auto part = [&](std::size_t at) {
                  const auto octets = View(content).subspan(at, 32);
                  return Octets(octets.begin(), octets.end());
                };
                const auto shown =
                    shown_on_device(device_home(c), {{"the begin", part(0)}, {"the middle", part(35'000)}, {"the end", part(70'000 - 32)}});
                c.require(shown.empty(), "no content in any file of the device", shown);
              },
          .twin =
              [](Context& c) {
                see_ok(c, {.what = "backup", .paths = {c.make_tree({{"file", octets("content")}})}});
              },
      },
      {
          .id = "client.keys.logout_takes_the_key",
          .requirements = {"KEY-051"},
          .role = Role::client,
          .needs = {.verbs = {"observe"}},
          .goal = "A user who logs out leaves no device_wrap: after another login without the key the device cannot back up",
          .steps = {"let a device log in with an archive key and back up", "log out", "look for the wrap in all its files",
                    "log in without the key, and ask for a backup", "expect that nothing is offered, and no success"},
          .script =
              [](Context& c) {
                on_the_way([&] { see_ok(c, {.what = "backup", .paths = {c.make_tree({{"file", octets("content")}})}}); });
                c.drive({.what = "logout"});
                c.require(c.driven().ended == "ok", "ok", "a logout that fails");
                const auto shown = shown_on_device(device_home(c), {{"device_wrap", own_device_wrap(c)}, {"archive key", c.archive_key()}});
                c.require(shown.empty(), "no device_wrap in any file of the device", shown);
                if (!logs_in_without_a_key(c)) return;
                c.drive({.what = "backup", .paths = {c.make_tree({{"file", octets("another content")}})}});
                if (c.connects_again()) {
                  auto& server = c.accept();
                  server.serve_to_any_end();
                  c.require(server.seen("offer_blocks").empty(), "no offer of blocks", "one");
                }
                require_no_success(c);
              },
          .twin =
              [](Context& c) {
                see_ok(c, {.what = "backup", .paths = {c.make_tree({{"file", octets("content")}})}});
                c.require(logs_in_without_a_key(c), "ok", "a second login that fails");
                see_ok(c, {.what = "backup", .paths = {c.make_tree({{"file", octets("another content")}})}});
              },
      },
      {
          .id = "client.keys.one_for_all_destinations",
          .requirements = {"KEY-053"},
          .role = Role::client,
          .needs = {.destinations = true},
          .goal = "A device does not back up to two destinations under two archive keys",
          .steps = {"let a device log in at a destination with one archive key, and at another one with another",
                    "ask for a backup to both", "expect a version at one of them at most"},
          .script =
              [](Context& c) {
                c.drive({.what = "connect"});
                on_the_way([&] {
                  c.accept().serve_to_the_end();
                  c.require(c.driven().ended == "ok", "ok", "a failure");
                });
                c.stage().expected_refusal = true;
                if (!logs_in_at_another(c, c.random().octets(32))) return;
                back_up_to_both(c);
                c.require(c.driven().ended != "ok", "a client that reports no success", "ok");
                hear_another(c);
                c.require(c.holdings().versions.empty() || c.destination(another).holdings().versions.empty(), "a version at one at most",
                          "one at each");
              },
          .twin =
              [](Context& c) {
                c.drive({.what = "connect"});
                c.accept().serve_to_the_end();
                c.require(c.driven().ended == "ok", "ok", "a failure");
                c.require(logs_in_at_another(c, c.archive_key()), "ok", "a failure");
                back_up_to_both(c);
                c.require(c.driven().ended == "ok", "ok", "a failure");
                c.destination(another).served();
              },
      },
  };
  for (auto& one : client_key_record_cases()) cases.push_back(std::move(one));
  return cases;
}

}  // namespace coffer::conformance
