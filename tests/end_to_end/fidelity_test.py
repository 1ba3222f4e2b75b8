"""What a version holds is found, shown, compared and brought back, all of it or a part, beside what is there or in its place, by the real programs."""
import os
import shutil
import signal
import stat
import subprocess
import unittest

import programs
import proxy
import trees

MTIME = 1_700_000_000_123_456_789


class Fidelity(programs.EndToEnd):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.computer = self.device(self.server)
        self.tree = self.path("tree")

    def put(self, name, text, mtime=MTIME, root=None):
        path = os.path.join(root or self.tree, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.utime(path, ns=(mtime, mtime))
        return path

    def get(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def listed(self, *arguments):
        return {entry["path"][len(self.tree) + 1:]: entry for entry in self.computer.must("ls", *arguments)["entries"]}

    def test_ls_shows_a_directory_and_all_below_it(self):
        self.put("a/one", "1")
        self.put("a/deep/two", "22")
        os.symlink("one", os.path.join(self.tree, "a/link"))
        self.computer.must("backup", self.tree)
        self.assertEqual(set(self.listed(1, self.tree)), {"a"})
        entries = self.listed(1, self.tree + "/a/")
        self.assertEqual({name: entry["type"] for name, entry in entries.items()}, {"a/one": "file", "a/deep": "directory", "a/link": "symbolic_link"})
        self.assertEqual((entries["a/one"]["size"], entries["a/one"]["modified_ns"], entries["a/link"]["target"]), (1, MTIME, "one"))
        self.assertEqual(set(self.listed(1, self.tree, "--recursive")), {"a", "a/one", "a/link", "a/deep", "a/deep/two"})
        above = self.computer.must("ls", 1, "/")["entries"]
        self.assertEqual([entry["path"] for entry in above], ["/" + self.tree.split("/")[1]])
        self.assertEqual(set(self.listed(1, self.tree + "/a/one")), {"a/one"})
        code, said, _ = self.computer.run("ls", 1, self.tree + "/nothing")
        self.assertEqual(code, 4, said)

    def test_cat_gives_the_octets_by_any_name(self):
        content = os.urandom(3_000_000)
        path = self.put("first", "")
        with open(path, "wb") as file:
            file.write(content)
        os.link(path, os.path.join(self.tree, "second"))
        holey = os.path.join(self.tree, "holey")
        with open(holey, "wb") as file:
            file.truncate(2_000_000)
            file.seek(1_000_000)
            file.write(b"middle")
        self.computer.must("backup", self.tree)
        for name, wanted in (("first", content), ("second", content), ("holey", bytes(1_000_000) + b"middle" + bytes(999_994))):
            said = subprocess.run([f"{programs.BIN}/coffer", "--home", self.computer.home, "cat", "1", os.path.join(self.tree, name)], check=True,
                                  capture_output=True, timeout=programs.DEADLINE_SECONDS)
            self.assertTrue(said.stdout == wanted, name)
        self.assertEqual(self.computer.run("cat", 1, self.tree)[0], 4)

    def test_a_sparse_file_of_20_gib_comes_back_with_its_holes(self):
        size, written = 20 * 2**30, {0: b"first", 7 * 2**30: os.urandom(300_000), 13 * 2**30 + 1: b"odd", 20 * 2**30 - 2**20: b"and a hole behind it"}
        path = self.put("sparse", "")
        with open(path, "r+b") as file:
            file.truncate(size)
            for offset, octets in written.items():
                file.seek(offset)
                file.write(octets)
        os.utime(path, ns=(MTIME, MTIME))
        pieces = trees.extents(path)
        if len(pieces) < len(written):
            self.skipTest("the file system under the temporary directory has no holes")
        said = self.computer.must("backup", self.tree)
        self.assertLess(said["octets_sent"], 2**20)
        target, _ = self.restored(self.computer, 1)
        restored = os.path.join(trees.below(target, self.tree), b"sparse")
        self.assertEqual(trees.extents(restored), pieces)
        self.assertEqual((os.stat(restored).st_size, os.stat(restored).st_mtime_ns), (size, MTIME))
        with open(path, "rb") as wanted, open(restored, "rb") as found:
            for begin, end in pieces:
                self.assertTrue(os.pread(found.fileno(), end - begin, begin) == os.pread(wanted.fileno(), end - begin, begin), begin)

    def test_diff_says_which_fields_differ(self):
        self.put("same", "s")
        self.put("edited", "before")
        self.put("moved", "m")
        chmodded = self.put("chmodded", "c")
        self.computer.must("backup", self.tree)
        self.put("edited", "after!", MTIME + 1)
        os.rename(os.path.join(self.tree, "moved"), os.path.join(self.tree, "new"))
        os.chmod(chmodded, 0o600)
        self.computer.must("backup", self.tree)
        said = self.computer.must("diff", 1, 2)
        short = lambda entries: {entry["path"][len(self.tree) + 1:]: entry.get("fields") for entry in entries}
        self.assertEqual(short(said["added"]), {"new": None})
        self.assertEqual(short(said["removed"]), {"moved": None})
        changed = short(said["changed"])
        self.assertEqual(changed.pop(""), ["modified"])
        self.assertEqual(changed, {"edited": ["content", "modified"], "chmodded": ["mode"]})
        back = self.computer.must("diff", 2, 1)
        self.assertEqual(short(back["added"]), {"moved": None})
        self.assertEqual(self.computer.must("diff", 1, 1)["changed"], [])

    def test_only_what_is_needed_is_read(self):
        for number in range(3_000):
            self.put(f"{number % 30:02}/{number:04}", "")
        self.computer.must("backup", self.tree)
        self.put("07/0007", "changed")
        self.computer.must("backup", self.tree)
        whole = self.computer.must("ls", 1, "/", "--recursive")["blocks_fetched"]
        self.assertGreater(whole, 20)
        self.assertLess(self.computer.must("ls", 1, self.tree + "/07")["blocks_fetched"], whole / 4)
        self.assertLess(self.computer.must("diff", 1, 2)["blocks_fetched"], whole / 4)

    def test_a_pattern_brings_back_what_it_fits_and_the_directories_above(self):
        os.makedirs(os.path.join(self.tree, "a/b"))
        self.put("a/b/one.txt", "1")
        self.put("a/two.md", "2")
        self.put("c/three.txt", "3")
        self.put("c/deep/four", "4")
        os.link(os.path.join(self.tree, "a/b/one.txt"), os.path.join(self.tree, "c/link"))
        os.chmod(os.path.join(self.tree, "a"), 0o711)
        self.computer.must("backup", self.tree)

        def restored(*patterns):
            target = self.path("target")
            self.computer.must("restore", 1, *patterns, "--target", target)
            root = os.fsdecode(trees.below(target, self.tree))
            found = {os.path.relpath(os.path.join(folder, name), root): os.stat(os.path.join(folder, name)).st_mode & 0o777
                     for folder, folders, files in os.walk(root) for name in folders + files}
            programs.remove(target)
            return found
        self.assertEqual(restored("*.txt"), {"a": 0o711, "a/b": 0o755, "a/b/one.txt": 0o644, "c": 0o755, "c/three.txt": 0o644})
        self.assertEqual(set(restored(self.tree + "/c")), {"c", "c/three.txt", "c/deep", "c/deep/four", "c/link"})  # its first name was not chosen
        self.assertEqual(set(restored("deep/*", self.tree + "/a/two.??")), {"a", "a/two.md", "c", "c/deep", "c/deep/four"})
        self.assertEqual(set(restored(self.tree + "/**/four")), {"c", "c/deep", "c/deep/four"})
        self.assertEqual(self.computer.run("restore", 1, "nothing-like-it", "--target", self.path("target"))[0], 4)

    def test_each_rule_for_conflicts(self):
        self.put("old", "from the version")
        self.put("new", "from the version")
        self.computer.must("backup", self.tree)
        expected = {"fail": (1, "here", "here"), "skip": (0, "here", "here"), "overwrite": (0, "from the version", "from the version"),
                    "newer": (0, "from the version", "here"), "rename": (0, "here", "here")}
        for rule, (code, old, new) in expected.items():
            with self.subTest(rule):
                target = self.path("target-" + rule)
                root = os.fsdecode(trees.below(target, self.tree))
                self.put("old", "here", MTIME - 1, root)
                self.put("new", "here", MTIME + 1, root)
                self.assertEqual(self.computer.run("restore", 1, "--target", target, "--conflict", rule)[0], code)
                self.assertEqual((self.get(root + "/old"), self.get(root + "/new")), (old, new))
                names = ["new", "new.restored", "old", "old.restored"] if rule == "rename" else ["new", "old"]
                self.assertEqual(sorted(os.listdir(root)), names)
                code, said, _ = self.computer.run("restore", 1, "--target", target, "--conflict", rule)
                self.assertEqual((code, said["files"]), (expected[rule][0], 0), "a second run finds what the first has done")
                self.assertEqual(sorted(os.listdir(root)), names)
        self.assertEqual(self.get(os.fsdecode(trees.below(self.path("target-rename"), self.tree)) + "/old.restored"), "from the version")

    def test_in_place_brings_back_what_is_gone(self):
        gone, changed = self.put("a/gone", "g"), self.put("a/changed", "c")
        os.chmod(os.path.join(self.tree, "a"), 0o750)
        self.computer.must("backup", self.tree)
        before = trees.describe(self.tree)
        os.unlink(gone)
        self.put("a/changed", "changed since", MTIME + 5)
        code, said, _ = self.computer.run("restore", 1, self.tree, "--in-place")
        self.assertEqual((code, said["files"]), (1, 1), said)
        self.assertEqual(self.get(changed), "changed since")
        said = self.computer.must("restore", 1, self.tree, "--in-place", "--overwrite")
        self.assertEqual(trees.describe(self.tree), before)
        self.assertEqual((said["files"], said["there"]), (1, 1))

    def test_what_looks_the_same_is_compared_when_asked(self):
        self.put("file", "content")
        self.computer.must("backup", self.tree)
        target, _ = self.restored(self.computer, 1)
        root = os.fsdecode(trees.below(target, self.tree))
        self.put("file", "damaged", MTIME, root)
        self.assertEqual(self.computer.must("restore", 1, "--target", target)["there"], 1)
        self.assertEqual(self.computer.run("restore", 1, "--target", target, "--verify-existing")[0], 1)
        self.assertEqual(self.get(root + "/file"), "damaged")
        said = self.computer.must("restore", 1, "--target", target, "--verify-existing", "--overwrite")
        self.assertEqual((said["files"], said["there"], self.get(root + "/file")), (1, 0, "content"))
        self.assertEqual(self.computer.must("restore", 1, "--target", target, "--verify-existing")["there"], 1)

    def test_an_interrupted_restore_goes_on_where_it_was(self):
        self.interrupted_restore_into(self.path("target"))

    def test_an_interrupted_restore_goes_on_below_the_directory_one_is_in(self):
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.path("."))
        self.interrupted_restore_into("target")

    def interrupted_restore_into(self, target):
        between = proxy.Proxy()
        self.addCleanup(between.close)
        between.reset(self.server.port)
        computer = self.device(self.server, name="behind", port=between.port)
        os.makedirs(self.tree)
        trees.make_nasty(self.tree)
        trees.make_random(self.tree, 60_000_000, seed=1, files=60)  # more than is on its way at once
        computer.must("backup", self.tree)
        between.reset(self.server.port)
        computer.must("restore", 1, "--target", self.path("to-count"))
        whole = between.counted["to_client"]
        between.reset(self.server.port)
        running = []
        between.hold_before("to_client", whole * 2 // 3, lambda: running[0].kill())
        running.append(computer.start("restore", 1, "--target", target))
        running[0].communicate(timeout=programs.DEADLINE_SECONDS)
        self.assertEqual(running[0].returncode, -signal.SIGKILL)
        self.server.await_no_session()
        between.reset(self.server.port)
        said = computer.must("restore", 1, "--target", target)
        self.assertGreater(said["there"], 10)
        self.assertLess(between.counted["to_client"], whole)
        wanted, got = trees.describe(self.tree), trees.describe(trees.below(target, self.tree))
        for path in wanted:
            self.assertEqual(got.get(path), wanted[path], path)
        self.assertEqual([name for name in os.listdir(computer.home) if name.startswith("restore-")], [])
        self.assertEqual([name for name in got if name not in wanted], [])  # [ARC-085] nothing unfinished is left

    def test_files_that_this_user_may_not_have_come_back_with_less(self):
        if os.geteuid() != 0:
            self.skipTest("only root makes files of others")
        for name in ("one", "two"):
            os.chown(self.put(name, name), 1, 1)
            os.setxattr(os.path.join(self.tree, name), "trusted.coffer", b"t")
        self.computer.must("backup", self.tree)
        nobody = self.path("nobody")
        os.mkdir(nobody)
        os.chown(nobody, 65534, 65534)
        code, said, _ = self.computer.run_unprivileged("restore", 1, "--target", os.path.join(nobody, "target"))
        self.assertEqual((code, said["files"]), (1, 2), said)
        words = " ".join(problem["problem"] for problem in said["reduced"])
        self.assertIn("owner and group", words)
        self.assertIn("trusted attributes", words)
        self.assertIn("Likewise 1 others", words)
        code, again, _ = self.computer.run_unprivileged("restore", 1, "--target", os.path.join(nobody, "target"))
        self.assertEqual((code, again["files"], again["there"]), (1, 0, 2), again)
        for kind in ("owner and group", "trusted attributes", "Likewise 1 others"):  # [ARC-084]
            self.assertIn(kind, " ".join(problem["problem"] for problem in again["reduced"]))

    def test_an_empty_pattern_such_as_an_unset_variable_restores_nothing(self):
        self.put("file", "f")
        self.computer.must("backup", self.tree)
        target = self.path("nothing")
        code, _, error = self.computer.run("restore", 1, self.tree, "", "--target", target)
        self.assertEqual(code, 64)
        self.assertIn("PATTERN is empty", error)
        self.assertFalse(os.path.exists(target))

    def test_the_attributes_of_what_its_owner_may_not_write_come_back_too(self):
        if os.geteuid() != 0:
            self.skipTest("only root gives files to others")
        for name, mode in (("plain", 0o644), ("read_only", 0o444), ("closed", 0o400)):
            path = self.put(name, name)
            os.setxattr(path, "user.coffer", name.encode())
            os.chown(path, 65534, 65534)
            os.chmod(path, mode)
        os.chown(self.tree, 65534, 65534)
        self.computer.must("backup", self.tree)
        nobody = self.path("nobody")
        os.mkdir(nobody)
        os.chown(nobody, 65534, 65534)
        target = os.path.join(nobody, "target")
        restore = ("restore", 1, self.tree, "--target", target)
        for again in (), ("--overwrite",):
            _, said, _ = self.computer.run_unprivileged(*restore, *again)
            self.assertNotIn("extended attributes", str(said["reduced"]))
            for name, mode in (("plain", 0o644), ("read_only", 0o444), ("closed", 0o400)):
                path = os.path.join(os.fsdecode(trees.below(target, self.tree)), name)
                self.assertEqual(os.getxattr(path, "user.coffer"), name.encode())
                self.assertEqual(os.lstat(path).st_mode & 0o7777, mode)
                os.setxattr(path, "user.coffer", b"another")

    def test_overwriting_sets_the_metadata_of_what_is_there(self):
        self.put("mode", "m")
        self.put("same", "s")
        self.put("a/deep", "d")
        self.computer.must("backup", self.tree)
        wanted = trees.describe(self.tree)
        os.chmod(os.path.join(self.tree, "mode"), 0o600)
        os.chmod(os.path.join(self.tree, "a"), 0o700)
        code, said, _ = self.computer.run("restore", 1, self.tree, "--in-place")
        self.assertEqual((code, said["there"], [problem["path"][-4:] for problem in said["reduced"]]), (1, 3, ["mode"]), said)
        self.assertIn("without its mode", said["reduced"][0]["problem"])
        self.assertIn("Likewise 1 others", said["reduced"][0]["problem"])
        self.assertNotEqual(trees.describe(self.tree), wanted)
        said = self.computer.must("restore", 1, self.tree, "--in-place", "--overwrite")
        self.assertEqual((said["files"], said["there"], said["reduced"]), (0, 3, []))
        self.assertEqual(trees.describe(self.tree), wanted)

    def test_a_name_is_taken_as_it_is_shown_and_as_it_is(self):
        names = ["new\nline", "back\\slash", os.fsdecode(b"not-utf8-\xff"), "star*", "plain"]
        for name in names:
            self.put(name, "content of " + name.encode("utf-8", "surrogateescape").hex())
        self.computer.must("backup", self.tree)
        shown = set(self.listed(1, self.tree))
        self.assertEqual(shown, {"new\\x0aline", "back\\x5cslash", "not-utf8-\\xff", "star*", "plain"})
        for name in names + sorted(shown):
            path = os.path.join(self.tree, name)
            said = programs.run(f"{programs.BIN}/coffer", "--home", self.computer.home, "cat", "1", path)
            self.assertEqual((said.returncode, said.stdout[:11]), (0, "content of "), name + said.stderr)
            self.assertEqual(len(self.listed(1, path)), 1, name)
        for name in shown:
            target = self.path("target")
            self.assertEqual(self.computer.must("restore", 1, os.path.join(self.tree, name), "--target", target)["files"], 1, name)
            programs.remove(target)

    def test_a_pattern_that_fits_nothing_is_said(self):
        self.put("one", "1")
        self.computer.must("backup", self.tree)
        code, said, _ = self.computer.run("restore", 1, "one", "no-such-name", "--target", self.path("target"))
        self.assertEqual((code, said["files"]), (1, 1), said)
        self.assertEqual(len(said["problems"]), 1)
        self.assertIn("no-such-name fits nothing", said["problems"][0]["problem"])

    def test_devices_and_sockets_only_when_asked(self):
        if os.geteuid() != 0:
            self.skipTest("only root makes devices")
        os.makedirs(self.tree)
        os.mkfifo(os.path.join(self.tree, "pipe"))
        os.mknod(os.path.join(self.tree, "device"), stat.S_IFCHR | 0o600, os.makedev(1, 3))
        code, said, _ = self.computer.run("backup", self.tree)
        self.assertEqual((code, [problem["path"][-6:] for problem in said["problems"]]), (1, ["device"]))
        self.computer.must("backup", self.tree, "--special")
        target = self.path("target")
        code, said, _ = self.computer.run("restore", 2, "--target", target)
        self.assertEqual((code, said["special"]), (1, 1), said)
        said = self.computer.must("restore", 2, "--target", target, "--special")
        self.assertEqual((said["special"], said["there"]), (1, 1))
        about = os.lstat(os.fsdecode(trees.below(target, self.tree)) + "/device")
        self.assertEqual((stat.S_IFMT(about.st_mode), about.st_rdev), (stat.S_IFCHR, os.makedev(1, 3)))

    def test_a_file_that_shrinks_grows_or_goes_while_it_is_read_costs_nobody_else_anything(self):
        for name in ("shrinks", "grows", "goes", "stays"):
            self.put(name, name * 100_000)
        watcher = subprocess.Popen(["sh", "-c", f'while :; do printf x >> {self.tree}/grows; : > {self.tree}/shrinks; printf yy > {self.tree}/shrinks; done'])
        try:
            code, said, _ = self.computer.run("backup", self.tree)
        finally:
            watcher.kill()
            watcher.wait(programs.DEADLINE_SECONDS)
        self.assertIn(code, (0, 1), said)
        target, _ = self.restored(self.computer, 1)
        self.assertEqual(self.get(os.fsdecode(trees.below(target, self.tree)) + "/stays"), "stays" * 100_000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
