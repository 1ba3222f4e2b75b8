"""One requirement as a block of the page: what it asks, where it comes from, and its evidence beside it."""
import html
import re

from evidence.ledger import COLUMNS
from pages.markdown import Renderer

KEYWORD = re.compile(r"\b(MUST NOT|MUST|SHOULD NOT|SHOULD|MAY)\b")
MANY = 12
UNCLAIMED = {"chosen": "our choice: the sources are silent", "external": "another standard states it: {}"}
WORDS = {"code": "code", "vectors": "vectors", "tests": "tests", "cases": "cases", "faults": "faults", "models": "models"}
EXPLAINED = {"code": "places in the reference that enforce it", "vectors": "vectors that a test ran", "tests": "tests that ran and passed", "cases": "cases of the suite that passed",
             "faults": "deliberate violations that a case noticed", "models": "claims of models that hold"}


def counted(e):
    """column -> (good, all)."""
    return {"code": (len(e.code), len(e.code)), "vectors": (sum(v.ran for v in e.vectors), len(e.vectors)), "tests": (sum(t.passed for t in e.tests), len(e.tests)),
            "cases": (sum(c.passed for c in e.cases), len(e.cases)), "faults": (sum(f.killed for f in e.faults), len(e.faults)), "models": (sum(m.holds for m in e.models), len(e.models))}


def chip(column, good, every, known):
    if not known:
        return f'<span class="chip unknown" title="{EXPLAINED[column]}: not known, no run left a report">{WORDS[column]} ?</span>'
    state = "none" if not every else "good" if good == every else "bad"
    return f'<span class="chip {state}" title="{EXPLAINED[column]}">{WORDS[column]} {good if good == every else f"{good}/{every}"}</span>'


def block(e, link, known, excuses):
    """`excuses`: (word, why) of each reason why some evidence is not asked of it."""
    r = e.requirement
    sentence = KEYWORD.sub(r'<em class="keyword">\1</em>', link(html.escape(r.sentence, quote=False)))
    chips = "".join(chip(c, *counted(e)[c], c in known) for c in COLUMNS)
    if e.reworded:
        chips += '<span class="chip bad" title="the last run of the suite judged this requirement in other words">cases of another wording</span>'
    chips += "".join(f'<span class="chip excused" title="{html.escape(why)}">{word}</span>' for word, why in excuses)
    stale = f'<span class="chip bad" title="{e.stale} was edited since its citations were looked at">stale</span>' if e.stale else ""
    return (f'<section class="requirement" id="{r.id}" aria-labelledby="{r.id}-name"><header><a class="id" id="{r.id}-name" href="#{r.id}">{r.id}</a>'
            f'<span class="facts">{r.level} · {r.role} · {r.judged}</span>{origin(e, link)}</header>'
            f'<p class="sentence">{sentence}</p>'
            f'<details><summary><span class="chips">{chips}{stale}</span></summary><div class="evidence">{lists(e, link, known, excuses)}</div></details></section>')


def origin(e, link):
    """The provenance, leading to the claim it names and to the paragraph that says why."""
    word, _, rest = e.requirement.provenance.partition(" ")
    first = re.search(r"[A-Z]{3}-\d{3}", e.rationale[2]) if e.rationale else None
    said = f'<a href="#why-{first[0]}" title="why">{word}</a>' if first else word
    return f'<span class="from {word}">{said} {link(html.escape(rest))}</span>'


def lists(e, link, known, excuses):
    word, _, rest = e.requirement.provenance.partition(" ")
    claims = [f'{link(i)}: {html.escape(text)} <span class="soft">({html.escape(title)})</span>' for i, text, title in e.claims]
    parts = group("source", claims or [UNCLAIMED[word].format(link(html.escape(rest)))])
    if e.rationale:
        parts.append(f"<dt>rationale</dt><dd>{prose(e.rationale[2], link)}</dd>")
    parts += group("code", [f"<code>{c.place}</code>" for c in e.code])
    parts += group("vectors", [judged(v.ran if "vectors" in known else None, f"<code>{html.escape(v.id)}</code> {html.escape(v.comment)}") for v in e.vectors])
    parts += group("tests", [judged(t.passed, f"<code>{html.escape(t.name)}</code>") for t in e.tests])
    parts += group("cases", [judged(c.passed, f"<code>{html.escape(c.id)}</code> {html.escape(c.goal)}" + ("" if c.passed else f" <b>({c.verdict})</b>")) for c in e.cases])
    parts += group("faults", [judged(f.killed, f"<code>{html.escape(f.id)}</code> {html.escape(f.text)}" + (f", killed by {killers(f)}" if f.killers else "")) for f in e.faults])
    parts += group("models", [judged(m.holds, f"<code>{html.escape(m.id)}</code> {html.escape(m.text)}") for m in e.models])
    parts += [f"<dt>{word}</dt><dd>{link(html.escape(why))}</dd>" for word, why in excuses]
    return f"<dl>{''.join(parts)}</dl>"


def prose(text, link):
    """A paragraph of a chapter; it is rendered in its place too, so that here it has no id of its own."""
    return Renderer(link).inline(text)


def killers(f):
    more = f" and {len(f.killers) - 2} more" if len(f.killers) > 2 else ""
    return ", ".join(f"<code>{html.escape(k)}</code>" for k in f.killers[:2]) + more


def judged(good, text):
    """`good`: None when no report tells."""
    if good is None:
        return f'<span class="soft">?</span> {text}'
    return f'<span class="{"yes" if good else "no"}">{"✓" if good else "✗"}</span> {text}'


def group(name, items):
    if not items:
        return []
    rest = f'<li class="soft">and {len(items) - MANY} more</li>' if len(items) > MANY + 1 else ""
    shown = items[:MANY] if rest else items
    return [f"<dt>{name}</dt><dd><ul>{''.join(f'<li>{i}</li>' for i in shown)}{rest}</ul></dd>"]
