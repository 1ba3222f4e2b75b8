#!/usr/bin/env python3
"""Runs fuzz campaigns: `run.py list`, `run.py TARGET --seconds N`, `run.py smoke`. Needs the build of preset `fuzz`.

A campaign keeps what it learns in build/fuzz/corpus/TARGET (the committed fuzz/corpus/TARGET is read, never written) and what it
finds in build/fuzz/findings/TARGET. A finding is printed with the rule it breaks, as text when the target takes traces, and with the
one command that replays it. Exit status: 0 nothing found, 1 found something, or the canary was not caught, 64 usage, 69 not built.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "fuzz"
FUZZ = ROOT / "fuzz"
CANARY = "canary"
CORPUS_OF = {"differential": "control_payload", "trace_text": "server_session"}  # where it is not the target's own
TRACE_TARGETS = {"server_session", "client_session"}
SMOKE_SECONDS, CANARY_SECONDS = 6, 60
INPUT_OCTETS_MAX = 4096


def written():
    return sorted(path.stem for path in (FUZZ / "targets").glob("*.cc"))


def targets():
    """Those of them that are built."""
    return [target for target in written() if (BUILD / "bin" / f"fuzz_{target}").exists()]


def campaign(target, seconds, seed=None):
    """Runs one target. Returns (executions per second, executions, new inputs, findings)."""
    corpus, findings = BUILD / "corpus" / target, BUILD / "findings" / target
    corpus.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    before = set(findings.iterdir())
    command = [str(BUILD / "bin" / f"fuzz_{target}"), f"-max_total_time={seconds}", f"-max_len={INPUT_OCTETS_MAX}", "-timeout=10",
               "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={findings}/", str(corpus)]
    if seed is not None:
        command.insert(1, f"-seed={seed}")
    command += [str(folder) for folder in (FUZZ / "corpus" / CORPUS_OF.get(target, target), FUZZ / "regressions" / target) if folder.is_dir()]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", cwd=BUILD)
    log = BUILD / "findings" / f"{target}.log"
    log.write_text(result.stdout)
    found = sorted(set(findings.iterdir()) - before)
    if result.returncode != 0 and not found:
        found = [log]

    def figure(name):
        match = re.search(rf"stat::{name}:\s+(\d+)", result.stdout)
        return int(match[1]) if match else 0

    return figure("average_exec_per_sec"), figure("number_of_executed_units"), figure("new_units_added"), found


def explain(target, finding):
    """What broke and how to see it again."""
    log = (BUILD / "findings" / f"{target}.log").read_text()
    for pattern in (r"^broken: .*$", r"^SUMMARY: .*$", r"^.*runtime error: .*$", r"^==\d+== ERROR: libFuzzer: .*$"):
        if match := re.search(pattern, log, re.M):
            print(f"  {match[0]}")
            break
    print(f"  again: {(BUILD / 'fuzz' / f'replay_{target}').relative_to(ROOT)} {finding.relative_to(ROOT)}")
    if target in TRACE_TARGETS and finding.suffix != ".log":
        shown = subprocess.run([str(BUILD / "bin" / "coffer_trace"), "show", str(finding)], capture_output=True, text=True)
        print("".join(f"    {line}\n" for line in shown.stdout.splitlines()), end="")
    print(f"  keep:  cp it to fuzz/regressions/{target}/ once it is mended")


def run(target, seconds, seed):
    speed, executions, new, found = campaign(target, seconds, seed)
    print(f"{target}: {executions} executions, {speed}/s, {new} new inputs, {len(found)} findings", flush=True)
    for finding in found:
        explain(target, finding)
    return bool(found)


def smoke(seed):
    """Every target for some seconds; each must be there, and the canary must be caught, or the silence of the others means nothing."""
    started = time.monotonic()
    unbuilt = [target for target in written() if target not in targets()]
    for target in unbuilt:
        print(f"{target}: NOT BUILT: fuzz/targets/{target}.cc is in no build", flush=True)
    failed = [target for target in targets() if target != CANARY and run(target, SMOKE_SECONDS, seed)]
    _, executions, _, found = campaign(CANARY, CANARY_SECONDS, seed)
    caught = any("crash" in path.name for path in found)
    print(f"{CANARY}: {'caught' if caught else 'NOT CAUGHT: the campaign is blind'}")
    for finding in found:
        if finding.suffix != ".log":
            finding.unlink()
    print(f"smoke: {len(targets())} targets in {time.monotonic() - started:.0f} s, {len(failed)} with findings, {len(unbuilt)} not built")
    return bool(failed or unbuilt) or not caught


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", help="a target, `smoke` for all of them briefly, or `list`")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, help="of the engine; 0 or none: a new one each time")
    try:
        arguments = parser.parse_args()
    except SystemExit as end:
        return 64 if end.code else 0
    known = targets()
    if not known:
        print("no targets are built: cmake --preset fuzz && cmake --build build/fuzz --target fuzz_targets", file=sys.stderr)
        return 69
    if arguments.target == "list":
        print("\n".join(known))
        return 0
    if arguments.target == "smoke":
        return int(smoke(arguments.seed))
    if arguments.target not in known:
        print(f"no such target: {arguments.target} (there are: {', '.join(known)}, and smoke)", file=sys.stderr)
        return 64
    return int(run(arguments.target, arguments.seconds, arguments.seed))


if __name__ == "__main__":
    sys.exit(main())
