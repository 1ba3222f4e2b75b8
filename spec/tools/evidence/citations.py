"""Where the house cites a requirement, and whether someone has looked at the citation since what the requirement asks last changed.

A citation is an id as written in code (`[FRM-012]`, `"FRM-012"`), in a test's name (`FRM_012_…`) or in a text, a chapter's too (`FRM-012`, or one of
`FRM-011 to FRM-016`); a requirement's own line is none. It carries no hash: spec/evidence/accepted.txt
keeps, per requirement, a short hash of the sentence that its citations were last held against and, where tables bind too (bound.py), one of their rows. An
edited sentence or row no longer has that hash, and every citation of it is stale until `./dev trace --accept ID` says that someone has looked. It must not
know: what ran, and what passed.
"""
import dataclasses
import hashlib
import pathlib
import re

import specification
from evidence import bound

TEXTS = (".", "spec")  # the .md files in it; the folders below are listed themselves
FOLDERS = ("reference", "conformance", "tests", "fuzz", "interop", "bench", "cmake", ".dev", ".ci", "spec/tables", "spec/schema", "spec/vectors", "spec/models", "spec/tools")
SUFFIXES = {".h", ".cc", ".inc", ".py", ".toml", ".capnp", ".json", ".txt", ".m", ".p", ".pml", ".horn", ".sh", ".cmake", ".md", ".js", ".css", ".html", ".in"}
MADE = "spec/traces"  # from runs of models: what stands there is looked at for ids that are none, and otherwise by whoever makes it anew
# One lists every id; some plant wrong ones, or requirements of their own; one cites nothing.
NO_CITATIONS = ("spec/tables/ids.txt", "spec/models/tests/", *(f"spec/tools/tests/test_{name}.py" for name in ("evidence", "bound", "lint", "transitions")), "spec/models/runner/")
MENTION = re.compile(r"(?<![A-Za-z0-9])([A-Z]{3})[-_](\d{3})(?!\d)")
FORMAL = re.compile(r"[\[\"]([A-Z]{3})-(\d{3})(?=[\]\",])")  # forms that mean a requirement and nothing else
NO_REQUIREMENT = {"AES", "SHA", "RFC"}

HEAD = """# Per requirement, a hash of the sentence that its citations were last held against and, behind the dot, of the table rows that bind with it. generate.py
# enters a requirement with its id and changes nothing that is here; after an edit, look at the citations that `./dev trace` names, then `./dev trace --accept ID`.
"""


@dataclasses.dataclass(frozen=True)
class Citation:
    id: str
    path: str
    line: int
    text: str
    formal: bool  # `[FRM-012]` or `"FRM-012"`, as against a mere mention

    @property
    def place(self):
        return f"{self.path}:{self.line}"


@dataclasses.dataclass(frozen=True)
class Known:
    ids: set
    prefixes: set


def fingerprint(spec, requirement):
    """Changes with what the requirement asks, of whom, how it is judged, and what tables add to it; not with its provenance, its place, or how its line is broken."""
    rows = bound.text(spec, requirement)
    return short(f"{requirement.level} {requirement.role} {requirement.judged} {requirement.sentence}", 12) + (f".{short(rows, 8)}" if rows else "")


def short(text, digits):
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:digits]


def scan(house, spec):
    """Every citation below the house, in the order of the files. A prefix that no requirement ever had counts only in the formal forms."""
    found, known = [], Known({r.id for r in spec.requirements}, {identity[:3] for identity in spec.ledger})
    for path in [p for folder in TEXTS for p in sorted((house / folder).glob("*.md"))]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            own = specification.LINE.match(line)
            found += (c for c in in_line(path.relative_to(house).as_posix(), number, line, known) if not own or c.id != own[1])
    for folder in FOLDERS:
        for path in sorted((house / folder).rglob("*")):
            name = path.relative_to(house).as_posix()
            if path.suffix not in SUFFIXES or name.startswith(NO_CITATIONS) or not path.is_file():
                continue
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                found += in_line(name, number, line, known)
    return found


def in_what_is_made(house, spec):
    known = Known({r.id for r in spec.requirements}, {identity[:3] for identity in spec.ledger})
    for path in sorted((house / MADE).glob("*.json")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            yield from in_line(path.relative_to(house).as_posix(), number, line, known)


def in_line(name, number, line, known):
    formal = {f"{m[1]}-{m[2]}" for m in FORMAL.finditer(line) if m[1] not in NO_REQUIREMENT}
    mentioned = {f"{m[1]}-{m[2]}" for m in MENTION.finditer(line) if m[1] in known.prefixes}
    mentioned |= specification.named_ids(line) & known.ids  # what stands between the ends of a range, as far as it is there
    for identity in sorted(formal | mentioned):
        yield Citation(identity, name, number, line.strip(), identity in formal)


def read_accepted(spec_root):
    path = spec_root / "evidence/accepted.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def accepted_text(spec, also=()):
    """accepted.txt as it ought to be: what it holds, the ids that were never given before, and the present text of those in `also`."""
    held, present = read_accepted(spec.root), {r.id: fingerprint(spec, r) for r in spec.requirements}
    new = present.keys() - spec.ledger.keys() - held.keys()
    lines = {i: present[i] if i in also or i in new else held.get(i) for i in present}
    return HEAD + "".join(f"{i} {h}\n" for i, h in sorted(lines.items()) if h)


def stale(spec):
    """id -> what is not as its citations were held against: its sentence, the rows of tables that bind with it, or both (also when it was never accepted)."""
    held, found = read_accepted(spec.root), {}
    for r in spec.requirements:
        was, now = held.get(r.id, "").partition("."), fingerprint(spec, r).partition(".")
        if was != now:
            found[r.id] = "its sentence" if was[2] == now[2] else "what tables add to it" if was[0] == now[0] else "its sentence, and what tables add to it,"
    return found


def house_of(spec_root):
    return pathlib.Path(spec_root).resolve().parent
