"""The faults stay where they belong: an ordinary program has no trace of them, a program of the faults build has them all, each is used in the
code, stands in order, breaks a requirement of its role, and is asked for by name only. No release can be configured with them.

    faults_test.py --absent PROGRAM… | --present PROGRAM…
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINE = re.compile(r'COFFER_FAULT\((\w+), (\w+), "([^"\\]*)"\)')
STARTED = ("cofferd", "coffer")  # which end at once without arguments; of the others the octets are looked at alone
failures = []


def expect(holds, what):
    if not holds:
        failures.append(what)


def catalogue():
    lines = (ROOT / "reference/fault/catalogue.inc").read_text().splitlines()
    rows = [LINE.fullmatch(line) for line in lines if not line.startswith("//")]
    expect(all(rows), "each line of the catalogue is a comment or a COFFER_FAULT(NAME, roles, \"text\")")
    return [row.groups() for row in rows if row]


def check_catalogue(rows):
    order = [r["id"] for r in json.loads((ROOT / "spec/generated/requirements.json").read_text())["requirements"]]
    requirements = {r["id"]: r for r in json.loads((ROOT / "spec/generated/requirements.json").read_text())["requirements"]}
    code = "\n".join(p.read_text() for p in sorted((ROOT / "reference").rglob("*")) if p.suffix in (".cc", ".h") and p.parent.name != "fault")
    used = set(re.findall(r"fault::on\(fault::(\w+)\)", code))
    broken = [name[:7].replace("_", "-") for name, _, _ in rows]
    for (name, roles, _), requirement in zip(rows, broken):
        expect(name in used, f"{name} is in the catalogue and nowhere in the code")
        expect(requirement in requirements, f"{name} breaks {requirement}, which the specification does not have")
        role = requirements.get(requirement, {}).get("role")
        expect(role in ("endpoint", roles), f"{name} is a fault of {roles}, and {requirement} binds {role}")
    expect(used <= {name for name, _, _ in rows}, f"used in the code and not in the catalogue: {used - {name for name, _, _ in rows}}")
    expect(len({name for name, _, _ in rows}) == len(rows), "a fault stands twice in the catalogue")
    places = [order.index(requirement) for requirement in broken if requirement in order]
    expect(places == sorted(places), "the catalogue is not in the order of the specification: "
           + " ".join(b for a, b, p, q in zip(broken, broken[1:], places, places[1:]) if p > q))
    return {name for name, _, _ in rows}


def check_no_release_has_them():
    ways = [([f"-DCMAKE_BUILD_TYPE={kind}"], {}) for kind in ("Release", "release", "RELEASE", "MinSizeRel", "relwithdebinfo")]
    ways += [([], {"CMAKE_BUILD_TYPE": "release"}), (["-G", "Ninja Multi-Config"], {})]
    for options, environment in ways:
        with tempfile.TemporaryDirectory() as folder:
            ended = subprocess.run(["cmake", "-S", ROOT, "-B", folder, "-DCOFFER_FAULTS=ON", *options], env=os.environ | environment, capture_output=True, text=True)
        expect(ended.returncode != 0 and "does not have faults" in " ".join(ended.stderr.split()), f"a release can be configured with faults: {options} {environment}")


def run(program, fault):
    return subprocess.run([program], env=os.environ | {"COFFER_FAULT": fault}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def main():
    names = check_catalogue(catalogue())
    present, programs = sys.argv[1] == "--present", sys.argv[2:]
    expect(programs, "no program was given")
    check_no_release_has_them()
    for program in programs:
        octets = pathlib.Path(program).read_bytes()
        found = {name for name in names if name.encode() in octets}
        if present:
            expect(found == names, f"{program} lacks {sorted(names - found)}")
            listed = run(program, "list")
            expect(listed.returncode == 0 and {one["name"] for one in json.loads(listed.stdout or "[]")} == names, f"{program} does not list its faults")
            unknown = run(program, "no_such_fault")
            expect(unknown.returncode == 64 and "no_such_fault" in unknown.stderr, f"{program} does not refuse a fault that is none")
        else:
            expect(not found, f"{program} names {sorted(found)}")
            expect(b"COFFER_FAULT" not in octets, f"{program} knows COFFER_FAULT")
            if pathlib.Path(program).name in STARTED:
                expect(run(program, "list").stdout == run(program, "").stdout, f"{program} listens to COFFER_FAULT")
        print("faults: looked at", program)
    for failure in failures:
        print("faults:", failure)
    print(f"faults: {len(programs)} programs looked at, {len(failures)} objections")
    sys.exit(1 if failures else 0)


main()
