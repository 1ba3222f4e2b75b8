"""The replay of transitions: an innocent run passes, and each planted wrong step is named."""
import json
import pathlib
import sys
import tempfile
import types
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))
from evidence import transitions

SESSION = {
    "name": "session", "initial": "new", "final": "closed", "messages_are_events": True,
    "state": [{"name": "new"}, {"name": "busy", "held": True}, {"name": "ready"}, {"name": "closed"}],
    "event": [{"name": "done"}, {"name": "malformed"}, {"name": "data"}],
    "row": [{"states": ["new"], "event": "hello", "targets": ["busy", "closed"], "requirement": "SES-001"},
            {"states": ["busy"], "event": "done", "targets": ["ready"], "requirement": "SES-002"},
            {"states": ["new", "ready"], "event": "ping", "targets": ["new", "ready"], "requirement": "SES-003"}],
}
READER = {
    "name": "reader", "initial": "header", "final": "failed",
    "state": [{"name": "header"}, {"name": "body"}, {"name": "failed"}],
    "event": [{"name": "accepted"}, {"name": "complete"}],
    "row": [{"states": ["header"], "event": "accepted", "targets": ["body"], "requirement": "FRM-001"}, {"states": ["body"], "event": "complete", "targets": ["header"], "requirement": "FRM-002"}],
}
SPEC = types.SimpleNamespace(machines=[SESSION, READER], tables={"messages": {"message": [{"name": "hello"}, {"name": "ping"}]}})


def begins(instance="a", state="new"):
    return {"process": 1, "machine": "session", "instance": instance, "begins": state}


def step(start, event, target, machine="session", instance="a", **more):
    return {"process": 1, "machine": machine, "instance": instance, "from": start, "event": event, "to": target, **more}


INNOCENT = [begins(), step("new", "ping", "new"), step("header", "accepted", "body", "reader"), step("new", "hello", "busy"), step("busy", "done", "ready"), step("ready", "ping", "ready"),
            step("body", "complete", "header", "reader"), step("ready", "hello", "closed"), step("closed", "hello", "closed"), begins(), step("new", "hello", "closed", rule="SES-001")]


class Transitions(unittest.TestCase):
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
        result = self.replay(INNOCENT[:4])
        self.assertEqual(["session: busy × done", "session: ready × ping", "reader: body × complete"], [str(r) for r in result.missing()])
        self.assertEqual(["session: new × hello → closed"], [f"{r} → {t}" for r, t in result.missing_targets()])
        self.assertIn("never taken: session: busy × done (SES-002)", transitions.report(result))


if __name__ == "__main__":
    unittest.main()
