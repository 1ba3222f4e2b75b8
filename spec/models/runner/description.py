"""Reads one model: its description (model.toml) and its text. A mistake in either is a Mistake that says what to do. Runs nothing."""
import dataclasses
import tomllib

from . import horn, rumur, spin

CHECKERS = {"rumur": rumur, "horn": horn, "spin": spin}
KEYS = {  # of each table: what must be there, what may
    "model": ({"checker", "title", "files"}, {"claim", "mutant", "non_claim", "variant", "cover", "deep", "unplayed", "timeout_seconds", "bound", "optimise", "put", "messages"}),
    "claim": ({"name", "says", "cites"}, {"kind", "rules"}),
    "mutant": ({"name", "says", "catches"}, {"replace", "by", "changes", "case", "play", "vector", "none", "optimise"}),
    "non_claim": ({"name", "says", "cites", "breaks"}, {"replace", "by", "changes", "optimise"}),
    "variant": ({"name", "says"}, {"replace", "by", "changes", "holds", "fails", "optimise"}),
    "cover": ({"name", "says"}, {"cites", "case", "vector", "none"}),
    "deep": ({"name", "says"}, {"replace", "by", "changes"}),
    "unplayed": ({"none"}, {"mutants", "covers"}),
}


class Mistake(Exception):
    """The model itself is wrong; nothing was run."""


@dataclasses.dataclass
class Variant:
    """The model with some of its text replaced, and what has to come of it."""
    kind: str  # mutant, non_claim, variant, deep
    name: str
    says: str
    cites: list
    changes: list  # (before, after), in order
    fails: list  # properties that have to fail
    holds: list  # properties that have to hold
    text: str = ""  # of the model, once changed
    optimise: int = 0  # as of the model: most variants are broken soon, and searched for a shorter time than they compile


@dataclasses.dataclass
class Model:
    name: str
    checker: str
    title: str
    bound: str  # what the result is limited to, in words
    text: str
    claims: list  # as in model.toml
    covers: list  # as in model.toml
    variants: list
    timeout_seconds: int
    optimise: int  # -O of the compiler, for the model as it is: 0 for what is compiled longer than it runs
    files: list = dataclasses.field(default_factory=list)  # as in model.toml
    messages: dict = dataclasses.field(default_factory=dict)  # rule -> what goes over the network when it fires, with its parameters in braces


def read(path, known):
    """The model described by this model.toml. `known`: the ids that may be cited."""
    try:
        table = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise Mistake(f"{path}: not TOML: {error}") from None
    return Reader(path, table, known).model()


