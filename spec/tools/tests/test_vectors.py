"""The vectors as a whole: the lint of them objects to what it should, and the README's program runs as it stands there."""
import copy
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[1]
VECTORS = TOOLS.parent / "vectors"
sys.path.insert(0, str(TOOLS))
import lint_vectors
import vectors
from book import LAYERS, Book

DOCUMENTS = {path.stem: json.loads(path.read_text()) for path in VECTORS.glob("*.json")}
FILES = {name: document["vectors"] for name, document in DOCUMENTS.items() if "coffer_vectors" in document}
README = (VECTORS / "README.md").read_text()


class Foreign(unittest.TestCase):
    def test_a_file_of_vectors_that_is_not_made_here_is_no_good(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "vectors").mkdir()
            (root / "vectors/frames.json").write_text("{}")
            self.assertEqual([], vectors.foreign(root, FILES))
            (root / "vectors/more.json").write_text("{}")
            self.assertEqual(["spec/vectors/more.json is not made by spec/tools/vectors.py"], vectors.foreign(root, FILES))


class Lint(unittest.TestCase):
    def planted(self, file, identity, change):
        files = copy.deepcopy(FILES)
        change(next(v for v in files[file] if v["id"] == identity))
        return list(lint_vectors.problems(files))

    def test_the_vectors_themselves_pass(self):
        self.assertEqual(list(lint_vectors.problems(FILES)), [])
        self.assertGreater(sum("refused" in v["expect"] for vectors in FILES.values() for v in vectors), 250)

    def test_it_objects(self):
        tag = ("blocks", "tag_changed")
        for change, words in ((lambda v: v.update(twin="nobody"), "its twin nobody is no accepted vector"),
                              (lambda v: v.update(twin="too_short"), "its twin too_short is no accepted vector"),
                              (lambda v: v.update(twin="id_content"), "of kind block_id, not open_block"),
                              (lambda v: v["input"].update(user="42"), "differs from its twin stored in sealed, user"),
                              (lambda v: v.update(input=next(t for t in FILES["blocks"] if t["id"] == "stored")["input"]), "in nothing"),
                              (lambda v: v["expect"]["refused"].update(layer="envelope"), "the layer envelope has no reason tag_wrong"),
                              (lambda v: v.update(expect={}), "neither one acceptance nor one refusal"),
                              (lambda v: v["expect"].update(accepted={}), "neither one acceptance nor one refusal"),
                              (lambda v: v.update(expect={"accepted": {}}), "says nothing of what comes out")):
            with self.subTest(words):
                found = self.planted(*tag, change)
                self.assertTrue(any(line.startswith("blocks/tag_changed: ") and words in line for line in found), found)

    def test_it_sees_two_broken_fields_of_a_header(self):
        found = self.planted("frames", "kind_03", lambda v: v["input"].update(header="030500000010"))
        self.assertEqual(found, ["frames/kind_03: differs from its twin control_of_sixteen in kind, metadata_blocks"])

    def test_it_misses_a_layer_that_nothing_tries(self):
        without = {name: [v for v in vectors if v["expect"].get("refused", {}).get("layer") != "seal"] for name, vectors in FILES.items()}
        self.assertIn("no vector is refused by the layer seal for tag_wrong", lint_vectors.problems(without))

    def test_a_name_is_given_once_and_needs_no_quoting(self):
        book = Book()
        book.accepted("a-name", "FRM-001", "k", "", {}, {"x": 1})
        for name in ("a-name", "a_name", "a name", "it's"):
            with self.assertRaises(ValueError):
                book.accepted(name, "FRM-001", "k", "", {}, {"x": 1})


class Readme(unittest.TestCase):
    def test_its_program_runs_in_the_directory(self):
        programs = re.findall(r"```python\n(.*?)```", README, re.S)
        self.assertEqual(len(programs), 1)
        self.assertLessEqual(len(programs[0].strip().splitlines()), 16)
        ran = subprocess.run([sys.executable, "-c", programs[0]], cwd=VECTORS, capture_output=True, text=True)
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(ran.stdout, f"{sum(v['kind'] == 'link' for v in FILES['links'])} vectors of kind link agree\n")
        wrong = subprocess.run([sys.executable, "-c", programs[0].replace("coffer/1", "coffer/2")], cwd=VECTORS, capture_output=True, text=True)
        self.assertIn("link_1", wrong.stderr)

    def test_it_names_every_file_kind_layer_and_reason(self):
        for file, vectors in FILES.items():
            self.assertIn(f"\n| {file} | `", README)
            for kind in {v["kind"] for v in vectors}:
                self.assertIn(f"`{kind}`", README)
        for layer, reasons in LAYERS.items():
            row = next(line for line in README.splitlines() if line.startswith(f"| `{layer}` |"))
            for reason in reasons:
                self.assertIn(reason, row)


if __name__ == "__main__":
    unittest.main()
