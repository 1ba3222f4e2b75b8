"""What each command of ./dev fuzz does; they print, and return the exit status. Must not know: how words are parsed."""
import difflib
import shutil
import sys
import time

from campaign import build_check, campaign, coverage as lines_run, keep, places, reach, report, selftest as self_test, show, triage

SMOKE_SECONDS, CANARY_SECONDS = 6, 60


class Mistake(Exception):
    """In what was asked for."""


class NotBuilt(Exception):
    pass


def known(targets, canary=False):
    built = places.built()
    if not built:
        raise NotBuilt("no target is built: cmake --preset fuzz && cmake --build build/fuzz --target fuzz_targets")
    for target in targets:
        if target not in built:
            near = difflib.get_close_matches(target, built, 1)
            raise Mistake(f"no such target: {target}; " + (f"did you mean {near[0]}?" if near else f"there are {', '.join(built)}"))
    return list(targets) or [target for target in built if canary or target != places.CANARY]


def readable(file):
    if not file.is_file():
        raise Mistake(f"there is no {file}; what campaigns found is in build/fuzz/findings/TARGET")
    return file.resolve()


def list_targets(_):
    print("\n".join(known([], canary=True)))
    return 0


def run(arguments):
    targets = known(arguments.targets)
    if arguments.time <= 0 or arguments.jobs < 1:
        raise Mistake("--time and --jobs are more than nothing")
    if arguments.fresh:
        for target in targets:
            shutil.rmtree(places.BUILD / "corpus" / target, ignore_errors=True)
    return finish(campaign.Campaign(targets, arguments.time, arguments.jobs, arguments.plateau, arguments.seed, lambda line: print(line, flush=True)))


def finish(made):
    outcomes = made.run()
    buckets = campaign.judged(outcomes)
    value = report.report(outcomes, buckets, made.specified, report.last())
    report.write(value, set().union(*(outcome.ways for outcome in outcomes.values()), set()))
    print(report.terminal(value))
    logs = [file for outcome in outcomes.values() for file in outcome.found if file.suffix == ".log"]
    for log in logs:
        print(f"an engine failed without an input: {log.relative_to(places.ROOT)} says why")
    print(f"report: {(places.BUILD / 'report.html').relative_to(places.ROOT)}")
    return int(bool(value["findings"] or logs))


def smoke(arguments):
    """Every target must be there, and the canary must be caught, or the silence of the others means nothing."""
    started = time.monotonic()
    unbuilt = [target for target in places.written() if target not in places.built()]
    for target in unbuilt:
        print(f"{target}: NOT BUILT: fuzz/targets/{target}.cc is in no build", flush=True)
    targets = known([])
    found = finish(campaign.Campaign(targets, SMOKE_SECONDS * len(targets), 1, None, arguments.seed, lambda line: None))
    outcome = campaign.Campaign([places.CANARY], CANARY_SECONDS, 1, CANARY_SECONDS, arguments.seed, lambda line: None)
    outcome.seconds = CANARY_SECONDS
    caught = catch(outcome)
    print(f"{places.CANARY}: {'caught' if caught else 'NOT CAUGHT: the campaign is blind'}")
    print(f"smoke: {len(targets)} targets in {time.monotonic() - started:.0f} s, {len(unbuilt)} not built")
    return int(bool(found or unbuilt) or not caught)


def catch(made):
    """Whether the canary was found; what it left is taken away."""
    campaign.FINDINGS_MAX, before = 1, campaign.FINDINGS_MAX
    found = made.run()[places.CANARY].found
    campaign.FINDINGS_MAX = before
    for file in found:
        file.unlink()
    return any("crash" in file.name for file in found)


def reached(arguments):
    ways = set()
    for target in reach.MACHINES_OF:
        folders = places.inputs(target) + ([places.BUILD / "corpus" / target] if arguments.corpus else [])
        folders = [folder for folder in folders if folder.is_dir() and any(folder.iterdir())]
        if folders:
            ways |= reach.replayed(target, folders)
    lines, problems = reach.judge(reach.Specified(), ways)
    print("\n".join(lines + problems))
    return int(bool(problems))


