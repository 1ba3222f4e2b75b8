#!/usr/bin/env python3
"""The committed seeds alone reach every specified state, every reason and nearly every transition, what they do not is excused by name, and a
fall would be noticed.

Usage: reach_test.py BUILD, a build directory with the replay programs.
"""
import pathlib
import sys
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from campaign import places, reach  # noqa: E402


def of_seeds():
    return set().union(*(reach.replayed(target, places.inputs(target), BUILD) for target in ("frame_reader", "server_session", "client_session")))


class ReachTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.specified, cls.ways = reach.Specified(), of_seeds()

    def test_the_seeds_reach_what_the_tables_have(self):
        lines, problems = reach.judge(self.specified, self.ways)
        print("\n".join(lines))
        self.assertEqual(problems, [])

    def test_a_lost_transition_is_named(self):
        less = {way for way in self.ways if (way.start, way.event) != ("restoring", "fetch_blocks")}
        _, problems = reach.judge(self.specified, less)
        self.assertTrue(any("restoring fetch_blocks serving_restore" in problem for problem in problems), problems)

    def test_an_excuse_in_vain_is_named(self):
        vain = {("state", "server_session", "ready"): "never", ("state", "server_session", "asleep"): "never"}
        with mock.patch.object(reach, "excuses", lambda _: vain):
            _, problems = reach.judge(self.specified, self.ways)
        self.assertIn("unreachable.toml excuses state server_session ready, which is reached", problems)
        self.assertIn("unreachable.toml excuses state server_session asleep, which the tables do not have", problems)


if __name__ == "__main__":
    BUILD = pathlib.Path(sys.argv.pop(1))
    unittest.main()
