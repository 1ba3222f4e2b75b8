"""What evidence must hold, and what breaks it. Static gates need nothing but the text of the house; dynamic ones judge what runs left behind."""
import dataclasses
import tomllib

import re

from evidence import bound, citations, reports, snapshot, transitions, written
from evidence.ledger import FAULT_EXCEPTIONS

# What an exception may excuse a requirement from, and how the requirement is then judged.
# Exceptions from faults stand where `coffer-conform mutate` reads them, and come from its report.
EXCUSABLE = ("case", "code", "vector", "model")
INSTEAD = ("vector", "model", "review", "test")
MANY = 20  # findings of one kind; the rest is counted


@dataclasses.dataclass(frozen=True)
class Finding:
    place: str
    gate: str
    text: str

    def __str__(self):
        return f"{self.place}: {self.gate}: {self.text}"


def read_exceptions(spec_root):
    path = spec_root / "evidence/exceptions.toml"
    return tomllib.loads(path.read_text()).get("exception", []) if path.exists() else []


def excuses(ledger, identity):
    """(word, why) of each committed reason why some evidence is not asked of a requirement."""
    found = [("excused", f"from a {' and a '.join(x['from'])}; judged by {x['instead']} instead: {x['reason']}") for x in read_exceptions(ledger.spec.root) if x.get("requirement") == identity]
    for x in ledger.fault_exceptions:
        role = f" as {x['role']}" if x.get("role") else ""
        if x.get("requirement") == identity:
            found.append(("excused", f"from a killed fault{role}: {x['reason']}"))
        elif x.get("fault", "").startswith(identity.replace("-", "_")):
            found.append(("excused", f"{x['fault']}{role} need not be killed: {x['reason']}"))
    if row := ledger.unjudged.get(identity):
        found.append(("no case", f"{row['reason']}; instead: {row['instead']}"))
    return found


def excused(exceptions, gate):
    return {e["requirement"] for e in exceptions if gate in e.get("from", [])}


# ---- static

def unknown_citations(ledger):
    for c in [*ledger.citations, *citations.in_what_is_made(ledger.house, ledger.spec)]:
        if c.id not in ledger.of:
            reason = ledger.spec.ledger.get(c.id)
            if reason and c.path.startswith("spec/") and c.path.count("/") == 1:
                continue  # a chapter may tell of what is gone
            yield Finding(c.place, "unknown-citation", f"{c.id} was withdrawn: {reason}" if reason else f"{c.id} is no requirement")


def stale_citations(ledger):
    for identity in sorted(ledger.stale):
        e = ledger.of[identity]
        for c in e.cited or [None]:
            place = c.place if c else f"spec/{e.requirement.chapter}.md:{e.requirement.line}"
            yield Finding(place, "stale-citation", f"{identity}: {ledger.stale[identity]} was edited since this was looked at; look again, then ./dev trace --accept {identity}")


def known_tables(ledger):
    """A sentence that defers to a table does so in words that bound.py knows, or an edit of that table would go unnoticed."""
    for e in ledger.of.values():
        if bound.speaks_of_no_known_table(e.requirement):
            yield Finding(f"spec/{e.requirement.chapter}.md:{e.requirement.line}", "unknown-table", f"{e.requirement.id} speaks of a table that spec/tools/evidence/bound.py does not know: add its words to DEFERRALS")


def exceptions_are_well_formed(ledger):
    seen = set()
    for e in read_exceptions(ledger.spec.root):
        identity = e.get("requirement", "")
        wrong = [f"{identity or 'an entry'} is no requirement"] if identity not in ledger.of else []
        wrong += [f"{identity} excuses from {g}; only {', '.join(EXCUSABLE)} can be" for g in e.get("from", []) if g not in EXCUSABLE]
        wrong += [f"{identity} is excused from nothing"] * (not e.get("from"))
        wrong += [f"{identity} says `instead = \"{e.get('instead', '')}\"`; {', '.join(INSTEAD)} are ways"] * (e.get("instead") not in INSTEAD)
        wrong += [f"{identity} gives no reason"] * (len(e.get("reason", "").split()) < 3)
        wrong += [f"{identity} is excused from {g} twice" for g in e.get("from", []) if (identity, g) in seen]
        seen |= {(identity, g) for g in e.get("from", [])}
        yield from (Finding("spec/evidence/exceptions.toml:1", "exception", text) for text in wrong)


