// Chapter 8.10 for clients: one backup to two destinations, of which the script serves one and a thread beside it the other.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/client_scenes.h"

namespace coffer::conformance {
namespace {

constexpr const char* other = "other";
using Serve = std::function<void(ServerPeer&)>;

void to_the_end(ServerPeer& server) { server.serve_to_the_end(); }
void to_any_end(ServerPeer& server) { server.serve_to_any_end(); }

/// Until its end, without a word: what was under way before the client read the refusal gets no answer.
void hear_out(ServerPeer& server) {
  for (auto what = Received::What::message; what != Received::What::end && what != Received::What::nothing;) what = server.next().what;
}

/// One backup of a file with this content, to the destination that `here` serves and to the other, which is honest.
DriveReport back_up_to_both(Context& c, std::string_view content, const Serve& here, const Serve& there = to_any_end) {
  c.destination(other).serve(there);
  c.drive({.what = "backup",
           .paths = {c.make_tree({{"file", octets(content)}, {"more", c.random().octets(3000)}})},
           .destinations = {other},
           .timers_ms = {{"answer", 700}}});
  here(c.accept());
  const auto report = c.driven();
  c.destination(other).served();
  return report;
}

void see_backed_up_to_both(Context& c, std::string_view content) {
  const auto report = back_up_to_both(c, content, to_the_end, to_the_end);
  c.require(report.ended == "ok", "ok", report.ended + " " + report.detail);
}

void require_versions(Context& c, const Holdings& held, std::size_t count, std::string_view where) {
  c.require(held.versions.size() == count, fmt::format("{} versions at {}", count, where), fmt::format("{}", held.versions.size()));
}

/// What a version has there opens under the keys of that archive, and nothing of it is missing. The text says what does not; empty: all
/// does.
std::string why_unreadable(const Holdings& held, const ArchiveKeys& keys) {
  for (const auto& version : held.versions) {
    const auto record = open_record(keys, version.number, version.previous, version.record);
    if (!record) return fmt::format("version {}: {}", version.number, record.error());
    const auto root = held.blocks.find(record->octets("root"));
    if (root == held.blocks.end()) return fmt::format("version {}: its root was never sent", version.number);
  }
  for (const auto& [id, block] : held.blocks)
    if (const auto opened = open_block(keys, id, block.sealed); !opened) return "a block: " + opened.error();
  return {};
}

Serve refusing(std::string_view at, Reason reason) {
  return [=](ServerPeer& server) {
    server.serve_until(at);
    server.send(disconnect(reason));
    server.close_notify();
    server.shut_sending();
    hear_out(server);
  };
}

/// One destination fails in the way that the first line names; the other has its version all the same.
Case one_fails(std::string id, std::string goal, std::vector<std::string> steps, Serve here) {
  steps.insert(steps.begin(), "let a device log in at two destinations");
  steps.push_back("expect that the other destination has a version that opens, and that no success is reported");
  return {
      .id = "client.destinations." + std::move(id),
      .requirements = {"ARC-140"},
      .role = Role::client,
      .needs = {.destinations = true},
      .goal = std::move(goal),
      .steps = std::move(steps),
      .script =
          [=](Context& c) {
            c.log_in_at(other);
            const auto report = back_up_to_both(c, "a file", here);
            c.stage().expected_refusal = true;
            require_versions(c, c.holdings(), 0, "the destination that fails");
            require_versions(c, c.destination(other).holdings(), 1, "the other");
            const auto why = why_unreadable(c.destination(other).holdings(), c.archive_keys_at(other));
            c.require(why.empty(), "a version that opens", why);
            c.require(report.ended != "ok", "a client that reports no success", "ok");
          },
      .twin =
          [](Context& c) {
            c.log_in_at(other);
            see_backed_up_to_both(c, "a file");
            require_versions(c, c.holdings(), 1, "the one");
            require_versions(c, c.destination(other).holdings(), 1, "the other");
          },
  };
}

}  // namespace

std::vector<Case> client_destinations_cases() {
  return {
      one_fails("one_refuses_the_login", "A destination that refuses the login does not keep the other from its version",
                {"refuse the login at one with login_refused"}, refusing("login", Reason::login_refused)),
      one_fails("one_is_full", "A destination whose quota is full does not keep the other from its version",
                {"refuse a block at one with quota_exceeded"}, refusing("data", Reason::quota_exceeded)),
      one_fails("one_refuses_the_commit", "A destination that refuses the commit does not keep the other from its version",
                {"refuse the commit at one with version_conflict"}, refusing("commit_version", Reason::version_conflict)),
      one_fails("one_dies", "A destination whose connection breaks in the middle does not keep the other from its version",
                {"break the connection of one when it is offered blocks"},
                [](ServerPeer& server) {
                  server.serve_until("offer_blocks");
                  server.abort();
                }),
      one_fails("one_falls_silent", "A destination that falls silent in the middle does not keep the other from its version",
                {"at one, leave offer_blocks unanswered"},
                [](ServerPeer& server) {
                  server.serve_until("offer_blocks");
                  server.serve_to_any_end();
                }),
      one_fails("one_breaks_the_protocol", "A destination that breaks the protocol does not keep the other from its version",
                {"at one, answer offer_blocks with pong"},
                [](ServerPeer& server) {
                  server.serve_until("offer_blocks");
                  server.send(pong(1));
                  server.serve_to_any_end();
                }),
      {
          .id = "client.destinations.one_rolls_back",
          .requirements = {"ARC-140", "ARC-025"},
          .role = Role::client,
          .needs = {.destinations = true},
          .goal = "A destination that lost the newest version gets no other, while the chain of the other goes on",
          .steps = {"back up to two destinations", "take the version away at one", "back up again",
                    "expect no commit there, and a second version at the other"},
          .script =
              [](Context& c) {
                c.log_in_at(other);
                on_the_way([&] { see_backed_up_to_both(c, "one"); });
                c.holdings().versions.clear();
                const auto report = back_up_to_both(c, "two", to_any_end);
                c.stage().expected_refusal = true;
                require_versions(c, c.holdings(), 0, "the destination that rolled back");
                require_versions(c, c.destination(other).holdings(), 2, "the other");
                c.require(report.ended != "ok", "a client that reports no success", "ok");
              },
          .twin =
              [](Context& c) {
                c.log_in_at(other);
                for (const auto* content : {"one", "two"}) see_backed_up_to_both(c, content);
                require_versions(c, c.holdings(), 2, "the one");
                require_versions(c, c.destination(other).holdings(), 2, "the other");
              },
      },
      {
          .id = "client.destinations.each_has_its_own_chain",
          .requirements = {"ARC-141"},
          .role = Role::client,
          .needs = {.destinations = true},
          .goal = "A destination that is new begins with version 1, whatever number another has come to",
          .steps = {"back up to one destination alone", "log in at another, and back up to both",
                    "expect version 2 of the one chain there, and version "
                    "1 of another here"},
          .script =
              [](Context& c) {
                on_the_way([&] {
                  c.drive({.what = "backup", .paths = {c.make_tree({{"file", octets("one")}})}});
                  c.accept().serve_to_the_end();
                  c.require(c.driven().ended == "ok", "ok", "a failure");
                  c.log_in_at(other);
                });
                see_backed_up_to_both(c, "two");
                require_versions(c, c.holdings(), 2, "the one");
                const auto& begun = c.destination(other).holdings();
                require_versions(c, begun, 1, "the other");
                c.require(begun.versions[0].number == 1 && begun.versions[0].previous == first_previous(), "version 1 after 32 zero octets",
                          fmt::format("version {} after {}", begun.versions[0].number, hex(begun.versions[0].previous)));
                c.require(c.holdings().versions[1].previous == c.holdings().versions[0].link, "version 2 after version 1",
                          hex(c.holdings().versions[1].previous));
              },
      },
      {
          .id = "client.destinations.sealed_for_each",
          .requirements = {"ARC-142"},
          .role = Role::client,
          .needs = {.destinations = true},
          .goal = "What each of two destinations is sent opens under the identifier of its own archive",
          .steps = {"back up to two destinations", "open every record and every block with the keys of the archive that it was sent to"},
          .script =
              [](Context& c) {
                c.log_in_at(other);
                on_the_way([&] { see_backed_up_to_both(c, "a file"); });
                require_versions(c, c.holdings(), 1, "the one");
                require_versions(c, c.destination(other).holdings(), 1, "the other");
                const auto here = why_unreadable(c.holdings(), c.archive_keys());
                c.require(here.empty(), "an archive that opens at the one", here);
                const auto there = why_unreadable(c.destination(other).holdings(), c.archive_keys_at(other));
                c.require(there.empty(), "an archive that opens at the other", there);
              },
      },
  };
}

}  // namespace coffer::conformance
