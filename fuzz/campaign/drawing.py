"""The machines as spec/generated draws them, with what was taken in green and what was not in red. Must not know: how it was taken."""
import re

from campaign import places

TAKEN, NOT_TAKEN = "#1a7f37", "#cf222e"
GROUP = re.compile(r'<g id="(node|edge)\d+" class="\1">\n<title>(.*?)</title>.*?</g>', re.S)


def drawn(machine, ways):
    """The drawing as SVG text; a line between two states is taken when one way of it was."""
    states = {way.start for way in ways if way.machine == machine} | {way.to for way in ways if way.machine == machine}
    lines = {(way.start, way.to) for way in ways if way.machine == machine}
    svg = (places.ROOT / "spec" / "generated" / f"{machine}.svg").read_text()

    def coloured(match):
        title = match[2].replace("&#45;", "-").replace("&gt;", ">")
        start, arrow, to = title.partition("->")
        taken = (start, to) in lines if arrow else title in states
        colour = TAKEN if taken else NOT_TAKEN
        return re.sub(r'(stroke|fill)="black"', rf'\1="{colour}"', match[0])
    return GROUP.sub(coloured, svg[svg.index("<svg"):])
