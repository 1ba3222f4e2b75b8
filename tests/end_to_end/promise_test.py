"""Files change or vanish after a backup has offered their blocks by name alone, and the server waits for them: there is a version nevertheless.

The moment is the first offer, held by a proxy: the scan is done, and the server's answer not yet there.
"""
import json
import os
import time
import unittest

import programs
import proxy
import trees

FILES = 60  # one block each: so many ids make an offer that is longer than all that a session says before and behind it by itself
FILE_OCTETS = 60_000


class Promise(proxy.AtMoments):
    def setUp(self):
        super().setUp()
        os.mkdir(self.tree)
        for number in range(FILES):
            self.rewrite(number)
        self.settle()

    def file(self, number):
        return os.path.join(self.tree, f"file-{number:02}")

    def rewrite(self, number):
        with open(self.file(number), "wb") as file:
            file.write(os.urandom(FILE_OCTETS))

    def settle(self):
        """Until the files are old enough to be remembered as unchanged, as another computer's backups of them to another server say."""
        elsewhere = self.serve(data=self.path("elsewhere"))
        other, until = self.device(elsewhere, name="other"), time.monotonic() + programs.DEADLINE_SECONDS
        while other.must("backup", self.tree)["files_unchanged"] < FILES:
            self.assertLess(time.monotonic(), until, "no file is ever remembered")
        self.assertEqual(elsewhere.stop(), 0)

    def lose_a_block(self):
        """Of the first file, which was sent first: its octets begin where the pack's first record of a block does."""
        self.assertEqual(self.server.stop(), 0)
        pack_file = os.path.join(self.server.data, "packs", "00000001.pack")
        with open(pack_file, "r+b") as pack:
            begin = pack.read().index(b"CFRB")
            pack.seek(begin + 1000)
            octet = pack.read(1)[0]
            pack.seek(begin + 1000)
            pack.write(bytes([octet ^ 0x10]))
        verified = programs.run(f"{programs.BIN}/cofferd", "verify", "--data", self.server.data)
        self.assertEqual(verified.returncode, 1, verified.stdout)
        self.restart()

    def restart(self):
        self.server = self.serve()
        self.proxy.reset(self.server.port)

    def back_up_while(self, happens):
        """A backup during whose first offer that happens; how many sessions it took, its exit code, and what it said."""
        self.proxy.reset(self.server.port)
        self.device_.must("versions")
        before = self.sessions()
        said_anyway = self.proxy.counted["to_server"]  # its goodbye included, and 600 octets leave room for pings during a long scan
        self.proxy.reset(self.server.port)
        self.proxy.hold_before("to_server", said_anyway + 600, happens)
        running = self.device_.start("backup", self.tree)
        out, error = running.communicate(timeout=programs.DEADLINE_SECONDS)
        self.assertTrue(self.proxy.struck.is_set(), "the plan does not reach its moment")
        self.proxy.reset(self.server.port)
        self.assertIn(running.returncode, (0, 1), error.decode())
        return self.sessions() - before, running.returncode, json.loads(out)

    def sessions(self):
        return [event["event"] for event in self.server.events()].count("client_version")

    def compare(self, version):
        target, _ = self.restored(self.device_, version)
        self.assertEqual(trees.describe(trees.below(target, self.tree)), trees.describe(self.tree))

    def test_the_one_file_whose_block_is_damaged_vanishes(self):
        self.device_.must("backup", self.tree)
        self.lose_a_block()
        sessions, code, said = self.back_up_while(lambda: os.remove(self.file(0)))
        self.assertEqual((sessions, code, said["version"], said["files"]), (2, 1, 2, FILES - 1), said)
        self.assertEqual([problem["path"] for problem in said["problems"]], [self.file(0)])
        self.compare(2)

    def test_the_one_file_whose_block_is_damaged_changes(self):
        self.device_.must("backup", self.tree)
        self.lose_a_block()
        sessions, code, said = self.back_up_while(lambda: self.rewrite(0))
        self.assertEqual((sessions, code, said["version"], said["files"]), (2, 0, 2, FILES), said)
        self.compare(2)

    def test_every_file_changes_after_the_server_was_killed_in_the_first_backup(self):
        self.proxy.strike_after("to_server", FILES * FILE_OCTETS * 5 // 6, self.server.process.kill)
        running = self.device_.start("backup", self.tree)
        running.communicate(timeout=programs.DEADLINE_SECONDS)
        self.assertEqual(running.returncode, 3)
        self.assertTrue(self.proxy.struck.is_set())
        self.server.process.wait(programs.DEADLINE_SECONDS)
        self.server.close()
        self.restart()
        _, code, said = self.back_up_while(lambda: [self.rewrite(number) for number in range(FILES)])
        self.assertEqual((code, said["version"], said["files"]), (0, 1, FILES), said)
        self.compare(1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
