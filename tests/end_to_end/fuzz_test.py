"""coffer-conform fuzz by a count of runs and a fixed seed: nothing is found in the reference, something in one that takes any version, and what is
found can be played again. The fault is an adapter's own, which prepares the ordinary reference otherwise than it was asked."""
import json
import os
import shlex
import sys
import tempfile
import unittest

from programs import BIN, run

SUITE = f"{BIN}/coffer-conform"
ADAPTER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../interop/adapters/reference/adapter.py")
REFERENCE = [sys.executable, ADAPTER, "--server", f"{BIN}/cofferd", "--client", f"{BIN}/coffer"]
SOUND, FAULT = shlex.join(REFERENCE), "SES_012_any_version"
FAULTY = f"""
import json, subprocess, sys
child = subprocess.Popen({REFERENCE!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
for line in sys.stdin:
    request = json.loads(line)
    if request.pop("fault", "") == "{FAULT}":
        request["fixture"]["server"]["minimum_version"] = "0.0.1"
    print(json.dumps(request), file=child.stdin, flush=True)
    reply = json.loads(child.stdout.readline())
    if request["verb"] == "hello":
        reply["faults"] = [{{"name": "{FAULT}", "requirements": ["SES-012"], "roles": ["server"], "what": "for a test"}}]
    print(json.dumps(reply), flush=True)
"""


class FuzzTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        path = os.path.join(self.folder, "faulty.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(FAULTY)
        self.faulty = shlex.join([sys.executable, path])

    def fuzz(self, *arguments, expect):
        """The lines that it said, by what they are."""
        ended = run(SUITE, "fuzz", "--json", "--seed", "1", "--answer-ms", "20000", *arguments)
        self.assertEqual(ended.returncode, expect, ended.stdout[-3000:] + ended.stderr[-3000:])
        said = [json.loads(line) for line in ended.stdout.splitlines()]
        return {kind: [line[kind] for line in said if kind in line] for line in said for kind in line}

    def test_nothing_is_found_in_the_reference(self):
        corpus = os.path.join(self.folder, "corpus")
        said = self.fuzz("--adapter", SOUND, "--runs", "300", "--corpus", corpus, expect=0)
        report = said["report"][0]
        self.assertEqual(report["runs"], 300)
        self.assertEqual(report["findings"], [])
        self.assertEqual(report["states"]["seen"], report["states"]["total"])
        self.assertGreater(report["transitions"]["seen"], 50)
        self.assertTrue(os.listdir(corpus))

    def test_nothing_is_found_in_the_client(self):
        report = self.fuzz("--adapter", SOUND, "--role", "client", "--runs", "8", expect=0)["report"][0]
        self.assertEqual(report["findings"], [])
        self.assertGreater(report["states"]["seen"], 5)

    def test_a_fault_is_found_and_played_again(self):
        found = os.path.join(self.folder, "found")
        said = self.fuzz("--adapter", self.faulty, "--fault", FAULT, "--runs", "600", "--findings", found, expect=1)
        first = next(finding for finding in said["finding"] if finding["rule"] == "SES-012")
        self.assertEqual((first["grade"], first["state"], first["event"]), ("stable", "await_version", "version"))
        self.assertIn("version_too_old", first["expected"])
        self.assertEqual(len(first["trace"].splitlines()), 2, "the shortest trace is one step: " + first["trace"])
        trace = os.path.join(found, first["name"] + ".trace")
        again = run(SUITE, "replay", trace, "--adapter", self.faulty, "--fault", FAULT)
        self.assertEqual(again.returncode, 1, again.stdout + again.stderr)
        self.assertIn("SES-012", again.stdout)
        sound = run(SUITE, "replay", trace, "--adapter", SOUND)
        self.assertEqual(sound.returncode, 0, sound.stdout + sound.stderr)

    def test_the_selftest_says_what_was_found(self):
        rows = self.fuzz("--adapter", self.faulty, "--selftest", "--fault", "SES_*", "--runs", "600", expect=0)["selftest"][0]
        self.assertEqual([(row["fault"], row["found"]) for row in rows], [(FAULT, True)])
        missed = self.fuzz("--adapter", self.faulty, "--selftest", "--runs", "1", expect=1)["selftest"][0]
        self.assertFalse(missed[0]["found"])

    def test_mistakes_in_the_command_are_told(self):
        for words in ([], ["--adapter", SOUND, "--connect", "127.0.0.1:1"], ["--connect", "127.0.0.1:1", "--role", "client"],
                      ["--connect", "127.0.0.1:1", "--selftest"], ["--adapter", SOUND, "--selftest", "--fault", "NO_SUCH"]):
            ended = run(SUITE, "fuzz", *words)
            self.assertEqual(ended.returncode, 64, ended.stdout + ended.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
