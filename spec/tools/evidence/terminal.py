"""The evidence as text for people and as JSON for programs. Colour only on a terminal."""
import json
import os
import sys

from evidence import citations, gates, snapshot
from evidence.ledger import COLUMNS

MANY = 8  # of one kind; the rest is counted, or shown with --all


def painted(code, text):
    wanted = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return f"\033[{code}m{text}\033[0m" if wanted else text


def mark(good):
    return painted(32, "✓") if good else painted(31, "✗")


def in_full(ledger, ids, everything):
    return "\n\n".join(one(ledger, ledger.of[i], everything) for i in ids)


def one(ledger, e, everything):
    r = e.requirement
    lines = [f"{painted(1, r.id)}  {r.level} · {r.role} · judged by {r.judged} · {r.provenance}    spec/{r.chapter}.md:{r.line}", f"  {r.sentence}", ""]
    lines += provenance(e)
    lines += listed("code", [f"{c.place}  {c.text}" for c in e.code], everything)
    lines += ran(ledger, "tests", [f"{mark(t.passed)} {t.name}" for t in e.tests], sum(t.passed for t in e.tests), "passed", everything)
    lines += ran(ledger, "cases", [f"{mark(c.passed)} {c.id}" + ("" if c.passed else f" ({c.verdict})") + f"  {c.goal}" for c in e.cases], sum(c.passed for c in e.cases), "passed", everything)
    if e.reworded:
        lines.append("             the report judged this requirement in another wording: ./dev conform judges it anew")
    lines += ran(ledger, "faults", [f"{mark(f.killed)} {f.id}  {f.text}" + (f"; killed by {brief(f.killers)}" if f.killers else "") for f in e.faults], sum(f.killed for f in e.faults), "killed", everything)
    lines += ran(ledger, "models", [f"{mark(m.holds)} {m.id}  {m.text}" + (f"; breaks under {brief(m.mutants)}" if m.mutants else "") for m in e.models], sum(m.holds for m in e.models), "hold", everything)
    lines += vectors(ledger, e, everything)
    lines += listed("also named", [f"{c.place}  {c.text}" for c in e.other], everything)
    lines += [field(word, why) for word, why in gates.excuses(ledger, r.id)]
    if e.stale:
        lines.append(field("stale", f"{e.stale} was edited since these citations were looked at; look again, then ./dev trace --accept {r.id}"))
    return "\n".join(line.rstrip() for line in lines)


def provenance(e):
    word = e.requirement.provenance.split()[0]
    why = [f"spec/{e.rationale[0]}.md:{e.rationale[1]}  {e.rationale[2]}"] if e.rationale else []
    if word == "chosen":
        lines = ["chosen: the sources are silent", *why]
    else:
        lines = [f"{word} {i}: {text} ({title})" for i, text, title in e.claims] + why or [e.requirement.provenance]
    return [field("from" if n == 0 else "", cut(line)) for n, line in enumerate(lines)]


def field(name, text):
    return f"  {painted(2, name):<{11 + len(painted(2, name)) - len(name)}}{text}"


def listed(name, lines, everything, total=""):
    shown = lines if everything or len(lines) <= MANY + 1 else [*lines[:MANY], f"… and {len(lines) - MANY} more (--all)"]
    return [field(name, total if lines and total else str(len(lines) or "none"))] + [f"             {cut(line)}" for line in shown]


def ran(ledger, kind, lines, good, word, everything):
    """A list of what a report says; without the report, the command that makes it."""
    sources = [s for s in ledger.reports.sources if s.kind == kind]
    present = [s for s in sources if s.present]
    if not present:
        return [field(kind, not_known(sources[0]))]
    of = ", ".join(f"{s.path} of {s.made_at}" + (f", {s.note}" if s.note else "") for s in present)
    return listed(kind, lines, everything, f"{good} of {len(lines)} {word}; {of}")


def vectors(ledger, e, everything):
    """That there are vectors is known without any run; what became of them is not."""
    if e.vectors and not ledger.reports.present("tests"):
        return listed("vectors", [f"{v.id}  {v.comment}" for v in e.vectors], everything, f"{len(e.vectors)}; {not_known(ledger.reports.missing('tests')[0])}")
    return listed("vectors", [f"{mark(v.ran)} {v.id}  {v.comment}" for v in e.vectors], everything, f"{sum(v.ran for v in e.vectors)} of {len(e.vectors)} run and passed")


def not_known(source):
    return f"not known: no {source.path} ({source.command} makes it)"


def cut(line):
    return line if len(line) <= 170 else line[:169] + "…"


