"""Pieces of HTML that several parts of the page are made of."""


def table(heads, rows, kind=""):
    """A table that scrolls by itself when the page is narrow. A row: (id or "", cells). A cell: HTML, or (class, HTML)."""
    head = "".join(f'<th scope="col">{h}</th>' for h in heads)
    body = "".join(f"<tr{attribute('id', place)}>{''.join(map(cell, cells))}</tr>" for place, cells in rows)
    return f'<div class="wide" tabindex="0"><table{attribute("class", kind)}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def cell(content):
    kind, text = content if isinstance(content, tuple) else ("", content)
    return f"<td{attribute('class', kind)}>{text}</td>"


def attribute(name, value):
    return f' {name}="{value}"' if value else ""


def heading(level, place, title):
    return f'<h{level} id="{place}"><a href="#{place}">{title}</a></h{level}>'
