"""kill -9 of the client or the server at many octets of a backup: what was acknowledged stays, what was not is nowhere, the next run goes on.

The moments are octets of the connection, counted by a proxy: spread over the whole of a backup, and close together where a version is
committed. A run prints no progress and waits for nothing but exits and events.
"""
import json
import os
import threading
import unittest

import programs
import proxy
import trees

CONTENT_OCTETS = 1_600_000


class Kill(proxy.AtMoments):
    def setUp(self):
        super().setUp()
        self.acknowledged = {}  # version -> description of its tree
        self.seed = 0
        self.change()
        self.back_up()

    def change(self):
        """New content everywhere, in the same few files."""
        self.seed += 1
        trees.make_random(self.tree, CONTENT_OCTETS, self.seed)

    def back_up(self):
        said = self.device_.must("backup", self.tree)
        self.acknowledged[said["version"]] = trees.describe(self.tree)
        return said

    def measure(self):
        """Octets of one whole backup of changed content, by direction."""
        self.change()
        self.proxy.reset(self.server.port)
        self.back_up()
        return dict(self.proxy.counted)

    def strike(self, direction, octets, victim):
        """Begins a backup, kills the victim after so many octets; whether the client nevertheless saw its version acknowledged."""
        self.proxy.reset(self.server.port)
        running = []
        ready = threading.Event()

        def kill():
            ready.wait(programs.DEADLINE_SECONDS)
            (self.server.process if victim == "server" else running[0]).kill()

        self.proxy.strike_after(direction, octets, kill)
        running.append(self.device_.start("backup", self.tree))
        ready.set()
        out, error = running[0].communicate(timeout=programs.DEADLINE_SECONDS)
        if running[0].returncode == 0:
            self.acknowledged[json.loads(out)["version"]] = trees.describe(self.tree)
        elif victim == "server":
            self.assertNotEqual(running[0].returncode, -9)
            self.assertTrue(error, "a client whose server vanished says so")
        return running[0].returncode == 0

    def verify_stored(self):
        verified = programs.run(f"{programs.BIN}/cofferd", "verify", "--data", self.server.data)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def restart(self):
        self.server = self.serve()
        self.proxy.reset(self.server.port)

    def compare(self, version):
        target, _ = self.restored(self.device_, version)
        self.assertEqual(trees.describe(trees.below(target, self.tree)), self.acknowledged[version], f"version {version}")

    def aftermath(self, victim):
        """The server stands, all that was acknowledged is there, nothing half-done is, and the next run commits."""
        if victim == "server":
            self.server.process.kill()  # when this backup took a few octets less than the measured one, and its moment never came
            self.server.process.wait(programs.DEADLINE_SECONDS)
            self.server.close()
            self.verify_stored()
            self.restart()
        else:
            self.server.await_no_session()
            self.proxy.reset(self.server.port)
        numbers = [version["number"] for version in self.device_.must("versions")["versions"]]
        newest = max(self.acknowledged)
        # A commit whose acknowledgement was lost on its way may stand; nothing else may that was not acknowledged.
        self.assertIn(numbers, [list(range(1, newest + 1)), list(range(1, newest + 2))])
        if len(numbers) > newest:
            self.acknowledged[newest + 1] = trees.describe(self.tree)
        self.compare(max(self.acknowledged))
        said = self.back_up()
        self.assertEqual(said["version"], len(numbers) + 1)
        self.compare(said["version"])

    def moments(self, whole):
        spread = [("to_server", max(1, whole["to_server"] * part // 14)) for part in range(14)]
        # The last octets to the server are the commit, its goodbye and close_notify; those to the client the acknowledgement and the end.
        end = [("to_server", whole["to_server"] - before) for before in (2000, 900, 500, 250, 150, 100, 40)]
        answers = [("to_client", whole["to_client"] - before) for before in (400, 220, 180, 140, 100, 60, 20)]
        return spread + end + answers

    def strike_at_every_moment(self, victim):
        whole = self.measure()
        struck = 0
        for direction, octets in self.moments(whole):
            with self.subTest(direction=direction, octets=octets):
                self.change()
                self.strike(direction, octets, victim)
                struck += self.proxy.struck.is_set()
                self.aftermath(victim)
        self.assertGreaterEqual(struck, 20, "the plan does not reach its moments")
        for version in self.acknowledged:
            self.compare(version)
        self.assertEqual(self.server.stop(), 0)
        self.verify_stored()
        self.rebuild_stored()
        for version in self.acknowledged:
            self.compare(version)
        self.assertEqual(self.server.stop(), 0)

    def rebuild_stored(self):
        """The packs alone say all that was acknowledged; of the index only the event log is lost."""
        os.remove(os.path.join(self.server.data, "coffer.sqlite"))
        rebuilt = programs.run(f"{programs.BIN}/cofferd", "rebuild", "--data", self.server.data, "--json")
        self.assertEqual(rebuilt.returncode, 1, rebuilt.stderr)
        self.assertEqual({finding["kind"] for finding in json.loads(rebuilt.stdout)["findings"]}, {"event"})
        self.restart()

    def test_the_client_is_killed(self):
        self.strike_at_every_moment("client")

    def test_the_server_is_killed(self):
        self.strike_at_every_moment("server")

    def test_the_next_run_sends_only_what_had_not_arrived(self):
        whole = self.measure()
        self.change()
        self.strike("to_server", whole["to_server"] * 3 // 4, "client")
        self.server.await_no_session()
        self.proxy.reset(self.server.port)
        before = self.proxy.counted["to_server"]
        self.back_up()
        self.assertLess(self.proxy.counted["to_server"] - before, whole["to_server"] * 2 // 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
