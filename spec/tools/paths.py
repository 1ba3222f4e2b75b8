#!/usr/bin/env python3
"""Judges paths.json and attacks.json against the tables: every step of a path is one that the tables allow and every way through every row is there;
an attack keeps to them up to one step, and there the tables say something else.

    spec/tools/paths.py       exit 1 and one line for each thing that is stale

It must not know: checkers, implementations.
"""
import collections
import dataclasses
import json
import pathlib
import re
import sys
import tomllib

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import models
import played as playing
import specification

MODELS = {"frame_reader": ["frame_reader"], "server_session": ["server_session"], "client_session": ["client_session"], "session_pair": ["client_session", "server_session"]}
MAKE = "./dev model --traces"
GENERATE = "./dev generate"


@dataclasses.dataclass(frozen=True)
class Way:
    row: str
    sends: tuple
    to: str
    requirement: str


class Side:
    """One machine: which ways a state and an event have."""

    def __init__(self, spec, machine):
        self.machine, self.name = machine, models.role(machine)
        self.initial, self.final = machine["initial"], machine["final"]
        self.held = {s["name"] for s in machine["state"] if s.get("held")}
        self.order = models.events(spec, machine)
        self.wire = set(models.arriving(spec, machine))
        self.of = collections.defaultdict(list)
        self.ways = []
        for row, stays, target, sent in models.steps(machine):
            for state in ([target] if stays else row["states"]):
                way = Way(row["handler"], tuple(sent), target, row["requirement"])
                self.of[state, row["event"]].append(way)
            self.ways.append((row["handler"], "" if stays else target, tuple(sent)))
        self.ways = list(dict.fromkeys(self.ways))
        if self.wire:
            self.ways.append(("default", self.final, (machine["closing"]["sends"],)))

    def allowed(self, state, event):
        """Every way that the table gives this pair."""
        if ways := self.of.get((state, event)):
            return ways
        if state == self.final:
            return [Way("ignored", (), state, self.machine["default"]["requirement"])]
        if event in self.wire and state not in self.held:
            return [Way("default", (self.machine["closing"]["sends"],), self.final, self.machine["default"]["requirement"])]
        return []  # it cannot arise

    def leaves(self, state):
        """Events by which a state leads to the machine's end."""
        return [event for (at, event), ways in self.of.items() if at == state and any(w.to == self.final for w in ways)]


class Wire:
    """What is on its way between two sides, as the model of the pair has it."""

    def __init__(self):
        self.queue, self.broken, self.damaged = {"client": [], "server": []}, False, False

    def wrong(self, step, sides, at):
        """Follows one step; what is wrong with it, or ""."""
        if "wire" in step:
            return self.happens(step["wire"])
        side, other = step["side"], "server" if step["side"] == "client" else "client"
        if "row" in step:
            if not self.broken and at[other] != sides[other].final:
                self.queue[other] += step["sends"]
            if step["to"] == sides[side].final:
                self.queue[side] = []
            return ""
        if step["event"] == "peer_closed":
            return "" if not self.queue[side] and (self.broken or at[other] == sides[other].final) else "the channel is not at its end"
        if step["by"] == "itself":
            return ""
        if not self.queue[side] or self.queue[side].pop(0) != step["event"]:
            return f"{step['event']} is not what was sent"
        return ""

    def happens(self, what):
        if what == "the channel breaks":
            self.broken, self.queue = True, {"client": [], "server": []}
            return ""
        if (m := re.fullmatch(r"a frame to the (client|server) is damaged", what)) and self.queue[m[1]] and not self.damaged:
            self.damaged, self.queue[m[1]][0] = True, "malformed"
            return ""
        return f"nobody knows {what}, or it cannot happen here"