def fault_exceptions_are_well_formed(ledger):
    """Where faults are tried, an exception has a requirement or a fault that is there, a role that it can have, and a reason; that of a citation has its cases."""
    names = {name for name, _, _ in written.catalogue(ledger.house)}
    for x in ledger.fault_exceptions:
        about = x.get("requirement") or x.get("citation") or x.get("fault") or "an entry"
        of_a_requirement = "requirement" in x or "citation" in x
        wrong = [f"{about} is no requirement"] if of_a_requirement and about not in ledger.of else []
        wrong += [f"{about} is no fault of {written.CATALOGUE}"] * (not of_a_requirement and about not in names)
        wrong += [f"{about} is excused as a citation of no case"] * ("citation" in x and not x.get("case"))
        wrong += [f"{about} is excused for {x.get('case')}, and not said for how many (`at_most`)"] * (bool(re.search(r"[*?]", x.get("case", ""))) and not isinstance(x.get("at_most"), int))
        wrong += [f"{about} is excused as {x.get('role')}, which is no role"] * (x.get("role", "client") not in written.BOTH)
        wrong += [f"{about} gives no reason"] * (len(x.get("reason", "").split()) < 3)
        yield from (Finding(f"{FAULT_EXCEPTIONS}:1", "exception", text) for text in wrong)


def named_in_code(ledger):
    yield from lacks(ledger, "code", "code", lambda e: e.judged_from_outside, lambda e: f"is named by no `// [{e.requirement.id}]` below reference/: say where it is kept")


def written_cases_and_faults(ledger):
    """What is judged from outside has, in each role that it binds, a case that cites it and a fault that breaks it: written, whatever became of them when they ran."""
    exempt = excused(read_exceptions(ledger.spec.root), "case")
    for identity, e in ledger.of.items():
        if not e.judged_from_outside:
            continue
        place = f"spec/{e.requirement.chapter}.md:{e.requirement.line}"
        for role in sorted(e.roles_to_try):
            if role not in e.citing and identity not in exempt:
                yield Finding(place, "no-case-written", f"{identity} is cited by no case of a {role} below {written.CASES}/: write one, or say in spec/evidence/exceptions.toml why there can be none")
            if role not in e.breaking and not ledger.excused_fault(identity, role):
                yield Finding(place, "no-fault-written", f"{identity} is broken by no fault of a {role} in {written.CATALOGUE}: add one, or say in {FAULT_EXCEPTIONS} why there can be none")


def cases_that_cite_nothing(ledger):
    yield from (Finding(place, "orphan-case", "a case here cites no requirement") for place in written.citing_nothing(ledger.house))


def why_no_case(ledger):
    """Every MUST that no case judges says why (the lint asks it of those judged by review), and none says so that a case does judge."""
    said = ledger.unjudged
    for identity, e in ledger.of.items():
        r = e.requirement
        if r.level == "MUST" and r.judged in ("vector", "model") and not e.citing and identity not in said:
            yield Finding(f"spec/{r.chapter}.md:{r.line}", "no-reason", f"{identity} is judged by a {r.judged}, no case cites it, and spec/tables/unjudged.toml does not say why")
        if identity in said and e.citing:
            yield Finding("spec/tables/unjudged.toml:1", "no-reason", f"{identity} is said to be judged by no case, and one cites it: {next(iter(e.citing.values()))[0]}")


def static_coverage(ledger):
    yield from coverage(ledger, snapshot.STATIC)


def coverage(ledger, columns):
    for identity, column in snapshot.below(ledger, columns):
        yield Finding(place_of(ledger, identity), "coverage", f"{identity} had evidence of the kind `{column}`, says spec/evidence/snapshot.toml, and has it no more")
    for name, floor, now in snapshot.totals_below(ledger, columns):
        yield Finding("spec/evidence/snapshot.toml:1", "coverage", f"{name} fell from {floor} to {now}: what is gone comes back, or goes with ./dev trace --snapshot --lower REASON")
    for column in snapshot.empty(ledger, columns):
        yield Finding("spec/evidence/snapshot.toml:1", "coverage", f"no requirement is to have {column}, and there is evidence of that kind: ./dev trace --snapshot")


def snapshot_is_well_formed(ledger):
    for identity, kind in snapshot.unknown(ledger):
        yield Finding("spec/evidence/snapshot.toml:1", "coverage", f"{identity} asks for {kind}, which is no kind of evidence")
    held = snapshot.read(ledger.spec.root)[0]
    for identity in ledger.of:
        if identity not in held:
            yield Finding(place_of(ledger, identity), "coverage", f"{identity} is not in spec/evidence/snapshot.toml, so that its evidence could be lost unseen: ./dev trace --snapshot")


