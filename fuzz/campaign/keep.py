"""What becomes of a finding: it is made smaller, kept as a regression, turned into the skeleton of a conformance case, looked for in the history."""
import os
import pathlib
import re
import subprocess
import tempfile

from campaign import engine, places, show

CASE = '''  cases.push_back({{
      .id = "{id}",
      .requirements = {{"{rule}"}},
      .goal = "TODO: what must not happen, in one sentence",
      .steps = {{{steps}}},
      .script = [](Context& c) {{
        // TODO: the steps of fuzz/regressions/{target}/{name}.trace, by a scripted peer; expect what the specification says instead of
        // {says}
      }},
      .twin = [](Context& c) {{
        // TODO: the nearest neighbour that must be accepted
      }},
  }});
'''


def minimise(target, file, to, build=None, environment=None):
    """What the minimiser says; raises ValueError when the input breaks nothing."""
    of = "steps" if target in places.TRACE_TARGETS else "octets"
    run = subprocess.run([str(places.replayer(target, build)), "--minimise", of, str(file), str(to)], capture_output=True, text=True, errors="replace",
                         env=os.environ | {"BOTAN_MLOCK_POOL_SIZE": "0", "ASAN_OPTIONS": "symbolize=0:detect_leaks=0"} | (environment or {}))
    said = (run.stderr.strip().splitlines() or [""])[-1]
    if run.returncode != 0:
        raise ValueError(said or f"the minimiser ended with {run.returncode}")
    return said


def name_of(words):
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", words):
        raise ValueError(f"{words!r} is no name for a regression: small words with hyphens that say what was wrong, as in commit-while-a-block-is-outstanding")
    return words


def promote(target, file, name, build=None):
    """Makes it small and keeps it as fuzz/regressions/TARGET/NAME; the path."""
    suffix = ".trace" if target in places.TRACE_TARGETS else ""
    place = places.regressions(target) / (name_of(name) + suffix)
    if place.exists():
        raise ValueError(f"{place.relative_to(places.ROOT)} is there already")
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        minimise(target, file, place, build)
    except ValueError:  # mended already: kept as it is
        place.write_bytes("\n".join(["coffer-trace 1", *show.text_of(file, build)]).encode() + b"\n" if suffix else pathlib.Path(file).read_bytes())
    return place


def skeleton(target, file, name, build=None):
    """The text of a case of the conformance suite that does what the trace does."""
    steps, broken = show.happened(target, file, build)
    rule = re.search(r"[A-Z]{3}-\d{3}", broken)
    return CASE.format(id=f"fuzz.{name.replace('-', '_')}", rule=rule[0] if rule else "TODO", target=target, name=name, says=broken or "what it does",
                       steps=", ".join(f'"{shown.step}"' for shown in steps))


BUILD_AND_REPLAY = '''
cmake --preset dev >/dev/null 2>&1 && cmake --build build/dev -j2 --target replay_{target} >/dev/null 2>&1 || exit 125
build/dev/fuzz/replay_{target} {file} >/dev/null 2>&1
'''


def bisect(target, file, good, bad="HEAD", repository=None, check=None):
    """The first commit since `good` at which the input fails, as git tells it. Builds in a worktree of its own. `check`: the shell commands that say
    whether a commit is good; what cannot be built is passed over (125)."""
    repository = repository or places.ROOT
    script = check or BUILD_AND_REPLAY.format(target=target, file=pathlib.Path(file).resolve())
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder) / "tree"
        git = lambda *words, where=tree: subprocess.run(["git", "-C", str(where), *words], capture_output=True, text=True)
        added = git("worktree", "add", "--detach", str(tree), bad, where=repository)
        if added.returncode != 0:
            raise ValueError(added.stderr.strip().splitlines()[-1])
        try:
            started = git("bisect", "start", bad, good)
            if started.returncode != 0:
                raise ValueError((started.stderr or started.stdout).strip().splitlines()[-1])
            run = git("bisect", "run", "sh", "-c", script)
            if match := re.search(r"^([0-9a-f]{40}) is the first bad commit", run.stdout, re.M):
                return git("show", "-s", "--format=%h %s", match[1]).stdout.strip()
            raise ValueError(" ".join(["no single commit:", *(run.stdout + run.stderr).strip().splitlines()[-1:]]))
        finally:
            git("bisect", "reset")
            git("worktree", "remove", "--force", str(tree), where=repository)


def again(target, file, build=None):
    """(exit status, what it said): the finding, replayed once."""
    failed, said = engine.tried_again(target, file, build)
    return (1, engine.says(said)) if failed else (0, "")