class Reader:
    def __init__(self, path, table, known):
        self.path, self.table, self.known = path, table, known

    def wrong(self, text):
        raise Mistake(f"{self.path}: {text}")

    def model(self):
        self.keys("model", self.table, "the model")
        for kind in KEYS.keys() - {"model"}:
            rows = self.table.get(kind, [])
            for row in rows:
                self.keys(kind, row, f"{kind} {row.get('name', '(without a name)')}")
            self.once(kind, [row["name"] for row in rows if "name" in row])
        if self.table["checker"] not in CHECKERS:
            self.wrong(f"checker {self.table['checker']!r} is none of {', '.join(CHECKERS)}")
        text = self.texts()
        claims = self.table.get("claim", [])
        if not claims:
            self.wrong("no [[claim]]: say what the model shows")
        self.cited([*claims, *self.table.get("non_claim", []), *(c for c in self.table.get("cover", []) if "cites" in c)])
        variants = [v for kind in ("mutant", "non_claim", "variant", "deep") for v in self.variants(kind, text)]
        self.properties(text, claims, variants)
        return Model(self.path.parent.name, self.table["checker"], self.table["title"], self.table.get("bound", ""), text, claims, self.table.get("cover", []),
                     variants, self.table.get("timeout_seconds", 120), self.table.get("optimise", 0), self.table["files"], self.table.get("messages", {}))

    def keys(self, kind, row, what):
        needed, allowed = KEYS[kind]
        if missing := sorted(needed - row.keys()):
            self.wrong(f"{what} has no {', '.join(missing)}")
        if unknown := sorted(row.keys() - needed - allowed):
            self.wrong(f"{what} has {', '.join(unknown)}, which means nothing here; {', '.join(sorted(needed | allowed))} do")

    def once(self, kind, names):
        for name in sorted({n for n in names if names.count(n) > 1}):
            self.wrong(f"{kind} {name} is there twice: rename one")

    def texts(self):
        for name in self.table["files"]:
            if not (self.path.parent / name).is_file():
                self.wrong(f"names {name}, which does not exist beside it (generated ones: ./dev generate)")
        text = "\n".join((self.path.parent / name).read_text() for name in self.table["files"])
        for word, by in self.table.get("put", {}).items():
            if f"{{{word}}}" not in text:
                self.wrong(f"puts {word}, and no file has {{{word}}}: take it out, or mend the name")
            text = text.replace(f"{{{word}}}", by)
        return text

    def cited(self, rows):
        for row in rows:
            if not row["cites"]:
                self.wrong(f"{row['name']} cites nothing: name the requirements it is about, or the claims of spec/sources.toml where no requirement exists yet")
            for identity in row["cites"]:
                if identity not in self.known:
                    self.wrong(f"{row['name']} cites {identity}, which exists neither as a requirement, nor in spec/sources.toml, nor in the tables of chapter 2: mend the id")

    def variants(self, kind, text):
        for row in self.table.get(kind, []):
            what = f"{kind} {row['name']}"
            changes = [tuple(c) for c in row.get("changes", [])] + ([(row["replace"], row.get("by", ""))] if "replace" in row else [])
            if not changes and kind != "non_claim":
                self.wrong(f"{what} changes nothing: give replace and by, or changes")
            changed = text
            for before, after in changes:
                if (count := changed.count(before)) != 1:
                    self.wrong(f"{what}: what it replaces stands {count} times in the text, not once: {before!r}")
                changed = changed.replace(before, after)
            self.properties_stay(what, text, changed)
            fails = row.get({"mutant": "catches", "non_claim": "breaks"}.get(kind, "fails"), [])
            holds = [c["name"] for c in self.table["claim"]] if kind == "deep" else row.get("holds", [])
            if not fails and not holds:
                self.wrong(f"{what} expects nothing: name the claims that have to fail{' or hold' if kind == 'variant' else ''}")
            yield Variant(kind, row["name"], row["says"], row.get("cites", []), changes, fails, holds, changed,
                          self.table.get("optimise", 0) if kind == "deep" else row.get("optimise", 0))

    def properties_stay(self, what, text, changed):
        """A variant changes the model and never what is asked of it: a claim that was rewritten fails for that, and shows nothing."""
        statements = CHECKERS[self.table["checker"]].statements
        try:
            before, after = statements(text), statements(changed)
        except ValueError as error:
            self.wrong(f"{what}: {error}")
        if self.table["checker"] == "rumur":
            self.helpers_stay(what, text, changed)
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                self.wrong(f"{what} changes the property {name}: change the model instead, or ask for a property of another name that stands in the text")

    def helpers_stay(self, what, text, changed):
        """Nor what a property says by way of functions that the model itself does not use."""
        try:
            helpers = rumur.asked_with(text)
        except ValueError as error:
            self.wrong(str(error))
        after = {m[1]: m[0] for m in rumur.FUNCTION.finditer(rumur.plain(changed))}
        for name in sorted(helpers):
            if helpers[name] != after.get(name):
                self.wrong(f"{what} changes the function {name}, which only properties call: change the model instead, or ask for another property")

    def properties(self, text, claims, variants):
        """Names in model.toml and properties in the text are the same, and each claim has a mutant."""
        try:
            stated = CHECKERS[self.table["checker"]].properties(text)
        except ValueError as error:
            self.wrong(str(error))
        built_in = {c["name"] for c in claims if "kind" in c}
        named = {c["name"] for c in claims} | {n for v in variants for n in v.fails + v.holds}
        for name in sorted(named - stated.keys() - built_in):
            self.wrong(f"{name} is no property of the text; it has {', '.join(sorted(stated)) or 'none'}")
        covers = {c["name"] for c in self.table.get("cover", [])}
        rules = rumur.rule_covers(text) if self.table["checker"] == "rumur" else {}
        for rule in sorted(self.table.get("messages", {}).keys() - rules.keys()):
            self.wrong(f"messages has {rule!r}, which is no rule of the text: rename it as the rule is called now")
        for name in sorted(covers - stated.keys()):
            self.wrong(f"cover {name} is not in the text")
        for name, kind in stated.items():
            if kind != "cover" and name not in named | covers:
                self.wrong(f"the text has the property {name}, and nothing names it: make it a [[claim]] or take it out")
        for row in claims:
            if row.get("kind", "") not in CHECKERS[self.table["checker"]].KINDS:
                self.wrong(f"claim {row['name']} is of kind {row['kind']!r}, which {self.table['checker']} does not know")
            if (row.get("kind") == "never") != ("rules" in row):
                self.wrong(f"claim {row['name']}: `kind = \"never\"` and `rules` (the rules that never fire) go together")
            if not any(row["name"] in v.fails for v in variants if v.kind == "mutant"):
                self.wrong(f"no mutant breaks the claim {row['name']}, so it may be empty: add a [[mutant]] whose `catches` names it")
        unchanging = rumur.unchanging(text) if self.table["checker"] == "rumur" else {}
        for row in claims:
            if still := unchanging.get(row["name"]):
                self.wrong(f"claim {row['name']} asks about {', '.join(still)}, and no rule ever changes {'that' if len(still) == 1 else 'those'}: let it follow from what happens, or leave it out of the claim")
        for v in variants:
            for name in v.fails:
                if v.kind == "mutant" and name not in {c["name"] for c in claims}:
                    self.wrong(f"mutant {v.name} is to be caught by {name}, which is no claim")
