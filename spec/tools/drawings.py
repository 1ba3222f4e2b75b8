"""Draws the machines. The .dot text is the derived truth; the .svg is made from it by Graphviz, whose versions may place things differently."""
import hashlib
import subprocess
import textwrap

MANY = 3  # an event that ends more states than this is told under the drawing, not drawn; so are, in the states themselves, more ways to the final state than this
KINDS = {"initial": "where it begins", "held": "held: what arrives is not read", "driven": "driven: waits for its program", "final": "where it ends"}
FORMS = {"initial": "an arrow from a dot", "held": "a dashed border", "driven": "a thick border", "final": "a double border"}


def dot(machine):
    final = machine["final"]
    edges, stays, ends = ways(machine)
    lines = [f"  {s['name']} [{style(s, machine, said('stays by', stays.get(s['name'], [])) + said('may end by', ends.get(s['name'], [])))}];" for s in machine["state"]]
    lines += [f"  begin [shape=point, width=0.1]; begin -> {machine['initial']};"]
    lines += [f'  {a} -> {b} [label="{label(events)}"];' for (a, b), events in edges.items()]
    lines += [f"  {{ rank=sink; {final}; }}"] if ends else []
    return (f"// Made by spec/tools/generate.py from spec/tables/machines/{machine['name']}.toml. Do not edit.\n"
            f"digraph {machine['name']} {{\n  rankdir=TB; nodesep=0.25; ranksep=0.45;\n"
            f"  node [fontname=\"sans-serif\", fontsize=13, shape=box, style=rounded, margin=\"0.15,0.08\"];\n"
            f"  edge [fontname=\"sans-serif\", fontsize=11, arrowsize=0.7];\n" + "\n".join(lines) + "\n}\n")


def ways(machine):
    """(state, target) -> events, as arrows; state -> events that leave it where it is; state -> events that may end it, where they are too many to be arrows."""
    told = told_below(machine)
    edges = {}
    for row in machine["row"]:
        if row in told:
            continue
        for state in row["states"]:
            for target in [state] if row["targets"] == row["states"] else row["targets"]:
                edges.setdefault((state, target), []).append(row["event"])
    stays = {a: events for (a, b), events in edges.items() if a == b}
    ends = {a: events for (a, b), events in edges.items() if b == machine["final"]}
    if len(ends) <= MANY:
        ends = {}
    return {(a, b): events for (a, b), events in edges.items() if a != b and not (ends and b == machine["final"])}, stays, ends


def told_below(machine):
    return [r for r in machine["row"] if r["targets"] == [machine["final"]] and len(r["states"]) > MANY]


def label(events):
    """Hard spaces keep the words off the arrow."""
    return "".join(f"\u00a0{e}\u00a0\\l" for e in events)


def style(state, machine, words):
    look = {"peripheries=2": state["name"] == machine["final"], 'style="rounded,dashed"': state.get("held"), "penwidth=2.5": state.get("driven")}
    rows = [state["name"], *(f'<FONT POINT-SIZE="11" COLOR="gray40">{line}</FONT>' for line in words)]
    inside = f'<<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="2">{"".join(f"<TR><TD>{r}</TD></TR>" for r in rows)}</TABLE>>' if words else state["name"]
    return ", ".join([f"label={inside}", *(attribute for attribute, is_so in look.items() if is_so)])


def said(what, events):
    """Lines of a state's box; long ones are broken."""
    return textwrap.wrap(f"{what} {', '.join(events)}", 26, break_on_hyphens=False) if events else []


def kinds(machine):
    """Those of KINDS that the machine has."""
    return [k for k in KINDS if k in ("initial", "final") or any(s.get(k) for s in machine["state"])]


def notes(machine):
    """What the drawing says in words, and what it does not show."""
    lines = [f"{r['event']}: from {count(r, machine)} to {machine['final']} ({r['requirement']})" for r in told_below(machine)]
    _, stays, ends = ways(machine)
    if ends:
        lines.insert(0, f"“may end by”: these events may lead to {machine['final']}")
    if stays:
        lines.insert(0, "“stays by”: these events leave the machine in that state")
    return lines


def count(row, machine):
    open_states = [s["name"] for s in machine["state"] if s["name"] != machine["final"]]
    without = [s for s in open_states if s not in row["states"]]
    return "every open state" if not without else f"every open state but {', '.join(without)}"


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def is_drawing_of(svg, text):
    return f"<!-- dot sha256 {digest(text)} -->" in svg


def svg(text):
    drawn = subprocess.run(["dot", "-Tsvg"], input=text, capture_output=True, text=True, check=True).stdout
    return drawn.rstrip("\n") + f"\n<!-- dot sha256 {digest(text)} -->\n"