def triaged(arguments):
    if arguments.target:
        known([arguments.target])
    buckets = triage.buckets([triage.judge(target, file) for target, file in triage.findings(arguments.target)])
    for (target, bucket), group in buckets.items():
        print(f"{target}: {bucket} ({group[0].grade}, {len(group)} inputs)\n  {group[0].says}\n  again: {report.repro_line(target, group[0].file)}")
    print(f"{len(buckets)} buckets, {sum(map(len, buckets.values()))} inputs")
    return int(any(finding.failed for group in buckets.values() for finding in group))


def minimise(arguments):
    known([arguments.target])
    to = arguments.to or arguments.file.with_name(arguments.file.name + ".min")
    started = time.monotonic()
    print(f"{keep.minimise(arguments.target, readable(arguments.file), to)} in {time.monotonic() - started:.1f} s: {to}")
    return 0


def show_file(arguments):
    known([arguments.target])
    if arguments.target not in places.TRACE_TARGETS:
        raise Mistake(f"the inputs of {arguments.target} are no traces; those of {', '.join(places.TRACE_TARGETS)} are")
    steps, broken = show.happened(arguments.target, readable(arguments.file))
    print(show.as_text(steps, broken), end="")
    if arguments.svg:
        arguments.svg.write_text(show.as_svg(steps, arguments.file.name))
    return 0


def repro(arguments):
    known([arguments.target])
    file = readable(arguments.file)
    status, said = keep.again(arguments.target, file)
    print(f"{places.replayer(arguments.target).relative_to(places.ROOT)} {file}\n{said or 'nothing is broken'}")
    return status


def promote(arguments):
    known([arguments.target])
    place = keep.promote(arguments.target, readable(arguments.file), arguments.name)
    print(f"kept: {place.relative_to(places.ROOT)}: commit it together with what mends it")
    if arguments.case:
        if arguments.target not in places.TRACE_TARGETS:
            raise Mistake("a case is made of a trace")
        print(keep.skeleton(arguments.target, place, arguments.name), end="")
    return 0


def bisect(arguments):
    known([arguments.target])
    print(keep.bisect(arguments.target, readable(arguments.file), arguments.good))
    return 0


def selftest(arguments):
    names = [name for name, _, _ in self_test.table()]
    for fault in arguments.faults:
        if fault not in names:
            raise Mistake(f"fuzz/faults.toml has no {fault}" + "".join(f"; did you mean {near}?" for near in difflib.get_close_matches(fault, names, 1)))
    asked = {target for name, _, targets in self_test.table() for target in targets if not arguments.faults or name in arguments.faults}
    missing = {target for target in asked | set(arguments.beside) if not places.fuzzer(target, self_test.BUILD).exists()}
    if missing:
        raise NotBuilt(f"not built with faults: {', '.join(sorted(missing))}: cmake --preset fuzz-faults && cmake --build build/fuzz-faults --target fuzz_targets")
    tries, problems = self_test.run(arguments.faults, range(1, arguments.seeds + 1), arguments.seconds, arguments.beside, lambda line: print(line, flush=True))
    self_test.write(tries)
    one, of = self_test.one_bucket(tries)
    print(self_test.matrix(tries))
    print(f"median (longest) CPU seconds of {arguments.seeds} seeds; {one} of {of} found faults in one bucket each; build/fuzz/selftest.json")
    print("\n".join(self_test.twins(tries, arguments.beside)))
    print("\n".join(problems) or "every fault is found by the targets that are meant to")
    return int(bool(problems))


def coverage(arguments):
    if arguments.programs:
        print("\n".join(places.replayer(target).name for target in lines_run.measured()))
        return 0
    if not shutil.which("llvm-cov-19"):
        raise NotBuilt("llvm-cov-19 is not installed: apt-get install llvm-19")
    folders = {target: places.inputs(target) + [folder for folder in [places.BUILD / "corpus" / target] if arguments.corpus and folder.is_dir() and any(folder.iterdir())]
               for target in lines_run.measured()}
    lines, problems = lines_run.judge(lines_run.measure(folders), lines_run.floor())
    print("\n".join(lines + problems))
    return int(bool(problems))


def check_build(arguments):
    problems = build_check.check(arguments.out, arguments.sanitizer, arguments.engine, lambda line: print(line, flush=True))
    print("\n".join(problems) or f"{arguments.out} can be run as it stands", file=sys.stderr if problems else sys.stdout)
    return int(bool(problems))
