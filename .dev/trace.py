"""Walks one requirement from its sentence to everything that names it. Reads text only: nothing is built for it.

    trace.py FRM-012        exit 1 when the specification has no such requirement
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
# What a line that names the requirement is, by where it stands. The first match decides.
PLACES = [
    ("specification tables", ("spec/tables", "spec/schema")),
    ("code that enforces it", ("reference",)),
    ("conformance cases", ("conformance/cases",)),
    ("the rest of the suite", ("conformance",)),
    ("tests", ("tests", "fuzz", "interop", "bench")),
    ("vectors", ("spec/vectors",)),
    ("models", ("spec/models",)),
]
TEXT = {".h", ".cc", ".py", ".toml", ".capnp", ".md", ".json", ".txt", ".m", ".p", ".pml", ".vec", ".sh"}


def mentions(requirement, folders):
    """Every line under the folders that names the requirement, as FRM-012 or as in a test's name, FRM_012."""
    pattern = re.compile(requirement.replace("-", "[-_]") + r"(?![0-9])")
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix not in TEXT or not path.is_file():
                continue
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                if pattern.search(line):
                    yield path.relative_to(ROOT), number, line.strip()


def judged_by(requirement):
    """The cases that the built suite itself says judge the requirement: generated cases stand in no source line."""
    suite = ROOT / "build/dev/bin/coffer-conform"
    if not suite.exists():
        return None
    listing = subprocess.run([suite, "list"], capture_output=True, text=True, check=False).stdout
    return [line.strip() for line in listing.splitlines() if re.search(requirement + r"(?![0-9])", line)]


def show(title, lines):
    lines = list(lines)
    print(f"\n{title}: {len(lines) or 'none'}")
    for line in lines:
        print(f"  {line[:200]}")


def main(arguments):
    wanted = arguments[0].upper().replace("_", "-")
    requirements = {r["id"]: r for r in json.loads((ROOT / "spec/generated/requirements.json").read_text())["requirements"]}
    if wanted not in requirements:
        near = [name for name in requirements if name.startswith(wanted[:3])]
        print(f"trace: the specification has no {wanted}" + (f"; there are {near[0]} to {near[-1]}" if near else ""), file=sys.stderr)
        return 1
    r = requirements[wanted]
    print(f"{r['id']} ({r['level']} · {r['role']} · {r['judged']} · {r['provenance']}), spec/{r['chapter']}.md\n{r['sentence']}")
    seen = set()
    for title, folders in PLACES:
        found = [m for m in mentions(wanted, folders) if m[:2] not in seen]
        seen.update(m[:2] for m in found)
        show(title, (f"{path}:{number}: {line}" for path, number, line in found))
    cases = judged_by(wanted)
    if cases is None:
        print("\nthe built suite's own list: not built yet (./dev conform builds it)")
    else:
        show("the built suite's own list", cases)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
