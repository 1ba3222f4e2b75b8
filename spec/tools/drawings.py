"""Draws the machines. The .dot text is the derived truth; the .svg is made from it by Graphviz, whose versions may place things differently."""
import hashlib
import subprocess

MANY = 3  # an event that ends more states than this is told in the caption, not drawn


def dot(machine):
    final = machine["final"]
    ending = [r for r in machine["row"] if r["targets"] == [final] and len(r["states"]) > MANY]
    edges = {}
    for row in machine["row"]:
        if row in ending:
            continue
        for state in row["states"]:
            for target in [state] if row["targets"] == row["states"] else row["targets"]:
                edges.setdefault((state, target), []).append(row["event"])
    lines = [f"  {s['name']} [{style(s, machine)}];" for s in machine["state"]]
    lines += [f'  {a} -> {b} [label="{"; ".join(events)}"{", color=gray50, fontcolor=gray40" if b == final else ""}];' for (a, b), events in edges.items()]
    caption = [f"{machine['name']}: {machine['default']['text']}."]
    caption += [f"{r['event']}: from {count(r, machine)} to {final} ({r['requirement']})" for r in ending]
    text = "\\l".join(caption) + "\\l"
    return (f"// Made by spec/tools/generate.py from spec/tables/machines/{machine['name']}.toml. Do not edit.\n"
            f"digraph {machine['name']} {{\n  rankdir=TB; fontname=\"sans-serif\"; fontsize=11; labeljust=l; labelloc=b;\n"
            f"  node [fontname=\"sans-serif\", fontsize=11, shape=box, style=rounded];\n  edge [fontname=\"sans-serif\", fontsize=9];\n"
            f"  label=\"{text}\";\n" + "\n".join(lines) + "\n}\n")


def style(state, machine):
    if state["name"] == machine["final"]:
        return "shape=doublecircle, style=solid"
    if state.get("held"):
        return 'style="rounded,dashed", tooltip="held: nothing of the wire is read"'
    if state.get("driven"):
        return 'style="rounded,bold", tooltip="driven: waits for its program"'
    return "penwidth=2" if state["name"] == machine["initial"] else "penwidth=1"


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
