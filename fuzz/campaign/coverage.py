"""Which lines of the rooms of the protocol inputs run: a build with clang's counters, replayed; held against a floor that is committed.

`measure` needs the build of preset fuzz-coverage, llvm-profdata-19 and llvm-cov-19. Must not know: how inputs came about.
"""
import json
import os
import subprocess
import tempfile
import tomllib

from campaign import places

BUILD = places.ROOT / "build" / "fuzz-coverage"
FLOOR = places.FUZZ / "coverage.toml"
FALL = 1.0  # points that a room may fall below its floor


def measure(folders_of, build=None):
    """{room: (lines run, lines)} of what the targets' replays run on these folders. `folders_of`: {target: folders}"""
    build = build or BUILD
    with tempfile.TemporaryDirectory() as folder:
        raw, programs = [], []
        for target, folders in folders_of.items():
            program = places.replayer(target, build)
            file = os.path.join(folder, f"{target}.profraw")
            ended = subprocess.run([str(program), *map(str, folders)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=os.environ | {"LLVM_PROFILE_FILE": file})
            if ended.returncode != 0:
                raise RuntimeError(f"the replay of {target} failed: {ended.stderr.decode(errors='replace').splitlines()[-1:]}")
            raw.append(file)
            programs.append(str(program))
        merged = os.path.join(folder, "merged")
        subprocess.run(["llvm-profdata-19", "merge", "-sparse", "-o", merged, *raw], check=True)
        objects = [word for program in programs[1:] for word in ("-object", program)]
        said = subprocess.run(["llvm-cov-19", "export", "-summary-only", "-instr-profile", merged, programs[0], *objects], stdout=subprocess.PIPE, check=True)
    return by_room(json.loads(said.stdout))


def by_room(exported):
    """Sums of lines over the files of each room of reference/."""
    rooms = {}
    for file in exported["data"][0]["files"]:
        _, _, inside = file["filename"].partition("/reference/")
        if inside:
            lines = file["summary"]["lines"]
            run, count = rooms.get(inside.split("/")[0], (0, 0))
            rooms[inside.split("/")[0]] = (run + lines["covered"], count + lines["count"])
    return dict(sorted(rooms.items()))


def percent(pair):
    return 100 * pair[0] / pair[1] if pair[1] else 0.0


def floor():
    return tomllib.loads(FLOOR.read_text())["lines"]


def measured():
    """The targets that are replayed for it."""
    return tomllib.loads(FLOOR.read_text())["targets"]


def judge(rooms, wanted):
    """(lines to print, problems)"""
    lines = [f"{room:<12}{run:>6} of {count:>6} lines  {percent((run, count)):5.1f} %  (floor {wanted[room]:.1f} %)" for room, (run, count) in rooms.items() if room in wanted]
    problems = [f"{room}: {percent(rooms[room]):.1f} % of its lines, the floor is {least:.1f} %" if room in rooms else f"{room}: nothing was measured"
                for room, least in wanted.items() if room not in rooms or percent(rooms[room]) < least - FALL]
    return lines, problems
