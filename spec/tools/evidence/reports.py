"""Reads what runs left behind: which tests, cases, faults and model claims there are, what each names, and what became of it.

Everything comes from reports. A test that was skipped, did not run or failed is no evidence, and a report that is not there says which command
makes it. It must not know: requirements' texts (save to notice that a report judged another one), code, comments.
"""
import collections
import dataclasses
import datetime
import json
import re
import xml.etree.ElementTree

from evidence import transitions

NAMED = re.compile(r"(?<![A-Za-z0-9])([A-Z]{3})_(\d{3})(?!\d)")
UNITTEST_LINE = re.compile(r"^(test_\w+) \((\S+)\)(?:\n[^\n]*)? \.\.\. (ok|FAIL|ERROR|skipped.*)$", re.M)
PRESETS = ("dev", "release", "asan", "tsan", "coverage")
# The vectors that are not run by the test `Vectors.FILE` of their file's name, and the test that runs them.
OURS = "coffer reference"  # evidence is what is known of this implementation, not of whichever was judged last
OTHER_VECTOR_TESTS = {"session": "WorkedSession.SES_001_both_sides_say_every_frame_octet_for_octet"}


@dataclasses.dataclass(frozen=True)
class Test:
    name: str
    ids: frozenset
    passed: bool


@dataclasses.dataclass(frozen=True)
class TestRun:
    """One lane's report: of which build, every test it names, and those that did not pass."""
    path: str
    preset: str
    names: frozenset
    failed: tuple


@dataclasses.dataclass(frozen=True)
class Case:
    id: str
    ids: tuple
    verdict: str
    goal: str
    role: str
    level: str

    @property
    def passed(self):
        return self.verdict == "pass"


@dataclasses.dataclass(frozen=True)
class Fault:
    id: str
    ids: tuple
    killed: bool
    killers: tuple  # cases that cite the requirement and failed under the fault
    text: str


@dataclasses.dataclass(frozen=True)
class Tried:
    """A requirement in one role, as the run of the faults left it."""
    requirement: str
    role: str
    sentence: str
    faults: tuple
    killed: bool
    exception: str  # why none need be killed; "": one must


@dataclasses.dataclass(frozen=True)
class Run:
    """What a report says of the whole run, apart from single verdicts. A report that does not say how it ended did not end well."""
    path: str
    judged: str  # the implementation's name
    ended: object  # exit status; None: it does not say
    troubles: tuple = ()  # in words, of what went wrong beside verdicts


@dataclasses.dataclass(frozen=True)
class Claim:
    id: str
    ids: tuple
    holds: bool
    text: str
    mutants: tuple  # the model's mutants that the claim caught


@dataclasses.dataclass(frozen=True)
class Vector:
    id: str
    requirement: str
    comment: str
    ran: bool


@dataclasses.dataclass(frozen=True)
class Source:
    """One kind of report: where it is, which command makes it, and when it was made ("" when it is not there)."""
    kind: str
    path: str
    command: str
    made_at: str
    note: str = ""

    @property
    def present(self):
        return bool(self.made_at)


