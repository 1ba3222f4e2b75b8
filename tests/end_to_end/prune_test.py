"""Versions retired and blocks released by the real programs: what is kept restores exactly, what is retired is refused, the store shrinks, and a
kill -9 of the client or the server at any octet of a prune leaves nothing wrong, so that the next one finishes."""
import json
import os
import threading
import unittest

import programs
import proxy
import trees

CONTENT_OCTETS = 200_000


class Prune(proxy.AtMoments):
    def setUp(self):
        super().setUp()
        self.expected, self.seed = {}, 0

    def back_up(self):
        self.seed += 1
        trees.make_random(self.tree, CONTENT_OCTETS, self.seed)
        number = self.device_.must("backup", self.tree)["version"]
        self.expected[number] = trees.describe(self.tree)
        return number

    def compare(self, *versions):
        for version in versions:
            target, _ = self.restored(self.device_, version)
            self.assertEqual(trees.describe(trees.below(target, self.tree)), self.expected[version], f"version {version}")

    def fill(self, count):
        """So many files of the tree have other content, of 10,000 octets each."""
        for number in range(count):
            with open(os.path.join(self.tree, f"file-{number}"), "wb") as file:
                file.write(os.urandom(10_000))

    def live(self):
        return [version["number"] for version in self.device_.must("versions")["versions"]]

    def stored(self):
        packs = os.path.join(self.server.data, "packs")
        return sum(os.path.getsize(os.path.join(packs, name)) for name in os.listdir(packs))

    def settle(self):
        """The server stopped, its store proven and compacted, and served again."""
        self.server.stop()
        for command in ("compact", "verify"):
            done = programs.run(f"{programs.BIN}/cofferd", command, "--data", self.server.data)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.server = self.serve()
        self.proxy.reset(self.server.port)

    def test_ARC_151_a_server_without_room_for_blocks_is_pruned_all_the_same(self):
        for _ in range(3):
            self.back_up()
        self.server.stop()
        self.server = self.serve(more=("--reserve-octets", str(1 << 60)))
        self.proxy.reset(self.server.port)
        with open(os.path.join(self.tree, "another"), "wb") as file:
            file.write(os.urandom(10_000))
        code, _, error = self.device_.run("backup", self.tree)
        self.assertEqual(code, 2, error)
        with open(self.server.data + ".log", encoding="utf-8") as log:
            self.assertIn("free room on this disk", log.read())
        said = self.device_.must("prune", "--keep-last", 1)
        self.assertGreater(said["blocks_released"], 0)
        before = self.stored()
        self.settle()
        self.assertLess(self.stored(), before)
        self.compare(3)
        self.device_.must("backup", self.tree)

    def test_what_is_kept_restores_exactly_and_the_store_shrinks(self):
        for _ in range(5):
            self.back_up()
        before = self.stored()
        trial = self.device_.must("prune", "--keep-last", 2, "--dry-run")
        self.assertEqual((trial["kept"], trial["retired"], trial["blocks_released"]), ([4, 5], [1, 2, 3], 0))
        self.assertEqual(self.live(), [1, 2, 3, 4, 5])
        said = self.device_.must("prune", "--keep-last", 2)
        self.assertEqual((said["kept"], said["retired"], said["version"]), ([4, 5], [1, 2, 3], 6))
        self.assertGreater(said["blocks_released"], 0)
        self.assertEqual(self.live(), [4, 5])
        everything = {version["number"]: version for version in self.device_.must("versions", "--all")["versions"]}
        self.assertEqual(sorted(everything), [1, 2, 3, 4, 5, 6])
        self.assertEqual((everything[1]["retired_by"], everything[6]["retires"]), (6, [1, 2, 3]))
        self.compare(4, 5)
        for command in (("restore", 2, "--target", self.path("nowhere")), ("verify", 2)):
            code, said, error = self.device_.run(*command)
            self.assertEqual(code, 2, said)
            self.assertIn("retired by version 6", said["error"])
        self.assertFalse(os.path.exists(self.path("nowhere")))
        self.assertEqual(self.device_.must("verify")["version"], 5)
        self.settle()
        self.assertLess(self.stored(), 0.6 * before)
        self.compare(4, 5)
        self.assertEqual(self.back_up(), 7)
        self.compare(4, 5, 7)
        again = self.device_.must("prune", "--keep-last", 3)
        self.assertEqual((again["retired"], again["version"]), ([], 7))

    def test_ARC_153_a_quota_filled_by_an_interrupted_backup_is_freed_and_the_next_backup_goes_through(self):
        self.server.stop()
        self.write("fixture.json", json.dumps(programs.fixture(limits={"quota_octets": 600_000})))
        self.server = self.serve()
        self.proxy.reset(self.server.port)
        os.makedirs(self.tree)
        for count, octets in ((40, 390_000), (15, 145_000)):  # once without any version, once beside one
            self.fill(count)
            self.proxy.reset(self.server.port)
            self.proxy.strike_after("to_server", octets, lambda: None)
            self.assertNotEqual(self.device_.run("backup", self.tree)[0], 0)
            self.assertTrue(self.proxy.struck.is_set())
            self.proxy.reset(self.server.port)
            self.server.await_no_session()
            self.fill(count)
            code, _, error = self.device_.run("backup", self.tree)
            self.assertEqual(code, 2, (count, error))
            self.assertIn("`coffer prune --unused`", error)
            self.server.await_no_session()
            before = self.device_.must("versions")["versions"]
            self.assertGreater(self.device_.must("prune", "--unused")["blocks_released"], 0)
            self.assertEqual(self.device_.must("versions")["versions"], before)
            self.assertEqual(self.device_.must("prune", "--unused")["blocks_released"], 0, "now there is nothing of it")
            number = self.device_.must("backup", self.tree)["version"]
            self.expected[number] = trees.describe(self.tree)
            self.compare(*self.expected)
        self.settle()

    def test_a_rule_of_nothing_is_refused(self):
        code, said, _ = self.device_.run("prune")
        self.assertEqual(code, 64, said)

    def strike(self, direction, octets, victim, rule=("--keep-last", 1)):
        """Kills the victim after so many octets of a prune."""
        self.proxy.reset(self.server.port)
        running, ready = [], threading.Event()

        def kill():
            ready.wait(programs.DEADLINE_SECONDS)
            (self.server.process if victim == "server" else running[0]).kill()

        self.proxy.strike_after(direction, octets, kill)
        running.append(self.device_.start("prune", *rule))
        ready.set()
        running[0].communicate(timeout=programs.DEADLINE_SECONDS)
        struck = self.proxy.struck.is_set()
        if victim == "server":
            self.server.kill()
            self.server = self.serve()
        else:
            self.server.await_no_session()
        self.proxy.reset(self.server.port)
        return struck

    def strike_at_every_moment(self, victim):
        self.back_up()
        self.back_up()
        self.proxy.reset(self.server.port)
        self.device_.must("prune", "--keep-last", 1)
        whole = dict(self.proxy.counted)
        moments = [(way, max(1, whole[way] * part // 9)) for way in whole for part in range(9)]
        moments += [("to_server", whole["to_server"] - before) for before in (900, 500, 250, 100, 40)]
        moments += [("to_client", whole["to_client"] - before) for before in (220, 140, 100, 60, 20)]
        struck = 0
        for direction, octets in moments:
            with self.subTest(direction=direction, octets=octets):
                newest = self.back_up()
                before = self.live()
                struck += self.strike(direction, octets, victim)
                now = self.live()
                self.assertIn(now, [before, [newest]])  # all of it, or nothing
                self.compare(*now)
                self.device_.must("prune", "--keep-last", 1)
                self.assertEqual(self.live(), [newest])
                self.compare(newest)
        self.assertGreaterEqual(struck, 15, "the plan does not reach its moments")
        self.settle()
        self.compare(newest)

    def strike_a_prune(self, octets, victim, *rule):
        """Kills the victim after so many octets to the server of a prune by this rule."""
        self.assertTrue(self.strike("to_server", octets, victim, rule), "the prune was over before")

    def test_ARC_119_a_prune_of_several_records_is_killed_between_them_and_goes_on(self):
        """Three records: the first retires and releases, the others release. 65,536 ids are 2 MiB on their way to the server."""
        blocks, piece = 140_000, 65_536 * 32
        for number in range(blocks):
            folder = os.path.join(self.tree, str(number // 1000))
            if number % 1000 == 0:
                os.makedirs(folder)
            with open(os.path.join(folder, str(number)), "w", encoding="ascii") as file:
                file.write(str(number))
        self.device_.must("backup", self.tree)
        programs.remove(self.tree)
        newest = self.back_up()
        everything = lambda: [version["number"] for version in self.device_.must("versions", "--all")["versions"]]
        self.strike_a_prune(piece // 2, "client", "--keep-last", 1)
        self.assertEqual((everything(), self.live()), ([1, 2], [1, 2]))
        self.strike_a_prune(piece * 3 // 2, "client", "--keep-last", 1)
        self.assertEqual((everything(), self.live()), ([1, 2, 3], [2]))
        self.compare(newest)
        self.strike_a_prune(piece * 17 // 16, "server", "--unused")
        self.assertEqual((everything(), self.live()), ([1, 2, 3, 4], [2]))
        self.compare(newest)
        last = self.device_.must("prune", "--unused")
        self.assertEqual(last["version"], 5)
        self.assertGreater(last["blocks_released"], blocks - 2 * 65_536)
        self.assertLess(last["blocks_released"], 65_536)
        self.assertEqual(self.device_.must("prune", "--unused")["blocks_released"], 0)
        before = self.stored()
        self.settle()
        self.assertLess(self.stored(), before / 2)
        self.compare(newest)

    def test_the_client_is_killed_at_any_octet(self):
        self.strike_at_every_moment("client")

    def test_the_server_is_killed_at_any_octet(self):
        self.strike_at_every_moment("server")


if __name__ == "__main__":
    unittest.main(verbosity=2)
