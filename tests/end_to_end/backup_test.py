"""A tree goes to the server and comes back as it was."""
import os
import unittest

import programs
import trees


class Backup(programs.EndToEnd):
    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.tree = self.path("tree")
        os.makedirs(self.tree)
        self.maxDiff = 4000

    def compare(self, device, version, expected, *expected_exit):
        target, said = self.restored(device, version, *expected_exit)
        found = trees.describe(trees.below(target, self.tree))
        self.assertEqual(sorted(found), sorted(expected))
        for path, entry in expected.items():
            self.assertEqual(found[path], entry, path)
        return said

    def test_every_attribute_of_a_nasty_tree_comes_back(self):
        trees.make_nasty(self.tree)
        expected = trees.describe(self.tree)
        device = self.device(self.server)
        self.assertEqual(device.must("backup", self.tree)["version"], 1)
        self.assertEqual(self.compare(device, 1, expected)["problems"], [])
        self.assertEqual(device.must("verify")["lost_blocks"], [])

    def test_set_id_bits_come_back_with_the_owner_and_not_without(self):
        modes = {b"both": 0o6755, b"user": 0o4711, b"group": 0o2755, b"neither": 0o1755, b".": 0o2755}
        for name, mode in modes.items():
            if name != b".":
                self.write("tree/" + name.decode(), name.decode())
            os.chmod(os.path.join(os.fsencode(self.tree), name), mode)
        device = self.device(self.server)
        device.must("backup", self.tree)
        target, _ = self.restored(device, 1)
        found = trees.describe(trees.below(target, self.tree))
        self.assertEqual({name: found[name]["mode"] for name in found}, modes)
        if os.geteuid() != 0:
            return  # there is no other user to be
        nobodys = self.path("nobodys")
        os.mkdir(nobodys)
        os.chown(nobodys, 65534, 65534)
        code, said, _ = device.run_unprivileged("restore", 1, "--target", os.path.join(nobodys, "target"))
        self.assertEqual((code, said["files"]), (1, 4), said)
        found = trees.describe(trees.below(os.path.join(nobodys, "target"), self.tree))
        self.assertEqual({name: found[name]["mode"] for name in found},
                         {b"both": 0o755, b"user": 0o711, b"group": 0o755, b"neither": 0o1755, b".": 0o2755})
        told = " ".join(problem["problem"] for problem in said["problems"])
        for bits in ("set-user-id bit", "set-group-id bit", "set-user-id and set-group-id bits"):
            self.assertIn(f"without its {bits}", told)
        ended = [event["fields"] for event in self.server.events() if event["event"] == "restore_ended"]
        self.assertEqual([fields["complete"] for fields in ended], ["yes", "yes"], "every file is there")

    def test_one_file_system_is_that_of_the_path_even_where_it_is_the_root(self):
        device, root = self.device(self.server), self.path("root")
        os.mkdir(root)
        in_a_small_world = """
            mount -t tmpfs none "$0" && cd "$0"
            mkdir data data/inner dev other proc programs usr
            mount --rbind /dev dev && mount --rbind /proc proc && mount --bind /usr usr && mount --bind "$1" programs && mount -t tmpfs none other && mount -t tmpfs none data/inner
            for folder in bin lib lib64; do ln -s usr/$folder $folder; done
            touch data/file data/inner/file other/file
            cp -R "$2" device
            exec chroot . /programs/coffer --home /device --json backup --one-file-system /"""
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        if programs.run("unshare", *as_root, "--mount", "mount", "-t", "tmpfs", "none", root).returncode != 0:
            self.skipTest("this test has to mount, and may not here")
        done = programs.run("unshare", *as_root, "--mount", "sh", "-ec", in_a_small_world, root, os.path.realpath(programs.BIN), device.home,
                            env={name: value for name, value in os.environ.items() if name != "COFFER_TRANSITIONS"})  # names a file of the larger world
        self.assertEqual(done.returncode, 0, done.stderr)
        target, _ = self.restored(device, 1)
        found = {os.path.relpath(os.path.join(folder, name), target) for folder, folders, files in os.walk(target) for name in folders + files}
        self.assertEqual(found, {"bin", "lib", "lib64", "dev", "other", "proc", "programs", "usr", "data", "data/inner", "data/file"})

    def test_two_names_of_one_symbolic_link_stay_one_link(self):
        os.makedirs(os.path.join(self.tree, "other"))
        os.symlink("nowhere", os.path.join(self.tree, "a-link"))
        os.link(os.path.join(self.tree, "a-link"), os.path.join(self.tree, "other", "same-link"), follow_symlinks=False)
        os.symlink("nowhere", os.path.join(self.tree, "equal-but-another"))
        expected = trees.describe(self.tree)
        self.assertEqual(expected[b"a-link"]["links"], [b"a-link", b"other/same-link"])
        device = self.device(self.server)
        self.assertEqual(device.must("backup", self.tree)["links"], 3)
        self.compare(device, 1, expected)
        self.assertEqual(device.must("verify")["lost_blocks"], [])

    def test_a_second_backup_sends_nothing_and_a_third_only_what_changed(self):
        trees.make_random(self.tree, 4_000_000, seed=1)
        device = self.device(self.server)
        first = device.must("backup", self.tree)
        self.assertGreater(first["blocks_sent"], 2)
        before = trees.describe(self.tree)
        self.assertEqual(device.must("backup", self.tree)["blocks_sent"], 0)
        with open(os.path.join(self.tree, "folder-0", "file-0"), "ab") as file:
            file.write(b"a little more")
        third = device.must("backup", self.tree)
        self.assertGreater(third["blocks_sent"], 0)
        self.assertLess(third["octets_sent"], first["octets_sent"] / 2)
        self.compare(device, 1, before)
        self.compare(device, 3, trees.describe(self.tree))
        self.assertEqual([version["number"] for version in device.must("versions")["versions"]], [1, 2, 3])

    def test_versions_survive_a_restart_of_the_server(self):
        trees.make_random(self.tree, 500_000, seed=2)
        port = self.server.port
        device = self.device(self.server)
        device.must("backup", self.tree)
        expected = trees.describe(self.tree)
        self.assertEqual(self.server.stop(), 0)
        self.serve(listen=f"127.0.0.1:{port}")
        self.compare(device, 1, expected)

    def test_what_nobody_may_read_makes_no_version_and_beside_what_can_be_read_is_named(self):
        closed_file, closed_folder = self.path("closed.txt"), self.path("closed")
        self.write("closed.txt", "secret")
        os.makedirs(closed_folder)
        self.write("closed/inside", "secret")
        self.write("tree/open", "readable")
        os.chmod(closed_file, 0)
        os.chmod(closed_folder, 0)
        device = self.device(self.server)
        for paths in ([closed_file], [closed_folder], [closed_file, closed_folder, self.path("missing")]):
            code, said, error = device.run_unprivileged("backup", *paths)
            self.assertEqual(code, 4, (paths, said, error))
            for path in paths:
                self.assertIn(path, error)
            self.assertIn("no version was made", error)
        self.assertEqual(device.run_unprivileged("versions")[1]["versions"], [])
        code, said, _ = device.run_unprivileged("backup", self.tree, closed_file, closed_folder)
        self.assertEqual((code, said["version"], said["files"]), (1, 1, 1))
        self.assertEqual(sorted(problem["path"] for problem in said["problems"]), sorted([closed_file, closed_folder]))

    def test_a_user_does_not_see_anothers_archive(self):
        trees.make_random(self.tree, 100_000, seed=3)
        alice = self.device(self.server)
        alice.must("backup", self.tree)
        bob = programs.Device(self.path("bob"), f"127.0.0.1:{self.server.port}", self.server.pin)
        self.assertEqual(bob.login(user="bob").returncode, 0)
        bob.begin()
        self.assertEqual(bob.must("versions")["versions"], [])
        self.assertEqual(bob.run("restore", 1, "--target", self.path("stolen"))[0], 2)

    def test_what_the_server_keeps_shows_no_name_and_no_content(self):
        secret_name, secret_content = "the-name-of-a-secret-file", b"the content of a secret file\n" * 500
        with open(os.path.join(self.tree, secret_name), "wb") as file:
            file.write(secret_content)
        self.device(self.server).must("backup", self.tree)
        self.assertEqual(self.server.stop(), 0)
        for folder, _, files in os.walk(self.server.data):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    kept = file.read()
                self.assertNotIn(secret_name.encode(), kept, name)
                self.assertNotIn(secret_content[:29], kept, name)
                self.assertNotIn(programs.PASSWORD.encode(), kept, name)

    def test_each_restore_is_in_the_event_log(self):
        trees.make_random(self.tree, 100_000, seed=4)
        device = self.device(self.server)
        device.must("backup", self.tree)
        self.restored(device, 1)
        device.must("verify", 1)
        restores = [(event["event"], event["fields"].get("purpose")) for event in self.server.events() if event["event"].startswith("restore_")]
        self.assertEqual(restores, [("restore_begun", "restore"), ("restore_ended", None), ("restore_begun", "verify"), ("restore_ended", None)])


if __name__ == "__main__":
    unittest.main(verbosity=2)
