"""What goes wrong is said: which file or peer, what was expected, and by the exit code that --help promises."""
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import unittest

import programs
import trees
from programs import BIN, run


class Client(programs.EndToEnd):
    def test_a_wrong_pin_is_not_trusted_and_no_password_leaves(self):
        server = self.serve()
        wrong = ("0" if server.pin[0] != "0" else "1") + server.pin[1:]
        device = programs.Device(self.path("home"), f"127.0.0.1:{server.port}", wrong)
        login = device.login()
        self.assertEqual(login.returncode, 3)
        for told in (server.pin, wrong, self.path("home", "config.json"), "`pin`"):
            self.assertIn(told, login.stderr)
        self.assertEqual([event["event"] for event in server.events()], ["channel_failed"])

    def test_a_wrong_password_and_an_unknown_user_are_refused_alike_and_told_apart_in_the_log(self):
        server = self.serve()
        device = programs.Device(self.path("home"), f"127.0.0.1:{server.port}", server.pin)
        wrong, unknown = device.login(password="not it"), device.login(user="nobody")
        self.assertEqual((wrong.returncode, unknown.returncode), (2, 2))
        self.assertEqual((wrong.stdout, wrong.stderr), (unknown.stdout, unknown.stderr))
        self.assertIn("login_refused", wrong.stdout + wrong.stderr)
        causes = [event["fields"]["cause"] for event in server.events() if event["event"] == "login_refused"]
        self.assertEqual(len(set(causes)), 2, causes)
        self.assertNotIn("not it", json.dumps(server.events()))

    def test_what_went_well_is_in_the_log_too(self):
        server = self.serve()
        device = self.device(server)
        with open(self.path("file"), "w", encoding="utf-8") as file:
            file.write("content")
        self.assertEqual(device.run("backup", self.path("file"))[0], 0)
        lines = run(f"{BIN}/cofferd", "events", "--data", server.data).stdout.splitlines()
        with open(self.path("home", "config.json"), encoding="utf-8") as file:
            computer = json.load(file)["computer"]
        for said in (f" login_accepted user=1 computer={computer} ", f" version_committed user=1 computer={computer} version=1 "):
            self.assertTrue([line for line in lines if said in line], lines)

    def test_timers_that_are_no_times_are_refused(self):
        for wrong in ("step=-1", "step=0", "step=5x", "step= 5", "step=4294967296", "step="):
            refused = run(f"{BIN}/coffer", "--home", self.path("home"), "--timers-ms", wrong, "versions")
            self.assertEqual(refused.returncode, 64, refused.stderr)
            self.assertIn(f"--timers-ms {wrong}: expected a whole number of milliseconds from 1 to 4294967295", refused.stderr)
        unknown = run(f"{BIN}/coffer", "--home", self.path("home"), "--timers-ms", "stp=5", "versions")
        self.assertEqual(unknown.returncode, 64)
        self.assertIn("NAME one of tls_handshake, step, idle, answer, linger", unknown.stderr)
        unknown = run(f"{BIN}/coffer", "--home", self.path("home"), "--interruption-ms", "patience=5", "versions")
        self.assertEqual(unknown.returncode, 64)
        self.assertIn("--interruption-ms patience=5: expected NAME=MILLISECONDS, NAME one of silence, grace", unknown.stderr)

    def test_a_refusal_that_comes_when_all_is_sent_is_told_with_its_reason_and_what_to_do(self):
        self.write("fixture.json", json.dumps(programs.fixture(limits={"quota_octets": 1000})))
        device = self.device(self.serve())
        self.write("file", "small")
        device.must("backup", self.path("file"))
        with open(self.path("file"), "wb") as file:  # one block: the version is sent right behind it
            file.write(os.urandom(10_000))
        code, _, error = device.run("backup", self.path("file"))
        self.assertEqual(code, 2)
        for told in ("quota_exceeded", "`coffer prune --unused`", "administrator", "No version 2 was made"):
            self.assertIn(told, error)
        self.assertNotIn("acknowledgement", error)
        self.assertEqual([version["number"] for version in device.must("versions")["versions"]], [1])

    def test_a_version_that_a_device_could_not_note_is_said_to_be_at_the_server(self):
        device = self.device(self.serve())
        self.write("file", "one")
        device.must("backup", self.path("file"))
        self.write("file", "two")
        os.mkdir(os.path.join(device.home, "chain.json.new"))  # where no file can be written then
        code, said, error = device.run("backup", self.path("file"))
        self.assertEqual(code, 4)
        self.assertIn("version 2 is at the server", error + json.dumps(said))
        code, said, error = device.run("prune", "--keep-last", "1")
        self.assertEqual(code, 4, "what a prune commits has to be noted")
        code, said, error = device.run("restore", 2, "--target", self.path("target"))
        self.assertEqual((code, said["files"]), (1, 1), error)
        self.assertIn("could not note that version 2 is the newest", json.dumps(said["problems"]))
        for arguments in (("versions",), ("ls", 2), ("diff", 1, 2), ("verify",)):
            code, said, error = device.run(*arguments)
            self.assertEqual(code, 1, (arguments, error))
            self.assertIn("could not note", json.dumps(said["problems"]))
        os.rmdir(os.path.join(device.home, "chain.json.new"))
        self.assertEqual([version["number"] for version in device.must("versions")["versions"]], [1, 2])
        os.mkdir(os.path.join(device.home, "chain.json.new"))
        code, said, error = device.run("prune", "--keep-last", "1")
        self.assertEqual(code, 4)
        self.assertIn("version 3 is at the server", error + json.dumps(said))
        os.rmdir(os.path.join(device.home, "chain.json.new"))
        self.assertEqual([version["number"] for version in device.must("versions")["versions"]], [2])

    def test_no_server_is_said_so(self):
        server = self.serve()
        device = self.device(server)
        self.assertEqual(server.stop(), 0)
        code, _, error = device.run("versions")
        self.assertEqual(code, 3)
        self.assertIn(str(server.port), error)

    def test_arguments_that_mean_nothing_are_refused_before_any_connection(self):
        server = self.serve()
        device = self.device(server)
        before = len(server.events())
        into = ("--target", self.path("target"))
        for arguments, mention in (
                *((("restore", number, *into), f'"{number}"') for number in ("-1", "0", "abc", "1.5", "0x1", "+1", "1 ", "999999999999999999999", "")),
                *((("verify", number), f'"{number}"') for number in ("-1", "0", "abc", "999999999999999999999")),
                (("backup", ""), "PATH is empty"), (("backup", self.directory, ""), "PATH is empty"),
                (("restore", "1", "--target", ""), "--target is empty"), (("restore", "", "--target", ""), '""')):
            with self.subTest(arguments=arguments):
                code, said, error = device.run(*arguments)
                self.assertEqual((code, said.get("exit_code")), (64, 64), error)
                self.assertIn(mention, error)
                self.assertIn("expected", error)
        self.assertEqual(len(server.events()), before)
        self.assertFalse(os.path.exists(self.path("target")))
        code, _, error = device.run("restore", "18446744073709551615", *into)
        self.assertEqual(code, 2, error)  # a number that a version could have: only the server knows

    def test_a_target_that_is_a_file_is_told_from_a_directory(self):
        server = self.serve()
        device = self.device(server)
        file = self.write("file", "mine")
        device.must("backup", file)
        for target, mention in ((file, "is not a directory"), (self.path("no", "parent"), "make it first")):
            code, _, error = device.run("restore", 1, "--target", target)
            self.assertEqual(code, 4, error)
            self.assertIn(mention, error)
            self.assertIn(target, error)
        with open(file, encoding="utf-8") as kept:
            self.assertEqual(kept.read(), "mine")

    def test_a_place_for_data_that_cannot_be_is_named_with_what_to_do(self):
        accounts = self.write("accounts.json", json.dumps(programs.fixture()))
        for place in ("/proc/nope", accounts):
            said = run(f"{BIN}/cofferd", "run", "--data", place, "--fixture", accounts, "--listen", "127.0.0.1:0")
            self.assertEqual(said.returncode, 4, said.stderr)
            self.assertIn(place, said.stderr)
            self.assertIn("name a directory", said.stderr)

    def test_a_stopping_server_says_so(self):
        server = self.serve()
        device = self.device(server)
        os.makedirs(self.path("tree"))
        trees.make_random(self.path("tree"), 100_000, seed=5)
        device.must("backup", self.path("tree"))
        self.assertEqual(server.stop(), 0)
        self.assertEqual(server.events()[-1]["event"], "session_closed")


