#!/usr/bin/env python3
"""What lies beside the targets that fuzz/build.sh hands over: seeds as a zip, dictionary, options. Usage: companions.py OUT"""
import pathlib
import shutil
import sys
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from campaign import engine, places  # noqa: E402

OPTIONS = f"[libfuzzer]\nmax_len = {engine.INPUT_OCTETS_MAX}\ntimeout = 10\nrss_limit_mb = 2048\n"


def write(out):
    for target in places.written():
        if target == places.CANARY:
            continue
        with zipfile.ZipFile(out / f"{target}_seed_corpus.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(file for folder in places.inputs(target) for file in folder.iterdir()):
                archive.writestr(zipfile.ZipInfo(f"{file.parent.parent.name}-{file.name}"), file.read_bytes())
        (out / f"{target}.options").write_text(OPTIONS + ("detect_leaks = 0\n" if "-detect_leaks=0" in places.ENGINE_OPTIONS.get(target, ()) else ""))
        dictionary = places.FUZZ / "dict" / f"{target}.dict"
        if dictionary.exists():
            shutil.copy(dictionary, out)


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
