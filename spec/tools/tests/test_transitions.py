"""The replay of transitions: an innocent run passes, and each planted wrong step is named."""
import json
import pathlib
import sys
import tempfile
import types
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))
import specification
from evidence import transitions

SESSION = {
    "name": "session", "initial": "new", "final": "closed", "messages_are_events": True,
    "default": {"requirement": "SES-009", "outcome": "unexpected"},
    "state": [{"name": "new"}, {"name": "busy", "held": True}, {"name": "ready"}, {"name": "closed"}],
    "event": [{"name": "done"}, {"name": "malformed"}, {"name": "data"}],
    "row": [{"states": ["new"], "event": "hello", "handler": "on_hello", "targets": ["busy", "closed"], "requirement": "SES-001", "rules": ["SES-001", "IDN-001"]},
            {"states": ["busy"], "event": "done", "handler": "on_done", "targets": ["ready"], "requirement": "SES-002"},
            {"states": ["new", "ready"], "event": "ping", "handler": "on_ping", "targets": ["new", "ready"], "requirement": "SES-003"}],
}
READER = {
    "name": "reader", "initial": "header", "final": "failed",
    "state": [{"name": "header"}, {"name": "body"}, {"name": "failed"}],
    "event": [{"name": "accepted"}, {"name": "complete"}],
    "row": [{"states": ["header"], "event": "accepted", "handler": "begin", "targets": ["body"], "requirement": "FRM-001"}, {"states": ["body"], "event": "complete", "handler": "deliver", "targets": ["header"], "requirement": "FRM-002"}],
}
SPEC = types.SimpleNamespace(machines=[SESSION, READER], tables={"messages": {"message": [{"name": "hello"}, {"name": "ping"}]}, "reasons": {"reason": [{"name": "too_old"}, {"name": "login_refused", "coarse": True}]}},
                             requirements=[types.SimpleNamespace(id="SES-001", sentence="A server MUST close with too_old."), types.SimpleNamespace(id="IDN-001", sentence="A server MUST refuse a login.")])


def begins(instance="a", state="new"):
    return {"process": 1, "machine": "session", "instance": instance, "begins": state}


ROWS = {"hello": "on_hello", "done": "on_done", "ping": "on_ping", "accepted": "begin", "complete": "deliver"}


def step(start, event, target, machine="session", instance="a", row="", **more):
    return {"process": 1, "machine": machine, "instance": instance, "from": start, "event": event, "row": row or ROWS.get(event, "default"), "to": target, **more}


TOO_OLD = {"rule": "SES-001", "reason": "too_old"}
UNEXPECTED = {"row": "default", "rule": "SES-009", "reason": "unexpected"}
INNOCENT = [begins(), step("new", "ping", "new"), step("header", "accepted", "body", "reader"), step("new", "hello", "busy"), step("busy", "done", "ready"), step("ready", "ping", "ready"),
            step("body", "complete", "header", "reader"), step("ready", "hello", "closed", **UNEXPECTED), step("closed", "hello", "closed", row="ignored"),
            begins(), step("new", "hello", "closed", **TOO_OLD), begins(), step("new", "hello", "closed", rule="IDN-001", reason="login_refused")]


