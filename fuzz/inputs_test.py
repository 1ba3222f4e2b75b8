#!/usr/bin/env python3
"""What is committed for the targets: each has seeds and regressions, no folder speaks of none, a replay without inputs fails, and every
object of the specification has a target.

Usage: inputs_test.py REPLAY, a replay program of any target.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE / "seeds"), str(HERE.parent / "spec" / "tools")]
import of_keys  # noqa: E402
import specification  # noqa: E402
from campaign import places, selftest  # noqa: E402

TARGETS = {path.stem for path in (HERE / "targets").glob("*.cc")} - {places.CANARY}


def folders(name):
    return {folder.name: [file.name for file in folder.iterdir()] for folder in (HERE / name).iterdir()}


def specified_objects():
    """What the specification, the adapters' schemas and the tools read from somebody else, by name."""
    spec = specification.load(HERE.parent / "spec")
    naming = next(r for r in spec.requirements if r.id == "ARC-001")
    types = re.findall(r"0x[0-9a-f]{2} ([a-z ]+)", re.search(r"\((0x.*?)\)", naming.sentence)[1])
    verbs = (HERE.parent / "interop" / "schema").glob("*.schema.json")
    return {struct.name for struct in spec.structs} | {f"machine {machine['name']}" for machine in spec.machines} | {
        f"block {name}" for name in types} | {f"verb {path.name.removesuffix('.schema.json')}" for path in verbs} | {
        f"document {name}" for name in ("archive key", "key record", "fixture", "server flight", "trace", "vector file", "wrap")}


class InputsTest(unittest.TestCase):
    def test_every_target_has_seeds_and_every_corpus_a_target(self):
        corpora = folders("corpus")
        self.assertEqual(set(corpora), {places.CORPUS_OF.get(target, target) for target in TARGETS})
        self.assertEqual([name for name, files in corpora.items() if not files], [])

    def test_every_target_has_regressions_and_every_regression_a_target(self):
        regressions = folders("regressions")
        self.assertEqual(set(regressions), TARGETS)
        self.assertEqual([name for name, files in regressions.items() if not files], [])

    def test_every_object_of_the_specification_has_a_target_or_a_reason(self):
        listed = tomllib.loads((HERE / "objects.toml").read_text())
        self.assertEqual(set(listed["targets"]), TARGETS)
        self.assertEqual({name for names in listed["targets"].values() for name in names} | set(listed["exceptions"]), specified_objects())
        self.assertTrue(all(reason.strip() for reason in listed["exceptions"].values()))

    def test_every_event_of_a_key_has_acts_and_they_their_numbers(self):
        events = {event["name"] for event in specification.load(HERE.parent / "spec").tables["key_modes"]["event"]}
        self.assertEqual(set(of_keys.EVENTS), events)
        self.assertEqual({name for acts in of_keys.EVENTS.values() for name in acts} - set(of_keys.ACTS), set())
        world = (HERE.parent / "tests" / "support" / "keys" / "key_world.cc").read_text()
        self.assertEqual([int(number) for number in re.findall(r"^    case (\d+):", world, re.M)], list(range(len(of_keys.ACTS))))

    def test_planted_faults_are_of_the_catalogue_and_their_targets_exist(self):
        fault = HERE.parent / "reference" / "fault"
        catalogue = set(re.findall(r"^COFFER_FAULT\((\w+)", (fault / "catalogue.inc").read_text(), re.M))
        slips = set(re.findall(r"^COFFER_SLIP\((\w+)", (fault / "slips.inc").read_text(), re.M))
        rows = selftest.table()
        self.assertEqual({name for name, kind, _ in rows if kind == "fault"} - catalogue, set())
        self.assertEqual({name for name, kind, _ in rows if kind == "slip"} - slips, set())
        self.assertEqual({target for _, _, targets in rows for target in targets} - TARGETS, set())
        self.assertGreaterEqual(len(rows), 30)

    def test_a_replay_without_inputs_fails(self):
        with tempfile.TemporaryDirectory() as empty:
            for argument in ([empty], [empty + "/missing"], []):
                ended = subprocess.run([REPLAY, *argument], capture_output=True, text=True)
                self.assertEqual(ended.returncode, 1, ended.stderr)


if __name__ == "__main__":
    REPLAY = sys.argv.pop(1)
    unittest.main()
