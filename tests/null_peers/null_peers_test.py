"""Runs the whole suite against one null peer and reads the report: `null_peers_test.py MODE COFFER-CONFORM NULL_PEER.PY REPORT-FOLDER`.

A peer that does not speak the protocol passes nothing at all. One that speaks it and refuses everything, or accepts everything, passes no case that
has a twin: a refusal counts only where the valid neighbour is accepted, and acceptance is no refusal. No peer passes a test vector: what is accepted
without its output is not accepted.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys

SPEAKING = ("refuse", "accept")
ANSWERING = ("echo", "random", "refuse", "accept")  # test vectors, such as their answers are
AN_END = re.compile(r"\b(Disconnect\((?!goodbye|server_stopping)|refused?\b|expect\b.*\bthe end\b|that none is made|without a frame)")  # in a case's steps; farewells are answers
ANSWER_MS = "400"  # a null peer answers at once or never


def main():
    mode, suite, peer, folder = sys.argv[1:]
    shutil.rmtree(folder, ignore_errors=True)
    run = subprocess.run([suite, "run", "--adapter", f"{sys.executable} {peer} {mode}", "--answer-ms", ANSWER_MS, "--jobs", "12", "--quiet", "--report", folder],
                         stdout=subprocess.DEVNULL, check=False)
    report = json.loads(pathlib.Path(folder, "report.json").read_text())
    cases = report["cases"]
    passed = [case for case in cases if case["verdict"] == "pass"]
    listed = json.loads(subprocess.run([suite, "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout)
    expecting = {case["id"] for case in listed if case["rejection"] or any(AN_END.search(step) for step in case["steps"])}
    rejections = [case["id"] for case in cases if case["id"] in expecting]
    vectors = [case["id"] for case in cases if case["id"].startswith("vectors.")]
    wrong = [case["id"] for case in passed if mode not in SPEAKING or case["id"] in expecting or case["id"] in vectors]
    print(f"null peer {mode}: {len(cases)} cases, {len(rejections)} of them rejections; {len(passed)} passed; exit status {run.returncode}")
    for case in wrong:
        print("passed by a peer that is worth nothing:", case)
    enough = len(cases) > 1000 and len(rejections) > 500
    if not enough:
        print("too few cases ran for this to mean anything")
    if bool(len(vectors) > 400) != (mode in ANSWERING):
        print(f"{len(vectors)} test vectors were tried")
        enough = False
    if mode == "accept" and not passed:
        print("the accepting peer was accepted nowhere: it proves nothing about rejections")
        enough = False
    return 0 if enough and not wrong and run.returncode not in (0, 4) else 1


if __name__ == "__main__":
    sys.exit(main())
