"""`coffer watch` with the real programs: each change comes into a version of itself, whatever the kernel, the server or the tree do meanwhile."""
import fcntl
import json
import os
import selectors
import shutil
import signal
import subprocess
import unittest

import programs
import trees

QUICK = ("--quiet-ms", "50", "--delay-max-ms", "2000", "--retry-seconds-max", "1")


class Watcher:
    """A running `coffer watch`, whose events are awaited one after another."""

    def __init__(self, test, device, *arguments, before=()):
        self.errors = open(device.home + ".watch.log", "ab")
        self.process = subprocess.Popen([*before, f"{programs.BIN}/coffer", "--home", device.home, "--json", "watch", *QUICK, *map(str, arguments)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors)
        self.rest = b""
        test.addCleanup(self.close)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(programs.DEADLINE_SECONDS)
        self.process.stdin.close()
        self.process.stdout.close()
        self.errors.close()

    def event(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while b"\n" not in self.rest:
                if not selector.select(programs.DEADLINE_SECONDS):
                    raise AssertionError("nothing happens")
                more = os.read(self.process.stdout.fileno(), 65536)
                if not more:
                    raise AssertionError(f"coffer watch ended with {self.process.wait(programs.DEADLINE_SECONDS)}")
                self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return json.loads(line)

    def await_event(self, *kinds):
        while True:
            event = self.event()
            if event["event"] in kinds:
                return event

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        last = self.await_event("stopped")
        return self.process.wait(programs.DEADLINE_SECONDS), last


class Watch(programs.EndToEnd):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.computer = self.device(self.server)
        self.tree = self.path("tree")
        for name in ("a/one", "a/deep/two", "b/three"):
            self.put(name, name)

    def put(self, name, text):
        path = os.path.join(self.tree, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def watcher(self, *arguments, **options):
        watcher = Watcher(self, self.computer, *(arguments or (self.tree,)), **options)
        return watcher, watcher.await_event("watching")

    def await_tree(self, watcher):
        """Until a version has exactly what the tree has now; each that a watcher makes of a tree at rest is whole."""
        while True:
            version = watcher.await_event("backed_up")["version"]
            target, _ = self.restored_beside(version)
            if trees.describe(trees.below(target, self.tree)) == trees.describe(self.tree):
                return version

    def restored_beside(self, version):
        """By another process: until the watcher does not hold the device."""
        while True:
            try:
                return self.restored(self.computer, version)
            except AssertionError as busy:
                if "in use" not in str(busy):
                    raise

    def test_ARC_090_changes_come_into_versions_by_themselves(self):
        watcher, watching = self.watcher()
        self.assertEqual(watching["not_watched"], [])
        self.await_tree(watcher)
        self.put("a/one", "changed")
        self.await_tree(watcher)
        self.put("new/and/deep/four", "4")
        self.await_tree(watcher)
        os.rename(os.path.join(self.tree, "a"), os.path.join(self.tree, "new/renamed"))
        self.await_tree(watcher)
        self.put("new/renamed/deep/two", "changed at its new place")
        self.await_tree(watcher)
        os.chmod(os.path.join(self.tree, "b/three"), 0o600)
        self.await_tree(watcher)
        shutil.rmtree(os.path.join(self.tree, "new"))
        self.await_tree(watcher)
        code, _ = watcher.stop()
        self.assertEqual(code, 0)

    def test_ARC_090_a_source_that_is_replaced_is_still_watched(self):
        file, folder = os.path.join(self.tree, "a/one"), os.path.join(self.tree, "b")
        watcher, _ = self.watcher(file, folder)
        before = watcher.await_event("backed_up")
        self.put("a/one.new", "replaced by a rename, as editors do")
        os.rename(file + ".new", file)
        version = watcher.await_event("backed_up")["version"]
        target, _ = self.restored_beside(version)
        with open(trees.below(target, file), encoding="utf-8") as restored:
            self.assertIn("replaced", restored.read())
        os.rename(folder, folder + "-away")
        self.assertEqual(watcher.await_event("backed_up")["files"], 1)
        os.rename(folder + "-away", folder)
        self.assertEqual(watcher.await_event("backed_up")["files"], before["files"])
        self.put("b/three", "changed in what came back")
        again = watcher.await_event("backed_up")
        self.assertEqual(again["files"] - again["files_unchanged"] > 0, True)

    def test_ARC_090_a_file_may_be_changed_by_a_name_elsewhere(self):
        elsewhere = self.path("elsewhere")
        os.link(os.path.join(self.tree, "a/one"), elsewhere)
        watcher, watching = self.watcher()
        self.assertEqual(watching["not_watched"], [])
        self.await_tree(watcher)
        with open(elsewhere, "a", encoding="utf-8") as file:
            file.write("and more")
        self.await_tree(watcher)

    def test_ARC_092_a_server_that_is_away_loses_nothing(self):
        watcher, _ = self.watcher()
        self.await_tree(watcher)
        port = self.server.port
        self.assertEqual(self.server.stop(), 0)
        self.put("a/one", "while the server was away")
        failed = watcher.await_event("failed")
        self.assertEqual(failed["code"], 3)
        self.put("b/five", "and more")
        watcher.await_event("failed")
        self.server = self.serve(listen=f"127.0.0.1:{port}")
        self.await_tree(watcher)

    def test_ARC_092_another_coffer_at_work_is_waited_for(self):
        watcher, _ = self.watcher()
        self.await_tree(watcher)
        with open(os.path.join(self.computer.home, "lock"), "ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.put("a/one", "while another coffer ran")
            self.assertEqual(watcher.await_event("failed")["code"], 4)
            fcntl.flock(lock, fcntl.LOCK_UN)
        self.await_tree(watcher)

    def test_ARC_092_a_file_that_could_not_be_read_comes_when_it_can_be(self):
        """A lease makes it unreadable for everybody, and its end is no change that a kernel would tell of."""
        held = os.path.join(self.tree, "b/three")
        ignored = signal.signal(signal.SIGIO, signal.SIG_IGN)  # asks its holder to give the lease back
        self.addCleanup(signal.signal, signal.SIGIO, ignored)
        with open(held, "rb") as lease:
            fcntl.fcntl(lease, fcntl.F_SETLEASE, fcntl.F_WRLCK)
            watcher, _ = self.watcher()
            without = watcher.await_event("backed_up")
            self.assertEqual((without["files"], without["left"]), (2, 1))
            self.assertIn("b/three", without["problems"][0]["path"])
            again = watcher.await_event("unchanged", "backed_up")
            self.assertEqual((again["event"], again["left"]), ("unchanged", 1))  # [ARC-095] not a version of each look
            self.assertGreater(again["again_in_ms"], 0)
        whole = watcher.await_event("backed_up")
        self.assertEqual(whole["files"], 3)
        self.assertNotIn("left", whole)
        self.await_same(watcher)

    def await_same(self, watcher):
        watcher.stop()
        target, _ = self.restored_beside(2)
        self.assertEqual(trees.describe(trees.below(target, self.tree)), trees.describe(self.tree))

    def test_ARC_093_what_the_kernel_refuses_to_watch_is_said_and_looked_at_in_turn(self):
        few = ["unshare", "-Ur", "sh", "-c", 'echo 3 > /proc/sys/user/max_inotify_watches && exec "$@"', "sh"]
        if programs.run(*few, "true").returncode != 0:
            self.skipTest("this machine gives no user namespaces")
        watcher, watching = self.watcher(self.tree, "--rescan-seconds", "1", before=few)
        self.assertTrue(watching["not_watched"], watching)
        self.await_tree(watcher)
        self.put("a/deep/two", "in a directory that nobody watches")
        self.put("a/deeper/six", "in a new one")
        self.await_tree(watcher)
        watcher.await_event("unchanged")  # [ARC-095] looked at, and no version of it

    def test_ARC_091_changes_that_the_kernel_has_no_room_for_are_found(self):
        """The kernel's queue is filled while the watcher is held: more changes than it keeps."""
        with open("/proc/sys/fs/inotify/max_queued_events", encoding="ascii") as limit:
            room = int(limit.read())
        watcher, _ = self.watcher()
        self.await_tree(watcher)
        watcher.process.send_signal(signal.SIGSTOP)
        path = os.path.join(self.tree, "b/busy")
        for number in range(room // 3 + 1000):  # created, closed, deleted: not like the one before
            with open(path, "w", encoding="ascii"):
                pass
            os.unlink(path)
        self.put("a/one", "after the queue was full")
        self.put("late/seven", "7")
        watcher.process.send_signal(signal.SIGCONT)
        self.await_tree(watcher)

    def mounting_watcher(self, *sources, before="true", not_watched=()):
        """A watcher in a mount namespace of its own, where `before` was done first; and what does more there."""
        private = ["unshare", "-m", "--propagation", "private", "sh", "-c"]
        if programs.run(*private, f"mount -t tmpfs coffer {self.tree}/b").returncode != 0:
            self.skipTest("this machine permits no mounts")
        watcher, watching = self.watcher(*sources, before=[*private, f'{before} && exec "$@"', "sh"])
        self.assertEqual(watching["not_watched"], list(not_watched))

        def there(script):
            done = programs.run("nsenter", "-t", watcher.process.pid, "-m", "sh", "-c", script)
            self.assertEqual(done.returncode, 0, done.stderr)
        return watcher, there

    def await_files(self, watcher, files):
        """Until a version has as many."""
        while True:
            version = watcher.await_event("backed_up")
            if version["files"] == files:
                return version

    def test_ARC_090_file_systems_come_and_go(self):
        inside = self.path("tree/b")
        mounting = f"mount -t tmpfs coffer {inside}"
        watcher, there = self.mounting_watcher(before=f"{mounting} && mkdir {inside}/more")
        mounted = watcher.await_event("backed_up")
        self.assertEqual((mounted["files"], mounted["directories"]), (2, 5))
        there(f"umount -l {inside}")
        self.assertEqual(self.await_files(watcher, 3)["directories"], 4)
        self.put("b/three", "watched again where the file system was")
        self.await_tree(watcher)
        there(mounting)
        self.await_files(watcher, 2)
        there(f"touch {inside}/four {inside}/five")
        self.await_files(watcher, 4)

    def test_ARC_091_a_source_comes_back_with_its_file_system(self):
        usb, photos = self.path("tree/b"), self.path("tree/b/photos")
        mounting = f"mount -t tmpfs coffer {usb} && mkdir {photos} && touch {photos}/p1"
        watcher, there = self.mounting_watcher(photos, self.path("tree/a"), before=mounting)
        others = watcher.await_event("backed_up")["files"] - 1
        there(f"umount {usb}")
        self.await_files(watcher, others)
        there(f"{mounting} {photos}/p2")
        self.await_files(watcher, others + 2)
        there(f"touch {photos}/p3")
        self.await_files(watcher, others + 3)

    def test_ARC_091_mounts_beside_the_sources_are_not_looked_into(self):
        elsewhere, beside = self.path("elsewhere"), self.path("tree-too")
        os.makedirs(elsewhere)
        os.makedirs(beside)
        watcher, there = self.mounting_watcher()
        self.await_files(watcher, 3)
        for place in (elsewhere, beside):
            there(f"mount -t tmpfs coffer {place} && umount {place} && mount -t tmpfs coffer {place}")
        for _ in range(3):  # long enough for a look to be seen
            self.assertEqual(programs.run(f"{programs.BIN}/cofferd", "events", "--data", self.server.data).returncode, 0)
        self.put("b/four", "4")
        self.assertEqual(watcher.event()["event"], "backed_up")

    def test_ARC_093_mounts_that_the_kernel_does_not_tell_of_are_looked_for(self):
        inside = self.path("tree/b")
        watcher, there = self.mounting_watcher(self.tree, "--rescan-seconds", "1", before="mount -t tmpfs coffer /proc", not_watched=[self.tree])
        self.await_files(watcher, 3)
        there(f"mount -t tmpfs coffer {inside} && touch {inside}/four {inside}/five")
        self.await_files(watcher, 4)

    def test_ARC_090_a_source_whose_way_is_renamed_is_still_watched(self):
        far = self.path("tree/a/deep/er")
        self.put("a/deep/er/four", "4")
        watcher, watching = self.watcher(far, self.path("tree/b"))
        self.assertEqual(watching["not_watched"], [])
        others = watcher.await_event("backed_up")["files"] - 1
        for renamed in ("a/deep", "a"):  # the directory that it is in, and the one around that
            os.rename(os.path.join(self.tree, renamed), os.path.join(self.tree, "away"))
            self.await_files(watcher, others)
            self.put("a/deep/er/five", "5")
            self.put("a/deep/er/six", "6")
            self.await_files(watcher, others + 2)
            shutil.rmtree(os.path.join(self.tree, "away"))

    def test_ARC_091_a_source_is_seen_when_the_way_to_it_is_made(self):
        watcher, watching = self.watcher(self.path("tree/a"), self.path("tree/not/yet/there"))
        self.assertEqual(watching["not_watched"], [])
        version = watcher.await_event("backed_up")
        self.assertIn("not/yet/there", version["problems"][0]["path"])
        self.put("not/yet/there/four", "4")
        self.await_files(watcher, version["files"] + 1)
        self.put("not/yet/there/five", "5")
        self.await_files(watcher, version["files"] + 2)

    def test_ARC_090_a_link_on_the_way_to_a_source_may_lead_elsewhere(self):
        self.put("rel1/data/one", "1")
        self.put("rel2/data/one", "2")
        self.put("rel2/data/two", "2")
        link, made = self.path("tree/cur"), self.path("tree/made")
        os.symlink("rel1", link)
        watcher, watching = self.watcher(self.path("tree/cur/data"))
        self.assertEqual(watching["not_watched"], [])
        self.await_files(watcher, 1)
        os.symlink("rel2", made)
        os.rename(made, link)
        self.await_files(watcher, 2)
        self.put("rel2/data/three", "3")
        self.await_files(watcher, 3)

    def test_it_ends_at_once_when_asked(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            watcher, _ = self.watcher()
            code, _ = watcher.stop(number)
            self.assertEqual(code, 0)
            self.server.await_no_session()

    def test_it_does_not_begin_with_a_device_that_nobody_logged_in_on(self):
        other = programs.Device(self.path("nobody"), f"127.0.0.1:{self.server.port}", self.server.pin)
        code, said, _ = other.run("watch", self.tree)
        self.assertNotEqual(code, 0)
        self.assertIn("login", said["error"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
