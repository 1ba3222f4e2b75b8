"""The rules of the tables: requirements named exist, messages equal the schema, ranges fit types, limits are stated where they claim to be."""
import re

import specification

WORDS = {n: w for n, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())}
RANGES = {  # what each field type may be given, as written in messages.toml
    "integer": r"any|-?\d+\.\.(-?\d+|max)",
    "Bool": r"any",
    "Text": r"\d+\.\.\d+ utf8|\d+ alphanumeric|ip",
    "Data": r"\d+|\d+\.\.\d+|\d+\.\.\d+ ids",
    "List(UInt16)": r"\d+\.\.\d+ increasing",
    "list": r"\d+\.\.\d+ items",
}


def names(spec):
    """The names that each table defines, by what they are."""
    t = spec.tables
    found = {
        "reason": {r["name"] for r in t["reasons"]["reason"]},
        "limit": {r["name"] for r in t["limits"]["limit"]},
        "timer": {r["name"] for r in t["timers"]["timer"]},
        "permission": {r["name"] for r in t["permissions"]["permission"]},
        "role": {r["name"] for r in t["permissions"]["role"]},
        "message": {m["name"] for m in t["messages"]["message"]},
        "field": {f.name for s in spec.structs for f in s.fields},
        "word": set(t["words"]["word"]),
        "mode": {m["name"] for m in t["key_modes"]["mode"]},
        "wrap": {w["name"] for w in t["key_modes"]["wrap"]},
        "machine": {m["name"] for m in spec.machines},
    }
    for key in ("state", "event"):
        found[key] = {row["name"] for m in spec.machines for row in m[key]}
    found["handler"] = {row["handler"] for m in spec.machines for row in m["row"]}
    return found


def tables(lint):
    for stem, table in lint.spec.tables.items():
        path = f"tables/{stem}.toml"
        for kind, rows in table.items():
            if not isinstance(rows, list) or not rows or not isinstance(rows[0], dict):
                continue
            seen = {}
            for row in rows:
                line = lint.line_of(path, rf'^name = "{row["name"]}"')
                if row["name"] in seen:
                    line = lint.line_of(path, rf'^name = "{row["name"]}"', line + 1)
                    lint.report(path, line, "unique-name", f"{kind} {row['name']} is already in the table")
                seen[row["name"]] = True
                if "requirement" in row and row["requirement"] not in lint.ids:
                    lint.report(path, line, "dangling-id", f"{kind} {row['name']} names {row['requirement']}, which no chapter has")
                if "claim" in row and row["claim"] not in lint.claims:
                    lint.report(path, line, "provenance", f"{kind} {row['name']} names claim {row['claim']}, which spec/sources.toml does not have")
    granted = names(lint.spec)["permission"]
    for role in lint.spec.tables["permissions"]["role"]:
        for permission in set(role["permissions"]) - granted:
            lint.report("tables/permissions.toml", lint.line_of("tables/permissions.toml", rf'"{permission}"'), "unknown-name", f"{permission} is no permission")


KEY_STATES = {"none": "no key record"}
TAKE_THE_RECORD = {"purge", "server_loses_keys", "put_back"}


def key_events(lint):
    """Every event says of each mode, and of no key record, what comes of it; no mode gives way to a lower one; and chapter 7 shows the same table."""
    path, table = "tables/key_modes.toml", lint.spec.tables["key_modes"]
    rank = {"none": 0} | {mode["name"]: mode["rank"] for mode in table["mode"]}
    for event in table["event"]:
        line = lint.line_of(path, rf'^name = "{event["name"]}"')
        for state in rank:
            cell = event.get(state, {})
            if not cell.get("text") or not set(cell.get("after", ["?"])) <= set(rank):
                lint.report(path, line, "key-event", f"{event['name']} does not say what comes of it in {state}: `text`, and as `after` the modes that may be in force then")
            elif event["name"] not in TAKE_THE_RECORD and any(rank[after] < rank[state] for after in cell["after"]):
                lint.report(path, line, "key-event", f"{event['name']} takes {state} to a lower mode")
    for state in set(rank) - {"none"}:
        if not any(state in event.get("none", {}).get("after", []) for event in table["event"]):
            lint.report(path, 1, "key-event", f"nothing enters {state}")
    shown = [line for _, _, line, _ in lint.chapter_lines()]
    for row in key_event_rows(table):
        if (line := "| " + " | ".join(row) + " |") not in shown:
            lint.report("07-keys.md", lint.line_of("07-keys.md", r"^\| event \|"), "key-event", f"the table lacks the row: {line}")


