"""The ledger of provenance: which share of each chapter the sources say, imply, contradict or leave to us; and where each claim of the sources went."""
import collections
import html
import re

from pages import elements

KINDS = {"says": "a source states it", "implies": "it follows from what a source states", "conflict": "sources disagree; the rationale says which won",
         "chosen": "the sources are silent; the rationale names what was rejected", "external": "another standard states it"}

SHARES = {"says": "stated by the sources", "implies": "implied by them", "conflict": "where sources conflict", "chosen": "our choice", "external": "stated by other standards"}


def shares(requirements):
    count = collections.Counter(r.provenance.split()[0] for r in requirements)
    return {kind: count[kind] for kind in KINDS}


def words(counts):
    """The shares in percent, each as the legend of the bar that bar() draws."""
    total = sum(counts.values())
    share = lambda n: f"{n * 100 / total:.0f} %" if n * 200 >= total else "under 1 %"
    return '<ul class="legend">' + "".join(f'<li class="{k}"><i class="{k}"></i>{share(n)} {SHARES[k]}</li>' for k, n in counts.items() if n) + "</ul>"


def bar(counts):
    total = sum(counts.values())
    return '<span class="bar" aria-hidden="true">' + "".join(f'<i class="{k}" style="flex-grow:{n}"></i>' for k, n in counts.items() if n) + "</span>" if total else ""


def legend():
    return '<ul class="legend">' + "".join(f'<li><i class="{k}"></i><b>{k}</b> {text}</li>' for k, text in KINDS.items()) + "</ul>"


def table(spec, titles):
    chapters = collections.defaultdict(list)
    for r in spec.requirements:
        chapters[r.chapter].append(r)
    rows = [(f'<a href="#section-{int(c[:2])}">{titles[c]}</a>', shares(rs)) for c, rs in chapters.items()]
    rows.append(("<b>all chapters</b>", shares(spec.requirements)))
    cells = [("", [name, ("share", bar(counts)), *(("n", n or "") for n in counts.values()), ("n", sum(counts.values()))]) for name, counts in rows]
    return elements.table(["chapter", "share", *KINDS, "all"], cells, "shares")


def uses(spec):
    """claim -> [(kind, requirement id)] by the provenance of requirements."""
    found = collections.defaultdict(list)
    for r in spec.requirements:
        kind, _, rest = r.provenance.partition(" ")
        if kind in ("says", "implies", "conflict"):
            for claim in re.findall(r"[WTPVR]\d+", rest):
                found[claim].append((kind, r.id))
    return found


def tabled(spec):
    """claim -> (name, anchor, whether it binds yet) of the table that takes a row from it. What is ahead of its chapter does not bind."""
    found = {}
    for name, table in sorted(spec.tables.items()):
        rows = [row for value in table.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
        binds = name == "permissions"
        place = "table-permissions-and-roles" if binds else f"table-{name.replace('_', '-')}"
        for claim in re.findall(r"[WTPVR]\d+", " ".join(row.get("claim", "") for row in rows)):
            if claim not in found or binds:
                found[claim] = (f"table of {'roles' if binds else name.replace('_', ' ') + ', ahead of its chapter'}", place, binds)
    return found


def mentions(chapters):
    """claim -> the sections whose prose names it."""
    found = collections.defaultdict(list)
    for text in chapters.values():
        section = ""
        for line in text.split("\n"):
            if heading := re.match(r"#+ (\d+(?:\.\d+)?) ", line):
                section = heading[1]
            elif not line.startswith("- **"):
                for claim in re.findall(r"\b([WTPVR]\d{1,2})\b", line):
                    if section and section not in found[claim] and section != "1.4":  # 1.4 explains the notation
                        found[claim].append(section)
    return found


def claims(spec, ledger_sources, chapters, link, badge):
    """The tables of claims, and how many are covered. `badge` tells what models say of a claim."""
    used, named, rows_of = uses(spec), mentions(chapters), tabled(spec)
    out, covered = [], 0
    for document in ledger_sources["document"]:
        rows = []
        for identity, text in ledger_sources["claims"].items():
            if identity[0] == document["prefix"]:
                covered += bool(used[identity] or (identity in rows_of and rows_of[identity][2]))
                went = where(used[identity], named[identity], rows_of.get(identity), link) + badge(identity)
                rows.append((identity, [f'<a href="#{identity}">{identity}</a>', html.escape(text), went]))
        title = f"{document['prefix']}: {html.escape(document['title'])}"
        out += [elements.heading(3, f"source-{document['prefix']}", title), elements.table(["id", "claims", "where it went"], rows, "claims")]
    return "\n".join(out), covered


def where(used, named, table_of, link):
    parts = [f'<span class="from says">says</span> <a href="#{table_of[1]}">{table_of[0]}</a>'] if table_of else []
    for kind in KINDS:
        ids = [i for k, i in used if k == kind]
        if ids:
            parts.append(f'<span class="from {kind}">{kind}</span> ' + " ".join(link(i) for i in ids))
    if named:
        parts.append('<span class="soft">discussed in ' + ", ".join(f'<a href="#section-{s}">{s}</a>' for s in named) + "</span>")
    if not used and not (table_of and table_of[2]):
        parts.insert(0, '<span class="chip none">not covered yet</span>')
    return "<br>".join(parts)
