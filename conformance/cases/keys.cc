// Chapter 7 for servers: which key records they keep, what they show of them, and what they open. Accounts in account_password are gina's
// here: a change of a password makes the next generation of all records of its user, and nothing changes hers.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cases/all.h"
#include "cases/scenes.h"
#include "judge/stored_state.h"
#include "wire/key_record.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

/// A session in ready, its archive key, and what its key records are made of.
struct Keeper {
  Context& c;
  ClientPeer& client;
  Octets archive_key;
  ArchiveOwner owner;
  std::string account_password;
  Octets escrow_key = {};

  std::string archive_password = "a password of the archive's own";

  Message fetch() {
    client.send(fetch_key());
    return client.expect("key_state");
  }
  Octets password_part(std::string_view label, const ArchiveOwner& whose, std::uint32_t rounds) {
    const bool account = label == "account wrap";
    return password_wrap(label, whose, archive_key, account ? account_password : archive_password, rounds, c.random().octets(16));
  }
  /// As section 7.5 has it, for this session.
  KeyRecord record(std::uint8_t mode, std::uint64_t generation = 1) {
    if (escrow_key.empty()) escrow_key = fetch().octets("escrow_key");
    KeyRecord made{.mode = mode, .owner = owner, .generation = generation};
    made.check = derive_keys(archive_key, owner).check_value;
    const auto rounds = c.fixture().rounds;
    if (mode == account_password_mode)
      made.wraps =
          joined({server_wrap(owner, archive_key, escrow_key, c.random().octets(32)), password_part("account wrap", owner, rounds)});
    if (mode == archive_password_mode) made.wraps = password_part("archive wrap", owner, rounds);
    return made;
  }
  void send(const KeyRecord& made) { client.send(store_key(to_octets(made, archive_key))); }
  Octets store(const KeyRecord& made) {
    const Octets sent = to_octets(made, archive_key);
    client.send(store_key(sent));
    const auto answer = client.expect("key_stored");
    c.require(answer.number("generation") == made.generation, fmt::format("key_stored of generation {}", made.generation), to_text(answer));
    return sent;
  }
  Octets store(std::uint8_t mode, std::uint64_t generation = 1) { return store(record(mode, generation)); }
  void require_kept(const Octets& expected) {
    const auto shown = fetch().octets("record");
    c.require(shown == expected, "the key record octet by octet as it was stored", hex(shown));
  }
};

Keeper keeper(Context& c, const Account& account, std::uint64_t computer) {
  auto walker = c.walker(account);
  walker.computer = computer;
  auto& client = c.at(State::ready, walker);
  return {.c = c,
          .client = client,
          .archive_key = c.random().octets(32),
          .owner = {client.user, computer, client.server_guid},
          .account_password = account.password};
}
Keeper gina(Context& c) { return keeper(c, c.fixture().gina, c.computer()); }

/// The account with another password, which that session's user gives it.
Account with_another_password(Keeper& keeper, Account account) {
  account.password = "quite another house";
  keeper.client.send(change_password(octets(keeper.account_password), octets(account.password)));
  keeper.client.expect("password_changed");
  return account;
}

void recover(Context& c, ClientPeer& client) {
  client.send(recover_key(public_key(c.random().octets(32))));
  client.expect("key_recovered");
}

/// What a case sends, and its twin with one thing put right.
struct Refusal {
  std::string id;
  std::vector<std::string> requirements;
  std::string goal;
  Reason reason;
  std::function<KeyRecord(Keeper&)> good;
  std::function<void(Keeper&, KeyRecord&)> spoil;
  std::function<void(Keeper&)> before = {};  // in both
};

Case refused(Refusal what) {
  const auto prepared = [what](Context& c) {
    auto keeper = gina(c);
    if (what.before) what.before(keeper);
    return keeper;
  };
  return {
      .id = "keys." + what.id,
      .requirements = what.requirements,
      .goal = what.goal,
      .steps = {"log in, and store what the first line presumes", "send the key record that it names",
                fmt::format("expect a Disconnect of reason {} and the end", spec::name(what.reason))},
      .script =
          [=](Context& c) {
            auto keeper = prepared(c);
            auto made = what.good(keeper);
            what.spoil(keeper, made);
            keeper.send(made);
            keeper.client.expect_refusal(what.reason);
          },
      .twin =
          [=](Context& c) {
            auto keeper = prepared(c);
            keeper.store(what.good(keeper));
          },
  };
}

std::function<KeyRecord(Keeper&)> of(std::uint8_t mode, std::uint64_t generation = 1) {
  return [=](Keeper& keeper) { return keeper.record(mode, generation); };
}

std::string mode_name(std::uint8_t mode) { return std::string(mode == 1 ? "account" : mode == 2 ? "archive" : "custom"); }