class Cofferd(programs.EndToEnd):
    def cofferd(self, *arguments):
        return run(f"{BIN}/cofferd", *arguments)

    def test_a_fixture_from_a_pipe_that_says_nothing_can_be_stopped(self):
        os.mkfifo(self.path("pipe"))
        waiting = subprocess.Popen([f"{BIN}/cofferd", "run", "--data", self.path("data"), "--fixture", self.path("pipe")])
        with open(self.path("pipe"), "w"):  # open as soon as it reads
            waiting.terminate()
            self.assertEqual(waiting.wait(60), -signal.SIGTERM)

    def serve_expecting(self, code, *mentions, fixture=None, listen="127.0.0.1:0", more=()):
        ended = self.cofferd("run", "--data", self.path("data"), "--fixture", fixture or self.fixture_file, "--listen", listen, *more)
        self.assertEqual(ended.returncode, code, ended.stderr)
        self.assertEqual(ended.stdout, "")
        for mention in mentions:
            self.assertIn(mention, ended.stderr)

    def test_a_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            self.serve_expecting(3, port, listen=f"127.0.0.1:{port}")

    def test_an_address_that_is_not_ours(self):
        self.serve_expecting(3, "192.0.2.1", listen="192.0.2.1:0")

    def test_mistakes_in_the_fixture_name_file_and_place(self):
        cases = {
            "/users/0/roles/0": {"users": [{**programs.fixture()["users"][0], "roles": ["emperor"]}]},
            "/surprise": {"surprise": 1},
            "/users/0/organisation": {"users": [{**programs.fixture()["users"][0], "organisation": "nowhere"}]},
            "/pbkdf2_rounds": {"profile": "production"},
            "/server/minimum_version": {"server": {**programs.fixture()["server"], "minimum_version": "99.0.0"}},
            "/users/0/name": {"users": [{**programs.fixture()["users"][0], "name": "al\0ice"}]},
        }
        for place, change in cases.items():
            with self.subTest(place):
                name = self.write("wrong.json", json.dumps(programs.fixture(**change)))
                self.serve_expecting(2, name, place, fixture=name)
        self.serve_expecting(2, "broken.json", fixture=self.write("broken.json", '{"coffer_fixture": 1,'))
        self.serve_expecting(2, "absent.json", "No such file", fixture=self.path("absent.json"))
        self.assertFalse(os.path.exists(self.path("data")), "a mistake in the fixture costs nothing")

    def test_a_key_that_cannot_be_read(self):
        key = self.write("key.pem", "not a key")
        self.serve_expecting(2, "key.pem", "PKCS #8", more=("--key", key, "--certificate", key))
        self.serve_expecting(2, "no.pem", more=("--key", self.path("no.pem"), "--certificate", key))

    def test_two_servers_over_one_directory(self):
        self.serve()
        self.serve_expecting(4, self.path("data"))
        for command in ("verify", "rebuild"):
            told = self.cofferd(command, "--data", self.path("data"))
            self.assertEqual(told.returncode, 4, told.stderr)
            self.assertIn("in use", told.stderr)

    def test_a_newer_format_is_left_alone(self):
        self.assertEqual(self.serve().stop(), 0)
        with sqlite3.connect(self.path("data", "coffer.sqlite")) as database:
            version = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute(f"PRAGMA user_version = {version + 1}")
            database.execute("CREATE TABLE news(story)")
        database.close()
        self.serve_expecting(4, "coffer.sqlite", "newer")
        for command in ("verify", "rebuild"):
            told = self.cofferd(command, "--data", self.path("data"))
            self.assertEqual(told.returncode, 4, told.stderr)

    def test_a_corrupt_database_is_named(self):
        self.assertEqual(self.serve().stop(), 0)
        with open(self.path("data", "coffer.sqlite"), "r+b") as file:
            file.write(b"this was a database once")
        mend = f"`cofferd rebuild --data {self.path('data')}`"
        self.serve_expecting(4, "coffer.sqlite", mend)
        for command in ("verify", "events"):
            with self.subTest(command):
                told = self.cofferd(command, "--data", self.path("data"))
                self.assertEqual(told.returncode, 4)
                self.assertEqual(told.stderr.count("coffer.sqlite: "), 1, told.stderr)
                self.assertIn(mend, told.stderr)
                self.assertNotIn("PRAGMA", told.stderr)
                self.assertEqual(len(told.stderr.splitlines()), 1, told.stderr)

    def test_a_mistyped_directory_is_named_and_not_made(self):
        os.makedirs(self.path("other"))
        self.write("other/letter.txt", "not ours")
        for command in ("verify", "rebuild", "events", "pin"):
            for name in ("no", "other", "other/letter.txt"):
                with self.subTest((command, name)):
                    told = self.cofferd(command, "--data", self.path(name))
                    self.assertEqual((told.returncode, told.stdout), (4, ""))
                    self.assertEqual(len(told.stderr.splitlines()), 1, told.stderr)
                    self.assertIn(self.path(name), told.stderr)
        self.assertFalse(os.path.exists(self.path("no")))
        self.assertEqual(os.listdir(self.path("other")), ["letter.txt"])

    def test_what_belongs_to_another_account_is_told_from_nothing(self):
        self.assertEqual(self.serve().stop(), 0)
        # Where transitions are written is not the other account's to write, and would be refused first.
        environment = {name: value for name, value in os.environ.items() if name != "COFFER_TRANSITIONS"}
        program, other = f"{BIN}/cofferd", {}
        if os.geteuid() == 0:  # root reads everything: somebody else does not
            os.chmod(self.directory, 0o755)
            program, other = shutil.copy(program, self.directory), {"user": 65534, "group": 65534, "extra_groups": []}
        run_over = ("run", "--fixture", self.fixture_file, "--listen", "127.0.0.1:0")
        for mode in (0o700, 0o755) if other else (0,):
            os.chmod(self.path("data"), mode)
            for command in (("verify",), ("rebuild",), ("events",), ("pin",), run_over):
                with self.subTest((command[0], oct(mode))):
                    told = run(program, command[0], "--data", self.path("data"), *command[1:], env=environment, **other)
                    self.assertIn(told.returncode, (2, 4) if command[0] == "pin" else (4,), told.stderr)
                    self.assertEqual(told.stdout, "")
                    for mention in (self.path("data"), "Permission denied; ", "run this as the account that owns it"):
                        self.assertIn(mention, told.stderr)
        os.chmod(self.path("data"), 0o700)

    def test_what_is_no_file_or_no_directory_is_named_with_what_to_do(self):
        self.assertEqual(self.serve().stop(), 0)
        index, packs = self.path("data", "coffer.sqlite"), self.path("data", "packs")
        os.remove(index)
        os.mkdir(index)
        mend = f"`cofferd rebuild --data {self.path('data')}`"
        self.serve_expecting(4, index + ": it is a directory; expected the index, a file", mend)
        for command in ("verify", "events"):
            told = self.cofferd(command, "--data", self.path("data"))
            self.assertEqual(told.returncode, 4, told.stderr)
            self.assertIn(index + ": it is a directory; expected the index, a file", told.stderr)
            self.assertIn(mend, told.stderr)
        self.assertIn(self.cofferd("rebuild", "--data", self.path("data")).returncode, (0, 1))
        self.assertEqual(self.cofferd("verify", "--data", self.path("data")).returncode, 0)
        shutil.rmtree(packs)
        self.write("data/packs", "no packs")
        self.serve_expecting(4, packs + ": Not a directory; expected a directory there")
        for command in ("verify", "rebuild"):
            told = self.cofferd(command, "--data", self.path("data"))
            self.assertEqual(told.returncode, 4, told.stderr)
            self.assertIn(packs + ": Not a directory; expected a directory there", told.stderr)

    def test_a_number_of_a_newer_format_alone_says_both_ways_out(self):
        self.assertEqual(self.serve().stop(), 0)
        with sqlite3.connect(self.path("data", "coffer.sqlite")) as database:
            database.execute("PRAGMA user_version = 7")
        database.close()
        self.serve_expecting(4, "has format 7, this program knows up to 6: use a newer program; if no newer program has written it",
                             f"`cofferd rebuild --data {self.path('data')}`")
        self.assertEqual(self.cofferd("rebuild", "--data", self.path("data")).returncode, 0)
        self.assertEqual(self.cofferd("verify", "--data", self.path("data")).returncode, 0)

    def test_data_that_is_a_file(self):
        self.write("data", "a file")
        self.serve_expecting(4, self.path("data") + " is a file")

    def test_what_cannot_be_listened_on(self):
        for listen in ("foo", "foo:1", "localhost:0", "1.2.3:4", "::1", "[::1", "[fe]:1"):
            with self.subTest(listen):
                self.serve_expecting(64, "--listen " + listen, listen=listen)

    def test_wrong_arguments(self):
        for arguments in [(), ("fly",), ("run",), ("run", "--data", "x"), ("verify",),
                          ("run", "--data", "x", "--fixture", "y", "--listen", "127.0.0.1:port"), ("run", "--data", "x", "--fixture", "y", "--key", "k")]:
            with self.subTest(arguments):
                self.assertEqual(self.cofferd(*arguments).returncode, 64)

    def test_the_pin_is_known_before_the_first_run_and_stays(self):
        os.makedirs(self.path("data"))
        pin = self.cofferd("pin", "--data", self.path("data"))
        self.assertEqual(pin.returncode, 0, pin.stderr)
        server = self.serve()
        self.assertEqual(server.pin, pin.stdout.strip())
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.serve().pin, server.pin)

    def test_what_it_keeps_is_for_its_owner_only(self):
        self.assertEqual(self.serve().stop(), 0)
        for folder, _, files in os.walk(self.path("data")):
            for path in [folder] + [os.path.join(folder, name) for name in files]:
                if not path.endswith("certificate.pem"):
                    self.assertEqual(os.stat(path).st_mode & 0o077, 0, path)


if __name__ == "__main__":
    unittest.main(verbosity=2)
