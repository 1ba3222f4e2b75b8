"""What tables add to a requirement: an edited row, or a table that a sentence defers to, makes stale whom it binds and nobody else."""
import pathlib
import shutil
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))
import specification
from evidence import bound, citations, gates
from evidence.ledger import Ledger
from evidence.reports import Reports

# (file, what is there, what an edit makes of it, whom it makes stale)
EDITS = [
    ("tables/messages.toml", 'password = "1..1024"', 'password = "1..1023"', {"IDN-010", "MSG-005"}),
    ("tables/limits.toml", "value = 4_259_840", "value = 4_259_841", {"FRM-009"}),
    ("tables/timers.toml", "milliseconds = 900_000", "milliseconds = 900_001", {"SES-006", "LIM-005"}),
    ("tables/reasons.toml", 'name = "bad_metadata_length"\nvalue = 3', 'name = "bad_metadata_length"\nvalue = 93', {"FRM-005"}),
    ("tables/permissions.toml", 'name = "restore"\nbit = 1', 'name = "restore"\nbit = 2', {"IDN-015", "SES-021"}),
    ("tables/machines/frame_reader.toml", 'event = "body_complete"\nhandler = "deliver"\ntargets = ["header"]', 'event = "body_complete"\nhandler = "deliver"\ntargets = ["body"]', {"FRM-013"}),
    ("tables/machines/client_session.toml", 'event = "proceed"\nhandler = "on_proceed"\ntargets = ["await_server_identity"]', 'event = "proceed"\nhandler = "on_proceed"\ntargets = ["ready"]', {"SES-013", "SES-001"}),
    ("tables/machines/frame_reader.toml", '"FRM-009", "FRM-010"', '"FRM-009"', {"FRM-010", "FRM-011"}),
    ("07-keys.md", "`coffer/1 check`", "`coffer/1 chk`", {"KEY-002"}),
    ("08-archives.md", "1 to 4,096 octets without NUL", "1 to 4,097 octets without NUL", {"ARC-044"}),
    ("schema/coffer.capnp", "createdNs @2 :Int64", "createdNs @2 :UInt64", {"ARC-028", "MSG-001", "MSG-003", "MSG-004", "MSG-006"}),
    ("schema/coffer.capnp", "struct Ping { token @0 :UInt64; }", "struct Ping { token @0 :UInt32; }", {"SES-020", "MSG-001", "MSG-003", "MSG-004", "MSG-006"}),
]
NO_EDITS = [
    ("tables/machines/client_session.toml", 'handler = "on_proceed"', 'handler = "on_go"'),
    ("tables/reasons.toml", 'text = "the session ended as its client asked"', 'text = "as asked"'),
    ("tables/words.toml", "[word]", "[word]\nmore_words = \"no row of a table\""),
    ("05-session.md", "| operation | messages and frames |", "| operation | frames and messages |"),
]


class Bound(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        self.root = pathlib.Path(held.name) / "spec"
        for folder in ("tables", "schema", "evidence"):
            shutil.copytree(TOOLS.parent / folder, self.root / folder)
        for path in [*TOOLS.parent.glob("*.md"), TOOLS.parent / "sources.toml"]:
            shutil.copy(path, self.root)
        spec = specification.load(self.root)
        (self.root / "evidence/accepted.txt").write_text(citations.accepted_text(spec, {r.id for r in spec.requirements}))

    def edited(self, name, old, new):
        path = self.root / name
        before = path.read_text()
        self.assertIn(old, before, "the test's own premise")
        path.write_text(before.replace(old, new, 1))
        stale = citations.stale(specification.load(self.root))
        path.write_text(before)
        return stale

    def test_an_edited_row_makes_stale_whom_it_binds_and_nobody_else(self):
        for name, old, new, wanted in EDITS:
            with self.subTest(file=name, new=new):
                self.assertEqual(dict.fromkeys(wanted, "what tables add to it"), self.edited(name, old, new))

    def test_prose_and_names_of_functions_bind_nobody(self):
        for name, old, new in NO_EDITS:
            with self.subTest(file=name, new=new):
                self.assertEqual({}, self.edited(name, old, new))

    def test_the_place_of_a_row_in_its_table_binds_nobody(self):
        path = self.root / "tables/timers.toml"
        head, *rows = path.read_text().split("[[timer]]")
        path.write_text("[[timer]]".join([head, *reversed(rows)]))
        self.assertEqual({}, citations.stale(specification.load(self.root)))

    def test_a_stale_row_says_so_at_each_citation_and_accepting_it_ends_that(self):
        path = self.root / "tables/timers.toml"
        path.write_text(path.read_text().replace("milliseconds = 900_000", "milliseconds = 900_001"))
        spec = specification.load(self.root)
        found = [f for f in gates.stale_citations(Ledger(spec, Reports(self.root.parent))) if "SES-006" in f.text]
        self.assertTrue(found and all("what tables add to it was edited" in f.text for f in found), found)
        (self.root / "evidence/accepted.txt").write_text(citations.accepted_text(spec, ["SES-006", "LIM-005"]))
        self.assertEqual({}, citations.stale(spec))

    def test_a_sentence_and_its_rows_are_told_apart(self):
        path = self.root / "tables/timers.toml"
        path.write_text(path.read_text().replace("milliseconds = 900_000", "milliseconds = 900_001"))
        self.assertEqual("its sentence, and what tables add to it,", self.edited("05-session.md", "nothing arrives within the idle timer", "not a thing arrives within the idle timer")["SES-006"])

    def test_a_sentence_that_defers_in_words_nobody_knows_is_a_finding(self):
        path = self.root / "07-keys.md"
        path.write_text(path.read_text().replace("the label table gives", "the table below gives"))
        found = [f for f in gates.known_tables(Ledger(specification.load(self.root), Reports(self.root.parent)))]
        self.assertEqual([("unknown-table", True)], [(f.gate, "KEY-002" in f.text) for f in found])

    def test_every_deferral_leads_somewhere(self):
        spec = specification.load(self.root)
        for r in spec.requirements:
            for words, what in bound.DEFERRALS:
                if words.search(r.sentence) and "gear table" not in r.sentence:
                    self.assertTrue(what(spec, r), r.id)
        for words, _ in bound.DEFERRALS:
            self.assertTrue(any(words.search(r.sentence) for r in spec.requirements), words.pattern)


if __name__ == "__main__":
    unittest.main()