def brief(names):
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def summary(ledger):
    counts, known = ledger.counts(), set(snapshot.judged_columns(ledger))
    lost = {(ledger.of[i].requirement.chapter, c) for i, c in snapshot.below(ledger, known) if i in ledger.of}
    lines = ["Requirements that have evidence of each kind: code names them; tests and cases ran and passed; faults were killed; model claims hold; vectors ran.", ""]
    lines.append(f"{'chapter':<20}{'all':>5}{'from outside':>14}" + "".join(f"{c:>9}" for c in COLUMNS))
    total = dict.fromkeys(("all", "outside", *COLUMNS), 0)
    for chapter, every in ledger.chapters().items():
        row = {"all": len(every), "outside": sum(e.judged_from_outside for e in every), **counts[chapter]}
        total = {k: total[k] + row[k] for k in total}
        fallen = [c for c in COLUMNS if (chapter, c) in lost]
        lines.append(row_of(chapter, row, known) + (f"   {', '.join(fallen)} below the snapshot" if fallen else ""))
    lines += [row_of("all", total, known), ""]
    lines += [f"{s.kind:<12}{s.path} of {s.made_at}{', ' + s.note if s.note else ''}" if s.present else f"{s.kind:<12}{not_known(s)}" for s in ledger.reports.sources]
    if ledger.reports.present("transitions") and ledger.reports.missing("transitions"):
        lines.append(f"{'':<12}which rows of the machines no run takes is judged once both are there")
    findings, _ = gates.judge(ledger, [k for k in gates.DYNAMIC if not ledger.reports.present(k)])
    exceptions = gates.read_exceptions(ledger.spec.root)
    lines += ["", f"{len(exceptions)} exceptions (spec/evidence/exceptions.toml); {len(findings)} findings" + (":" if findings else "")]
    lines += [f"  {f}" for f in findings]
    lines += filter(None, [gates.to_be_raised(ledger, ())])
    return "\n".join(line.rstrip() for line in lines)


def row_of(name, row, known):
    return f"{name:<20}{row['all']:>5}{row['outside']:>14}" + "".join(f"{row[c] if c in known else '–':>9}" for c in COLUMNS)


def verdict(ledger, without, findings, missing):
    outside = [e for e in ledger.of.values() if e.judged_from_outside]
    parts = [f"{len(outside)} MUSTs that wire or stored state can judge"]
    for kind, word in (("cases", "with a case that passed"), ("faults", "with a fault that was killed")):
        if ledger.reports.present(kind) and kind not in without:
            parts.append(f"{sum(e.has(kind) for e in outside)} {word}")
    exempt = sorted(gates.excused(gates.read_exceptions(ledger.spec.root), "case"))
    if "faults" not in without:
        exempt += [f"{t.requirement} as {t.role}" for t in ledger.reports.tried if t.exception]
    which = f" ({', '.join(exempt)})" if exempt else ""
    return f"trace: {', '.join(parts)}, {len(exempt)} excused{which}; {len(findings)} findings, {len(missing)} reports missing"


def as_json(ledger, ids):
    every = [ledger.of[i] for i in ids] or list(ledger.of.values())
    document = {
        "coffer_trace": 1,
        "reports": [{"kind": s.kind, "path": s.path, "made_by": s.command, "made_at": s.made_at or None} for s in ledger.reports.sources],
        "requirements": [json_of(ledger.spec, e, ledger.reports.present("tests")) for e in every],
    }
    if not ids:
        document["counts"] = ledger.counts()
        document["citations"] = len(ledger.citations)
        document["findings"] = [vars(f) for f in gates.judge(ledger, [k for k in gates.DYNAMIC if not ledger.reports.present(k)])[0]]
    return json.dumps(document, indent=1, ensure_ascii=False)


def json_of(spec, e, ran):
    """`ran`: the tests left a report, so that a vector that it does not name did not run."""
    r = e.requirement
    return {
        "id": r.id, "level": r.level, "role": r.role, "judged": r.judged, "provenance": r.provenance, "sentence": r.sentence,
        "chapter": r.chapter, "line": r.line, "fingerprint": citations.fingerprint(spec, r), "stale": bool(e.stale),
        "claims": [{"id": i, "text": text} for i, text, _ in e.claims],
        "code": [{"path": c.path, "line": c.line, "text": c.text} for c in e.code],
        "tests": [{"name": t.name, "passed": t.passed} for t in e.tests],
        "cases": [{"id": c.id, "verdict": c.verdict, "goal": c.goal} for c in e.cases],
        "faults": [{"id": f.id, "killed": f.killed, "killed_by": list(f.killers)} for f in e.faults],
        "models": [{"id": m.id, "holds": m.holds} for m in e.models],
        "vectors": [{"id": v.id, "ran": v.ran if ran else None} for v in e.vectors],
        "also_named": [{"path": c.path, "line": c.line} for c in e.other],
    }
