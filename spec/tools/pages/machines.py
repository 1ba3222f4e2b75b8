"""Machines as drawings that follow the page's colours, and what the tables say in full."""
import re

import drawings
import tables
from pages import elements

COLOURS = {"black": "currentColor", "#666666": "var(--soft)"}


def drawing(spec, machine):
    """The committed SVG, made part of the page: no colours of its own, no ids that another drawing has too."""
    svg = (spec.root / f"generated/{machine['name']}.svg").read_text()
    svg = svg[svg.index("<svg"):svg.index("</svg>") + len("</svg>")]
    svg = re.sub(r'<polygon fill="white" stroke="transparent"[^>]*/>', "", svg, count=1)
    for colour, ours in COLOURS.items():
        svg = re.sub(rf'(fill|stroke)="{colour}"', rf'\1="{ours}"', svg)
    svg = re.sub(r'(<text (?!.*fill=)[^>]*)>', r'\1 fill="currentColor">', svg)
    svg = re.sub(r' id="([^"]+)"', rf' id="{machine["name"]}-\1"', svg)
    width = float(re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+)', svg)[1])
    svg = re.sub(r'<svg width="[^"]*" height="[^"]*"', f'<svg role="img" aria-label="state machine {machine["name"]}" style="min-width:{min(width, 720):.0f}px;max-width:{width * 1.25:.0f}px"', svg, count=1)
    return f'<figure class="machine wide" tabindex="0">{svg}</figure>'


def legend(machine):
    return '<ul class="legend forms">' + "".join(f'<li><i class="{k}"></i>{drawings.KINDS[k]}</li>' for k in drawings.kinds(machine)) + "</ul>"


def notes(machine, link):
    """What the drawing does not show; each of the machine's states that is named leads to its place."""
    names = "|".join(s["name"] for s in machine["state"])
    own = lambda text: re.sub(rf"\b({names})\b", lambda m: f'<a href="#{place_of(machine, m[1])}">{m[1]}</a>', text)
    ids = lambda text: re.sub(r"[A-Z]{3}-\d{3}", lambda m: link(m[0]), text)
    lines = "".join(f"<li>{ids(own(line))}</li>" for line in drawings.notes(machine))
    return f'<ul class="notes">{lines}</ul>' if lines else ""


def place_of(machine, state):
    return f"state-{machine['name'].replace('_', '-')}-{state}"


def cells(machine):
    """The state that a row of the first table names is a place; everywhere else in the machine's tables, names of its states lead there."""
    states = {s["name"] for s in machine["state"]}

    def cell(row, column, text):
        named = row[column].split(", ")
        if not states.issuperset(named) or column == 0:
            return text
        if column == 1 and row[0].isdigit():
            return f'<b id="{place_of(machine, named[0])}">{named[0]}</b>'
        return ", ".join(f'<a href="#{place_of(machine, n)}">{n}</a>' for n in named)
    return cell


def taken(machine, replay):
    """What the last runs took of it; nothing when none was watched."""
    if not replay.steps:
        return ""
    rows, every, ways, all_ways = replay.counts()[machine["name"]]
    times = sum(n for row, n in replay.taken.items() if row.machine == machine["name"])
    return (f'<p><span class="chip {"good" if rows == every else "bad"}">{rows} of {every} rows taken</span> '
            f'<span class="soft">by the last runs of tests and cases, {times:,} times; {ways} of {all_ways} ways out of them.</span></p>')


def section(spec, machine, renderer, replay):
    place = machine["name"].replace("_", "-")
    renderer.headings.append((3, f"machine-{place}", machine["name"]))
    renderer.cell = cells(machine)
    return elements.heading(3, f"machine-{place}", machine["name"]) + drawing(spec, machine) + legend(machine) + notes(machine, renderer.link) + taken(machine, replay) + renderer.render(tables.machine_tables(spec, machine), machine["name"])
