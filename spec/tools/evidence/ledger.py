"""Joins, per requirement, what the chapters, the citations and the reports say of it."""
import collections
import dataclasses
import json
import tomllib

import specification

from evidence import citations, reports, written

FAULT_EXCEPTIONS = "interop/adapters/reference/mutate_exceptions.json"  # where `coffer-conform mutate` reads them
COLUMNS = ("code", "vectors", "tests", "cases", "faults", "models")


@dataclasses.dataclass
class Evidence:
    requirement: specification.Requirement
    claims: list  # (id, text, document) of each claim its provenance names
    cited: list  # every Citation
    tests: list
    cases: list
    faults: list
    models: list
    vectors: list
    stale: str  # what of it was edited since its citations were looked at; "": nothing
    rationale: tuple  # (chapter, line, words) of the paragraph that says why, or ()
    reworded: bool  # the report of the cases judged another sentence
    citing: dict  # role -> where cases cite it: known without any run
    breaking: set  # the roles in which the catalogue has a fault that breaks it

    @property
    def code(self):
        return [c for c in self.cited if c.formal and c.path.startswith("reference/") and c.path.endswith((".cc", ".h"))]

    @property
    def other(self):
        return [c for c in self.cited if c not in self.code and not c.path.startswith("spec/vectors/")]

    def has(self, column):
        """Whether there is evidence of this kind: what ran and passed, was killed, holds; for code, that it is named."""
        return {"code": bool(self.code), "tests": any(t.passed for t in self.tests), "vectors": any(v.ran for v in self.vectors),
                "cases": any(c.passed for c in self.cases) and not self.reworded, "faults": any(f.killed for f in self.faults),
                "models": any(m.holds for m in self.models)}[column]

    @property
    def roles(self):
        """The roles that it binds."""
        return {"client", "server"} if self.requirement.role == "endpoint" else {self.requirement.role}

    @property
    def roles_to_try(self):
        """Those in which a fault ought to break it: all that it binds when its line says that wire or stored state can judge it, else those in which a case does."""
        return self.roles if self.requirement.judged in ("wire", "state") else self.roles & set(self.citing)

    @property
    def judged_from_outside(self):
        """A MUST that its line says wire or stored state can judge, or that a case does judge, whatever its line says."""
        return self.requirement.level == "MUST" and (self.requirement.judged in ("wire", "state") or bool(self.citing))


class Ledger:
    """All evidence there is. `reports` may be given, so that a planted tree can do without runs."""

    def __init__(self, spec, found=None):
        self.spec = spec
        self.house = citations.house_of(spec.root)
        self.sources = tomllib.loads((spec.root / "sources.toml").read_text())
        self.reports = found or reports.Reports(self.house)
        self.citations = citations.scan(self.house, spec)
        self.stale = citations.stale(spec)
        self.unjudged = {row["name"]: row for row in spec.tables.get("unjudged", {}).get("requirement", [])}
        path = self.house / FAULT_EXCEPTIONS
        self.fault_exceptions = json.loads(path.read_text())["exceptions"] if path.exists() else []
        self.of = {r.id: evidence for r, evidence in zip(spec.requirements, self._join())}

    def _join(self):
        citing, breaking = written.cited(self.house, self.spec), written.faults(self.house)
        rationales = specification.read_rationales(self.spec.root)
        cited = grouped((c.id, c) for c in self.citations)
        tests = grouped((i, t) for t in self.reports.tests.values() for i in t.ids)
        cases = grouped((i, c) for c in self.reports.cases for i in c.ids)
        faults = grouped((i, f) for f in self.reports.faults for i in f.ids)
        models = grouped((i, m) for m in self.reports.claims for i in m.ids)
        vectors = grouped((v.requirement, v) for v in self.reports.vectors)
        for r in self.spec.requirements:
            judged = self.reports.judged_texts.get(r.id, r.sentence)
            yield Evidence(r, self.claims_of(r), cited[r.id], tests[r.id], cases[r.id], faults[r.id], models[r.id], vectors[r.id],
                           self.stale.get(r.id, ""), rationales.get(r.id, ()), " ".join(judged.split()) != " ".join(r.sentence.split()), dict(citing.get(r.id, {})), breaking.get(r.id, set()))

    def claims_of(self, requirement):
        word, _, rest = requirement.provenance.partition(" ")
        if word not in ("says", "implies", "conflict"):
            return []
        titles = {d["prefix"]: d["title"] for d in self.sources["document"]}
        return [(i, self.sources["claims"].get(i, ""), titles.get(i[0], "")) for i in rest.replace("/", ", ").split(", ")]

    def excused_fault(self, identity, role):
        """Why no fault of this requirement need be killed in this role; "": one must."""
        return next((x["reason"] for x in self.fault_exceptions if x.get("requirement") == identity and x.get("role", role) == role), "")

    def chapters(self):
        """chapter -> its Evidence, in the order of the specification."""
        return grouped((e.requirement.chapter, e) for e in self.of.values())

    def counts(self):
        """chapter -> column -> how many of its requirements have evidence of that kind."""
        return {chapter: {column: sum(e.has(column) for e in every) for column in COLUMNS} for chapter, every in self.chapters().items()}


def grouped(pairs):
    groups = collections.defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups
