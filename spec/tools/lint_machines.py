"""The rules of the state machines: total, deterministic, closed under their own names, no dead or endless state."""

import specification


def machines(lint):
    for machine in lint.spec.machines:
        Machine(lint, machine).check()


class Machine:
    def __init__(self, lint, table):
        self.lint, self.table = lint, table
        self.path = f"tables/machines/{table['name']}.toml"
        self.messages = [m["name"] for m in lint.spec.tables["messages"]["message"]] if table.get("messages_are_events") else []
        self.states = {s["name"]: s for s in table["state"]}
        self.events = set(self.messages) | {e["name"] for e in table["event"]}

    def report(self, pattern, rule, text):
        self.lint.report(self.path, self.lint.line_of(self.path, pattern), rule, f"{self.table['name']}: {text}")

    def check(self):
        self.names()
        self.rows()
        self.paths()
        self.waiting()
        self.sending()
        self.guards()
        self.ending()

    def names(self):
        for key in ("state", "event"):
            listed = [row["name"] for row in self.table[key]] + (self.messages if key == "event" else [])
            for name in {n for n in listed if listed.count(n) > 1}:
                self.report(rf'^name = "{name}"', "unique-name", f"{key} {name} is given twice")
        for key in ("initial", "final"):
            if self.table[key] not in self.states:
                self.report(rf"^{key} = ", "machine-name", f"{key} state {self.table[key]} does not exist")
        default = self.table.get("default", {})
        if not {"outcome", "requirement", "text"} <= default.keys():
            self.report(r"^\[default\]", "machine-default", "a [default] with outcome, requirement and text is wanted: without it the machine is not total")
        for where in (self.table, default):
            if "requirement" in where and where["requirement"] not in self.lint.ids:
                self.report(rf'^requirement = "{where["requirement"]}"', "dangling-id", f"names {where['requirement']}, which no chapter has")

    def rows(self):
        seen, handlers = set(), {}
        directions = {m["name"]: m["from"] for m in self.lint.spec.tables["messages"]["message"]}
        own_side = self.table["name"].split("_")[0]
        for row in self.table["row"]:
            at = rf'^handler = "{row["handler"]}"'
            if row["event"] not in self.events:
                self.report(at, "machine-name", f"event {row['event']} of {row['handler']} does not exist")
            for state in row["states"] + row["targets"]:
                if state not in self.states:
                    self.report(at, "machine-name", f"state {state} of {row['handler']} does not exist")
            if row["requirement"] not in self.lint.ids:
                self.report(at, "dangling-id", f"{row['handler']} names {row['requirement']}, which no chapter has")
            if handlers.setdefault(row["handler"], row["event"]) != row["event"]:
                self.report(at, "machine-row", f"{row['handler']} serves {handlers[row['handler']]} and {row['event']}; one handler serves one event")
            if row["event"] in self.messages and directions.get(row["event"]) == own_side:
                self.report(at, "machine-row", f"{row['event']} is sent by the {own_side} and cannot arrive at it")
            if self.table["final"] in row["states"]:
                self.report(at, "machine-row", f"the final state {self.table['final']} has a row for {row['event']}")
            for state in row["states"]:
                if (state, row["event"]) in seen:
                    self.report(at, "machine-row", f"a second row for {state} and {row['event']}")
                seen.add((state, row["event"]))
                if self.states.get(state, {}).get("held") and row["event"] in (*self.messages, "data", "malformed"):
                    self.report(at, "machine-row", f"{state} is held, so {row['event']} cannot arrive in it")

    def paths(self):
        edges = {(s, t) for row in self.table["row"] for s in row["states"] for t in row["targets"]}
        forward = closure({self.table["initial"]}, edges)
        backward = closure({self.table["final"]}, {(t, s) for s, t in edges})
        for name in self.states:
            if name not in forward:
                self.report(rf'^name = "{name}"', "machine-path", f"{name} cannot be reached from {self.table['initial']}")
            if name not in backward:
                self.report(rf'^name = "{name}"', "machine-path", f"{self.table['final']} cannot be reached from {name}")

    def waiting(self):
        timed = {s for row in self.table["row"] if row["event"] == "timer_expired" for s in row["states"]}
        for name, state in self.states.items():
            if name != self.table["final"] and not (name in timed or state.get("held") or state.get("driven")):
                self.report(rf'^name = "{name}"', "machine-timer", f"{name} may wait for ever: it has no timer_expired row and is neither held nor driven")

    def sending(self):
        """What rows send: messages of this side, on ways that the row has; and each message of this side is sent by some row."""
        if not self.messages:
            return
        own_side = self.table["name"].split("_")[0]
        mine = {m["name"] for m in self.lint.spec.tables["messages"]["message"] if m["from"] in (own_side, "both")} | {"data"}
        sent = {self.table.get("closing", {}).get("sends")}
        for row in self.table["row"]:
            at = rf'^handler = "{row["handler"]}"'
            for target, choices in row.get("sends", {}).items():
                if target not in row["targets"] or target == self.table["final"]:
                    self.report(at, "machine-sends", f"{row['handler']} sends on its way to {target}, which is none of its targets or the end")
                for name in " ".join(choices).split():
                    sent.add(name)
                    if name not in mine:
                        self.report(at, "machine-sends", f"{row['handler']} sends {name}, which the {own_side} does not send")
        for name in sorted(mine - sent):
            self.report(r"^\[closing\]", "machine-sends", f"no row sends {name}, which the {own_side} may send")

    def guards(self):
        """A row that leads to several states, the end apart, says by what to which: each guard to one of them."""
        for row in self.table["row"]:
            at = rf'^handler = "{row["handler"]}"'
            stays = row["targets"] == row["states"] and len(row["states"]) > 1
            several = [] if stays else [t for t in row["targets"] if t != self.table["final"]]
            wanted, said = set(several) if len(several) > 1 else set(), row.get("guards", {})
            if wanted != said.keys() or not all(said.values()):
                self.report(at, "machine-guards", f"{row['handler']} leads to {', '.join(sorted(wanted)) or 'one state at most'} and has guards for {', '.join(sorted(said)) or 'none'}")
            if len(every := [g for guards in said.values() for g in guards]) != len(set(every)):
                self.report(at, "machine-guards", f"{row['handler']} has a guard that is there twice: {', '.join(every)}")

    def ending(self):
        """What may end the machine says by which rules: requirements that bind its side, each with a reason of that side."""
        side = self.table["name"].split("_")[0] if self.messages else ""
        requirements = {r.id: r for r in self.lint.spec.requirements}
        by = {row["name"]: row["by"] for row in self.lint.spec.tables["reasons"]["reason"]}
        silent = self.table.get("closing", {}).get("except_after", [])
        for row in self.table["row"]:
            at = rf'^handler = "{row["handler"]}"'
            ends = self.table["final"] in row["targets"]
            if ends != ("rules" in row):
                self.report(at, "machine-rules", f"{row['handler']} may lead to {self.table['final']} and does not say by which `rules`" if ends else f"{row['handler']} has `rules` and never leads to {self.table['final']}")
            if "rules" in row and (not row["rules"]) != (row["event"] in silent):
                self.report(at, "machine-rules", f"{row['handler']} has no rules, though this side ends the session" if not row["rules"] else f"{row['handler']} has rules, though the peer ended the session")
            for rule in row.get("rules", []):
                if rule not in requirements:
                    self.report(at, "dangling-id", f"{row['handler']} ends by {rule}, which no chapter has")
                elif side and requirements[rule].role not in (side, "endpoint"):
                    self.report(at, "machine-rules", f"{row['handler']} ends by {rule}, which does not bind the {side}")
                elif not any(not side or by[reason] in (side, "both") for reason in specification.reasons_of(self.lint.spec, rule)):
                    self.report(at, "machine-rules", f"{row['handler']} ends by {rule}, whose sentence names no reason of the {side}")
        default = self.table.get("default", {})
        if self.messages and default.get("outcome") not in specification.reasons_of(self.lint.spec, default.get("requirement")):
            self.report(r"^\[default\]", "machine-rules", f"{default.get('requirement')} does not close with {default.get('outcome')}")


def closure(reached, edges):
    while more := {t for s, t in edges if s in reached} - reached:
        reached = reached | more
    return reached
