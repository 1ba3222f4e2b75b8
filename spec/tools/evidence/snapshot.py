"""The committed floor of the evidence, spec/evidence/snapshot.toml: how many requirements of each chapter have which kind. It may only rise."""
import tomllib

from evidence.ledger import COLUMNS

HEAD = """# How many requirements of each chapter have evidence of each kind: code that names them, vectors and tests that ran and passed, cases that passed,
# faults that were killed, model claims that hold. `./dev trace --snapshot` raises these counts; evidence below them fails `./dev check` and CI.
# Lowering one takes `./dev trace --snapshot --lower "REASON"`, and the reason stays here.
"""
STATIC = {"code"}  # known without any run
REPORT_OF = {"tests": "tests", "vectors": "tests", "cases": "cases", "faults": "faults", "models": "models"}


def read(spec_root):
    path = spec_root / "evidence/snapshot.toml"
    held = tomllib.loads(path.read_text()) if path.exists() else {}
    return held.get("chapter", {}), held.get("lowered", [])


def text(chapters, lowered):
    lines = [HEAD, "[chapter]"]
    lines += [f"{chapter} = {{ {', '.join(f'{c} = {row[c]}' for c in COLUMNS)} }}" for chapter, row in sorted(chapters.items())]
    for entry in lowered:
        lines += ["", "[[lowered]]", *(f"{key} = {quoted(value)}" for key, value in entry.items())]
    return "\n".join(lines) + "\n"


def quoted(value):
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def judged_columns(ledger, without=()):
    """The columns whose report is there; the static ones are always."""
    return [c for c in COLUMNS if c in STATIC or (ledger.reports.present(REPORT_OF[c]) and REPORT_OF[c] not in without)]


def below(ledger, columns):
    """(chapter, column, floor, now) of each count that is lower than the snapshot's."""
    floors, _ = read(ledger.spec.root)
    now = ledger.counts()
    return [(chapter, column, floor[column], now.get(chapter, {}).get(column, 0))
            for chapter, floor in floors.items() for column in columns if now.get(chapter, {}).get(column, 0) < floor.get(column, 0)]


def empty(ledger, columns):
    """The columns of which the snapshot has nothing at all although there is something."""
    floors, now = read(ledger.spec.root)[0], ledger.counts()
    return [c for c in columns if not any(floor.get(c, 0) for floor in floors.values()) and any(row[c] for row in now.values())]


def raised(ledger, lower_reason=""):
    """(the new text, what is below the old floor). A count whose report is missing stays as it is; a lower one only with a reason."""
    floors, lowered = read(ledger.spec.root)
    columns = judged_columns(ledger)
    fallen = below(ledger, columns)
    chapters = {}
    for chapter, row in ledger.counts().items():
        floor = floors.get(chapter, {})
        chapters[chapter] = {c: row[c] if c in columns and (lower_reason or row[c] >= floor.get(c, 0)) else floor.get(c, 0) for c in COLUMNS}
    if lower_reason:
        lowered = lowered + [{"chapter": c, "column": k, "from": a, "to": b, "reason": lower_reason} for c, k, a, b in fallen]
    return text(chapters, lowered), fallen
