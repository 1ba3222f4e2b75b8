"""The real programs as tests run them: a cofferd with its data directory, a coffer with its device directory, both thrown away afterwards.

The folder of the executables is in COFFER_BIN, or build/dev/bin. Nothing here sleeps to wait: a test waits for a line, an exit or an event, each with a
deadline that only a broken program reaches.
"""
import json
import os
import selectors
import shutil
import subprocess
import tempfile
import time
import unittest

BIN = os.environ.get("COFFER_BIN") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/dev/bin")
DEADLINE_SECONDS = 120

REGISTRATION_KEY = "ABCDEFGH12345678"
PASSWORD = "correct horse battery"
SERVER_GUID = "00c0ffee00c0ffee"


def fixture(**changes):
    """A server of one organisation with two users, in the test profile."""
    user = {"organisation": "acme", "password": PASSWORD, "roles": ["desktop_user", "console_user"], "state": "active"}
    return {
        "coffer_fixture": 1, "profile": "test", "pbkdf2_rounds": 1000,
        "server": {"guid": SERVER_GUID, "version": "7.0.0", "minimum_version": "6.5.0"},
        "organisations": [{"name": "acme", "registration_keys": [{"key": REGISTRATION_KEY, "deferred": True}]}],
        "users": [{"id": 1, "name": "alice", **user}, {"id": 2, "name": "bob", **user}],
        "computers": [], "configuration": {"version": 3, "settings": [{"name": "schedule", "value": "daily", "locked": True}]},
        **changes,
    }


def run(*command, **options):
    """The finished process, its output as text."""
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, errors="surrogateescape",
                          timeout=DEADLINE_SECONDS, **options)


class Server:
    """One cofferd over `data`; `pin`, `port` as it said itself."""

    def __init__(self, data, fixture_file, listen="127.0.0.1:0", more=()):
        self.data = data
        self.log = open(data + ".log", "ab")
        self.process = subprocess.Popen([f"{BIN}/cofferd", "run", "--data", data, "--fixture", fixture_file, "--listen", listen, *more],
                                        stdout=subprocess.PIPE, stderr=self.log)
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(DEADLINE_SECONDS):
                self.kill()
                raise AssertionError("cofferd neither starts nor ends")
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(DEADLINE_SECONDS)
            self.close()
            with open(data + ".log", encoding="utf-8") as log:
                raise AssertionError(f"cofferd ended with {self.process.returncode}: {log.read()}")
        self.ready = json.loads(line)
        self.port = self.ready["listening"]["port"]
        self.pin = self.ready["pin"]

    def stop(self):
        """Its exit code after SIGTERM."""
        self.process.terminate()
        code = self.process.wait(DEADLINE_SECONDS)
        self.close()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait(DEADLINE_SECONDS)
        self.close()

    def close(self):
        self.process.stdout.close()
        self.log.close()

    def events(self):
        said = run(f"{BIN}/cofferd", "events", "--data", self.data, "--json")
        assert said.returncode == 0, said.stderr
        return [json.loads(line) for line in said.stdout.splitlines()]

    def await_no_session(self):
        """Until every session that said its version has ended: what a computer needs to be admitted again."""
        until = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < until:
            words = [event["event"] for event in self.events()]
            if words.count("session_closed") >= words.count("client_version"):
                return
        raise AssertionError("a session does not end")


class Device:
    """One computer's coffer, with a device directory of its own."""

    def __init__(self, home, host_and_port, pin, *more):
        self.home = home
        self.must("init", "--server", host_and_port, "--pin", pin, *more)

    def login(self, password=PASSWORD, user="alice", *more):
        return run(f"{BIN}/coffer", "--home", self.home, "--json", "login", "--registration-key", REGISTRATION_KEY, "--user", user,
                   "--password-file", "-", *more, input=password + "\n")

    def begin(self, *more):
        """The first thing to do in a new archive: its key, which its user alone has."""
        self.must("key", "create", "--mode", "custom", *more)

    def start(self, *arguments):
        """A running coffer, for a test that is going to interrupt it."""
        return subprocess.Popen([f"{BIN}/coffer", "--home", self.home, "--json", *map(str, arguments)], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def run(self, *arguments):
        """Exit code, its JSON object (empty where it printed none), and what it said on standard error."""
        done = run(f"{BIN}/coffer", "--home", self.home, "--json", *arguments)
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {}, done.stderr

    def run_unprivileged(self, *arguments):
        """As run, by a user whom permissions hold back: root reads everything, and becomes nobody for it. From then on this device is nobody's."""
        if os.geteuid() != 0:
            return self.run(*arguments)
        program, nobody = shutil.copy(f"{BIN}/coffer", os.path.dirname(self.home)), 65534  # where nobody may run it
        os.chmod(os.path.dirname(self.home), 0o755)
        for path in [self.home, *(os.path.join(folder, name) for folder, folders, files in os.walk(self.home) for name in folders + files)]:
            os.chown(path, nobody, nobody)
        ours = {name: value for name, value in os.environ.items() if name != "COFFER_TRANSITIONS"}  # names a file that nobody may not write
        done = run(program, "--home", self.home, "--json", *arguments, user=nobody, group=nobody, extra_groups=[], env=ours)
        return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {}, done.stderr

    def must(self, *arguments):
        code, said, error = self.run(*arguments)
        assert code == 0, f"coffer {arguments} ended with {code}: {said} {error}"
        return said


def remove(folder):
    """Takes a folder away with all that is in it, folders included that keep out whoever owns them."""
    for parent, folders, _ in os.walk(folder):
        for name in folders:
            if not os.path.islink(os.path.join(parent, name)):
                os.chmod(os.path.join(parent, name), 0o700)
    shutil.rmtree(folder)


class EndToEnd(unittest.TestCase):
    """A test with a directory, a fixture file in it, and servers that end with it."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="coffer-")
        self.addCleanup(remove, self.directory)
        self.fixture_file = self.write("fixture.json", json.dumps(fixture()))

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def serve(self, data=None, **options):
        server = Server(data or self.path("data"), self.fixture_file, **options)
        self.addCleanup(lambda: server.process.poll() is None and server.kill())
        return server

    def device(self, server, name="home", port=None):
        device = Device(self.path(name), f"127.0.0.1:{port or server.port}", server.pin)
        login = device.login()
        self.assertEqual(login.returncode, 0, login.stderr)
        device.begin()
        return device

    def restored(self, device, version, *expected_exit):
        """Where the restore of a version put everything, and what it said."""
        target = tempfile.mkdtemp(prefix="restore-", dir=self.directory)
        code, said, error = device.run("restore", version, "--target", target)
        self.assertIn(code, expected_exit or (0,), f"{said} {error}")
        return target, said
