// What only an observer inside shows: the event log, and what a server stores. These cases need an adapter that observes; the form of the
// log is the implementation's own, so that cases look for what it must say and not for how.
#include <fmt/format.h>

#include <algorithm>

#include "cases/all.h"
#include "cases/scenes.h"
#include "judge/stored_state.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

/// The lines of the event log that name this, each as text.
std::vector<std::string> events_that_name(Context& c, const std::string& what) {
  std::vector<std::string> found;
  const auto log = c.observe({{"events", true}});
  for (const auto& event : log.at("events"))
    if (auto text = event.dump(); text.find(what) != std::string::npos) found.push_back(std::move(text));
  return found;
}

/// Whether every word stands in one and the same of these lines.
bool has_line(const std::vector<std::string>& lines, const std::vector<std::string>& words) {
  return std::ranges::any_of(lines, [&](const std::string& line) {
    return std::ranges::all_of(words, [&](const std::string& word) { return line.find(word) != std::string::npos; });
  });
}

/// An event that names `what` and has all these words; a log need not be written before the wire is answered, so it is looked at until it
/// is there.
void require_event(Context& c, const std::string& what, const std::vector<std::string>& words) {
  const auto deadline = c.stage().deadline();
  auto lines = events_that_name(c, what);
  while (!has_line(lines, words) && Clock::now() < deadline) lines = events_that_name(c, what);
  c.require(has_line(lines, words), fmt::format("an event of {} with {}", what, fmt::join(words, ", ")),
            lines.empty() ? "no event" : lines.back());
}

/// Is refused that login, on the computer that it names.
void be_refused(Context& c, const Message& login) {
  auto walker = c.walker();
  walker.computer = login.number("computer");
  auto& client = c.at(State::await_login, walker);
  client.send(login);
  client.expect_refusal(Reason::login_refused);
}

void very_few_events(Fixture& fixture) { fixture.limits = {{"unverified_events_per_minute", 5}}; }

/// How many events were left out, as the log says: all its members `left_out`, at any depth, together.
std::uint64_t left_out(const nlohmann::json& said) {
  std::uint64_t all = 0;
  if (!said.is_structured()) return 0;
  for (const auto& [name, value] : said.items()) {
    const auto text = value.is_string() ? value.get<std::string>() : value.dump();
    const bool number = !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos;
    all += name == "left_out" && number ? std::stoul(text) : left_out(value);
  }
  return all;
}

/// At any rate that comes, but no more of them than that.
void few_kept(Fixture& fixture) { fixture.limits = {{"unverified_events_per_minute", 1000}, {"unverified_events_max", 10}}; }
void few_events(Fixture& fixture) { fixture.limits = {{"unverified_events_per_minute", 20}}; }

void refused_often(Context& c, std::size_t times) {
  const auto& alice = c.fixture().alice;
  for (std::size_t i = 0; i < times; ++i) be_refused(c, login(alice.registration_key, alice.name, "a wrong one", c.random().guid()));
}

/// Comes and goes without a verified user; says how many connections that took.
std::size_t flood(Context& c) {
  constexpr std::size_t without_tls = 60, without_login = 20;
  for (std::size_t i = 0; i < without_tls; ++i) {
    auto& peer = c.tcp();
    peer.send(octets("this is no TLS record at all\r\n"), "what is no TLS");
    peer.expect_refusal_by_close();
  }
  refused_often(c, without_login);
  return without_tls + without_login;
}

/// Logs in from a client whose version names this operating system, and sees that in the log.
ClientPeer& log_in_from(Context& c, const std::string& system) {
  auto& client = c.connect();
  client.send(version().set("operating_system", system));
  client.expect("proceed");
  client.send(computer(c.computer()));
  client.expect("server_identity");
  const auto& alice = c.fixture().alice;
  client.send(login(alice.registration_key, alice.name, alice.password, c.computer()));
  client.expect("login_accepted");
  require_event(c, system, {system});
  return client;
}

