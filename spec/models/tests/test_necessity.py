"""That no field is forgotten in the necessity table: each way to forget one, seen to be noticed, without a prover."""
import copy
import pathlib
import sys
import tempfile
import tomllib
import unittest

HERE = pathlib.Path(__file__).resolve().parents[1]
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
import necessity


class Fields(unittest.TestCase):
    def setUp(self):
        self.words = tomllib.loads((HERE / "field-necessity.toml").read_text())

    def part(self, model):
        return next(p for p in self.words["part"] if p["model"] == model)

    def finds(self, part, text):
        found = list(necessity.Part(part, pathlib.Path("nowhere")).uncounted())
        self.assertTrue(any(text in line for line in found), found)

    def test_every_field_is_counted(self):
        for part in self.words["part"]:
            self.assertEqual(list(necessity.Part(part, pathlib.Path("nowhere")).uncounted()), [])

    def test_the_headers_fields_are_those_of_the_chapter(self):
        self.assertEqual(necessity.header_fields("FRM-001"), ["kind", "metadata_blocks", "length"])

    def test_a_field_with_neither_row_nor_word(self):
        for model, field in (("unbounded-frames", "header.length"), ("unbounded-tls", "certificate.chain"), ("unbounded-session", "config_push.settings.locked")):
            part = copy.deepcopy(self.part(model))
            part["not_in_model"] = [f for f in part["not_in_model"] if f["field"] != field]
            self.finds(part, f"{field} has neither a row nor a word")

    def test_a_row_taken_away(self):
        for model, row, field in (("unbounded-frames", "part.kind", "header.kind"), ("unbounded-tls", "server_hello.suite", "server_hello.suite"), ("unbounded-session", "login.deferred", "login.deferred")):
            part = copy.deepcopy(self.part(model))
            part["field"] = [f for f in part["field"] if f["field"] != row]
            self.finds(part, f"{field} has neither a row nor a word")

    def test_a_field_of_the_standard_that_nobody_looked_at(self):
        part = copy.deepcopy(self.part("unbounded-tls"))
        part["standard"]["client_hello"].append("cookie")
        self.finds(part, "client_hello.cookie has neither a row nor a word")

    def test_a_word_for_what_is_no_field_or_has_a_row(self):
        part = copy.deepcopy(self.part("unbounded-frames"))
        part["not_in_model"].append({"field": "header.colour", "because": "there is none"})
        self.finds(part, "not_in_model names header.colour, which is no field")
        part["not_in_model"].append({"field": "header.kind", "because": "of a slip"})
        self.finds(part, "header.kind has a row, and not_in_model says")

    def test_a_row_that_stands_for_nothing(self):
        part = copy.deepcopy(self.part("unbounded-frames"))
        part["field"][0]["stands_for"] = "header.smell"
        self.finds(part, "a row stands for header.smell, which is no field")

    def test_reasons_without_a_list_of_fields(self):
        part = copy.deepcopy(self.part("unbounded-frames"))
        del part["header"]
        self.finds(part, "nothing says which fields there are")


class Fresh(unittest.TestCase):
    def test_an_edit_by_hand_is_seen_without_a_prover(self):
        self.assertTrue(necessity.fresh())
        with tempfile.TemporaryDirectory() as folder:
            table, text = pathlib.Path(folder) / "table.md", necessity.TABLE.read_text()
            for old, new in (("| redundant", "| needed"), ("SHA-256 ", "SHA-256 0"), ("page has ", "page has 0")):
                self.assertIn(old, text, "the test's own premise")
                table.write_text(text.replace(old, new, 1))
                self.assertFalse(necessity.fresh(table), new)
            table.write_text(text + "One more word.\n")
            self.assertFalse(necessity.fresh(table))


if __name__ == "__main__":
    unittest.main()
