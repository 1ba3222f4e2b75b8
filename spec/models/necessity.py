#!/usr/bin/env python3
"""Leaves out each field of handshake, session and frames in turn, and asks the provers what breaks: spec/generated/field-necessity.md.

    spec/models/necessity.py             run the provers, write the table
    spec/models/necessity.py --check     run them, exit 1 if the table says otherwise
    spec/models/necessity.py --fresh     no prover: exit 1 unless the table was made from these models

The attacks' names stand in field-necessity.toml, each with the claims that have to break: a name without its attack, or an attack without a name, is an
error. So is a field of tables/messages.toml, of the frame's header (FRM-001) or of TLS's handshake that has neither a row nor a word why the model lacks
it. Python's standard library, eprover, SPASS. Exit status: 0, 1, 64 usage, 69 a prover is missing.
"""
import argparse
import concurrent.futures
import hashlib
import itertools
import os
import pathlib
import re
import shutil
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
SPEC = HERE.parent
TABLE = SPEC / "generated/field-necessity.md"
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))
from runner import horn, process

TIMEOUT_SECONDS = 120
MARK = "<!-- made from models with SHA-256 "


def inputs(words):
    paths = [HERE / "field-necessity.toml", HERE / "necessity.py", HERE / "runner/rules.py", SPEC / "tables/messages.toml"]
    return paths + sorted({(HERE / m["model"] / name).resolve() for m in words["part"] for name in [*model(m)["files"], "model.toml"]})


def model(part):
    return tomllib.loads((HERE / part["model"] / "model.toml").read_text())


def header_fields(identity):
    """The fields that this requirement of chapter 3 gives a frame's header: "kind (1), …" says that kind has one octet."""
    line = re.search(rf"^- \*\*{identity}\*\* .*$", (SPEC / "03-framing.md").read_text(), re.MULTILINE)
    return re.findall(r"(\w+) \(\d", line[0]) if line else []


def digest(words):
    together = hashlib.sha256(repr([header_fields(p["header"]) for p in words["part"] if "header" in p]).encode())
    for path in inputs(words):
        together.update(path.name.encode() + b"\0" + unplayed(path.read_text()).encode() + b"\0")
    return together.hexdigest()


def unplayed(text):
    """A description without what it says of the cases and vectors that play its attacks, which no prover reads."""
    return re.sub(r"^(case|vector|none) = .*\n|\n\[\[unplayed\]\]\n(.+\n)+", "", text, flags=re.MULTILINE)


def without(text, fields):
    """The text with these fields, each (message, field), left out."""
    for message, field in fields:
        text, count = re.subn(rf"^(message {message}\((?:[^)]*, )?)({field})([,)])", r"\1-\2\3", text, flags=re.MULTILINE)
        if count != 1:
            raise ValueError(f"no field {message}.{field}")
    return text


def broken(text, claims, expected, work):
    """The claims that fail: both provers are asked about each that is expected to, and in one question about all others, one by one only if the answer is yes."""
    goals = {n: f for n, role, f in horn.formulas(text) if role == "conjecture"}
    alone = [c for c in claims if c in expected]
    others = [c for c in claims if c not in expected]
    if others and horn.derivable(text, " | ".join(f"({goals[c]})" for c in others), work / "any", TIMEOUT_SECONDS)[1]:
        alone = claims
    return [c for c in claims if c in alone and horn.derivable(text, goals[c], work / c, TIMEOUT_SECONDS)[1]]