/// Restores again and again, and sees the beginning and the end of each in the log.
void restore_often(Context& c, ClientPeer& client) {
  constexpr std::size_t restores = 8;
  client.send(config_state(client.config_version));
  if (const auto got = client.next(); got.is("config_push")) {
    client.send(config_ack(got.decoded.message->number("version")));
    client.expect("ready");
  } else {
    c.require(got.is("ready"), "config_push or ready", got.text());
  }
  const auto number = client.commit({opaque_block(c.random())});
  const auto computer_text = guid_text(c.computer());
  const auto wanted = events_that_name(c, computer_text).size() + 2 * restores;
  for (std::size_t i = 0; i < restores; ++i) {
    client.send(restore_begin(number, 1));
    client.expect("restore_begun");
    client.send(restore_end(false));
    client.expect("restore_ended");
  }
  const auto deadline = c.stage().deadline();
  auto events = events_that_name(c, computer_text).size();
  while (events < wanted && Clock::now() < deadline) events = events_that_name(c, computer_text).size();
  c.require(events >= wanted, fmt::format("{} events of the computer", wanted), fmt::format("{}", events));
}

}  // namespace

std::vector<Case> observed_cases() {
  const Needs observing{.verbs = {"observe"}};
  // Of a server of its own: how many events of strangers a log takes in a minute is bounded.
  const Needs observing_strangers{.verbs = {"observe"}, .own_server = true};
  const Needs observing_a_flood{.verbs = {"observe"}, .own_server = true, .fixture = few_events};
  return {
      {
          .id = "observed.client_version",
          .requirements = {"SES-015"},
          .needs = observing_strangers,
          .goal = "The event log shows what a client said in its version",
          .steps = {"send a version with an unusual operating system", "observe the events", "expect one with all that it said"},
          .script =
              [](Context& c) {
                auto& client = c.connect();
                const auto system = "System " + guid_text(c.random().guid());
                client.send(version()
                                .set("operating_system", system)
                                .set("virtual_machine", "a hypervisor")
                                .set("address", "198.51.100.23")
                                .set("time_zone_minutes", 345));
                client.expect("proceed");
                require_event(c, system, {"7.0.0", "a hypervisor", "198.51.100.23", "345"});
              },
      },
      {
          .id = "observed.channel",
          .requirements = {"CHN-014"},
          .level = Level::should,
          .needs = observing_strangers,
          .goal = "The event log shows that a channel was established, with version and cipher",
          .steps = {"connect", "observe the events", "expect one that speaks of TLS 1.2 and AES-256"},
          .script =
              [](Context& c) {
                c.at(State::await_computer);
                require_event(c, "1.2", {"AES_256_GCM"});
              },
      },
      {
          .id = "observed.causes_of_refusals_differ",
          .requirements = {"IDN-022"},
          .needs = observing_strangers,
          .goal = "What the wire does not tell apart the event log does: a wrong password and a blocked account read differently there",
          .steps = {"be refused for a wrong password, and for a blocked account", "observe the events of both computers",
                    "expect different causes"},
          .script =
              [](Context& c) {
                const auto& alice = c.fixture().alice;
                const auto& blake = c.fixture().blake;
                const auto first = c.random().guid(), second = c.random().guid();
                be_refused(c, login(alice.registration_key, alice.name, "a wrong one", first));
                be_refused(c, login(blake.registration_key, blake.name, blake.password, second));
                require_event(c, guid_text(first), {"password"});
                require_event(c, guid_text(second), {"blocked"});
              },
          .twin = [](Context& c) { c.at(State::ready).barrier(); },
      },
      {
          .id = "observed.no_password_in_the_log",
          .requirements = {"IDN-022"},
          .needs = observing_strangers,
          .goal = "Neither the event log nor anything else that a server stores shows a password, right or wrong",
          .steps = {"be refused with an unusual password, and let in with the right one", "look for both in what is stored",
                    "look for a block that was stored, which must be found"},
          .script =
              [](Context& c) {
                const auto& alice = c.fixture().alice;
                const auto wrong = "secret " + guid_text(c.random().guid());
                be_refused(c, login(alice.registration_key, alice.name, wrong, c.random().guid()));
                auto& client = c.at(State::ready);
                const auto block = opaque_block(c.random());
                client.commit({block});
                c.require(is_stored(c, block.sealed), "the committed block among what is stored",
                          "nothing: the observer does not look there");
                const auto shown =
                    shown_at_server(c, {{"the wrong password", octets(wrong)}, {"the right password", octets(alice.password)}});
                c.require(shown.empty(), "no password in what is stored and logged", shown);
              },
          .twin = [](Context& c) { c.at(State::ready).barrier(); },
      },
      {
          .id = "observed.strangers_cannot_fill_the_log",
          .requirements = {"LIM-007"},
          .needs = observing_a_flood,
          .goal =
              "Who connects again and again without ever verifying a user fills no log: it gets fewer lines than there were connections",
          .steps = {"connect many times, on a server that keeps few events of strangers, to say what is no TLS or log in wrongly",
                    "log in rightly and observe the events until that is there", "expect fewer events than connections"},
          .script =
              [](Context& c) {
                const auto connections = flood(c);
                log_in_from(c, "after the flood");
                const auto events = c.observe({{"events", true}}).at("events").size();
                c.require(events < connections, fmt::format("fewer than {} events", connections), fmt::format("{} events", events));
              },
          .twin = [](Context& c) { log_in_from(c, "without a flood"); },
      },
      {
          .id = "observed.old_events_of_strangers_go",
          .requirements = {"LIM-007"},
          .needs = {.verbs = {"observe"}, .own_server = true, .fixture = few_kept},
          .goal =
              "However slowly strangers come, a log keeps so many of their events: of refused logins, each of which has an event, not all "
              "are there",
          .steps = {"fail to log in many times, on a server that keeps few events of strangers and takes them at any rate",
                    "log in rightly and observe the events until that is there", "expect fewer events than refused logins"},
          .script =
              [](Context& c) {
                constexpr std::size_t logins = 40;
                refused_often(c, logins);
                log_in_from(c, "after the others");
                const auto events = c.observe({{"events", true}}).at("events").size();
                c.require(events < logins, fmt::format("fewer than {} events", logins), fmt::format("{} events", events));
              },
          .twin = [](Context& c) { log_in_from(c, "without any others"); },
      },
      {
          .id = "observed.left_out_events_are_counted",
          .requirements = {"LIM-009"},
          .needs = {.verbs = {"observe", "admin"}, .own_server = true, .fixture = very_few_events},
          .goal = "Of refused logins, each of which has an event, a log that keeps few says how many events it left out",
          .steps = {"fail to log in many times, on a server that keeps very few events of strangers", "stop it in order",
                    "expect as many events, in the log and left out by its own count, as there were logins"},
          .script =
              [](Context& c) {
                constexpr std::size_t logins = 40;
                refused_often(c, logins);
                c.admin({{"do", "stop"}});
                const auto events = c.observe({{"events", true}}).at("events");
                const auto counted = left_out(events);
                c.remark(fmt::format("{} events in the log, {} left out by its count", events.size(), counted));
                c.require(events.size() + counted >= logins, fmt::format("{} events, kept or counted", logins),
                          fmt::format("{} kept, {} counted", events.size(), counted));
              },
          .twin =
              [](Context& c) {
                const auto refused = c.serve_anew(c.fixture());  // the script has stopped the one before
                c.require(!refused, "a server that serves", refused.value_or(""));
                log_in_from(c, "a user");
              },
      },
      {
          .id = "observed.users_stay_in_the_log",
          .requirements = {"LIM-008"},
          .needs = observing_a_flood,
          .goal = "However many strangers came, what the log is to say of a client that logs in it says, from its version to its restores",
          .steps = {"connect many times, on a server that keeps few events of strangers", "log in from an unusual operating system",
                    "expect an event with its name", "restore a version some times",
                    "expect an event for the beginning and the end of each"},
          .script =
              [](Context& c) {
                flood(c);
                restore_often(c, log_in_from(c, "System " + guid_text(c.random().guid())));
              },
          .twin = [](Context& c) { restore_often(c, log_in_from(c, "without a flood")); },
      },
      {
          .id = "observed.restore",
          .requirements = {"ARC-050", "ARC-054"},
          .needs = observing,
          .goal = "A restore is in the event log before restore_begun comes, with computer, version and purpose, and its end with whether "
                  "it was complete",
          .steps = {"begin a restore", "observe: it is there", "end it incomplete", "observe: so is its end"},
          .script =
              [](Context& c) {
                auto& client = c.at(State::ready);
                const auto number = client.commit({opaque_block(c.random())});
                client.send(restore_begin(number, 1));
                client.expect("restore_begun");
                const auto computer_text = guid_text(c.computer());
                const auto begun = events_that_name(c, computer_text);
                c.require(has_line(begun, {"restore", "verify", fmt::format("\"{}\"", number)}), "the restore in the log before its answer",
                          begun.empty() ? "no event" : begun.back());
                client.send(restore_end(false));
                client.expect("restore_ended");
                const auto deadline = c.stage().deadline();
                auto ended = events_that_name(c, computer_text);
                while (ended.size() <= begun.size() && Clock::now() < deadline) ended = events_that_name(c, computer_text);
                c.require(ended.size() > begun.size(), "an event of the restore's end", "none");
              },
      },
  };
}

}  // namespace coffer::conformance
