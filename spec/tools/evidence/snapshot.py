"""The committed floor of the evidence, spec/evidence/snapshot.toml: which kinds each requirement has. None may be lost; what is gained is entered on request."""
import tomllib

from evidence.ledger import COLUMNS

HEAD = """# Which kinds of evidence each requirement has: code that names it, vectors and tests that ran and passed, cases that passed, faults that were killed, model
# claims that hold; and how much there is of each in all. `./dev trace --snapshot` adds what is new; a requirement that loses a kind, or a total that
# falls, fails `./dev check` and CI, whatever others gain. Taking something away needs `./dev trace --snapshot --lower "REASON"`, and the reason stays here.
"""
STATIC = {"code"}  # known without any run
REPORT_OF = {"tests": "tests", "vectors": "tests", "cases": "cases", "faults": "faults", "models": "models"}


def read(spec_root):
    """(id -> the kinds it must have, what was taken away and why)."""
    held = document(spec_root)
    return {identity: set(kinds.split()) for identity, kinds in held.get("requirement", {}).items()}, held.get("lowered", [])


def document(spec_root):
    path = spec_root / "evidence/snapshot.toml"
    return tomllib.loads(path.read_text()) if path.exists() else {}


def read_totals(spec_root):
    return document(spec_root).get("total", {})


def totals(ledger):
    """How much evidence of a kind there is in all, whichever requirement it is for. `mutants`: of models, those that a claim caught."""
    found = ledger.reports
    return {"tests": sum(t.passed for t in found.tests.values()), "vectors": sum(v.ran for v in found.vectors), "cases": sum(c.passed for c in found.cases),
            "faults": sum(f.killed for f in found.faults), "models": sum(c.holds for c in found.claims), "mutants": sum(len(c.mutants) for c in found.claims)}


def judged_totals(ledger, columns):
    return {name: count for name, count in totals(ledger).items() if ("models" if name == "mutants" else name) in columns}


def totals_below(ledger, columns):
    """(kind, floor, now) of each total that fell: many a case, test or mutant can go without any requirement losing its last."""
    floors = read_totals(ledger.spec.root)
    return [(name, floors[name], count) for name, count in judged_totals(ledger, columns).items() if count < floors.get(name, 0)]


def text(floors, lowered, every):
    lines = [HEAD, "[total]", *(f"{name} = {count}" for name, count in every.items()), "", "[requirement]"]
    lines += [f"{identity} = {quoted(' '.join(c for c in COLUMNS if c in kinds))}" for identity, kinds in sorted(floors.items())]
    for entry in lowered:
        lines += ["", "[[lowered]]", *(f"{key} = {quoted(value)}" for key, value in entry.items())]
    return "\n".join(lines) + "\n"


def quoted(value):
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def judged_columns(ledger, without=()):
    """The columns whose report is there; the static ones are always."""
    return [c for c in COLUMNS if c in STATIC or (ledger.reports.present(REPORT_OF[c]) and REPORT_OF[c] not in without)]


def below(ledger, columns):
    """(id, column) of each kind of evidence that a requirement had and has no more. Of a withdrawn one nothing is asked."""
    return [(identity, column) for identity, kinds in read(ledger.spec.root)[0].items() if not ledger.spec.ledger.get(identity)
            for column in columns if column in kinds and not (identity in ledger.of and ledger.of[identity].has(column))]


def above(ledger, columns):
    """(id, column) of each kind of evidence that a requirement has and that the snapshot does not ask for."""
    floors = read(ledger.spec.root)[0]
    return [(identity, column) for identity, e in ledger.of.items() for column in columns if e.has(column) and column not in floors.get(identity, ())]


def empty(ledger, columns):
    """The columns of which the snapshot has nothing at all although there is something."""
    held = set().union(*read(ledger.spec.root)[0].values())
    return [c for c in columns if c not in held and any(e.has(c) for e in ledger.of.values())]


def unknown(ledger):
    """(id, word) of what the snapshot asks for and nothing can be."""
    return [(identity, kind) for identity, kinds in read(ledger.spec.root)[0].items() for kind in sorted(kinds - set(COLUMNS))]


def raised(ledger, lower_reason=""):
    """(the new text, in words what is below the old floor). A kind whose report is missing stays as it is; one that is lost goes only with a reason."""
    floors, lowered = read(ledger.spec.root)
    columns = judged_columns(ledger)
    fallen = below(ledger, columns)
    present = {identity: {c for c in COLUMNS if c in floors.get(identity, ())} | {c for c in columns if e.has(c)} for identity, e in ledger.of.items()}
    every, dropped = read_totals(ledger.spec.root), totals_below(ledger, columns)
    every |= {name: count for name, count in judged_totals(ledger, columns).items() if lower_reason or count >= every.get(name, 0)}
    if lower_reason:
        for identity, column in fallen:
            present.get(identity, set()).discard(column)
        lowered = lowered + [{"requirement": i, "kind": c, "reason": lower_reason} for i, c in fallen] + [{"total": n, "from": a, "to": b, "reason": lower_reason} for n, a, b in dropped]
    return text(present, lowered, every), [*(f"{i} has no {c} any more" for i, c in fallen), *(f"{n} fell from {a} to {b}" for n, a, b in dropped)]
