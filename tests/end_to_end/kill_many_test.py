"""kill -9 at hundreds of random octets: two clients at one server, which compacts and reads its packs meanwhile, and either side dies.

Each arena is a server with small packs and two computers of two users; several arenas run at once. In a round both computers back up a tree in
which something changed, one client and the server are each killed at a random octet of a connection or live, and the server starts again.
What a client was told is stored is kept account of, and every so many rounds and at the end all of it is restored and compared: content is random and
never the same again, so nothing that was lost comes back with a later backup. COFFER_KILLS: how many kills at least (default 500).
"""
import concurrent.futures
import json
import os
import random
import shutil
import tempfile
import threading
import unittest

import programs
import proxy
import trees

KILLS_MIN = int(os.environ.get("COFFER_KILLS", "500"))
ARENAS = 4
ROUNDS_BETWEEN_LOOKS = 20
FILES = 6
FILE_OCTETS = 12_000


def can_prune():
    return " prune " in programs.run(f"{programs.BIN}/coffer", "--help").stdout


class Computer:
    """A device, its tree, its way to the server, and what it was told is stored."""

    def __init__(self, arena, name, user, chance):
        self.arena, self.chance = arena, chance
        self.proxy = proxy.Proxy()
        self.proxy.reset(arena.server.port)
        self.tree = os.path.join(arena.directory, name + "-tree")
        trees.make_random(self.tree, FILES * FILE_OCTETS, chance.random(), FILES)
        self.device = programs.Device(os.path.join(arena.directory, name), f"127.0.0.1:{self.proxy.port}", arena.server.pin)
        login = self.device.login(user=user)
        assert login.returncode == 0, login.stderr
        self.device.begin()
        self.acknowledged = {}  # version -> description of its tree
        self.octets = {"to_server": 20_000, "to_client": 6_000}  # of a session, about

    def change(self):
        number = self.chance.randrange(FILES)
        with open(os.path.join(self.tree, f"folder-{number % 3}", f"file-{number}"), "wb") as file:
            file.write(self.chance.randbytes(self.chance.randrange(1, 2 * FILE_OCTETS)))

    def some_moment(self):
        direction = self.chance.choice(("to_server", "to_server", "to_client"))
        # Half of them in the last part, where a version is committed and acknowledged.
        whole = self.octets[direction]
        return direction, self.chance.randrange(whole * 4 // 5, whole + 1) if self.chance.random() < 0.5 else self.chance.randrange(1, whole + 1)

    def begin(self):
        self.change()
        self.described = trees.describe(self.tree)
        return self.device.start("backup", self.tree)

    def end(self, process):
        """Keeps account of what a client said before it ended, however it did."""
        out, error = process.communicate(timeout=programs.DEADLINE_SECONDS)
        if process.returncode == 0:
            counted = self.proxy.counted
            self.octets = {direction: max(1, counted[direction]) for direction in counted}
        assert process.returncode in (0, 2, 3, -9), f"{process.returncode}: {out} {error}"
        try:
            self.acknowledged[json.loads(out)["version"]] = self.described
        except (ValueError, KeyError):
            assert process.returncode != 0, "success without a version"

    def must(self, *arguments):
        """As soon as the server has noticed that the session before is over."""
        for _ in range(200):
            code, said, error = self.device.run(*arguments)
            if code == 0:
                return said
            assert code in (2, 3), f"{arguments} ended with {code}: {said} {error}"
        raise AssertionError(f"{arguments}: {said} {error}")

    def look(self):
        """A backup that nothing disturbs, then everything that was acknowledged."""
        self.proxy.reset(self.arena.server.port)
        self.change()
        said = self.must("backup", self.tree)
        self.acknowledged[said["version"]] = trees.describe(self.tree)
        for version, described in self.acknowledged.items():
            target = tempfile.mkdtemp(prefix="restore-", dir=self.arena.directory)
            self.must("restore", version, "--target", target)
            assert trees.describe(trees.below(target, self.tree)) == described, f"version {version} is not what was backed up"
            shutil.rmtree(target)

    def prune(self):
        """Some old versions go, and with them what only they had."""
        self.proxy.reset(self.arena.server.port)
        self.must("prune", "--keep-last", "3")
        kept = {version["number"] for version in self.must("versions")["versions"] if not version.get("retired")}
        self.acknowledged = {version: described for version, described in self.acknowledged.items() if version in kept}


class Arena:
    def __init__(self, directory, fixture_file, seed, prunes):
        self.directory, self.fixture_file, self.prunes = directory, fixture_file, prunes
        self.chance = random.Random(seed)
        self.kills = {"client": 0, "server": 0}
        self.serve()
        self.computers = [Computer(self, "first", "alice", self.chance), Computer(self, "second", "bob", self.chance)]

    def serve(self):
        self.server = programs.Server(os.path.join(self.directory, "data"), self.fixture_file,
                                      more=["--pack-octets", "65536", "--upkeep-rate", "1000", "--scrub-days", "0"])

    def round(self):
        first, second = self.computers
        if self.chance.random() < 0.5:
            first, second = second, first
        for computer in (first, second):
            computer.proxy.reset(self.server.port)
        started = threading.Event()
        running = []

        def kill_client():
            started.wait(programs.DEADLINE_SECONDS)
            running[0].kill()

        if self.chance.random() < 0.8:
            first.proxy.strike_after(*first.some_moment(), kill_client)
        if self.chance.random() < 0.8:
            second.proxy.strike_after(*second.some_moment(), self.server.process.kill)
        running += [computer.begin() for computer in (first, second)]
        started.set()
        for computer, process in zip((first, second), running):
            computer.end(process)
        self.kills["client"] += running[0].returncode == -9
        if second.proxy.struck.is_set():
            self.server.process.wait(programs.DEADLINE_SECONDS)
            self.server.close()
            self.kills["server"] += 1
            self.serve()

    def run(self, kills):
        rounds = 0
        while sum(self.kills.values()) < kills:
            self.round()
            rounds += 1
            if self.prunes and rounds % 5 == 0:
                self.chance.choice(self.computers).prune()
            if rounds % ROUNDS_BETWEEN_LOOKS == 0:
                self.look()
        self.look()
        assert self.server.stop() == 0
        verified = programs.run(f"{programs.BIN}/cofferd", "verify", "--data", self.server.data)
        assert verified.returncode == 0, verified.stdout + verified.stderr
        compacted = programs.run(f"{programs.BIN}/cofferd", "compact", "--data", self.server.data)
        assert compacted.returncode == 0, compacted.stderr
        os.remove(os.path.join(self.server.data, "coffer.sqlite"))
        rebuilt = programs.run(f"{programs.BIN}/cofferd", "rebuild", "--data", self.server.data, "--json")
        assert {finding["kind"] for finding in json.loads(rebuilt.stdout)["findings"]} <= {"event"}, rebuilt.stdout
        self.serve()
        self.look()
        self.server.stop()
        return self.kills

    def look(self):
        for computer in self.computers:
            computer.look()

    def close(self):
        if self.server.process.poll() is None:
            self.server.kill()
        for computer in self.computers:
            computer.proxy.close()


class KillMany(programs.EndToEnd):
    total = ""

    @classmethod
    def tearDownClass(cls):
        print(cls.total)  # behind the line that says how the test ended

    def test_whatever_dies_whenever_what_was_acknowledged_stays(self):
        seed = int(os.environ.get("COFFER_SEED", "4287"))
        prunes = can_prune()

        def play(number):
            directory = self.path(f"arena-{number}")
            os.mkdir(directory)
            arena = Arena(directory, self.fixture_file, seed + number, prunes)
            try:
                return arena.run(-(-KILLS_MIN // ARENAS))
            finally:
                arena.close()

        with concurrent.futures.ThreadPoolExecutor(ARENAS) as pool:
            kills = list(pool.map(play, range(ARENAS)))
        total = {side: sum(one[side] for one in kills) for side in ("client", "server")}
        type(self).total = f"killed: {total}, with prune: {prunes}"
        self.assertGreaterEqual(sum(total.values()), KILLS_MIN)
        self.assertGreater(min(total.values()), KILLS_MIN // 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