class Part:
    """One model, its fields, and what leaving them out does."""

    def __init__(self, part, work):
        self.part, self.work = part, work / part["model"]
        table = model(part)
        self.text = "\n".join((HERE / part["model"] / name).read_text() for name in table["files"])
        self.says = {c["name"]: c["says"] for c in table["claim"]}
        skipped = set(part.get("not_of_this_table", []))
        self.fields = [(m, f.strip()) for m, fields in re.findall(r"^message (\w+)\((.*)\)\.", self.text, re.MULTILINE) if m not in skipped for f in fields.split(",")]
        self.words = {tuple(f["field"].split(".")): f for f in part["field"]}
        self.pair_words = {frozenset(tuple(x.split(".")) for x in p["fields"]): p for p in part.get("together", [])}

    def run(self, pool):
        """What breaks without each field ([]: nothing; None: nothing, as no session comes about), then without each two that are redundant alone, unless they are looked at one by one only."""
        def ask(fields):
            text, folder = without(self.text, fields), self.work / "-".join(".".join(f) for f in fields)
            goals = {n: f for n, role, f in horn.formulas(text) if role == "conjecture"}
            words = (self.words.get(fields[0]) if len(fields) == 1 else self.pair_words.get(frozenset(fields))) or {}
            if found := broken(text, list(self.says), words.get("breaks", []), folder):
                return found  # whether or not honest sides still come up
            return [] if horn.derivable(text, goals[self.part["completes"]], folder / "completes", TIMEOUT_SECONDS)[1] else None
        self.single = dict(zip(self.fields, pool.map(lambda f: ask([f]), self.fields)))
        spare = [f for f, found in self.single.items() if found == []]
        pairs = [] if self.part.get("one_by_one") else list(itertools.combinations(spare, 2))
        self.pairs = {p: found for p, found in zip(pairs, pool.map(lambda p: ask(list(p)), pairs)) if found != []}

    def all_fields(self):
        """Every field that there is, whether or not the model has it: of its messages as tables/messages.toml names them, of the frame's header, of TLS's handshake."""
        if self.part.get("of_the_wire"):
            mine = {m for m, _ in self.fields}
            rows = [m for m in tomllib.loads((SPEC / "tables/messages.toml").read_text())["message"] if m["name"] in mine]
            return {f"{m['name']}.{f}" for m in rows for f in m["fields"]}
        if "header" in self.part:
            return {f"header.{f}" for f in header_fields(self.part["header"])}
        return {f"{message}.{f}" for message, fields in self.part.get("standard", {}).items() for f in fields}

    def uncounted(self):
        """What keeps the rows and the fields that the model lacks from being, together, all fields that there are."""
        name, every = self.part["model"], self.all_fields()
        here = {row.get("stands_for", ".".join(f)) for f, row in self.words.items()} if every else set()
        lacking = [f["field"] for f in self.part.get("not_in_model", [])]
        if not every and (lacking or any(k in self.part for k in ("of_the_wire", "header", "standard"))):
            yield f"{name}: nothing says which fields there are: `of_the_wire`, `header` or `standard`"
        for field in sorted(every - here - set(lacking)):
            yield f"{name}: {field} has neither a row nor a word in not_in_model why the model lacks it"
        for field in sorted(set(lacking) - every | {f for f in lacking if lacking.count(f) > 1}):
            yield f"{name}: not_in_model names {field}, which is no field, or is there twice"
        for field in sorted(set(lacking) & here):
            yield f"{name}: {field} has a row, and not_in_model says that the model lacks it"
        for field in sorted(f for f in {row["stands_for"] for row in self.words.values() if "stands_for" in row} - every):
            yield f"{name}: a row stands for {field}, which is no field"
        if self.part.get("of_the_wire"):
            for field in sorted({".".join(f) for f in self.fields} - every):
                yield f"{name}: {field} is a field that no message of tables/messages.toml has"

    def disagreements(self):
        yield from self.uncounted()
        for field, found in self.single.items():
            yield from compared(self.part["model"], ".".join(field), found, self.words.get(field))
        for field in self.words.keys() - self.single.keys():
            yield f"{self.part['model']}: field-necessity.toml names {'.'.join(field)}, which is no field"
        for pair, found in self.pairs.items():
            yield from compared(self.part["model"], " and ".join(".".join(f) for f in pair), found, self.pair_words.get(frozenset(pair)))
        for pair in self.pair_words.keys() - {frozenset(p) for p in self.pairs}:
            yield f"{self.part['model']}: {' and '.join('.'.join(f) for f in pair)} break nothing together, and field-necessity.toml says they do"

    def lines(self):
        yield f"## {self.part['title']}\n"
        yield self.part["about"] + "\n"
        yield "| field | without it | what then happens |\n| --- | --- | --- |"
        for field, found in self.single.items():
            yield f"| {'.'.join(field)} | {verdict(found)} | {self.words[field]['says']} |"
        if self.pairs:
            yield "\nOf the redundant ones, these two by two are not: the one stands in for the other.\n\n| fields | without both | what then happens |\n| --- | --- | --- |"
            for pair, found in self.pairs.items():
                yield f"| {', '.join('.'.join(f) for f in pair)} | {verdict(found)} | {self.pair_words[frozenset(pair)]['says']} |"
        if lacking := self.part.get("not_in_model"):
            yield "\nNot in this model:\n\n| field | because |\n| --- | --- |"
            for field in lacking:
                yield f"| {field['field']} | {field['because']} |"
        yield ""


