"""One octet changed in what the server keeps: found by both sides, named, and costing no more than what it touches."""
import json
import os
import pathlib
import shutil
import sqlite3
import unittest

import programs
import trees

FILES = 6


class Damage(programs.EndToEnd):
    def setUp(self):
        super().setUp()
        server = self.serve()
        self.port = server.port
        self.tree = self.path("tree")
        trees.make_random(self.tree, 2_400_000, seed=7, files=FILES)
        self.expected = trees.describe(self.tree)
        self.home = self.device(server)
        self.home.must("backup", self.tree)
        self.assertEqual(server.stop(), 0)
        self.sound = self.path("sound")
        shutil.copytree(server.data, self.sound)
        packs = sorted(os.listdir(os.path.join(self.sound, "packs")))
        self.assertEqual(len(packs), 1)
        self.pack = os.path.join("packs", packs[0])
        self.pack_octets = os.path.getsize(os.path.join(self.sound, self.pack))

    def damaged(self, offset, *, cut=False):
        """A copy of the sound data directory, its pack changed at one octet, or cut off there."""
        shutil.rmtree(self.path("data"))
        shutil.copytree(self.sound, self.path("data"))
        with open(self.path("data", self.pack), "r+b") as pack:
            if cut:
                pack.truncate(offset)
            else:
                pack.seek(offset)
                octet = pack.read(1)[0]
                pack.seek(offset)
                pack.write(bytes([octet ^ 0x10]))

    def verify_stored(self):
        verified = programs.run(f"{programs.BIN}/cofferd", "verify", "--data", self.path("data"), "--json")
        self.assertIn(verified.returncode, (0, 1), verified.stderr)
        return verified.returncode, json.loads(verified.stdout)

    def lost_files(self):
        """Files of the tree that a restore did not bring back as they were."""
        target, said = self.restored(self.home, 1, 0, 1)
        found = trees.describe(trees.below(target, self.tree)) if os.path.isdir(trees.below(target, self.tree)) else {}
        lost = []
        for path, entry in self.expected.items():
            if "content" not in entry:
                continue
            if found.get(path, {}).get("content") != entry["content"]:
                self.assertNotIn(path, found, "a damaged file is not left looking whole")
                lost.append(path)
        return lost, said

    def test_a_changed_octet_is_found_and_costs_only_what_it_touches(self):
        offsets = [self.pack_octets * part // 13 for part in range(1, 13)] + [0]
        worst = 0
        for offset in offsets:
            with self.subTest(offset=offset):
                self.damaged(offset)
                code, report = self.verify_stored()
                self.assertEqual((code, report["whole"]), (1, False), report)
                self.assertGreater(len(report["findings"]), 0)
                server = self.serve(listen=f"127.0.0.1:{self.port}")
                code, said, _ = self.home.run("verify", 1)
                lost, restore = self.lost_files()
                worst = max(worst, len(lost))
                if code == 0:
                    self.assertEqual(lost, [], "what the client finds whole is whole")
                else:
                    self.assertEqual(code, 1, said)
                    self.assertEqual(len(said["lost_blocks"]), 1, said)
                self.assertLessEqual(len(lost), 1)
                if lost:
                    self.assertIn(os.path.basename(lost[0].decode()), str(restore["problems"]))
                self.assertEqual(server.stop(), 0)
        self.assertEqual(worst, 1, "no file was ever hit: the test does not reach what it is about")

    def test_a_damaged_manifest_is_said_and_mended_by_the_next_backup(self):
        with open(os.path.join(self.sound, self.pack), "rb") as pack:
            self.damaged(pack.read().rindex(b"CFRV") - 1)  # sent last, before the record of the version
        self.assertEqual(self.verify_stored()[0], 1)
        server = self.serve(listen=f"127.0.0.1:{self.port}")
        lost, restore = self.lost_files()
        self.assertEqual(len(lost), FILES, "all of them are named in the one block that there is")
        self.assertGreater(len(restore["problems"]), 0)
        self.home.must("backup", self.tree)
        self.assertEqual(self.lost_files()[0], [])
        self.assertEqual(server.stop(), 0)

    def test_one_damaged_block_of_a_long_manifest_costs_only_the_files_named_in_it(self):
        names = [f"{number:05}-{'x' * 120}" for number in range(3_000)]
        long_tree = self.path("long")
        os.mkdir(long_tree)
        for name in names:
            with open(os.path.join(long_tree, name), "wb"):
                pass
        server = self.serve(data=self.path("long-data"))
        device = self.device(server, name="long-home")
        device.must("backup", long_tree)
        port, pack_file = server.port, os.path.join(server.data, "packs", "00000001.pack")
        self.assertEqual(server.stop(), 0)
        with open(pack_file, "r+b") as pack:
            octets = pack.read()
            blocks = octets.count(b"CFRB")  # of the manifest: the files are empty
            self.assertGreaterEqual(blocks, 3)
            pack.seek(octets.index(b"CFRB") + 1000)
            pack.write(bytes([octets[octets.index(b"CFRB") + 1000] ^ 0x10]))
        server = self.serve(data=self.path("long-data"), listen=f"127.0.0.1:{port}")
        target, said = self.restored(device, 1, 1)
        there = sorted(os.listdir(os.fsdecode(trees.below(target, long_tree))))
        missing = sorted(set(names) - set(there))
        first = names.index(missing[0])
        self.assertEqual(missing, names[first : first + len(missing)], "those that the lost block names, in one piece")
        self.assertLess(len(missing), 1000)
        self.assertEqual(len(said["lost_blocks"]), 1)
        self.assertEqual([problem["problem"].split(" is lost")[0] for problem in said["problems"]], [f"manifest block {said['lost_blocks'][0]['block'][:16]}"])
        # Another file changes: the block that is lost is still one of the new version's, and so comes again, and the old version is whole.
        with open(os.path.join(long_tree, names[-1]), "wb") as file:
            file.write(b"changed")
        device.must("backup", long_tree)
        target, _ = self.restored(device, 1)
        self.assertTrue(sorted(os.listdir(os.fsdecode(trees.below(target, long_tree)))) == names, "all of them again")
        self.assertEqual(server.stop(), 0)

    def test_the_next_backup_brings_a_damaged_block_again(self):
        self.damaged(self.pack_octets // 2)
        self.assertEqual(self.verify_stored()[0], 1)
        server = self.serve(listen=f"127.0.0.1:{self.port}")
        self.assertEqual(self.home.run("verify", 1)[0], 1)
        self.assertEqual(self.home.must("backup", self.tree)["blocks_sent"], 1)
        self.assertEqual(self.home.run("verify", 1)[0], 0)
        self.assertEqual(self.lost_files()[0], [])
        self.assertEqual(server.stop(), 0)

    def test_a_pack_that_damage_keeps_is_named_and_goes_once_the_block_has_come_again(self):
        kept, gone = (os.path.join(self.tree, name) for name in ("kept", "gone"))
        server = self.serve(listen=f"127.0.0.1:{self.port}")
        for file in (kept, gone):
            with open(file, "wb") as octets:
                octets.write(os.urandom(1_000_000))
        self.home.must("backup", self.tree)
        os.remove(gone)
        self.home.must("backup", self.tree)
        self.home.must("prune", "--keep-last", 1)
        self.assertEqual(server.stop(), 0)
        shutil.rmtree(self.sound)
        shutil.copytree(self.path("data"), self.sound)
        self.damaged(self.pack_octets // 2)  # of the first backup, whose blocks count
        compact = (f"{programs.BIN}/cofferd", "compact", "--data", self.path("data"), "--live-percent", 100)
        for run in range(3):
            before = self.pack_sizes()
            done = programs.run(*compact)
            self.assertEqual(done.returncode, 1, f"run {run}: {done.stdout}{done.stderr}")
            self.assertIn("0 packs were compacted, 0 octets freed\n", done.stdout)
            self.assertIn("pack 1 stays as it is: 1 damaged block counts in it", done.stdout)
            self.assertIn("`coffer prune` lets such versions go", done.stdout)
            self.assertEqual(self.pack_sizes(), before, "nothing was copied for nothing")
            done = programs.run(*compact, "--json")
            self.assertEqual((done.returncode, json.loads(done.stdout)),
                             (1, {"compacted": 0, "freed_octets": 0, "stay": [{"pack": 1, "damaged_blocks": 1}]}))
        server = self.serve(listen=f"127.0.0.1:{self.port}")
        self.assertEqual(self.home.must("backup", self.tree)["blocks_sent"], 1)
        self.assertEqual(server.stop(), 0)
        done = programs.run(*compact)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertNotIn("stays", done.stdout)
        self.assertLess(sum(self.pack_sizes().values()), sum(before.values()) - 1_000_000)
        _, report = self.verify_stored()
        self.assertEqual((report["whole"], report["released_octets"]), (True, 0))
        server = self.serve(listen=f"127.0.0.1:{self.port}")
        target, _ = self.restored(self.home, self.home.must("versions")["versions"][-1]["number"])
        self.assertEqual(trees.describe(trees.below(target, self.tree)), trees.describe(self.tree))
        self.assertEqual(server.stop(), 0)

    def pack_sizes(self):
        folder = self.path("data", "packs")
        return {name: os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder)}

    def test_a_pack_that_was_cut_off_loses_its_end_only(self):
        self.damaged(self.pack_octets // 2, cut=True)
        code, report = self.verify_stored()
        self.assertEqual(code, 1, report)
        server = self.serve(listen=f"127.0.0.1:{self.port}")
        code, said, _ = self.home.run("verify", 1)
        self.assertEqual(code, 1, said)
        lost, _ = self.lost_files()
        self.assertGreater(len(lost), 0)
        self.home.must("backup", self.tree)
        self.assertEqual(self.lost_files()[0], [])
        self.assertEqual(server.stop(), 0)

    def rebuild(self):
        done = programs.run(f"{programs.BIN}/cofferd", "rebuild", "--data", self.path("data"), "--json")
        self.assertIn(done.returncode, (0, 1), done.stderr)
        said = json.loads(done.stdout)
        self.assertEqual(done.returncode == 0, said["whole"], said)
        return said

    def refused(self, command):
        """What it says when it refuses to run over the data, having changed none of it."""
        before = self.contents()
        more = ("--fixture", self.fixture_file, "--listen", "127.0.0.1:0") if command == "run" else ()
        done = programs.run(f"{programs.BIN}/cofferd", command, "--data", self.path("data"), *more)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertEqual(self.contents(), before)
        self.assertIn(f"`cofferd rebuild --data {self.path('data')}`", done.stderr)
        return done.stderr

    def contents(self):
        kept = {}
        for folder, _, files in os.walk(self.path("data")):
            for name in files:
                if not name.endswith(("-wal", "-shm")):
                    with open(os.path.join(folder, name), "rb") as file:
                        kept[name] = file.read()
        return kept

    def test_an_index_of_which_any_page_is_damaged_is_refused_and_made_anew_without_loss(self):
        octets = os.path.getsize(os.path.join(self.sound, "coffer.sqlite"))
        refused = 0
        for page in range(octets // 4096):
            with self.subTest(page=page + 1):
                shutil.rmtree(self.path("data"))
                shutil.copytree(self.sound, self.path("data"))
                with open(self.path("data", "coffer.sqlite"), "r+b") as index:
                    index.seek(page * 4096 + (0 if page else 100))  # what sort of page it is
                    index.write(b"\x55")
                verified = programs.run(f"{programs.BIN}/cofferd", "verify", "--data", self.path("data"))
                if verified.returncode == 4:
                    refused += 1
                    for command in ("run", "verify"):
                        self.assertIn("coffer.sqlite: ", self.refused(command))
                damaged = self.contents()["coffer.sqlite"]
                said = self.rebuild()
                self.assertLessEqual({finding["kind"] for finding in said["findings"]}, {"event"})
                self.assertEqual(self.contents()[said["kept"]], damaged)
                server = self.serve(listen=f"127.0.0.1:{self.port}")
                self.assertEqual(self.lost_files()[0], [])
                self.assertEqual(self.home.run("verify", 1)[0], 0)
                self.assertEqual(server.stop(), 0)
                self.assertEqual(self.verify_stored()[0], 0)
        self.assertGreater(refused, octets // 4096 // 2)

    def test_a_wrong_octet_in_what_the_index_says_of_a_version_is_mended_before_anyone_is_served(self):
        with sqlite3.connect(self.path("data", "coffer.sqlite")) as index:
            record, link = index.execute("SELECT record, link FROM versions").fetchone()
        index.close()
        with open(os.path.join(self.sound, "coffer.sqlite"), "rb") as file:
            sound = file.read()
        for what, octets in (("record", record), ("link", link)):
            with self.subTest(what):
                at = sound.rindex(octets) + 20
                shutil.rmtree(self.path("data"))
                shutil.copytree(self.sound, self.path("data"))
                with open(self.path("data", "coffer.sqlite"), "r+b") as index:
                    index.seek(at)
                    index.write(bytes([sound[at] ^ 0x10]))
                server = self.serve(listen=f"127.0.0.1:{self.port}")
                self.assertEqual(len([event for event in server.events() if event["event"] == "store_mended"]), 1)
                self.assertEqual(self.lost_files()[0], [])
                self.assertEqual(self.home.run("verify", 1)[0], 0)
                self.assertEqual(server.stop(), 0)
                self.assertEqual(self.verify_stored()[0], 0)

    def test_ARC_148_a_server_put_back_from_an_older_copy_is_gone_on_from_when_its_user_says_so(self):
        server = self.serve(listen=f"127.0.0.1:{self.port}")
        with open(os.path.join(self.tree, "later"), "w", encoding="ascii") as file:
            file.write("of the second version")
        self.assertEqual(self.home.must("backup", self.tree)["version"], 2)
        accept = ("destination", "accept-older", "default")
        self.assertEqual(self.home.must(*accept)["missing"], "")
        self.assertEqual(server.stop(), 0)
        shutil.rmtree(self.path("data"))
        shutil.copytree(self.sound, self.path("data"))
        self.serve(listen=f"127.0.0.1:{self.port}")
        code, said, _ = self.home.run("backup", self.tree)
        self.assertEqual(code, 3)
        self.assertIn("accept-older", said["error"])
        code, said, _ = self.home.run(*accept)  # nobody is there to agree
        self.assertEqual(code, 2)
        self.assertIn("newest version is 1; this device has seen version 2", said["error"])
        self.assertEqual(self.home.run("versions")[0], 3, "nothing was changed")
        self.assertEqual(self.home.must(*accept, "--yes")["newest"], 1)
        self.assertEqual(self.home.must("backup", self.tree)["version"], 2)
        target, _ = self.restored(self.home, 2)
        self.assertEqual(trees.describe(trees.below(target, self.tree)), trees.describe(self.tree))

    def test_an_index_that_is_gone_is_made_anew_and_the_lost_log_named(self):
        os.remove(self.path("data", "coffer.sqlite"))
        for command in ("run", "verify"):
            self.refused(command)
        said = self.rebuild()
        self.assertEqual([finding["kind"] for finding in said["findings"]], ["event"])
        server = self.serve(listen=f"127.0.0.1:{self.port}")
        computer = json.loads(pathlib.Path(self.home.home, "config.json").read_text())["computer"]
        another = programs.Device(self.path("another"), f"127.0.0.1:{server.port}", server.pin, "--computer", computer)
        self.assertEqual(another.login(user="bob").returncode, 2, "whose the computer is was not lost either")
        self.assertEqual(self.lost_files()[0], [])
        self.assertEqual(self.home.must("backup", self.tree)["version"], 2)
        self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
