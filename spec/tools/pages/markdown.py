"""Chapters as HTML: just the Markdown that chapters use, and requirement lines. What it does not know it refuses, so that nothing is rendered wrongly.

Headings, paragraphs, fenced blocks, tables, bullets; code, bold, links. No nesting, no raw HTML, no images, no numbered lists (a paragraph that
begins with `1.` is a paragraph).
"""
import html
import re

import specification
from pages import elements

BULLET = re.compile(r"^- (?!\*\*[A-Z]{3}-\d{3}\*\*)")
HEADING = re.compile(r"^(#{1,3}) (.+)$")
NUMBER = re.compile(r"^(\d+(?:\.\d+)?) ")
UNKNOWN = re.compile(r"^(\s+[-*] |> |!\[|<[a-z]|\* |\t)")


class Unknown(ValueError):
    pass


def anchor(title):
    """section-3.1 for numbered headings, the words with dashes for others."""
    number = NUMBER.match(title)
    return f"section-{number[1]}" if number else re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


class Renderer:
    """`link` turns escaped text into text with links; `requirement` renders one requirement line, given its id."""

    def __init__(self, link=lambda text: text, requirement=lambda identity: "", cell=lambda row, column, text: text):
        self.link, self.requirement, self.cell = link, requirement, cell
        self.headings = []  # (level, anchor, title)
        self.prefix = ""  # before the anchors of headings; none: numbered ones are sections of the specification

    def render(self, text, name="", shift=0):
        """HTML of a whole page. `shift` makes every heading that much smaller."""
        lines, out, at = text.split("\n"), [], 0
        while at < len(lines):
            line = lines[at]
            if not line.strip():
                at += 1
            elif line.startswith("```"):
                end = next((n for n in range(at + 1, len(lines)) if lines[n].startswith("```")), None)
                if end is None:
                    raise Unknown(f"{name}:{at + 1}: a fenced block without an end")
                out.append('<pre tabindex="0">' + html.escape("\n".join(lines[at + 1:end]), quote=False) + "</pre>")
                at = end + 1
            elif match := HEADING.match(line):
                out.append(self.heading(len(match[1]) + shift, match[2]))
                at += 1
            elif match := specification.LINE.match(line):
                out.append(self.requirement(match[1]))
                at += 1
            elif UNKNOWN.match(line):
                raise Unknown(f"{name}:{at + 1}: no form that chapters use: {line[:60]}")
            else:
                kind = self.kind(line)
                end = at + 1
                while end < len(lines) and lines[end].strip() and self.kind(lines[end], kind) == kind and not lines[end].startswith("```"):
                    end += 1
                out.append(getattr(self, kind)(lines[at:end]))
                at = end
        return "\n".join(out)

    @staticmethod
    def kind(line, before=""):
        if line.startswith("|"):
            return "table"
        if specification.LINE.match(line) or HEADING.match(line):
            return "none"
        if BULLET.match(line) or (before == "bullets" and line.startswith("  ")):
            return "bullets"
        return "paragraph"

    def heading(self, level, title):
        number = NUMBER.match(title) if not self.prefix else None
        place = anchor(title) if number else self.prefix + re.sub(r"^section-", "", anchor(title))
        self.headings.append((level, place, title))
        text = f'<span class="number">{number[1]}</span> {self.inline(title[number.end():])}' if number else self.inline(title)
        return elements.heading(level, place, text)

    def paragraph(self, lines):
        text = " ".join(lines)
        rationale = text.startswith("**Rationale**")
        named = re.search(r"[A-Z]{3}-\d{3}", text) if rationale else None
        place = f' id="why-{named[0]}"' if named else ""
        return f'<p{place}{" class=rationale" if rationale else ""}>{self.inline(text)}</p>'

    def bullets(self, lines):
        items = []
        for line in lines:
            if BULLET.match(line):
                items.append(line[2:])
            else:
                items[-1] += " " + line.strip()
        return "<ul>" + "".join(f"<li>{self.inline(i)}</li>" for i in items) + "</ul>"

    def table(self, lines):
        rows = [[c.strip() for c in re.split(r"(?<!\\)\|", line.strip().strip("|"))] for line in lines]
        if len(rows) < 2 or not all(re.fullmatch(r":?-+:?", c) for c in rows[1]):
            raise Unknown(f"a table without its second line: {lines[0][:60]}")
        return elements.table(map(self.inline, rows[0]), [("", [self.cell(row, n, self.inline(c)) for n, c in enumerate(row)]) for row in rows[2:]])

    def inline(self, text):
        """Code first, so that nothing inside it is read as anything else."""
        out = []
        for n, part in enumerate(text.split("`")):
            if n % 2:
                out.append(f"<code>{self.link(html.escape(part, quote=False))}</code>")
                continue
            escaped = html.escape(part, quote=False)
            pieces = re.split(r"(\[[^\]]+\]\([^)\s]+\))", escaped)
            for piece in pieces:
                link = re.fullmatch(r"\[([^\]]+)\]\(([^)\s]+)\)", piece)
                out.append(self.own_link(link[1], link[2]) if link else re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", self.link(piece)))
        return "".join(out)

    @staticmethod
    def own_link(text, target):
        """A link to a chapter's file goes to its place on this page."""
        chapter = re.search(r"(\d\d)-[a-z]+\.md$", target)
        return f'<a href="#section-{int(chapter[1])}">{text}</a>' if chapter else text
