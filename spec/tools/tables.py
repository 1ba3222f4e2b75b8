"""Shows the tables to readers: one Markdown page. Pure functions: specification in, text out."""
import drawings
from lint_tables import flat, key_event_rows

HEAD = """# The tables

Made by `spec/tools/generate.py` from `spec/tables/` and `spec/schema/`. Do not edit. The forms of ranges are explained in section 3.3.
"""


def page(spec):
    return "\n".join([HEAD, counts(spec), *parts(spec), *(machine(spec, m) for m in spec.machines)])


def parts(spec):
    """Each table but the machines, under a heading of its own."""
    return [reasons(spec), limits(spec), timers(spec), permissions(spec), messages(spec), harms(spec), key_modes(spec), accounts(spec), unjudged(spec)]


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(c) for c in line) + " |" for line in lines) + "\n"


def counts(spec):
    kinds = ["says", "implies", "conflict", "chosen", "external"]
    rows = []
    for chapter in dict.fromkeys(r.chapter for r in spec.requirements):
        of = [r.provenance.split()[0] for r in spec.requirements if r.chapter == chapter]
        rows.append([f"[{chapter}](../{chapter}.md)", *(of.count(k) for k in kinds), len(of)])
    every = [r.provenance.split()[0] for r in spec.requirements]
    rows.append(["all", *(every.count(k) for k in kinds), len(every)])
    return "## Requirements by provenance\n\n" + table(["chapter", *kinds, "all"], rows)


def reasons(spec):
    rows = [[r["value"], r["name"], r["by"], "yes" if r.get("coarse") else "", r["requirement"], r["text"]] for r in spec.tables["reasons"]["reason"]]
    return "## Disconnect reasons\n\n" + table(["value", "name", "sent by", "coarse", "requirement", "means"], rows)


def limits(spec):
    rows = [[r["name"], f"{r['value']:,}", r["requirement"]] for r in spec.tables["limits"]["limit"]]
    return "## Limits\n\n" + table(["name", "value", "requirement"], rows)


def timers(spec):
    rows = [[r["name"], f"{r['milliseconds']:,}", r["requirement"]] for r in spec.tables["timers"]["timer"]]
    return "## Timers\n\n" + table(["name", "milliseconds", "requirement"], rows)


def permissions(spec):
    t = spec.tables["permissions"]
    return ("## Permissions and roles\n\n" + table(["bit", "permission", "allows to"], [[p["bit"], p["name"], p["text"]] for p in t["permission"]])
            + "\n" + table(["role", "grants", "claim"], [[r["name"], ", ".join(r["permissions"]), r["claim"]] for r in t["role"]]))


def unjudged(spec):
    rows = [[r["name"], r["reason"], r["instead"]] for r in spec.tables["unjudged"]["requirement"]]
    return "## What no case judges\n\n" + table(["requirement", "because", "instead"], rows)


def messages(spec):
    structs = {s.name: s for s in spec.structs}
    types = {f.name: f.type for f in structs["Control"].fields}
    rows = []
    for tag, m in enumerate(spec.tables["messages"]["message"]):
        fields = flat(structs, types[m["name"]])
        first = [tag, f"**{m['name']}**", m["from"], m["requirement"]]
        for field in fields or [None]:
            rows.append([*first, *((field, fields[field], f"`{m['fields'][field]}`") if field else ("", "", ""))])
            first = ["", "", "", ""]
    return "## Messages\n\n" + table(["tag", "message", "from", "requirement", "field", "type", "range"], rows)


def harms(spec):
    def how(side):
        return side if isinstance(side, str) else f"**{side['requirement']}**: " + ", ".join([*(f"`{name}`" for name in side.get("cases", [])), *(f"no case; in the reference the test `{name}`" for name in side.get("tests", []))])

    rows = [[h["text"], how(h["server"]), how(h["client"])] for h in spec.tables["harms"]["harm"]]
    return "## Who notices what\n\n" + table(["harm", "the server", "the client"], rows)


