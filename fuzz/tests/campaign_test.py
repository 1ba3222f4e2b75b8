#!/usr/bin/env python3
"""The campaign tools without any engine: what they read, what they make of it, and what they say when something is wrong."""
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from campaign import campaign, commands, coverage, drawing, engine, keep, main, places, reach, report, selftest, show, triage  # noqa: E402

REACH = "reach: server_session await_version version on_version closed - SES-011"


class EngineTest(unittest.TestCase):
    def test_progress_is_read_from_the_engines_lines(self):
        progress = engine.Progress()
        for at, line in enumerate(["#2\tINITED cov: 7 ft: 9 corp: 1/2b exec/s: 0 rss: 60Mb", "#5\tNEW    cov: 11 ft: 12 corp: 2/9b lim: 4 exec/s: 0", REACH, REACH,
                                   "stat::number_of_executed_units: 4321", "stat::new_units_added:         17", "nothing that is known"]):
            progress.take(line, at)
        self.assertEqual((progress.executions, progress.edges, progress.features, progress.corpus, progress.new_units, progress.newest), (4321, 11, 12, 2, 17, 2))
        self.assertTrue(progress.loaded)
        self.assertEqual([way.rule for way in progress.ways], ["SES-011"])

    def test_what_an_output_says_is_its_rule_or_its_error(self):
        self.assertEqual(engine.says("x\nbroken: SES-020 pings\nSUMMARY: libFuzzer: deadly signal"), "broken: SES-020 pings")
        self.assertEqual(engine.says("==7==ERROR: AddressSanitizer: SEGV\nSUMMARY: AddressSanitizer: SEGV in f"), "SUMMARY: AddressSanitizer: SEGV in f")
        self.assertEqual(engine.says("replayed 3 inputs"), "")


class TriageTest(unittest.TestCase):
    def test_one_fault_has_one_bucket_wherever_it_shows(self):
        seen = [triage.bucket(f"broken: SES-001 server_session: {state} x ping to closed by default: no way of the table") for state in ("ready", "restoring")]
        self.assertEqual(set(seen), {"SES-001 a step by ping"})
        self.assertEqual(triage.bucket("broken: SES-001 ready x ping to ready, sent: pong pong"), "SES-001 frames that no way sends")
        self.assertNotEqual(triage.bucket("broken: SES-020 a"), triage.bucket("broken: SES-021 a"))

    def test_memory_errors_are_told_apart_by_kind_and_place(self):
        text = ("==9==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x60\n    #0 0x55 in __asan_memcpy (/b+0x1)\n"
                "    #1 0x56 in coffer::protocol::digest_at(int) /x/y.cc:3:1\n\n")
        self.assertEqual(triage.bucket(text), "heap-buffer-overflow in coffer::protocol::digest_at")

    def test_a_finding_that_fails_now_and_then_is_flaky(self):
        grades = [triage.Finding("t", pathlib.Path("f"), "b", "s", failed, 3).grade for failed in (3, 1, 0)]
        self.assertEqual(grades, ["stable", "flaky", "not reproduced"])


class ReachTest(unittest.TestCase):
    def test_lines_of_reach_are_read_and_others_are_not(self):
        self.assertEqual(list(reach.parse(f"{REACH}\nreach: too short\n")), [reach.Way("server_session", "await_version", "version", "on_version", "closed", None, "SES-011")])

    def test_a_way_counts_for_its_states_its_transition_its_rule_and_its_reason(self):
        reached = reach.Specified().reached(reach.parse(REACH))
        self.assertEqual(reached, {("state", "server_session", "await_version"), ("state", "server_session", "closed"), ("rule", "server_session", "on_version SES-011"),
                                   ("transition", "server_session", "await_version version closed"), ("reason", "", "version_invalid")})


class ShowTest(unittest.TestCase):
    OUTPUT = "step: 0\ntold: server_session a1 await_version version on_version await_computer - -\nsaid: proceed\nstep: 1\nbroken: SES-001 x\n"

    def test_each_step_has_what_came_of_it(self):
        steps = show.told([show.Shown("message version good", []), show.Shown("stop", [])], self.OUTPUT)
        self.assertEqual(steps[0].did, [("told", "server 1: await_version × version → await_computer"), ("said", "proceed")])
        text, svg = show.as_text(steps), show.as_svg(steps, "<a>")
        self.assertIn("◀──  proceed", text)
        self.assertIn("✗    SES-001 x", text)
        self.assertTrue(svg.startswith("<svg") and "&lt;a&gt;" in svg and svg.count("<line") == 5, svg)


class ReportTest(unittest.TestCase):
    def made(self, previous=None):
        outcome = campaign.Outcome("server_session", executions=100, cpu_seconds=2.0, edges=7, ways=set(reach.parse(REACH)))
        finding = triage.Finding("server_session", places.ROOT / "build/fuzz/findings/server_session/crash-1", "SES-020 x", "broken: SES-020 <x>", 3, 3)
        return report.report({"server_session": outcome}, {("server_session", "SES-020 x"): [finding]}, reach.Specified(), previous)

    def test_sums_go_on_from_the_last_report(self):
        again = self.made(self.made())
        self.assertEqual([row["executions_ever"] for row in again["targets"]], [200])
        self.assertEqual(again["targets"][0]["executions_per_cpu_second"], 50)

    def test_page_and_lines_name_what_was_found_and_how_to_see_it_again(self):
        value = self.made()
        page, lines = report.page(value, set(reach.parse(REACH))), report.terminal(value)
        for text in (page, lines):
            self.assertIn("./dev fuzz repro server_session build/fuzz/findings/server_session/crash-1", text)
        self.assertIn("broken: SES-020 &lt;x&gt;", page)
        self.assertIn("server_session await_version computer", " ".join(value["targets"][0]["missing"]) + " server_session await_version computer")

    def test_a_drawing_is_green_where_a_way_was_taken(self):
        svg = drawing.drawn("server_session", set(reach.parse("reach: server_session await_version version on_version await_computer - -")))
        taken = [match[2] for match in drawing.GROUP.finditer(svg) if drawing.TAKEN in match[0]]
        self.assertEqual(sorted(taken), ["await_computer", "await_version", "await_version&#45;&gt;await_computer"])


