"""The specification's page: complete, self-contained, its links lead somewhere; and what is no form of the chapters is refused."""
import dataclasses
import html
import html.parser
import pathlib
import re
import sys
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS))
import drawings
import specification
from pages import page, requirements, sources
from pages.markdown import Renderer, Unknown

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Reader(html.parser.HTMLParser):
    """Ids, links, words, and whether every element is closed in its turn."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.names, self.open, self.loads, self.wrong = [], [], set(), [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.names.add(tag)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.loads += [value for name, value in attributes if name in ("src", "srcset", "data", "action", "poster") or (tag == "link" and name == "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append((tag, self.getpos()))


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.spec = specification.load(TOOLS.parent)
        cls.page = page.Page(cls.spec, "1.2.3")
        cls.text = cls.page.html()
        cls.read = Reader(cls.text)

    def test_every_requirement_is_there_once_with_its_sentence(self):
        for r in self.spec.requirements:
            self.assertEqual(1, self.read.ids.count(r.id), r.id)
        words = re.sub(r"<[^>]+>", "", self.text)
        self.assertIn("A receiver MUST make the header checks as soon as six octets are there, without waiting for any of the body.", words)

    def test_every_claim_of_the_sources_is_in_the_ledger(self):
        for claim in self.page.ledger.sources["claims"]:
            self.assertEqual(1, self.read.ids.count(claim), claim)

    def test_every_link_leads_to_one_place_on_the_page(self):
        self.assertEqual([], [l for l in self.read.links if not l.startswith("#") or self.read.ids.count(l[1:]) != 1])
        self.assertGreater(len(self.read.links), 1000)

    def test_ids_are_given_once(self):
        self.assertEqual([], [i for i in set(self.read.ids) if self.read.ids.count(i) > 1])

    def test_it_needs_no_script_and_nothing_from_elsewhere(self):
        self.assertNotIn("script", self.read.names)
        self.assertEqual([], self.read.loads)
        self.assertNotRegex(self.text, r"url\(|@import|\son\w+=")

    def test_every_element_is_closed_in_its_turn(self):
        self.assertEqual(([], []), (self.read.wrong, self.read.open))

    def test_each_machine_is_drawn_in_the_pages_own_colours(self):
        self.assertEqual(len(self.spec.machines), self.text.count('<svg role="img"'))
        self.assertNotRegex(self.text, r'(fill|stroke)="(white|black|#[0-9a-f]{6})"')

    def test_several_numbers_after_one_word_are_all_links(self):
        for words, numbers in (("chapters 7 and 8", "78"), ("Chapters 5, 6 and 8)", "568"), ("chapter 7", "7")):
            self.assertEqual([f"#section-{n}" for n in numbers], Reader(self.page.link(words)).links, words)
        self.assertNotIn("href", self.page.link("section 77"))

    def test_an_opened_requirement_says_where_it_comes_from_and_why(self):
        self.assertEqual(len(self.spec.requirements), self.text.count("<dt>source</dt>"))
        chosen = self.text.partition('<section class="requirement" id="FRM-012"')[2].partition("</section>")[0]
        self.assertIn("our choice: the sources are silent", chosen)
        self.assertIn("a fixed order gives every wrong input exactly one right answer", chosen)

    def test_each_state_of_a_machine_is_a_place_and_its_rows_lead_there(self):
        for machine in self.spec.machines:
            for state in machine["state"]:
                place = f"state-{machine['name'].replace('_', '-')}-{state['name']}"
                self.assertEqual(1, self.read.ids.count(place), place)
                if any(state["name"] in row["states"] for row in machine["row"]):
                    self.assertIn(f"#{place}", self.read.links)

    def test_what_no_arrow_shows_is_said_in_the_state_or_below(self):
        for machine in self.spec.machines:
            drawn = (self.spec.root / f"generated/{machine['name']}.dot").read_text() + " ".join(drawings.notes(machine))
            self.assertEqual([], [r["event"] for r in machine["row"] if r["event"] not in drawn])

    def test_light_dark_and_narrow(self):
        for word in ("prefers-color-scheme: dark", "max-width: 40rem", 'name="viewport"'):
            self.assertIn(word, self.text)

    def test_the_shares_add_up(self):
        self.assertEqual(len(self.spec.requirements), sum(sources.shares(self.spec.requirements).values()))


class Evidence(unittest.TestCase):
    def test_why_some_evidence_is_not_asked_stands_beside_the_requirement(self):
        made = page.Page(specification.load(TOOLS.parent), "1.2.3")
        made.ledger.fault_exceptions = [{"requirement": "SES-003", "role": "client", "reason": "no other <order> is possible, see ARC-056"}, {"fault": "FRM_012_waits", "reason": "it never waits"}]
        folded = lambda identity: made.requirement(identity).partition("<details>")[2]
        self.assertIn('<dt>excused</dt><dd>from a killed fault as client: no other &lt;order&gt; is possible, see <a class="id-link" href="#ARC-056">ARC-056</a></dd>', folded("SES-003"))
        self.assertIn('title="from a killed fault as client: no other &lt;order&gt;', folded("SES-003"))
        self.assertIn("<dt>excused</dt><dd>FRM_012_waits need not be killed: it never waits</dd>", folded("FRM-012"))
        self.assertNotIn("excused", folded("FRM-013"))
        row = made.ledger.unjudged["LIM-003"]
        self.assertIn(f"<dt>no case</dt><dd>{made.link(html.escape(row['reason']))}; instead: {made.link(html.escape(row['instead']))}</dd>", folded("LIM-003"))
        self.assertEqual(len(made.ledger.unjudged), sum("<dt>no case</dt>" in made.requirement(i) for i in made.ledger.of))

    def test_without_any_report_the_page_says_so_once(self):
        made = page.Page(specification.load(TOOLS.parent), "1.2.3")
        for source in list(made.ledger.reports.sources):
            made.ledger.reports.sources[made.ledger.reports.sources.index(source)] = dataclasses.replace(source, made_at="")
        self.assertEqual(1, made.html().count("No run’s reports were found"))
        made.ledger.reports.sources[0] = dataclasses.replace(made.ledger.reports.sources[0], made_at="now")
        self.assertEqual("", made.no_runs())

    def test_what_failed_is_shown_and_what_is_not_known_is_not_a_zero(self):
        self.assertIn("bad", requirements.chip("cases", 1, 2, True))
        self.assertIn("1/2", requirements.chip("cases", 1, 2, True))
        self.assertIn("faults ?", requirements.chip("faults", 0, 0, False))
        self.assertIn("faults 0", requirements.chip("faults", 0, 0, True))


class Markdown(unittest.TestCase):
    def test_the_forms_of_chapters(self):
        text = Renderer().render("## 1.1 A\n\nOne `a|b_c` and **two** <x>\nthree.\n\n- a\n- b\n  more\n\n| h | i |\n| --- | --- |\n| 1 | `2` |\n\n```\n<raw> **x**\n```\n1. no list\n")
        for part in ('<h2 id="section-1.1">', "<code>a|b_c</code> and <strong>two</strong> &lt;x&gt; three.</p>", "<li>b more</li>", "<td><code>2</code></td>", "&lt;raw&gt; **x**</pre>", "<p>1. no list</p>"):
            self.assertIn(part, text)

    def test_what_is_no_form_of_chapters_is_refused_with_its_place(self):
        for line in ("> quoted", "![picture](x.svg)", "<div>", "* star", "  - nested", "\tcode"):
            with self.subTest(line=line), self.assertRaisesRegex(Unknown, "x.md:3"):
                Renderer().render(f"# t\n\n{line}\n", "x.md")
        with self.assertRaises(Unknown):
            Renderer().render("```\nno end\n")
        with self.assertRaises(Unknown):
            Renderer().render("| a |\n| b |\n")


if __name__ == "__main__":
    unittest.main()
