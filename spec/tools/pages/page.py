"""The whole specification as one page of HTML: chapters, machines, tables, worked session, ledger, index. No script, nothing from elsewhere."""
import html
import pathlib
import re

import specification
import tables
from evidence import gates, snapshot, transitions
from evidence.ledger import COLUMNS, Ledger
from pages import elements, machines, models, requirements, sources
from pages.markdown import Renderer
from pages.names import Links, anchors

STYLE = pathlib.Path(__file__).with_name("style.css")


def page(spec, version):
    return Page(spec, version).html()


class Page:
    def __init__(self, spec, version):
        self.spec, self.version, self.ledger = spec, version, Ledger(spec)
        self.chapters = {p.stem: p.read_text() for p in sorted(spec.root.glob("[0-9][0-9]-*.md"))}
        self.titles = {stem: text.split("\n", 1)[0].lstrip("# ") for stem, text in self.chapters.items()}
        self.known = set(snapshot.judged_columns(self.ledger))
        sections = {m for text in self.chapters.values() for m in re.findall(r"^#+ (\d+(?:\.\d+)?) ", text, re.M)}
        self.link = Links(anchors(spec, self.ledger.sources["claims"]), sections)
        self.models = models.Models(self.ledger.house)
        self.replay = transitions.replay(spec, transitions.files(self.ledger.house))
        self.placed = set()  # anchors of tables' rows that are on the page already
        self.contents = []  # (level, anchor, title) in the page's order

    def html(self):
        body = [self.chapter(stem, text) for stem, text in self.chapters.items()]
        body += [self.machines(), self.tables(), self.appendices(), self.ledger_of_sources(), self.models_section(), self.index()]
        style = re.sub(r"/\*.*?\*/", "", STYLE.read_text(), flags=re.S)
        return (f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
                f'<meta name="color-scheme" content="light dark"><title>Coffer {self.version}: the specification</title><style>{style}</style></head><body>'
                f'<a class="skip" href="#content">To the content</a>{self.navigation()}<main id="content">{self.front()}{"".join(body)}</main></body></html>\n')

    # ---- parts

    def renderer(self, prefix=""):
        renderer = Renderer(self.link, self.requirement, self.cell)
        renderer.prefix = prefix
        return renderer

    def requirement(self, identity):
        return requirements.block(self.ledger.of[identity], self.link, self.known, gates.excuses(self.ledger, identity))

    def cell(self, row, column, text):
        """Chapter 2's claims and non-claims are places of their own, with the models that speak of them."""
        if not re.fullmatch(r"[CN]\d{1,2}", row[0]):
            return text
        if column == 0:
            return f'<span id="{row[0]}" class="claim-id">{row[0]}</span>'
        return text + self.models.badge(row[0]) if column == len(row) - 1 else text

    def part(self, place, title, content, renderer=None, words=""):
        self.contents.append((2, place, title))
        self.contents += [(3, a, t) for level, a, t in (renderer.headings if renderer else []) if level == 3]
        lead = f'<p class="lead">{words}</p>' if words else ""
        return f'<article id="{place}"><h2><a href="#{place}">{title}</a></h2>{lead}{content}</article>'

    def chapter(self, stem, text):
        renderer = self.renderer()
        title, rest = text.split("\n", 1)
        number, name = title.lstrip("# ").split(" ", 1)
        content = renderer.render(rest, f"{stem}.md", shift=1)
        self.contents.append((2, f"section-{number}", f"{number} {name}"))
        self.contents += [(3, a, t) for level, a, t in renderer.headings if level == 3 and a.startswith("section")]
        heading = f'<h2><a href="#section-{number}"><span class="number">{number}</span> {html.escape(name)}</a></h2>'
        return f'<article id="section-{number}">{heading}{self.share_of(stem)}{content}</article>'

    def share_of(self, stem):
        counts = sources.shares([r for r in self.spec.requirements if r.chapter == stem])
        if not (every := sum(counts.values())):
            return ""
        words = f"{every} requirements: " + ", ".join(f"{n} {k}" for k, n in counts.items() if n)
        return f'<p class="chapter-share">{sources.bar(counts)}<span class="soft">{words}</span></p>'

    def machines(self):
        renderer = self.renderer("machine-")
        content = "".join(machines.section(self.spec, m, renderer, self.replay) for m in self.spec.machines)
        return self.part("machines", "State machines", content, renderer, "Each machine as a drawing, its states, all pairs of state and event, and the rows with their requirements. They bind as requirement lines do.")

    def tables(self):
        renderer = self.renderer("table-")
        renderer.cell = self.named_cell
        content = renderer.render("\n".join(tables.parts(self.spec)), "tables", shift=1)
        return self.part("tables", "Tables", content, renderer, "They bind as requirement lines do, save those that say they are ahead of their chapter. The forms of ranges are explained in section 3.3.")

    def named_cell(self, row, column, text):
        """The cell that names a row of a table is the place its name leads to."""
        word = row[column].strip("*")
        place = self.link.known.get(word, "")
        if column <= 1 and place not in self.placed and place.endswith(f"-{word}") and place.split("-")[0] in ("reason", "message", "limit", "timer", "permission", "role"):
            self.placed.add(place)
            return f'<b id="{place}">{word}</b>'
        return text

    def appendices(self):
        """Every other page under generated/: the worked session, and what models say in tables."""
        parts = []
        for path in sorted((self.spec.root / "generated").glob("*.md")):
            if path.name != "tables.md":  # shown already, table by table
                title, text = path.read_text().split("\n", 1)
                renderer = self.renderer(f"{path.stem}-")
                parts.append(self.part(path.stem, html.escape(title.lstrip("# ")), renderer.render(text, path.name, shift=1)))
        return "".join(parts)

    def ledger_of_sources(self):
        listed, covered = sources.claims(self.spec, self.ledger.sources, self.chapters, self.link, self.models.badge)
        every = len(self.ledger.sources["claims"])
        words = (f"Five documents about an existing platform are restated here. Of {every} things they claim, {covered} are kept by at least one requirement or table; "
                 f"{every - covered} are not covered yet.")
        return self.part("ledger", "Where it comes from", f"{sources.legend()}{sources.table(self.spec, self.titles)}{listed}", None, words)

    def models_section(self):
        return self.part("models", "Models", self.models.html(self.link), None, "What checkers have shown of the rules, apart from any code: claims that hold, the broken variants each of them catches, and attacks that are found because they are not claimed away.") if self.models.present else ""

    def index(self):
        rows = []
        for identity, e in sorted(self.ledger.of.items()):
            r, counts = e.requirement, requirements.counted(e)
            origin = f'<span class="from {r.provenance.split()[0]}">{html.escape(r.provenance)}</span>'
            marks = [(f"n {self.state(c, counts[c])}", self.count(c, counts[c])) for c in COLUMNS]
            rows.append(("", [f'<a href="#{identity}">{identity}</a>', r.level, r.role, r.judged, origin, *marks]))
        withdrawn = "".join(f"<li>{i}: {html.escape(reason)}</li>" for i, reason in sorted(self.spec.ledger.items()) if reason)
        gone = elements.heading(3, "withdrawn", "Withdrawn") + f"<ul>{withdrawn}</ul>" if withdrawn else ""
        return self.part("index", "Index of requirements", elements.table(["id", "level", "who", "judged", "provenance", *COLUMNS], rows, "index") + gone)

    def state(self, column, counts):
        good, every = counts
        if column not in self.known:
            return ""
        return "none" if not every else "good" if good == every else "bad"

    def count(self, column, counts):
        if column not in self.known:
            return "?"
        good, every = counts
        return "–" if not every else str(good) if good == every else f"{good}/{every}"

    # ---- around them

    def navigation(self):
        groups = []  # (link of a chapter, links of its sections)
        for level, place, title in [(2, "top", "Overview"), *self.contents]:
            link = f'<a href="#{place}">{html.escape(title)}</a>'
            if level == 2:
                groups.append((link, []))
            else:
                groups[-1][1].append(f"<li>{link}</li>")
        items = [f"<li>{link}{f'<ol>{chr(10).join(inner)}</ol>' if inner else ''}</li>" for link, inner in groups]
        return f'<nav id="contents" aria-label="Contents"><p class="brand"><a href="#top">Coffer</a> <span class="soft">{self.version}</span></p><ol>{"".join(items)}</ol></nav><a class="to-contents" href="#contents">Contents</a>'

    def front(self):
        every = list(self.ledger.of.values())
        outside = [e for e in every if e.judged_from_outside]
        figures = [(len(every), "requirements", ", ".join(f"{n} {w}" for w in ("MUST", "SHOULD", "MAY") if (n := sum(e.requirement.level == w for e in every))))]
        rows = sum(len(table.rows) for table in self.replay.tables.values())
        if self.replay.steps:
            figures.append((f"{rows - len(self.replay.missing())}<small>/{rows}</small>", "rows of state machines", "taken by tests and cases"))
        else:
            figures.append((rows, "rows of state machines", f"{len(self.spec.machines)} machines, each total: every event in every state is decided"))
        for column, what in (("cases", "with a case that passed"), ("faults", "with a fault that was killed")):
            if column in self.known and (column != "faults" or self.ledger.reports.every_fault):
                figures.append((f"{sum(e.has(column) for e in outside)}<small>/{len(outside)}</small>", "MUSTs judged from outside", what))
        if self.models.present:
            figures.append((self.models.claims, "claims of models hold", f"{self.models.mutants} broken variants are caught"))
        figures.append((len(self.ledger.reports.vectors), "test vectors", "made without the reference"))
        cards = "".join(f"<li><b>{n}</b><span>{what}</span><span class=soft>{more}</span></li>" for n, what, more in figures)
        counts = sources.shares(self.spec.requirements)
        return (f'<header class="front" id="top"><p class="eyebrow">Specification, edition {specification.read_edition(self.spec.root)}, as in release {self.version}</p><h1>Coffer</h1>'
                '<p class="lead">A sealed endpoint-backup protocol: a client seals files on the computer, a server keeps what it cannot read. Each rule below is one sentence with its number, '
                'where it comes from, and what has shown that it can be kept.</p>'
                f'<ul class="figures">{cards}</ul>{self.no_runs()}<div class="origin"><p>Where the requirements come from (<a href="#ledger">ledger</a>):</p>{sources.bar(counts)}{sources.words(counts)}</div>'
                f'{self.how_to_read()}</header>')

    def no_runs(self):
        if any(s.present for s in self.ledger.reports.sources):
            return ""
        return '<p class="notice">No run’s reports were found: <code>./dev conform</code> and <code>./dev test</code> fill in the counts that are marked “?” here.</p>'

    def how_to_read(self):
        made = "".join(f'<li>{s.kind}: <code>{s.path}</code>, {s.made_at}</li>' if s.present else f'<li>{s.kind}: <b>not known</b>, no <code>{s.path}</code>; <code>{s.command}</code> makes it</li>' for s in self.ledger.reports.sources)
        chips = "".join(f"<li>{requirements.chip(c, 1, 1, True)} {requirements.EXPLAINED[c]}</li>" for c in COLUMNS)
        return (f'<details class="reading"><summary>How to read a requirement</summary><p>Open the row of counts under a sentence to see its evidence. Evidence is what ran and passed, never what a comment says.</p>'
                f'<ul class="plain">{chips}</ul><p>This page was made from these runs:</p><ul>{made}</ul></details>')
