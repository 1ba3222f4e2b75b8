#!/usr/bin/env python3
"""Runs the models of the specification: claims hold, non-claims fail, every rule fires, and no claim is without a mutant that breaks it.

    spec/models/run.py                    every model
    spec/models/run.py --only NAME        one of them (again for more; * matches)
    spec/models/run.py --list             what there is to run, without running it
    spec/models/run.py --json FILE        the verdicts, for other programs
    spec/models/run.py --deep             the larger instances too (minutes)
    spec/models/run.py --traces           counterexamples written anew: ../traces/attacks.json and models.json; with --only, those of these models

A run of the models beside this file also compares every counterexample that it found with the committed one.

Python's standard library, and the checkers: rumur, eprover, SPASS, spin, clang. Exit status: 0 as it should be, 1 something is not, 64 usage, 69 a
checker is missing. How a model is described: README.md beside this file.
"""
import argparse
import fnmatch
import os
import pathlib
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
sys.path.append(str(HERE.parent / "tools"))
import paths
import specification
from runner import checking, citations, description, process, report, traces

NEEDED = {"rumur": ["rumur", process.COMPILER], "horn": ["eprover", "SPASS"], "spin": ["spin", "gcc", process.COMPILER]}


def arguments(words):
    parser = argparse.ArgumentParser(description="Runs the models of the specification.")
    parser.add_argument("--only", action="append", metavar="NAME", help="run this model only; * and ? match; may be given again")
    parser.add_argument("--list", action="store_true", help="list models, claims, mutants; run nothing")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the verdicts there")
    parser.add_argument("--deep", action="store_true", help="run the larger instances too")
    parser.add_argument("--traces", action="store_true", help="write the counterexamples in spec/traces anew")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 2), metavar="N", help="checkers at once (default: %(default)s)")
    parser.add_argument("--models", type=pathlib.Path, default=HERE, metavar="DIR", help="where the models are (default: beside this file)")
    parser.add_argument("--work", type=pathlib.Path, default=HERE.parents[1] / "build/model/work", metavar="DIR", help="where checkers work (default: build/model/work)")
    return parser.parse_args(words)


def stop(text, status):
    print(f"model: {text}", file=sys.stderr)
    return status


def compared(results, options, problems):
    """Problems of the committed counterexamples; with --traces they are written instead, of a run in which all is well."""
    tables = (paths, specification.load(HERE.parent))
    if not options.traces:
        problems, notes = traces.compare(results, HERE.parent, tables)
        for note in notes:
            print(f"model: {note}", file=sys.stderr)
        return problems
    if problems:
        return ["traces are written by a run in which all is well: mend the rest first"]
    traces.write(results, options, HERE.parent, tables)
    return paths.problems(tables[1])


def main(words):
    try:
        options = arguments(words)
    except SystemExit as over:
        return 64 if over.code else 0
    problems, models = [], []
    known = citations.known(HERE.parent)
    for path in sorted(options.models.glob("*/model.toml")):
        if options.only and not any(fnmatch.fnmatch(path.parent.name, pattern) for pattern in options.only):
            continue
        try:
            models.append(description.read(path, known))
        except description.Mistake as mistake:
            problems.append(str(mistake))
    if not models and not problems:
        return stop(f"no model matches {' '.join(options.only)}; --list shows all" if options.only else f"no model under {options.models}", 64)
    if options.list:
        report.listing(models)
        return 1 if report.complain(problems) else 0
    for tool in dict.fromkeys(t for m in models for t in NEEDED[m.checker]):
        if not shutil.which(tool):
            return stop(f"{tool} is not installed: apt-get install {tool.lower()} (./dev model does it)", 69)
    results, more = checking.check(models, options.work, options.jobs, options.deep)
    problems += more
    report.table(results)
    if options.models == HERE:
        problems += compared(results, options, problems)
    if options.json:
        report.write(options.json, results, problems)
    return 1 if report.complain(problems) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:  # whoever read the list has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
