#!/usr/bin/env python3
"""Writes the test vectors: inputs, and of each the one right outcome. Made without any of the reference's code.

    spec/tools/vectors.py            write spec/vectors/*.json
    spec/tools/vectors.py --check    exit 1 and name what is stale, write nothing

Exit 1 as well when a vector is no good (each refusal has one failure and an accepted twin: lint_vectors.py) or a file of them is not made here.

What the fields mean is said in spec/vectors/README.md.
"""
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import lint_vectors
import session
import specification
import vectors_archive
import vectors_handshake
import vectors_keys
import vectors_wire


FORMAT = 1  # of the files; a reader refuses another


def outputs(spec):
    yield "frames", vectors_wire.frames(spec)
    yield "messages", vectors_wire.messages(spec)
    yield "metadata", vectors_wire.metadata(spec)
    yield "keys", vectors_archive.keys()
    yield "wraps", vectors_keys.wraps()
    yield "key_records", vectors_keys.key_records()
    yield "cuts", vectors_archive.cuts()
    yield "blocks", vectors_archive.blocks()
    yield "links", vectors_archive.links(spec)
    yield "records", vectors_archive.records(spec)
    yield "manifests", vectors_archive.manifests(spec)
    yield "handshake", vectors_handshake.handshake(spec)
    yield "session", session.vector(spec)


def rendered(rows):
    """One line per key of a vector: a diff shows what changed."""
    def line(value):
        return json.dumps(value, ensure_ascii=True)
    vectors = ",\n".join("{" + ",\n ".join(f"{line(k)}: {line(v)}" for k, v in r.items()) + "}" for r in rows)
    return f'{{"coffer_vectors": {FORMAT}, "vectors": [\n{vectors}\n]}}\n'


def problems(spec, files):
    """What is wrong with the vectors as such, before any of them is written."""
    known = {r.id for r in spec.requirements}
    yield from (f"{name}/{row['id']}: names {row['requirement']}, which no chapter has" for name, rows in files.items() for row in rows if row["requirement"] not in known)
    yield from lint_vectors.problems(files)


def foreign(root, files):
    """What nobody made here is no vector: its outcome would be anyone's guess."""
    return [f"spec/vectors/{path.name} is not made by spec/tools/vectors.py" for path in sorted((root / "vectors").glob("*.json")) if path.stem not in files]


def stale(root, files):
    found = []
    for name, rows in files.items():
        path, text = root / f"vectors/{name}.json", rendered(rows)
        if not path.exists() or path.read_text() != text:
            found.append((path, text))
    return found


def main(arguments):
    root = pathlib.Path(__file__).resolve().parents[1]
    spec = specification.load(root)
    files = dict(outputs(spec))
    if wrong := [*problems(spec, files), *foreign(root, files)]:
        print("\n".join(f"vectors: {line}" for line in wrong), file=sys.stderr)
        return 1
    found = stale(root, files)
    if arguments == ["--check"]:
        if found:
            print("stale (run spec/tools/vectors.py): " + ", ".join(f"spec/vectors/{path.name}" for path, _ in found), file=sys.stderr)
        return 1 if found else 0
    for path, text in found:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
