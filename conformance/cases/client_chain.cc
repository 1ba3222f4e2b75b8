// Chapter 8.2 for clients: chains that are not whole, and chains that are not the one that the client knows.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/client_scenes.h"
#include "coffer/spec/limits.h"

namespace coffer::conformance {
namespace {

using State = ClientState;
namespace limits = spec::limits;
using Held = std::vector<Holdings::Version>;

/// A client that asks for versions is shown the chain that is held; it must not call that a success, nor leave as if all were well.
void see_chain_refused(Context& c) {
  c.drive({.what = "versions"});
  c.accept().serve_to_any_end();
  c.stage().expected_refusal = true;
  require_no_success(c);
}

void see_chain_accepted(Context& c) {
  c.drive({.what = "versions"});
  c.accept().serve_to_the_end();
  c.require(c.driven().ended == "ok", "ok", "a failure");
}

Case forged(std::string id, std::string goal, std::function<void(Context&)> hold) {
  return {
      .id = "client.chain." + std::move(id),
      .requirements = {"ARC-024"},
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"hold the chain that the first line names; seals and links are right but for that", "let the client list it",
                "expect that it reports no success"},
      .script =
          [=](Context& c) {
            hold(c);
            see_chain_refused(c);
          },
      .twin =
          [](Context& c) {
            for (unsigned i = 0; i <= limits::versions_per_answer_max; ++i) hold_version(c, {});
            see_chain_accepted(c);
          },
  };
}

/// The client knows two versions, and then the server shows something else.
Case changed_behind(std::string id, std::string goal, std::function<void(Context&, Held&)> change) {
  return {
      .id = "client.chain." + std::move(id),
      .requirements = {"ARC-025"},
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"let the client see a chain of two versions", "change what the server holds to what the first line names",
                "let it list again", "expect that it reports no success"},
      .script =
          [=](Context& c) {
            hold_version(c, {});
            hold_version(c, {});
            see_chain_accepted(c);
            change(c, c.holdings().versions);
            see_chain_refused(c);
          },
      .twin =
          [](Context& c) {
            hold_version(c, {});
            hold_version(c, {});
            see_chain_accepted(c);
            hold_version(c, {});
            see_chain_accepted(c);
          },
  };
}

void nothing(Message&) {}

}  // namespace

std::vector<Case> client_chain_cases() {
  return {
      forged("link_of_nothing", "A version whose link is not the hash of its record is refused",
             [](Context& c) { hold_version(c, {}, nothing, [](Holdings::Version& v) { v.link = repeated(32, 0x77); }); }),
      forged("record_of_another_key", "A record that was sealed under another key is refused",
             [](Context& c) {
               hold_version(c, {}, nothing, [&](Holdings::Version& v) {
                 const auto stranger = derive_keys(repeated(32, 9), {c.holdings().user, c.computer(), c.holdings().server_guid});
                 v.record = seal_record(stranger, Message("version_record").set("number", 1).set("previous", first_previous()), c.random());
                 v.link = link(v.previous, v.number, v.record);
               });
             }),
      forged("record_with_flipped_bit", "A record of which one bit was flipped, under a link that fits, is refused",
             [](Context& c) {
               hold_version(c, {}, nothing, [](Holdings::Version& v) {
                 v.record.back() ^= 1;
                 v.link = link(v.previous, v.number, v.record);
               });
             }),
      forged("record_cut_short", "A record that ends before its tag does, under a link that fits, is refused",
             [](Context& c) {
               hold_version(c, {}, nothing, [](Holdings::Version& v) {
                 v.record.pop_back();
                 v.link = link(v.previous, v.number, v.record);
               });
             }),
      forged("record_of_another_archive", "A record of another user's archive under the same archive key is refused",
             [](Context& c) {
               hold_version(c, {}, nothing, [&](Holdings::Version& v) {
                 const auto another = derive_keys(c.archive_key(), {c.holdings().user + 1, c.computer(), c.holdings().server_guid});
                 v.record = seal_record(another, Message("version_record").set("number", 1).set("previous", first_previous()), c.random());
                 v.link = link(v.previous, v.number, v.record);
               });
             }),
      forged("second_version_first", "A chain that begins with number 2 is refused",
             [](Context& c) {
               hold_version(
                   c, {}, [](Message& record) { record.set("number", 2); }, [](Holdings::Version&) {});
             }),
      forged("gap", "A chain from which the second of three versions was taken is refused",
             [](Context& c) {
               for (int i = 0; i < 3; ++i) hold_version(c, {});
               c.holdings().versions.erase(c.holdings().versions.begin() + 1);
             }),
      forged("beginning_cut_off", "A chain from which the first version was taken is refused",
             [](Context& c) {
               for (int i = 0; i < 2; ++i) hold_version(c, {});
               c.holdings().versions.erase(c.holdings().versions.begin());
             }),
      forged("break_on_the_second_page", "A break behind the 24th version, which comes in another answer, is found too",
             [](Context& c) {
               for (unsigned i = 0; i < limits::versions_per_answer_max; ++i) hold_version(c, {});
               hold_version(
                   c, {}, [](Message& record) { record.set("previous", repeated(32, 0x33)); }, [](Holdings::Version&) {});
             }),
      forged("record_of_another_number", "A record that says another number than its place in the chain is refused",
             [](Context& c) {
               hold_version(c, {});
               hold_version(c, {}, nothing, [&](Holdings::Version& v) {
                 v.record = c.holdings().versions[0].record;
                 v.link = link(v.previous, v.number, v.record);
               });
             }),
      changed_behind("rolled_back", "A chain that lost the newest version that the client saw is refused",
                     [](Context&, Held& held) { held.pop_back(); }),
      changed_behind("emptied", "An archive that is empty all of a sudden is refused", [](Context&, Held& held) { held.clear(); }),
      changed_behind("forked", "A chain whose newest version was replaced by another true one is refused",
                     [](Context& c, Held& held) {
                       held.pop_back();
                       hold_version(c, {directory_entry("fork")});
                     }),
      changed_behind("forked_and_longer", "A fork is refused even when it is longer than what the client knew",
                     [](Context& c, Held& held) {
                       held.pop_back();
                       hold_version(c, {directory_entry("fork")});
                       hold_version(c, {});
                     }),
      {
          .id = "client.chain.rolled_back_before_a_backup",
          .requirements = {"ARC-025"},
          .role = Role::client,
          .goal = "A client that committed a version does not back up onto a chain that lost it",
          .steps = {"let the client commit a version", "empty the archive", "let it back up again", "expect no commit, and no success"},
          .script =
              [](Context& c) {
                const auto back_up = [&](const std::string& content) -> ServerPeer& {
                  c.drive({.what = "backup", .paths = {c.make_tree({{"file", octets(content)}})}});
                  auto& server = c.accept();
                  server.serve_to_any_end();
                  return server;
                };
                back_up("one");
                c.require(c.driven().ended == "ok", "ok", "a failure");
                c.holdings().versions.clear();
                auto& second = back_up("two");
                c.stage().expected_refusal = true;
                c.require(second.seen("commit_version").empty(), "no commit", "a commit");
                require_no_success(c);
              },
          .twin =
              [](Context& c) {
                for (const auto* content : {"one", "two"}) {
                  c.drive({.what = "backup", .paths = {c.make_tree({{"file", octets(content)}})}});
                  c.accept().serve_to_the_end();
                  c.require(c.driven().ended == "ok", "ok", "a failure");
                }
              },
      },
  };
}

}  // namespace coffer::conformance
