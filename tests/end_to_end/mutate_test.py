"""coffer-conform mutate on a handful of faults: what becomes of each, what an exception with its reason changes, and the exit statuses. The faults
are an adapter's own, which prepares the ordinary reference otherwise than it was asked."""
import json
import os
import shlex
import sys
import tempfile
import unittest

from programs import BIN, run

SUITE = f"{BIN}/coffer-conform"
ADAPTER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../interop/adapters/reference/adapter.py")
REFERENCE = [sys.executable, ADAPTER, "--server", f"{BIN}/cofferd"]
KILLED, SURVIVES, ELSEWHERE, BROKEN = "SES_012_any_version", "SES_011_nothing_at_all", "SES_011_any_version", "SES_012_cannot_start"
FAULTS = [{"name": name, "requirements": [name[:7].replace("_", "-")], "roles": ["server"], "what": "for a test"} for name in (KILLED, SURVIVES, ELSEWHERE, BROKEN)]
FAULTY = f"""
import json, subprocess, sys
child = subprocess.Popen({REFERENCE!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
for line in sys.stdin:
    request = json.loads(line)
    fault = request.pop("fault") if request.get("fault") in {[fault["name"] for fault in FAULTS]!r} else ""  # others the reference declines
    if fault.endswith("any_version"):
        request["fixture"]["server"]["minimum_version"] = "0.0.1"
    if fault.endswith("cannot_start"):
        print(json.dumps({{"id": request["id"], "error": "it does not start"}}), flush=True)
        continue
    print(json.dumps(request), file=child.stdin, flush=True)
    reply = json.loads(child.stdout.readline())
    if request["verb"] == "hello":
        reply["faults"] = {FAULTS!r}
    print(json.dumps(reply), flush=True)
"""


class MutateTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.adapter = shlex.join([sys.executable, self.path("faulty.py", FAULTY)])

    def path(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def mutate(self, *arguments, expect):
        """What the report says of the faults, by name, and the whole report."""
        ended = run(SUITE, "mutate", "version.*", "--adapter", self.adapter, "--quiet", "--report", self.folder, *arguments)
        self.said = ended.stdout
        self.assertEqual(ended.returncode, expect, ended.stdout[-3000:] + ended.stderr[-3000:])
        with open(os.path.join(self.folder, "mutate.json"), encoding="utf-8") as file:
            report = json.load(file)
        self.assertEqual(report["run"]["exit_code"], expect)
        return {fault["name"]: fault for fault in report["faults"]}, report

    def exceptions(self, *entries):
        text = json.dumps({"coffer_mutate_exceptions": 1, "exceptions": list(entries)})
        return ["--exceptions", self.path("exceptions.json", text)]

    def test_a_fault_that_a_case_of_its_requirement_notices_is_killed(self):
        faults, _ = self.mutate("--fault", KILLED, expect=0)
        self.assertEqual(faults[KILLED]["fate"], "killed")
        named = {failed["case"]: failed["requirements"] for failed in faults[KILLED]["failed"]}
        self.assertTrue(faults[KILLED]["killed_by"])
        for case in faults[KILLED]["killed_by"]:
            self.assertIn("SES-012", named[case])

    def test_a_fault_that_nothing_notices_survives_and_an_exception_with_its_reason_lets_it(self):
        faults, _ = self.mutate("--fault", KILLED, "--fault", SURVIVES, expect=1)
        self.assertEqual((faults[SURVIVES]["fate"], faults[SURVIVES]["killed_by"], faults[KILLED]["fate"]), ("survived", [], "killed"))
        excused = self.exceptions({"fault": SURVIVES, "role": "server", "reason": "it does nothing"})
        faults, _ = self.mutate("--fault", SURVIVES, *excused, expect=0)
        self.assertEqual((faults[SURVIVES]["fate"], faults[SURVIVES]["exception"]), ("survived", "it does nothing"))
        self.mutate("--fault", SURVIVES, *self.exceptions({"fault": SURVIVES, "role": "client", "reason": "of another role"}), expect=1)

    def test_a_case_that_fails_for_no_fault_of_what_it_cites_needs_a_reason(self):
        both = ["--fault", "SES_011_*"]
        excused = [{"fault": name, "reason": "of a test"} for name in (SURVIVES, ELSEWHERE)]
        _, report = self.mutate(*both, *self.exceptions(*excused), expect=1)
        idle = report["idle_citations"]
        self.assertTrue(idle)
        for one in idle:
            self.assertEqual((one["requirement"], sorted(one["faults"])), ("SES-011", sorted([SURVIVES, ELSEWHERE])))
            self.assertIn(f"{one['case']} cites SES-011", self.said)
        of_all = {"citation": "SES-011", "case": "version.*", "at_most": len(idle), "reason": "neither fault is one"}
        _, report = self.mutate(*both, *self.exceptions(*excused, of_all), expect=0)
        self.assertEqual([one["exception"] for one in report["idle_citations"]], ["neither fault is one"] * len(idle))
        _, report = self.mutate(*both, *self.exceptions(*excused, of_all | {"at_most": len(idle) - 1}), expect=1)
        self.assertEqual(sum("exception" in one for one in report["idle_citations"]), len(idle) - 1)

    def test_where_a_fault_was_not_tried_no_citation_is_called_idle(self):
        _, report = self.mutate("--fault", SURVIVES, expect=1)
        self.assertEqual(report["idle_citations"], [])

    def test_a_fault_that_only_cases_of_others_notice_is_not_killed(self):
        faults, _ = self.mutate("--fault", ELSEWHERE, expect=1)
        self.assertEqual((faults[ELSEWHERE]["fate"], faults[ELSEWHERE]["killed_by"]), ("caught_elsewhere", []))
        self.assertTrue(faults[ELSEWHERE]["fell_too"])
        self.assertLessEqual(faults[ELSEWHERE]["other_run"], faults[ELSEWHERE]["other_cases"])

    def test_how_many_of_the_other_cases_were_tried_is_said(self):
        faults, _ = self.mutate("--fault", KILLED, expect=0)
        counted = f"{len(faults[KILLED]['fell_too'])} of {faults[KILLED]['other_run']} tried of {faults[KILLED]['other_cases']}"
        self.assertIn(f"fell too: {counted}", self.said)
        self.assertEqual(faults[KILLED]["other_run"] < faults[KILLED]["other_cases"], "What fell too is a sample" in self.said)
        with open(os.path.join(self.folder, "mutate.html"), encoding="utf-8") as page:
            self.assertIn(f"of {faults[KILLED]['other_run']} tried of {faults[KILLED]['other_cases']}", page.read())

    def test_a_fault_with_which_nothing_runs_says_nothing(self):
        faults, _ = self.mutate("--fault", BROKEN, expect=4)
        self.assertEqual(faults[BROKEN]["fate"], "broken")
        self.assertIn("it does not start", faults[BROKEN]["trouble"])

    def test_with_every_fault_requirements_without_one_and_stale_exceptions_are_told(self):
        _, report = self.mutate(*self.exceptions({"requirement": "SES-012", "reason": "nobody can tell"}), expect=4)
        self.assertTrue(report["run"]["every_fault"])
        self.assertEqual(report["stale_exceptions"], ["SES-012"])
        self.assertEqual([row["killed"] for row in report["requirements"] if row["id"] == "SES-012"], [[KILLED]])
        self.assertEqual([row["faults"] for row in report["requirements"] if row["id"] == "SES-013"], [[]])

    def test_what_was_not_well_asked_is_said(self):
        for entry in ({"fault": SURVIVES}, {"reason": "of nothing"}, {"fault": SURVIVES, "role": "both", "reason": "no role"}, {"citation": "SES-011", "reason": "of no case"},
                      {"citation": "SES-011", "case": "version.*", "reason": "of how many"}):
            with self.subTest(entry):
                ended = run(SUITE, "mutate", "--adapter", self.adapter, *self.exceptions(entry))
                self.assertEqual((ended.returncode, ended.stdout), (64, ""), ended.stderr)
        self.mutate("--fault", "NO_SUCH_FAULT", expect=4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
