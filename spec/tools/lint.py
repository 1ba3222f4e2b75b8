#!/usr/bin/env python3
"""Judges the specification against its own rules: chapters, tables, schema, machines, sources, freshness.

    spec/tools/lint.py        exit 1 and one `file:line: rule: what is wrong` per finding

The rules are stated in spec/README.md. It must not know: implementations, tests, vectors' contents.
"""
import dataclasses
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import generate
import lint_machines
import lint_tables
import specification
import tomllib

KEYWORD = re.compile(r"\b(?:(MUST|SHALL|SHOULD)(?: NOT)?|REQUIRED|(?:NOT )?RECOMMENDED|MAY|OPTIONAL)\b")
HALF_CAPITALS = re.compile(r"\b(?:MUST|SHALL|SHOULD|MAY) not\b")
LOOKS_LIKE = re.compile(r"^\s*[-*]\s*\*\*[A-Z]{2,4}-?\d+")
LEVELS = {"MUST", "SHOULD", "MAY"}
ROLES = {"endpoint", "client", "server"}
JUDGED = {"wire", "state", "model", "review", "vector"}
CLAIM = r"[WTPVR]\d+"
PROVENANCE = re.compile(rf"^(?:says {CLAIM}(?:, {CLAIM})*|implies {CLAIM}(?:, {CLAIM})*|conflict {CLAIM}(?:/{CLAIM})+|chosen|external [A-Z].*\d.*)$")
ID = re.compile(r"\b(?!AES|SHA)([A-Z]{3})-(\d{3})\b")
SNAKE = re.compile(r"(?<![\w/.-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w/(-]|\.\w)")
NAMED_REASON = re.compile(r"close (?:it |the connection )?with ([a-z_]+)\b|[Rr]eason ([a-z]+_[a-z_]+|goodbye|timeout|busy)\b")
NAMED_TIMER = re.compile(r"\b([a-z_]+) timer\b")
NOT_TIMERS = {"a", "the", "its", "each", "every", "no", "state's", "any", "one", "s", "without", "of", "per"}


@dataclasses.dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


class Lint:
    """The specification as read, its texts, and the findings so far."""

    def __init__(self, root):
        self.root = root
        self.spec = specification.load(root)
        self.claims = tomllib.loads((root / "sources.toml").read_text())["claims"]
        self.chapters = {p.stem: p.read_text().splitlines() for p in sorted(root.glob("[0-9][0-9]-*.md"))}
        self.ids = {r.id for r in self.spec.requirements}
        self.findings = []

    def report(self, path, line, rule, text):
        self.findings.append(Finding(f"spec/{path}", line, rule, text))

    def line_of(self, path, pattern, start=1):
        """The first line from `start` on that matches; 1 when none does."""
        for number, line in enumerate((self.root / path).read_text().splitlines(), 1):
            if number >= start and re.search(pattern, line):
                return number
        return 1

    def chapter_lines(self):
        """(chapter file, number, text, is a requirement line), without the lines of code blocks."""
        for stem, lines in self.chapters.items():
            fenced = False
            for number, line in enumerate(lines, 1):
                if line.startswith("```"):
                    fenced = not fenced
                elif not fenced:
                    yield f"{stem}.md", number, line, bool(specification.LINE.match(line))