class Walk:
    """Both sides of a model, or its one, along given steps."""

    def __init__(self, spec, model):
        by_name = {m["name"]: m for m in spec.machines}
        sides = [Side(spec, by_name[name]) for name in MODELS[model]]
        self.sides = {s.name: s for s in sides}
        self.at = {s.name: s.initial for s in sides}
        self.waiting = dict.fromkeys(self.sides, "")  # an event whose row is still to come
        self.alone = len(sides) == 1
        self.wire = Wire()

    def wrong(self, step):
        """Takes one step; what the tables have against it, or ""."""
        if "wire" in step:
            return self.wire.wrong(step, self.sides, self.at)
        name = step.get("side") or next(iter(self.sides))
        side, state, event = self.sides[name], step["from"], step["event"]
        if self.at[name] != state:
            return f"{name} is in {self.at[name]}, not in {state}"
        if "row" not in step:
            if self.alone:
                return ""  # nothing became of it: what ought to have is for the attack to say
            if not side.allowed(state, event):
                return f"{event} cannot arise in {state}"
            self.waiting[name] = event
            return self.wire.wrong(step, self.sides, self.at)
        if not self.alone and self.waiting[name] != event:
            return f"{event} is not what {name} looks at"
        if not any(way.row == step["row"] and list(way.sends) == step["sends"] and way.to == step["to"] for way in side.allowed(state, event)):
            return f"{side.machine['name']} has no way from {state} by {event} to {step['to']} that sends {' '.join(step['sends']) or 'nothing'}"
        self.at[name], self.waiting[name] = step["to"], ""
        return "" if self.alone else self.wire.wrong(step, self.sides, self.at)


def breaks_at(spec, model, steps):
    """(number of the first step that the tables do not allow, what they have against it); (len(steps), "") when they allow all."""
    walk = Walk(spec, model)
    for number, step in enumerate(steps):
        if wrong := walk.wrong(step):
            return number, wrong
    return len(steps), ""


def instead(spec, model, steps):
    """What the tables say where an attack leaves them: the ways of that pair, or, where the attack ends in a state that it never leaves, what leads out of it."""
    number, _ = breaks_at(spec, model, steps)
    walk = Walk(spec, model)
    for step in steps[:number]:
        walk.wrong(step)
    if number == len(steps):
        pending = next(((name, event) for name, event in walk.waiting.items() if event), None)
        if pending:
            return described(walk.sides[pending[0]].allowed(walk.at[pending[0]], pending[1]))
        last = steps[-1]
        if "row" not in last and "wire" not in last:
            return described(next(iter(walk.sides.values())).allowed(last["from"], last["event"]))
        return {"ends_by": {name: side.leaves(walk.at[name]) for name, side in walk.sides.items() if walk.at[name] != side.final}}
    step = steps[number]
    side = walk.sides[step.get("side") or next(iter(walk.sides))]
    return described(side.allowed(step["from"], step["event"]))


def by_itself(spec, model, mutant, steps):
    """Which case of the conformance suite plays an attack of which model.toml does not say it: {"case": its id}, and what it plays where it is made from
    the attack. A pair that the default decides has a case in any event (state.STATE.EVENT); one is made where the broken model survives a fault and goes on.
    """
    if model not in ("server_session", "client_session"):
        return {}
    number, _ = breaks_at(spec, model, steps)
    number = min(number, len(steps) - 1)
    step = steps[number]
    side = next(iter(Walk(spec, model).sides.values()))
    prefix = "" if side.name == "server" else "client."
    goes_on = step.get("row") in ("default", "on_malformed", "on_disconnect") and step["to"] != side.final
    if step["from"] == side.final or goes_on:
        fault = steps[number - 1] if step["from"] == side.final else step
        if fault["event"] not in side.wire:
            return {}
        follow = step["event"] if step["from"] == side.final else said_in(side, step["to"] if side.name == "server" else fault["from"])
        return {"case": f"{prefix}traces.{mutant}", "play": {"stand": fault["from"], "fault": fault["event"], "follow": follow}}
    if step["event"] not in side.wire - {"malformed"} or not any(way.row == "default" for way in side.allowed(step["from"], step["event"])):
        return {}
    return {"case": f"{prefix}state.{step['from']}.{step['event']}"}


def said_in(side, state):
    """The message that an honest peer says to a side in this state, first of all."""
    return next(row["event"] for row in side.machine["row"] if state in row["states"] and row["event"] in side.wire - {"disconnect", "malformed", "data"})


def described(ways):
    return {"ways": [{"row": w.row, "sends": list(w.sends), "to": w.to} for w in ways]}


# ---- What is committed


def stamped(spec, name):
    """The attacks of that file, each with who plays it by what model.toml says now."""
    return list(playing.stamped(spec, read(spec, name), by_itself))


def with_cases(spec):
    """Every attack, replayed or only told, and every cover that a case plays."""
    attacks = [a for name in ("attacks", "models") for a in stamped(spec, name) if "case" in a]
    covers = [{"id": f"{model}.cover.{row['name']}", "case": row["case"], "comment": row["says"]} for model, row in playing.covers(spec) if "case" in row]
    return [*attacks, *covers]


