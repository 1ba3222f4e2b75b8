"""Reads the specification: requirement lines, tables, machines, schema layout. Judges nothing: that is lint.py."""
import dataclasses
import pathlib
import re
import subprocess
import tomllib

ID_RANGE = re.compile(r"\b([A-Z]{3})-(\d{3})(?: to \1-(\d{3}))?")
LINE = re.compile(r"^- \*\*([A-Z]{3}-\d{3})\*\* \(([^·]+)·([^·]+)·([^·]+)·([^)]+)\) (.+)$")


@dataclasses.dataclass
class Requirement:
    id: str
    level: str
    role: str
    judged: str
    provenance: str
    sentence: str
    chapter: str
    line: int  # in the chapter's file


@dataclasses.dataclass
class Field:
    name: str
    type: str
    offset: int  # bits from the start of the data section, or the pointer's index


@dataclasses.dataclass
class Struct:
    name: str
    data_words: int
    pointers: int
    fields: list
    tags: list  # union member names in tag order, for a struct that is one union


@dataclasses.dataclass
class Specification:
    root: pathlib.Path
    requirements: list
    tables: dict
    machines: list
    structs: list
    ledger: dict
    numbers: dict


def reasons_of(spec, identity):
    """The reasons with which a session may end by this requirement: those that its sentence says to close with, or the coarse one of what it says to refuse."""
    rows = spec.tables.get("reasons", {}).get("reason", [])
    sentence = next((r.sentence for r in spec.requirements if r.id == identity), "")
    named = {row["name"] for row in rows if re.search(rf"\b(?:with|reason) {row['name']}\b", sentence)}
    return named or {row["name"] for row in rows if row.get("coarse") and re.search(rf"\brefuse an? {row['name'].removesuffix('_refused')}\b", sentence)}


def snake(name):
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def load(root):
    tables = {p.stem: tomllib.loads(p.read_text()) for p in sorted((root / "tables").glob("*.toml"))}
    machines = [tomllib.loads(p.read_text()) for p in sorted((root / "tables/machines").glob("*.toml"))]
    return Specification(root, read_requirements(root), tables, machines, read_layout(root), read_ledger(root), read_numbers(root))


def read_requirements(root):
    found = []
    for path in sorted(root.glob("[0-9][0-9]-*.md")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if match := LINE.match(line):
                identity, level, role, judged, provenance, sentence = (part.strip() for part in match.groups())
                found.append(Requirement(identity, level, role, judged, provenance, sentence, path.stem, number))
    return found


def read_edition(root):
    """The edition that the introduction says this is. ValueError when it says none, or several."""
    said = re.findall(r"\*\*edition (\S+)\*\*", (root / "01-introduction.md").read_text())
    if len(said) != 1:
        raise ValueError(f"the introduction names {len(said)} editions; it says once: **edition N**")
    return said[0]


def numbers_given(tables):
    """(kind, number, name) of each number that travels and that a table gives: in any order, and as often as it is given."""
    for row in tables["reasons"]["reason"]:
        yield "reason", row["value"], row["name"]
    for row in tables["permissions"]["permission"]:
        yield "permission", row["bit"], row["name"]


def read_numbers(root):
    """(kind, number) -> the name that it was given to, for every number ever given. The generator adds new ones, nothing removes one."""
    rows = (line.split() for line in (root / "tables/numbers.txt").read_text().splitlines() if line and not line.startswith("#"))
    return {(kind, int(number)): name for kind, number, name in rows}


def read_ledger(root):
    """Every id ever given -> why it was withdrawn, or "" while it stands. The generator adds new ids, nothing removes one."""
    ledger = {}
    for line in (root / "tables/ids.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            identity, _, reason = line.partition(" withdrawn: ")
            ledger[identity] = reason
    return ledger


def read_layout(root):
    """The field layout as the Cap'n Proto compiler states it in its own rendering of the schema."""
    schema = root / "schema/coffer.capnp"
    text = subprocess.run(["capnp", "compile", "-ocapnp", f"--src-prefix={schema.parent}", str(schema)], check=True, capture_output=True, text=True).stdout
    structs = []
    for line in text.splitlines():
        if match := re.match(r"struct (\w+) @\w+ \{  # (\d+) bytes, (\d+) ptrs", line):
            structs.append(Struct(match[1], int(match[2]) // 8, int(match[3]), [], []))
        elif match := re.match(r"\s+(\w+) @\d+ :([\w()]+);  # (?:bits\[(\d+), \d+\)|ptr\[(\d+)\])(, union tag = \d+)?", line):
            structs[-1].fields.append(Field(snake(match[1]), match[2], int(match[3] or match[4])))
            if match[5]:
                structs[-1].tags.append(snake(match[1]))
    return structs


def paragraphs(lines):
    """(number of its first line, its lines as one) of each run of lines between empty ones."""
    first, held = 1, []
    for number, line in enumerate([*lines, ""], 1):
        if line.strip():
            first, held = (first if held else number), [*held, line]
        elif held:
            yield first, " ".join(held)
            held = []


def named_ids(text):
    ids = set()
    for prefix, first, last in ID_RANGE.findall(text):
        ids |= {f"{prefix}-{n:03}" for n in range(int(first), int(last or first) + 1)}
    return ids


def read_rationales(root):
    """id -> (chapter, line, its words) of the first **Rationale** of its chapter that names it."""
    found = {}
    for path in sorted(root.glob("[0-9][0-9]-*.md")):
        for line, text in paragraphs(path.read_text().splitlines()):
            if text.startswith("**Rationale**"):
                for identity in named_ids(text):
                    found.setdefault(identity, (path.stem, line, text.removeprefix("**Rationale** ")))
    return found