def requirement_lines(lint):
    seen = {}
    for r in lint.spec.requirements:
        where = (f"{r.chapter}.md", r.line)
        if r.id in seen:
            lint.report(*where, "unique-id", f"{r.id} is already given at {seen[r.id]}")
        seen.setdefault(r.id, f"spec/{where[0]}:{where[1]}")
        keywords = [m[0] for m in KEYWORD.finditer(r.sentence)]
        if lower := HALF_CAPITALS.search(r.sentence):
            lint.report(*where, "one-keyword", f"{r.id} says `{lower[0]}`; BCP 14 writes the whole keyword in capitals")
        if len(keywords) != 1:
            lint.report(*where, "one-keyword", f"{r.id} has {len(keywords)} BCP 14 keywords ({', '.join(keywords) or 'none'}); exactly one is wanted")
        elif keywords[0].removesuffix(" NOT") != r.level:
            lint.report(*where, "level", f"{r.id} is of level {r.level} but its sentence says {keywords[0]}")
        if r.level not in LEVELS:
            lint.report(*where, "level", f"{r.id}: {r.level} is no level; {', '.join(sorted(LEVELS))} are")
        if r.role not in ROLES:
            lint.report(*where, "role", f"{r.id}: {r.role} is no role; {', '.join(sorted(ROLES))} are")
        if r.judged not in JUDGED:
            lint.report(*where, "judged", f"{r.id}: {r.judged} is no way of judging; {', '.join(sorted(JUDGED))} are")
        if not r.sentence.endswith(".") or re.search(r"[.!?] +[A-Z`]", r.sentence):
            lint.report(*where, "one-sentence", f"{r.id} is not one sentence that ends in a full stop")
        if not PROVENANCE.match(r.provenance):
            lint.report(*where, "provenance", f"{r.id}: `{r.provenance}` is none of: says W1, implies W1, conflict W1/P1, chosen, external RFC 1")
        elif r.provenance.split()[0] in ("says", "implies", "conflict"):
            for claim in re.findall(CLAIM, r.provenance):
                if claim not in lint.claims:
                    lint.report(*where, "provenance", f"{r.id} names claim {claim}, which spec/sources.toml does not have")


def prose(lint):
    for path, number, line, is_requirement in lint.chapter_lines():
        if is_requirement:
            continue
        if LOOKS_LIKE.match(line):
            lint.report(path, number, "form", "looks like a requirement line but does not have its form: - **ABC-001** (LEVEL · role · judged · provenance) Sentence.")
        elif match := KEYWORD.search(line):
            lint.report(path, number, "stray-keyword", f"{match[0]} in capitals outside a requirement line")


def in_no_code_block(lint):
    """A requirement line that readers see as an example binds nobody, and would be counted."""
    shown = {(path, number) for path, number, _, _ in lint.chapter_lines()}
    for r in lint.spec.requirements:
        if (f"{r.chapter}.md", r.line) not in shown:
            lint.report(f"{r.chapter}.md", r.line, "form", f"{r.id} stands in a code block")


def ledger(lint):
    given = lint.spec.ledger
    for identity, reason in given.items():
        where = ("tables/ids.txt", lint.line_of("tables/ids.txt", rf"^{identity}\b"))
        if identity not in lint.ids and not reason:
            lint.report(*where, "ledger", f"{identity} vanished from the chapters; a withdrawn id stays listed as `{identity} withdrawn: reason`")
        if identity in lint.ids and reason:
            lint.report(*where, "ledger", f"{identity} was withdrawn ({reason}) and is used again; give a new id")
    for r in lint.spec.requirements:
        if r.id not in given:
            lint.report(f"{r.chapter}.md", r.line, "ledger", f"{r.id} is not in spec/tables/ids.txt; run `./dev generate`")


def rationale(lint):
    """Each chosen or conflicting requirement is named by a rationale of its chapter that says what was rejected."""
    for stem, lines in lint.chapters.items():
        covered = set()
        for number, text in specification.paragraphs(lines):
            if text.startswith("**Rationale**"):
                if "ejected" not in text:
                    lint.report(f"{stem}.md", number, "rationale", "a rationale names the rejected alternative (`Rejected: …`)")
                covered |= specification.named_ids(text)
        for r in lint.spec.requirements:
            if r.chapter == stem and r.provenance.split()[0] in ("chosen", "conflict") and r.id not in covered:
                lint.report(f"{stem}.md", r.line, "rationale", f"{r.id} is `{r.provenance}`, and no **Rationale** paragraph of the chapter names it")


def unjudged(lint):
    """What only review judges says why no case can (tables/unjudged.toml), and nothing does that wire or stored state judge."""
    path, of, seen = "tables/unjudged.toml", {r.id: r for r in lint.spec.requirements}, set()
    for row in lint.spec.tables["unjudged"]["requirement"]:
        identity = row["name"]
        where = (path, lint.line_of(path, rf'^name = "{identity}"'))
        if identity not in of:
            lint.report(*where, "unjudged", f"{identity} is no requirement")
        elif of[identity].judged in ("wire", "state"):
            lint.report(*where, "unjudged", f"{identity} is judged by {of[identity].judged}, so a case judges it: take the row away")
        if len(row.get("reason", "").split()) < 5 or len(row.get("instead", "").split()) < 3:
            lint.report(*where, "unjudged", f"{identity} gives no `reason` why no case can judge it, or does not say what there is `instead`")
        seen.add(identity)
    for r in lint.spec.requirements:
        if r.judged == "review" and r.id not in seen:
            lint.report(f"{r.chapter}.md", r.line, "unjudged", f"{r.id} is judged by review, and {path} does not say why no case can judge it")