void add_kept(std::vector<Case>& cases) {
  for (const std::uint8_t mode : {account_password_mode, archive_password_mode, custom_mode})
    cases.push_back({
        .id = "keys.kept_" + mode_name(mode),
        .requirements = {"KEY-029", "KEY-021", "KEY-022"},
        .goal = "A key record is shown octet by octet as it was stored, in another session too, and to no other computer",
        .steps = {"log in and store a first key record", "fetch it", "log in again and fetch it", "expect the same octets",
                  "fetch on another computer: nothing"},
        .script =
            [=](Context& c) {
              auto first = gina(c);
              c.require(first.fetch().octets("record").empty(), "no key record before the first", "one");
              const auto stored = first.store(mode);
              first.require_kept(stored);
              first.client.send(goodbye());
              first.client.expect_end(Reason::goodbye);
              auto again = gina(c);
              again.require_kept(stored);
              auto elsewhere = keeper(c, c.fixture().gina, c.random().guid());
              elsewhere.require_kept({});
            },
    });
  cases.push_back({
      .id = "keys.modes_permitted",
      .requirements = {"KEY-029"},
      .goal = "Where all modes are permitted, key_state says so",
      .steps = {"fetch the state of the key", "expect the bits 1, 2 and 4"},
      .script = [](Context& c) { c.require(gina(c).fetch().number("modes") == 7, "modes 7", "others"); },
  });
  cases.push_back({
      .id = "keys.device_key_stays",
      .requirements = {"KEY-050", "KEY-029"},
      .goal = "A computer gets the same device key each time, and another computer another",
      .steps = {"fetch twice, and in another session", "expect one device key", "fetch on another computer", "expect another"},
      .script =
          [](Context& c) {
            auto first = gina(c);
            const auto key = first.fetch().octets("device_key");
            c.require(first.fetch().octets("device_key") == key, "the same device key", "another");
            first.client.send(goodbye());
            first.client.expect_end(Reason::goodbye);
            c.require(gina(c).fetch().octets("device_key") == key, "the same device key in another session", "another");
            c.require(keeper(c, c.fixture().gina, c.random().guid()).fetch().octets("device_key") != key, "another computer's own",
                      "the same");
          },
  });
  cases.push_back({
      .id = "keys.repeated_octets",
      .requirements = {"KEY-031"},
      .goal = "The key record in force, sent again octet by octet, is acknowledged again",
      .steps = {"store a key record", "send the same octets again", "expect key_stored"},
      .script =
          [](Context& c) {
            auto keeper = gina(c);
            const auto stored = keeper.store(archive_password_mode);
            keeper.client.send(store_key(stored));
            c.require(keeper.client.expect("key_stored").number("generation") == 1, "generation 1", "another");
            keeper.require_kept(stored);
          },
  });
  for (const auto& [from, to] : {std::pair{account_password_mode, archive_password_mode},
                                 {account_password_mode, custom_mode},
                                 {archive_password_mode, custom_mode}})
    cases.push_back({
        .id = fmt::format("keys.raised_{}_to_{}", mode_name(from), mode_name(to)),
        .requirements = {"KEY-032"},
        .goal = "A mode gives way to a higher one",
        .steps = {"store a key record of the lower mode", "store the next generation in the higher one", "expect it to be shown"},
        .script =
            [from = from, to = to](Context& c) {
              auto keeper = gina(c);
              keeper.store(from);
              keeper.require_kept(keeper.store(to, 2));
            },
    });
}

