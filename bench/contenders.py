"""The programs that the archive benchmark compares, each behind the same four verbs, and what a run of one costs.

Must not know: the corpus, the aims.
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import threading
import time

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PASSWORD = "pass-word-of-the-benchmark"
REGISTRATION_KEY = "BENCHMARK0000001"


class Failed(Exception):
    """A contender did not do what it was asked."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def octets_below(folder):
    return sum(os.lstat(os.path.join(path, name)).st_size for path, _, names in os.walk(folder) for name in names)


class Server:
    """A program that serves; what it has used so far is read from the kernel."""

    def __init__(self, command, log, environment=None):
        self.log = log
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=open(log, "wb"), env=environment)

    def first_line(self):
        line = self.process.stdout.readline()
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        return line

    def await_port(self, port):
        until = time.monotonic() + 30
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
            time.sleep(0.02)
        raise Failed(f"{self.process.args[0]} does not serve: see {self.log}")

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS

    def peak_octets(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        return 0

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Contender:
    """home: an empty directory of its own. start() makes a store with nothing in it."""

    name = ""
    server = None

    def __init__(self, home):
        self.home = pathlib.Path(home)
        self.home.mkdir(parents=True)
        self.out = self.home / "out"
        self.environment = dict(os.environ, LC_ALL="C.UTF-8")

    def start(self):
        pass

    def run(self, command, cwd=None):
        """What the program and its server took: seconds of wall clock and of both processors, octets of memory at most."""
        errors = self.home / "errors.log"
        before = self.server.cpu_seconds() if self.server else 0
        begin = time.monotonic()
        with open(errors, "ab") as log:
            process = subprocess.Popen([str(word) for word in command], stdout=log, stderr=log, env=self.environment, cwd=cwd)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in self.fine:
            raise Failed(f"{' '.join(map(str, command))} ended with {process.returncode}: see {errors}")
        return {"wall": wall, "client_cpu": used.ru_utime + used.ru_stime,
                "server_cpu": (self.server.cpu_seconds() - before) if self.server else 0.0,
                "client_peak": used.ru_maxrss * 1024, "server_peak": self.server.peak_octets() if self.server else 0}

    fine = (0,)

    def backup(self, corpus):
        raise NotImplementedError

    def restore(self):
        """The newest version, into self.out."""
        raise NotImplementedError

    def stop(self):
        if self.server:
            self.server.stop()
            self.server = None

    def store_octets(self):
        """Only after stop()."""
        return octets_below(self.home / "store")


class Coffer(Contender):
    name = "coffer"
    fine = (0, 1)  # 1: a set-user-id bit was not restored, which is named
    programs = None

    def start(self):
        fixture = {"coffer_fixture": 1, "profile": "production", "pbkdf2_rounds": 100000,
                   "server": {"guid": "00000000000000aa", "version": "7.0.0", "minimum_version": "1.0.0"},
                   "organisations": [{"name": "bench", "registration_keys": [{"key": REGISTRATION_KEY, "deferred": False}]}],
                   "users": [{"id": 1, "name": "bench", "organisation": "bench", "password": PASSWORD,
                              "roles": ["desktop_user", "console_user"], "state": "active"}], "computers": []}
        (self.home / "fixture.json").write_text(json.dumps(fixture))
        (self.home / "password").write_text(PASSWORD + "\n")
        self.server = Server([self.programs / "cofferd", "run", "--data", self.home / "store", "--fixture", self.home / "fixture.json",
                              "--listen", "127.0.0.1:0"], self.home / "server.log")
        line = self.server.first_line()
        if not line:
            raise Failed(f"cofferd does not serve: see {self.server.log}")
        self.ready = json.loads(line)
        self.enrol("device")
        self.versions = 0

    def enrol(self, device):
        self.run([*self.coffer(device), "init", "--server", f"127.0.0.1:{self.ready['listening']['port']}", "--pin", self.ready["pin"]])
        self.run([*self.coffer(device), "login", "--registration-key", REGISTRATION_KEY, "--user", "bench", "--password-file",
                  self.home / "password"])
        self.run([*self.coffer(device), "key", "create", "--mode", "custom"])

    def coffer(self, device="device"):
        return [self.programs / "coffer", "--home", self.home / device]

    def backup(self, corpus):
        self.versions += 1
        return self.run([*self.coffer(), "backup", corpus])

    def prune(self, *rule):
        """And what another computer's backup of one file takes, alone and at most meanwhile."""
        one, over = self.home / "one", threading.Event()
        one.write_text("")
        if not (self.home / "other").exists():
            self.enrol("other")

        def others():
            waits = []
            while not over.is_set():
                one.write_text(str(len(waits)))
                waits.append(self.run([*self.coffer("other"), "backup", one])["wall"])
            return max(waits)

        alone = self.run([*self.coffer("other"), "backup", one])["wall"]
        self.server.forget_peak()
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            longest = thread.submit(others)
            try:
                figures = self.run([*self.coffer(), "prune", *rule])
            finally:
                over.set()
            return {**figures, "other_alone": alone, "other_wall": longest.result()}

    def restore(self):
        return self.run([*self.coffer(), "restore", self.versions, "--target", self.out])


class Restic(Contender):
    """Over HTTPS, as its users run it on a server of their own."""

    name = "restic"

    def start(self):
        key, certificate, port = self.home / "key.pem", self.home / "certificate.pem", free_port()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=bench", "-addext",
                        "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True, capture_output=True)
        self.environment.update(RESTIC_PASSWORD=PASSWORD, RESTIC_REPOSITORY=f"rest:https://127.0.0.1:{port}/",
                                RESTIC_CACHE_DIR=str(self.home / "cache"), RCLONE_CONFIG="/dev/null")
        self.restic = ["restic", "--quiet", "--cacert", certificate]
        (self.home / "store").mkdir()
        self.server = Server(["rclone", "serve", "restic", "--addr", f"127.0.0.1:{port}", "--cert", certificate, "--key", key,
                              self.home / "store"], self.home / "server.log", self.environment)
        self.server.await_port(port)
        self.run([*self.restic, "init"])

    def backup(self, corpus):
        return self.run([*self.restic, "backup", corpus])

    def restore(self):
        return self.run([*self.restic, "restore", "latest", "--target", self.out])


class Borg(Contender):
    """Without any network."""

    name = "borg"

    def start(self):
        self.environment.update(BORG_PASSPHRASE=PASSWORD, BORG_BASE_DIR=str(self.home / "base"), BORG_REPO=str(self.home / "store"))
        self.run(["borg", "init", "--encryption", "repokey"])
        self.versions = 0

    def backup(self, corpus):
        self.versions += 1
        return self.run(["borg", "create", "--compression", "lz4", f"::{self.versions}", corpus])

    def restore(self):
        self.out.mkdir()
        return self.run(["borg", "extract", f"::{self.versions}"], cwd=self.out)


class Copy(Contender):
    """What a file system alone takes: `cp -a` there and back."""

    name = "cp -a"

    def backup(self, corpus):
        return self.run(["cp", "-a", corpus, self.home / "store"])

    def restore(self):
        return self.run(["cp", "-a", self.home / "store", self.out])
