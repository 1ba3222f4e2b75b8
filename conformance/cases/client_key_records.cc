// Chapters 7.3 to 7.8 for clients: which key records they make, which they believe, and that nothing is backed up before there is one.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cases/all.h"
#include "cases/client_scenes.h"
#include "judge/stored_state.h"
#include "wire/key_record.h"
#include "wire/secret_forms.h"

namespace coffer::conformance {
namespace {

constexpr std::string_view archive_password = "only the user knows this";

ArchiveOwner owner(Context& c) { return {c.holdings().user, c.computer(), c.holdings().server_guid}; }

Octets own_archive_wrap(Context& c, Sealing sealing = Sealing::padded) {
  return password_wrap("archive wrap", owner(c), c.archive_key(), archive_password, 100'000, c.random().octets(16), sealing);
}

/// A key record of the device's own archive key, as an honest holder of it makes it.
KeyRecord own_record(Context& c, std::uint8_t mode, std::uint64_t generation) {
  KeyRecord record{.mode = mode, .owner = owner(c), .generation = generation};
  record.check = derive_keys(c.archive_key(), record.owner).check_value;
  if (mode == archive_password_mode) record.wraps = own_archive_wrap(c);
  if (mode == account_password_mode)
    record.wraps =
        joined({server_wrap(record.owner, c.archive_key(), public_key(c.holdings().escrow_private), c.random().octets(32)),
                password_wrap("account wrap", record.owner, c.archive_key(), c.fixture().alice.password, 100'000, c.random().octets(16))});
  return record;
}

Drive a_backup(Context& c) { return {.what = "backup", .paths = {c.make_tree({{"file", c.random().octets(500)}})}}; }

/// The connection on which the client did what it was asked to, to its end.
ServerPeer& served(Context& c, const Drive& what) {
  c.drive(what);
  auto& server = c.accept();
  server.serve_to_any_end();
  return server;
}

void require_ok(Context& c) {
  const auto report = c.driven();
  c.require(report.ended == "ok", "ok", report.ended + " " + report.detail);
}

/// A device that has logged in where there was no key record yet; then what a case presumes.
void logged_in(Context& c, const std::function<void(Context&)>& before) {
  served(c, {.what = "connect"});
  require_ok(c);
  if (before) before(c);
}

/// A record that the server shows: `spoil` makes it wrong. A client that backs up must not believe it.
Case disbelieved(std::string id, std::vector<std::string> requirements, std::string goal, std::function<Octets(Context&)> shown,
                 std::function<void(Context&)> before = {}) {
  const auto honest = [](Context& c) { return to_octets(own_record(c, custom_mode, 4), c.archive_key()); };
  return {
      .id = "client.keys." + std::move(id),
      .requirements = std::move(requirements),
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"show the key record that the first line names, and ask for a backup",
                "expect that nothing is offered or stored, and no success"},
      .script =
          [=](Context& c) {
            on_the_way([&] { logged_in(c, before); });
            c.holdings().key_record = shown(c);
            auto& server = served(c, a_backup(c));
            c.require(server.seen("offer_blocks").empty(), "no offer of blocks", "one");
            c.require(server.seen("store_key").empty(), "no key record", "one");
            require_no_success(c);
          },
      .twin =
          [=](Context& c) {
            on_the_way([&] { logged_in(c, before); });
            c.holdings().key_record = honest(c);
            served(c, a_backup(c));
            require_ok(c);
          },
  };
}

void add_disbelieved(std::vector<Case>& cases) {
  const auto own = [](std::uint8_t mode, std::uint64_t generation, std::function<void(Context&, KeyRecord&)> spoil) {
    return [=](Context& c) {
      auto record = own_record(c, mode, generation);
      if (spoil) spoil(c, record);
      return to_octets(record, c.archive_key());
    };
  };
  cases.push_back(disbelieved("of_another_key", {"KEY-028"}, "A key record of another archive key is not believed", [](Context& c) {
    const auto other = c.random().octets(32);
    KeyRecord record{.owner = owner(c), .generation = 4};
    record.check = derive_keys(other, record.owner).check_value;
    return to_octets(record, other);
  }));
  cases.push_back(disbelieved("another_tag", {"KEY-028", "KEY-022"}, "A key record whose tag another key made is not believed",
                              [](Context& c) { return to_octets(own_record(c, custom_mode, 4), c.random().octets(32)); }));
  cases.push_back(disbelieved("another_generation", {"KEY-028", "KEY-022"}, "A key record whose generation was changed is not believed",
                              [own](Context& c) {
                                auto octets = own(custom_mode, 4, {})(c);
                                octets[33] = 5;
                                return octets;
                              }));
  cases.push_back(disbelieved("unknown_format", {"KEY-027"}, "A key record of an unknown format is not believed",
                              own(custom_mode, 4, [](Context&, KeyRecord& r) { r.format = 2; })));
  cases.push_back(disbelieved("unknown_mode", {"KEY-027"}, "A key record of an unknown mode is not believed",
                              own(custom_mode, 4, [](Context&, KeyRecord& r) { r.mode = 4; })));
  cases.push_back(disbelieved("another_length", {"KEY-027"}, "A key record that is longer than its mode has it is not believed",
                              own(custom_mode, 4, [](Context&, KeyRecord& r) { r.wraps = repeated(60, 1); })));
  cases.push_back(
      disbelieved("generation_0", {"KEY-027", "KEY-021"}, "A key record of generation 0 is not believed", own(custom_mode, 0, {})));
  cases.push_back(disbelieved("of_another_computer", {"KEY-027"}, "A key record of another computer is not believed",
                              own(custom_mode, 4, [](Context&, KeyRecord& r) { r.owner.computer ^= 1; })));
  cases.push_back(disbelieved("of_another_user", {"KEY-027"}, "A key record of another user is not believed",
                              own(custom_mode, 4, [](Context&, KeyRecord& r) { r.owner.user ^= 1; })));
  cases.push_back(disbelieved("of_another_server", {"KEY-027"}, "A key record of another server is not believed",
                              own(custom_mode, 4, [](Context&, KeyRecord& r) { r.owner.server ^= 1; })));
  for (const auto& [name, mode] : {std::pair{"account", account_password_mode}, {"archive", archive_password_mode}})
    cases.push_back(disbelieved(fmt::format("wrap_cut_short_{}", name), {"KEY-027"},
                                "A key record whose wrap lacks its last octet is not believed",
                                own(mode, 4, [](Context&, KeyRecord& r) { r.wraps.pop_back(); })));
  for (const std::uint32_t rounds : {0U, 10'000'001U})
    cases.push_back(
        disbelieved(fmt::format("rounds_{}", rounds), {"KEY-027"}, "A key record of no rounds, or of more than 10,000,000, is not believed",
                    own(archive_password_mode, 4, [=](Context& c, KeyRecord& r) {
                      r.wraps = password_wrap("archive wrap", r.owner, c.archive_key(), archive_password, rounds, c.random().octets(16));
                    })));
  const auto seen = [own](Context& c) {
    c.holdings().key_record = own(custom_mode, 3, {})(c);
    served(c, a_backup(c));
    require_ok(c);
  };
  cases.push_back(disbelieved("lower_mode", {"KEY-009"}, "A device that has seen a mode does not believe a lower one",
                              own(archive_password_mode, 4, {}), seen));
  cases.push_back(disbelieved("lowest_mode", {"KEY-009"}, "A device that has seen a mode does not believe a lower one",
                              own(account_password_mode, 4, {}), seen));
  cases.push_back(disbelieved("older_generation", {"KEY-009"}, "A device that has seen a key record does not believe an older one",
                              own(custom_mode, 2, {}), seen));
  cases.push_back(disbelieved(
      "record_gone", {"KEY-009"}, "A device that has seen a key record does not believe that there is none",
      [](Context&) { return Octets(); }, seen));
}

/// Before the client's first offer stands a key record of its own key: one that was shown, or one that was stored and acknowledged.
void require_record_first(Context& c, const ServerPeer& server) {
  const auto stored = server.seen("store_key");
  c.require(!server.seen("offer_blocks").empty(), "an offer of blocks", "none");
  c.require(!server.seen("fetch_key").empty() && !c.holdings().key_record.empty(), "a key record before blocks are offered", "none");
  const auto& record = c.holdings().key_record;
  const auto check = derive_keys(c.archive_key(), owner(c)).check_value;
  c.require(record.size() >= 98 && std::equal(check.begin(), check.end(), record.begin() + 34),
            "a key record with the archive key's check value", hex(record));
}

/// The mode is taken by the client; what it stored.
Octets taken(Context& c, const std::string& mode, const std::string& device = "device") {
  c.holdings().key_record.clear();
  auto& server = served(c, {.what = "key", .device = device, .mode = mode, .archive_password = std::string(archive_password)});
  require_ok(c);
  for (const auto& [name, secret] : {std::pair{"archive password", octets(archive_password)}, {"archive key", c.archive_key()}})
    for (const auto& form : forms_of(secret)) c.require(!shows(server, form.octets), fmt::format("no {} on the wire", name), form.name);
  const auto stored = server.seen("store_key");
  c.require(stored.size() == 1, "one key record", fmt::format("{}", stored.size()));
  return stored.front().octets("record");
}

using HandedOut = std::function<Octets(Context&, const Octets& recipient)>;

Octets honestly_handed_out(Context& c, const Octets& recipient) {
  return recovery_wrap(owner(c), c.archive_key(), recipient, c.random().octets(32));
}

/// A device without the key logs in, and what stands in the record as the account's wrap is this.
ServerPeer& logs_in_where_the_account_s_wrap_is(Context& c, const Octets& part, const HandedOut& handed_out) {
  auto record = own_record(c, account_password_mode, 4);
  std::copy(part.begin(), part.end(), record.wraps.end() - 60);
  c.holdings().key_record = to_octets(record, c.archive_key());
  c.holdings().recovery_wrap = [&c, handed_out](const Octets& recipient) { return handed_out(c, recipient); };
  return served(c, {.what = "connect", .without_archive_key = true});
}

Octets account_wrap_under(Context& c, std::string_view password, Sealing sealing = Sealing::padded) {
  return password_wrap("account wrap", owner(c), c.archive_key(), password, 100'000, c.random().octets(16), sealing);
}

/// It takes the key out of the recovery, and makes what the login's password opens.
void require_wrapped_anew(Context& c, const ServerPeer& server) {
  require_ok(c);
  const auto stored = server.seen("store_key");
  c.require(stored.size() == 1, "a key record", fmt::format("{}", stored.size()));
  const auto made = stored.front().octets("record");
  c.require(made.size() == 262 && made[33] == 5, "a key record of account_password and generation 5", hex(made));
  c.require(open_password_wrap("account wrap", owner(c), View(made).subspan(170, 60), c.fixture().alice.password) == c.archive_key(),
            "a wrap under the login's password", "none");
}

/// A key that is handed out so is not taken, and no record made of it.
Case not_recovered(std::string id, std::vector<std::string> requirements, std::string goal, std::string handed, HandedOut handed_out) {
  return {
      .id = "client.keys." + std::move(id),
      .requirements = std::move(requirements),
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"show a key record of account_password under another password, and let the client log in", std::move(handed),
                "expect no key record, and no success"},
      .script =
          [=](Context& c) {
            auto& server = logs_in_where_the_account_s_wrap_is(c, account_wrap_under(c, "the one before"), handed_out);
            c.require(server.seen("store_key").empty(), "no key record", "one");
            require_no_success(c);
          },
      .twin =
          [](Context& c) {
            logs_in_where_the_account_s_wrap_is(c, account_wrap_under(c, "the one before"), honestly_handed_out);
            require_ok(c);
          },
  };
}

void add_recovered(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.keys.wrapped_anew_after_login",
      .requirements = {"KEY-047"},
      .role = Role::client,
      .goal =
          "After a login with a password that the account's wrap does not open with, the key is recovered and wrapped under that password",
      .steps = {"show a key record of account_password under another password, and let the client log in", "hand out the key",
                "expect a key record that opens with the login's password"},
      .script =
          [](Context& c) {
            require_wrapped_anew(c, logs_in_where_the_account_s_wrap_is(c, account_wrap_under(c, "the one before"), honestly_handed_out));
          },
  });
  cases.push_back({
      .id = "client.keys.wrapped_anew_for_another_escrow_key",
      .requirements = {"KEY-055"},
      .role = Role::client,
      .goal = "After a login a key whose record is for another escrow key than the server has is wrapped for the one that it has",
      .steps = {"show a key record of account_password that another escrow key opens than the one in key_state, and let the client log in",
                "expect a key record that this escrow key opens, and the login's password"},
      .script =
          [](Context& c) {
            auto record = own_record(c, account_password_mode, 4);
            const auto for_another = server_wrap(record.owner, c.archive_key(), public_key(c.random().octets(32)), c.random().octets(32));
            std::copy(for_another.begin(), for_another.end(), record.wraps.begin());
            c.holdings().key_record = to_octets(record, c.archive_key());
            auto& server = served(c, {.what = "connect", .without_archive_key = true});
            require_wrapped_anew(c, server);
            const auto made = server.seen("store_key").front().octets("record");
            c.require(open_server_wrap(owner(c), View(made).subspan(66, 104), c.holdings().escrow_private) == c.archive_key(),
                      "a wrap that the escrow key of key_state opens", hex(made));
          },
  });
  const auto unopened = [&](std::string id, std::string goal, std::function<Octets(Context&)> part) {
    cases.push_back({
        .id = "client.keys.account_wrap_" + std::move(id),
        .requirements = {"KEY-018", "KEY-047"},
        .role = Role::client,
        .goal = std::move(goal),
        .steps = {"show a key record of account_password, its wrap as the first line says and its tag right, and let the client log in",
                  "hand out the key", "expect a key record that opens with the login's password"},
        .script = [=](Context& c) { require_wrapped_anew(c, logs_in_where_the_account_s_wrap_is(c, part(c), honestly_handed_out)); },
    });
  };
  unopened("with_a_flipped_bit", "An account's wrap with a flipped bit does not open", [](Context& c) {
    auto part = account_wrap_under(c, c.fixture().alice.password);
    part[40] ^= 1;
    return part;
  });
  unopened("of_another_check", "An account's wrap with another integrity check does not open, although the right key is in it",
           [](Context& c) { return account_wrap_under(c, c.fixture().alice.password, Sealing::without_padding); });
  cases.push_back(
      not_recovered("recovery_from_a_point_of_small_order", {"KEY-017"},
                    "A recovered key that came with a one-time key of small order, so that everybody could have made it, is not "
                    "believed",
                    "hand out the key under the secret of zeros",
                    [](Context& c, const Octets& recipient) { return recovery_wrap_of_zeros(owner(c), c.archive_key(), recipient); }));
  cases.push_back(not_recovered("recovery_with_a_flipped_bit", {"KEY-018"}, "A recovered key whose wrap has a flipped bit is not believed",
                                "hand out the key, and flip a bit of it", [](Context& c, const Octets& recipient) {
                                  auto handed = honestly_handed_out(c, recipient);
                                  handed[52] ^= 1;
                                  return handed;
                                }));
  cases.push_back(not_recovered("recovery_of_another_check", {"KEY-018"},
                                "A recovered key whose wrap has another integrity check is not believed, although it is the right one",
                                "hand out the key in a wrap of RFC 3394", [](Context& c, const Octets& recipient) {
                                  return recovery_wrap(owner(c), c.archive_key(), recipient, c.random().octets(32),
                                                       Sealing::without_padding);
                                }));
}

/// A device that lacks the key is given the archive password; what stands in the record as the archive's wrap is this.
void is_unlocked_where_the_archive_s_wrap_is(Context& c, const Octets& part) {
  auto record = own_record(c, archive_password_mode, 4);
  record.wraps = part;
  c.holdings().key_record = to_octets(record, c.archive_key());
  on_the_way([&] {
    served(c, {.what = "connect", .without_archive_key = true});
    require_ok(c);
  });
  served(c, {.what = "unlock", .archive_password = std::string(archive_password)});
}

void add_unlocked(std::vector<Case>& cases) {
  const auto closed = [&](std::string id, std::string goal, std::function<Octets(Context&)> part) {
    cases.push_back({
        .id = "client.keys.archive_wrap_" + std::move(id),
        .requirements = {"KEY-018"},
        .role = Role::client,
        .goal = std::move(goal),
        .steps = {"show a key record of archive_password, its wrap as the first line says and its tag right, to a device without the key",
                  "give it the archive password", "expect no success"},
        .script =
            [=](Context& c) {
              is_unlocked_where_the_archive_s_wrap_is(c, part(c));
              require_no_success(c);
            },
        .twin =
            [](Context& c) {
              is_unlocked_where_the_archive_s_wrap_is(c, own_archive_wrap(c));
              require_ok(c);
            },
    });
  };
  closed("with_a_flipped_bit", "An archive's wrap with a flipped bit does not open", [](Context& c) {
    auto part = own_archive_wrap(c);
    part[40] ^= 1;
    return part;
  });
  closed("of_another_check", "An archive's wrap with another integrity check does not open, although the right key is in it",
         [](Context& c) { return own_archive_wrap(c, Sealing::without_padding); });
}

/// The drive goes well, and neither its frames, nor what it says, nor what it leaves among the device's files shows a secret of its user.
void require_untold(Context& c, const Drive& what) {
  auto& server = served(c, what);
  const auto report = c.driven();
  on_the_way([&] { c.require(report.ended == "ok", "ok", report.ended + " " + report.detail); });
  Secrets secrets{{"archive password", octets(archive_password)}, {"archive key", c.archive_key()}};
  for (const auto& [name, secret] : secrets)
    for (const auto& form : forms_of(secret)) c.require(!shows(server, form.octets), fmt::format("no {} on the wire", name), form.name);
  const auto kept = shown_on_device(device_home(c, what.device), secrets);
  c.require(kept.empty(), "neither archive password nor archive key in any file of the device", kept);
  secrets["account password"] = octets(c.fixture().alice.password);
  const auto said = shown_in(report.detail, secrets);
  c.require(said.empty(), "neither password nor key in what the client says", said);
}

void add_untold(std::vector<Case>& cases) {
  const auto asked = [](std::string what, std::string device) {
    return Drive{.what = std::move(what),
                 .device = std::move(device),
                 .mode = "archive_password",
                 .archive_password = std::string(archive_password)};
  };
  cases.push_back({
      .id = "client.keys.passwords_are_not_kept",
      .requirements = {"KEY-059"},
      .role = Role::client,
      .needs = {.verbs = {"observe"}},
      .goal =
          "Whether a client takes archive_password or is unlocked with it, it keeps and sends neither password nor key, and says neither",
      .steps = {"let a device log in, and take archive_password", "let another device of the computer log in, and unlock it",
                "after each, look for passwords and key in all frames, in the device's files, in what the client says"},
      .script =
          [=](Context& c) {
            require_untold(c, {.what = "connect"});
            require_untold(c, asked("key", "device"));
            require_untold(c, {.what = "connect", .device = "another", .without_archive_key = true});
            require_untold(c, asked("unlock", "another"));
          },
      .twin =
          [](Context& c) {
            taken(c, "archive_password");
            is_unlocked_where_the_archive_s_wrap_is(c, own_archive_wrap(c));
            require_ok(c);
          },
  });
}

void add_made(std::vector<Case>& cases) {
  cases.push_back({
      .id = "client.keys.record_before_blocks",
      .requirements = {"KEY-007"},
      .role = Role::client,
      .goal = "Nothing is offered before the server has a key record of the client's own archive key",
      .steps = {"let a device log in and back up where there is no key record", "expect a key record before the first offer"},
      .script =
          [](Context& c) {
            auto& server = served(c, a_backup(c));
            require_ok(c);
            require_record_first(c, server);
          },
  });
  cases.push_back({
      .id = "client.keys.forbidden_mode",
      .requirements = {"KEY-008", "KEY-007"},
      .role = Role::client,
      .goal = "A mode that the server does not permit is not taken",
      .steps = {"permit account_password and archive_password, and ask for a backup where there is no key record",
                "expect no key record of mode custom, and no offer without any"},
      .script =
          [](Context& c) {
            c.holdings().key_modes = 3;
            auto& server = served(c, a_backup(c));
            c.driven();
            for (const auto& stored : server.seen("store_key"))
              c.require(stored.octets("record")[1] != custom_mode, "no key record of mode custom", "one");
            c.require(server.seen("offer_blocks").empty() || !server.seen("store_key").empty(), "no offer without a key record", "one");
          },
      .twin =
          [](Context& c) {
            served(c, a_backup(c));
            require_ok(c);
          },
  });
  cases.push_back({
      .id = "client.keys.forbidden_mode_asked_for",
      .requirements = {"KEY-008"},
      .role = Role::client,
      .goal = "A mode that the server does not permit is not taken, although the user asks for it",
      .steps = {"permit account_password alone, and ask the client to take archive_password", "expect no key record, and no success"},
      .script =
          [](Context& c) {
            c.holdings().key_modes = 1;
            auto& server = served(c, {.what = "key", .mode = "archive_password", .archive_password = std::string(archive_password)});
            c.require(server.seen("store_key").empty(), "no key record", "one");
            require_no_success(c);
          },
      .twin = [](Context& c) { taken(c, "archive_password"); },
  });
  cases.push_back({
      .id = "client.keys.acknowledged_generation",
      .requirements = {"KEY-033"},
      .role = Role::client,
      .goal = "key_stored of another generation than was sent is no answer",
      .steps = {"ask for a backup where there is no key record", "acknowledge what is stored with another generation", "expect bad_answer"},
      .script =
          [](Context& c) {
            auto& server = c.client_in(ClientState::await_key_stored);
            server.send(key_stored(9));
            server.expect_refusal(Reason::bad_answer);
          },
      .twin = honest_twin(ClientState::await_key_stored),
  });
  cases.push_back({
      .id = "client.keys.account_password",
      .requirements = {"KEY-019", "KEY-006", "KEY-014", "KEY-015", "KEY-016"},
      .role = Role::client,
      .goal =
          "In account_password the record holds the key under the account password and for the server's escrow key, and nothing else of it",
      .steps = {"ask the client to take account_password", "open both wraps", "expect at least 100,000 rounds"},
      .script =
          [](Context& c) {
            const auto record = taken(c, "account_password");
            c.require(record.size() == 262, "262 octets", fmt::format("{}", record.size()));
            c.require(open_server_wrap(owner(c), View(record).subspan(66, 104), c.holdings().escrow_private) == c.archive_key(),
                      "a wrap that the server opens", "none");
            const auto part = View(record).subspan(170, 60);
            const std::uint32_t rounds =
                std::uint32_t{part[0]} << 24 | std::uint32_t{part[1]} << 16 | std::uint32_t{part[2]} << 8 | part[3];
            c.require(rounds >= 100'000 && rounds <= 10'000'000, "100,000 to 10,000,000 rounds", fmt::format("{}", rounds));
            c.require(open_password_wrap("account wrap", owner(c), part, c.fixture().alice.password) == c.archive_key(),
                      "a wrap under the account password", "none");
          },
  });
  cases.push_back({
      .id = "client.keys.archive_password",
      .requirements = {"KEY-019", "KEY-006", "KEY-015"},
      .role = Role::client,
      .goal = "In archive_password the record holds the key under that password alone, and the password is sent nowhere",
      .steps = {"ask the client to take archive_password", "open the wrap", "look for password and key in all frames"},
      .script =
          [](Context& c) {
            const auto record = taken(c, "archive_password");
            c.require(record.size() == 158, "158 octets", fmt::format("{}", record.size()));
            const auto part = View(record).subspan(66, 60);
            const std::uint32_t rounds =
                std::uint32_t{part[0]} << 24 | std::uint32_t{part[1]} << 16 | std::uint32_t{part[2]} << 8 | part[3];
            c.require(rounds >= 100'000 && rounds <= 10'000'000, "100,000 to 10,000,000 rounds", fmt::format("{}", rounds));
            c.require(open_password_wrap("archive wrap", owner(c), part, archive_password) == c.archive_key(),
                      "a wrap under the archive password", "none");
            c.require(!open_password_wrap("archive wrap", owner(c), part, c.fixture().alice.password), "no wrap under the account password",
                      "one");
          },
  });
  cases.push_back({
      .id = "client.keys.custom",
      .requirements = {"KEY-006", "KEY-022"},
      .role = Role::client,
      .goal = "In custom nothing is escrowed",
      .steps = {"ask the client to take custom", "expect a key record of 98 octets, tagged by the archive key"},
      .script =
          [](Context& c) {
            const auto record = taken(c, "custom");
            c.require(record == to_octets(own_record(c, custom_mode, 1), c.archive_key()),
                      "the one key record of mode custom and generation 1", hex(record));
          },
  });
  cases.push_back({
      .id = "client.keys.fresh_salts",
      .requirements = {"KEY-020"},
      .role = Role::client,
      .goal = "Each wrap has a salt and a one-time key of its own",
      .steps = {"ask the client to take account_password", "ask another device of the same user and computer for the same",
                "expect another salt and another one-time key", "ask it to take archive_password", "expect another salt"},
      .script =
          [](Context& c) {
            const auto first = taken(c, "account_password"), second = taken(c, "account_password", "another device");
            c.holdings().key_record = second;
            auto& server = served(
                c,
                {.what = "key", .device = "another device", .mode = "archive_password", .archive_password = std::string(archive_password)});
            require_ok(c);
            const auto third = server.seen("store_key").front().octets("record");
            const auto part = [](const Octets& record, std::size_t at, std::size_t count) { return hex(View(record).subspan(at, count)); };
            c.require(part(first, 98, 32) != part(second, 98, 32), "another one-time key for each wrap", part(first, 98, 32));
            const std::set<std::string> salts{part(first, 174, 16), part(second, 174, 16), part(third, 70, 16)};
            c.require(salts.size() == 3, "another salt for each wrap", fmt::format("{} of 3", salts.size()));
          },
  });
  cases.push_back({
      .id = "client.keys.lowering_asked_for",
      .requirements = {"KEY-009"},
      .role = Role::client,
      .goal = "A client does not lower a mode, although the user asks for it",
      .steps = {"ask the client to take custom, and then account_password", "expect no other key record, and no success"},
      .script =
          [](Context& c) {
            on_the_way([&] { taken(c, "custom"); });
            c.holdings().key_record = to_octets(own_record(c, custom_mode, 1), c.archive_key());
            auto& server = served(c, {.what = "key", .mode = "account_password"});
            c.require(server.seen("store_key").empty(), "no key record", "one");
            require_no_success(c);
          },
      .twin =
          [](Context& c) {
            c.holdings().key_record = taken(c, "account_password");
            served(c, {.what = "key", .mode = "custom"});
            require_ok(c);
          },
  });
}

}  // namespace

std::vector<Case> client_key_record_cases() {
  std::vector<Case> cases;
  add_disbelieved(cases);
  add_made(cases);
  add_recovered(cases);
  add_unlocked(cases);
  add_untold(cases);
  return cases;
}

}  // namespace coffer::conformance
