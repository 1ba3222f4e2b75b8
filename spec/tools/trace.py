#!/usr/bin/env python3
"""Requirement by requirement: where it comes from, what enforces it, and what has shown that it holds.

    trace.py                     one line per chapter, then what has no evidence
    trace.py ID…                 everything about these
    trace.py --json [ID…]        the same as JSON
    trace.py --check             the gates that need no run: citations, exceptions, coverage by code
    trace.py --gate [--without KIND,…]   every gate, over the reports of the last runs (tests cases faults models transitions)
    trace.py --transitions [FILE…]  replay what machines wrote against the tables; without FILE all of the last runs, which must go every way of every row
    trace.py --accept ID…        someone has looked at every citation of these again
    trace.py --snapshot [--lower REASON]  raise the floor to the evidence there is

Exit: 0 fine, 1 something is wrong, 64 usage, 69 a report is missing.
"""
import argparse
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import specification
from evidence import citations, gates, snapshot, terminal, transitions
from evidence.ledger import Ledger

FINE, WRONG, USAGE, MISSING = 0, 1, 64, 69
KINDS = tuple(gates.DYNAMIC)


def complain(text):
    print(f"trace: {text}", file=sys.stderr)


def note(text):
    if text:
        complain(f"note: {text}")


def arguments_of(given):
    parser = argparse.ArgumentParser(prog="./dev trace", description="From a requirement to everything that enforces and proves it.")
    parser.add_argument("id", nargs="*", help="requirements, for example FRM-012; none: a summary")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--all", action="store_true", help="every test, case and vector, however many")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="judge what needs no run: citations, exceptions, coverage by code")
    what.add_argument("--gate", action="store_true", help="judge everything, over the reports of the last runs")
    what.add_argument("--transitions", action="store_true", help="replay what machines wrote while tests ran (FILE…, or all of the last runs)")
    what.add_argument("--accept", action="store_true", help="someone has looked at every citation of these requirements again")
    what.add_argument("--snapshot", action="store_true", help="raise the committed floor to the evidence there is")
    parser.add_argument("--without", default="", metavar="KIND,…", help=f"with --gate: reports to do without ({', '.join(KINDS)})")
    parser.add_argument("--lower", default="", metavar="REASON", help="with --snapshot: take away what was lost, for this reason")
    return parser.parse_args(given)


def known_ids(wanted, spec):
    """The ids as the specification writes them, or None and a line that says what there is."""
    ids = [w.upper().replace("_", "-") for w in wanted]
    present = [r.id for r in spec.requirements]
    for identity in ids:
        if identity in present:
            continue
        near = [name for name in present if name.startswith(identity[:3])]
        gone = spec.ledger.get(identity)
        complain(f"{identity} was withdrawn: {gone}" if gone else f"the specification has no {identity}" + (f"; there are {near[0]} to {near[-1]}" if near else ""))
        return None
    return ids


def write_accepted(spec, ids):
    if not ids:
        complain("say which: --accept ID…")
        return USAGE
    path = spec.root / "evidence/accepted.txt"
    path.write_text(citations.accepted_text(spec, ids))
    print(f"accepted: {', '.join(ids)}")
    return FINE


def write_snapshot(ledger, reason):
    nothing = gates.of_no_worth(ledger)
    if nothing:
        show_findings(nothing)
        complain("a floor is not made of reports that are evidence of nothing")
        return WRONG
    text, fallen = snapshot.raised(ledger, reason)
    (ledger.spec.root / "evidence/snapshot.toml").write_text(text)
    for what in fallen:
        complain(f"{what}: {'taken away' if reason else 'it is still asked for'}")
    for source in ledger.reports.sources:
        if not source.present:
            complain(f"no {source.path}: what is asked of it stays as it is ({source.command} makes it)")
    return WRONG if fallen and not reason else FINE


def replay(spec, given):
    house = citations.house_of(spec.root)
    sources = [(p, "") for p in given] or transitions.sources(house)
    absent = [f"no {path}" + (f" ({command} makes it)" if command else "") for path, command in sources if not path.exists()]
    for line in absent:
        complain(line)
    if absent:
        return MISSING
    result = transitions.replay(spec, [path for path, _ in sources])
    for place, wrong in result.problems[:gates.MANY]:
        print(f"{place}: {wrong}", file=sys.stderr)
    print(transitions.report(result, whole=not given))
    lacking = [] if given else list(result.lacking(transitions.excused(spec)))
    for machine, gate, text in lacking:
        print(f"{machine}: {gate}: {text}", file=sys.stderr)
    return WRONG if result.problems or lacking else FINE


def show_findings(findings, missing=()):
    for finding in findings:
        print(finding, file=sys.stderr)
    for source in missing:
        complain(f"nothing says what became of the {source.kind}: no {source.path} ({source.command} makes it)")
    return WRONG if findings else MISSING if missing else FINE


def main(given):
    try:
        options = arguments_of(given)
    except SystemExit as end:
        return USAGE if end.code else FINE
    spec = specification.load(pathlib.Path(__file__).resolve().parents[1])
    if options.transitions:
        return replay(spec, [pathlib.Path(p) for p in options.id])
    if (ids := known_ids(options.id, spec)) is None:
        return WRONG
    if options.accept:
        return write_accepted(spec, ids)
    without = [w for w in options.without.split(",") if w]
    if unknown := set(without) - set(KINDS):
        complain(f"no such kind of report: {', '.join(sorted(unknown))} ({', '.join(KINDS)})")
        return USAGE
    ledger = Ledger(spec)
    if options.snapshot:
        return write_snapshot(ledger, options.lower)
    if options.check:
        status = show_findings(gates.check(ledger))
        note(gates.to_be_raised(ledger))
        return status
    if options.gate:
        findings, missing = gates.judge(ledger, without)
        status = show_findings(findings, missing)
        note(gates.to_be_raised(ledger, without))
        print(terminal.verdict(ledger, without, findings, missing), file=sys.stderr)
        return status
    if options.json:
        print(terminal.as_json(ledger, ids))
    else:
        print(terminal.in_full(ledger, ids, options.all) if ids else terminal.summary(ledger))
    return FINE


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # whoever reads may stop reading, as head does
    sys.exit(main(sys.argv[1:]))