class Reports:
    def __init__(self, house):
        self.house = house
        self.sources = []
        self.tests = self.read_tests()
        self.cases, self.judged_texts = self.read_cases()
        self.faults, self.tried, self.stale_exceptions = self.read_faults()
        self.claims = self.read_claims()
        self.vectors = self.read_vectors()
        for path, command in transitions.sources(house):
            self.add_source("transitions", path, command)

    def present(self, kind):
        return any(s.present for s in self.sources if s.kind == kind)

    def missing(self, kind):
        return [s for s in self.sources if s.kind == kind and not s.present]

    def tried_in(self, requirement):
        return [t for t in self.tried if t.requirement == requirement]

    def add_source(self, kind, path, command, note=""):
        there = path.exists()
        made_at = datetime.datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y-%m-%d %H:%M") if there else ""
        self.sources.append(Source(kind, path.relative_to(self.house).as_posix(), command, made_at, note))
        return there

    def read_tests(self):
        """name -> Test. A test that ran in several builds passed when it passed in each."""
        found, self.test_runs = {}, []
        paths = [p for preset in PRESETS if (p := self.house / f"build/{preset}/junit.xml").exists()] or [self.house / "build/dev/junit.xml"]
        for path in paths:
            if self.add_source("tests", path, "./dev test"):
                tests = list(tests_of(xml.etree.ElementTree.parse(path)))
                # What a test lists of itself as skipped is no failure, and no evidence either.
                failed = tuple(name for name, _, passed in tests if not passed and ": test_" not in name)
                self.test_runs.append(TestRun(path.relative_to(self.house).as_posix(), path.parent.name, frozenset(name for name, _, _ in tests), failed))
                for name, ids, passed in tests:
                    before = found.get(name)
                    found[name] = Test(name, ids, passed and (before is None or before.passed))
        return found

    def read_cases(self):
        path = self.house / "build/conform/report.json"
        report = json.loads(path.read_text()) if path.exists() else {}
        self.cases_run = self.run_of(path, report, report.get("preflight_faults", []))
        self.add_source("cases", path, "./dev conform", f"judged: {self.cases_run.judged}" if self.cases_run.judged else "")
        by_id = collections.defaultdict(list)
        # The suite's verdicts on test vectors are evidence of vectors: what must be judged by the wire is not judged by them.
        self.vector_verdicts = {}
        for case in report.get("cases", []):
            if case["id"].startswith("vectors."):
                self.vector_verdicts[case["id"]] = case["verdict"]
            else:
                by_id[case["id"]].append(case)
        cases = []
        for identity, iterations in by_id.items():
            verdicts = {c["verdict"] for c in iterations}
            verdict = "pass" if verdicts == {"pass"} else min(verdicts - {"pass"})
            c = iterations[0]
            cases.append(Case(identity, tuple(c["requirements"]), verdict, c.get("goal", ""), c.get("role", ""), c.get("level", "")))
        texts = {r["id"]: r["sentence"] for r in report.get("requirements", []) if "sentence" in r}
        return cases, texts

    def run_of(self, path, report, troubles):
        return Run(path.relative_to(self.house).as_posix(), report.get("implementation", {}).get("name", ""), report.get("run", {}).get("exit_code"), tuple(troubles))

    def read_faults(self):
        path = self.house / "build/mutate/mutate.json"
        report = json.loads(path.read_text()) if path.exists() else {"faults": [], "run": {"every_fault": True}}
        self.every_fault = report["run"]["every_fault"]
        unclean = [f"{c['case']} does not pass without any fault" for c in report.get("clean_run", {}).get("not_passed", [])]
        self.faults_run = self.run_of(path, report, [*report.get("troubles", []), *unclean])
        self.add_source("faults", path, "./dev mutate", "" if self.every_fault else "some of the faults only")
        faults = [Fault(f"{f['name']} ({f['role']})", tuple(f["requirements"]), f["killed"], tuple(f["killed_by"]), f.get("what", "")) for f in report["faults"]]
        tried = [Tried(r["id"], r["role"], r["sentence"], tuple(r["faults"]), bool(r["killed"]), r.get("exception", "")) for r in report.get("requirements", [])]
        return faults, tried, report.get("stale_exceptions", [])

    def read_claims(self):
        path = self.house / "build/model/report.json"
        self.models_run = []  # the names of the models that ran
        self.models_passed, self.models_problems = False, ()
        if not self.add_source("models", path, "./dev model"):
            return []
        report, found = json.loads(path.read_text()), []
        self.models_run = [model["name"] for model in report.get("models", [])]
        self.models_passed, self.models_problems = report.get("passed") is True, tuple(report.get("problems", []))
        for model in report.get("models", []):
            for claim in model.get("claims", []):
                found.append(Claim(f"{model['name']}.{claim['name']}", tuple(claim["cites"]), claim["verdict"] == "holds", claim["says"], tuple(claim["killed"])))
        return found

    def read_vectors(self):
        found = []
        for path in sorted((self.house / "spec/vectors").glob("*.json")):
            test = self.tests.get(OTHER_VECTOR_TESTS.get(path.stem, f"Vectors.{path.stem}"))
            for vector in json.loads(path.read_text()).get("vectors", []):
                judged_badly = self.vector_verdicts.get(f"vectors.{path.stem}.{vector['id']}") in ("fail", "inconclusive", "warn", "error")
                found.append(Vector(f"{path.stem}/{vector['id']}", vector["requirement"], vector.get("comment", ""), bool(test and test.passed) and not judged_badly))
        return found


def tests_of(tree):
    """(name, ids, passed) of each test of a JUnit file as CTest or GoogleTest writes it, and of each unittest test that its output lists."""
    for element in tree.iter("testcase"):
        name, suite = element.get("name", ""), element.get("classname", "")
        name = name if not suite or name.startswith(suite) else f"{suite}.{name}"
        passed = element.get("status", "run") == "run" and not any(element.find(tag) is not None for tag in ("failure", "error", "skipped"))
        ids = named(name) | {p.get("value") for p in element.iter("property") if p.get("name") == "requirement"}
        yield name, frozenset(ids), passed
        for inner, where, outcome in UNITTEST_LINE.findall(element.findtext("system-out") or ""):
            yield f"{name}: {inner}", frozenset(named(inner)), passed and outcome == "ok"


def named(text):
    return {f"{m[1]}-{m[2]}" for m in NAMED.finditer(text)}
