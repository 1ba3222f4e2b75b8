#!/usr/bin/env python3
"""Derives everything under spec/generated/ from the chapters, the tables and the schema.

    spec/tools/generate.py            write
    spec/tools/generate.py --check    exit 1 and name what is stale, write nothing

Python's standard library, `capnp` (for the schema's field layout) and, when a machine changed, `dot` are used. The C++ build needs none.
"""
import collections
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import attacks
import cpp
import cpp_ways
import drawings
import models
import paths
import played
import session
import shortest
import specification
import tables
from evidence import citations

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "models"))
import necessity

NECESSITY = "generated/field-necessity.md"  # made by spec/models/necessity.py, which asks provers; here only its freshness is judged


def outputs(spec):
    yield "generated/cpp/coffer/spec/edition.h", cpp.edition(spec)
    yield "generated/cpp/coffer/spec/reasons.h", cpp.reasons(spec)
    yield "generated/cpp/coffer/spec/limits.h", cpp.limits(spec)
    yield "generated/cpp/coffer/spec/timers.h", cpp.timers(spec)
    yield "generated/cpp/coffer/spec/permissions.h", cpp.permissions(spec)
    yield "generated/cpp/coffer/spec/key_modes.h", cpp.key_modes(spec)
    yield "generated/cpp/coffer/spec/messages.h", cpp.messages(spec)
    yield "generated/cpp/coffer/spec/layout.h", cpp.layout(spec)
    yield "generated/cpp/coffer/spec/requirements.h", cpp.requirements(spec)
    yield "generated/cpp/coffer/spec/attacks.h", cpp.attacks(spec)
    yield "generated/cpp/coffer/spec/ways.h", cpp_ways.header(spec)
    for machine in spec.machines:
        yield f"generated/cpp/coffer/spec/{machine['name']}.h", cpp.machine(spec, machine)
        yield f"generated/{machine['name']}.dot", drawings.dot(machine)
    yield from models.outputs(spec)
    yield "generated/tables.md", tables.page(spec)
    yield "generated/worked-session.md", session.page(spec)
    yield "traces/paths.json", shortest.rendered(spec)
    for name in ("attacks", "models"):  # made by ./dev model --traces; here only who plays them is written in
        yield f"traces/{name}.json", played.rendered(paths.stamped(spec, name))
    yield "generated/attacks.md", attacks.page(spec)
    yield "generated/requirements.json", requirements_json(spec)
    yield "tables/ids.txt", ledger(spec)
    yield "tables/numbers.txt", numbers(spec)
    yield "evidence/accepted.txt", citations.accepted_text(spec)


def requirements_json(spec):
    """The index of all requirements, and how many there are by provenance, level and way of judging."""
    def counted(words):
        return dict(sorted(collections.Counter(words).items()))
    rows = [{k: v for k, v in vars(r).items() if k != "line"} for r in spec.requirements]
    counts = {"all": len(rows), "provenance": counted(r.provenance.split()[0] for r in spec.requirements),
              "level": counted(r.level for r in spec.requirements), "judged": counted(r.judged for r in spec.requirements)}
    return json.dumps({"counts": counts, "requirements": rows}, indent=1, ensure_ascii=False) + "\n"


def ledger(spec):
    """Every id ever given. What is in the chapters is added; nothing is ever taken out, and lint.py asks why an id is gone."""
    known = dict(spec.ledger) | {r.id: spec.ledger.get(r.id, "") for r in spec.requirements}
    lines = (f"{i} withdrawn: {reason}" if reason else i for i, reason in sorted(known.items()))
    return ("# Every requirement id ever given, for good. generate.py adds new ones; to withdraw one, write after it ` withdrawn: ` and the reason.\n"
            + "\n".join(lines) + "\n")


def numbers(spec):
    """Every number ever given, as with the ids; lint.py asks why one has another name than it had."""
    known = {(kind, number): name for kind, number, name in specification.numbers_given(spec.tables)} | spec.numbers
    return ("# Every number that travels and was ever given to a name, for good. generate.py adds new ones; none is taken out or given again.\n"
            + "".join(f"{kind} {number} {name}\n" for (kind, number), name in sorted(known.items())))


def judged(root):
    """Of each file that is not what the sources say, its path below spec/ and what it ought to hold (of a drawing, its .dot); and what stands under
    generated/ and nothing here makes: whoever includes that reads what no chapter says any more."""
    spec = specification.load(root)
    found, made = [], {NECESSITY} | {f"generated/{m['name']}.svg" for m in spec.machines}
    for name, text in outputs(spec):
        made.add(name)
        path = root / name
        if not path.exists() or path.read_text() != text:
            found.append((name, text))
    for machine in spec.machines:
        path, text = root / f"generated/{machine['name']}.svg", drawings.dot(machine)
        if not path.exists() or not drawings.is_drawing_of(path.read_text(), text):
            found.append((f"generated/{machine['name']}.svg", text))
    if not necessity.fresh():
        found.append((NECESSITY, None))
    there = (path.relative_to(root).as_posix() for path in sorted((root / "generated").rglob("*")) if path.is_file())
    return found, [name for name in there if name not in made]


def main(arguments):
    root = pathlib.Path(__file__).resolve().parents[1]
    found, strangers = judged(root)
    if strangers:
        print("made by nothing here (take it away): " + ", ".join(f"spec/{name}" for name in strangers), file=sys.stderr)
    if arguments == ["--check"]:
        if found:
            print("stale (run `./dev generate`): " + ", ".join(f"spec/{name}" for name, _ in found), file=sys.stderr)
        return 1 if found or strangers else 0
    for name, text in found:
        if name == NECESSITY:
            print("not made here: spec/models/necessity.py asks the provers and writes it", file=sys.stderr)
            continue
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(drawings.svg(text) if path.suffix == ".svg" else text)
    return 1 if strangers else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