def place_of(ledger, identity):
    e = ledger.of.get(identity)
    return f"spec/{e.requirement.chapter}.md:{e.requirement.line}" if e else "spec/evidence/snapshot.toml:1"


def to_be_raised(ledger, without=None):
    """In words, what the snapshot could ask for besides; "": nothing. A note and no finding: whoever has gained something may enter it. `without` None: only what needs no run."""
    columns = snapshot.judged_columns(ledger, without) if without is not None else [c for c in snapshot.COLUMNS if c in snapshot.STATIC]
    more = [f"{identity} {column}" for identity, column in snapshot.above(ledger, columns)]
    floors = snapshot.read_totals(ledger.spec.root)
    more += [f"{count} {name} instead of {floors.get(name, 0)}" for name, count in snapshot.judged_totals(ledger, columns).items() if count > floors.get(name, 0)]
    return f"more evidence than the snapshot asks for ({', '.join(more[:4])}{f' and {len(more) - 4} more' if len(more) > 4 else ''}): ./dev trace --snapshot enters it" if more else ""


STATIC = [unknown_citations, stale_citations, known_tables, exceptions_are_well_formed, fault_exceptions_are_well_formed, named_in_code, written_cases_and_faults, cases_that_cite_nothing, why_no_case, snapshot_is_well_formed, static_coverage]


def check(ledger):
    return [f for gate in STATIC for f in gate(ledger)]


# ---- dynamic

def lacks(ledger, gate, column, wanted, text):
    """Each requirement that is wanted to have evidence and neither has it nor is excused; and each excuse that is no longer needed."""
    exempt = excused(read_exceptions(ledger.spec.root), gate)
    for identity, e in ledger.of.items():
        place = f"spec/{e.requirement.chapter}.md:{e.requirement.line}"
        if wanted(e) and not e.has(column) and identity not in exempt:
            yield Finding(place, f"no-{gate}", f"{identity} {text(e)}")
        if identity in exempt and e.has(column):
            yield Finding("spec/evidence/exceptions.toml:1", "exception", f"{identity} is excused from a {gate} and has one: {evidence_of(e, column)}")


def evidence_of(e, column):
    return {"code": lambda: e.code[0].place, "cases": lambda: next(c.id for c in e.cases if c.passed), "vectors": lambda: next(v.id for v in e.vectors if v.ran), "models": lambda: next(m.id for m in e.models if m.holds)}[column]()


def judged_by_cases(ledger):
    def why(e):
        if e.reworded:
            return "was judged in another wording: run ./dev conform again"
        return "is cited by cases, none of which passed: " + ", ".join(f"{c.id} ({c.verdict})" for c in e.cases[:3]) if e.cases else "has no case that was executed"
    yield from lacks(ledger, "case", "cases", lambda e: e.judged_from_outside, why)


def wrong_run(run, command):
    """What makes a report evidence of nothing, whatever its rows say: another implementation, or a run that did not end well."""
    if run.judged != reports.OURS:
        yield Finding(f"{run.path}:1", "other-run", f"judged {run.judged or 'something without a name'}, not the reference; {command} does")
    if run.ended != 0:
        yield Finding(f"{run.path}:1", "bad-run", f"{'does not say how the run ended' if run.ended is None else f'the run ended with exit status {run.ended}'}: see what {command} says")
    yield from some_of(f"{run.path}:1", "bad-run", run.troubles)


def some_of(place, gate, texts):
    yield from (Finding(place, gate, text) for text in texts[:MANY])
    if len(texts) > MANY:
        yield Finding(place, gate, f"and {len(texts) - MANY} more")


WHAT_BINDS = ("spec/tables", "spec/schema")
# What a report speaks of. It is evidence of what stood there when it was made, not of what was edited since.
SPOKEN_OF = {
    "build/conform/report.json": ("./dev conform", ("reference", "conformance", "interop/adapters/reference", *WHAT_BINDS, "spec/vectors")),
    "build/mutate/mutate.json": ("./dev mutate", ("reference", "conformance", "interop/adapters/reference", *WHAT_BINDS, "spec/vectors")),
    "build/model/report.json": ("./dev model", ("spec/models", "spec/tables")),
    **{f"{lane}.ndjson": (command, ("reference", "tests", "spec/tables/machines")) for lane, command in (("tests", "./dev test"), ("asan", "./dev test asan"), ("tsan", "./dev test tsan"))},
    "conform.ndjson": ("./dev conform", ("reference", "conformance", "spec/tables/machines")),
    "junit.xml": ("./dev test", ("reference", "conformance", "tests", "spec/vectors")),
}
SOURCES = {".cc", ".h", ".inc", ".py", ".json", ".toml", ".capnp", ".m", ".p", ".pml", ".horn"}