class Transitions(unittest.TestCase):
    def test_a_rule_of_another_chapter_ends_no_version_step(self):
        line = {"process": 1, "machine": "server_session", "instance": "a", "from": "await_version", "event": "version", "row": "on_version", "to": "closed", "rule": "ARC-048", "reason": "version_invalid"}
        begun = {"process": 1, "machine": "server_session", "instance": "a", "begins": "await_version"}
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
            for rule, wrong in (("SES-011", ""), ("ARC-048", "on_version ends by SES-011 or SES-012, not by ARC-048"), ("SES-012", "SES-012 ends with version_too_old, not with version_invalid")):
                with self.subTest(rule=rule):
                    file.seek(0)
                    file.truncate()
                    file.write(json.dumps(begun) + "\n" + json.dumps(line | {"rule": rule}) + "\n")
                    file.flush()
                    problems = transitions.replay(specification.load(TOOLS.parent), [file.name]).problems
                    self.assertEqual([wrong] if wrong else [], [text.partition(": ")[2].partition(": ")[2] for _, text in problems])

    def replay(self, steps):
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
            file.write("".join((s if isinstance(s, str) else json.dumps(s)) + "\n" for s in steps))
            file.flush()
            return transitions.replay(SPEC, [file.name])

    def test_an_innocent_run_passes_and_takes_every_row(self):
        result = self.replay(INNOCENT)
        self.assertEqual(([], [], []), (result.problems, result.missing(), result.missing_targets()))
        self.assertEqual({"session": (4, 4, 5, 5), "reader": (2, 2, 2, 2)}, result.counts())

    def test_each_wrong_step_is_named_at_its_line(self):
        for steps, word in (
            ([begins(), step("new", "hello", "ready")], "leads to busy or closed"),
            ([begins(), step("new", "hello", "busy"), step("ready", "ping", "ready")], "it was in busy"),
            ([begins(), step("new", "ping", "ready")], "leads to new"),
            ([step("new", "ping", "new")], "never began"),
            ([begins(state="ready")], "begins in new"),
            ([begins(), step("new", "done", "ready")], "default leads to new"),
            ([begins(), step("new", "malformed", "new")], "default leads to closed"),
            ([begins(), step("new", "hello", "busy"), step("busy", "ping", "closed")], "reads nothing"),
            ([begins(), step("new", "shout", "new")], "no shout"),
            ([begins(), step("new", "ping", "new", machine="lamp")], "no machine"),
            ([begins(), step("new", "hello", "busy", row="on_ping")], "that is on_hello, not on_ping"),
            ([begins(), step("new", "hello", "closed", rule="ARC-048", reason="too_old")], "ends by SES-001 or IDN-001, not by ARC-048"),
            ([begins(), step("new", "hello", "closed", rule="SES-001", reason="login_refused")], "SES-001 ends with too_old, not with login_refused"),
            ([begins(), step("new", "hello", "closed", rule="IDN-001", reason="too_old")], "IDN-001 ends with login_refused, not with too_old"),
            ([begins(), step("new", "hello", "closed")], "no rule ended it"),
            ([begins(), step("new", "hello", "closed", rule="SES-001")], "fields"),
            ([begins(), step("new", "hello", "busy", **TOO_OLD)], "SES-001 ends nothing here"),
            ([begins(), step("new", "malformed", "closed", row="default", **TOO_OLD)], "default ends by SES-009, not by SES-001"),
            ([begins(), step("new", "malformed", "closed", row="default", rule="SES-009", reason="too_old")], "SES-009 ends with unexpected, not with too_old"),
            ([begins(), step("new", "malformed", "closed", **UNEXPECTED), step("closed", "ping", "closed", **UNEXPECTED)], "that is ignored, not default"),
            ([begins(), step("new", "malformed", "closed", **UNEXPECTED), step("closed", "ping", "closed", row="ignored", **TOO_OLD)], "ends nothing here"),
            ([begins(), step("new", "ping", "new", password="x")], "fields"),
            ([begins(), '{"process":1,'], "JSON"),
            ([step("body", "complete", "header", "reader")], "never began"),
            ([step("header", "accepted", "body", "reader", "r"), step("body", "complete", "body", "reader", "r")], "leads to header"),
        ):
            with self.subTest(word=word, steps=steps):
                problems = self.replay(steps).problems
                self.assertEqual(1, len(problems), problems)
                self.assertTrue(problems[0][0].endswith(f":{len(steps)}"), problems)
                self.assertIn(word, problems[0][1])

    def test_rows_that_nobody_took_and_ways_that_nobody_went_are_named(self):
        self.assertEqual([], self.replay(INNOCENT).missing_rules())
        result = self.replay(INNOCENT[:4])
        self.assertEqual(["session: busy × done", "session: ready × ping", "reader: body × complete"], [str(r) for r in result.missing()])
        self.assertEqual(["session: new × hello → closed"], [f"{r} → {t}" for r, t in result.missing_targets()])
        self.assertIn("never ended by IDN-001: session: on_hello", transitions.report(result))
        self.assertIn("never taken: session: busy × done (SES-002)", transitions.report(result))


class Guards(unittest.TestCase):
    SPEC = types.SimpleNamespace(machines=[{**SESSION, "row": [*SESSION["row"][:1], {**SESSION["row"][1], "targets": ["ready", "new"], "guards": {"ready": ["stored", "listed"], "new": ["begun"]}}]}],
                                 tables=SPEC.tables, requirements=SPEC.requirements)

    def replay(self, *steps):
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
            for one in steps:
                file.write("".join(json.dumps(s) + "\n" for s in (begins(), step("new", "hello", "busy"), one)))
            file.flush()
            return transitions.replay(self.SPEC, [file.name])

    def test_a_step_goes_by_a_guard_of_its_target(self):
        for one, wrong in (
            (step("busy", "done", "ready", guard="listed"), ""),
            (step("busy", "done", "new", guard="begun"), ""),
            (step("busy", "done", "ready", guard="begun"), "on_done goes to ready by stored or listed, not by begun"),
            (step("busy", "done", "ready"), "on_done goes to ready by stored or listed, not by none"),
            (step("busy", "malformed", "busy", row="ignored", guard="begun"), "reads nothing"),
            (step("new", "hello", "busy", guard="begun"), "it was in busy"),
        ):
            with self.subTest(one=one):
                problems = [text for _, text in self.replay(one).problems]
                self.assertEqual(bool(wrong), bool(problems), problems)
                self.assertIn(wrong, "".join(problems))

    def test_a_guard_where_the_row_has_none(self):
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as file:
            file.write("".join(json.dumps(s) + "\n" for s in (begins(), step("new", "hello", "busy", guard="begun"))))
            file.flush()
            self.assertIn("by no guard, not by begun", transitions.replay(self.SPEC, [file.name]).problems[0][1])

    def test_every_way_that_nobody_went_is_lacking(self):
        lacking = [(gate, text) for _, gate, text in self.replay(step("busy", "done", "ready", guard="listed")).lacking()]
        self.assertEqual(["target-not-reached", "target-not-reached", "guard-not-taken", "guard-not-taken", "rule-never-ended", "rule-never-ended"], [gate for gate, _ in lacking])
        self.assertIn(("guard-not-taken", "no test or case ever goes by stored in on_done"), lacking)
        self.assertIn(("rule-never-ended", "no test or case is ever ended by IDN-001 in on_hello"), lacking)

    def test_an_excuse_has_a_reason_and_is_needed(self):
        def said(**entry):
            return [text for _, gate, text in self.replay(step("busy", "done", "ready", guard="listed")).lacking([{"machine": "session", "handler": "on_hello", **entry}]) if gate in ("exception", "rule-never-ended")]
        self.assertEqual(["no test or case is ever ended by SES-001 in on_hello"], said(rule="IDN-001", reason="nothing here ever refuses a login"))
        self.assertTrue(any("without a reason" in text for text in said(rule="IDN-001", reason="no")))
        self.assertTrue(any("in vain" in text for text in said(rule="IDN-009", reason="nothing here ever refuses a login")))


if __name__ == "__main__":
    unittest.main()
