"""Two devices that are one computer to the server write one archive: while one is at work the other is turned away, nothing of either is lost,
and what one prunes the other brings again when it needs it. The moments are octets of the first one's connection."""
import json
import os
import unittest

import programs
import proxy
import trees

CONTENT_OCTETS = 300_000


class TwoWriters(proxy.AtMoments):
    def setUp(self):
        super().setUp()
        self.other = self.twin("other")
        self.expected, self.seed = {}, 0

    def twin(self, name):
        """A device with the first one's computer and archive key, straight to the server."""
        with open(os.path.join(self.device_.home, "config.json"), encoding="utf-8") as file:
            computer = json.load(file)["computer"]
        twin = programs.Device(self.path(name), f"127.0.0.1:{self.server.port}", self.server.pin, "--computer", computer)
        self.device_.must("key", "export", self.path("key"))
        login = twin.login(programs.PASSWORD, "alice", "--archive-key", self.path("key"))
        self.assertEqual(login.returncode, 0, login.stderr)
        return twin

    def change(self):
        self.seed += 1
        trees.make_random(self.tree, CONTENT_OCTETS, self.seed)

    def back_up(self, device):
        self.change()
        number = device.must("backup", self.tree)["version"]
        self.expected[number] = trees.describe(self.tree)
        return number

    def compare(self, device, *versions):
        for version in versions:
            target, _ = self.restored(device, version)
            self.assertEqual(trees.describe(trees.below(target, self.tree)), self.expected[version], f"version {version}")

    def live(self, device):
        return [version["number"] for version in device.must("versions")["versions"]]

    def beside(self, direction, octets, *command):
        """The first device at this command, and, while it has come so far and no further, what the other does."""
        said = {}

        def act():
            said["backup"] = self.other.run("backup", self.tree)
            said["prune"] = self.other.run("prune", "--keep-last", 1)

        self.proxy.reset(self.server.port)
        self.proxy.hold_before(direction, octets, act)
        done = self.device_.must(*command)
        self.assertTrue(self.proxy.struck.is_set(), "the moment never came")
        self.assertEqual(set(said), {"backup", "prune"})
        for what, (code, answer, error) in said.items():
            self.assertEqual(code, 2, f"{what}: {answer} {error}")
            self.assertIn("computer_refused", answer["error"], what)
        self.server.await_no_session()
        return done

    def octets_of(self, *command):
        self.proxy.reset(self.server.port)
        self.device_.must(*command)
        return dict(self.proxy.counted)

    def test_nobody_else_writes_or_prunes_while_one_backs_up(self):
        self.back_up(self.device_)
        self.change()
        whole = self.octets_of("backup", self.tree)
        self.expected[2] = trees.describe(self.tree)
        for part in (2, 3, 5, 8):
            with self.subTest(part=part):
                self.change()
                done = self.beside("to_server", whole["to_server"] * part // 9, "backup", self.tree)
                self.expected[done["version"]] = trees.describe(self.tree)
        self.assertEqual(self.live(self.device_), [1, 2, 3, 4, 5, 6])
        self.assertEqual(self.back_up(self.other), 7)
        self.compare(self.device_, *self.expected)
        self.compare(self.other, *self.expected)

    def test_nobody_prunes_what_one_restores(self):
        self.back_up(self.device_)
        self.back_up(self.device_)
        self.proxy.reset(self.server.port)
        self.restored(self.device_, 1)
        whole = dict(self.proxy.counted)
        for part in (3, 6, 8):
            with self.subTest(part=part):
                target = self.path(f"while-{part}")
                self.beside("to_client", whole["to_client"] * part // 9, "restore", 1, "--target", target)
                self.assertEqual(trees.describe(trees.below(target, self.tree)), self.expected[1])
        self.assertEqual(self.other.must("prune", "--keep-last", 1)["retired"], [1])
        code, said, _ = self.device_.run("restore", 1, "--target", self.path("too-late"))
        self.assertEqual(code, 2, said)
        self.assertIn("retired by version 3", said["error"])
        self.compare(self.device_, 2)

    def test_what_one_prunes_the_other_brings_again(self):
        first = self.back_up(self.device_)
        self.back_up(self.device_)
        pruned = self.other.must("prune", "--keep-last", 1)
        self.assertEqual(pruned["retired"], [first])
        self.assertGreater(pruned["blocks_released"], 0)
        trees.make_random(self.tree, CONTENT_OCTETS, 1)  # the content that the first device has sent once, and believes to be there
        number = self.device_.must("backup", self.tree)["version"]
        self.expected[number] = trees.describe(self.tree)
        self.compare(self.other, 2, number)
        self.assertEqual(self.server.stop(), 0)
        for command in ("compact", "verify"):
            done = programs.run(f"{programs.BIN}/cofferd", command, "--data", self.server.data)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