def key_event_rows(table):
    """The table of what can happen to a key, its head first."""
    states = ["none", *(mode["name"] for mode in table["mode"])]
    return [["event", *(KEY_STATES.get(state, state) for state in states)], *([event["title"], *(event.get(state, {}).get("text", "") for state in states)] for event in table["event"])]


def harms(lint):
    """Each side of a harm either names a rule and what shows it, or says in words why it cannot notice."""
    path = "tables/harms.toml"
    unjudged = {row["name"] for row in lint.spec.tables.get("unjudged", {}).get("requirement", [])}
    for harm in lint.spec.tables.get("harms", {}).get("harm", []):
        line = lint.line_of(path, rf'^name = "{harm["name"]}"')
        sides = [harm.get("server"), harm.get("client")]
        for side in sides:
            if isinstance(side, dict):
                if side.get("requirement") not in lint.ids:
                    lint.report(path, line, "dangling-id", f"harm {harm['name']} names {side.get('requirement')}, which no chapter has")
                if not side.get("cases") and not side.get("tests"):
                    lint.report(path, line, "no-reason", f"harm {harm['name']} is noticed by {side.get('requirement')}, and nothing shows it: give cases or tests")
                if not side.get("cases") and side.get("requirement") not in unjudged:
                    lint.report(path, line, "no-reason", f"harm {harm['name']} is noticed by {side.get('requirement')} in no case, and unjudged.toml does not say why")
            elif not side:
                lint.report(path, line, "no-reason", f"harm {harm['name']} does not say what {'server' if side is sides[0] else 'client'} notices, or why it cannot")


def messages(lint):
    path = "tables/messages.toml"
    structs = {s.name: s for s in lint.spec.structs}
    control = structs["Control"]
    rows = lint.spec.tables["messages"]["message"]
    listed = [m["name"] for m in rows]
    if listed != control.tags:
        different = next((i for i, (a, b) in enumerate(zip(listed, control.tags)) if a != b), min(len(listed), len(control.tags)))
        table, schema = (side[different] if different < len(side) else "nothing" for side in (listed, control.tags))
        lint.report(path, lint.line_of(path, rf'^name = "{table}"'), "schema", f"message {different} is {table} here and {schema} in the schema's union")
    types = {f.name: f.type for f in control.fields}
    for row in rows:
        line = lint.line_of(path, rf'^name = "{row["name"]}"')
        if row["from"] not in ("client", "server", "both"):
            lint.report(path, line, "role", f"{row['name']} is from {row['from']}; client, server or both is wanted")
        if row["name"] not in types:
            continue
        fields = flat(structs, types[row["name"]])
        if list(row["fields"]) != list(fields):
            lint.report(path, line, "schema", f"{row['name']} has the fields {', '.join(row['fields']) or 'none'} here and {', '.join(fields) or 'none'} in the schema")
        for name, written in row["fields"].items():
            kind = fields.get(name, "")
            form = RANGES.get(kind) or RANGES["integer" if "Int" in kind else "list"]
            if kind and not re.fullmatch(form, written):
                lint.report(path, line, "range", f"{row['name']}.{name} is {kind}, and `{written}` is no range of that")


