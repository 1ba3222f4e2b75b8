"""An account that is purged by the real program: refused while it is in use, whole or not at all whatever kills it, gone for good, and nothing of another's with it."""
import json
import os
import pathlib
import random
import shutil
import subprocess
import time
import unittest

import programs
import trees

BIN = programs.BIN


class Purge(programs.EndToEnd):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.trees, self.devices = {}, {}
        for seed, user in enumerate(("alice", "bob")):
            self.trees[user] = self.path(f"{user}s-files")
            os.makedirs(self.trees[user])
            trees.make_random(self.trees[user], 150_000, seed + 1)
        self.devices["alice"] = self.device(self.server, "alices")
        self.devices["alice"].must("backup", self.trees["alice"])
        pack = pathlib.Path(self.server.data, "packs", "00000001.pack").read_bytes()
        self.alices = pack[len(pack) // 2:len(pack) // 2 + 64]  # of what only she has
        bob = self.devices["bob"] = programs.Device(self.path("bobs"), f"127.0.0.1:{self.server.port}", self.server.pin)
        self.assertEqual(bob.login(user="bob").returncode, 0)
        bob.begin()
        bob.must("backup", self.trees["bob"])

    def command(self, word, *more, data=None):
        return programs.run(f"{BIN}/cofferd", word, "--data", data or self.server.data, *more)

    def purge(self, data=None, user=1):
        return self.command("purge-account", "--fixture", self.fixture_file, "--user", user, data=data)

    def deactivate_alice(self):
        accounts = programs.fixture()
        accounts["users"][0]["state"] = "deactivated"
        self.write("fixture.json", json.dumps(accounts))

    def whole(self, data):
        done = self.command("verify", "--json", data=data)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def on_disk(self, data):
        return [path.name for path in pathlib.Path(data).rglob("*") if path.is_file() and self.alices in path.read_bytes()]

    def restores(self, user):
        target, _ = self.restored(self.devices[user], 1)
        self.assertEqual(trees.describe(trees.below(target, self.trees[user])), trees.describe(self.trees[user]))

    def test_ARC_152_only_a_deactivated_account_and_no_account_of_a_running_server_is_purged(self):
        self.deactivate_alice()
        self.assertEqual(self.purge().returncode, 4, "the server runs")
        self.write("fixture.json", json.dumps(programs.fixture()))
        self.assertEqual(self.server.stop(), 0)
        refused = self.purge()
        self.assertEqual((refused.returncode, refused.stdout), (2, ""))
        self.assertIn("user 1 is active; only of one who is deactivated", refused.stderr)
        self.assertIn("there is no user 9", self.purge(user=9).stderr)
        self.server = self.serve(listen=f"127.0.0.1:{self.server.port}")
        self.restores("alice")

    def test_ARC_150_a_purged_account_is_gone_for_good_and_another_s_data_stands(self):
        self.assertEqual(self.server.stop(), 0)
        before = self.whole(self.server.data)
        self.deactivate_alice()
        self.assertNotEqual(self.on_disk(self.server.data), [])
        done = self.purge()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("purged of user 1: 1 archives with ", done.stdout)
        after = self.whole(self.server.data)
        self.assertEqual((before["versions"], after["versions"]), (2, 1))
        self.assertEqual(before["blocks"], after["blocks"] + after["released_blocks"])
        freed = self.command("compact", "--live-percent", 100)
        self.assertEqual(freed.returncode, 0, freed.stderr)
        self.assertEqual(self.on_disk(self.server.data), [], "of her blocks not an octet is left")
        for file in pathlib.Path(self.server.data).glob("coffer.sqlite*"):
            file.unlink()
        self.assertEqual(json.loads(self.command("rebuild", "--json").stdout)["versions"], 1)
        self.assertEqual(self.whole(self.server.data)["blocks"], after["blocks"])
        self.server = self.serve(listen=f"127.0.0.1:{self.server.port}")
        self.restores("bob")
        self.assertEqual(self.devices["alice"].run("versions")[0], 2)
        self.assertEqual(self.server.stop(), 0)
        again = self.purge()
        self.assertIn("purged of user 1: 0 archives", again.stdout)
        self.write("fixture.json", json.dumps(programs.fixture()))
        self.server = self.serve(listen=f"127.0.0.1:{self.server.port}")
        fresh = self.device(self.server, "alices-next")
        self.assertEqual(fresh.must("backup", self.trees["alice"])["version"], 1)

    def test_KEY_041_the_keys_of_a_purged_account_go_before_its_data(self):
        self.assertEqual(self.server.stop(), 0)
        self.deactivate_alice()
        self.assertEqual(self.purge().returncode, 0)
        events = [json.loads(line)["event"] for line in self.command("events", "--json").stdout.splitlines()]
        self.assertEqual([event for event in events if event in ("keys_erased", "archives_purged")], ["keys_erased", "archives_purged"])

    def test_ARC_150_killed_at_any_moment_it_is_done_or_not_done_and_can_be_done_again(self):
        self.assertEqual(self.server.stop(), 0)
        before = self.whole(self.server.data)
        self.deactivate_alice()
        numbers = random.Random(5)
        shutil.copytree(self.server.data, self.path("timed"))
        begun = time.monotonic()
        self.assertEqual(self.purge(self.path("timed")).returncode, 0)
        whole_time = time.monotonic() - begun
        for turn in range(12):
            data = self.path(f"copy-{turn}")
            shutil.copytree(self.server.data, data)
            process = subprocess.Popen([f"{BIN}/cofferd", "purge-account", "--data", data, "--fixture", self.fixture_file, "--user", "1"],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(numbers.random() * whole_time)
            except subprocess.TimeoutExpired:
                process.kill()
            process.wait()
            found = self.whole(data)
            self.assertIn(found["versions"], (1, 2))
            self.assertEqual(found["blocks"] + found["released_blocks"], before["blocks"])
            self.assertEqual(found["released_blocks"] > 0, found["versions"] == 1, "blocks and versions go together")
            self.assertEqual(self.purge(data).returncode, 0)
            self.assertEqual(self.whole(data)["versions"], 1)
            shutil.rmtree(data)


if __name__ == "__main__":
    unittest.main(verbosity=2)
