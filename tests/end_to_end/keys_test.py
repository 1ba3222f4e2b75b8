"""Archive keys at a server: what it keeps of them over restarts, kills, changed passwords and another escrow key, and what its disk shows of them."""
import base64
import contextlib
import json
import os
import pathlib
import random
import secrets
import shutil
import signal
import sqlite3
import subprocess
import termios
import threading
import unittest

import programs
from key_peer import Peer, Refused
from programs import BIN, PASSWORD, run

ACCOUNT, ARCHIVE, CUSTOM = 1, 2, 3
NOTHING_TO_RECOVER, LOGIN_REFUSED = 28, 12
COMPUTER, OTHER_COMPUTER = 0x1122334455667788, 0x2233445566778899


def forms(secret):
    """A secret as it might lie about."""
    return [secret, secret.hex().encode(), secret.hex().upper().encode(), base64.b64encode(secret).rstrip(b"=")]


class Keys(programs.EndToEnd):
    def on_disk(self, server, octets):
        """Files of the server that hold these octets."""
        return [str(path) for path in pathlib.Path(server.data).rglob("*") if path.is_file() and octets in path.read_bytes()]

    def must(self, *command, **options):
        done = run(*command, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def test_a_key_comes_back_after_a_restart_with_the_password_and_by_recovery(self):
        server, key = self.serve(), secrets.token_bytes(32)
        peer = Peer(server, COMPUTER, PASSWORD)
        record = peer.record(key, ACCOUNT, 1, PASSWORD)
        self.assertEqual(peer.store(record), 1)
        peer.leave()
        self.assertEqual(server.stop(), 0)
        server = self.serve()
        peer = Peer(server, COMPUTER, PASSWORD)
        self.assertEqual(peer.state()["record"], record)
        self.assertTrue(peer.opens(key, PASSWORD))
        self.assertTrue(peer.recovers(key))
        self.assertEqual([(e["fields"]["cause"], e["fields"]["computer"]) for e in server.events() if e["event"] == "key_opened"],
                         [("stored", f"{COMPUTER:016x}"), ("recovery", f"{COMPUTER:016x}")])
        for form in [form for secret in (key, PASSWORD.encode()) for form in forms(secret)]:
            self.assertEqual(self.on_disk(server, form), [])
        self.assertEqual(os.stat(os.path.join(server.data, "escrow.key")).st_mode & 0o777, 0o600)
        escrow = bytes.fromhex(pathlib.Path(server.data, "escrow.key").read_text())
        for form in forms(escrow):
            self.assertEqual([path for path in self.on_disk(server, form) if not path.endswith("escrow.key")], [], "the escrow key is in its own file alone")
        peer.leave()

    def test_a_changed_password_holds_after_a_restart_and_opens_on_every_computer(self):
        server, first_key, second_key = self.serve(), secrets.token_bytes(32), secrets.token_bytes(32)
        other = Peer(server, OTHER_COMPUTER, PASSWORD)
        other.store(other.record(second_key, ACCOUNT, 1, PASSWORD))
        other.leave()
        peer = Peer(server, COMPUTER, PASSWORD)
        first = peer.record(first_key, ACCOUNT, 1, PASSWORD)
        peer.store(first)
        peer.ask("change_password", "password_changed", current=PASSWORD.encode(), replacement=b"quite another")
        self.assertTrue(peer.opens(first_key, "quite another"))
        self.assertFalse(peer.opens(first_key, PASSWORD))
        self.assertEqual(self.on_disk(server, first[190:230]), [], "nothing is left of the wrap under the old password")
        peer.leave()
        server.kill()
        server = self.serve()
        with self.assertRaises(Refused) as refused:
            Peer(server, COMPUTER, PASSWORD)
        self.assertEqual(refused.exception.args, (LOGIN_REFUSED,))
        other = Peer(server, OTHER_COMPUTER, "quite another")
        self.assertTrue(other.opens(second_key, "quite another"))
        self.assertTrue(other.recovers(second_key))
        other.leave()

    def test_an_administrator_resets_a_password_and_the_key_opens_with_it(self):
        server, key = self.serve(), secrets.token_bytes(32)
        peer = Peer(server, COMPUTER, PASSWORD)
        peer.store(peer.record(key, ACCOUNT, 1, PASSWORD))
        peer.leave()
        self.assertEqual(server.stop(), 0)
        self.must(f"{BIN}/cofferd", "reset-password", "--data", server.data, "--fixture", self.fixture_file, "--user", "1", "--password-file", "-", input="from the help desk\n")
        server = self.serve()
        peer = Peer(server, COMPUTER, "from the help desk")
        self.assertTrue(peer.opens(key, "from the help desk"))
        self.assertFalse(peer.opens(key, PASSWORD))
        peer.leave()

    def test_another_escrow_key_opens_what_the_former_one_did_and_the_former_one_is_gone(self):
        server, key = self.serve(), secrets.token_bytes(32)
        peer = Peer(server, COMPUTER, PASSWORD)
        former = peer.state()["escrow_key"]
        record = peer.record(key, ACCOUNT, 1, PASSWORD)
        peer.store(record)
        peer.leave()
        self.assertEqual(server.stop(), 0)
        private = pathlib.Path(server.data, "escrow.key").read_bytes().strip()
        self.must(f"{BIN}/cofferd", "renew-escrow-key", "--data", server.data, "--fixture", self.fixture_file)
        self.assertEqual(self.on_disk(server, private), [])
        self.assertEqual(self.on_disk(server, record[130:170]), [], "nothing is left of the wrap for the former key")
        server = self.serve()
        peer = Peer(server, COMPUTER, PASSWORD)
        self.assertNotEqual(peer.state()["escrow_key"], former)
        self.assertTrue(peer.recovers(key))
        self.assertTrue(peer.opens(key, PASSWORD))
        peer.leave()

    def test_KEY_054_a_server_with_another_escrow_key_than_its_records_are_for_does_not_start(self):
        server, key = self.serve(), secrets.token_bytes(32)
        peer = Peer(server, COMPUTER, PASSWORD)
        peer.store(peer.record(key, ACCOUNT, 1, PASSWORD))
        peer.leave()
        self.assertEqual(server.stop(), 0)
        file, where = pathlib.Path(server.data, "escrow.key"), ["--data", server.data, "--fixture", self.fixture_file]
        right = file.read_text()
        file.write_text(secrets.token_hex(32) + "\n")
        for command in (["run", *where, "--listen", "127.0.0.1:0"], ["renew-escrow-key", *where], ["reset-password", *where, "--user", "1", "--password-file", "-"]):
            refused = run(f"{BIN}/cofferd", *command, input="from the help desk\n")
            self.assertEqual((refused.returncode, refused.stdout), (4, ""), refused.stderr)
            self.assertIn("1 of 1 key records are wrapped for: put the right one back from its backup", refused.stderr)
            self.assertIn("cofferd give-up-escrow-key", refused.stderr)
        file.write_text(right)
        server = self.serve()
        peer = Peer(server, COMPUTER, PASSWORD)
        self.assertTrue(peer.recovers(key))
        peer.leave()

    def test_KEY_041_of_a_user_who_is_purged_nothing_is_left_of_keys(self):
        server, key, bobs_key = self.serve(), secrets.token_bytes(32), secrets.token_bytes(32)
        peer = Peer(server, COMPUTER, PASSWORD)
        record = peer.record(key, ACCOUNT, 1, PASSWORD)
        peer.store(record)
        device_key = peer.state()["device_key"]
        peer.leave()
        bob = Peer(server, OTHER_COMPUTER, PASSWORD, user="bob")
        bobs = bob.record(bobs_key, ACCOUNT, 1, PASSWORD)
        bob.store(bobs)
        bob.leave()
        self.assertEqual(server.stop(), 0)
        command = [f"{BIN}/cofferd", "erase-keys", "--data", server.data, "--fixture", self.fixture_file, "--user", "1"]
        refused = run(*command)
        self.assertEqual(refused.returncode, 2, "alice is active")
        self.assertNotEqual(self.on_disk(server, record), [])
        accounts = programs.fixture()
        accounts["users"][0]["state"] = "deactivated"
        self.write("fixture.json", json.dumps(accounts))
        self.must(*command)
        for octets in (record[130:170], record[190:230], record[34:66], device_key):
            self.assertEqual(self.on_disk(server, octets), [])
        self.assertNotEqual(self.on_disk(server, bobs), [], "of others everything is")
        server = self.serve()
        self.assertEqual([event["fields"] for event in server.events() if event["event"] == "keys_erased"], [{"user": "1", "key_records": "1"}])
        with self.assertRaises(Refused):
            Peer(server, COMPUTER, PASSWORD)
        bob = Peer(server, OTHER_COMPUTER, PASSWORD, user="bob")
        self.assertTrue(bob.recovers(bobs_key))
        bob.leave()

    def test_a_blocked_computer_s_device_key_is_gone_and_nothing_brings_it_back(self):
        server = self.serve()
        peer = Peer(server, COMPUTER, PASSWORD)
        device_key = peer.state()["device_key"]
        peer.leave()
        self.assertEqual(server.stop(), 0)
        allowed = pathlib.Path(self.fixture_file).read_text()
        self.write("fixture.json", json.dumps(programs.fixture(computers=[{"guid": f"{COMPUTER:016x}", "user": 1, "state": "blocked"}])))
        server = self.serve()
        self.assertEqual(self.on_disk(server, device_key), [])
        self.assertEqual(server.stop(), 0)
        self.write("fixture.json", allowed)
        server = self.serve()
        peer = Peer(server, COMPUTER, PASSWORD)
        self.assertNotEqual(peer.state()["device_key"], device_key)
        peer.leave()

    def test_a_raised_mode_leaves_nothing_to_recover_whatever_kills_come(self):
        """Round by round: a record is replaced while the server is killed. What is in force afterwards is the old or the new one, the new one if it was
        acknowledged; and of the one that is not in force no wrap is left on the disk."""
        numbers, key, generation, in_force = random.Random(7), secrets.token_bytes(32), 1, None
        server = self.serve()
        peer = Peer(server, COMPUTER, PASSWORD)
        in_force = peer.record(key, ACCOUNT, 1, PASSWORD)
        peer.store(in_force)
        came, stayed = 0, 0
        for mode in [ACCOUNT] * 12 + [ARCHIVE] * 12 + [CUSTOM] * 6:
            record = peer.record(key, mode, generation + 1, PASSWORD)
            killer = threading.Timer(numbers.random() * 0.03, lambda victim=server: os.kill(victim.process.pid, signal.SIGKILL))
            killer.start()
            acknowledged = False
            try:
                acknowledged = peer.store(record) == generation + 1
            except (ConnectionError, OSError):
                pass
            killer.join()
            peer.channel.close()
            server.kill()
            server = self.serve()
            peer = Peer(server, COMPUTER, PASSWORD)
            found = peer.state()["record"]
            self.assertIn(found, (in_force, record))
            if acknowledged:
                self.assertEqual(found, record, "acknowledged and lost")
            gone = in_force if found == record else record
            for wrap in wraps(gone):
                self.assertEqual(self.on_disk(server, wrap), [], "a wrap of a record that is not in force")
            came, stayed = came + (found == record), stayed + (found != record)
            if found == record:
                in_force, generation = record, generation + 1
        self.assertGreater(came, 0)
        while in_force[1] != CUSTOM:
            in_force, generation = peer.record(key, CUSTOM, generation + 1, PASSWORD), generation + 1
            peer.store(in_force)
        with self.assertRaises(Refused) as refused:
            peer.recovers(key)
        self.assertEqual(refused.exception.args, (NOTHING_TO_RECOVER,))
        peer.channel.close()


class Device(programs.EndToEnd):
    """The same through the real client."""

    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.first = self.bare(self.server, "home")
        self.log_in(self.first)
        with open(self.path("file"), "w", encoding="utf-8") as file:
            file.write("content")
        self.computer = json.loads(pathlib.Path(self.first.home, "config.json").read_text())["computer"]

    def bare(self, server, name, *more):
        return programs.Device(self.path(name), f"127.0.0.1:{server.port}", server.pin, *more)

    def log_in(self, device, password=PASSWORD, *more):
        login = device.login(password, "alice", *more)
        self.assertEqual(login.returncode, 0, login.stderr)
        return json.loads(login.stdout)

    def key(self, device, *words, given=""):
        done = run(f"{BIN}/coffer", "--home", device.home, "--json", "key", *words, input=given)
        return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else {}, done.stderr

    def must_key(self, device, *words, given=""):
        code, said, error = self.key(device, *words, given=given)
        self.assertEqual(code, 0, error)
        return said

    def replacement(self, name="other", password=PASSWORD):
        """Another device that takes the first one's place."""
        device = self.bare(self.server, name, "--computer", self.computer)
        self.log_in(device, password)
        return device

    def restores(self, device):
        target, _ = self.restored(device, 1)
        return [path.read_text() for path in pathlib.Path(target).rglob("file")] == ["content"]

    def exported(self, device, *more):
        return bytes.fromhex(run(f"{BIN}/coffer", "--home", device.home, "key", "export", "-", *more).stdout)

    def on_device(self, device, octets):
        return [str(path) for path in pathlib.Path(device.home).rglob("*") if path.is_file() and octets in path.read_bytes()]

    def wrap_of(self, device, destination="default"):
        return json.loads(pathlib.Path(device.home, f"key-{destination}.json").read_text())["wrap"].encode()

    def serve_other(self):
        accounts = self.write("other.json", json.dumps(programs.fixture(server={"guid": "00c0ffee00c0ff02", "version": "7.0.0", "minimum_version": "6.5.0"})))
        other = programs.Server(self.path("other-data"), accounts)
        self.addCleanup(lambda: other.process.poll() is None and other.kill())
        return other

    def add(self, device, other):
        device.must("destination", "add", "nas", "--server", f"127.0.0.1:{other.port}", "--pin", other.pin)

    def test_without_a_key_there_is_no_backup_and_it_is_said_how_to_come_by_one(self):
        code, said, _ = self.first.run("backup", self.path("file"))
        self.assertEqual(code, 4)
        self.assertIn("`coffer key create --mode MODE`", said["error"])
        self.assertIn("`coffer key import`", said["error"])
        self.assertEqual([event for event in self.server.events() if event["event"] == "version_committed"], [])

    def test_a_given_key_leaves_the_archive_with_its_user_alone(self):
        given = secrets.token_bytes(32)
        self.write("given", given.hex())
        self.assertTrue(self.log_in(self.first, PASSWORD, "--archive-key", self.path("given"))["archive_key"])
        self.first.must("backup", self.path("file"))
        self.assertEqual(self.must_key(self.first, "show-mode")["mode"], "custom")
        self.assertEqual(self.exported(self.first), given)
        code, _, error = self.key(self.first, "upgrade", "--mode", "account_password")
        self.assertNotEqual(code, 0, "no way down")
        self.assertIn("never gives way to a lower one", error)

    def test_KEY_004_a_weak_key_is_refused_before_anything_is_sent(self):
        self.assertEqual(self.server.stop(), 0)
        self.write("weak", "0001020304050606" * 4)
        login = self.first.login(PASSWORD, "alice", "--archive-key", self.path("weak"))
        self.assertEqual(login.returncode, 64, login.stderr)
        self.assertEqual(self.key(self.first, "create", "--mode", "custom", "--archive-key", self.path("weak"))[0], 64)

    def test_KEY_048_no_file_of_the_device_has_the_key(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        for form in forms(self.exported(self.first)):
            self.assertEqual(self.on_device(self.first, form), [])
        self.assertNotEqual(self.on_device(self.first, self.wrap_of(self.first)), [])

    def test_with_the_account_password_another_computer_restores(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        self.assertTrue(self.restores(self.replacement()), "who can log in can restore")

    def test_with_an_archive_password_another_computer_restores_and_without_it_none(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        self.must_key(self.first, "upgrade", "--mode", "archive_password", "--password-file", "-", given="mine alone\n")
        other = self.replacement()
        self.assertNotEqual(other.run("restore", "1", "--target", self.path("no"))[0], 0)
        self.assertNotEqual(self.key(other, "import", "--password-file", "-", given=PASSWORD + "\n")[0], 0)
        self.must_key(other, "import", "--password-file", "-", given="mine alone\n")
        self.assertTrue(self.restores(other))
        self.must_key(other, "change-password", "--password-file", "-", given="mine anew\n")
        third = self.replacement("third")
        self.assertNotEqual(self.key(third, "import", "--password-file", "-", given="mine alone\n")[0], 0)
        self.must_key(third, "import", "--password-file", "-", given="mine anew\n")
        self.assertTrue(self.restores(third))

    def test_a_custom_key_moves_only_by_hand(self):
        self.must_key(self.first, "create", "--mode", "custom")
        self.first.must("backup", self.path("file"))
        self.must_key(self.first, "export", self.path("key"))
        self.assertEqual(os.stat(self.path("key")).st_mode & 0o777, 0o600)
        other = self.replacement()
        self.assertNotEqual(self.key(other, "import")[0], 0)
        self.assertNotEqual(self.key(other, "import", "--archive-key", "-", given="0123456789abcdef" * 4)[0], 0, "another key")
        self.must_key(other, "import", "--archive-key", self.path("key"))
        self.assertTrue(self.restores(other))

    def test_the_account_password_changes_and_the_key_goes_along(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        self.must_key(self.first, "change-password", "--password-file", "-", given="another one\n")
        self.first.must("backup", self.path("file"))
        self.assertTrue(self.restores(self.replacement(password="another one")))

    def test_the_account_password_changes_in_every_mode_and_opens_what_it_did(self):
        generation = self.must_key(self.first, "create", "--mode", "archive_password", "--password-file", "-", given="mine alone\n")["generation"]
        self.first.must("backup", self.path("file"))
        said = self.must_key(self.first, "change-password", "--account", "--password-file", "-", given="another one\n")
        self.assertEqual(said["changed"], "account")
        self.assertEqual(self.must_key(self.first, "show-mode")["generation"], generation, "nothing is under the account password")
        self.first.must("backup", self.path("file"))
        self.assertEqual(self.bare(self.server, "refused", "--computer", self.computer).login().returncode, 2, "the former one logs in no more")
        other = self.replacement(password="another one")
        self.must_key(other, "import", "--password-file", "-", given="mine alone\n")
        self.assertTrue(self.restores(other))
        _, said, error = self.key(other, "change-password", "--account", "--password-file", "-", given="mine alone\n")
        self.assertEqual((said["changed"], "This is your archive password too" in error), ("account", True), error)
        self.must_key(self.replacement("third", "mine alone"), "import", "--password-file", "-", given="mine alone\n")
        self.log_in(self.first, "mine alone")
        self.must_key(self.first, "upgrade", "--mode", "custom")
        self.assertEqual(self.must_key(self.first, "change-password", "--password-file", "-", given="the third\n")["changed"], "account")
        self.first.must("backup", self.path("file"))

    def test_a_forgotten_key_is_off_the_device_and_comes_back(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        wrap = self.wrap_of(self.first)
        self.must_key(self.first, "forget")
        self.assertEqual(self.on_device(self.first, wrap), [])
        self.assertNotEqual(self.first.run("backup", self.path("file"))[0], 0)
        self.must_key(self.first, "import")
        self.assertTrue(self.restores(self.first))

    def test_KEY_051_a_logout_takes_key_and_login_without_any_server(self):
        self.must_key(self.first, "create", "--mode", "custom")
        self.first.must("backup", self.path("file"))
        self.must_key(self.first, "export", self.path("key"))
        wrap = self.wrap_of(self.first)
        self.assertEqual(self.server.stop(), 0)
        self.first.must("logout")
        for octets in (wrap, PASSWORD.encode().hex().encode(), b"schedule"):
            self.assertEqual(self.on_device(self.first, octets), [])
        self.server = self.serve()
        pathlib.Path(self.first.home, "config.json").write_text(pathlib.Path(self.first.home, "config.json").read_text().replace(
            f'"port": {json.loads(pathlib.Path(self.first.home, "config.json").read_text())["destinations"][0]["port"]}', f'"port": {self.server.port}'))
        self.assertIn("coffer login", self.first.run("backup", self.path("file"))[1]["error"])
        self.assertFalse(self.log_in(self.first)["archive_key"])
        self.assertNotEqual(self.first.run("restore", "1", "--target", self.path("no"))[0], 0)
        self.log_in(self.first, PASSWORD, "--archive-key", self.path("key"))
        self.assertTrue(self.restores(self.first))

    def test_another_user_logs_in_only_once_the_first_has_logged_out(self):
        self.must_key(self.first, "create", "--mode", "custom")
        wrap = self.wrap_of(self.first)
        login = self.first.login(user="bob")
        self.assertEqual(login.returncode, 64, login.stderr)
        self.assertIn("coffer logout", login.stderr)
        self.assertEqual(self.wrap_of(self.first), wrap)

    def test_KEY_050_a_stolen_disk_is_locked_by_a_block_and_its_user_unlocks_it_later(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        port = self.server.port

        def serve(state):
            self.assertEqual(self.server.stop(), 0)
            computers = [{"guid": self.computer, "user": 1, "state": state}]
            self.write("fixture.json", json.dumps(programs.fixture(computers=computers)))
            self.server = self.serve(listen=f"127.0.0.1:{port}")

        serve("blocked")
        self.assertEqual(self.first.run("versions")[0], 2)
        serve("active")
        for command in (("versions",), ("backup", self.path("file")), ("restore", "1", "--target", self.path("no")), ("verify",)):
            code, said, _ = self.first.run(*command)
            self.assertEqual(code, 4, said)
            self.assertIn("`coffer key import`", said["error"])
        self.must_key(self.first, "import")
        self.assertTrue(self.restores(self.first))

    def test_a_choice_that_was_cut_short_is_made_again_and_never_by_a_backup(self):
        self.write("given", secrets.token_bytes(32).hex())
        self.log_in(self.first, PASSWORD, "--archive-key", self.path("given"))
        kept = pathlib.Path(self.first.home, "key-default.json")
        kept.write_text(kept.read_text().replace('"settled": true', '"settled": false'))  # as it is when `key create` dies before its answer
        code, said, _ = self.first.run("backup", self.path("file"))
        self.assertEqual(code, 4)
        self.assertIn("coffer key create", said["error"])
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        self.assertEqual(self.exported(self.first).hex(), pathlib.Path(self.path("given")).read_text())

    def test_KEY_053_destinations_share_one_key_and_each_has_its_wrap(self):
        other = self.serve_other()
        self.add(self.first, other)
        self.must_key(self.first, "create", "--mode", "custom", "--destination", "default")
        self.log_in(self.first, PASSWORD, "--destination", "nas")
        code, said, _ = self.first.run("backup", self.path("file"))
        self.assertNotEqual(code, 0, "no key there yet")
        self.assertIn("coffer key create --destination nas", str(said))
        _, _, error = self.key(self.first, "create", "--mode", "account_password", "--destination", "nas")
        self.assertIn("whoever can open the archive here can read both", error)
        self.assertNotEqual(self.wrap_of(self.first), self.wrap_of(self.first, "nas"))
        self.assertEqual(self.exported(self.first, "--destination", "default"), self.exported(self.first, "--destination", "nas"))
        self.first.must("backup", self.path("file"))
        self.first.must("logout", "--destination", "nas")
        self.first.must("versions", "--destination", "default")
        self.log_in(self.first, PASSWORD, "--destination", "nas")
        self.first.must("verify", "--destination", "nas")

    def test_KEY_053_a_second_key_on_one_device_is_refused(self):
        other = self.serve_other()
        self.must_key(self.first, "create", "--mode", "custom")
        self.add(self.first, other)
        self.write("given", secrets.token_bytes(32).hex())
        login = self.first.login(PASSWORD, "alice", "--destination", "nas", "--archive-key", self.path("given"))
        self.assertEqual(login.returncode, 4, login.stderr)
        self.assertIn("share one", login.stderr)

    def test_a_key_is_not_made_anew_while_the_one_there_is_cannot_be_opened(self):
        other = self.serve_other()
        self.must_key(self.first, "create", "--mode", "custom")
        self.add(self.first, other)
        self.log_in(self.first, PASSWORD, "--destination", "nas")
        self.assertEqual(self.server.stop(), 0)
        code, _, error = self.key(self.first, "create", "--mode", "custom", "--destination", "nas")
        self.assertEqual(code, 3, error)
        self.assertIn('that of destination "default"', error)

    def reset_password(self, password):
        """What an administrator does for a user who is gone or has forgotten: beside no running server."""
        port = self.server.port
        self.assertEqual(self.server.stop(), 0)
        reset = run(f"{BIN}/cofferd", "reset-password", "--data", self.server.data, "--fixture", self.fixture_file, "--user", "1", "--password-file", "-", input=password + "\n")
        self.assertEqual(reset.returncode, 0, reset.stderr)
        self.server = self.serve(listen=f"127.0.0.1:{port}")

    def test_KEY_043_an_administrator_restores_without_the_user_and_the_log_says_so(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        self.reset_password("from the help desk")
        self.assertTrue(self.restores(self.replacement("administrator", "from the help desk")))
        events = [(event["event"], event["fields"].get("cause")) for event in self.server.events()]
        self.assertIn(("key_opened", "password reset"), events)
        self.assertIn("restore_begun", [event for event, _ in events])
        self.assertEqual(self.first.run("versions")[0], 2, "the user's password counts no more")
        self.log_in(self.first, "from the help desk")
        self.assertTrue(self.restores(self.first))

    def test_KEY_055_an_escrow_key_that_is_given_up_is_followed_by_another_and_a_login_wraps_for_it(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        where = ["--data", self.server.data, "--fixture", self.fixture_file]
        port = self.server.port
        self.assertEqual(self.server.stop(), 0)
        os.remove(os.path.join(self.server.data, "escrow.key"))
        refused = run(f"{BIN}/cofferd", "run", *where, "--listen", "127.0.0.1:0")
        self.assertEqual(refused.returncode, 4, refused.stderr)
        self.assertIn("cofferd give-up-escrow-key", refused.stderr)
        given_up = run(f"{BIN}/cofferd", "give-up-escrow-key", *where)
        self.assertEqual((given_up.returncode, "the escrow key of 1 key records" in given_up.stdout), (0, True), given_up.stderr)
        self.assertIn("nothing is given up", run(f"{BIN}/cofferd", "give-up-escrow-key", *where).stdout)
        renewed = run(f"{BIN}/cofferd", "renew-escrow-key", *where)
        self.assertEqual((renewed.returncode, "0 archive keys" in renewed.stdout), (0, True), renewed.stderr)
        self.server = self.serve(listen=f"127.0.0.1:{port}")
        self.assertEqual([event["fields"] for event in self.server.events() if event["event"] == "escrow_key_given_up"], [{"key_records": "1"}, {"key_records": "0"}])
        _, _, error = self.key(self.first, "change-password", "--password-file", "-", given="meanwhile\n")
        self.assertIn("the backup opens elsewhere with the former password alone", error)
        self.reset_password("from the help desk")
        elsewhere = self.bare(self.server, "elsewhere", "--computer", self.computer)
        refused = elsewhere.login("from the help desk")
        for words in ("nothing_to_recover", "`coffer key import --password-file FILE`", "The login is kept"):
            self.assertEqual((refused.returncode, words in refused.stderr), (2, True), refused.stderr)
        code, said, _ = self.key(elsewhere, "import", "--password-file", "-", given="meanwhile\n")
        self.assertEqual((code, "is not under this account password" in said["error"]), (64, True), said)
        self.must_key(elsewhere, "import", "--password-file", "-", given=PASSWORD + "\n")
        self.assertTrue(self.restores(elsewhere), "the password of then opens it")
        self.log_in(self.first, "from the help desk")
        self.assertTrue(self.restores(self.replacement(password="from the help desk")))
        self.reset_password("once more")
        self.assertTrue(self.restores(self.replacement("helped", "once more")), "an administrator helps again")

    def test_an_administrator_restores_in_no_other_mode(self):
        for mode, secret in (("archive_password", "mine alone\n"), ("custom", "")):
            self.must_key(self.first, "create" if mode == "archive_password" else "upgrade", "--mode", mode, "--password-file", "-", given=secret)
            self.first.must("backup", self.path("file"))
            self.reset_password("from the help desk")
            administrator = self.bare(self.server, "administrator-" + mode, "--computer", self.computer)
            self.assertFalse(self.log_in(administrator, "from the help desk")["archive_key"])
            self.assertNotEqual(self.key(administrator, "import", "--password-file", "-", given="from the help desk\n")[0], 0)
            self.assertEqual(administrator.run("restore", "1", "--target", self.path("no"))[0], 4)
            self.log_in(self.first, "from the help desk")
            self.assertTrue(self.restores(self.first), "the user's own device goes on")

    def at_a_terminal(self, device, answers, *words):
        """Exit code and what was asked, with a person at the keyboard who answers each question with a line."""
        ours, theirs = os.openpty()
        asked = b""
        with subprocess.Popen([f"{BIN}/coffer", "--home", device.home, *words], stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            os.close(theirs)
            for answer in answers.split("\n"):
                question = b""
                while not question.endswith((b": ", b"[y/N] ")) and (more := os.read(process.stderr.fileno(), 4096)):
                    question += more
                asked += question
                os.write(ours, answer.encode() + b"\n")
            _, rest = process.communicate(timeout=programs.DEADLINE_SECONDS)
        os.close(ours)
        return process.returncode, (asked + rest).decode()

    def test_an_interrupted_question_for_a_password_leaves_a_terminal_that_shows_what_is_typed(self):
        for ending in (signal.SIGINT, signal.SIGTERM):
            ours, theirs = os.openpty()
            shows = lambda: bool(termios.tcgetattr(theirs)[3] & termios.ECHO)
            words = ["login", "--registration-key", "ACMESTANDARD0001", "--user", "alice"]
            with subprocess.Popen([f"{BIN}/coffer", "--home", self.first.home, *words], stdin=theirs, stderr=subprocess.PIPE) as process:
                question = b""
                while not question.endswith(b": "):
                    question += os.read(process.stderr.fileno(), 4096)
                self.assertFalse(shows(), "a password is not shown")
                process.send_signal(ending)
                self.assertEqual(process.wait(programs.DEADLINE_SECONDS), -ending, "ended as by any such signal")
            self.assertTrue(shows())
            os.close(ours)
            os.close(theirs)

    def stopped(self, change):
        """What is done to the server's data while it is stopped; then it serves at the same address again."""
        port = self.server.port
        self.assertEqual(self.server.stop(), 0)
        change()
        self.server = self.serve(listen=f"127.0.0.1:{port}")

    def copy(self):
        self.stopped(lambda: shutil.copytree(self.server.data, self.path("older")))

    def put_back(self):
        self.stopped(lambda: (shutil.rmtree(self.server.data), shutil.copytree(self.path("older"), self.server.data)))

    def accept_older(self, missing):
        """What the server shows is refused until its user, told what is missing, goes on from it."""
        code, said, _ = self.first.run("backup", self.path("file"))
        self.assertEqual((code, "accept-older" in said["error"]), (2, True), said)
        accept = ("destination", "accept-older", "default")
        code, said, _ = self.first.run(*accept)  # nobody is there to agree
        self.assertEqual((code, missing in said["error"]), (2, True), said)
        self.assertEqual(self.first.run("backup", self.path("file"))[0], 2, "nothing was changed")
        self.first.must(*accept, "--yes")

    def test_ARC_148_an_older_key_record_is_gone_on_from_and_the_password_of_then_opens_it(self):
        self.must_key(self.first, "create", "--mode", "archive_password", "--password-file", "-", given="of then\n")
        self.first.must("backup", self.path("file"))
        self.copy()
        self.must_key(self.first, "change-password", "--password-file", "-", given="of now\n")
        self.put_back()
        self.accept_older("Its key record is generation 1; this device has seen generation 2: the password of then opens it.")
        other = self.replacement()
        self.assertNotEqual(self.key(other, "import", "--password-file", "-", given="of now\n")[0], 0)
        self.must_key(other, "import", "--password-file", "-", given="of then\n")
        self.assertTrue(self.restores(other))
        self.must_key(self.first, "change-password", "--password-file", "-", given="of now\n")
        third = self.replacement("third")
        self.must_key(third, "import", "--password-file", "-", given="of now\n")
        self.assertTrue(self.restores(third))

    def test_ARC_148_a_lower_key_mode_is_gone_on_from_and_raised_again(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        self.copy()
        self.must_key(self.first, "upgrade", "--mode", "custom")
        self.put_back()
        self.accept_older("Its key mode is account_password, which is lower than the one that this device has seen: `coffer key upgrade` raises it again.")
        self.assertEqual(self.first.must("key", "show-mode")["mode"], "account_password")
        self.first.must("backup", self.path("file"))
        self.must_key(self.first, "upgrade", "--mode", "custom")
        self.assertEqual(self.first.must("key", "show-mode")["mode"], "custom")
        self.assertTrue(self.restores(self.first))

    def test_ARC_148_where_the_key_record_is_gone_a_mode_is_chosen_again(self):
        self.copy()
        self.must_key(self.first, "create", "--mode", "account_password")
        key = self.exported(self.first)
        self.put_back()
        self.accept_older("It has no key record; this device has seen one: `coffer key create --mode account_password` makes another for the same key.")
        code, said, _ = self.first.run("backup", self.path("file"))
        self.assertEqual((code, "`coffer key create --mode account_password`" in said["error"]), (4, True), "KEY-057: no mode is chosen for its user")
        self.must_key(self.first, "create", "--mode", "account_password")
        self.assertEqual(self.exported(self.first), key)
        self.first.must("backup", self.path("file"))
        self.assertTrue(self.restores(self.replacement()))

    def test_KEY_057_a_mode_gives_way_to_no_lower_one_where_the_key_record_was_lost_either(self):
        self.copy()
        self.must_key(self.first, "create", "--mode", "custom")
        self.put_back()
        self.accept_older("`coffer key create --mode custom` makes another for the same key.")
        for lower in ("account_password", "archive_password"):
            code, said, _ = self.key(self.first, "create", "--mode", lower, "--password-file", "-", given="another\n")[:3]
            self.assertEqual((code, "the key mode was custom" in said["error"]), (2, True), said)
        self.assertEqual(self.first.must("key", "show-mode")["mode"], None)
        self.first.must("backup", self.path("file"))
        self.assertEqual(self.first.must("key", "show-mode")["mode"], "custom")

    def lose_server_s_keys(self):
        """The server's records and device keys are gone for ever, and its operator says so."""
        where = ["--data", self.server.data, "--fixture", self.fixture_file]
        def lose():
            for file in pathlib.Path(self.server.data).glob("keys.sqlite*"):
                file.unlink()
            commands = (["run", *where, "--listen", "127.0.0.1:0"], ["renew-escrow-key", *where], ["reset-password", *where, "--user", "1", "--password-file", "-"])
            for command in (*commands, *commands):  # what is refused makes none either
                refused = run(f"{BIN}/cofferd", *command, input="from the help desk\n")
                self.assertEqual((refused.returncode, refused.stdout), (4, ""), refused.stderr)
                self.assertIn("keys.sqlite is not there, and 1 computers have logged in here: put it back from its backup", refused.stderr)
                self.assertIn("cofferd give-up-keys", refused.stderr)
            given_up = run(f"{BIN}/cofferd", "give-up-keys", *where[:2])
            self.assertEqual((given_up.returncode, "given up: the keys of 1 computers" in given_up.stdout), (0, True), given_up.stderr)
            self.assertIn("nothing is given up", run(f"{BIN}/cofferd", "give-up-keys", *where[:2]).stdout)
        self.stopped(lose)
        self.assertEqual([event["fields"] for event in self.server.events() if event["event"] == "keys_given_up"][-1:], [{"computers": "1"}])

    def test_KEY_056_a_server_that_lost_its_keys_does_not_start_until_they_are_given_up_and_then_the_key_itself_goes_on(self):
        accept = ("destination", "accept-older", "default", "--yes")
        for mode, secret in (("account_password", ""), ("archive_password", "mine alone\n"), ("custom", "")):
            with self.subTest(mode):
                self.must_key(self.first, "create", "--mode", mode, "--password-file", "-", given=secret)
                self.first.must("backup", self.path("file"))
                copy = self.write("copy", self.exported(self.first).hex())
                wrong = self.write("wrong", secrets.token_hex(32))
                self.lose_server_s_keys()
                code, said, _ = self.first.run("backup", self.path("file"))
                self.assertEqual((code, "accept-older" in said["error"]), (2, True), said)
                code, said, _ = self.first.run(*accept)
                self.assertEqual((code, "`coffer key export` wrote" in said["error"], "--archive-key" in said["error"]), (64, True, True), said)
                self.assertNotEqual(self.first.run(*accept, "--archive-key", wrong)[0], 0)
                self.assertEqual(self.first.run("backup", self.path("file"))[0], 2, "nothing was changed")
                self.first.must(*accept, "--archive-key", copy)
                self.must_key(self.first, "create", "--mode", mode, "--password-file", "-", given=secret)
                self.first.must("backup", self.path("file"))
                self.assertTrue(self.restores(self.first))
                self.assertEqual(self.first.must("destination", "accept-older", "default")["missing"], "")
                self.stopped(lambda: shutil.rmtree(self.server.data))
                self.first = self.bare(self.server, "home-after-" + mode)
                self.log_in(self.first)

    def test_KEY_056_the_key_itself_goes_on_after_a_logout_and_on_a_device_that_forgot_it(self):
        self.must_key(self.first, "create", "--mode", "custom")
        self.first.must("backup", self.path("file"))
        copy = self.write("copy", self.exported(self.first).hex())
        for leave in (("logout",), ("key", "forget")):
            with self.subTest(leave):
                self.lose_server_s_keys()
                self.first.must(*leave)
                if leave == ("logout",):
                    login = self.first.login(PASSWORD, "alice", "--archive-key", copy)
                    self.assertEqual((login.returncode, "The login is kept" in login.stdout), (2, True), login.stdout)
                self.first.must("destination", "accept-older", "default", "--yes", "--archive-key", copy)
                self.first.must("backup", self.path("file"))
                self.assertEqual(self.first.must("key", "show-mode")["mode"], "custom")

    def test_KEY_056_an_older_copy_of_the_server_s_keys_opens_with_the_password_of_its_record(self):
        self.must_key(self.first, "create", "--mode", "archive_password", "--password-file", "-", given="of then\n")
        self.first.must("backup", self.path("file"))
        record_alone = self.path("record alone")
        self.stopped(lambda: shutil.copy(os.path.join(self.server.data, "keys.sqlite"), record_alone))
        self.must_key(self.first, "change-password", "--password-file", "-", given="of now\n")
        with contextlib.closing(sqlite3.connect(record_alone)) as database, database:
            database.execute("DELETE FROM device_keys")
        self.stopped(lambda: shutil.copy(record_alone, os.path.join(self.server.data, "keys.sqlite")))
        accept = ("destination", "accept-older", "default", "--yes", "--password-file")
        self.assertEqual(self.first.run(*accept, self.write("now", "of now\n"))[0], 64)
        self.first.must(*accept, self.write("then", "of then\n"))
        self.first.must("backup", self.path("file"))
        self.assertTrue(self.restores(self.first))

    def test_KEY_056_a_server_whose_keys_are_damaged_says_what_is_lost_and_what_to_do(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        self.assertEqual(self.server.stop(), 0)
        kept, where = pathlib.Path(self.server.data, "keys.sqlite"), ("--data", self.server.data)
        whole = kept.read_bytes()
        page = int.from_bytes(whole[16:18], "big")
        for name, begin, end in (("no database", 0, 16), ("a page of rows", page, 2 * page), ("all but the first page", page, len(whole))):
            with self.subTest(name):
                kept.write_bytes(whole[:begin] + b"\xff" * (end - begin) + whole[end:])
                for command in (("run", *where, "--fixture", self.fixture_file), ("give-up-keys", *where)):
                    refused = run(f"{BIN}/cofferd", *command)
                    self.assertEqual(refused.returncode, 4, refused.stderr)
                    for words in (f"{kept}: ", "key records and device keys of 1 computers", "move keys.sqlite", "put it back from its backup", "`cofferd give-up-keys`"):
                        self.assertIn(words, refused.stderr)
        kept.rename(self.path("moved"))
        given_up = run(f"{BIN}/cofferd", "give-up-keys", *where)
        self.assertEqual((given_up.returncode, "given up: the keys of 1 computers" in given_up.stdout), (0, True), given_up.stderr)

    def test_KEY_040_KEY_043_one_broken_wrap_stops_no_other_and_is_named(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        broken = self.bare(self.server, "broken")
        self.log_in(broken)
        self.must_key(broken, "create", "--mode", "account_password")
        computer = json.loads(pathlib.Path(broken.home, "config.json").read_text())["computer"]
        self.assertEqual(self.server.stop(), 0)
        wrap_at = 66 + 64  # of its record: behind escrow key and one-time key
        self.damage_record(computer, wrap_at)
        where = ("--data", self.server.data, "--fixture", self.fixture_file)
        for command in (("reset-password", *where, "--user", "1", "--password-file", self.write("another", "from the help desk\n")), ("renew-escrow-key", *where)):
            with self.subTest(command[0]):
                ended = run(f"{BIN}/cofferd", *command)
                self.assertEqual(ended.returncode, 1, ended.stderr)
                self.assertIn(f"user 1, computer {computer}: the server does not open its wrap", ended.stderr)
                self.assertNotIn(self.computer, ended.stderr)
        self.server = self.serve(listen=f"127.0.0.1:{self.server.port}")
        self.assertEqual([event["fields"]["computer"] for event in self.server.events() if event["event"] == "key_not_opened"], [computer] * 2)
        self.assertTrue(self.restores(self.replacement(password="from the help desk")))
        login = broken.login("from the help desk")
        self.assertEqual((login.returncode, "The login is kept" in login.stderr), (2, True), login.stderr)
        self.accept_damaged(broken)
        broken.must("backup", self.path("file"))
        anew = self.bare(self.server, "broken-anew", "--computer", computer)
        self.log_in(anew, "from the help desk")
        self.assertTrue(self.restores(anew))

    def damage_record(self, computer, at):
        """Of a server that is stopped."""
        with contextlib.closing(sqlite3.connect(os.path.join(self.server.data, "keys.sqlite"))) as database, database:
            (record,) = database.execute("SELECT record FROM key_records WHERE printf('%016x', computer) = ?", (computer,)).fetchone()
            changed = record[:at] + bytes([record[at] ^ 1]) + record[at + 1 :]
            database.execute("UPDATE key_records SET record = ? WHERE record = ?", (changed, record))

    def accept_damaged(self, device, *more, given=""):
        """A damaged record is refused until its user, told of it, has another put in its place."""
        accept = ("destination", "accept-older", "default", *more)
        code, said, _ = device.run(*accept)  # nobody is there to agree
        self.assertEqual((code, "is damaged, or somebody changed it" in said["error"]), (2, True), said)
        taken = run(f"{BIN}/coffer", "--home", device.home, *accept, "--yes", input=given)
        self.assertEqual(taken.returncode, 0, taken.stderr)
        self.assertEqual(device.must("destination", "accept-older", "default")["missing"], "")

    def test_KEY_060_a_damaged_record_is_replaced_by_who_holds_the_key(self):
        for mode, secret in (("account_password", ""), ("archive_password", "mine alone\n"), ("custom", "")):
            with self.subTest(mode):
                self.must_key(self.first, "create" if mode == "account_password" else "upgrade", "--mode", mode, "--password-file", "-", given=secret)
                self.first.must("backup", self.path("file"))
                self.stopped(lambda: self.damage_record(self.computer, 97 if mode == "custom" else 140))
                code, said, _ = self.first.run("backup", self.path("file"))
                self.assertEqual((code, "`coffer destination accept-older NAME`" in said["error"]), (2, True), said)
                self.accept_damaged(self.first, *(("--password-file", "-") if secret else ()), given=secret)
                self.first.must("backup", self.path("file"))
                self.assertEqual(self.first.must("key", "show-mode")["mode"], mode)
                if mode == "custom":
                    continue
                other = self.replacement("other-" + mode)
                if secret:
                    self.must_key(other, "import", "--password-file", "-", given=secret)
                self.assertTrue(self.restores(other))

    def test_KEY_060_a_damaged_record_that_shows_a_lower_mode_is_replaced_in_the_one_that_was_seen(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        self.copy()
        self.must_key(self.first, "upgrade", "--mode", "custom")
        self.put_back()
        self.stopped(lambda: self.damage_record(self.computer, 140))
        self.accept_damaged(self.first)
        self.assertEqual(self.first.must("key", "show-mode")["mode"], "custom")
        self.first.must("backup", self.path("file"))

    def test_KEY_060_a_device_that_has_seen_no_mode_believes_a_damaged_record_only_what_its_password_opens(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        self.first.must("backup", self.path("file"))
        copy = self.write("copy", self.exported(self.first).hex())
        self.stopped(lambda: self.damage_record(self.computer, 140))
        other = self.bare(self.server, "other", "--computer", self.computer)
        login = other.login()
        self.assertEqual((login.returncode, "The login is kept" in login.stderr), (2, True), login.stderr)
        code, said, _ = other.run("destination", "accept-older", "default", "--yes", "--archive-key", copy)
        self.assertEqual((code, "with the password in place of the key" in said["error"]), (2, True), said)
        self.accept_damaged(other)
        self.log_in(other)
        self.assertTrue(self.restores(other))

    def test_who_would_lose_the_key_is_asked_before(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        code, error = self.at_a_terminal(self.first, "", "key", "forget")
        self.assertEqual((code, "the backup is lost" in error), (0, False), error)
        self.must_key(self.first, "import")
        self.must_key(self.first, "upgrade", "--mode", "custom")
        for words in (("logout",), ("key", "forget"), ("destination", "remove", "default")):
            code, error = self.at_a_terminal(self.first, "", *words)
            self.assertEqual(code, 130, error)
            self.assertIn("If you do not have it, the backup is lost. Go on? [y/N]", error)
        self.first.must("versions")
        key = self.exported(self.first)
        code, _, error = self.key(self.first, "forget")  # a script's word is its user's, who is told all the same
        self.assertEqual((code, "If you do not have it, the backup is lost." in error), (0, True), error)
        self.write("kept.key", key.hex())
        self.must_key(self.first, "import", "--archive-key", self.path("kept.key"))
        self.assertEqual(self.at_a_terminal(self.first, "y", "logout")[0], 0)
        self.assertNotEqual(self.first.run("versions")[0], 0)

    def test_who_takes_a_mode_that_cannot_be_taken_back_is_asked_before(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        for answers in ("n", "y\none word\nanother"):  # a new password is typed twice
            code, error = self.at_a_terminal(self.first, answers, "key", "upgrade", "--mode", "archive_password")
            self.assertNotEqual(code, 0, error)
            self.assertIn("If you forget this password", error)
            self.assertEqual(self.first.must("key", "show-mode")["mode"], "account_password")
        self.assertIn("not the same", error)
        code, error = self.at_a_terminal(self.first, "y\none word\none word", "key", "upgrade", "--mode", "archive_password")
        self.assertEqual((code, self.first.must("key", "show-mode")["mode"]), (0, "archive_password"), error)

    def test_one_password_for_account_and_archive_is_taken_with_a_warning(self):
        warning = "This is your account password too"
        for words, password, warned in ((("create", "--mode", "archive_password"), PASSWORD, True), (("change-password",), "mine alone", False), (("change-password",), PASSWORD, True)):
            code, _, error = self.key(self.first, *words, "--password-file", "-", given=password + "\n")
            self.assertEqual((code, warning in error), (0, warned), error)

    def test_KEY_013_a_backup_that_leaves_the_key_with_its_user_says_so_before(self):
        other = self.bare(self.server, "with-a-key")
        with open(self.path("given.key"), "w", encoding="ascii") as file:
            file.write(os.urandom(32).hex() + "\n")
        self.log_in(other, programs.PASSWORD, "--archive-key", self.path("given.key"))
        code, _, error = other.run("backup", self.path("file"))
        self.assertEqual((code, other.must("key", "show-mode")["mode"]), (0, "custom"), error)
        self.assertIn("if it is lost and no computer that the server lets in holds it any more, the backup is lost", error)

    def test_KEY_013_what_is_lost_with_which_secret_is_said_before(self):
        _, _, error = self.key(self.first, "create", "--mode", "archive_password", "--password-file", "-", given="mine alone\n")
        lost = "If you forget this password and no computer that the server lets in holds the key any more, the backup is lost"
        self.assertIn(lost, error)
        _, _, error = self.key(self.first, "change-password", "--password-file", "-", given="mine anew\n")
        self.assertIn(lost, error)

    def test_KEY_013_a_login_that_gets_the_key_or_wraps_it_anew_says_who_else_can_open_the_archive(self):
        self.must_key(self.first, "create", "--mode", "account_password")
        others = "The server's administrators can restore too"
        self.assertIn(others, self.bare(self.server, "other", "--computer", self.computer).login().stderr)
        self.reset_password("another one")
        self.assertIn(others, self.first.login("another one").stderr)


def wraps(record):
    """The sealed octets of a key record, piece by piece."""
    return {ACCOUNT: [record[130:170], record[190:230]], ARCHIVE: [record[86:126]], CUSTOM: []}[record[1]]


if __name__ == "__main__":
    unittest.main(verbosity=2)
