"""Machines as drawings that follow the page's colours, and what the tables say in full."""
import re

import tables
from pages import elements

COLOURS = {"black": "currentColor", "#7f7f7f": "var(--faint)", "#666666": "var(--soft)"}


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
    svg = re.sub(r'<svg width="[^"]*" height="[^"]*"', f'<svg role="img" aria-label="state machine {machine["name"]}" style="min-width:{min(width, 720):.0f}px"', svg, count=1)
    return f'<figure class="machine wide" tabindex="0">{svg}</figure>'


def text(spec, machine):
    """What tables.py writes of the machine, without its heading and its drawing."""
    page = tables.machine(spec, machine)
    return page.split("\n\n", 2)[2]


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
    return elements.heading(3, f"machine-{place}", machine["name"]) + drawing(spec, machine) + taken(machine, replay) + renderer.render(text(spec, machine), machine["name"])
