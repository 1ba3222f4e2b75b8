"""What binds besides a requirement's own sentence: the rows of tables that name it, and the tables, chapter tables and schema that its sentence defers to.

Of a row counts what it asks: not its prose, its source, or the name of the function that does it. So a changed length of a message's field changes what
the requirements say that answer for the field, and nothing else. It must not know: who cites, what ran.
"""
import json
import re

NOT_NORMATIVE = ("unjudged", "words")  # tables about requirements and about words
PROSE = ("text", "claim", "handler")
TABLE = re.compile(r"\btables?\b")


def canonical(value):
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def ordered(values):
    """In an order of their own: where a row stands in its table binds nobody."""
    return sorted(values, key=canonical)


def asked(row):
    return {key: value for key, value in row.items() if key not in PROSE}


def rows(spec, identity):
    """Each row that names the requirement: whole where it answers for the row, and where it is one of the rules that may end a session there, which step that is."""
    for name, table in spec.tables.items():
        for kind, listed in table.items() if name not in NOT_NORMATIVE else ():
            for row in listed if isinstance(listed, list) else ():
                if row.get("requirement") == identity:
                    yield [name, kind, asked(row), layout(spec, row["name"]) if kind == "message" else []]
    for machine in spec.machines:
        if machine.get("requirement") == identity:
            yield [machine["name"], {key: value for key, value in asked(machine).items() if not isinstance(value, (dict, list))}]
        for kind, part in machine.items():
            for row in part if isinstance(part, list) else [part]:
                if isinstance(row, dict) and row.get("requirement") == identity:
                    yield [machine["name"], kind, asked(row)]
                if isinstance(row, dict) and identity in row.get("rules", ()):
                    yield [machine["name"], "rule", {key: row[key] for key in ("states", "event", "targets")}]


def layout(spec, struct):
    """The fields of a struct of the schema, by its own name or by that of the message that it is."""
    return [[f.name, f.type, f.offset] for s in spec.structs if struct in (s.name, re.sub(r"(?<!^)([A-Z])", r"_\1", s.name).lower()) for f in s.fields]


def steps(spec):
    return [[m["name"], m["initial"], m["final"], sorted(s["name"] for s in m["state"]), ordered([r["states"], r["event"], r["targets"]] for r in m["row"])]
            for m in spec.machines if m["name"] in ("server_session", "client_session")]


def of(spec, table, *kinds):
    return [ordered(asked(row) for row in spec.tables.get(table, {}).get(kind, [])) for kind in kinds]


def in_chapter(spec, requirement, column):
    """The rows of the table in the requirement's own chapter that has a column so named."""
    path, found = spec.root / f"{requirement.chapter}.md", []
    for block in re.split(r"\n\s*\n", path.read_text()) if path.exists() else ():
        lines = [[cell.strip() for cell in line.strip("| ").split("|")] for line in block.splitlines() if line.startswith("|")]
        if lines and column in lines[0]:
            found += lines[2:]
    return found


# Words by which a sentence defers to something, and what that is. A sentence that speaks of a table in other words is a finding.
DEFERRALS = (
    (re.compile(r"\bthe message table\b"), lambda spec, r: of(spec, "messages", "message")),
    (re.compile(r"\bthe tables of server_session and client_session\b"), lambda spec, r: steps(spec)),
    (re.compile(r"\btimers other than the table's\b"), lambda spec, r: of(spec, "timers", "timer")),
    (re.compile(r"\bthe user's roles (?:do not )?grant\b"), lambda spec, r: of(spec, "permissions", "permission", "role")),
    (re.compile(r"\bthe label table\b"), lambda spec, r: in_chapter(spec, r, "info (label)")),
    (re.compile(r"\bthe key mode table\b"), lambda spec, r: of(spec, "key_modes", "mode")),
    (re.compile(r"\bthe key record table\b"), lambda spec, r: in_chapter(spec, r, "octets of a key record")),
    (re.compile(r"\bthe key check table\b"), lambda spec, r: in_chapter(spec, r, "order of key checks")),
    (re.compile(r"\bthe entry table\b"), lambda spec, r: in_chapter(spec, r, "type")),
    (re.compile(r"\bthe record table\b"), lambda spec, r: in_chapter(spec, r, "field of a record")),
    (re.compile(r"\b(?:union tag|field|order) .*\bthe schema\b|\bof the schema\b"), lambda spec, r: [[s.name, s.tags, layout(spec, s.name)] for s in spec.structs]),
    (re.compile(r"\bthe metadata part is\b"), lambda spec, r: layout(spec, "BlockMetadata")),
    (re.compile(r"\bcanonical VersionRecord\b"), lambda spec, r: layout(spec, "VersionRecord")),
    (re.compile(r"\bcanonical Entry\b"), lambda spec, r: [layout(spec, "Entry"), layout(spec, "Attribute")]),
    (re.compile(r"\bcanonical Child\b"), lambda spec, r: layout(spec, "Child")),
    (re.compile(r"^The gear table\b"), lambda spec, r: []),  # which the sentence itself defines
)


def deferred(spec, requirement):
    return [what(spec, requirement) for words, what in DEFERRALS if words.search(requirement.sentence)]


def speaks_of_no_known_table(requirement):
    return bool(TABLE.search(requirement.sentence)) and not any(words.search(requirement.sentence) for words, _ in DEFERRALS)


def text(spec, requirement):
    """All of it, a line each; "" when nothing but the sentence binds."""
    return "\n".join([*sorted(map(canonical, rows(spec, requirement.id))), *(canonical(what) for what in deferred(spec, requirement) if what)])
