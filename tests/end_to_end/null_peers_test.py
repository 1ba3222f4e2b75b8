"""The suite cannot be pleased by accident: implementations that are worth nothing pass nothing, and those that refuse or accept everything no rejection.

Every fourteenth case of the whole suite, so that all chapters are there. The whole suite is `coffer-conform run` without --shard.
"""
import json
import os
import shlex
import sys
import tempfile
import unittest

from programs import BIN, run

NULL_PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../interop/null_peers/null_peer.py")
NOTHING = ["closed", "close", "silent", "echo", "random"]  # not even a channel
ENOUGH_CASES = 60


class NullPeersTest(unittest.TestCase):
    def judged(self, mode):
        with tempfile.TemporaryDirectory() as folder:
            adapter = shlex.join([sys.executable, NULL_PEER, mode])
            ended = run(f"{BIN}/coffer-conform", "run", "--adapter", adapter, "--quiet", "--answer-ms", "400", "--shard", "3/14", "--seed", "1", "--report", folder)
            self.assertIn(ended.returncode, (1, 3), ended.stdout[-2000:] + ended.stderr[-2000:])
            with open(os.path.join(folder, "report.json"), encoding="utf-8") as file:
                cases = json.load(file)["cases"]
        self.assertGreater(len(cases), ENOUGH_CASES)
        self.assertEqual([case["id"] for case in cases if case["verdict"] in ("error", "not_run")], [])
        return cases

    def test_who_says_nothing_sensible_passes_nothing(self):
        for mode in NOTHING:
            with self.subTest(mode):
                self.assertEqual([case["id"] for case in self.judged(mode) if case["verdict"] == "pass"], [])

    def test_who_refuses_everything_passes_no_rejection(self):
        cases = self.judged("refuse")
        self.assertEqual([case["id"] for case in cases if case["verdict"] == "pass" and "twin" in case], [])

    def test_who_accepts_everything_passes_no_rejection(self):
        cases = self.judged("accept")
        self.assertEqual([case["id"] for case in cases if case["verdict"] == "pass" and "twin" in case], [])
        self.assertTrue([case for case in cases if case["verdict"] == "pass"], "not even what is valid: this peer is no test of the twins")


if __name__ == "__main__":
    unittest.main()
