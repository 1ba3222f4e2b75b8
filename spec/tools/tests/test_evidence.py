"""Each gate of the evidence, seen to pass on a small house as it should be and to fail on one with one thing broken."""
import contextlib
import io
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import tomllib
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))
import specification
import trace
from evidence import citations, gates, snapshot, terminal
from evidence.ledger import Ledger
from evidence.reports import Reports
from pages import requirements

CHAPTER = """# 3 Framing

- **FRM-001** (MUST · endpoint · wire · says W1) A frame MUST begin with a header.
- **FRM-002** (MUST · server · state · chosen) A server MUST log each frame.
- **FRM-003** (MUST · client · vector · chosen) A client MUST count in big-endian.
- **FRM-004** (SHOULD · client · wire · chosen) A client SHOULD be quick.
- **FRM-005** (MUST · endpoint · model · chosen) An endpoint MUST end.
"""
UNJUDGED = "".join(f'[[requirement]]\nname = "{i}"\nreason = "nobody can see it from outside"\ninstead = "something else there is"\n' for i in ("FRM-003", "FRM-005"))
HOUSE = {
    "spec/03-framing.md": CHAPTER,
    "spec/tables/ids.txt": "FRM-001\nFRM-002\nFRM-003\nFRM-004\nFRM-005\nFRM-009 withdrawn: nobody could tell\n",
    "spec/tables/unjudged.toml": UNJUDGED,
    "spec/sources.toml": '[[document]]\nprefix = "W"\ntitle = "a paper"\n[claims]\nW1 = "frames have headers"\nW2 = "more"\n',
    "reference/protocol/frame.cc": "// [FRM-001] A frame MUST begin with a header.\nlog();  // [FRM-002]\n// AES-256 and SHA-512 are no requirements.\n",
    "conformance/cases/framing.cc": 'Case{\n.id = "framing.header",\n.requirements = {"FRM-001"},\n},\nlogged("framing.logged", {"FRM-002"}, "it is logged"),\n',
    "conformance/cases/client_framing.cc": 'Case one{\n.id = "client.header",\n.requirements = {"FRM-001"},\n.role = Role::client,\n};\n',
    "reference/fault/catalogue.inc": 'COFFER_FAULT(FRM_001_none, both, "no header")\nCOFFER_FAULT(FRM_002_silent, server, "logs nothing")\n',
    "tests/unit/frame_test.cc": "TEST(Frame, FRM_001_begins_with_a_header) {}\n",
    "spec/vectors/frames.json": '{"coffer_vectors": 1, "vectors": [{"id": "big", "requirement": "FRM-003", "comment": "258"}]}',
}


def junit(*tests):
    return "<testsuite>" + "".join(f'<testcase name="{n}" classname="{n}" status="{s}"><system-out>{o}</system-out></testcase>' for n, s, o in tests) + "</testsuite>"


TESTS = [("Frame.FRM_001_begins_with_a_header", "run", ""), ("Vectors.frames", "run", ""),
         ("end_to_end.log", "run", "test_FRM_002_is_logged (__main__.Log.test_FRM_002_is_logged) ... ok\n")]
CASES = [{"id": "framing.header", "requirements": ["FRM-001"], "verdict": "pass"}, {"id": "framing.logged", "requirements": ["FRM-002", "FRM-004"], "verdict": "pass"}]
TRIED = [{"id": "FRM-001", "role": role, "sentence": "A frame MUST begin with a header.", "faults": ["FRM_001_none"], "killed": ["FRM_001_none"]} for role in ("server", "client")]
TRIED += [{"id": "FRM-002", "role": "server", "sentence": "A server MUST log each frame.", "faults": ["FRM_002_silent"], "killed": ["FRM_002_silent"]}]
FAULTS = [{"name": "FRM_001_none", "role": "server", "requirements": ["FRM-001"], "killed": True, "killed_by": ["framing.header"]}, {"name": "FRM_001_none", "role": "client", "requirements": ["FRM-001"], "killed": True, "killed_by": ["client.header"]}, {"name": "FRM_002_silent", "role": "server", "requirements": ["FRM-002"], "killed": True, "killed_by": ["framing.logged"]}]
MACHINE = {"name": "reader", "initial": "header", "final": "failed", "state": [{"name": "header"}, {"name": "body"}, {"name": "failed"}], "event": [{"name": "accepted"}, {"name": "complete"}],
           "row": [{"states": ["header"], "event": "accepted", "handler": "begin", "targets": ["body"], "requirement": "FRM-001"}, {"states": ["body"], "event": "complete", "handler": "deliver", "targets": ["header"], "requirement": "FRM-002"}]}
STEPS = [{"process": 1, "machine": "reader", "instance": "a", "from": a, "event": e, "row": r, "to": b} for a, e, r, b in (("header", "accepted", "begin", "body"), ("body", "complete", "deliver", "header"))]
CLAIMS = [{"name": "ends", "says": "it ends", "cites": ["FRM-005", "N5"], "verdict": "holds", "killed": ["for_ever"]}]


