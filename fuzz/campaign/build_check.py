"""Whether the folder that fuzz/build.sh filled can be run by others: by engines that know nothing of this project, from another place, with nothing
beside it but a base system. Each kind of broken build has its own words.

Must not know: how it was built.
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import zipfile

ENTRY = "LLVMFuzzerTestOneInput"
BASE_LIBRARIES = ("linux-vdso", "libc.so", "libm.so", "libpthread.so", "librt.so", "libdl.so", "libgcc_s.so", "libstdc++.so", "ld-linux", "libresolv.so")
EDGES_MIN, RUNS = 100, 4
# Calls into a sanitizer's runtime, of a target that is built with it and of one that is not.
CALLS = {"address": ("__asan_report", 200), "undefined": ("__ubsan_handle", 50)}


def targets(out):
    return sorted(path for path in out.iterdir() if path.is_file() and not path.suffix and os.access(path, os.X_OK) and path.name != "llvm-symbolizer")


def said(command, **options):
    """(exit status, everything that it wrote)"""
    try:
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=120, **options)
    except subprocess.TimeoutExpired:
        return -1, "it does not end"
    return run.returncode, run.stdout


def check(out, sanitizer="address", engine="libfuzzer", say=print):
    """A line for each thing that is wrong. Everything is tried from a copy of the folder in another place."""
    if not out.is_dir() or not targets(out):
        return [f"{out}: there is no program in it: run fuzz/build.sh with OUT={out}"]
    with tempfile.TemporaryDirectory() as folder:
        moved = pathlib.Path(folder) / "moved"
        shutil.copytree(out, moved, symlinks=True)
        problems = []
        for program in targets(moved):
            wrong = list(one(program, sanitizer, engine))
            say(f"{program.name:<18}{'ok' if not wrong else f'{len(wrong)} wrong'}")
            problems += [f"{program.name}: {words}" for words in wrong]
        return problems


def one(program, sanitizer, engine):
    if not re.fullmatch(r"[A-Za-z0-9_-]+", program.name):
        yield "its name has other characters than letters, digits, - and _"
    _, symbols = said(["nm", "-C", str(program)])
    if not re.search(rf" T {ENTRY}$", symbols, re.M):
        yield f"it has no {ENTRY}"
        return
    yield from libraries(program)
    yield from instrumented(program, symbols, sanitizer, engine)
    yield from companions(program)
    if engine == "libfuzzer" and sanitizer != "coverage":
        yield from started(program)
    if engine == "afl":
        yield from started_by_afl(program)


def libraries(program):
    _, needs = said(["ldd", str(program)])
    for line in needs.splitlines():
        name, _, place = line.strip().partition(" => ")
        place = place.split(" (")[0]
        if place == "not found":
            yield f"{name} is not found once OUT is moved"
        elif place and not place.startswith(str(program.parent)) and not name.startswith(BASE_LIBRARIES):
            yield f"{name} comes from {place}, which a runner does not have: ship it in OUT/lib"


def instrumented(program, symbols, sanitizer, engine):
    for name, (call, least) in CALLS.items():
        count = len(re.findall(rf"call.*<{call}", said(["objdump", "-d", "--no-show-raw-insn", str(program)])[1])) if call in symbols else 0
        if name == sanitizer and count < least:
            yield f"built for {sanitizer}, but {call}* is called {count} times: it was compiled without CXXFLAGS"
        if name == "address" != sanitizer and count:
            yield f"built for {sanitizer}, but {call}* is called {count} times: another sanitizer is in it"
    if sanitizer == "coverage" and "__llvm_profile_runtime" not in symbols:
        yield "built for coverage, but there are no counters in it"
    if engine == "afl" and "__afl_manual_init" not in symbols:
        yield "built for AFL++, but its runtime is not in it"


def companions(program):
    """Seeds, dictionary, options."""
    seeds = program.with_name(f"{program.name}_seed_corpus.zip")
    try:
        with zipfile.ZipFile(seeds) as archive:
            if not archive.namelist():
                yield f"{seeds.name} is empty"
    except (OSError, zipfile.BadZipFile):
        yield f"there is no {seeds.name}, or it is none"
    dictionary = program.with_name(f"{program.name}.dict")
    if dictionary.exists():
        for number, line in enumerate(dictionary.read_text().splitlines(), 1):
            if line and not line.startswith("#") and not re.fullmatch(r'(\w+=)?"([^"\\]|\\x[0-9a-fA-F]{2}|\\\\|\\")+"', line):
                yield f"{dictionary.name}:{number} is no entry of a dictionary"
    options = program.with_name(f"{program.name}.options")
    if options.exists() and not re.match(r"\[libfuzzer\]\n(\w+ *= *\S+\n)+", options.read_text()):
        yield f"{options.name} has no [libfuzzer] section with its settings"


def started(program):
    """It runs, sees edges, and its own seeds break nothing."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.environ["PATH"], "HOME": "/nowhere"}
        status, output = said([str(program), f"-runs={RUNS}", "-seed=1"], cwd=folder, env=environment)
        if f"Done {RUNS} runs" not in output:
            yield f"it does not run: exit {status}, {(output.strip().splitlines() or ['no word'])[-1]}"
            return
        if (match := re.search(r"INFO: Loaded \d+ modules +\((\d+) inline 8-bit counters\)", output)) is None or int(match[1]) < EDGES_MIN:
            yield f"it has {match[1] if match else 'no'} counters of edges: it was compiled without the engine's instrumentation"
        os.mkdir(os.path.join(folder, "seeds"))
        try:
            with zipfile.ZipFile(program.with_name(f"{program.name}_seed_corpus.zip")) as archive:
                archive.extractall(os.path.join(folder, "seeds"))
        except (OSError, zipfile.BadZipFile):
            return
        seeds = sorted(os.path.join(folder, "seeds", name) for name in os.listdir(os.path.join(folder, "seeds")))
        if not seeds:
            return  # companions() has said so
        status, output = said([str(program), *seeds], cwd=folder, env=environment)
        if status != 0:
            yield f"its own seeds break something: {(output.strip().splitlines() or ['no word'])[-1]}"


def started_by_afl(program):
    if not shutil.which("afl-showmap"):
        yield "afl++ is not installed: apt-get install afl++"
        return
    with tempfile.TemporaryDirectory() as folder:
        trace = os.path.join(folder, "map")
        status, output = said(["afl-showmap", "-q", "-m", "none", "-t", "5000", "-o", trace, "--", str(program)], stdin=subprocess.DEVNULL,
                              env=os.environ | {"AFL_NO_UI": "1", "AFL_MAP_SIZE": "262144"})
        edges = len(pathlib.Path(trace).read_text().splitlines()) if os.path.exists(trace) else 0
        if edges < 10:
            yield f"AFL++ sees {edges} edges: exit {status}, {(output.strip().splitlines() or ['no word'])[-1]}"
