// Chapters 8.1 and 8.2 for clients: version records whose fields are out of range or not their version's, and blocks that open into too
// much.
#include <fmt/core.h>

#include <filesystem>

#include "cases/all.h"
#include "cases/client_scenes.h"

namespace coffer::conformance {
namespace {

constexpr std::size_t opened_octets_max = 4'194'304;
constexpr std::size_t depth_max = 8;

DriveReport restored(Context& c) {
  const auto target = c.scratch() + "/target";
  std::filesystem::create_directories(target);
  c.drive({.what = "restore", .version = 1, .target = target});
  c.accept().serve_to_any_end();
  return c.driven();
}

/// A version of one file; `change` is applied to its record.
void hold_one_file(Context& c, const std::function<void(Message&)>& change, const std::function<void(Holdings::Version&)>& after) {
  const auto content = octets("what was kept");
  hold_version(c, {file_entry("file", hold_content(c, content), content.size())}, change, after);
}

/// Seals the record anew after `change`, as that of the version which it was sealed for first.
void reseal(Context& c, Holdings::Version& version, const std::function<void(Message&)>& change) {
  auto record = *open_record(c.archive_keys(), version.number, version.previous, version.record);
  change(record);
  version.record = seal_record_as(c.archive_keys(), record, version.number, version.previous, c.random());
  version.link = link(version.previous, version.number, version.record);
}

/// Between the record and the one leaf stand `levels` nodes, each with the next as its only child.
void deepen(Context& c, Message& record, std::size_t levels, const std::string& path) {
  for (std::size_t level = 0; level < levels; ++level)
    record.set("root", hold_node(c, {{path, c.holdings().blocks.at(record.octets("root"))}}).id);
  record.set("depth", levels);
}

using Hold = std::function<void(Context&)>;

Case refused(std::string id, std::string requirement, std::string goal, Hold hold, Hold neighbour) {
  return {
      .id = "client.record." + std::move(id),
      .requirements = {std::move(requirement)},
      .role = Role::client,
      .goal = std::move(goal),
      .steps = {"hold the version that the first line names; seals, links and checksums are right", "let the client restore it",
                "expect no success"},
      .script =
          [=](Context& c) {
            hold(c);
            c.stage().expected_refusal = true;
            c.require(restored(c).ended != "ok", "a client that reports no success", "ok");
          },
      .twin =
          [=](Context& c) {
            neighbour(c);
            const auto report = restored(c);
            c.require(report.ended == "ok", "ok", report.ended + " " + report.detail);
          },
  };
}

void hold_true_record(Context& c) {
  hold_one_file(
      c, [](Message&) {}, [](Holdings::Version&) {});
}

/// The record says another thing than the version which carries it; seal and link are right.
Case record_of_another(std::string id, std::string goal, std::function<void(Message&)> change) {
  return refused(
      std::move(id), "ARC-045", std::move(goal),
      [=](Context& c) {
        hold_one_file(
            c, [](Message&) {}, [&](Holdings::Version& version) { reseal(c, version, change); });
      },
      hold_true_record);
}

Hold at_depth(std::size_t depth) {
  return [=](Context& c) {
    hold_one_file(
        c, [&](Message& record) { deepen(c, record, depth, "file"); }, [](Holdings::Version&) {});
  };
}

/// A file of zeros in one block.
Hold opened_to(std::size_t octets) {
  return [=](Context& c) { hold_version(c, {file_entry("file", hold_content(c, repeated(octets, 0)), octets)}); };
}

}  // namespace

std::vector<Case> client_record_cases() {
  return {
      record_of_another("another_number", "A version whose record has another number is refused", [](Message& r) { r.set("number", 2); }),
      record_of_another("number_zero", "A version whose record has the number 0 is refused", [](Message& r) { r.set("number", 0); }),
      record_of_another("another_previous", "A version whose record has another previous link is refused",
                        [](Message& r) { r.set("previous", repeated(32, 7)); }),
      record_of_another("short_previous", "A version whose record has a previous link of 31 octets is refused",
                        [](Message& r) { r.set("previous", repeated(31, 0)); }),
      record_of_another("root_of_33_octets", "A version whose record has a root of 33 octets is refused",
                        [](Message& r) {
                          r.set("root", joined({r.octets("root"), Octets{0}}));
                        }),
      record_of_another("of_another_kind", "A version whose record is of a kind that the table does not have is refused",
                        [](Message& r) { r.set("kind", 2); }),
      record_of_another("retires_itself", "A version whose record retires its own number is refused",
                        [](Message& r) {
                          r.set("retired", joined({repeated(7, 0), Octets{1}}));
                        }),
      record_of_another("retires_part_of_a_number", "A version whose record ends in the midst of a retired number is refused",
                        [](Message& r) { r.set("retired", repeated(7, 0)); }),
      refused("too_deep", "ARC-045", "A version of depth 9, whose nodes are all there, is refused", at_depth(depth_max + 1),
              at_depth(depth_max)),
      refused("block_opens_into_too_much", "ARC-017", "A compressed block that states one octet more than 4,194,304 is refused",
              opened_to(opened_octets_max + 1), opened_to(opened_octets_max)),
  };
}

}  // namespace coffer::conformance