def problems(spec):
    """One text for each thing in paths.json and attacks.json that the tables or the models no longer say."""
    return [*of_paths(spec), *of_attacks(spec), *of_models(spec), *of_players(spec)]


def read(spec, name):
    path = spec.root / f"traces/{name}.json"
    return json.loads(path.read_text()) if path.exists() else []


def of_paths(spec):
    taken = collections.defaultdict(set)
    for path in read(spec, "paths"):
        model, steps = path["input"]["model"], path["expect"]["steps"]
        number, wrong = breaks_at(spec, model, steps)
        if wrong:
            yield f"paths.json: {path['id']}, step {number + 1}: no longer a path of the tables: {wrong}; run {GENERATE}"
        taken[model] |= {(s.get("side", ""), s["row"], s["to"], tuple(s["sends"])) for s in steps if "row" in s}
    for model in MODELS:
        walk = Walk(spec, model)
        for name, side in walk.sides.items():
            for row, target, sent in side.ways:
                if not walk.alone and row == "default":
                    continue  # what is sent as the tables say is never unexpected: the model's own claim
                if not any(s in ("", name) and r == row and target in ("", t) and x == sent for s, r, t, x in taken[model]):
                    yield f"paths.json: no path of {model} takes {row} to {target or 'its state'}{', ' + ' '.join(sent) if sent else ''}; run {GENERATE}"


def of_attacks(spec):
    attacks = {a["id"]: a for a in read(spec, "attacks")}
    known = {}
    for model in MODELS:
        table = tomllib.loads((spec.root / f"models/{model}/model.toml").read_text())
        for mutant in table.get("mutant", []):
            for claim in mutant["catches"]:
                known[f"{model}.{mutant['name']}.{claim}"] = mutant
    for identity, mutant in known.items():
        if identity not in attacks:
            yield f"attacks.json: {identity} is not there; run {MAKE}"
        elif attacks[identity]["comment"] != mutant["says"]:
            yield f"attacks.json: {identity} no longer says what its mutant does; run {MAKE}"
    for identity, attack in attacks.items():
        if identity not in known:
            yield f"attacks.json: {identity} is of no mutant; run {MAKE}"
        model, steps = attack["input"]["model"], attack["input"]["steps"]
        number, _ = breaks_at(spec, model, steps)
        if number != attack["expect"]["breaks_at"]:
            yield f"attacks.json: {identity} leaves the tables at step {number + 1}, not {attack['expect']['breaks_at'] + 1}; run {MAKE}"
        elif instead(spec, model, steps) != attack["expect"]["instead"]:
            yield f"attacks.json: {identity}: the tables say something else there by now; run {MAKE}"


def of_players(spec):
    """Every counterexample and every cover with a name has a case, a vector, or a reason why it has neither."""
    every = []
    for name in ("attacks", "models"):
        for committed, now in zip(read(spec, name), stamped(spec, name)):
            every.append(now)
            if {k: committed.get(k) for k in playing.STAMPS} != {k: now.get(k) for k in playing.STAMPS}:
                yield f"{name}.json: {now['id']} is played by {now.get('case') or now.get('vector') or 'nothing'} by now; run {GENERATE}"
    yield from playing.problems(spec, every)


def of_models(spec):
    """Every mutant and non-claim of the models that are not made from the tables' rows has its counterexample, and none is kept of what is not there."""
    kept, known = {a["id"] for a in read(spec, "models")}, set()
    for path in sorted((spec.root / "models").glob("*/model.toml")):
        table = tomllib.loads(path.read_text())
        if path.parent.name not in MODELS:
            known |= {f"{path.parent.name}.{row['name']}.{claim}" for kind, falls in (("mutant", "catches"), ("non_claim", "breaks")) for row in table.get(kind, []) for claim in row[falls]}
    yield from (f"models.json: {identity} is not there; run {MAKE}" for identity in sorted(known - kept))
    yield from (f"models.json: {identity} is of no mutant and no non-claim; run {MAKE}" for identity in sorted(kept - known))


def main():
    wrong = problems(specification.load(pathlib.Path(__file__).resolve().parents[1]))
    for problem in wrong:
        print(f"spec/traces: {problem}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