void add_layout(std::vector<Case>& cases) {
  const auto layout = [&](std::string id, std::string goal, std::uint8_t mode, std::function<void(Keeper&, KeyRecord&)> spoil) {
    cases.push_back(
        refused({"layout_" + std::move(id), {"KEY-023", "KEY-021"}, std::move(goal), Reason::bad_key_record, of(mode), std::move(spoil)}));
  };
  for (const std::uint8_t form : std::initializer_list<std::uint8_t>{0x00, 0x02, 0xff})
    layout(fmt::format("format_{}", form), "A key record of an unknown format is refused", custom_mode,
           [=](Keeper&, KeyRecord& r) { r.format = form; });
  for (const std::uint8_t mode : std::initializer_list<std::uint8_t>{0, 4, 255})
    layout(fmt::format("mode_{}", mode), "A key record of an unknown mode is refused", custom_mode,
           [=](Keeper&, KeyRecord& r) { r.mode = mode; });
  for (const std::uint8_t mode : {account_password_mode, archive_password_mode}) {
    layout("cut_" + mode_name(mode), "A key record that lacks an octet is refused", mode,
           [](Keeper&, KeyRecord& r) { r.wraps.pop_back(); });
    layout("without_wraps_" + mode_name(mode), "A key record without its mode's wraps is refused", mode,
           [](Keeper&, KeyRecord& r) { r.wraps.clear(); });
  }
  layout("longer_archive", "A key record with an octet too many is refused", archive_password_mode,
         [](Keeper&, KeyRecord& r) { r.wraps.push_back(0); });
  layout("custom_with_a_wrap", "In mode custom nothing is escrowed: a record with a wrap is refused", custom_mode,
         [](Keeper& k, KeyRecord& r) { r.wraps = k.record(archive_password_mode).wraps; });
  layout("archive_with_the_server_s", "In mode archive_password the server has no wrap of its own: a record with one is refused",
         archive_password_mode, [](Keeper& k, KeyRecord& r) { r.wraps = k.record(account_password_mode).wraps; });
  layout("account_without_the_server_s", "In mode account_password the server has a wrap of its own: a record without it is refused",
         account_password_mode, [](Keeper& k, KeyRecord& r) { r.wraps = k.record(archive_password_mode).wraps; });
  layout("generation_0", "Generations begin with 1", custom_mode, [](Keeper&, KeyRecord& r) { r.generation = 0; });

  const auto owner = [&](std::string id, std::uint64_t ArchiveOwner::*whose) {
    cases.push_back(refused({"of_another_" + id,
                             {"KEY-024"},
                             "A key record of another " + id + " is refused",
                             Reason::bad_key_record,
                             of(custom_mode),
                             [=](Keeper&, KeyRecord& r) { r.owner.*whose ^= 1; }}));
  };
  owner("user", &ArchiveOwner::user);
  owner("computer", &ArchiveOwner::computer);
  owner("server", &ArchiveOwner::server);

  for (const std::uint8_t mode : {account_password_mode, archive_password_mode})
    for (const std::uint32_t rounds : {0U, 1U, 999U, 10'000'001U, 4'294'967'295U})
      cases.push_back(refused({fmt::format("rounds_{}_{}", mode_name(mode), rounds),
                               {"KEY-025"},
                               "A key record whose rounds are fewer than the server takes, or more than 10,000,000, is refused",
                               Reason::bad_key_record,
                               of(mode),
                               [=](Keeper& k, KeyRecord& r) {
                                 const auto part =
                                     k.password_part(mode == account_password_mode ? "account wrap" : "archive wrap", k.owner, rounds);
                                 std::copy(part.begin(), part.end(), r.wraps.end() - 60);
                               }}));

  const auto sent_in_production = [](Context& c, std::uint32_t rounds) {
    Fixture production = c.fixture();
    production.profile = "production";
    production.rounds = 100'000;
    c.require(!c.serve_anew(production), "a server that serves the fixture", "it refuses");
    auto keeper = gina(c);
    auto made = keeper.record(archive_password_mode);
    made.wraps = keeper.password_part("archive wrap", keeper.owner, rounds);
    keeper.send(made);
    return keeper;
  };
  cases.push_back({
      .id = "keys.rounds_in_production",
      .requirements = {"KEY-025"},
      .needs = {.verbs = {"prepare"}, .own_server = true},
      .goal = "A server that is not for tests refuses a key record of 99,999 rounds",
      .steps = {"serve a fixture of the production profile", "send a first key record of archive_password with 99,999 rounds",
                "expect a Disconnect of reason bad_key_record"},
      .script = [=](Context& c) { sent_in_production(c, 99'999).client.expect_refusal(Reason::bad_key_record); },
      .twin = [=](Context& c) { sent_in_production(c, 100'000).client.expect("key_stored"); },
  });
}

void add_order(std::vector<Case>& cases) {
  for (const auto& [from, to] : {std::pair{archive_password_mode, account_password_mode},
                                 {custom_mode, account_password_mode},
                                 {custom_mode, archive_password_mode}})
    cases.push_back(refused({fmt::format("lowered_{}_to_{}", mode_name(from), mode_name(to)),
                             {"KEY-011"},
                             "No mode gives way to a lower one",
                             Reason::key_mode_refused,
                             of(custom_mode, 2),
                             [to = to](Keeper& k, KeyRecord& r) { r = k.record(to, 2); },
                             [from = from](Keeper& k) { k.store(from); }}));
  const auto generation = [&](std::string id, std::string goal, std::uint64_t number, std::function<void(Keeper&)> before,
                              std::uint64_t right) {
    cases.push_back(refused({"generation_" + std::move(id),
                             {"KEY-032"},
                             std::move(goal),
                             Reason::key_conflict,
                             of(custom_mode, right),
                             [=](Keeper&, KeyRecord& r) { r.generation = number; },
                             std::move(before)}));
  };
  const auto stored = [](Keeper& k) { k.store(archive_password_mode); };
  generation("first_is_2", "The first key record is of generation 1", 2, {}, 1);
  generation("highest", "The first key record is of generation 1", ~std::uint64_t{0}, {}, 1);
  generation("same", "Another key record of the generation in force is refused", 1, stored, 2);
  generation("skipped", "No generation is left out", 3, stored, 2);
  generation(
      "older", "A key record of an older generation is refused", 1,
      [](Keeper& k) {
        k.store(archive_password_mode);
        k.store(archive_password_mode, 2);
      },
      3);
  cases.push_back(refused({"another_key",
                           {"KEY-034"},
                           "Another archive key does not take a key's place",
                           Reason::key_conflict,
                           of(archive_password_mode, 2),
                           [](Keeper& k, KeyRecord& r) { r.check = derive_keys(k.c.random().octets(32), k.owner).check_value; },
                           stored}));

  const auto order = [&](std::string id, std::string goal, Reason reason, std::function<void(Keeper&, KeyRecord&)> spoil) {
    cases.push_back(
        refused({"order_" + std::move(id), {"KEY-030"}, std::move(goal), reason, of(archive_password_mode, 2), std::move(spoil), stored}));
  };
  order("owner_before_mode", "Whose a key record is comes before its mode", Reason::bad_key_record, [](Keeper& k, KeyRecord& r) {
    r = k.record(account_password_mode, 2);
    r.owner.user ^= 1;
  });
  order("mode_before_generation", "The mode comes before the generation", Reason::key_mode_refused,
        [](Keeper& k, KeyRecord& r) { r = k.record(account_password_mode, 9); });
  order("mode_before_check_value", "The mode comes before the check value", Reason::key_mode_refused, [](Keeper& k, KeyRecord& r) {
    r = k.record(account_password_mode, 2);
    r.check[0] ^= 1;
  });
  order("layout_before_generation", "The layout comes before the generation", Reason::bad_key_record, [](Keeper&, KeyRecord& r) {
    r.format = 2;
    r.generation = 9;
  });
  const auto before_the_wrap = [&](std::string id, std::string goal, std::function<void(KeyRecord&)> spoil) {
    cases.push_back(refused({"order_" + std::move(id) + "_before_server_wrap",
                             {"KEY-030"},
                             std::move(goal),
                             Reason::key_conflict,
                             of(account_password_mode, 2),
                             [=](Keeper&, KeyRecord& r) { spoil(r); },
                             [](Keeper& k) { k.store(account_password_mode); }}));
  };
  before_the_wrap("generation", "The generation comes before the opening of a server_wrap", [](KeyRecord& r) {
    r.generation = 9;
    r.wraps[70] ^= 1;
  });
  before_the_wrap("check_value", "The check value comes before the opening of a server_wrap", [](KeyRecord& r) { r.check[0] ^= 1; });
}

void add_escrow(std::vector<Case>& cases) {
  const auto escrow = [&](std::string id, std::string goal, std::function<void(Keeper&, KeyRecord&)> spoil, std::string also = "KEY-026") {
    cases.push_back(refused({"escrow_" + std::move(id),
                             {std::move(also), "KEY-026"},
                             std::move(goal),
                             Reason::bad_key_record,
                             of(account_password_mode),
                             std::move(spoil)}));
  };
  const auto put = [](KeyRecord& r, const Octets& server) { std::copy(server.begin(), server.end(), r.wraps.begin()); };
  escrow("for_another_escrow_key", "A wrap for another escrow key than the server's is refused", [=](Keeper& k, KeyRecord& r) {
    put(r, server_wrap(k.owner, k.archive_key, public_key(k.c.random().octets(32)), k.c.random().octets(32)));
  });
  escrow("broken", "A wrap that does not open is refused", [](Keeper&, KeyRecord& r) { r.wraps[70] ^= 1; });
  cases.push_back(refused({"escrow_of_another_check",
                           {"KEY-018", "KEY-026"},
                           "A wrap with another integrity check is refused, although the right key is in it",
                           Reason::bad_key_record,
                           of(account_password_mode),
                           [=](Keeper& k, KeyRecord& r) {
                             put(r, server_wrap(k.owner, k.archive_key, k.escrow_key, k.c.random().octets(32), Sealing::without_padding));
                           }}));
  escrow("of_noise", "Octets that are no wrap are refused", [](Keeper& k, KeyRecord& r) {
    const auto noise = k.c.random().octets(40);
    std::copy(noise.begin(), noise.end(), r.wraps.begin() + 64);
  });
  escrow("of_another_key", "A wrap of another key than the check value's is refused",
         [=](Keeper& k, KeyRecord& r) { put(r, server_wrap(k.owner, k.c.random().octets(32), k.escrow_key, k.c.random().octets(32))); });
  escrow("of_another_computer", "A wrap that was made for another computer is refused", [=](Keeper& k, KeyRecord& r) {
    auto other = k.owner;
    other.computer ^= 1;
    put(r, server_wrap(other, k.archive_key, k.escrow_key, k.c.random().octets(32)));
  });
  escrow(
      "point_of_small_order", "A one-time key with which everybody has the same secret is refused",
      [=](Keeper& k, KeyRecord& r) { put(r, server_wrap_of_zeros(k.owner, k.archive_key, k.escrow_key)); }, "KEY-017");
  escrow("without_the_account_s", "An account with a password has a wrap under it",
         [](Keeper&, KeyRecord& r) { std::fill(r.wraps.end() - 60, r.wraps.end(), std::uint8_t{0}); });
  cases.push_back({
      .id = "keys.escrow_under_another_tag",
      .requirements = {"KEY-026", "KEY-022"},
      .goal = "A key record whose tag another key made is refused where the server can tell",
      .steps = {"send a key record of account_password with the tag of another archive key",
                "expect a Disconnect of reason bad_key_record"},
      .script =
          [](Context& c) {
            auto keeper = gina(c);
            keeper.client.send(store_key(to_octets(keeper.record(account_password_mode), c.random().octets(32))));
            keeper.client.expect_refusal(Reason::bad_key_record);
          },
      .twin = [](Context& c) { gina(c).store(account_password_mode); },
  });
}

void add_recovery(std::vector<Case>& cases) {
  cases.push_back({
      .id = "keys.recovered",
      .requirements = {"KEY-046", "KEY-014", "KEY-016", "KEY-020"},
      .goal = "In account_password the server hands the archive key to a session of its user, for that request's one-time key alone",
      .steps = {"store a key record of account_password", "ask for the key with a one-time key, in this session and in another",
                "open what comes: the archive key"},
      .script =
          [](Context& c) {
            auto first = gina(c);
            first.store(account_password_mode);
            const auto recovered = [&](Keeper& keeper) {
              const auto mine = c.random().octets(32);
              keeper.client.send(recover_key(public_key(mine)));
              const auto wrap = keeper.client.expect("key_recovered").octets("wrap");
              c.require(open_recovery(first.owner, wrap, mine) == first.archive_key, "a wrap that opens to the archive key", hex(wrap));
              c.require(!open_recovery(first.owner, wrap, c.random().octets(32)), "a wrap that no other key opens", "it opens");
              return wrap;
            };
            const auto one_time = [](const Octets& wrap) { return Octets(wrap.begin(), wrap.begin() + 32); };
            const auto once = recovered(first);
            c.require(one_time(recovered(first)) != one_time(once), "another one-time key each time", "the same");
            first.client.send(goodbye());
            first.client.expect_end(Reason::goodbye);
            auto again = gina(c);
            recovered(again);
          },
  });
  const auto nothing = [&](std::string id, std::string goal, std::uint8_t mode) {
    const auto asked = [](Context& c, std::uint8_t stored) -> ClientPeer& {
      auto keeper = gina(c);
      if (stored != 0) keeper.store(stored);
      keeper.client.send(recover_key(public_key(c.random().octets(32))));
      return keeper.client;
    };
    cases.push_back({
        .id = "keys.nothing_to_recover_" + std::move(id),
        .requirements = {"KEY-045"},
        .goal = std::move(goal),
        .steps = {"store what the first line names", "ask for the key", "expect a Disconnect of reason nothing_to_recover"},
        .script = [=](Context& c) { asked(c, mode).expect_refusal(Reason::nothing_to_recover); },
        .twin = [=](Context& c) { asked(c, account_password_mode).expect("key_recovered"); },
    });
  };
  nothing("archive", "In archive_password the server has nothing to hand out", archive_password_mode);
  nothing("custom", "In custom the server has nothing to hand out", custom_mode);
  nothing("none", "Of an archive without a key record the server has nothing to hand out", 0);
}

void add_passwords(std::vector<Case>& cases) {
  cases.push_back({
      .id = "keys.password_change_refused",
      .requirements = {"KEY-044"},
      .goal = "Who does not give the current account password changes none",
      .steps = {"log in", "send change_password with a wrong current one", "expect a Disconnect of reason password_refused"},
      .script =
          [](Context& c) {
            auto& client = c.at(State::ready);
            client.send(change_password(octets("a wrong one"), octets("another one")));
            client.expect_refusal(Reason::password_refused);
          },
      .twin =
          [](Context& c) {
            const auto& alice = c.fixture().alice;
            auto& client = c.at(State::ready);
            client.send(change_password(octets(alice.password), octets(alice.password)));
            client.expect("password_changed");
          },
  });
  cases.push_back({
      .id = "keys.password_changed",
      .requirements = {"KEY-043", "KEY-015", "KEY-020"},
      .needs = {.verbs = {"prepare"}, .own_server = true},
      .goal = "With the account password the wraps of all the user's computers change, and neither the other modes nor any data",
      .steps = {"store key records of account_password on two computers and of archive_password on a third, and a version",
                "change the password",
                "expect on the first two the next generation, which opens with the new password and not with the old",
                "expect the third and the version as they were", "log in with the new password"},
      .script =
          [](Context& c) {
            const auto second_computer = c.random().guid(), third_computer = c.random().guid();
            auto second = keeper(c, c.fixture().gina, second_computer);
            second.store(account_password_mode);
            auto third = keeper(c, c.fixture().gina, third_computer);
            const auto archive_record = third.store(archive_password_mode);
            auto first = gina(c);
            first.store(account_password_mode);
            const auto version = first.client.commit({opaque_block(c.random())});
            const auto changed = with_another_password(first, c.fixture().gina);
            std::set<Octets> salts;
            for (auto* one : {&first, &second}) {
              const auto record = one->fetch().octets("record");
              c.require(record.size() == 262 && record[33] == 2, "a key record of account_password and generation 2", hex(record));
              const auto part = View(record).subspan(170, 60);
              salts.emplace(part.begin() + 4, part.begin() + 20);
              c.require(open_password_wrap("account wrap", one->owner, part, changed.password) == one->archive_key,
                        "a wrap that the new password opens", "it does not");
              c.require(!open_password_wrap("account wrap", one->owner, part, c.fixture().gina.password),
                        "a wrap that the old password does not open", "it does");
            }
            c.require(salts.size() == 2, "a salt for each wrap", "one for both");
            third.require_kept(archive_record);
            c.require(first.client.all_versions().size() == version, "the versions as they were", "others");
            first.client.send(goodbye());
            first.client.expect_end(Reason::goodbye);
            keeper(c, changed, c.computer()).client.barrier();
          },
  });
}

void account_password_alone(Fixture& fixture) { fixture.key_modes = {"account_password"}; }

void add_policy(std::vector<Case>& cases) {
  const Needs forbidding{.verbs = {"prepare"}, .fixture = account_password_alone};
  for (const std::uint8_t mode : {archive_password_mode, custom_mode})
    cases.push_back({
        .id = "keys.forbidden_" + mode_name(mode),
        .requirements = {"KEY-010"},
        .needs = forbidding,
        .goal = "A mode that is not permitted is not entered",
        .steps = {"send a first key record of the mode to a server that permits account_password alone",
                  "expect a Disconnect of reason key_mode_refused"},
        .script =
            [=](Context& c) {
              auto keeper = gina(c);
              c.require(keeper.fetch().number("modes") == 1, "modes 1", "others");
              keeper.send(keeper.record(mode));
              keeper.client.expect_refusal(Reason::key_mode_refused);
            },
        .twin = [](Context& c) { gina(c).store(account_password_mode); },
    });
  cases.push_back({
      .id = "keys.forbidden_where_it_is_in_force",
      .requirements = {"KEY-031"},
      .needs = {.verbs = {"prepare", "admin"}, .own_server = true},
      .goal = "A mode that is forbidden later stays in force: its record is acknowledged again, and gives way to the next of the mode",
      .steps = {"store a key record of archive_password", "start the server again with account_password alone permitted",
                "send the same octets again, and expect key_stored", "send the next generation of the mode, and expect key_stored"},
      .script =
          [](Context& c) {
            auto before = gina(c);
            const auto stored = before.store(archive_password_mode);
            Fixture stricter = c.fixture();
            account_password_alone(stricter);
            c.serve_again(stricter);
            auto after = gina(c);
            after.archive_key = before.archive_key;
            c.require(after.fetch().number("modes") == 1, "modes 1", "others");
            after.client.send(store_key(stored));
            after.client.expect("key_stored");
            after.require_kept(after.store(archive_password_mode, 2));
          },
  });
  cases.push_back({
      .id = "keys.blocks_without_a_record",
      .requirements = {"KEY-012"},
      .needs = forbidding,
      .goal = "Where custom is not permitted, an archive without a key record gets no blocks",
      .steps = {"offer blocks before any key record", "expect a Disconnect of reason key_mode_refused"},
      .script =
          [](Context& c) {
            auto keeper = gina(c);
            keeper.client.send(offer_blocks(c.random().octets(32)));
            keeper.client.expect_refusal(Reason::key_mode_refused);
          },
      .twin =
          [](Context& c) {
            auto keeper = gina(c);
            keeper.store(account_password_mode);
            keeper.client.send(offer_blocks(c.random().octets(32)));
            keeper.client.expect("missing_blocks");
          },
  });
}

/// Texts of events, each with its place: those without digits, which are the same whenever the same happens.
using Texts = std::set<std::string>;

Texts together(const std::vector<Texts>& events) {
  Texts all;
  for (const auto& event : events) all.insert(event.begin(), event.end());
  return all;
}
Texts without(Texts texts, const Texts& taken) {
  std::erase_if(texts, [&](const std::string& one) { return taken.contains(one); });
  return texts;
}

/// What the event log says of a computer, event by event, from one look at it to the next.
struct Watched {
  Context& c;
  std::uint64_t computer;
  std::size_t seen = 0;

  std::vector<Texts> more() {
    std::vector<Texts> found;
    std::size_t number = 0;
    const auto log = c.observe({{"events", true}});
    for (const auto& event : log.at("events"))
      if (event.dump().find(guid_text(computer)) != std::string::npos && ++number > seen) found.push_back(texts_of(event));
    seen = number;
    return found;
  }
  static Texts texts_of(const nlohmann::json& event) {
    Texts found;
    const auto flat = event.flatten();
    for (const auto& [place, value] : flat.items())
      if (value.is_string() && std::ranges::none_of(value.get<std::string>(), [](char letter) { return letter >= '0' && letter <= '9'; }))
        found.insert(place + " " + value.get<std::string>());
    return found;
  }
};

/// The events of openings have a text in common that stands in no other event; beside it they say why.
struct Openings {
  Context& c;
  Texts of_other_events = {};
  std::map<std::string, std::vector<Texts>> found = {};  // by what was done

  void add(const std::string& done, std::vector<Texts> events) {
    c.require(!events.empty(), "an event of the opening before the answer: " + done, "none");
    found[done] = std::move(events);
  }
  Texts kind() const {
    Texts common = together(found.begin()->second);
    for (const auto& [done, events] : found) common = without(common, without(common, together(events)));
    return without(std::move(common), of_other_events);
  }
  Texts cause(const std::string& done) const {
    const auto kind = this->kind();
    auto openings = found.at(done);
    std::erase_if(openings, [&](const Texts& event) { return without(kind, event).size() == kind.size(); });
    return without(together(openings), kind);
  }
};

void add_observed(std::vector<Case>& cases) {
  cases.push_back({
      .id = "keys.nothing_left_of_a_replaced_record",
      .requirements = {"KEY-036", "KEY-035"},
      .needs = {.verbs = {"observe"}},
      .goal = "When a key record's successor is acknowledged, nothing of its wraps is stored any more",
      .steps = {"store a key record of account_password", "see that its wraps are stored", "raise the mode to custom",
                "expect that none of the former wraps is stored"},
      .script =
          [=](Context& c) {
            auto keeper = gina(c);
            const auto first = keeper.record(account_password_mode);
            keeper.store(first);
            const Octets for_server(first.wraps.begin() + 64, first.wraps.begin() + 104),
                under_password(first.wraps.end() - 40, first.wraps.end());
            c.require(is_stored(c, for_server), "the record's wrap among what is stored", "nothing: the observer does not look there");
            const auto custom = keeper.store(custom_mode, 2);
            c.require(is_stored(c, custom), "the new record among what is stored", "nothing");
            c.require(!is_stored(c, for_server) && !is_stored(c, under_password), "none of the former wraps", "a former wrap");
          },
      .twin =
          [](Context& c) {
            auto keeper = gina(c);
            keeper.store(account_password_mode);
            keeper.require_kept(keeper.store(custom_mode, 2));
          },
  });
  cases.push_back({
      .id = "keys.nothing_left_of_a_changed_password",
      .requirements = {"KEY-036", "KEY-043"},
      .needs = {.verbs = {"observe", "admin", "prepare"}, .own_server = true},
      .goal =
          "When a password change is acknowledged, nothing of the wraps under the former password is stored any more, nor after a restart",
      .steps = {"store key records of account_password on two computers, and see that their wraps are stored", "change the password",
                "expect the new wraps and none of the former ones among what is stored", "restart, and expect the same"},
      .script =
          [](Context& c) {
            auto first = gina(c);
            auto second = keeper(c, c.fixture().gina, c.random().guid());
            const auto under_password = [](const Octets& record) { return Octets(record.end() - 32 - 40, record.end() - 32); };
            std::vector<Octets> former, current;
            for (auto* one : {&first, &second}) former.push_back(under_password(one->store(account_password_mode)));
            for (const auto& wrap : former)
              c.require(is_stored(c, wrap), "the record's wrap among what is stored", "nothing: the observer does not look there");
            with_another_password(first, c.fixture().gina);
            for (auto* one : {&first, &second}) current.push_back(under_password(one->fetch().octets("record")));
            const auto look = [&](const std::string& when) {
              for (const auto& wrap : current) c.require(is_stored(c, wrap), "the new wraps among what is stored " + when, "one is not");
              for (const auto& wrap : former) c.require(!is_stored(c, wrap), "none of the former wraps " + when, "a former wrap");
            };
            look("when it is acknowledged");
            c.admin({{"do", "restart"}});
            look("after a restart");
          },
  });
  cases.push_back({
      .id = "keys.escrow_key_outside_the_database",
      .requirements = {"KEY-038"},
      .needs = {.verbs = {"observe", "prepare"}, .own_server = true},
      .goal = "The private half of the escrow key is not in the server's database, whose thief could open every key record with it",
      .steps = {"fetch the escrow key, and store a key record of account_password",
                "expect that no 32 octets of the databases, as they are or in hex, are the private half of the escrow key"},
      .script =
          [](Context& c) {
            auto keeper = gina(c);
            const auto record = keeper.record(account_password_mode);
            keeper.store(record);
            const auto where = private_half_in_databases(c, keeper.escrow_key, record.check);
            c.require(where.empty(), "no private half of the escrow key", where);
          },
  });
  const auto with = [](Fixture fixture, std::uint64_t computer, std::string of_computer, std::string of_user) {
    fixture.blocked_computer = {computer, fixture.gina.id, std::move(of_computer)};
    fixture.gina.state = std::move(of_user);
    return fixture;
  };
  cases.push_back({
      .id = "keys.device_key_is_erased",
      .requirements = {"KEY-050"},
      .needs = {.verbs = {"observe", "admin", "prepare"}, .own_server = true},
      .goal =
          "Of a computer that is blocked, or whose user is deactivated, no device key is stored any more; active again, it gets another",
      .steps = {"fetch the device key", "start the server again with the same accounts",
                "expect that the device key is stored and the same", "start it again with the computer blocked",
                "expect that the device key is not stored", "start it again with the computer active", "expect another device key",
                "the same with the user deactivated"},
      .script =
          [=](Context& c) {
            const auto device_key = [&] { return gina(c).fetch().octets("device_key"); };
            auto key = device_key();
            c.serve_again(with(c.fixture(), c.computer(), "active", "active"));
            c.require(device_key() == key, "the same device key after a restart", "another");
            for (const auto& [of_computer, of_user] : {std::pair{"blocked", "active"}, {"active", "deactivated"}}) {
              c.require(is_stored(c, key), "the device key among what is stored", "nothing: the observer does not look there");
              c.serve_again(with(c.fixture(), c.computer(), of_computer, of_user));
              c.require(!is_stored(c, key), fmt::format("no device key: computer {}, user {}", of_computer, of_user), "it is stored");
              c.serve_again(with(c.fixture(), c.computer(), "active", "active"));
              const auto former = std::exchange(key, device_key());
              c.require(key != former, "another device key", "the same");
            }
          },
  });
  cases.push_back({
      .id = "keys.no_secret_is_stored",
      .requirements = {"KEY-042"},
      .needs = {.verbs = {"observe", "admin", "prepare"}, .own_server = true},
      .goal = "A server stores and logs neither an archive key, nor a password that it was given, nor one that only its user knows, nor "
              "what is "
              "in a backup: not while it runs, and not after a restart",
      .steps = {"store a key record of account_password, a version with a block of known content, and on another computer a key record of "
                "archive_password",
                "recover the key, and change the account password to another",
                "look for key, passwords and content, in every form, among what is stored and logged",
                "restart, log in with the new password, recover the key, and look again"},
      .script =
          [](Context& c) {
            auto keeper = gina(c);
            const auto first = keeper.record(account_password_mode);
            keeper.store(first);
            auto elsewhere = conformance::keeper(c, c.fixture().gina, c.random().guid());
            elsewhere.store(archive_password_mode);
            const auto content = c.random().octets(64);
            const auto keys = derive_keys(keeper.archive_key, keeper.owner);
            keeper.client.commit({seal_block(keys, BlockType::content, content, c.random())});
            recover(c, keeper.client);
            const auto changed = with_another_password(keeper, c.fixture().gina);
            const auto look = [&] {
              c.require(is_stored(c, first.check), "the record among what is stored", "nothing: the observer does not look there");
              const auto shown = shown_at_server(c, {{"the archive key", keeper.archive_key},
                                                     {"the block key", keys.block_key},
                                                     {"the record key", keys.record_key},
                                                     {"the archive key of the other computer", elsewhere.archive_key},
                                                     {"the archive password", octets(elsewhere.archive_password)},
                                                     {"the former account password", octets(keeper.account_password)},
                                                     {"the account password", octets(changed.password)},
                                                     {"what is in a block", content}});
              c.require(shown.empty(), "no archive key, no password and no content", shown);
            };
            look();
            c.admin({{"do", "restart"}});
            recover(c, conformance::keeper(c, changed, c.computer()).client);
            look();
          },
  });
  cases.push_back({
      .id = "keys.openings_are_logged",
      .requirements = {"KEY-039"},
      .needs = {.verbs = {"observe", "prepare"}, .own_server = true},
      .goal = "Each time a server opens an archive key, its event log says of which archive, and why; of what opens none it says no such "
              "thing",
      .steps = {"store a key record of archive_password on one computer, which opens nothing, and of account_password on two others",
                "recover the key on one of these, and change the account password there",
                "expect after each of them an event that names the computer, after the last one of both whose keys were opened",
                "expect in all of these a text that no other event has, and another that says why"},
      .script =
          [](Context& c) {
            const auto second_computer = c.random().guid(), third_computer = c.random().guid();
            auto third = keeper(c, c.fixture().gina, third_computer);
            auto second = keeper(c, c.fixture().gina, second_computer);
            auto first = gina(c);
            Watched of_first{c, c.computer()}, of_second{c, second_computer}, of_third{c, third_computer};
            Openings openings{c};
            openings.of_other_events = together(of_first.more());
            openings.of_other_events.merge(together(of_second.more()));
            third.store(archive_password_mode);
            first.store(account_password_mode);
            openings.add("a key record is stored", of_first.more());
            second.store(account_password_mode);
            openings.add("a key record of another computer is stored", of_second.more());
            recover(c, first.client);
            openings.add("the key is recovered", of_first.more());
            with_another_password(first, c.fixture().gina);
            openings.add("the account password is changed", of_first.more());
            openings.add("the account password is changed on another computer", of_second.more());
            openings.of_other_events.merge(together(of_third.more()));
            c.require(!openings.kind().empty(), "a text that the events of openings alone have", "none");
            std::set<Texts> causes;
            for (const auto* done : {"a key record is stored", "the key is recovered", "the account password is changed"})
              c.require(causes.insert(openings.cause(done)).second, std::string("a cause of its own: ") + done,
                        fmt::format("{}", fmt::join(openings.cause(done), "; ")));
          },
      .twin = [](Context& c) { keeper(c, c.fixture().alice, c.computer()).store(account_password_mode); },
  });
}

}  // namespace

std::vector<Case> keys_cases() {
  std::vector<Case> cases;
  add_kept(cases);
  add_layout(cases);
  add_order(cases);
  add_escrow(cases);
  add_recovery(cases);
  add_passwords(cases);
  add_policy(cases);
  add_observed(cases);
  return cases;
}

}  // namespace coffer::conformance
