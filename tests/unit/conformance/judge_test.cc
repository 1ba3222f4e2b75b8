// The judge, with scripts that do what they are told: verdicts, twins, baselines, selections, exit statuses.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>

#include "cases/all.h"
#include "cases/client_scenes.h"
#include "coffer/spec/requirements.h"
#include "judge/cover.h"
#include "judge/execute.h"
#include "judge/run.h"
#include "judge/worker.h"

namespace coffer::conformance {
namespace {

using testing::HasSubstr;

const Script passes = [](Context&) {};
const Script refuses = [](Context& c) { c.stage().expected_refusal = true; };
const Script fails = [](Context&) { throw Unmet("this", "that"); };
const Script is_blocked = [](Context&) { throw NotReached("ready", "nothing in time"); };
const Script breaks = [](Context&) { throw std::runtime_error("a bug"); };
const Script cannot = [](Context&) { throw Unimplemented("no such verb"); };

CaseResult judged(Script script, Script twin = {}, Level level = Level::must) {
  static const Fixture fixture;
  const Case subject{
      .id = "test.case", .requirements = {"FRM-001"}, .level = level, .goal = "g", .script = std::move(script), .twin = std::move(twin)};
  return execute(subject, {.setting = {.fixture = &fixture, .server = {}, .pin = {}, .scratch_parent = {}}, .patience = {}, .seed = 1});
}

TEST(Execute, gives_each_way_to_end_its_verdict) {
  EXPECT_EQ(judged(passes).verdict, Verdict::pass);
  EXPECT_EQ(judged(fails).verdict, Verdict::fail);
  EXPECT_EQ(judged(fails).script.expected, "this");
  EXPECT_EQ(judged(fails, {}, Level::should).verdict, Verdict::warn);
  EXPECT_EQ(judged(is_blocked).verdict, Verdict::inconclusive);
  EXPECT_EQ(judged(breaks).verdict, Verdict::error);
  EXPECT_EQ(judged(cannot).skip, Skip::unimplemented);
}

TEST(Execute, a_failure_in_a_scene_on_the_way_is_told_from_one_at_what_the_case_is_about) {
  const auto on_its_way = judged([](Context& c) { on_the_way([&] { c.require(false, "this", "that"); }); });
  EXPECT_EQ(on_its_way.verdict, Verdict::fail);
  EXPECT_TRUE(on_its_way.script.on_the_way);
  EXPECT_FALSE(judged(fails).script.on_the_way);
  EXPECT_FALSE(judged([](Context& c) {
                 on_the_way([] {});
                 c.require(false, "this", "that");
               }).script.on_the_way);
}

TEST(Execute, a_refusal_without_a_twin_is_the_suites_fault) {
  EXPECT_EQ(judged(refuses).verdict, Verdict::error);
  EXPECT_EQ(judged(refuses, passes).verdict, Verdict::pass);
}

TEST(Execute, a_refusal_whose_twin_is_not_accepted_is_no_pass) {
  for (const auto& twin : {fails, is_blocked}) {
    const auto result = judged(refuses, twin);
    EXPECT_EQ(result.verdict, Verdict::inconclusive);
    EXPECT_THAT(result.script.note, HasSubstr("proves nothing"));
  }
  EXPECT_EQ(judged(refuses, breaks).verdict, Verdict::error);
  EXPECT_EQ(judged(fails, passes).verdict, Verdict::fail);
  EXPECT_EQ(judged(fails, fails).verdict, Verdict::fail);
}

TEST(Execute, what_is_made_up_follows_from_the_seed) {
  std::set<std::uint64_t> seen;
  const Script note = [&](Context& c) { seen.insert(c.computer()); };
  judged(note);
  judged(note);
  EXPECT_EQ(seen.size(), 1u);
  judged(note, note);
  EXPECT_EQ(seen.size(), 2u);  // a twin is another computer
}

TEST(Standing, is_judged_against_the_baseline) {
  const auto baseline = parse_baseline(R"({"coffer_baseline":1,"expected":[{"case":"test.case","verdict":"fail","reason":"known"}]})");
  ASSERT_TRUE(baseline) << baseline.error();
  const auto standing = [&](const Script& script, const Baseline& against) {
    auto result = judged(script);
    judge_standing(result, against);
    return result.standing;
  };
  EXPECT_EQ(standing(fails, {}), Standing::unexpected);
  EXPECT_EQ(standing(fails, *baseline), Standing::as_expected);
  EXPECT_EQ(standing(passes, *baseline), Standing::stale);
  EXPECT_EQ(standing(breaks, *baseline), Standing::unexpected);
  const auto any = parse_baseline(R"({"coffer_baseline":1,"expected":[{"case":"test.case","reason":"known, however it ends"}]})");
  ASSERT_TRUE(any) << any.error();
  EXPECT_EQ(standing(breaks, *any), Standing::as_expected);
  EXPECT_EQ(standing(passes, *any), Standing::stale);
  EXPECT_EQ(standing(passes, {}), Standing::as_expected);
  EXPECT_EQ(standing(cannot, *baseline), Standing::as_expected);
}

TEST(Baseline, says_what_is_wrong_with_it) {
  for (const auto& [text, what] : std::vector<std::pair<std::string, std::string>>{
           {"[]", "object"},
           {R"({"coffer_baseline":2,"expected":[]})", "coffer_baseline"},
           {R"({"coffer_baseline":1})", "list"},
           {R"({"coffer_baseline":1,"expected":[{"case":"a","verdict":"fail"}]})", "reason"},
           {R"({"coffer_baseline":1,"expected":[{"case":"a","verdict":"pass","reason":"r"}]})", "verdict"},
           {R"({"coffer_baseline":1,"expected":[{"case":"a","verdict":"fail","reason":"r"},{"case":"a","verdict":"fail","reason":"r"}]})",
            "twice"}}) {
    const auto parsed = parse_baseline(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_THAT(parsed.error(), HasSubstr(what));
  }
}

TEST(Selection, globs_roles_requirements_and_shards) {
  EXPECT_TRUE(matches("framing.*", "framing.kind"));
  EXPECT_TRUE(matches("*ing.k?nd", "framing.kind"));
  EXPECT_FALSE(matches("framing", "framing.kind"));
  const auto all = all_cases();
  std::size_t together = 0;
  for (std::uint32_t shard = 1; shard <= 3; ++shard)
    together += select(all, {.globs = {}, .role = {}, .requirements = {}, .shard = shard, .shards = 3}).size();
  EXPECT_EQ(together, all.size());
  for (const auto* one : select(all, {.globs = {}, .role = Role::client, .requirements = {"SES-0*"}})) {
    EXPECT_EQ(one->role, Role::client);
    EXPECT_THAT(one->requirements, testing::Contains(testing::StartsWith("SES-0")));
  }
}

TEST(ExitStatus, the_worst_decides) {
  const auto status = [](std::vector<std::pair<Verdict, Standing>> cases) {
    RunResult result;
    for (const auto& [verdict, standing] : cases) {
      CaseResult one;
      one.verdict = verdict;
      one.standing = standing;
      result.counts.pass += verdict == Verdict::pass ? 1 : 0;
      result.counts.stale += standing == Standing::stale ? 1 : 0;
      result.cases.push_back(one);
    }
    return exit_code(result);
  };
  const std::pair good{Verdict::pass, Standing::as_expected};
  EXPECT_EQ(status({good}), 0);
  EXPECT_EQ(status({good, {Verdict::fail, Standing::as_expected}}), 0);
  EXPECT_EQ(status({good, {Verdict::fail, Standing::unexpected}}), 1);
  EXPECT_EQ(status({good, {Verdict::pass, Standing::stale}}), 2);
  EXPECT_EQ(status({good, {Verdict::inconclusive, Standing::unexpected}}), 3);
  EXPECT_EQ(status({good, {Verdict::error, Standing::unexpected}, {Verdict::fail, Standing::unexpected}}), 4);
  EXPECT_EQ(status({}), 3);  // nothing shown is not well
}

TEST(Run, an_adapter_that_is_not_fit_runs_nothing) {
  RunOptions options;
  options.subject.adapter_command = "sh -c 'exit 5'";
  const auto result = run(all_cases(), options);
  EXPECT_THAT(result.preflight_faults, testing::ElementsAre(HasSubstr("exit status 5")));
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.counts.not_run, result.counts.selected);
}

TEST(Run, a_port_where_nobody_listens_is_said_once_and_no_case_runs) {
  std::uint16_t free_port = 0;
  {
    ListeningSocket closed_at_once;
    free_port = closed_at_once.port();
  }
  RunOptions options;
  options.subject.server = Endpoint{"127.0.0.1", free_port};
  const auto result = run(all_cases(), options);
  EXPECT_THAT(result.preflight_faults, testing::ElementsAre(HasSubstr(fmt::format("127.0.0.1:{}: ", free_port))));
  EXPECT_GT(result.counts.selected, 100u);
  EXPECT_EQ(result.counts.not_run, result.counts.selected);
  EXPECT_EQ(result.exit_code, 4);
}

TEST(Suite, every_case_is_well_formed) {
  std::set<std::string> ids;
  for (const auto& one : all_cases()) {
    EXPECT_TRUE(ids.insert(one.id).second) << one.id << " is there twice";
    EXPECT_TRUE(one.script) << one.id;
    EXPECT_FALSE(one.goal.empty()) << one.id;
    EXPECT_FALSE(one.steps.empty()) << one.id;
    ASSERT_FALSE(one.requirements.empty()) << one.id;
    bool fits = false;  // a row of a table may be the client's rule and its receiver's at once: one of them must be this role's
    for (const auto& id : one.requirements) {
      const auto* row = spec::requirement(id);
      ASSERT_NE(row, nullptr) << one.id << " names " << id;
      fits = fits || row->role == "endpoint" || row->role == name(one.role);
    }
    EXPECT_TRUE(fits) << one.id << " names no requirement for a " << name(one.role);
    EXPECT_EQ(name(one.level), spec::requirement(one.requirements.front())->level) << one.id;
  }
}

TEST(Fixture, is_read_back_as_it_was_written) {
  Fixture fixture;
  fixture.server_guid = 0x1234;
  fixture.alice.password = "another";
  std::string why_not;
  const auto back = Fixture::from_json(fixture.to_json(), why_not);
  ASSERT_TRUE(back) << why_not;
  EXPECT_EQ(back->server_guid, 0x1234u);
  EXPECT_EQ(back->alice.password, "another");
  EXPECT_FALSE(Fixture::from_json("{}", why_not));
}

RunOptions over_an_adapter() {
  RunOptions options;
  options.program = "build/coffer-conform";
  options.subject.adapter_command = "python3 it.py";
  options.seed = 5;
  return options;
}

TEST(Reproduce, the_line_names_the_seed_of_its_iteration) {
  const auto options = over_an_adapter();
  EXPECT_EQ(reproduce_line("framing.kind", options), "build/coffer-conform run framing.kind --seed 5 --adapter 'python3 it.py'");
  EXPECT_EQ(reproduce_line("framing.kind", options, 3),
            fmt::format("build/coffer-conform run framing.kind --seed {} --adapter 'python3 it.py'", seed_of(5, 3)));
}

TEST(Reproduce, the_line_has_whatever_else_the_outcome_depends_on) {
  auto options = over_an_adapter();
  options.patience = {std::chrono::milliseconds(700), false};
  options.subject.fault = "FRM_008_limit_ignored";
  options.subject.fixture_file = "my accounts.json";
  EXPECT_EQ(reproduce_line("framing.kind", options),
            "build/coffer-conform run framing.kind --seed 5 --adapter 'python3 it.py' --fault FRM_008_limit_ignored --fixture 'my "
            "accounts.json' --answer-ms 700 --lenient");
  options = over_an_adapter();
  options.subject.adapter_command.clear();
  options.subject.server = Endpoint{"::1", 4287};
  options.subject.pin = Octets(2, 0xab);
  options.subject.fixture_file = "f.json";
  EXPECT_EQ(reproduce_line("framing.kind", options),
            "build/coffer-conform run framing.kind --seed 5 --connect ::1:4287 --pin abab --fixture f.json");
}

TEST(Reproduce, each_iteration_is_the_first_of_its_own_seed) {
  EXPECT_EQ(seed_of(5, 1), 5u);
  std::set<std::uint64_t> seeds;
  for (std::uint32_t iteration = 1; iteration <= 1000; ++iteration) seeds.insert(seed_of(~std::uint64_t{0}, iteration));
  EXPECT_EQ(seeds.size(), 1000u);
  EXPECT_LT(*std::next(seeds.rbegin()), std::uint64_t{1} << 48);  // all but the first
  EXPECT_NE(seed_of(5, 2), seed_of(6, 2));
  std::vector<std::uint64_t> computers;
  const Case subject{
      .id = "test.case", .requirements = {"FRM-001"}, .goal = "g", .script = [&](Context& c) { computers.push_back(c.computer()); }};
  static const Fixture fixture;
  const Context::Setting setting{.fixture = &fixture, .server = {}, .pin = {}, .scratch_parent = {}};
  for (const std::uint32_t iteration : {7u, 1u})
    execute(subject, {.setting = setting, .patience = {}, .seed = seed_of(5, 7), .iteration = iteration});
  ASSERT_EQ(computers.size(), 2u);
  EXPECT_EQ(computers[0], computers[1]);
}

TEST(Random, guids_alone_are_kept_apart) {
  Random one(1, "a"), other(1, "a", 77);
  EXPECT_EQ(one.octets(40), other.octets(40));
  EXPECT_NE(one.guid(), other.guid());
  EXPECT_EQ(one.number(), other.number());
}

TEST(Reproduce, words_survive_a_shell) {
  EXPECT_EQ(shell_quoted("framing.kind"), "framing.kind");
  EXPECT_EQ(shell_quoted("python3 a.py"), "'python3 a.py'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted(""), "''");
}

}  // namespace
}  // namespace coffer::conformance
