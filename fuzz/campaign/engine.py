"""One engine process (libFuzzer) on one target: started, read while it runs, stopped. What it learns stays in its corpus folder, what it finds in its
findings folder. Must not know: several targets, reports.
"""
import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import threading
import time

from campaign import places, reach

INPUT_OCTETS_MAX = 4096
STATUS = re.compile(r"^#(\d+)\s+(\w+)\s+cov: (\d+) ft: (\d+) corp: (\d+)/")
STAT = re.compile(r"^stat::(\w+):\s+(\d+)")
# Botan's pool of locked memory would hide from a sanitizer who reads beyond a secret's end, or after it.
ENVIRONMENT = {"BOTAN_MLOCK_POOL_SIZE": "0", "COFFER_REACH": "1"}


@dataclasses.dataclass
class Progress:
    """What is known of a process so far."""
    executions: int = 0
    edges: int = 0
    features: int = 0
    corpus: int = 0
    new_units: int = 0
    loaded: bool = False  # the corpus was read: what is new from here on was learnt
    newest: float = 0.0   # when something new was met last, by time.monotonic()
    ways: set = dataclasses.field(default_factory=set)

    def take(self, line, now):
        """One line of the engine's output."""
        if match := STATUS.match(line):
            executions, what, edges, features, corpus = match.groups()
            if what == "INITED":
                self.loaded = True
            elif what == "NEW":
                self.newest = now
            self.executions, self.edges, self.features, self.corpus = int(executions), int(edges), int(features), int(corpus)
        elif match := STAT.match(line):
            if match[1] == "number_of_executed_units":
                self.executions = int(match[2])
            elif match[1] == "new_units_added":
                self.new_units = int(match[2])
        else:
            for way in reach.parse(line):
                if way not in self.ways:
                    self.newest = now
                    self.ways = self.ways | {way}  # another one: the old may just be looked through by another thread


class Engine:
    """A running process."""

    def __init__(self, target, seconds, corpus, findings, seeds=None, seed=None, build=None, options=(), environment=None):
        corpus.mkdir(parents=True, exist_ok=True)
        findings.mkdir(parents=True, exist_ok=True)
        self.target, self.findings, self.started = target, findings, time.monotonic()
        self.before = set(findings.iterdir())
        self.progress = Progress(newest=self.started)
        command = [str(places.fuzzer(target, build)), f"-max_total_time={max(1, int(seconds))}", f"-max_len={INPUT_OCTETS_MAX}", "-timeout=10",
                   "-rss_limit_mb=2048", "-print_final_stats=1", "-reload=0",  # nobody else writes into its folder
                   f"-artifact_prefix={findings}/"]
        if seed is not None:
            command.append(f"-seed={seed}")
        dictionary = places.FUZZ / "dict" / f"{target}.dict"
        if dictionary.exists():
            command.append(f"-dict={dictionary}")
        command += [*places.ENGINE_OPTIONS.get(target, ()), *options, str(corpus), *map(str, places.inputs(target) if seeds is None else seeds)]
        self.log = []
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
                                        cwd=str(findings), env=os.environ | ENVIRONMENT | (environment or {}))
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()
        self.cpu_seconds, self.stopped = None, False

    def _read(self):
        for line in self.process.stderr:
            line = line.rstrip("\n")
            self.progress.take(line, time.monotonic())
            if not STATUS.match(line):
                self.log.append(line)
                del self.log[:-4000]

    def running(self):
        return self.process.returncode is None and not self._reap(os.WNOHANG)

    def _reap(self, flags=0):
        """Whether it has ended; its CPU time is known from then on."""
        pid, status, usage = os.wait4(self.process.pid, flags)
        if pid == 0:
            return False
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self.seconds = time.monotonic() - self.started
        self.thread.join(10)
        return True

    def stop(self):
        """Ends it as an interrupt would: it writes its statistics first."""
        if self.running():
            self.stopped = True
            self.process.send_signal(signal.SIGINT)
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                if not self.running():
                    return
                time.sleep(0.05)
            self.process.kill()
            self._reap()

    def wait(self):
        if self.process.returncode is None:
            self._reap()

    def found(self):
        """What it has found; its log when it failed without leaving an input."""
        new = sorted(set(self.findings.iterdir()) - self.before)
        inputs = [path for path in new if not path.suffix]
        if not inputs and not self.stopped and self.process.returncode != 0:
            log = self.findings / f"engine-{int(time.time())}.log"
            log.write_text("\n".join(self.log))
            return [log]
        return inputs


def says(text):
    """The one line of an output that tells what is wrong, or "" when nothing is."""
    for pattern in (r"^broken: .*$", r"^.*runtime error: .*$", r"^SUMMARY: .*$", r"^==\d+== ?ERROR: .*$"):
        if match := re.search(pattern, text, re.M):
            return re.sub(r"^==\d+== ?", "", match[0])
    return ""


def tried_again(target, file, build=None, environment=None, times=1):
    """(how often it failed, what it said) of a finding that is replayed in processes of its own."""
    failed, said = 0, ""
    for _ in range(times):
        run = subprocess.run([str(places.replayer(target, build)), str(file)], capture_output=True, text=True, errors="replace",
                             env=os.environ | {"BOTAN_MLOCK_POOL_SIZE": "0"} | (environment or {}), cwd=str(pathlib.Path(file).parent))
        if run.returncode != 0:
            failed, said = failed + 1, run.stderr
    return failed, said