class House(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.house = pathlib.Path(held.name)
        for name, text in HOUSE.items():
            self.write(name, text)
        self.ran(TESTS, CASES, FAULTS, CLAIMS)
        self.write("spec/evidence/accepted.txt", citations.accepted_text(self.spec(), {r.id for r in self.spec().requirements}))
        self.write("spec/evidence/snapshot.toml", snapshot.raised(self.ledger())[0])

    def write(self, name, text):
        path = self.house / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def change(self, name, old, new):
        text = (self.house / name).read_text()
        self.assertIn(old, text, "the test's own premise")
        self.write(name, text.replace(old, new, 1))

    def ran(self, tests=TESTS, cases=CASES, faults=FAULTS, claims=CLAIMS, steps=STEPS, tried=TRIED, stale=()):
        self.write("build/transitions/tests.ndjson", "".join(json.dumps(s) + "\n" for s in steps))
        self.write("build/transitions/conform.ndjson", "")
        self.write("build/dev/junit.xml", junit(*tests))
        self.write("build/conform/report.json", json.dumps({"implementation": {"name": "coffer reference"}, "run": {"exit_code": 0}, "cases": cases, "requirements": [{"id": "FRM-001", "sentence": "A frame MUST begin with a header."}]}))
        self.write("build/mutate/mutate.json", json.dumps({"implementation": {"name": "coffer reference"}, "run": {"every_fault": True, "exit_code": 0}, "clean_run": {"not_passed": []}, "troubles": [], "faults": faults, "requirements": tried, "stale_exceptions": list(stale)}))
        self.write("build/model/report.json", json.dumps({"passed": True, "problems": [], "models": [{"name": "session", "claims": claims}]}))

    def spec(self):
        root = self.house / "spec"
        tables = {p.stem: tomllib.loads(p.read_text()) for p in (root / "tables").glob("*.toml")}
        return specification.Specification(root, specification.read_requirements(root), tables, [MACHINE], [], specification.read_ledger(root), {})

    def ledger(self):
        return Ledger(self.spec())

    def finds(self, gate, place, *words):
        findings, _ = gates.judge(self.ledger())
        hits = [f for f in findings if f.gate == gate and f.place.startswith(place) and all(w in f.text for w in words)]
        self.assertTrue(hits, "\n".join(map(str, findings)) or "no findings at all")
        return findings

    def except_(self, requirement="FRM-002", from_='["case"]', instead="test", reason="nobody can look there"):
        self.write("spec/evidence/exceptions.toml", f'[[exception]]\nrequirement = "{requirement}"\nfrom = {from_}\ninstead = "{instead}"\nreason = "{reason}"\n')


class Gates(House):
    def test_the_house_as_it_should_be_has_no_findings(self):
        self.assertEqual(([], []), gates.judge(self.ledger()))

    # ---- citations
    def test_a_citation_of_no_requirement(self):
        self.write("reference/protocol/frame.cc", "// [FRM-077] made up\n")
        self.finds("unknown-citation", "reference/protocol/frame.cc:1", "FRM-077")

    def test_a_citation_with_a_prefix_that_no_requirement_has(self):
        self.write("conformance/cases/a.cc", '.requirements = {"XYZ-001", "FRM-001"},\n')
        self.finds("unknown-citation", "conformance/cases/a.cc:1", "XYZ-001")

    def test_a_citation_of_what_was_withdrawn_says_why(self):
        self.write("tests/unit/other_test.cc", "TEST(Frame, FRM_009_is_gone) {}\n")
        self.finds("unknown-citation", "tests/unit/other_test.cc:1", "withdrawn: nobody could tell")

    def test_a_citation_of_no_requirement_wherever_it_stands(self):
        for name in ("README.md", "cmake/room.cmake", ".dev/test.sh", "conformance/report/page.js", "spec/models/session/session.horn", "spec/traces/attacks.json", "spec/tools/lint.py"):
            with self.subTest(name=name):
                self.write(name, 'what "FRM-077" says\n')
                self.finds("unknown-citation", f"{name}:1", "FRM-077")

    def test_a_citation_beside_the_code_is_none_in_it(self):
        self.change("reference/protocol/frame.cc", "[FRM-002]", "")
        self.write("reference/README.md", "[FRM-002] is kept in frame.cc\n")
        self.finds("no-code", "spec/03-framing.md:4", "FRM-002")

    def test_an_exception_from_faults_without_its_parts(self):
        for change, word in (({"requirement": "FRM-077"}, "FRM-077 is no requirement"), ({"fault": "FRM_077_x"}, "FRM_077_x is no fault"), ({"requirement": "FRM-001", "role": "judge"}, "no role"), ({"citation": "FRM-077", "case": "framing.*"}, "FRM-077 is no requirement"), ({"citation": "FRM-001"}, "citation of no case"), ({"requirement": "FRM-001", "reason": "no"}, "no reason")):
            with self.subTest(change=change):
                self.write("interop/adapters/reference/mutate_exceptions.json", json.dumps({"exceptions": [{"reason": "nobody can see it"} | change]}))
                self.finds("exception", "interop/adapters/reference/mutate_exceptions.json", word)

    def test_an_edited_sentence_makes_each_of_its_citations_stale_until_accepted(self):
        self.change("spec/03-framing.md", "begin with a header", "begin with a header of six octets")
        findings = self.finds("stale-citation", "reference/protocol/frame.cc:1", "FRM-001", "--accept FRM-001")
        self.assertTrue(any(f.place == "tests/unit/frame_test.cc:1" for f in findings))
        self.assertFalse(any(f.gate == "stale-citation" and "FRM-002" in f.text for f in findings))
        self.write("spec/evidence/accepted.txt", citations.accepted_text(self.spec(), ["FRM-001"]))
        self.assertEqual([], gates.check(self.ledger()))

    def test_an_edited_sentence_makes_stale_what_chapters_say_of_it_alone_or_in_a_range(self):
        self.write("spec/02-threats.md", "# 2 Threats\n\n| C1 | frames | FRM-004 |\n| C2 | more | FRM-001 to FRM-003, FRM-005 |\n| C3 | other | FRM-002, FRM-009 to FRM-011 |\n")
        self.change("spec/03-framing.md", "big-endian.", "big-endian, as FRM-002 says.")
        self.write("spec/models/README.md", "It shows FRM-001 to FRM-003.\n")
        self.write("spec/evidence/accepted.txt", citations.accepted_text(self.spec(), ["FRM-003"]))
        self.change("spec/03-framing.md", "log each frame", "log every frame")
        stale = [f.place for f in gates.check(self.ledger()) if f.gate == "stale-citation"]
        self.assertEqual(["spec/02-threats.md:4", "spec/02-threats.md:5", "spec/03-framing.md:5"], [p for p in stale if p.endswith(("threats.md:3", "threats.md:4", "threats.md:5")) or "03-" in p])
        self.assertIn("spec/models/README.md:1", stale)
        unknown = [(f.place, f.text) for f in gates.check(self.ledger()) if f.gate == "unknown-citation"]
        self.assertEqual([("spec/02-threats.md:5", "FRM-011 is no requirement")], unknown)

    def test_another_role_makes_citations_stale_and_another_provenance_does_not(self):
        self.change("spec/03-framing.md", "(MUST · server · state · chosen)", "(MUST · server · state · says W1)")
        self.assertEqual([], gates.check(self.ledger()))
        self.change("spec/03-framing.md", "(MUST · server · state", "(MUST · endpoint · state")
        self.finds("stale-citation", "reference/protocol/frame.cc:2", "FRM-002")

    def test_another_way_of_judging_makes_citations_stale(self):
        self.change("spec/03-framing.md", "(MUST · server · state", "(MUST · server · review")
        self.finds("stale-citation", "reference/protocol/frame.cc:2", "FRM-002")

    def test_generating_enters_an_id_never_given_before_and_no_other(self):
        self.change("spec/03-framing.md", "begin with a header", "begin with a header of six octets")
        held = (self.house / "spec/evidence/accepted.txt").read_text()
        self.write("spec/evidence/accepted.txt", "".join(line for line in held.splitlines(True) if not line.startswith("FRM-001")))
        self.change("spec/03-framing.md", "- **FRM-005**", "- **FRM-006** (MUST · endpoint · wire · chosen) A frame MUST be new.\n- **FRM-005**")
        self.write("spec/evidence/accepted.txt", citations.accepted_text(self.spec()))
        self.finds("stale-citation", "reference/protocol/frame.cc:1", "FRM-001")
        self.assertEqual({"FRM-001"}, set(citations.stale(self.spec())))

    def test_a_requirement_that_nobody_ever_accepted_is_not_fresh(self):
        held = (self.house / "spec/evidence/accepted.txt").read_text()
        self.write("spec/evidence/accepted.txt", "".join(line for line in held.splitlines(True) if not line.startswith("FRM-001")))
        self.finds("stale-citation", "reference/protocol/frame.cc:1", "FRM-001")

    # ---- what is judged from outside
    def test_a_must_of_the_wire_or_the_state_that_no_code_names(self):
        self.change("reference/protocol/frame.cc", "[FRM-002]", "")
        self.finds("no-code", "spec/03-framing.md:4", "FRM-002")
        self.except_(from_='["code"]')
        self.assertNotIn("no-code", {f.gate for f in gates.judge(self.ledger())[0]})
        self.change("reference/protocol/frame.cc", "log();", "log();  // [FRM-002]")
        self.finds("exception", "spec/evidence/exceptions.toml", "FRM-002", "has one: reference/protocol/frame.cc:2")

    def test_a_new_must_with_only_a_comment_in_the_code(self):
        self.change("spec/03-framing.md", "- **FRM-005**", "- **FRM-006** (MUST · endpoint · wire · chosen) A frame MUST be new.\n- **FRM-005**")
        self.change("reference/protocol/frame.cc", "log();", "log();  // [FRM-006]")
        self.write("conformance/cases/b.cc", "std::vector<Case> none;  // [FRM-006] and \"FRM-006\" in a comment\n")
        self.write("spec/evidence/accepted.txt", citations.accepted_text(self.spec()))
        found = [(f.gate, word) for f in gates.check(self.ledger()) for word in ("client", "server") if f"a {word}" in f.text and "FRM-006" in f.text and f.place == "spec/03-framing.md:7"]
        self.assertEqual([("no-case-written", "client"), ("no-fault-written", "client"), ("no-case-written", "server"), ("no-fault-written", "server")], found)

    def test_a_must_without_a_written_case_in_one_role(self):
        for file, role in (("framing.cc", "server"), ("client_framing.cc", "client")):
            with self.subTest(role=role):
                held = (self.house / f"conformance/cases/{file}").read_text()
                self.change(f"conformance/cases/{file}", '"FRM-001"', '"FRM-004"')
                self.assertEqual([("no-case-written", True)], [(f.gate, f"FRM-001 is cited by no case of a {role}" in f.text) for f in gates.check(self.ledger())])
                self.write(f"conformance/cases/{file}", held)
        self.change("conformance/cases/framing.cc", '"FRM-002"', '"FRM-004"')
        self.except_()
        self.assertEqual([], gates.check(self.ledger()))

    def test_cases_that_both_roles_share_and_cases_of_the_machines_rows(self):
        self.change("conformance/cases/framing.cc", '"FRM-001"', '"FRM-004"')
        self.write("conformance/cases/malformations.cc", 'static const std::vector<Malformation> all = {{"gap", "FRM-001"}};\n')
        self.assertEqual([], gates.check(self.ledger()))
        self.change("conformance/cases/framing.cc", '"FRM-002"', '"FRM-004"')
        self.assertEqual(["no-case-written"], [f.gate for f in gates.check(self.ledger())])
        self.write("conformance/cases/states.cc", "cases.push_back(accepted(*admitted, known->requirement));  // Case\n")
        self.assertEqual(["no-case-written"], [f.gate for f in gates.check(self.ledger())])
        spec = self.spec()
        spec.tables["messages"] = {"message": [{"name": "hello"}]}
        spec.machines = [{**MACHINE, "name": "server_session", "row": [{"states": ["header"], "event": "hello", "targets": ["body"], "requirement": "FRM-002"}]}]
        self.write("spec/evidence/accepted.txt", citations.accepted_text(spec, {r.id for r in spec.requirements}))
        self.assertEqual([], gates.check(Ledger(spec)))

    def test_a_must_without_a_written_fault_in_one_role(self):
        self.change("reference/fault/catalogue.inc", "none, both", "none, server")
        self.finds("no-fault-written", "spec/03-framing.md:3", "FRM-001", "no fault of a client")
        self.write("interop/adapters/reference/mutate_exceptions.json", json.dumps({"exceptions": [{"requirement": "FRM-001", "role": "server", "reason": "none"}]}))
        self.finds("no-fault-written", "spec/03-framing.md:3", "FRM-001", "no fault of a client")
        self.write("interop/adapters/reference/mutate_exceptions.json", json.dumps({"exceptions": [{"requirement": "FRM-001", "role": "client", "reason": "no client has it"}]}))
        self.assertEqual([], gates.check(self.ledger()))

    def test_a_written_case_that_cites_nothing(self):
        maker = "Case made(std::string id, std::vector<std::string> requirements, std::string goal, std::function<Octets(Context&, int)> octets) {\n  return {.id = std::move(id), .requirements = std::move(requirements)};\n}\n"
        one = "Case one(std::string_view word, std::string requirement) {\n}\n"
        for text, line in (('Case{\n.id = "a",\n.requirements = {},\n}', 2), ('Case{\n.id = f("a", 1),\n.goal = "b"}', 2), ('{.id = "a", .requirements = {""}}', 1),
                           (maker + 'made("a, (b", {}, "c", d),\n', 4), (maker + 'made(f("a"), std::vector<std::string>{}, "c", d),\n', 4), (one + 'x = one("http://a", "");\n', 3)):
            with self.subTest(text=text):
                self.write("conformance/cases/c.cc", text)
                self.assertEqual([("orphan-case", f"conformance/cases/c.cc:{line}")], [(f.gate, f.place) for f in gates.check(self.ledger())])
        self.write("conformance/cases/c.cc", maker + one + 'made("a", {"FRM-001"}, "b", {}); one("", "FRM-001"); Case{.id = "a", .requirements = wanted};')
        self.assertEqual([], gates.check(self.ledger()))

    def test_what_a_case_cites_is_judged_from_outside_whatever_its_line_says(self):
        self.write("conformance/cases/a.cc", '.requirements = {"FRM-003"},\n')
        self.finds("no-code", "spec/03-framing.md:5", "FRM-003")
        self.finds("no-case", "spec/03-framing.md:5", "FRM-003")
        self.finds("no-fault", "spec/03-framing.md:5", "FRM-003")

    def test_a_vector_or_model_must_that_no_case_cites_without_a_reason(self):
        self.change("spec/tables/unjudged.toml", "FRM-005", "FRM-004")
        self.finds("no-reason", "spec/03-framing.md:7", "FRM-005")

    def test_a_reason_for_no_case_where_there_is_one(self):
        self.write("conformance/cases/a.cc", '.requirements = {"FRM-005"},\n')
        self.finds("no-reason", "spec/tables/unjudged.toml", "FRM-005", "conformance/cases/a.cc:1")

    def test_generating_again_accepts_nothing_that_was_edited(self):
        self.change("spec/03-framing.md", "log each frame", "log every frame")
        self.write("spec/evidence/accepted.txt", citations.accepted_text(self.spec()))
        self.finds("stale-citation", "reference/protocol/frame.cc:2", "FRM-002")

    # ---- cases
    def test_a_case_that_came_to_no_verdict_although_another_passed(self):
        for verdict in ("inconclusive", "unimplemented", "not_applicable", "not_run", "warn"):
            with self.subTest(verdict=verdict):
                self.ran(cases=[*CASES, {"id": "framing.other", "requirements": ["FRM-001"], "verdict": verdict}])
                self.finds("no-verdict", "build/conform/report.json", "framing.other", verdict)

    def test_a_must_of_the_wire_or_the_state_without_a_case(self):
        self.ran(cases=CASES[:1])
        findings = self.finds("no-case", "spec/03-framing.md:4", "FRM-002", "no case")
        self.assertFalse(any(f.gate == "no-case" and "FRM-004" in f.text for f in findings), "a SHOULD may do without")

    def test_a_case_that_did_not_pass_is_no_evidence(self):
        for verdict in ("fail", "inconclusive", "unimplemented", "not_run", "warn"):
            with self.subTest(verdict=verdict):
                self.ran(cases=[CASES[0], CASES[1] | {"verdict": verdict}])
                self.finds("no-case", "spec/03-framing.md:4", f"framing.logged ({verdict})")

    def test_a_case_passes_in_every_iteration_or_not_at_all(self):
        self.ran(cases=[*CASES, CASES[1] | {"verdict": "fail"}])
        self.finds("no-case", "spec/03-framing.md:4", "framing.logged (fail)")

    def test_a_report_of_another_wording(self):
        self.change("spec/03-framing.md", "begin with a header", "start with a header")
        self.finds("no-case", "spec/03-framing.md:3", "FRM-001", "another wording")

    def test_a_report_of_another_implementation_or_of_some_faults(self):
        self.change("build/conform/report.json", "coffer reference", "somebody's server")
        self.finds("other-run", "build/conform/report.json", "somebody's server")
        self.ran()
        self.change("build/mutate/mutate.json", '"every_fault": true', '"every_fault": false')
        self.finds("other-run", "build/mutate/mutate.json", "some of the faults")

    def test_a_run_of_the_suite_that_did_not_end_well(self):
        self.change("build/conform/report.json", '"exit_code": 0', '"exit_code": 3')
        self.finds("bad-run", "build/conform/report.json", "exit status 3")

    def test_a_kill_matrix_of_another_implementation_or_of_a_run_that_did_not_end_well(self):
        for old, new, gate, words in (("coffer reference", "somebody else's", "other-run", "judged somebody else's"), ('"exit_code": 0', '"exit_code": 4', "bad-run", "exit status 4"),
                                      (', "exit_code": 0', "", "bad-run", "does not say"), ('"troubles": []', '"troubles": ["the adapter hung"]', "bad-run", "the adapter hung"),
                                      ('"not_passed": []', '"not_passed": [{"case": "framing.header"}]', "bad-run", "framing.header does not pass without any fault")):
            with self.subTest(new=new):
                self.change("build/mutate/mutate.json", old, new)
                self.finds(gate, "build/mutate/mutate.json", words)
                self.ran()

    def test_an_endpoints_must_that_was_tried_in_one_role_only(self):
        self.ran(tried=[TRIED[0], TRIED[2]])
        self.finds("no-fault", "spec/03-framing.md:3", "FRM-001", "not as client")
        self.ran(tried=[TRIED[1], TRIED[2]])
        self.finds("no-fault", "spec/03-framing.md:3", "FRM-001", "not as server")

    def test_a_fabricated_kill_matrix_is_refused(self):
        everything = [t for t in TRIED if t["role"] == "server"]
        self.write("build/mutate/mutate.json", json.dumps({"implementation": {"name": "somebody else's"}, "run": {"every_fault": True, "exit_code": 4}, "troubles": ["one"], "faults": FAULTS, "requirements": everything, "stale_exceptions": []}))
        findings, _ = gates.judge(self.ledger())
        self.assertEqual(["bad-run", "bad-run", "no-fault", "other-run"], sorted(f.gate for f in findings))

    def test_a_kill_matrix_older_than_the_catalogue(self):
        self.change("reference/fault/catalogue.inc", "COFFER_FAULT(FRM_002", 'COFFER_FAULT(FRM_001_new, client, "new")\nCOFFER_FAULT(FRM_002')
        self.finds("other-run", "build/mutate/mutate.json", "did not try FRM_001_new (client)")

    def test_a_run_of_the_models_that_did_not_pass_or_left_some_out(self):
        self.change("build/model/report.json", '"passed": true, "problems": []', '"passed": false, "problems": ["a cover was not reached"]')
        self.finds("bad-run", "build/model/report.json", "did not pass")
        self.finds("bad-run", "build/model/report.json", "a cover was not reached")
        self.ran()
        self.write("spec/models/other/model.toml", "")
        self.finds("other-run", "build/model/report.json", "does not have other")

    def test_an_orphan_case(self):
        self.ran(cases=[*CASES, {"id": "framing.stray", "requirements": [], "verdict": "pass"}])
        self.finds("orphan-case", "framing.stray", "cites no requirement")

    def test_a_case_of_an_unknown_requirement(self):
        self.ran(cases=[*CASES, {"id": "framing.stray", "requirements": ["FRM-055"], "verdict": "pass"}])
        self.finds("orphan-case", "framing.stray", "FRM-055")

    # ---- harms
    def harm(self, side):
        self.write("spec/tables/harms.toml", f'[[harm]]\nname = "flip"\ntext = "a flip"\nserver = {side}\nclient = "cannot"\n')
        self.ran()

    def test_a_harm_that_a_case_shows(self):
        self.harm(f'{{ requirement = "{CASES[0]["requirements"][0]}", cases = ["{CASES[0]["id"]}"] }}')
        self.assertEqual([], [str(f) for f in gates.judge(self.ledger())[0] if f.gate == "harm"])

    def test_a_harm_that_no_case_shows(self):
        self.harm('{ requirement = "FRM-001", cases = ["framing.nowhere"] }')
        self.finds("harm", "spec/tables/harms.toml", "framing.nowhere", "does not exist")

    def test_a_harm_whose_case_is_of_another_rule(self):
        self.harm(f'{{ requirement = "FRM-003", cases = ["{CASES[0]["id"]}"] }}')
        self.finds("harm", "spec/tables/harms.toml", "does not cite that")

    def test_a_harm_that_no_test_shows(self):
        self.harm('{ requirement = "FRM-001", tests = ["Nobody.tests_this"] }')
        self.finds("harm", "spec/tables/harms.toml", "Nobody.tests_this")

    # ---- faults, models, vectors
    def test_a_must_without_a_fault(self):
        self.ran(faults=FAULTS[:2], tried=[*TRIED[:2], TRIED[2] | {"faults": [], "killed": []}])
        self.finds("no-fault", "spec/03-framing.md:4", "FRM-002 (server)", "no fault")

    def test_a_must_that_was_not_tried_or_in_another_wording(self):
        self.ran(tried=TRIED[:2])
        self.finds("no-fault", "spec/03-framing.md:4", "FRM-002", "in no role", "./dev mutate")
        self.ran(tried=[*TRIED[:2], TRIED[2] | {"sentence": "A server MUST log some frames."}])
        self.finds("no-fault", "spec/03-framing.md:4", "FRM-002", "another wording")

    def test_a_fault_that_survives(self):
        self.ran(faults=[*FAULTS[:2], FAULTS[2] | {"killed": False}], tried=[*TRIED[:2], TRIED[2] | {"killed": []}])
        self.finds("no-fault", "spec/03-framing.md:4", "FRM_002_silent")

    def test_a_fault_that_survives_in_one_role_of_two(self):
        self.ran(tried=[TRIED[0], TRIED[1] | {"killed": []}, TRIED[2]])
        self.finds("no-fault", "spec/03-framing.md:3", "FRM-001 (client)", "FRM_001_none")

    def test_an_exception_from_faults_is_the_reports_and_the_committed_files(self):
        self.ran(tried=[TRIED[0], TRIED[1] | {"faults": [], "killed": [], "exception": "no client has it"}, TRIED[2]])
        self.finds("no-fault", "spec/03-framing.md:3", "FRM-001 (client)", "mutate_exceptions.json does not have")
        self.write("interop/adapters/reference/mutate_exceptions.json", json.dumps({"exceptions": [{"requirement": "FRM-001", "role": "client", "reason": "no client has it"}]}))
        self.ran(tried=[TRIED[0], TRIED[1] | {"faults": [], "killed": [], "exception": "no client has it"}, TRIED[2]])
        self.assertEqual(([], []), gates.judge(self.ledger()))
        self.assertIn("as client: no client has it", terminal.in_full(self.ledger(), ["FRM-001"], True))
        self.assertIn("1 excused (FRM-001 as client)", terminal.verdict(self.ledger(), [], [], []))
        self.ran(stale=["FRM-002 (server)"])
        self.finds("exception", "interop/adapters/reference/mutate_exceptions.json", "FRM-002 (server)")

    def test_a_model_judged_must_without_a_claim_that_holds(self):
        self.ran(claims=[CLAIMS[0] | {"verdict": "fails"}])
        self.finds("no-model", "spec/03-framing.md:7", "FRM-005")

    def test_vectors_that_no_passing_test_ran(self):
        for status in ("fail", "notrun", "disabled"):
            with self.subTest(status=status):
                self.ran(tests=[TESTS[0], ("Vectors.frames", status, ""), TESTS[2]])
                self.finds("no-vector", "spec/03-framing.md:5", "FRM-003", "no test ran them")

    def test_a_vector_that_the_suite_saw_fail_is_none_and_one_that_passed_is_no_case(self):
        case = {"id": "vectors.frames.big", "requirements": ["FRM-003"], "verdict": "pass"}
        self.ran(cases=[*CASES, case])
        self.assertEqual((self.ledger().of["FRM-003"].has("vectors"), self.ledger().of["FRM-003"].has("cases")), (True, False))
        self.ran(cases=[*CASES, case | {"verdict": "fail"}])
        self.finds("no-vector", "spec/03-framing.md:5", "FRM-003", "no test ran them")

    def test_a_vector_judged_must_without_a_vector(self):
        self.write("spec/vectors/frames.json", '{"coffer_vectors": 1, "vectors": []}')
        self.finds("no-vector", "spec/03-framing.md:5", "FRM-003", "has none")

    # ---- the run of the tests
    def test_a_run_with_a_test_that_failed_is_evidence_of_nothing(self):
        for status in ("fail", "notrun", "disabled"):
            with self.subTest(status=status):
                self.ran(tests=[*TESTS, ("Frame.is_small", status, "")])
                self.finds("bad-run", "build/dev/junit.xml", "Frame.is_small", "./dev test")
        self.ran(tests=[*TESTS[:2], (TESTS[2][0], "fail", TESTS[2][2])])
        self.finds("bad-run", "build/dev/junit.xml", "end_to_end.log")

    def test_a_failure_under_a_sanitizer_names_its_lane(self):
        self.write("build/tsan/junit.xml", junit((TESTS[0][0], "fail", "")))
        self.finds("bad-run", "build/tsan/junit.xml", TESTS[0][0], "./dev test tsan")

    def test_what_a_test_lists_as_skipped_is_no_failure(self):
        self.ran(tests=[*TESTS, ("end_to_end.tty", "run", "test_colour (__main__.T.test_colour) ... skipped 'no terminal'\n")])
        self.assertEqual([], gates.judge(self.ledger())[0])

    def test_a_run_without_a_test(self):
        self.ran(tests=[])
        self.finds("bad-run", "build/dev/junit.xml", "no test ran")

    def test_a_run_that_lacks_a_test_of_the_tree(self):
        for form, name in (("TEST(Frame, is_new) {}", "Frame.is_new"), ("TEST_F(Frame,\n       is_new) {}", "Frame.is_new"), ("RC_GTEST_PROP(Frame, is_new, (int a)) {}", "Frame.is_new"), ("TEST_P(Frame, is_new) {}", "Each/Frame.is_new/one")):
            with self.subTest(form=form):
                self.write("tests/unit/new_test.cc", form + "\n")
                self.ran()
                self.finds("other-run", "build/dev/junit.xml", "tests/unit/new_test.cc:1")
                self.ran(tests=[*TESTS, (name, "run", "")])
                self.assertEqual([], gates.judge(self.ledger())[0])

    def test_a_run_that_lacks_a_test_of_the_programs(self):
        self.write("tests/end_to_end/log_test.py", "class Log:\n    def test_FRM_002_is_logged(self):\n        pass\n\n    def test_two(self):\n        pass\n")
        self.ran()
        self.assertEqual(["does not have the test at tests/end_to_end/log_test.py:5: run ./dev test again, or is it in no CMakeLists.txt?"], [f.text for f in gates.judge(self.ledger())[0]])

    def test_a_run_that_lacks_the_replay_of_a_fuzz_target(self):
        self.write("fuzz/targets/frame.cc", "// octets\n")
        self.write("fuzz/targets/canary.cc", "// caught\n")
        self.ran()
        self.finds("other-run", "build/dev/junit.xml", "fuzz/targets/frame.cc:1")
        self.ran(tests=[*TESTS, ("fuzz.replay.frame", "run", "")])
        self.assertEqual([], gates.judge(self.ledger())[0])

    def test_a_report_that_is_older_than_what_it_speaks_of(self):
        for report, source, command in (("build/dev/junit.xml", "tests/unit/frame_test.cc", "./dev test"), ("build/dev/junit.xml", "spec/vectors/frames.json", "./dev test"), ("build/conform/report.json", "conformance/cases/framing.cc", "./dev conform"), ("build/mutate/mutate.json", "reference/fault/catalogue.inc", "./dev mutate"), ("build/model/report.json", "spec/models/session/session.m", "./dev model"), ("build/transitions/tests.ndjson", "spec/tables/machines/reader.toml", "./dev test"), ("build/transitions/conform.ndjson", "reference/protocol/frame.cc", "./dev conform")):
            with self.subTest(report=report):
                if not (self.house / source).exists():
                    self.write(source, "# a model or a machine\n")
                self.ran()
                self.assertEqual([], gates.judge(self.ledger())[0])
                later = (self.house / report).stat().st_mtime_ns + 1
                os.utime(self.house / source, ns=(later, later))
                self.finds("other-run", report, f"older than {source}", command)

    # ---- transitions
    def test_a_row_that_no_run_takes(self):
        self.ran(steps=STEPS[:1])
        self.finds("row-not-taken", "spec/tables/machines/reader.toml", "body × complete", "FRM-002")

    def test_rows_are_taken_by_all_runs_together(self):
        self.ran(steps=STEPS[:1])
        self.write("build/transitions/conform.ndjson", "".join(json.dumps(s) + "\n" for s in STEPS))
        self.assertEqual([], gates.judge(self.ledger())[0])

    def test_some_of_the_runs_alone_say_nothing_of_rows_that_they_did_not_take(self):
        self.ran(steps=STEPS[:1])
        self.finds("row-not-taken", "spec/tables/machines/reader.toml")
        for name in ("conform", "tests"):
            with self.subTest(without=name):
                held = (self.house / f"build/transitions/{name}.ndjson").read_text()
                (self.house / f"build/transitions/{name}.ndjson").unlink()
                self.assertNotIn("row-not-taken", {f.gate for f in gates.judge(self.ledger())[0]})
                self.assertIn("judged once both are there", terminal.summary(self.ledger()))
                self.write(f"build/transitions/{name}.ndjson", held)
        self.assertNotIn("judged once both are there", terminal.summary(self.ledger()))

    def test_a_forbidden_step_is_a_finding_whichever_runs_are_missing(self):
        self.ran(steps=[*STEPS, STEPS[0] | {"to": "failed"}])
        (self.house / "build/transitions/conform.ndjson").unlink()
        self.finds("transition", str(self.house / "build/transitions/tests.ndjson:3"), "leads to body")

    def test_a_step_that_the_table_does_not_allow(self):
        self.ran(steps=[*STEPS, STEPS[0] | {"to": "failed"}])
        self.finds("transition", str(self.house / "build/transitions/tests.ndjson:3"), "leads to body")

    # ---- exceptions
    def test_an_exception_excuses_and_is_itself_a_finding_once_not_needed(self):
        self.ran(cases=CASES[:1])
        self.except_()
        self.assertNotIn("no-case", {f.gate for f in gates.judge(self.ledger())[0]})
        self.ran()
        self.finds("exception", "spec/evidence/exceptions.toml", "FRM-002", "has one: framing.logged")

    def test_an_exception_without_its_parts(self):
        for change, word in (({"requirement": "FRM-077"}, "no requirement"), ({"from_": '["review"]'}, "only case"), ({"from_": "[]"}, "from nothing"), ({"instead": "hope"}, "ways"), ({"reason": "no"}, "no reason")):
            with self.subTest(change=change):
                self.except_(**change)
                self.finds("exception", "spec/evidence/exceptions.toml", word)

    # ---- coverage
    def test_coverage_by_code_that_is_lost(self):
        self.change("reference/protocol/frame.cc", "[FRM-002]", "")
        self.finds("coverage", "spec/03-framing.md:4", "FRM-002", "`code`")

    def test_coverage_by_tests_that_is_lost(self):
        self.ran(tests=TESTS[:2])
        self.finds("coverage", "spec/03-framing.md:4", "FRM-002", "`tests`")

    def test_what_one_requirement_loses_another_does_not_make_good(self):
        self.ran(tests=[*TESTS[:2], ("Frame.FRM_004_is_quick", "run", "")])
        self.finds("coverage", "spec/03-framing.md:4", "FRM-002", "`tests`")

    def test_a_requirement_that_vanished_loses_all_and_a_withdrawn_one_nothing(self):
        self.change("spec/evidence/snapshot.toml", "[requirement]", '[requirement]\nFRM-009 = "code"\nFRM-008 = "code"')
        self.assertEqual(["FRM-008"], [i for i, _ in snapshot.below(self.ledger(), ["code"])])
        self.assertNotIn("FRM-009", snapshot.raised(self.ledger())[0])

    def test_a_kind_that_is_none(self):
        self.change("spec/evidence/snapshot.toml", 'FRM-001 = "code', 'FRM-001 = "cods')
        self.finds("coverage", "spec/evidence/snapshot.toml", "FRM-001", "cods")

    def test_a_requirement_that_the_snapshot_does_not_have(self):
        held = (self.house / "spec/evidence/snapshot.toml").read_text()
        self.write("spec/evidence/snapshot.toml", "".join(line for line in held.splitlines(True) if not line.startswith("FRM-001 ")))
        self.finds("coverage", "spec/03-framing.md", "FRM-001 is not in")

    def test_a_snapshot_rises_and_falls_only_with_a_reason(self):
        self.ran(tests=[*TESTS[:2], ("Frame.FRM_004_is_quick", "run", "")])
        self.assertIn("FRM-004 tests", gates.to_be_raised(self.ledger(), ()))
        self.assertEqual("", gates.to_be_raised(self.ledger()))
        text, fallen = snapshot.raised(self.ledger())
        self.assertIn('FRM-002 = "code tests', text)
        self.assertIn('FRM-004 = "tests', text)
        self.assertEqual(["FRM-002 has no tests any more", "tests fell from 4 to 3"], fallen)
        text, _ = snapshot.raised(self.ledger(), "the log is gone")
        self.assertIn('FRM-002 = "code cases', text)
        self.assertIn('reason = "the log is gone"', text)
        self.write("spec/evidence/snapshot.toml", text)
        self.assertNotIn("coverage", {f.gate for f in gates.judge(self.ledger())[0]})
        self.assertEqual("", gates.to_be_raised(self.ledger(), ()))

    def test_a_total_that_falls_although_no_requirement_loses_its_last(self):
        more = [{"id": f"framing.more.{n}", "requirements": ["FRM-001"], "verdict": "pass"} for n in range(3)]
        self.ran(cases=[*CASES, *more])
        self.assertIn("5 cases instead of 2", gates.to_be_raised(self.ledger(), ()))
        self.write("spec/evidence/snapshot.toml", snapshot.raised(self.ledger())[0])
        self.assertEqual([], gates.judge(self.ledger())[0])
        self.ran(cases=[*CASES, *more[:2]])
        self.finds("coverage", "spec/evidence/snapshot.toml", "cases fell from 5 to 4")
        text, fallen = snapshot.raised(self.ledger())
        self.assertEqual((["cases fell from 5 to 4"], True), (fallen, "cases = 5" in text))
        text, _ = snapshot.raised(self.ledger(), "two said the same")
        self.assertIn('total = "cases"\nfrom = "5"\nto = "4"\nreason = "two said the same"', text)
        self.write("spec/evidence/snapshot.toml", text)
        self.assertEqual([], gates.judge(self.ledger())[0])

    def test_a_model_that_catches_fewer_mutants(self):
        self.ran(claims=[CLAIMS[0] | {"killed": []}])
        self.finds("coverage", "spec/evidence/snapshot.toml", "mutants fell from 1 to 0")

    def test_more_than_the_snapshot_asks_for_is_a_note_and_no_finding(self):
        self.change("reference/protocol/frame.cc", "log();", "log();  // [FRM-004]")
        self.ran()
        self.assertEqual([], gates.judge(self.ledger())[0])
        self.assertIn("FRM-004 code", gates.to_be_raised(self.ledger()))

    def test_a_floor_is_not_made_of_a_run_that_failed(self):
        self.assertEqual([], gates.of_no_worth(self.ledger()))
        self.ran(tests=[*TESTS, ("Frame.is_small", "fail", "")])
        self.assertEqual(["bad-run"], [f.gate for f in gates.of_no_worth(self.ledger())])
        held = (self.house / "spec/evidence/snapshot.toml").read_text()
        with contextlib.redirect_stderr(io.StringIO()):
            self.assertEqual(1, trace.write_snapshot(self.ledger(), ""))
        self.assertEqual(held, (self.house / "spec/evidence/snapshot.toml").read_text())

    def test_a_snapshot_that_never_saw_a_kind_of_evidence(self):
        held = (self.house / "spec/evidence/snapshot.toml").read_text()
        self.write("spec/evidence/snapshot.toml", held.replace(" faults", ""))
        self.finds("coverage", "spec/evidence/snapshot.toml", "no requirement is to have faults")

    # ---- reports
    def test_each_missing_report_is_named_with_the_command_that_makes_it(self):
        for path, command in (("build/dev/junit.xml", "./dev test"), ("build/conform/report.json", "./dev conform"), ("build/mutate/mutate.json", "./dev mutate"), ("build/model/report.json", "./dev model"), ("build/transitions/tests.ndjson", "./dev test"), ("build/transitions/conform.ndjson", "./dev conform")):
            with self.subTest(path=path):
                held = (self.house / path).read_text()
                (self.house / path).unlink()
                _, missing = gates.judge(self.ledger())
                self.assertEqual([(path, command)], [(s.path, s.command) for s in missing])
                self.assertIn(f"no {path} ({command} makes it)", terminal.in_full(self.ledger(), ["FRM-001"], True) if path not in ("build/model/report.json", "build/transitions/tests.ndjson", "build/transitions/conform.ndjson") else terminal.summary(self.ledger()))
                self.write(path, held)

    def test_of_vectors_that_no_report_speaks_of_it_is_not_said_that_they_failed(self):
        of_vectors = lambda: terminal.in_full(self.ledger(), ["FRM-003"], True).partition("  vectors")[2]
        self.assertIn("1 of 1 run and passed", of_vectors())
        self.ran(tests=TESTS[:1])
        self.assertIn("✗ frames/big", of_vectors())
        (self.house / "build/dev/junit.xml").unlink()
        self.assertIn("not known: no build/dev/junit.xml (./dev test makes it)", of_vectors())
        self.assertNotIn("✗", of_vectors())
        self.assertIsNone(json.loads(terminal.as_json(self.ledger(), ["FRM-003"]))["requirements"][0]["vectors"][0]["ran"])
        block = requirements.block(self.ledger().of["FRM-003"], lambda text: text, set(), [])
        self.assertIn("frames/big", block)
        self.assertNotIn("✗", block)

    def test_what_can_be_done_without_is_not_missed(self):
        (self.house / "build/mutate/mutate.json").unlink()
        self.assertEqual([], gates.judge(self.ledger(), ["faults"])[1])


class Reading(House):
    def test_tests_name_requirements_in_gtest_and_in_unittest(self):
        tests = Reports(self.house).tests
        self.assertEqual({"FRM-001"}, set(tests["Frame.FRM_001_begins_with_a_header"].ids))
        self.assertTrue(tests["end_to_end.log: test_FRM_002_is_logged"].passed)

    def test_a_test_that_fails_under_a_sanitizer_did_not_pass(self):
        self.write("build/asan/junit.xml", junit((TESTS[0][0], "fail", "")))
        self.assertFalse(Reports(self.house).tests[TESTS[0][0]].passed)

    def test_the_json_says_what_the_text_says(self):
        document = json.loads(terminal.as_json(self.ledger(), ["FRM-002"]))["requirements"][0]
        self.assertEqual(["framing.logged"], [c["id"] for c in document["cases"]])
        self.assertEqual(["reference/protocol/frame.cc"], [c["path"] for c in document["code"]])
        text = terminal.in_full(self.ledger(), ["FRM-002"], False)
        for word in ("framing.logged", "reference/protocol/frame.cc:2", "FRM_002_silent", "killed by framing.logged"):
            self.assertIn(word, text)
        self.assertNotIn("\033", text)


class Commands(unittest.TestCase):
    def run_trace(self, *arguments):
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = trace.main(list(arguments))
        return status, out.getvalue(), err.getvalue()

    def test_one_requirement_in_either_spelling(self):
        for spelling in ("FRM-012", "frm_012"):
            status, out, _ = self.run_trace(spelling)
            self.assertEqual(0, status)
            self.assertIn("reference/protocol/frame.cc", out)

    def test_what_there_is_not(self):
        status, _, err = self.run_trace("FRM-999")
        self.assertEqual(1, status)
        self.assertIn("there are FRM-001 to", err)

    def test_usage(self):
        for arguments in (["--accept"], ["--gate", "--without", "hope"], ["--what"], ["--check", "--gate"]):
            with self.subTest(arguments=arguments):
                self.assertEqual(64, self.run_trace(*arguments)[0])

    def test_a_reader_that_stops_reading_is_no_error(self):
        read, write = os.pipe()
        os.close(read)
        ended = subprocess.run([sys.executable, "-B", TOOLS / "trace.py", "FRM-012"], stdout=write, stderr=subprocess.PIPE, text=True)
        os.close(write)
        self.assertEqual((-signal.SIGPIPE, ""), (ended.returncode, ended.stderr))

    def test_a_file_of_transitions_that_is_not_there(self):
        self.assertEqual(69, self.run_trace("--transitions", "no/such/file")[0])


if __name__ == "__main__":
    unittest.main()
