// Chapter 8.5: the list of versions.
#include <fmt/core.h>

#include "cases/all.h"
#include "cases/scenes.h"
#include "coffer/spec/limits.h"

namespace coffer::conformance {
namespace {

using State = ServerState;

/// An archive of so many versions, asked for from a number on: which numbers come, and whether there are more.
Case listed(std::string id, std::string goal, unsigned stored, std::uint64_t from, std::vector<std::uint64_t> expected, bool more) {
  return {
      .id = std::move(id),
      .requirements = {"ARC-040", "ARC-041"},
      .goal = std::move(goal),
      .steps = {fmt::format("commit {} versions", stored), fmt::format("list from {}", from),
                fmt::format("expect {} of them, more: {}", expected.size(), more)},
      .script =
          [=](Context& c) {
            auto& client = c.at(State::ready);
            std::vector<Message> commits;
            for (unsigned i = 0; i < stored; ++i) {
              commits.push_back(client.next_commit());
              client.send(commits.back());
              client.expect("version_committed");
              client.committed(commits.back());
            }
            client.send(list_versions(from));
            const auto answer = client.expect("versions");
            const auto entries = answer.items("entries");
            c.require(entries.size() == expected.size() && answer.flag("more") == more,
                      fmt::format("{} entries, more: {}", expected.size(), more), to_text(answer));
            for (std::size_t i = 0; i < expected.size(); ++i) {
              const auto& commit = commits.at(expected[i] - 1);
              c.require(entries[i] == version_entry(expected[i], commit.octets("link"), commit.octets("record")),
                        fmt::format("version {} as committed", expected[i]), to_text(entries[i]));
            }
          },
  };
}

constexpr unsigned page = spec::limits::versions_per_answer_max;

std::vector<std::uint64_t> from_to(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> numbers;
  for (auto number = first; number <= last; ++number) numbers.push_back(number);
  return numbers;
}

}  // namespace

std::vector<Case> versions_cases() {
  return {
      listed("versions.of_an_empty_archive", "An archive without versions is listed as such", 0, 1, {}, false),
      listed("versions.from_zero", "From 0 on means all of them", 1, 0, {1}, false),
      listed("versions.as_many_as_fit", "24 versions fit one answer, and there are no more", page, 1, from_to(1, page), false),
      listed("versions.one_too_many", "Of 25 versions 24 come, and more is set", page + 1, 1, from_to(1, page), true),
      listed("versions.from_the_second", "From 2 on, the 24 after the first come, and there are no more", page + 1, 2, from_to(2, page + 1),
             false),
      listed("versions.the_rest", "From 4 on there is one", 4, 4, {4}, false),
      listed("versions.beyond_the_newest", "Beyond the newest there is nothing", 2, 3, {}, false),
      listed("versions.from_the_largest", "From the largest number on there is nothing", 1, ~std::uint64_t{0}, {}, false),
      {
          .id = "versions.of_a_user_who_only_backs_up",
          .requirements = {"ARC-040"},
          .goal = "Seeing versions needs one of the two permissions: who may only back up, and who may only restore, may see them",
          .steps = {"list as a user who may only back up", "list as one who may only restore", "expect versions on both"},
          .script =
              [](Context& c) {
                for (const auto* account : {&c.fixture().bob, &c.fixture().carol}) {
                  auto walker = c.walker(*account);
                  walker.computer = c.random().guid();
                  auto& client = c.at(State::ready, walker);
                  client.send(list_versions(1));
                  client.expect("versions");
                }
              },
      },
  };
}

}  // namespace coffer::conformance
