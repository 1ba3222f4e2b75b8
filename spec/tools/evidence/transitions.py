"""Replays what machines wrote while tests ran (transitions/transition_file.h) against the tables: every step is one that a row, or the
default, allows, and names it; what ended a machine is a rule of that row, with a reason that this rule gives; each step begins where the one
before ended; and all runs together have taken every row.

It must not know: how the reference is built, what the tests wanted.
"""
import collections
import dataclasses
import functools
import json
import tomllib

import specification

KEYS = {"process", "machine", "instance", "from", "event", "row", "to"}
DECIDED = {"rule", "reason"}  # of a step by which this side ended the machine
GUARD = "guard"  # of a step of a row that leads to several states: what decided between them
BEGIN_KEYS = {"process", "machine", "instance", "begins"}


@dataclasses.dataclass(frozen=True)
class Row:
    machine: str
    state: str
    event: str
    handler: str
    targets: tuple
    rules: tuple  # by which it may end the machine
    requirement: str
    guards: tuple = ()  # (target, guard) of each by which it goes to one of several states

    def __str__(self):
        return f"{self.machine}: {self.state} × {self.event}"


class Table:
    """One machine, asked for what a pair allows."""

    def __init__(self, machine, messages, reasons_of=lambda rule: set()):
        self.name, self.initial, self.final = machine["name"], machine["initial"], machine["final"]
        self.reasons_of, self.default = reasons_of, machine.get("default", {})
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
                self.rows[state, row["event"]] = Row(self.name, state, row["event"], row["handler"], targets, tuple(row.get("rules", ())), row["requirement"],
                                                       tuple((t, g) for t, guards in row.get("guards", {}).items() for g in guards))
        self.announced = bool(wire)  # sessions say when one begins; a frame reader begins wherever it is in its first state

    def wrong(self, step):
        """What is wrong with one step, or ""."""
        start, event, target = step["from"], step["event"], step["to"]
        for word, known in ((start, self.states), (event, self.events), (target, self.states)):
            if word not in known:
                return f"the table has no {word}"
        if row := self.rows.get((start, event)):
            return self.undecided(step, row.handler, row.rules, row.guards) if target in row.targets else f"the row leads to {' or '.join(row.targets)}"
        if start in self.held and event in self.of_the_wire:
            return "a held state reads nothing of the wire"
        allowed = self.final if event in self.of_the_wire else start
        if target != allowed:
            return f"there is no row, and the default leads to {allowed}"
        closes = event in self.of_the_wire and start != self.final
        return self.undecided(step, "default" if closes else "ignored", (self.default.get("requirement"),) if closes else ())

    def undecided(self, step, row, rules, guards=()):
        """What is wrong with the row that a step names, with the guard that it says decided, or with the rule and the reason that it says ended the
        machine, or ""."""
        if step["row"] != row:
            return f"that is {row}, not {step['row']}"
        by = [guard for target, guard in guards if target == step["to"]]
        if step.get(GUARD) not in (by or [None]):
            return f"{row} goes to {step['to']} by {' or '.join(by) or 'no guard'}, not by {step.get(GUARD, 'none')}"
        if step["to"] != self.final or not rules:
            return f"{step['rule']} ends nothing here" if "rule" in step else ""
        if "rule" not in step:
            return f"no rule ended it: {row} ends by {' or '.join(rules)}"
        if step["rule"] not in rules:
            return f"{row} ends by {' or '.join(rules)}, not by {step['rule']}"
        given = {self.default["outcome"]} if row == "default" else self.reasons_of(step["rule"])
        return "" if step["reason"] in given else f"{step['rule']} ends with {' or '.join(sorted(given))}, not with {step['reason']}"


