"""coffer-conform and the test vectors, from the outside: who answers them, who answers wrongly, who offers none."""
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

from programs import BIN, run

SUITE = f"{BIN}/coffer-conform"
ADAPTER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../interop/adapters/reference/adapter.py")
SPECIFICATION = pathlib.Path(__file__).resolve().parents[2] / "spec"
REFERENCE = shlex.join([sys.executable, ADAPTER, "--vectors", f"{BIN}/coffer-vector"])
OPEN = ("vectors.blocks.stored", "vectors.blocks.tag_changed", "vectors.frames.kind_03", "vectors.frames.control_of_sixteen")

# An adapter that hands vectors on to the reference's program, and then does something to the answer.
PERVERSE = """
import json, subprocess, sys
program = subprocess.Popen([{program!r}], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
known = {{"hello": {{"name": "perverse", "roles": ["client"]{offers}}}, "reset": {{}}, "bye": {{}}}}
for line in sys.stdin:
    request = json.loads(line)
    answer = known.get(request["verb"], {{"unimplemented": "no"}})
    if request["verb"] == "vector":
        kind = request["kind"]
        program.stdin.write(json.dumps({{"kind": kind, "input": request["input"]}}) + "\\n")
        program.stdin.flush()
        answer = json.loads(program.stdout.readline())
        {change}
    print(json.dumps({{"id": request["id"], **answer}}), flush=True)
program.communicate()
"""


class VectorsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def judge(self, *arguments, adapter=REFERENCE, expect=0, suite=SUITE):
        ended = subprocess.run([suite, "run", "--adapter", adapter, "--quiet", "--report", self.path("report"), *arguments], cwd="/", capture_output=True, text=True)
        self.assertEqual(ended.returncode, expect, ended.stdout[-3000:] + ended.stderr[-3000:])
        with open(self.path("report/report.json"), encoding="utf-8") as file:
            return json.load(file)

    def perverse(self, change="pass", offers=', "vectors": ["header", "open_block"]'):
        path = self.path("adapter.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(PERVERSE.format(program=f"{BIN}/coffer-vector", change=change, offers=offers))
        return shlex.join([sys.executable, path])

    def verdicts(self, change, *arguments, expect, ids=OPEN):
        report = self.judge(*ids, "--jobs", "1", *arguments, adapter=self.perverse(change), expect=expect)
        return {case["id"].removeprefix("vectors."): case["verdict"] for case in report["cases"]}

    def test_the_reference_answers_all_of_them_and_the_program_can_be_moved(self):
        moved = self.path("elsewhere")
        shutil.copy(SUITE, moved)
        report = self.judge("--vectors", suite=moved)
        self.assertGreater(len(report["cases"]), 500)
        self.assertEqual({case["verdict"] for case in report["cases"]}, {"pass"})
        self.assertEqual({case["id"].split(".")[0] for case in report["cases"]}, {"vectors"})
        self.assertEqual({case["role"] for case in self.judge("--vectors", "--role", "server")["cases"]}, {"server", "endpoint"})
        self.assertEqual([case["id"] for case in self.judge("--vectors", "*.tag_changed", "*seven_different")["cases"]],
                         ["vectors.keys.seven_different", "vectors.blocks.tag_changed", "vectors.records.tag_changed"])

    def test_right_answers_pass_and_a_baseline_knows_them(self):
        self.assertEqual(set(self.verdicts("pass", expect=0).values()), {"pass"})
        with open(self.path("baseline.json"), "w", encoding="utf-8") as file:
            json.dump({"coffer_baseline": 1, "expected": [{"case": OPEN[0], "reason": "to be seen as stale"}]}, file)
        self.judge(OPEN[0], "--baseline", self.path("baseline.json"), expect=2)

    def test_an_output_that_is_missing_or_wrong_fails(self):
        for change in ('answer = {"accepted": {}} if "accepted" in answer else answer', 'answer = json.loads(json.dumps(answer).replace("636f66666572", "636f66666573").replace("16", "17"))'):
            self.assertEqual(self.verdicts(change, expect=1)["blocks.stored"], "fail")
            self.assertEqual(self.verdicts(change, expect=1)["frames.control_of_sixteen"], "fail")

    def test_who_accepts_everything_or_refuses_everything_passes_no_refusal(self):
        self.assertNotIn("pass", self.verdicts('answer = answer if "unimplemented" in answer else {"accepted": {}}', expect=1).values())
        everything = self.verdicts('answer = answer if "unimplemented" in answer else {"refused": {"layer": "seal", "reason": "tag_wrong"}}', expect=1)
        self.assertEqual(everything["blocks.tag_changed"], "inconclusive")  # its twin is not accepted
        self.assertNotIn("pass", everything.values())

    def test_another_layer_fails_and_is_tolerated_where_asked(self):
        change = 'answer = {"refused": {"layer": "identity"}} if answer.get("refused", {}).get("layer") == "seal" else answer'
        self.assertEqual(self.verdicts(change, expect=1)["blocks.tag_changed"], "fail")
        self.assertEqual(self.verdicts(change, "--lenient", expect=0)["blocks.tag_changed"], "pass")

    def test_who_leaves_kinds_out_is_not_judged_by_them(self):
        found = self.verdicts('answer = {"unimplemented": "no archives"} if kind == "open_block" else answer', expect=0)
        self.assertEqual((found["blocks.stored"], found["frames.kind_03"]), ("unimplemented", "pass"))

    def test_who_offers_none_is_asked_for_none_unless_by_name(self):
        none = self.perverse('answer = {"unimplemented": "no"}', offers="")
        self.assertEqual({case["verdict"] for case in self.judge("--vectors", adapter=none, expect=3)["cases"]}, {"not_applicable"})
        self.assertFalse([case for case in self.judge("*", "--requirement", "KEY-00*", adapter=none, expect=3)["cases"] if case["id"].startswith("vectors.")])
        offered = self.judge("*", "--requirement", "KEY-002", adapter=REFERENCE)
        self.assertEqual({case["id"].split(".")[1] for case in offered["cases"] if case["verdict"] == "pass"}, {"keys"})

    def test_an_unknown_kind_must_be_unimplemented(self):
        self.judge(*OPEN, adapter=self.perverse('answer = {"accepted": {}} if kind == "no_such_kind" else answer'), expect=4)
        self.assertIn("of a kind that is none", run(SUITE, "check-adapter", self.perverse('answer = {"refused": {}}')).stdout)

    def test_who_never_answers_is_given_up(self):
        report = self.judge(*OPEN, "--jobs", "1", "--answer-ms", "300", expect=4,
                            adapter=self.perverse('answer = (sys.stdin.read() and answer) if kind != "no_such_kind" else answer'))
        self.assertEqual([case["verdict"] for case in report["cases"]], ["error", "error", "not_run", "not_run"])

    def test_a_vector_is_explained_and_listed(self):
        explained = run(SUITE, "explain", "vectors.blocks.tag_changed").stdout
        for word in ("ARC-012", "one bit of the tag", "layer seal", "twin: give it stored", "Needs of the adapter: vector\n"):
            self.assertIn(word, explained)
        self.assertIn("vectors.links.rolled_back", run(SUITE, "list", "vectors.links.*").stdout)

    def test_the_suite_carries_every_file(self):
        files = {path.stem for path in SPECIFICATION.glob("vectors/*.json") if "coffer_vectors" in json.loads(path.read_text())}
        files -= {"session"}  # which is judged on the wire
        listed = json.loads(run(SUITE, "list", "--json", "vectors.*").stdout)
        self.assertEqual({case["id"].split(".")[1] for case in listed}, files)


if __name__ == "__main__":
    unittest.main(verbosity=2)
