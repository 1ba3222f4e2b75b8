"""The proof that fuzzing would find something: faults are planted one at a time in a build that has them (reference/fault), and each target that is
meant to notice has to, from the committed seeds alone, with several seeds of the engine. faults.toml says which target is meant for which fault.

Must not know: how faults are planted.
"""
import dataclasses
import json
import pathlib
import shutil
import statistics
import tempfile
import tomllib

from campaign import engine, places, triage

BUILD = places.ROOT / "build" / "fuzz-faults"
SECONDS, SEEDS = 60, (1, 2, 3, 4, 5)
MEDIAN_MAX, EVERY_MAX = 15, 60


@dataclasses.dataclass
class Try:
    fault: str
    target: str
    seed: int
    found: bool
    cpu_seconds: float
    executions: int
    bucket: str = ""


def table():
    """[(fault, kind, targets)] as faults.toml has them; kind: fault or slip."""
    rows = tomllib.loads((places.FUZZ / "faults.toml").read_text())
    return [(name, kind, targets) for kind in ("fault", "slip") for name, targets in rows[kind].items()]


def environment(name, kind):
    return {f"COFFER_{kind.upper()}": name}


def attempt(name, kind, target, seed, seconds=SECONDS, build=BUILD):
    """One engine on one fault, from the committed seeds; time is the process's own CPU time, for others may work beside it."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, findings = pathlib.Path(folder) / "corpus", pathlib.Path(folder) / "findings"
        run = engine.Engine(target, seconds, corpus, findings, seed=seed, build=build, environment=environment(name, kind),
                            options=("-reduce_inputs=0",), seeds=[places.corpus(target)])
        run.wait()
        found = run.found()
        bucket = triage.bucket("\n".join(run.log)) if found else ""
        shutil.rmtree(findings, ignore_errors=True)
        return Try(name, target, seed, bool(found), round(run.cpu_seconds, 2), run.progress.executions, bucket)


def times(tries):
    return [attempt.cpu_seconds if attempt.found else None for attempt in tries]


def verdict(tries):
    """"" when these tries of one fault on one target are good enough, else what is wrong."""
    spent = times(tries)
    if None in spent:
        return f"found in {len([t for t in spent if t is not None])} of {len(spent)}"
    if statistics.median(spent) > MEDIAN_MAX:
        return f"median {statistics.median(spent):.0f} s is over {MEDIAN_MAX} s"
    return "" if max(spent) <= EVERY_MAX else f"once only after {max(spent):.0f} s"


def cell(tries):
    spent = times(tries)
    hits = [t for t in spent if t is not None]
    if not hits:
        return f"not in {len(spent)}"
    text = f"{statistics.median(hits):.1f} ({max(hits):.1f})"
    return text if len(hits) == len(spent) else f"{text} {len(hits)}/{len(spent)}"


def matrix(tries):
    """The tries as a table: a line for each fault, a column for each target, median and longest CPU seconds."""
    targets = list(dict.fromkeys(attempt.target for attempt in tries))
    lines = [f"{'fault':<46}" + "".join(f"{target:>18}" for target in targets)]
    for name in dict.fromkeys(attempt.fault for attempt in tries):
        cells = [[attempt for attempt in tries if (attempt.fault, attempt.target) == (name, target)] for target in targets]
        lines.append(f"{name:<46}" + "".join(f"{cell(some) if some else '':>18}" for some in cells))
    return "\n".join(lines)


def twins(tries, beside):
    """A line for each target that was tried beside others: what it finds of what they find."""
    lines = []
    for target in beside:
        of = {attempt.fault for attempt in tries if attempt.found and attempt.target != target}
        found = {attempt.fault for attempt in tries if attempt.found and attempt.target == target}
        line = f"{target} finds {len(of & found)} of {len(of)} that others find"
        lines.append(line + (f", not {', '.join(sorted(of - found))}" if of - found else ""))
    return lines


def one_bucket(tries):
    """(faults whose finds on their target are all in one bucket, faults that were found)."""
    by_fault = {}
    for attempt in tries:
        if attempt.found:
            by_fault.setdefault((attempt.fault, attempt.target), set()).add(attempt.bucket)
    return sum(len(buckets) == 1 for buckets in by_fault.values()), len(by_fault)


def as_json(tries, meant):
    return {"coffer_fuzz_selftest": 1, "seconds": SECONDS, "tries": [dataclasses.asdict(attempt) | {"meant": attempt.target in meant[attempt.fault]} for attempt in tries]}


def run(only=(), seeds=SEEDS, seconds=SECONDS, beside=(), say=print):
    """(tries, problems). `beside`: targets that are tried too and need not find anything, to stand beside the others."""
    tries, problems = [], []
    for name, kind, targets in table():
        if only and name not in only:
            continue
        for target in [*targets, *(other for other in beside if other not in targets)]:
            made = [attempt(name, kind, target, seed, seconds) for seed in seeds]
            tries += made
            wrong = verdict(made)
            if wrong and target in targets:
                problems.append(f"{name} on {target}: {wrong}")
            say(f"{name:<46}{target:<18}{cell(made):>16}  {made[0].bucket if target in targets else '(beside)'}")
    return tries, problems


def write(tries, folder=None):
    meant = {name: targets for name, _, targets in table()}
    folder = folder or places.BUILD
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "selftest.json").write_text(json.dumps(as_json(tries, meant), indent=1) + "\n")