def not_claimed(lint):
    """Of what chapter 2 does not claim a model finds the attack, or models/non-claims.toml says why none can, and never both."""
    path = "models/non-claims.toml"
    rows = {row["name"]: row for row in tomllib.loads((lint.root / path).read_text())["non_claim"]}
    models = [tomllib.loads(p.read_text()) for p in sorted((lint.root / "models").glob("*/model.toml"))]
    modelled = {c for model in models for row in model.get("non_claim", []) for c in row["cites"]}
    stated = {m[1]: (file, number) for file, number, line, _ in lint.chapter_lines() if file == "02-threats.md" and (m := re.match(r"\| (N\d+) \|", line))}
    for identity, where in stated.items():
        if (identity in rows) == (identity in modelled):
            lint.report(*where, "not-claimed", f"{identity} is a non-claim of a model, and {path} says why it can be none: take the row away" if identity in rows else f"{identity} is a non-claim of no model, and {path} does not say why it can be none")
    for identity, row in rows.items():
        if identity not in stated or len(row.get("reason", "").split()) < 5 or len(row.get("instead", "").split()) < 3:
            lint.report(path, lint.line_of(path, rf'^name = "{identity}"'), "not-claimed", f"{identity} is not in chapter 2, or gives no `reason` why no model can find it, or does not say what there is `instead`")


def references(lint):
    """Ids and table names that chapters mention exist."""
    names = lint_tables.names(lint.spec)
    known = set().union(*names.values())
    ever = lint.ids | set(lint.spec.ledger)
    for path, number, line, _ in lint.chapter_lines():
        for match in ID.finditer(line):
            if match[0] not in ever:
                lint.report(path, number, "dangling-id", f"{match[0]} is no requirement")
        plain = re.sub(r"`coffer/1 [^`]*`|\"coffer/1 [^\"]*\"|\]\([^)]*\)", "", line)
        for word in SNAKE.findall(plain):
            if word not in known:
                lint.report(path, number, "unknown-name", f"{word} is no reason, limit, timer, message, field, permission, role, state, event or word of spec/tables/words.toml")
        for match in NAMED_REASON.finditer(plain):
            if (word := match[1] or match[2]) not in names["reason"]:
                lint.report(path, number, "unknown-name", f"{word} is no reason of tables/reasons.toml")
        for word in NAMED_TIMER.findall(plain):
            if word not in names["timer"] | NOT_TIMERS:
                lint.report(path, number, "unknown-name", f"{word} is no timer of tables/timers.toml")


def freshness(lint):
    try:
        found, strangers = generate.judged(lint.root)
        for name, _ in found:
            lint.report(name, 1, "stale", "not what the sources say; run `./dev generate`")
        for name in strangers:
            lint.report(name, 1, "stale", "made by nothing that stands here; take it away")
    except KeyError as missing:  # a name that another rule has just missed
        lint.report("generated", 1, "stale", f"cannot be made while {missing} does not exist")
    except ValueError as wrong:  # a machine without a way to one of its rows
        lint.report("generated", 1, "stale", f"cannot be made: {wrong}")


RULES = [requirement_lines, in_no_code_block, prose, ledger, rationale, unjudged, not_claimed, references, lint_tables.tables, lint_tables.messages, lint_tables.key_events, lint_tables.harms, lint_tables.reasons, lint_tables.limits, lint_tables.timers, lint_tables.numbers, lint_machines.machines, freshness]


def check(root):
    lint = Lint(root)
    for rule in RULES:
        rule(lint)
    return sorted(lint.findings, key=lambda f: (f.path, f.line, f.rule))


def main():
    findings = check(pathlib.Path(__file__).resolve().parents[1])
    for finding in findings:
        print(finding, file=sys.stderr)
    if findings:
        print(f"{len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