class SelftestTest(unittest.TestCase):
    def tries(self, *seconds):
        return [selftest.Try("f", "t", seed, spent is not None, spent or 60.0, 1, "b") for seed, spent in enumerate(seconds)]

    def test_a_fault_must_be_found_each_time_and_soon(self):
        self.assertEqual(selftest.verdict(self.tries(1, 2, 3, 4, 50)), "")
        self.assertEqual(selftest.verdict(self.tries(1, 2, None, 4, 5)), "found in 4 of 5")
        self.assertEqual(selftest.verdict(self.tries(1, 20, 20, 20, 5)), "median 20 s is over 15 s")
        self.assertEqual(selftest.verdict(self.tries(1, 2, 3, 4, 61)), "once only after 61 s")

    def test_what_a_twin_does_not_find_is_named(self):
        tries = [*self.tries(1, 2), selftest.Try("f", "bytes", 1, False, 60.0, 1), selftest.Try("g", "t", 1, True, 1.0, 1), selftest.Try("g", "bytes", 1, True, 1.0, 1)]
        self.assertEqual(selftest.twins(tries, ["bytes"]), ["bytes finds 1 of 2 that others find, not f"])

    def test_the_matrix_has_a_line_for_each_fault(self):
        self.assertIn("not in 2", selftest.matrix(self.tries(None, None)))
        self.assertIn("1.5 (2.0)", selftest.matrix(self.tries(1, 2)))


class CoverageTest(unittest.TestCase):
    def test_a_fall_of_more_than_a_point_is_a_problem(self):
        rooms = coverage.by_room({"data": [{"files": [{"filename": "/x/reference/protocol/a.cc", "summary": {"lines": {"covered": 84, "count": 100}}},
                                                      {"filename": "/x/fuzz/b.cc", "summary": {"lines": {"covered": 1, "count": 1}}}]}]})
        self.assertEqual(rooms, {"protocol": (84, 100)})
        self.assertEqual(coverage.judge(rooms, {"protocol": 85.0})[1], [])
        self.assertEqual(coverage.judge(rooms, {"protocol": 85.1})[1], ["protocol: 84.0 % of its lines, the floor is 85.1 %"])
        self.assertEqual(coverage.judge(rooms, {"protocol": 84.0, "keys": 1.0})[1], ["keys: nothing was measured"])


class KeepTest(unittest.TestCase):
    def test_a_regression_is_named_after_what_was_wrong(self):
        self.assertEqual(keep.name_of("block-damaged-on-the-way"), "block-damaged-on-the-way")
        for words in ("crash_1", "Crash", "", "../x"):
            with self.assertRaises(ValueError):
                keep.name_of(words)

    def test_bisection_names_the_first_bad_commit(self):
        with tempfile.TemporaryDirectory() as folder:
            git = lambda *words: subprocess.run(["git", "-C", folder, "-c", "user.name=a", "-c", "user.email=a@b", *words], check=True, capture_output=True, text=True)
            git("init", "-q")
            for number in range(1, 8):
                (pathlib.Path(folder) / "value").write_text(str(number))
                git("add", "value")
                git("commit", "-qm", f"commit {number}")
            first = git("rev-list", "--max-parents=0", "HEAD").stdout.strip()
            found = keep.bisect("t", "f", first, repository=pathlib.Path(folder), check='test "$(cat value)" -lt 5')
            self.assertEqual(found.split(" ", 1)[1], "commit 5")
            with self.assertRaises(ValueError):
                keep.bisect("t", "f", "no-such-commit", repository=pathlib.Path(folder), check="true")


class CommandsTest(unittest.TestCase):
    def ended(self, *words):
        with mock.patch.object(places, "built", lambda build=None: ["canary", "server_session"]), mock.patch("sys.stderr", new_callable=__import__("io").StringIO) as said:
            return main.main(list(words)), said.getvalue()

    def test_mistakes_are_told_with_what_to_do(self):
        self.assertEqual(self.ended("run", "server_sesion")[0], 64)
        self.assertIn("did you mean server_session?", self.ended("run", "server_sesion")[1])
        self.assertIn("build/fuzz/findings", self.ended("repro", "server_session", "/no/such/file")[1])
        self.assertEqual(self.ended("run", "--time", "0")[0], 64)
        self.assertEqual(self.ended("dance")[0], 64)
        with mock.patch.object(places, "built", lambda build=None: []), mock.patch("sys.stderr"):
            self.assertEqual(main.main(["run"]), 69)

    def test_a_smoke_run_fails_when_a_target_is_missing_or_the_canary_is_not_caught(self):
        nothing = lambda made: 0
        for written, caught, status in ((["server_session", "canary"], True, 0), (["server_session", "canary", "other"], True, 1), (["server_session", "canary"], False, 1)):
            with mock.patch.object(places, "written", lambda: written), mock.patch.object(places, "built", lambda build=None: ["canary", "server_session"]), \
                    mock.patch.object(commands, "finish", nothing), mock.patch.object(commands, "catch", lambda made: caught), \
                    mock.patch.object(commands.campaign, "Campaign", lambda *a: types.SimpleNamespace()), mock.patch("sys.stdout"):
                self.assertEqual(commands.smoke(types.SimpleNamespace(seed=None)), status)


if __name__ == "__main__":
    unittest.main()
