#!/usr/bin/env python3
"""The committed seeds, fuzz/corpus/TARGET/: `seeds.py write` makes them again, `seeds.py check` says whether they are still true.

Beside them are the dictionaries, fuzz/dict/TARGET.dict. Three kinds of files stand in a corpus. `seed-NAME` comes from the specification and the contracts beside it. `CASE[+twin]@PART` comes from the transcripts of the
conformance suite judging the reference with seed 1, and shows something that no other piece does: `write` runs the whole suite twice and
keeps only what it said both times; `check` runs the cases that the committed names speak of, and those that differ again, and compares. What has another name was
written by hand and is left alone. Exit status: 0 fine, 1 the seeds have drifted, 4 the suite cannot be run, 64 usage.
"""
import argparse
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TRIES = 3  # of a case whose transcript differs: what a busy machine makes different once, a drift makes different each time
CORPUS, DICTIONARIES = ROOT / "fuzz" / "corpus", ROOT / "fuzz" / "dict"
sys.path.insert(0, str(ROOT / "spec" / "tools"))
import dictionaries  # noqa: E402
import of_contracts  # noqa: E402
import of_keys  # noqa: E402
import of_specification  # noqa: E402
import of_tables  # noqa: E402
import of_transcripts  # noqa: E402
import specification  # noqa: E402


def transcripts(binaries, cases=()):
    """What happened on the wire when the suite judged the reference: a dict per script."""
    adapter = shlex.join([sys.executable, str(ROOT / "interop/adapters/reference/adapter.py"),
                          "--server", str(binaries / "cofferd"), "--client", str(binaries / "coffer")])
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "transcripts"
        command = [str(binaries / "coffer-conform"), "run", *cases, "--seed", "1", "--quiet", "--adapter", adapter, "--transcripts", str(file)]
        ended = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        if ended.returncode != 0 or not file.exists():
            print(f"{ended.stdout[-3000:]}\nseeds: the suite does not judge the reference well: its transcripts are no seeds", file=sys.stderr)
            sys.exit(4)
        return [json.loads(line) for line in file.read_text().splitlines()]


def stated(spec, binaries):
    """{target: {name: octets}} of what is made without a run of the suite."""
    printed = subprocess.run([str(binaries / "coffer-conform"), "fixture"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return of_specification.seeds(spec) | of_contracts.seeds(printed, ROOT / "spec" / "vectors") | of_tables.seeds(spec) | of_keys.seeds()


def committed():
    """{target: {name: octets}} of the files that are made, not written by hand."""
    return {folder.name: {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.name.startswith("seed-") or "@" in file.name}
            for folder in sorted(CORPUS.iterdir())}


def write(spec, reasons, binaries):
    first, second = (of_transcripts.pieces(transcripts(binaries), reasons) for _ in range(2))
    stable = {target: {name: piece for name, piece in of_target.items() if second[target].get(name) == piece} for target, of_target in first.items()}
    chosen = of_transcripts.choose(stable)
    for target, files in stated(spec, binaries).items():
        chosen.setdefault(target, {}).update(files)
    for target, files in committed().items():
        for name in files:
            (CORPUS / target / name).unlink()
    for target, files in chosen.items():
        (CORPUS / target).mkdir(parents=True, exist_ok=True)
        for name, octets in files.items():
            (CORPUS / target / name).write_bytes(octets)
        print(f"{target}: {len(files)} seeds, {sum('@' in name for name in files)} of them from transcripts, {sum(map(len, files.values()))} octets")
    write_dictionaries(spec)
    return 0


def write_dictionaries(spec):
    DICTIONARIES.mkdir(exist_ok=True)
    for file in DICTIONARIES.iterdir():
        file.unlink()
    for target, octets in dictionaries.dictionaries(spec, ROOT).items():
        (DICTIONARIES / f"{target}.dict").write_bytes(octets)


def drifted_dictionaries(spec):
    made = {f"{target}.dict": octets for target, octets in dictionaries.dictionaries(spec, ROOT).items()}
    have = {file.name: file.read_bytes() for file in DICTIONARIES.iterdir()}
    return [f"dict/{name}: not what the specification gives" for name in sorted(made.keys() | have.keys()) if made.get(name) != have.get(name)]


def differing(have, now):
    """(target, name) of each committed piece of a transcript that is not what was said now."""
    return [(target, name) for target, pieces in now.items() for name, octets in have.get(target, {}).items()
            if "@" in name and (name not in pieces or pieces[name][0] != octets)]


def said_of(have, cases, reasons, binaries):
    """What the transcripts of these cases give; those that differ from what is committed were run again."""
    now = of_transcripts.pieces(transcripts(binaries, cases), reasons)
    for _ in range(TRIES - 1):
        wrong = differing(have, now)
        if not wrong:
            break
        again = of_transcripts.pieces(transcripts(binaries, sorted({of_transcripts.case_of(name) for _, name in wrong})), reasons)
        for target, name in wrong:
            if name in again[target]:
                now[target][name] = again[target][name]
    return now


def check(spec, reasons, binaries):
    drifted = drifted_dictionaries(spec)
    have = committed()
    for target, files in stated(spec, binaries).items():
        for name in sorted(files.keys() | {name for name in have.get(target, {}) if name.startswith("seed-")}):
            if have.get(target, {}).get(name) != files.get(name):
                drifted.append(f"{target}/{name}: not what specification or contract gives")
    cases = sorted({of_transcripts.case_of(name) for files in have.values() for name in files if "@" in name})
    if not cases:
        return fail(["no seed comes from a transcript"])
    now = said_of(have, cases, reasons, binaries)
    drifted += [f"{target}: no seed comes from a transcript" for target in now if not any("@" in name for name in have.get(target, {}))]
    drifted += [f"{target}/{name}: {'that case says otherwise in its transcript' if name in now[target] else 'no such piece in the transcript of that case'}" for target, name in differing(have, now)]
    shown = {feature for name in have["control_payload"] if "@" in name for feature in now["control_payload"].get(name, (b"", set()))[1]}
    for message in (field.name for s in spec.structs if s.name == "Control" for field in s.fields):
        if ("message", message) not in shown:
            drifted.append(f"control_payload: no transcript's {message}")
    print(f"{sum(map(len, have.values()))} seeds, transcripts of {len(cases)} cases")
    return fail(drifted) if drifted else 0


def fail(lines):
    print("\n".join(lines) + "\nThe seeds have drifted: `./dev fuzz seeds` makes them again.")
    return 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("write", "check"))
    parser.add_argument("--binaries", type=pathlib.Path, default=ROOT / "build/dev/bin", help="where coffer-conform, cofferd and coffer are")
    try:
        arguments = parser.parse_args()
    except SystemExit as end:
        return 64 if end.code else 0
    missing = [name for name in ("coffer-conform", "cofferd", "coffer") if not (arguments.binaries / name).exists()]
    if missing:
        print(f"seeds: not built: {', '.join(missing)}", file=sys.stderr)
        return 4
    spec = specification.load(ROOT / "spec")
    reasons = [reason["name"] for reason in spec.tables["reasons"]["reason"]]
    return {"write": write, "check": check}[arguments.verb](spec, reasons, arguments.binaries)


if __name__ == "__main__":
    sys.exit(main())
