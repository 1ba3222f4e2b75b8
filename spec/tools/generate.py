#!/usr/bin/env python3
"""Derives everything under spec/generated/ from the chapters, the tables and the schema.

    spec/tools/generate.py            write
    spec/tools/generate.py --check    exit 1 and name what is stale, write nothing

Only Python's standard library and `capnp` (for the schema's field layout) are used. The C++ build needs neither.
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import cpp
import specification


def outputs(spec):
    yield "cpp/coffer/spec/reasons.h", cpp.reasons(spec)
    yield "cpp/coffer/spec/limits.h", cpp.limits(spec)
    yield "cpp/coffer/spec/timers.h", cpp.timers(spec)
    yield "cpp/coffer/spec/permissions.h", cpp.permissions(spec)
    yield "cpp/coffer/spec/messages.h", cpp.messages(spec)
    yield "cpp/coffer/spec/layout.h", cpp.layout(spec)
    yield "cpp/coffer/spec/requirements.h", cpp.requirements(spec)
    for machine in spec.machines:
        yield f"cpp/coffer/spec/{machine['name']}.h", cpp.machine(spec, machine)
    yield "requirements.json", json.dumps([vars(r) for r in spec.requirements], indent=1, ensure_ascii=False) + "\n"


def main(arguments):
    root = pathlib.Path(__file__).resolve().parents[1]
    spec = specification.load(root)
    check = arguments == ["--check"]
    stale = []
    for name, text in outputs(spec):
        path = root / "generated" / name
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if check and stale:
        print("stale under spec/generated (run `./dev generate`): " + ", ".join(stale), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
