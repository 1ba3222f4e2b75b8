"""One device, two servers, one backup: both get the version, and what befalls one of them is nothing to the other."""
import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest

import programs
import proxy
import trees
import watch_test

OTHER_GUID = "00c0ffee00c0ff02"
FILES, FILE_OCTETS = 40, 60_000


class Destinations(programs.EndToEnd):
    def setUp(self):
        super().setUp()
        self.maxDiff = 4000
        self.tree = self.path("tree")
        os.mkdir(self.tree)
        for number in range(FILES):
            self.rewrite(number)
        self.one = self.serve()
        self.other = self.serve_other()
        self.ways = [proxy.Proxy(), proxy.Proxy()]
        for way, server in zip(self.ways, (self.one, self.other)):
            self.addCleanup(way.close)
            way.reset(server.port)
        self.computer = self.device(self.one, port=self.ways[0].port)
        self.computer.must("destination", "add", "other", "--server", f"127.0.0.1:{self.ways[1].port}", "--pin", self.other.pin)
        self.log_in("other")
        self.computer.begin("--destination", "other")

    def rewrite(self, number):
        with open(os.path.join(self.tree, f"file-{number:02}"), "wb") as file:
            file.write(os.urandom(FILE_OCTETS))

    def serve_other(self, **changes):
        changes = {"server": {"guid": OTHER_GUID, "version": "7.0.0", "minimum_version": "6.5.0"}, **changes}
        accounts = self.write("other.json", json.dumps(programs.fixture(**changes)))
        server = programs.Server(self.path("other-data"), accounts)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def log_in(self, name, *expected):
        done = programs.run(f"{programs.BIN}/coffer", "--home", self.computer.home, "--json", "login", "--destination", name, "--registration-key",
                            programs.REGISTRATION_KEY, "--user", "alice", "--password-file", "-", input=programs.PASSWORD + "\n")
        self.assertIn(done.returncode, expected or (0,), done.stderr)
        return done

    def back_up(self):
        """Exit code, what is said of each destination by its name, and standard error."""
        code, said, error = self.computer.run("backup", self.tree)
        return code, {one["name"]: one for one in said["destinations"]}, error

    def await_version_at_the_other(self):
        until = time.monotonic() + programs.DEADLINE_SECONDS
        while not any(event["event"] == "version_committed" for event in self.other.events()):
            if time.monotonic() > until:
                raise AssertionError("the other never has a version")

    def compare(self, destination, version):
        target = os.path.join(self.directory, f"restored-{destination}-{version}")
        self.computer.must("restore", version, "--destination", destination, "--target", target)
        self.assertEqual(trees.describe(trees.below(target, self.tree)), trees.describe(self.tree))

    def test_ARC_140_both_have_the_version_and_each_restores_the_same_tree(self):
        shutil.rmtree(self.tree)
        os.mkdir(self.tree)
        trees.make_nasty(self.tree)
        code, ends, _ = self.back_up()
        self.assertEqual((code, [ends[name]["version"] for name in ("default", "other")]), (0, [1, 1]), ends)
        self.assertNotEqual(ends["default"]["link"], ends["other"]["link"])
        for name in ends:
            self.compare(name, 1)
            self.assertEqual(self.computer.must("verify", "--destination", name)["lost_blocks"], [])
        for server in (self.one, self.other):
            self.assertEqual(server.stop(), 0)
            self.assertEqual(programs.run(f"{programs.BIN}/cofferd", "verify", "--data", server.data).returncode, 0)

    def test_one_of_them_is_named_for_what_is_done_at_one(self):
        self.computer.must("backup", self.tree, "--destination", "other")
        self.assertEqual(len(self.computer.must("versions", "--destination", "other")["versions"]), 1)
        self.assertEqual(self.computer.must("versions", "--destination", "default")["versions"], [])
        for arguments in (("versions",), ("verify",), ("restore", 1, "--target", self.path("nowhere")), ("ping",)):
            code, said, _ = self.computer.run(*arguments)
            self.assertEqual(code, 64)
            self.assertIn("--destination NAME, which is one of default, other", said["error"])
        code, said, _ = self.computer.run("backup", self.tree, "--destination", "nas")
        self.assertEqual(code, 64)
        self.assertIn("default, other", said["error"])

    def test_ARC_140_one_is_killed_in_the_middle_and_the_next_run_repairs(self):
        self.ways[1].strike_after("to_server", FILES * FILE_OCTETS // 2, self.other.process.kill)
        code, ends, error = self.back_up()
        self.assertTrue(self.ways[1].struck.is_set())
        self.assertEqual((code, ends["default"]["version"], ends["other"]["code"]), (3, 1, 3), ends)
        self.assertIn("other: lost the connection", error)
        self.compare("default", 1)
        self.other.process.wait(programs.DEADLINE_SECONDS)
        self.other.close()
        self.other = self.serve_other()
        self.ways[1].reset(self.other.port)
        self.rewrite(0)
        code, ends, _ = self.back_up()
        self.assertEqual((code, ends["default"]["version"], ends["other"]["version"]), (0, 2, 1), ends)
        self.compare("default", 2)
        self.compare("other", 1)

    def test_ARC_143_one_that_says_nothing_is_not_waited_for(self):
        """It takes connections and never answers: the client is still waiting for it when the other has its version."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.ways[0].reset(silent.getsockname()[1])
            process = subprocess.Popen([f"{programs.BIN}/coffer", "--home", self.computer.home, "--json", "backup", self.tree],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.addCleanup(lambda: process.poll() is None and process.kill())
            connection, _ = silent.accept()
            with connection:
                connection.settimeout(programs.DEADLINE_SECONDS)
                self.assertTrue(connection.recv(65536))
                self.await_version_at_the_other()
                connection.setblocking(False)
                with self.assertRaises(BlockingIOError):  # neither octets nor its end
                    connection.recv(65536)
            said, error = process.communicate(timeout=programs.DEADLINE_SECONDS)
        ends = {one["name"]: one for one in json.loads(said)["destinations"]}
        self.assertEqual((process.returncode, ends["default"]["code"], ends["other"]["version"]), (3, 3, 1), error)
        self.compare("other", 1)

    def test_ARC_145_one_is_full(self):
        self.assertEqual(self.other.stop(), 0)
        self.other = self.serve_other(limits={"quota_octets": FILES * FILE_OCTETS // 4})
        self.ways[1].reset(self.other.port)
        code, ends, error = self.back_up()
        self.assertEqual((code, ends["default"]["version"], ends["other"]["code"]), (2, 1, 2), ends)
        self.assertIn("quota_exceeded", error)
        self.assertNotIn("version", ends["other"])
        self.compare("default", 1)

    def test_ARC_145_who_cannot_be_reached_is_named_and_the_text_says_who_has_what(self):
        self.assertEqual(self.other.stop(), 0)
        code, ends, _ = self.back_up()
        self.assertEqual((code, ends["default"]["version"], ends["other"]["code"]), (3, 1, 3), ends)
        said = programs.run(f"{programs.BIN}/coffer", "--home", self.computer.home, "backup", self.tree)
        self.assertEqual(said.returncode, 3)
        self.assertIn("default: version 2; ", said.stdout)
        self.assertIn("other: no version.", said.stdout)
        self.assertIn("coffer: other: ", said.stderr)
        self.assertEqual(self.one.stop(), 0)
        code, ends, _ = self.back_up()
        self.assertEqual((code, ends["default"]["code"], ends["other"]["code"]), (3, 3, 3), ends)

    def test_ARC_143_one_that_is_slow_keeps_nobody_waiting(self):
        committed = threading.Event()

        def hold_until_the_other_has_its_version():
            self.await_version_at_the_other()
            committed.set()

        self.ways[0].hold_before("to_server", FILES * FILE_OCTETS // 2, hold_until_the_other_has_its_version)
        code, ends, error = self.back_up()
        self.assertTrue(committed.is_set(), "the other waited for the slow one")
        self.assertEqual((code, ends["default"]["version"], ends["other"]["version"]), (0, 1, 1), f"{ends} {error}")
        for name in ends:
            self.compare(name, 1)

    def test_an_interrupted_backup_says_who_has_the_version_and_goes_on_with_the_rest(self):
        trees.make_random(self.tree, 40_000_000, 1)  # more than all buffers on the way hold
        running, ready = [], threading.Event()

        def interrupt_once_the_other_has_its_version():
            ready.wait(programs.DEADLINE_SECONDS)
            self.await_version_at_the_other()
            running[0].send_signal(signal.SIGINT)

        self.ways[0].hold_before("to_server", 6_000_000, interrupt_once_the_other_has_its_version)
        running.append(self.computer.start("backup", self.tree))
        ready.set()
        out, error = running[0].communicate(timeout=programs.DEADLINE_SECONDS)
        self.assertEqual(running[0].returncode, 130, error)
        self.assertIn("No version 1 was made", json.loads(out)["error"])
        self.assertIn("other has version 1", json.loads(out)["error"])
        shown = [json.loads(line)["progress"]["destinations"] for line in error.splitlines() if line.startswith(b'{"progress"')]
        self.assertEqual([share["name"] for share in shown[-1]], ["default", "other"])
        self.assertGreater(shown[-1][1]["octets_sent"], shown[-1][0]["octets_sent"])
        self.one.await_no_session()
        code, ends, _ = self.back_up()
        self.assertEqual((code, ends["default"]["version"], ends["other"]["version"]), (0, 1, 2), ends)
        self.assertEqual(ends["other"]["blocks_sent"], 0)

    def test_a_destination_that_is_removed_keeps_what_it_has_and_is_not_trusted_anew(self):
        self.back_up()
        older = self.path("older")
        self.assertEqual(self.other.stop(), 0)
        shutil.copytree(self.other.data, older)
        self.other = self.serve_other()
        self.ways[1].reset(self.other.port)
        self.back_up()
        listed = {one["name"]: one for one in self.computer.must("destination", "list")["destinations"]}
        self.assertEqual([(one["server"], one["newest_seen"], one["user"]) for one in (listed["default"], listed["other"])],
                         [(programs.SERVER_GUID, [2], "alice"), (OTHER_GUID, [2], "alice")])
        said = programs.run(f"{programs.BIN}/coffer", "--home", self.computer.home, "destination", "remove", "other")
        self.assertEqual(said.returncode, 0)
        self.assertIn("versions up to 2", said.stdout)
        self.assertEqual(self.computer.must("versions")["versions"][-1]["number"], 2, "with one destination it need not be named")
        self.assertEqual(self.other.stop(), 0)
        shutil.rmtree(self.other.data)
        shutil.copytree(older, self.other.data)
        self.other = self.serve_other()
        self.ways[1].reset(self.other.port)
        self.computer.must("destination", "add", "again", "--server", f"127.0.0.1:{self.ways[1].port}", "--pin", self.other.pin)
        self.log_in("again")
        self.computer.must("key", "import", "--destination", "again")
        code, ends, _ = self.back_up()
        self.assertEqual((code, ends["default"]["version"], ends["again"]["code"]), (3, 3, 3), ends)

    def test_ARC_144_the_same_server_is_not_taken_twice(self):
        self.computer.must("destination", "add", "twin", "--server", f"127.0.0.1:{self.one.port}", "--pin", self.one.pin)
        refused = self.log_in("twin", 4)
        self.assertIn('is destination \\"default\\" already', refused.stdout)
        self.computer.must("destination", "remove", "twin")

    def test_ARC_146_a_watching_client_brings_a_destination_up_to_date_by_itself(self):
        watcher = watch_test.Watcher(self, self.computer, self.tree)
        watcher.await_event("watching")
        self.assertEqual(self.other.stop(), 0)
        self.rewrite(0)
        event = watcher.await_event("backed_up")
        while "version" in event["destinations"][1]:
            event = watcher.await_event("backed_up")
        self.assertEqual([(one["name"], "version" in one) for one in event["destinations"]], [("default", True), ("other", False)])
        self.assertGreaterEqual(event["destinations"][1]["again_in_ms"], 1000)
        self.other = self.serve_other()
        self.ways[1].reset(self.other.port)
        event = watcher.await_event("backed_up")
        self.assertEqual([(one["name"], "version" in one) for one in event["destinations"]], [("other", True)])
        self.assertEqual(watcher.stop()[0], 0)
        number = event["destinations"][0]["version"]
        self.compare("other", number)


if __name__ == "__main__":
    unittest.main(verbosity=2)
