"""A campaign: engines on several targets, side by side as far as there are jobs, watched until time is up, nothing new comes, or somebody
interrupts. What was learnt stays in build/fuzz/corpus/TARGET, so that the next campaign goes on where this one ended.

Must not know: what a report looks like.
"""
import collections
import dataclasses
import time

from campaign import engine, places, reach, triage

TICK_SECONDS, LINE_SECONDS = 0.25, 5
FINDINGS_MAX = 10  # of one target: what it finds then is one fault over and over


@dataclasses.dataclass
class Outcome:
    """Of one target, over all of its processes."""
    target: str
    executions: int = 0
    cpu_seconds: float = 0.0
    seconds: float = 0.0
    edges: int = 0
    features: int = 0
    corpus: int = 0
    new_units: int = 0
    ways: set = dataclasses.field(default_factory=set)
    found: list = dataclasses.field(default_factory=list)
    ended: str = "time is up"

    def add(self, run):
        self.executions += run.progress.executions
        self.cpu_seconds += run.cpu_seconds
        self.seconds += run.seconds
        self.edges, self.features = max(self.edges, run.progress.edges), max(self.features, run.progress.features)
        self.corpus, self.new_units = run.progress.corpus, self.new_units + run.progress.new_units
        self.ways |= run.progress.ways
        self.found += run.found()

    @property
    def per_cpu_second(self):
        return self.executions / self.cpu_seconds if self.cpu_seconds else 0.0


class Campaign:
    def __init__(self, targets, seconds, jobs=1, plateau=None, seed=None, say=print, specified=None):
        self.seconds, self.jobs, self.plateau, self.seed, self.say = seconds, jobs, plateau, seed, say
        self.waiting = collections.deque(targets)
        self.outcomes = {target: Outcome(target) for target in targets}
        self.running = []
        self.specified = specified or reach.Specified()
        self.share = {}  # target -> seconds that are left to it

    def run(self):
        """Every target has its share of the time; with several jobs targets run side by side. The outcomes, by target."""
        rounds = -(-len(self.outcomes) // self.jobs)
        self.share = {target: self.seconds / rounds for target in self.outcomes}
        line = time.monotonic() + LINE_SECONDS
        try:
            while self.waiting or self.running:
                self.fill()
                time.sleep(TICK_SECONDS)
                if time.monotonic() >= line:
                    for run in self.running:
                        self.say(self.line(run))
                    line = time.monotonic() + LINE_SECONDS
                self.reap()
        except KeyboardInterrupt:
            for run in self.running:
                self.outcomes[run.target].ended = "interrupted"
                self.end(run)
        return self.outcomes

    def fill(self):
        while self.waiting and len(self.running) < self.jobs:
            target = self.waiting.popleft()
            self.running.append(engine.Engine(target, self.share[target], places.BUILD / "corpus" / target, places.BUILD / "findings" / target, seed=self.seed))

    def reap(self):
        for run in list(self.running):
            if self.plateau and run.progress.loaded and time.monotonic() - run.progress.newest > self.plateau:
                self.outcomes[run.target].ended = f"nothing new for {self.plateau} s"
                self.end(run)
            elif not run.running():
                self.end(run)

    def end(self, run):
        run.stop()
        self.running.remove(run)
        outcome = self.outcomes[run.target]
        before = len(outcome.found)
        outcome.add(run)
        self.share[run.target] -= run.seconds
        # A finding ends the engine, not the campaign.
        if len(outcome.found) > before and outcome.ended == "time is up":
            if len(outcome.found) >= FINDINGS_MAX:
                outcome.ended = f"{len(outcome.found)} findings"
            elif self.share[run.target] >= 1 and run.found()[0].suffix != ".log":
                self.waiting.append(run.target)

    def line(self, run):
        progress, now = run.progress, time.monotonic()
        seconds = now - run.started
        text = f"{seconds:5.0f} s  {run.target:<16}{progress.executions / seconds:>8,.0f}/s  edges {progress.edges:<6} corpus {progress.corpus:<6}"
        if run.target in reach.MACHINES_OF:
            for kind, (reached, total) in reach.counts(self.specified, progress.ways, reach.MACHINES_OF[run.target]).items():
                if kind in ("state", "transition"):
                    text += f" {kind}s {reached}/{total}"
        found = len(self.outcomes[run.target].found)
        return f"{text}  new {now - progress.newest:.0f} s ago  findings {found}"


def judged(outcomes, build=None):
    """Every finding replayed three times, in its bucket."""
    return triage.buckets([triage.judge(outcome.target, file, build) for outcome in outcomes.values() for file in outcome.found if file.suffix != ".log"])
