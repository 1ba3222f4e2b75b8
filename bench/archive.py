#!/usr/bin/python3
"""Coffer beside what people use: the same corpus backed up, left as it is, changed, and restored, by each in turn; medians of the rounds.

Restic speaks TLS with a server on this machine as coffer does; borg and cp write to a local directory. Every round gives each contender a
new store and changes the corpus by a day; the order turns. `--curve` instead asks what a file costs when there are many, `--prune` what letting
go many blocks costs. Figures belong to the machine: what is judged are ratios. Writes archive.json, curve.json or prune.json. Exit status: 0 measured, whatever came out; 1 something
did not work, or was not restored as it was; 64 usage.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import statistics
import sys

import contenders
import corpus

STEPS = ("first", "unchanged", "changed", "restore")
MEGA = 1e6
WARM_OCTETS = 4 << 30


def apart(function, *arguments):
    """Calls it in a process of its own: a program that is started from a large one is counted as large from its first moment."""
    with concurrent.futures.ProcessPoolExecutor(1) as process:
        return process.submit(function, *arguments).result()


def warm_memory():
    """Uses as much memory as a step may need, and gives it back: a virtual machine's host takes away what lies idle, and who is the first to
    use it again pays several times what a write costs."""
    return len(bytes([1]) * min(WARM_OCTETS, os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2))


def measure_round(entrants, source, number):
    """{contender: {step: what it took}}; the corpus is a day older afterwards."""
    taken = {entrant.name: {} for entrant in entrants}

    def step(name, entrant, action):
        os.sync()
        apart(warm_memory)
        taken[entrant.name][name] = action()
        print(f"  round {number}: {entrant.name} {name} {taken[entrant.name][name]['wall']:.2f} s", file=sys.stderr)

    try:
        for entrant in entrants:
            entrant.start()
            step("first", entrant, lambda: entrant.backup(source))
            if not isinstance(entrant, contenders.Copy):
                step("unchanged", entrant, lambda: entrant.backup(source))
        apart(corpus.change, source, number)
        for entrant in entrants:
            if not isinstance(entrant, contenders.Copy):
                step("changed", entrant, lambda: entrant.backup(source))
            step("restore", entrant, entrant.restore)
            if isinstance(entrant, contenders.Coffer):
                wrong = apart(corpus.differences, str(source), f"{entrant.out}{source}")
                if wrong:
                    raise contenders.Failed(f"{len(wrong)} files were not restored as they were, such as {wrong[0]}")
    finally:
        for entrant in entrants:
            entrant.stop()
    for entrant in entrants:
        taken[entrant.name]["store"] = entrant.store_octets()
    return taken


def medians(rounds):
    """{contender: {step: {figure: median}, "store": octets}} of what the rounds took."""
    def median(values):
        if isinstance(values[0], dict):
            return {key: median([value[key] for value in values]) for key in values[0]}
        return statistics.median(values)
    return median(rounds)


def cpu(taken):
    return taken["client_cpu"] + taken["server_cpu"]


def aims(taken):
    """[(what, value, unit, most, what that is)]: an aim is met when the value is no more than the most."""
    coffer, restic, borg = (taken[name] for name in ("coffer", "restic", "borg"))

    def better(step, figure):
        return min(figure(restic[step]), figure(borg[step]))

    def wall(step):
        return step["wall"]

    found = [("first backup", wall(coffer["first"]), "s", 0.5 * wall(restic["first"]), "0.5 x restic"),
             ("first backup", cpu(coffer["first"]), "CPU s", 0.5 * cpu(restic["first"]), "0.5 x restic"),
             ("first backup", wall(coffer["first"]), "s", wall(borg["first"]), "borg, without network")]
    for step, factor in (("unchanged", 0.25), ("changed", 0.4), ("restore", 0.6)):
        found.append((step, wall(coffer[step]), "s", factor * better(step, wall), f"{factor} x the better"))
        found.append((step, cpu(coffer[step]), "CPU s", factor * better(step, cpu), f"{factor} x the better"))
    client = max(coffer[step]["client_peak"] for step in STEPS)
    server = max(coffer[step]["server_peak"] for step in STEPS)
    return found + [("store", coffer["store"] / MEGA, "MB", 1.03 * restic["store"] / MEGA, "restic + 3 %"),
                    ("client's memory", client / MEGA, "MB", 200, "200 MB"), ("server's memory", server / MEGA, "MB", 150, "150 MB")]


def print_tables(taken, order):
    print(f"\n{'':10} {'step':10} {'wall s':>8} {'client CPU':>11} {'server CPU':>11} {'client MB':>10} {'server MB':>10}")
    for step in STEPS:
        for name in order:
            if step in taken[name]:
                figures = taken[name][step]
                print(f"{name:10} {step:10} {figures['wall']:8.2f} {figures['client_cpu']:11.2f} {figures['server_cpu']:11.2f}"
                      f" {figures['client_peak'] / MEGA:10.0f} {figures['server_peak'] / MEGA:10.0f}")
    print("store, MB: " + ", ".join(f"{name} {taken[name]['store'] / MEGA:.0f}" for name in order))
    if not {"coffer", "restic", "borg"} <= set(order):
        return []
    print(f"\n{'aim':16} {'coffer':>9} {'at most':>9}        {'of it':>6}")
    judged = []
    for what, value, unit, most, name in aims(taken):
        met = value <= most
        judged.append({"aim": what, "unit": unit, "value": value, "most": most, "what": name, "met": met})
        print(f"{what:16} {value:9.2f} {most:9.2f} {unit:6} {value / most:6.2f}  {'met   ' if met else 'MISSED'}  ({name})")
    return judged


def compare(options, place):
    source = place / "corpus"
    print("making the corpus …", file=sys.stderr)
    files, octets = apart(corpus.make, source, options.files, int(options.megabytes * MEGA))
    print(f"corpus: {files} files, {octets / MEGA:.0f} MB; about 3 % change each round; medians of {options.rounds}")
    kinds = [kind for kind in (contenders.Coffer, contenders.Restic, contenders.Borg, contenders.Copy)
             if not options.only or kind.name.split()[0] in options.only]
    rounds = []
    for number in range(options.rounds):
        turned = kinds[number % len(kinds):] + kinds[:number % len(kinds)]
        rounds.append(measure_round([kind(place / f"{number}-{kind.name.split()[0]}") for kind in turned], source, number))
    taken = medians(rounds)
    judged = print_tables(taken, [kind.name for kind in kinds])
    return {"corpus": {"files": files, "octets": octets}, "rounds": rounds, "medians": taken, "aims": judged}


def curve(options, place):
    print(f"{'files':>9} {'step':10} {'wall s':>8} {'CPU s':>8} {'us/file':>8} {'CPU us/file':>12} {'client MB':>10} {'server MB':>10}")
    rows = []
    for files in options.curve:
        source = place / f"small-{files}"
        apart(corpus.make_small, source, files)
        entrant = contenders.Coffer(place / f"coffer-{files}")
        try:
            entrant.start()
            for step, action in (("first", lambda: entrant.backup(source)), ("unchanged", lambda: entrant.backup(source)),
                                 ("restore", entrant.restore)):
                os.sync()
                figures = action()
                rows.append({"files": files, "step": step, **figures})
                print(f"{files:9} {step:10} {figures['wall']:8.2f} {cpu(figures):8.2f} {figures['wall'] / files * 1e6:8.1f}"
                      f" {cpu(figures) / files * 1e6:12.1f} {figures['client_peak'] / MEGA:10.0f} {figures['server_peak'] / MEGA:10.0f}",
                      flush=True)
        finally:
            entrant.stop()
        print(f"{files:9} store {entrant.store_octets() / MEGA:.0f} MB")
    return {"curve": rows}


def prune(options, place):
    print(f"{'blocks':>9} {'prune':16} {'wall s':>8} {'CPU s':>8} {'client MB':>10} {'server MB':>10} {'other s':>8} {'alone':>8}")
    rows = []

    def row(blocks, step, figures):
        rows.append({"blocks": blocks, "step": step, **figures})
        print(f"{blocks:9} {step:16} {figures['wall']:8.2f} {cpu(figures):8.2f} {figures['client_peak'] / MEGA:10.0f}"
              f" {figures['server_peak'] / MEGA:10.0f} {figures['other_wall']:8.2f} {figures['other_alone']:8.2f}", flush=True)

    for blocks in options.prune:
        source = place / f"small-{blocks}"
        apart(corpus.make_small, source, blocks, 64)
        entrant = contenders.Coffer(place / f"coffer-{blocks}")
        try:
            entrant.start()
            entrant.backup(source)
            row(blocks, "all are needed", entrant.prune("--unused"))
            source.rename(place / f"gone-{blocks}")
            apart(corpus.make_small, source, 1)
            entrant.backup(source)
            row(blocks, "all but one go", entrant.prune("--keep-last", 1))
        finally:
            entrant.stop()
    return {"prune": rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="the directory of coffer and cofferd")
    parser.add_argument("--place", type=pathlib.Path, required=True, help="the directory to work in; archive.json, curve.json or prune.json is written there")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", type=int, default=60000)
    parser.add_argument("--megabytes", type=float, default=1500)
    parser.add_argument("--only", nargs="+", choices=("coffer", "restic", "borg", "cp"))
    parser.add_argument("--curve", type=int, nargs="*", metavar="FILES", help="time per file (default: 10000 100000 1000000 files)")
    parser.add_argument("--prune", type=int, nargs="*", metavar="BLOCKS", help="what a prune costs, and others meanwhile (default: 150000 600000 blocks)")
    try:
        options = parser.parse_args()
    except SystemExit as end:
        return 64 if end.code else 0
    contenders.Coffer.programs = options.programs.resolve()
    place = options.place.resolve() / "work"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    room = shutil.disk_usage(place).free / MEGA
    if options.curve is None and options.prune is None and room < 6.5 * options.rounds * options.megabytes:
        print(f"archive: {place} has {room:.0f} MB of room: too few for {options.rounds} rounds of {options.megabytes:.0f} MB", file=sys.stderr)
        return 1
    try:
        if options.curve is not None:
            options.curve = options.curve or [10_000, 100_000, 1_000_000]
            figures = curve(options, place)
        elif options.prune is not None:
            options.prune = options.prune or [150_000, 600_000]
            figures = prune(options, place)
        else:
            figures = compare(options, place)
    except contenders.Failed as failure:
        print(f"archive: {failure}", file=sys.stderr)
        return 1
    finally:
        # Only now: for a minute or more after many files were removed, ext4 looks long for an inode that it may give to a new one.
        shutil.rmtree(place)
    (place.parent / ("curve.json" if options.curve else "prune.json" if options.prune else "archive.json")).write_text(json.dumps(figures, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