def older_than_its_subject(ledger, path):
    """A report that was made before something it speaks of was last edited is one of another tree."""
    command, folders = SPOKEN_OF.get(path) or SPOKEN_OF[path.rpartition("/")[2]]
    made = (ledger.house / path).stat().st_mtime_ns
    every = [p for folder in folders for p in (ledger.house / folder).rglob("*") if p.suffix in SOURCES and p.is_file()]
    edited = sorted(p.relative_to(ledger.house).as_posix() for p in every if p.stat().st_mtime_ns > made)
    if edited:
        yield Finding(f"{path}:1", "other-run", f"is older than {edited[0]}" + (f" and {len(edited) - 1} more" if edited[1:] else "") + f": run {command} again")


def run_of_the_tests(ledger):
    """Every test that there is ran and passed, in the tree as it is: a run with a failure is evidence of nothing, as with cases and faults."""
    for run in ledger.reports.test_runs:
        lane = "./dev test" + (f" {run.preset}" if run.preset in ("asan", "tsan") else "")
        yield from some_of(f"{run.path}:1", "bad-run", [f"{name} did not pass: see what {lane} says" for name in run.failed])
        if not run.names:
            yield Finding(f"{run.path}:1", "bad-run", f"no test ran: see what {lane} says")
        yield from older_than_its_subject(ledger, run.path)
        if run.preset == "dev":
            absent = [place for place, name in written.tests(ledger.house) if not any(name.fullmatch(n) for n in run.names)]
            yield from some_of(f"{run.path}:1", "other-run", [f"does not have the test at {place}: run {lane} again, or is it in no CMakeLists.txt?" for place in absent])


def run_of_the_reference(ledger):
    yield from wrong_run(ledger.reports.cases_run, "./dev conform")
    yield from older_than_its_subject(ledger, ledger.reports.cases_run.path)


def cases_without_a_verdict(ledger):
    """Of the reference every case passes: one that came to nothing shows nothing, however well the run ended and whatever other cases its requirement has."""
    yield from some_of(f"{ledger.reports.cases_run.path}:1", "no-verdict", [f"{c.id} did not pass: {c.verdict}" for c in ledger.reports.cases if not c.passed])


def orphan_cases(ledger):
    for case in ledger.reports.cases:
        unknown = [i for i in case.ids if i not in ledger.of]
        if not case.ids:
            yield Finding(case.id, "orphan-case", "cites no requirement")
        if unknown:
            yield Finding(case.id, "orphan-case", f"cites {', '.join(unknown)}, which the specification does not have")


def noticed_harms(ledger):
    """Of each harm that the table names, whoever is said to notice it does so in a case that cites the rule, or in a test."""
    cases, tests = {c.id: c for c in ledger.reports.cases}, ledger.reports.tests
    for harm in ledger.spec.tables.get("harms", {}).get("harm", []):
        for side in (harm["server"], harm["client"]):
            if isinstance(side, str):
                continue
            requirement = side["requirement"]
            for name in side.get("cases", []):
                case = cases.get(name)
                if not case or not case.passed or requirement not in case.ids:
                    how = "which does not exist" if not case else f"which did not pass: {case.verdict}" if not case.passed else "which does not cite that"
                    yield Finding("spec/tables/harms.toml:1", "harm", f"{harm['name']} is noticed by {requirement} in {name}, {how}")
            for name in side.get("tests", []) if not ledger.reports.missing("tests") else ():
                if not (name in tests and tests[name].passed):
                    yield Finding("spec/tables/harms.toml:1", "harm", f"{harm['name']} is noticed by {requirement} in the test {name}, which did not pass or does not exist")


