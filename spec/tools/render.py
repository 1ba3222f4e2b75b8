#!/usr/bin/env python3
"""Renders the specification as one page of HTML, with the evidence that the last runs left in build/.

    spec/tools/render.py FILE
"""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import specification
from pages import page


def main(arguments):
    if len(arguments) != 1:
        print("usage: render.py FILE", file=sys.stderr)
        return 64
    root = pathlib.Path(__file__).resolve().parents[1]
    version = re.search(r"project\(coffer VERSION ([\d.]+)", (root.parent / "CMakeLists.txt").read_text())[1]
    target = pathlib.Path(arguments[0])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page.page(specification.load(root), version), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