def key_modes(spec):
    t = spec.tables["key_modes"]
    modes = [[m["name"], ", ".join(m["escrows"]) or "nothing", ", ".join(m["opened_by"]), "yes" if m["can_be_disabled"] else "no", m["claim"], m["text"]] for m in t["mode"]]
    heads, *events = key_event_rows(t)
    return ("## Key modes\n\nThe rules are in chapter 7; the models of `spec/models/key_modes/` are made from it.\n\n" + table(["mode", "the server keeps", "opened by", "can be disabled", "claim", "means"], modes)
            + "\n" + table(["wrap", "under", "means"], [[w["name"], w["under"], w["text"]] for w in t["wrap"]])
            + "\n" + table(["step of a change", "by", "does"], [[s["name"], s["by"], s["text"]] for s in t["step"]])
            + "\n" + table([*heads, "by", "requirement"], [[*row, event["by"], event["requirement"]] for row, event in zip(events, t["event"])]))


def accounts(spec):
    t = spec.tables["accounts"]
    states = [[s["name"], s["gravity"], "yes" if s["login"] else "no", f"{t['retention_days']} days" if s["held"] else "", s["claim"], s["text"]] for s in t["state"]]
    return ("## Accounts\n\nAhead of chapter 6; the models of `spec/models/accounts/` are made from it.\n\n" + table(["state", "gravity", "may log in", "held for", "claim", "means"], states)
            + "\n" + table(["event", "by", "from", "to", "claim"], [[e["name"], e["by"], ", ".join(e["from"]), e["to"], e["claim"]] for e in t["event"]]))


def machine(spec, m):
    """The drawing, what its forms and words mean, and the tables."""
    forms = "; ".join(f"{drawings.FORMS[k]}: {drawings.KINDS[k].split(':')[0]}" for k in drawings.kinds(m))
    notes = "".join(f"- {line}\n" for line in drawings.notes(m))
    return f"## Machine {m['name']}\n\n![{m['name']}]({m['name']}.svg)\n\nIn the drawing, {forms}.\n\n" + (f"{notes}\n" if notes else "") + machine_tables(spec, m)


def machine_tables(spec, m):
    """All pairs: rows are events, columns states; a cell names the states that the pair may lead to."""
    states = [s["name"] for s in m["state"]]
    number = {name: i for i, name in enumerate(states, 1)}
    wire = [x["name"] for x in spec.tables["messages"]["message"]] if m.get("messages_are_events") else []
    wire_like = {*wire, "data", "malformed"}
    rows_by_pair = {(s, r["event"]): r for r in m["row"] for s in r["states"]}
    held = {s["name"] for s in m["state"] if s.get("held")}

    def cell(state, event):
        if row := rows_by_pair.get((state, event)):
            return ", ".join(str(number[t]) for t in row["targets"])
        if state == m["final"]:
            return "ignored"
        if event not in wire_like:
            return "–" if wire else "·"
        return "not read" if state in held else "·"

    def way(row, target):
        guards = row.get("guards", {}).get(target, [])
        return f"{target} ({', '.join(guards)})" if guards else target

    legend = table(["", "state", "kind", "means"], [[number[s["name"]], s["name"], kind(s, m), s["text"]] for s in m["state"]])
    events = wire + [e["name"] for e in m["event"]]
    matrix = table(["event", *number.values()], [[e, *(cell(s, e) for s in states)] for e in events])
    handlers = table(["event", "in", "to", "requirement", f"{m['final']} by"], [[r["event"], ", ".join(r["states"]), ", ".join(way(r, t) for t in r["targets"]), r["requirement"], ", ".join(r.get("rules", []))] for r in m["row"]])
    return (f"{legend}\nAll pairs; `·`: the default ({m['default']['requirement']}): {m['default']['text']}.{' `–`: the shell or program makes no such event there.' if wire else ''}\n\n"
            f"{matrix}\nThe rows:\n\n{handlers}")


def kind(state, m):
    words = [w for w, is_so in (("initial", state["name"] == m["initial"]), ("final", state["name"] == m["final"]), ("held", state.get("held")), ("driven", state.get("driven"))) if is_so]
    return ", ".join(words)