def killed_faults(ledger):
    """In each role that a MUST binds, a fault that breaks it was killed by this house's suite on the reference, or the committed exceptions say why none need be."""
    yield from wrong_run(ledger.reports.faults_run, "./dev mutate")
    yield from older_than_its_subject(ledger, ledger.reports.faults_run.path)
    if not ledger.reports.every_fault:
        yield Finding("build/mutate/mutate.json:1", "other-run", "tried some of the faults only; ./dev mutate tries all")
        return

    tried = {f.id for f in ledger.reports.faults}
    untried = [f"{name} ({role})" for name, _, role in written.catalogue(ledger.house) if f"{name} ({role})" not in tried]
    yield from some_of("build/mutate/mutate.json:1", "other-run", [f"did not try {name}, which {written.CATALOGUE} has: run ./dev mutate again" for name in untried])
    for stale in ledger.reports.stale_exceptions:
        yield Finding(f"{FAULT_EXCEPTIONS}:1", "exception", f"{stale} is excused, and nothing needs that")
    for e in (e for e in ledger.of.values() if e.judged_from_outside):
        identity, rows = e.requirement.id, ledger.reports.tried_in(e.requirement.id)
        place = f"spec/{e.requirement.chapter}.md:{e.requirement.line}"
        missing = sorted(e.roles_to_try - {r.role for r in rows})
        if not rows or missing or any(" ".join(r.sentence.split()) != " ".join(e.requirement.sentence.split()) for r in rows):
            how = "in no role" if not rows else f"not as {' nor as '.join(missing)}" if missing else "in another wording"
            yield Finding(place, "no-fault", f"{identity} was tried {how}: run ./dev mutate again")
            continue
        for row in rows:
            if row.killed or row.exception:
                if row.exception and not ledger.excused_fault(identity, row.role):
                    yield Finding(place, "no-fault", f"{identity} ({row.role}) was excused by an exception that {FAULT_EXCEPTIONS} does not have")
                continue
            why = f"has a fault that no case citing it notices: {', '.join(row.faults)}" if row.faults else "has no fault that breaks just it"
            yield Finding(place, "no-fault", f"{identity} ({row.role}) {why}")


def run_vectors(ledger):
    def why(e):
        return "has vectors, but no test ran them" if e.vectors else "is judged by vectors and has none"
    yield from lacks(ledger, "vector", "vectors", lambda e: e.requirement.level == "MUST" and e.requirement.judged == "vector", why)


def run_of_all_models(ledger):
    """Every model ran, and all was well: a report of some, or of a run with a problem, is evidence of nothing more than what it names."""
    path, found = "build/model/report.json:1", ledger.reports
    if not found.models_passed:
        yield Finding(path, "bad-run", "the run of the models did not pass: see what ./dev model says")
    yield from some_of(path, "bad-run", found.models_problems)
    yield from older_than_its_subject(ledger, path.partition(":")[0])
    absent = [p.parent.name for p in sorted((ledger.house / "spec/models").glob("*/model.toml")) if p.parent.name not in found.models_run]
    if absent:
        yield Finding(path, "other-run", f"does not have {', '.join(absent)}; ./dev model runs all")


def held_claims(ledger):
    yield from lacks(ledger, "model", "models", lambda e: e.requirement.level == "MUST" and e.requirement.judged == "model", lambda e: "is judged by a model and no claim of one that holds names it")


def rows_taken(ledger):
    """Every step of every run is one that the tables allow, and together the runs take every row, to each of its targets, by each guard and each rule. Some of the runs alone say nothing of what they did not take."""
    for path in transitions.files(ledger.house):
        name = path.relative_to(ledger.house).as_posix()
        if path.name in SPOKEN_OF:
            yield from older_than_its_subject(ledger, name)
    result = transitions.replay(ledger.spec, transitions.files(ledger.house))
    for place, wrong in result.problems[:MANY]:
        yield Finding(str(place), "transition", wrong)
    if len(result.problems) > MANY:
        yield Finding("build/transitions", "transition", f"{len(result.problems) - MANY} more steps that the tables do not allow")
    for machine, gate, text in result.lacking(transitions.excused(ledger.spec)) if not ledger.reports.missing("transitions") else ():
        yield Finding(f"spec/tables/machines/{machine}.toml:1", gate, text)


DYNAMIC = {"tests": [run_of_the_tests, run_vectors], "cases": [run_of_the_reference, cases_without_a_verdict, judged_by_cases, orphan_cases, noticed_harms], "faults": [killed_faults], "models": [run_of_all_models, held_claims], "transitions": [rows_taken]}


def judge(ledger, without=()):
    """(findings, reports that are missing). A kind in `without` is neither judged nor missed."""
    findings, missing = check(ledger), []
    for kind, rules in DYNAMIC.items():
        if kind in without:
            continue
        missing += ledger.reports.missing(kind)
        if not ledger.reports.present(kind):
            continue
        findings += [f for rule in rules for f in rule(ledger)]
    dynamic = [c for c in snapshot.judged_columns(ledger, without) if c not in snapshot.STATIC]
    return findings + list(coverage(ledger, dynamic)), missing


def of_no_worth(ledger):
    """What there is to say against the reports themselves, as against what they report."""
    return [f for f in judge(ledger)[0] if f.gate in ("bad-run", "other-run")]
