"""Ctrl-C during a backup, a restore and a verification: the program ends at once and in order, says so, and the same command goes on later.

The moments are octets of the connection, counted by a proxy.
"""
import json
import os
import signal
import threading
import unittest

import programs
import proxy
import trees

CONTENT_OCTETS = 40_000_000  # more than all buffers on the way hold
MOMENT_OCTETS = 6_000_000
INTERRUPTED = 130
DEADLINE_MS = 1000 * programs.DEADLINE_SECONDS
IN_ORDER = ("--interruption-ms", f"silence={DEADLINE_MS},grace={DEADLINE_MS}", "--timers-ms", f"linger={DEADLINE_MS}")  # however busy the machine is
BY_ITSELF = ("--interruption-ms", f"grace={DEADLINE_MS}")  # it gives a silent server up, and is not ended
NEVER = ("--interruption-ms", f"silence={DEADLINE_MS},grace=1")


class Interrupt(proxy.AtMoments):
    def setUp(self):
        super().setUp()
        trees.make_random(self.tree, CONTENT_OCTETS, 1)

    def interrupt(self, direction, *arguments, signals=(signal.SIGINT,), hold_on=False, patience=None):
        """Exit code and what it said. hold_on: the connection stands still from then on."""
        running, ready = [], threading.Event()

        def strike():
            ready.wait(programs.DEADLINE_SECONDS)
            for number in signals:
                running[0].send_signal(number)
            if hold_on:
                running[0].wait(programs.DEADLINE_SECONDS)

        self.proxy.reset(self.server.port)
        self.proxy.hold_before(direction, MOMENT_OCTETS, strike)
        running.append(self.device_.start(*(patience or (BY_ITSELF if hold_on else IN_ORDER)), *arguments))
        ready.set()
        out, _ = running[0].communicate(timeout=programs.DEADLINE_SECONDS)
        self.assertTrue(self.proxy.struck.is_set() or hold_on, "the moment never came")
        self.server.await_no_session()
        self.proxy.reset(self.server.port)
        return running[0].returncode, json.loads(out) if out.strip() else {}

    def last_end(self):
        return [event for event in self.server.events() if event["event"] == "session_closed"][-1]

    def finish_the_backup(self):
        said = self.device_.must("backup", self.tree)
        self.assertEqual(said["version"], 1)
        target, _ = self.restored(self.device_, 1)
        self.assertEqual(trees.describe(trees.below(target, self.tree)), trees.describe(self.tree))
        return said

    def test_a_backup_ends_in_order_and_goes_on_later(self):
        code, said = self.interrupt("to_server", "backup", self.tree)
        self.assertEqual((code, said["exit_code"]), (INTERRUPTED, INTERRUPTED))
        self.assertIn("No version 1 was made", said["error"])
        self.assertIn("goodbye", json.dumps(self.last_end()))
        self.assertLess(self.finish_the_backup()["octets_sent"], CONTENT_OCTETS - MOMENT_OCTETS // 2)

    def test_sigterm_is_no_different(self):
        code, _ = self.interrupt("to_server", "backup", self.tree, signals=(signal.SIGTERM,))
        self.assertEqual(code, INTERRUPTED)

    def test_a_server_that_stands_still_holds_nobody_up(self):
        code, said = self.interrupt("to_server", "backup", self.tree, hold_on=True)
        self.assertEqual((code, said.get("exit_code")), (INTERRUPTED, INTERRUPTED), "it ended by itself, and was not ended")
        self.assertIn("No version 1 was made", said["error"])
        self.finish_the_backup()

    def test_what_does_not_end_is_ended_after_its_grace(self):
        code, said = self.interrupt("to_server", "backup", self.tree, hold_on=True, patience=NEVER)
        self.assertEqual((code, said), (INTERRUPTED, {}))
        self.finish_the_backup()

    def test_a_server_that_stands_still_holds_no_restore_up_and_nothing_unfinished_is_left(self):
        self.device_.must("backup", self.tree)
        target = self.path("target")
        code, said = self.interrupt("to_client", "restore", 1, "--target", target, hold_on=True)
        self.assertEqual((code, said.get("exit_code")), (INTERRUPTED, INTERRUPTED), "it ended by itself, and was not ended")
        names = [name for _, _, files in os.walk(target) for name in files]
        self.assertEqual([name for name in names if name.startswith(".coffer-")], [])

    def test_a_server_that_never_speaks_holds_nobody_up(self):
        self.proxy.reset(self.server.port)
        running, ready = [], threading.Event()

        def strike():
            ready.wait(programs.DEADLINE_SECONDS)
            running[0].send_signal(signal.SIGTERM)
            running[0].wait(programs.DEADLINE_SECONDS)
        self.proxy.hold_before("to_client", 1, strike)
        running.append(self.device_.start(*BY_ITSELF, "backup", self.tree))
        ready.set()
        out, _ = running[0].communicate(timeout=programs.DEADLINE_SECONDS)
        self.assertEqual((running[0].returncode, json.loads(out or b"{}").get("exit_code")), (INTERRUPTED, INTERRUPTED))

    def test_a_restore_leaves_nothing_half_written(self):
        self.device_.must("backup", self.tree)
        target = self.path("target")
        code, said = self.interrupt("to_client", "restore", 1, "--target", target)
        self.assertEqual((code, said["exit_code"]), (INTERRUPTED, INTERRUPTED))
        self.assertIn("goodbye", json.dumps(self.last_end()))
        ends = [event for event in self.server.events() if event["event"] == "restore_ended"]
        self.assertEqual(ends[-1]["fields"]["complete"], "no")
        wanted = trees.describe(self.tree)
        found = trees.describe(trees.below(target, self.tree)) if os.path.exists(trees.below(target, self.tree)) else {}
        for path, entry in found.items():
            if "content" in entry:
                self.assertEqual(entry["content"], wanted[path]["content"], path)
        self.assertEqual(self.device_.run("restore", 1, "--target", target, "--overwrite")[0], 0)
        self.assertEqual(trees.describe(trees.below(target, self.tree)), wanted)

    def test_a_verification_ends_too(self):
        self.device_.must("backup", self.tree)
        code, _ = self.interrupt("to_client", "verify", 1)
        self.assertEqual(code, INTERRUPTED)


if __name__ == "__main__":
    unittest.main(verbosity=2)
