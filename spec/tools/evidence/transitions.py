"""Replays what machines wrote while tests ran (transitions/transition_file.h) against the tables: every step is one that a row, or the
default, allows; each step begins where the one before ended; and all runs together have taken every row.

It must not know: how the reference is built, what the tests wanted.
"""
import collections
import dataclasses
import json

KEYS = {"process", "machine", "instance", "from", "event", "to", "rule"}
BEGIN_KEYS = {"process", "machine", "instance", "begins"}


@dataclasses.dataclass(frozen=True)
class Row:
    machine: str
    state: str
    event: str
    targets: tuple
    requirement: str

    def __str__(self):
        return f"{self.machine}: {self.state} × {self.event}"


class Table:
    """One machine, asked for what a pair allows."""

    def __init__(self, machine, messages):
        self.name, self.initial, self.final = machine["name"], machine["initial"], machine["final"]
        self.states = {s["name"] for s in machine["state"]}
        self.held = {s["name"] for s in machine["state"] if s.get("held")}
        own = {e["name"] for e in machine["event"]}
        wire = set(messages) if machine.get("messages_are_events") else set()
        self.events, self.of_the_wire = wire | own, wire | ({"data", "malformed"} & own if wire else set())
        self.rows = {}
        for row in machine["row"]:
            stays = row["targets"] == row["states"] and len(row["states"]) > 1  # each state leads to itself
            for state in row["states"]:
                targets = (state,) if stays else tuple(row["targets"])
                self.rows[state, row["event"]] = Row(self.name, state, row["event"], targets, row["requirement"])
        self.announced = bool(wire)  # sessions say when one begins; a frame reader begins wherever it is in its first state

    def wrong(self, step):
        """What is wrong with one step, or ""."""
        start, event, target = step["from"], step["event"], step["to"]
        for word, known in ((start, self.states), (event, self.events), (target, self.states)):
            if word not in known:
                return f"the table has no {word}"
        if row := self.rows.get((start, event)):
            return "" if target in row.targets else f"the row leads to {' or '.join(row.targets)}"
        if start in self.held and event in self.of_the_wire:
            return "a held state reads nothing of the wire"
        allowed = self.final if event in self.of_the_wire else start
        return "" if target == allowed else f"there is no row, and the default leads to {allowed}"


class Replay:
    def __init__(self, spec):
        messages = [m["name"] for m in spec.tables.get("messages", {}).get("message", [])]
        self.tables = {m["name"]: Table(m, messages) for m in spec.machines}
        self.taken = collections.Counter()  # Row -> how often
        self.led = collections.Counter()  # (Row, target) -> how often
        self.defaults = self.steps = self.instances = 0
        self.problems = []
        self.rules = collections.defaultdict(set)  # Row -> the rules that decided

    def file(self, path):
        at = {}  # (process, machine, instance) -> its state
        with open(path, encoding="utf-8") as lines:
            for number, text in enumerate(lines, 1):
                if wrong := self.line(text, at):
                    self.problems.append((f"{path}:{number}", wrong))

    def line(self, text, at):
        try:
            step = json.loads(text)
        except ValueError:
            return "not a line of JSON"
        table = self.tables.get(step.get("machine"))
        if table is None:
            return f"no machine is named {step.get('machine')}"
        key = (step.get("process"), table.name, step.get("instance"))
        if "begins" in step:
            if set(step) != BEGIN_KEYS or step["begins"] != table.initial:
                return f"{table.name} begins in {table.initial}"
            at[key] = table.initial
            self.instances += 1
            return ""
        if not KEYS - {"rule"} <= set(step) <= KEYS:
            return "not the fields of a step"
        return self.step(table, step, key, at)

    def step(self, table, step, key, at):
        self.steps += 1
        before = at.get(key)
        at[key] = step["to"]
        said = f"{table.name}: {step['from']} × {step['event']} → {step['to']}"
        restarts = not table.announced and step["from"] == table.initial
        if before != step["from"] and not restarts:
            return f"{said}: but it was in {before or 'no state yet: it never began'}"
        if wrong := table.wrong(step):
            return f"{said}: {wrong}"
        if row := table.rows.get((step["from"], step["event"])):
            self.taken[row] += 1
            self.led[row, step["to"]] += 1
            if "rule" in step:
                self.rules[row].add(step["rule"])
        else:
            self.defaults += 1
        return ""

    def missing(self):
        """Rows that no run took."""
        return [row for table in self.tables.values() for row in table.rows.values() if row not in self.taken]

    def missing_targets(self):
        """(row, target) that rows which were taken never led to."""
        return [(row, t) for table in self.tables.values() for row in table.rows.values() for t in row.targets if row in self.taken and (row, t) not in self.led]

    def counts(self):
        """machine -> (rows taken, rows, targets reached, targets)."""
        return {name: (sum(r in self.taken for r in t.rows.values()), len(t.rows), sum((r, x) in self.led for r in t.rows.values() for x in r.targets), sum(len(r.targets) for r in t.rows.values()))
                for name, t in self.tables.items()}


MAKERS = {"conform": "./dev conform", "tests": "./dev test"}  # whose runs together take every row


def files(house):
    """What the last runs wrote."""
    return sorted((house / "build/transitions").glob("*.ndjson"))


def sources(house):
    """(file, the command that makes it) of those that are there and those that are wanted."""
    folder = house / "build/transitions"
    return [(path, MAKERS.get(path.stem, "a run")) for path in sorted({*files(house), *(folder / f"{name}.ndjson" for name in MAKERS)})]


def replay(spec, paths):
    result = Replay(spec)
    for path in paths:
        result.file(path)
    return result


def report(result, whole=True):
    """`whole`: all runs were replayed, so that a row nobody took is worth a line."""
    wrong = f"{len(result.problems):,} forbidden" if result.problems else "none forbidden"
    lines = [f"{result.steps:,} steps of {result.instances:,} sessions, {result.defaults:,} of them by the rule for pairs without a row; {wrong}"]
    if not whole:
        return lines[0]
    lines.append("")
    lines.append(f"{'machine':<18}{'rows taken':>14}{'ways out of them':>20}")
    lines += [f"{name:<18}{f'{a} of {b}':>14}{f'{c} of {d}':>20}" for name, (a, b, c, d) in result.counts().items()]
    lines += [f"  never taken: {row} ({row.requirement})" for row in result.missing()]
    lines += [f"  never led there: {row} → {target}" for row, target in result.missing_targets()]
    return "\n".join(lines)