def verdict(found):
    if found is None:
        return "no session"
    return "attack: " + ", ".join(found).replace("_", " ") if found else "redundant in this model"


def compared(name, what, found, words):
    wanted = None if words is None else (None if words.get("no_session") else words.get("breaks", []))
    if words is None:
        yield f"{name}: {what}: {verdict(found)}; field-necessity.toml has no words for it ({found})"
    elif (wanted and sorted(wanted)) != (found and sorted(found)):
        yield f"{name}: {what}: {verdict(found)} ({found}); field-necessity.toml says {verdict(wanted)}"


def page(words, parts):
    said = dict(item for p in parts for item in p.says.items())
    used = dict.fromkeys(c for p in parts for found in [*p.single.values(), *p.pairs.values()] for c in found or [])
    lines = ["# Which field prevents what\n", "<!-- Made by spec/models/necessity.py from the models. Do not edit. -->\n", words["about"] + "\n"]
    for part in parts:
        lines += part.lines()
    lines.append("## The claims named above\n")
    lines += [f"- **{c.replace('_', ' ')}**: {said[c]}" for c in used]
    return marked("\n".join(lines), words)


def marked(text, words):
    """With what it was made from and a hash of its own: without a prover one sees that models were edited since, or the page was by hand."""
    return f"{text}\n\n{MARK}{digest(words)}; this page has {hashlib.sha256(text.encode()).hexdigest()} -->\n"


def fresh(table=TABLE):
    words = tomllib.loads((HERE / "field-necessity.toml").read_text())
    return table.exists() and table.read_text() == marked(table.read_text().partition(f"\n\n{MARK}")[0], words)


def main(arguments):
    parser = argparse.ArgumentParser(description="The field-necessity table.")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="run the provers and compare")
    mode.add_argument("--fresh", action="store_true", help="compare the models' hash only")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 2), metavar="N", help="provers at once (default: %(default)s)")
    try:
        options = parser.parse_args(arguments)
    except SystemExit as over:
        return 64 if over.code else 0
    if options.fresh:
        return 0 if fresh() else complain(["spec/generated/field-necessity.md was made from other models: run spec/models/necessity.py"])
    for tool in ("eprover", "SPASS"):
        if not shutil.which(tool):
            print(f"necessity: {tool} is not installed: apt-get install {tool.lower()}", file=sys.stderr)
            return 69
    words = tomllib.loads((HERE / "field-necessity.toml").read_text())
    parts = [Part(p, SPEC.parent / "build/model/work/necessity") for p in words["part"]]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        try:
            for part in parts:
                part.run(pool)
        except process.Trouble as trouble:
            return complain([str(trouble)])
    if wrong := [line for part in parts for line in part.disagreements()]:
        return complain(wrong)
    text = page(words, parts)
    if options.check:
        return 0 if TABLE.read_text() == text else complain(["spec/generated/field-necessity.md is not what the provers find: run spec/models/necessity.py"])
    TABLE.write_text(text)
    return 0


def complain(problems):
    for problem in problems:
        print(f"necessity: {problem}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
