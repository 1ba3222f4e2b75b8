"""How far inputs come: which states, transitions, guards and rules of the specified machines they take, and with which reasons sessions end.

What the sessions did they say themselves (rigs/reach.h, COFFER_REACH); what there is to reach is read from spec/tables/machines. What no input of
ours can reach is excused by name in unreachable.toml or spec/evidence/exceptions.toml, each with its reason; an excuse for what is reached is an error.
"""
import dataclasses
import os
import subprocess
import tomllib

from campaign import places

import specification  # noqa: E402, of spec/tools
from evidence import transitions  # noqa: E402

MACHINES_OF = {"frame_reader": ["frame_reader"], "server_session": ["server_session"], "client_session": ["client_session"],
               "server_bytes": ["server_session"], "pair": ["client_session", "server_session"], "world": ["client_session", "server_session"]}
KINDS = ("state", "transition", "guard", "rule", "reason")


@dataclasses.dataclass(frozen=True)
class Way:
    """One line that a session said: `-` is None."""
    machine: str
    start: str
    event: str
    row: str
    to: str
    guard: str | None
    rule: str | None


def parse(text):
    """The ways that a program's output names."""
    for line in text.splitlines():
        words = line.split()
        if len(words) == 8 and words[0] == "reach:":
            yield Way(*(None if word == "-" else word for word in words[1:]))


class Specified:
    """What there is to reach, as (kind, machine, what) triples."""

    def __init__(self, spec=None):
        self.spec = spec or specification.load(places.ROOT / "spec")
        replay = transitions.Replay(self.spec)
        self.every = []
        for name, table in replay.tables.items():
            self.every += [("state", name, state["name"]) for m in self.spec.machines if m["name"] == name for state in m["state"]]
            for row in table.rows.values():
                self.every += [("transition", name, f"{row.state} {row.event} {target}") for target in row.targets]
                self.every += [("guard", name, f"{row.handler} {guard}") for _, guard in row.guards]
                self.every += [("rule", name, f"{row.handler} {rule}") for rule in row.rules]
        self.every += [("reason", "", reason["name"]) for reason in self.spec.tables["reasons"]["reason"]]
        self.every = list(dict.fromkeys(self.every))
        self.initial = {(m["name"], m["initial"]) for m in self.spec.machines}
        self.default_reason = {m["name"]: m["default"].get("outcome") for m in self.spec.machines}

    def reached(self, ways):
        """The triples that these ways are."""
        found = set()
        for way in ways:
            found |= {("state", way.machine, way.start), ("state", way.machine, way.to)}
            if way.row not in ("default", "ignored"):
                found.add(("transition", way.machine, f"{way.start} {way.event} {way.to}"))
                if way.guard:
                    found.add(("guard", way.machine, f"{way.row} {way.guard}"))
                if way.rule:
                    found.add(("rule", way.machine, f"{way.row} {way.rule}"))
            if way.rule:
                reasons = {self.default_reason[way.machine]} if way.row == "default" else specification.reasons_of(self.spec, way.rule)
                found |= {("reason", "", reason) for reason in reasons}
        return found

    def of(self, machines):
        return [triple for triple in self.every if triple[1] in machines or triple[0] == "reason"]


def excuses(spec):
    """{triple: reason} of what no input can reach: what no run of the reference can, and what a trace has no step for."""
    rows = tomllib.loads((places.FUZZ / "unreachable.toml").read_text()).get("unreachable", [])
    return {("rule", rule["machine"], f"{rule['handler']} {rule['rule']}"): rule["reason"] for rule in transitions.excused(spec)} | {
        (row["kind"], row.get("machine", ""), row["what"]): row["reason"] for row in rows}


def replayed(target, folders, build=None):
    """What these inputs reach in that target."""
    program = places.replayer(target, build)
    if not program.exists():
        raise FileNotFoundError(f"{program} is not built: cmake --build build/fuzz --target fuzz_targets")
    run = subprocess.run([str(program), *map(str, folders)], capture_output=True, text=True, errors="replace", env=os.environ | {"COFFER_REACH": "1"})
    if run.returncode != 0:
        raise RuntimeError(f"the replay of {target} failed:\n" + "\n".join(run.stderr.splitlines()[-5:]))
    return set(parse(run.stderr))


def counts(specified, ways, machines=None):
    """{kind: (reached, total)}"""
    every = specified.of(machines) if machines else specified.every
    reached = specified.reached(ways)
    return {kind: (sum(triple in reached for triple in every if triple[0] == kind), sum(triple[0] == kind for triple in every)) for kind in KINDS}


def judge(specified, ways):
    """(lines to print, problems). Without excuse: every state, every reason, every guard and rule, and of transitions at least 95 %."""
    excused, reached = excuses(specified.spec), specified.reached(ways)
    lines, problems = [], []
    for kind in KINDS:
        every = [triple for triple in specified.every if triple[0] == kind]
        missing = [triple for triple in every if triple not in reached]
        lines.append(f"{kind + 's':<12}{len(every) - len(missing):>5} of {len(every):>4}")
        lines += [f"  not {machine or 'sent'}: {what}: {excused.get((kind, machine, what), 'NOT EXCUSED')}" for _, machine, what in missing]
        problems += [f"{kind} {machine}: {what}: no committed seed reaches it" for _, machine, what in missing if (kind, machine, what) not in excused]
        if kind == "transition" and len(missing) > 0.05 * len(every):
            problems.append(f"the seeds take {len(every) - len(missing)} of {len(every)} transitions: less than 95 %")
    known = set(specified.every)
    for triple in excused:
        if triple in reached:
            problems.append(f"unreachable.toml excuses {' '.join(triple)}, which is reached")
        elif triple not in known:
            problems.append(f"unreachable.toml excuses {' '.join(triple)}, which the tables do not have")
    return lines, problems
