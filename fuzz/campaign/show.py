"""A trace as a sequence diagram, in text and as SVG: each step beside what the sessions did with it and sent. What happened is asked of the replay
(COFFER_TELL, rigs/journal.h). Must not know: engines, findings.
"""
import dataclasses
import html
import os
import subprocess

from campaign import engine, places

LEFT, WIDTH, LINE = 24, 900, 20


@dataclasses.dataclass
class Shown:
    step: str          # as the trace's text has it
    did: list          # (kind, text): what came of it


def text_of(file, build=None):
    run = subprocess.run([str(places.shower(build)), "show", str(file)], capture_output=True, text=True)
    if run.returncode != 0:
        raise ValueError(run.stderr.strip())
    return run.stdout.splitlines()[1:]


def happened(target, file, build=None, environment=None):
    """([Shown], what broke or "")."""
    steps = [Shown(line, []) for line in text_of(file, build)]
    run = subprocess.run([str(places.replayer(target, build)), str(file)], capture_output=True, text=True, errors="replace",
                         env=os.environ | {"COFFER_TELL": "1", "BOTAN_MLOCK_POOL_SIZE": "0"} | (environment or {}))
    return told(steps, run.stderr), engine.says(run.stderr) if run.returncode else ""


def told(steps, output):
    """`steps` with what the output says of each."""
    names, at = {}, None
    for line in output.splitlines():
        kind, _, rest = line.partition(": ")
        words = rest.split()
        if kind == "step" and rest.isdigit():
            at = steps[int(rest)] if int(rest) < len(steps) else None
        elif at is None:
            continue
        elif kind == "told" and len(words) == 8 and words[0] != "frame_reader":
            machine, session, start, event, row, to, rule, reason = words
            name = names.setdefault((machine, session), f"{machine.removesuffix('_session')} {1 + sum(m == machine for m, _ in names)}")
            ended = f"  [{rule} {reason}]" if rule != "-" else ""
            by = "" if row.startswith("on_") else f" by {row}"
            at.did.append(("told", f"{name}: {start} × {event} → {to}{by}{ended}"))
        elif kind == "said":
            at.did.append(("said", rest))
        elif kind == "broken":
            at.did.append(("broken", rest))
    return steps


def as_text(steps, broken=""):
    lines = []
    for number, shown in enumerate(steps, 1):
        lines.append(f"{number:>3}  ──▶ {shown.step}")
        marks = {"told": "     │    ", "said": "     ◀──  ", "broken": "     ✗    "}
        lines += [marks[kind] + text for kind, text in shown.did]
    return "\n".join(lines + ([f"     {broken}"] if broken and not any(kind == "broken" for shown in steps for kind, _ in shown.did) else [])) + "\n"


def as_svg(steps, title):
    rows = []
    for number, shown in enumerate(steps, 1):
        rows.append(("step", f"{number}  {shown.step}"))
        rows += shown.did
    height = LINE * (len(rows) + 3)
    peer, side = LEFT + 120, WIDTH - 420
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="12">',
             '<defs><marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0,0 L8,4 L0,8 z"/></marker></defs>',
             f"<title>{html.escape(title)}</title>",
             f'<text x="{peer}" y="16" text-anchor="middle">what the trace does</text><text x="{side}" y="16" text-anchor="middle">session</text>',
             *(f'<line x1="{x}" y1="22" x2="{x}" y2="{height}" stroke="#bbb"/>' for x in (peer, side))]
    for at, (kind, text) in enumerate(rows):
        y = LINE * (at + 2)
        text = html.escape(text)
        if kind in ("step", "said"):
            start, end, colour = (peer, side - 4, "black") if kind == "step" else (side, peer + 4, "#06c")
            parts.append(f'<line x1="{start}" y1="{y}" x2="{end}" y2="{y}" stroke="{colour}" marker-end="url(#tip)"/>'
                         f'<text x="{(peer + side) / 2}" y="{y - 4}" text-anchor="middle" fill="{colour}">{text}</text>')
        else:
            parts.append(f'<text x="{side + 10}" y="{y}" fill="{"#c00" if kind == "broken" else "#444"}">{text}</text>')
    return "\n".join(parts) + "\n</svg>\n"