def flat(structs, name):
    """field name -> type, the fields of list items as list.field, in the schema's order."""
    found = {}
    for field in structs[name].fields:
        found[field.name] = field.type
        inner = re.fullmatch(r"List\((\w+)\)", field.type)
        if inner and inner[1] in structs:
            found |= {f"{field.name}.{k}": v for k, v in flat(structs, inner[1]).items()}
    return found


def reasons(lint):
    """Who sends a reason is who a sentence tells to close with it: else table and chapters have parted."""
    for row in lint.spec.tables["reasons"]["reason"]:
        told = {r.role for r in lint.spec.requirements if re.search(rf"\b(with|of reason) {row['name']}\b", r.sentence)}
        sides = {"client", "server"} if "endpoint" in told else told
        by = {"client", "server"} if row["by"] == "both" else {row["by"]}
        if sides != by:
            path = "tables/reasons.toml"
            lint.report(path, lint.line_of(path, rf'^name = "{row["name"]}"'), "role", f"{row['name']} is sent by {row['by']} here, and sentences tell {' and '.join(sorted(sides)) or 'nobody'} to")


def limits(lint):
    """A limit's value stands in the sentence of its requirement or at the end of its field's range in the message table: else the two have parted."""
    path, sentences = "tables/limits.toml", {r.id: r.sentence for r in lint.spec.requirements}
    ranges = {f"{m['name']}.{field}": written for m in lint.spec.tables["messages"]["message"] for field, written in m["fields"].items()}
    for row in lint.spec.tables["limits"]["limit"]:
        line, value, field = lint.line_of(path, rf'^name = "{row["name"]}"'), row["value"], row.get("field")
        forms = {f"{value}", f"{value:,}", WORDS.get(value, str(value))}
        text = sentences.get(row["requirement"], "")
        if field is not None and field not in ranges:
            lint.report(path, line, "limit", f"{row['name']} is of the field {field}, which messages.toml does not have")
        elif field is not None and re.match(r"(?:\d+\.\.)?(\d*)", ranges[field])[1] != str(value):
            lint.report(path, line, "limit", f"{row['name']} is {value:,}, and {field} has the range `{ranges[field]}`")
        elif field is None and not any(re.search(rf"(?<![\d,]){form}(?![\d]|,\d)", text) for form in forms):
            lint.report(path, line, "limit", f"{row['name']} is {value:,}, which {row['requirement']} does not say")


def timers(lint):
    """A timer runs for some time, and the sentence of its requirement names it."""
    path, sentences = "tables/timers.toml", {r.id: r.sentence for r in lint.spec.requirements}
    for row in lint.spec.tables["timers"]["timer"]:
        line = lint.line_of(path, rf'^name = "{row["name"]}"')
        if not isinstance(row["milliseconds"], int) or row["milliseconds"] <= 0:
            lint.report(path, line, "timer", f"{row['name']} runs for {row['milliseconds']} ms; more than none is wanted")
        if not re.search(rf"\b{row['name']} timer\b", sentences.get(row["requirement"], "")):
            lint.report(path, line, "timer", f"{row['name']} names {row['requirement']}, whose sentence does not name the {row['name']} timer")


def numbers(lint):
    """A number that travels means one thing for good: tables/numbers.txt holds every one that was ever given."""
    held, now = lint.spec.numbers, {}
    for kind, number, name in specification.numbers_given(lint.spec.tables):
        path = {"reason": "tables/reasons.toml", "permission": "tables/permissions.toml"}[kind]
        line = lint.line_of(path, rf'^name = "{name}"')
        if now.setdefault((kind, number), name) != name:
            lint.report(path, line, "unique-name", f"{kind} value {number} is given twice, to {now[kind, number]} and to {name}")
        elif (kind, number) not in held:
            lint.report(path, line, "ledger", f"{kind} value {number} is not in spec/tables/numbers.txt; run `./dev generate`")
        elif held[kind, number] != name:
            lint.report(path, line, "ledger", f"{kind} value {number} was given to {held[kind, number]} and is never given again; take the next free one for {name}")