class Replay:
    def __init__(self, spec):
        messages = [m["name"] for m in spec.tables.get("messages", {}).get("message", [])]
        reasons_of = functools.cache(lambda rule: specification.reasons_of(spec, rule))
        self.tables = {m["name"]: Table(m, messages, reasons_of) for m in spec.machines}
        self.taken = collections.Counter()  # Row -> how often
        self.led = collections.Counter()  # (Row, target) -> how often
        self.defaults = self.steps = self.instances = 0
        self.problems = []
        self.ended = collections.Counter()  # (machine, handler, rule) -> how often
        self.guarded = collections.Counter()  # (machine, handler, guard) -> how often
        self.by_file = collections.defaultdict(set)  # name of a file -> rows that its runs took
        self.reading = ""

    def file(self, path):
        at = {}  # (process, machine, instance) -> its state
        self.reading = str(path).rpartition("/")[2].removesuffix(".ndjson")
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
        if set(step) - {GUARD} not in (KEYS, KEYS | DECIDED):
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
            self.by_file[self.reading].add(row)
            if GUARD in step:
                self.guarded[row.machine, row.handler, step[GUARD]] += 1
            if "rule" in step:
                self.ended[row.machine, row.handler, step["rule"]] += 1
        else:
            self.defaults += 1
        return ""

    def missing(self):
        """Rows that no run took."""
        return [row for table in self.tables.values() for row in table.rows.values() if row not in self.taken]

    def missing_targets(self):
        """(row, target) that rows which were taken never led to."""
        return [(row, t) for table in self.tables.values() for row in table.rows.values() for t in row.targets if row in self.taken and (row, t) not in self.led]

    def missing_rules(self):
        """(machine, handler, rule) by which no run ended a machine."""
        every = dict.fromkeys((row.machine, row.handler, rule) for table in self.tables.values() for row in table.rows.values() for rule in row.rules)
        return [key for key in every if key not in self.ended]

    def missing_guards(self):
        """(machine, handler, guard) that decided no step."""
        every = dict.fromkeys((row.machine, row.handler, guard) for table in self.tables.values() for row in table.rows.values() for _, guard in row.guards)
        return [key for key in every if key not in self.guarded]

    def lacking(self, excused=()):
        """(machine, gate, text) of each way that no run went, less those rules that are excused: {machine, handler, rule, reason}; and of each excuse that
        is none."""
        for row in self.missing():
            yield row.machine, "row-not-taken", f"no test or case ever takes {row.state} × {row.event} ({row.requirement})"
        for row, target in self.missing_targets():
            yield row.machine, "target-not-reached", f"no test or case ever comes by {row.state} × {row.event} to {target} ({row.requirement})"
        for machine, handler, guard in self.missing_guards():
            yield machine, "guard-not-taken", f"no test or case ever goes by {guard} in {handler}"
        wanted = {(e.get("machine"), e.get("handler"), e.get("rule")): e for e in excused}
        missing = self.missing_rules()
        for machine, handler, rule in missing:
            if (machine, handler, rule) not in wanted:
                yield machine, "rule-never-ended", f"no test or case is ever ended by {rule} in {handler}"
        for (machine, handler, rule), entry in wanted.items():
            if (machine, handler, rule) not in missing:
                yield machine, "exception", f"{handler} is ended by {rule}, or knows no such rule: spec/evidence/exceptions.toml excuses it in vain"
            elif len(entry.get("reason", "").split()) < 5:
                yield machine, "exception", f"spec/evidence/exceptions.toml excuses {handler} from {rule} without a reason"

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


def excused(spec):
    """Rules of rows by which no run of the reference can end a machine, each with the reason."""
    path = spec.root / "evidence/exceptions.toml"
    return tomllib.loads(path.read_text()).get("never_ends", []) if path.exists() else []


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
    for name, rows in sorted(result.by_file.items()):
        taken = collections.Counter(row.machine for row in rows)
        lines.append(f"  by {MAKERS.get(name, name)} alone: {', '.join(f'{machine} {taken[machine]} of {len(table.rows)}' for machine, table in result.tables.items())}")
    lines += [f"  never gone by {guard}: {machine}: {handler}" for machine, handler, guard in result.missing_guards()]
    lines += [f"  never taken: {row} ({row.requirement})" for row in result.missing()]
    lines += [f"  never led there: {row} → {target}" for row, target in result.missing_targets()]
    lines += [f"  never ended by {rule}: {machine}: {handler}" for machine, handler, rule in result.missing_rules()]
    return "\n".join(lines)
