"""The Murphi checker: exhaustive search over a finite instance.

Properties stand in the text as `invariant "name" …;`, `liveness "name" …;` (from every state the goal stays reachable), `cover "name" …;`.
A claim of kind "never" names rules that must not fire. Each other rule has a name and a guard (`rule "name" guard ==> …`), from which a cover is made, so that one that never fires is noticed.
"""
import platform
import re
import xml.etree.ElementTree

from . import process
from .way import Way

KINDS = {"", "deadlock", "never"}
VARIES = None  # a value that is no constant
LOWEST = {"false": "lowest", "0": "lowest"}  # what `clear` gives too
PROPERTY = re.compile(r'\b(invariant|liveness|cover)\s+"([^"]+)"([^;]*);')
FUNCTION = re.compile(r"\b(?:function|procedure)\s+(\w+).*?\bend(?:function|procedure)\b", re.DOTALL)
COMMENT = re.compile(r'("[^"\n]*")|--[^\n]*|/\*.*?\*/', re.DOTALL)
STRUCTURE = re.compile(r'\bruleset\b(?P<over>.*?)\bdo\b|(?P<end>\bendruleset\b)|\brule\b\s*(?:"(?P<name>[^"]*)")?(?P<guard>.*?)(?P<arrow>==>|\bbegin\b)', re.DOTALL)


def plain(text):
    """Without comments."""
    return COMMENT.sub(lambda m: m[1] or " ", text)


def properties(text):
    """name -> kind of each property; the covers that rules get are not among them."""
    found = {}
    for kind, name, _ in PROPERTY.findall(plain(text)):
        if name in found:
            raise ValueError(f"the text states {name} twice: rename one")
        found[name] = kind
    rule_covers(text)
    return found


def statements(text):
    """name -> the property as it is written."""
    return {m[2]: m[0] for m in PROPERTY.finditer(plain(text))}


def unchanging(text):
    """name of a property -> variables that it asks about, itself or through functions, and that nothing in the text ever gives another value."""
    text = plain(text)
    still = still_variables(text)
    functions = {m[1]: set(re.findall(r"\w+", m[2])) for m in re.finditer(r"\bfunction\s+(\w+)(.*?)\bendfunction\b", text, re.DOTALL)}
    found = {}
    for kind, name, formula in PROPERTY.findall(text):
        words, new = set(), set(re.findall(r"\w+", formula))
        while new:
            words |= new
            new = set().union(*(functions[w] for w in new if w in functions)) - words
        if kind != "cover" and words & still:
            found[name] = sorted(words & still)
    return found


def still_variables(text):
    """Variables that have one value from the start on: never assigned beyond it, or assigned nothing but the same constant."""
    declared = re.findall(r"\bvar\b(.*?)(?=\b(?:function|procedure|startstate|ruleset|rule|type|const|begin|invariant|liveness|cover)\b)", re.sub(r"\brecord\b.*?\bendrecord\b", "", text, flags=re.DOTALL), re.DOTALL)
    names = {n for part in declared for m in re.finditer(r"(\w+(?:\s*,\s*\w+)*)\s*:[^;]*;", part) for n in re.findall(r"\w+", m[1])}
    constants = {"true", "false"} | {w for m in re.finditer(r"\benum\s*\{([^}]*)\}", text) for w in re.findall(r"\w+", m[1])}
    values = {n: set() for n in names}
    for m in re.finditer(r":=\s*([^;]+);", text):
        target = re.match(r"\w+", re.split(r";|==>|:(?!=)|\b(?:begin|then|else|do)\b", text[:m.start()])[-1].strip())
        if target and target[0] in values:
            value = m[1].strip()
            values[target[0]].add(LOWEST.get(value, value) if value in constants or value.isdigit() else VARIES)
    for m in re.finditer(r"\bclear\s+(\w+)", text):
        values.get(m[1], set()).add(LOWEST["0"])
    for m in re.finditer(r"\bundefine\s+(\w+)", text):
        values.get(m[1], set()).add(VARIES)
    by_reference = [m[1] for m in re.finditer(r"\bprocedure\s+(\w+)\s*\([^)]*\bvar\b", text)]
    for m in re.finditer(rf"\b(?:{'|'.join(by_reference)})\s*\(([^;]*);", text) if by_reference else []:
        for word in re.findall(r"\w+", m[1]):
            values.get(word, set()).add(VARIES)
    return {n for n, given in values.items() if len(given) < 2 and VARIES not in given}


def asked_with(text):
    """name -> text of each function that only properties call, by way of others or not, and no rule and no start state: it is part of what they say."""
    model = plain(text)
    functions = {m[1]: m[0] for m in FUNCTION.finditer(model)}
    if len(functions) != len(re.findall(r"\b(?:function|procedure)\b", model)):
        raise ValueError("a function is there twice, or does not end in endfunction or endprocedure: what only properties call cannot be told")

    def called(seed):
        found, waiting = set(), [seed]
        while waiting:
            names = {name for name in re.findall(r"\b(\w+)\s*\(", waiting.pop()) if name in functions} - found
            found |= names
            waiting += [functions[name].split("(", 1)[1] for name in names]
        return found
    of_properties = called("\n".join(statements(text).values()))
    return {name: functions[name] for name in of_properties - called(PROPERTY.sub("", FUNCTION.sub("", model)))}


def rule_covers(text):
    """name -> the expression that some instance of the rule is enabled."""
    found, scopes = {}, []
    for m in STRUCTURE.finditer(plain(text)):
        if m["over"] is not None:
            scopes.append(m["over"])
        elif m["end"]:
            scopes.pop()
        else:
            if not m["name"]:
                raise ValueError("a rule has no name: name every rule, so that one that never fires can be told")
            if m["name"] in found:
                raise ValueError(f"two rules are called {m['name']}: rename one")
            guard = m["guard"].strip() if m["arrow"] == "==>" else ""
            quantifiers = [q.strip() for over in scopes for q in over.split(";") if q.strip()]
            found[m["name"]] = "".join(f"exists {q} do " for q in quantifiers) + f"({guard or 'true'})" + " endexists" * len(quantifiers)
    return found


def written(text, kept, never, covers):
    """The text with these properties only: those kept, those made from rules that must not fire, and a cover for each other rule if asked."""
    rules = rule_covers(text)
    chosen = PROPERTY.sub(lambda m: m[0] if m[2] in kept or (covers and m[1] == "cover") else "", plain(text))
    for name, unwanted in never.items():
        if missing := [rule for rule in unwanted if rule not in rules]:
            raise process.Trouble(f"claim {name} names the rule {missing[0]!r}, which the text does not have")
        chosen += f'\ninvariant "{name}" ' + " & ".join(f"!({rules.pop(rule)})" for rule in unwanted) + ";"
    if covers:
        chosen += "".join(f'\ncover "rule {name}" {expression};' for name, expression in rules.items())
    return chosen + "\n"


def base(model, folder):
    """(states, {property: verdict}, {cover: reached}). A verdict is "" when it holds, else the way to the state where it does not."""
    kinds = {c["name"]: c.get("kind", "") for c in model.claims}
    never = {c["name"]: c["rules"] for c in model.claims if "rules" in c}
    kept = [name for name, kind in kinds.items() if kind != "deadlock"]
    states, failed, trace, reached = search(model.text, folder / "base", kept, model, model.optimise, never, covers=True)
    if not failed and not all(reached.values()):  # rumur does not look at liveness once a cover was missed
        _, failed, trace, _ = search(model.text, folder / "claims", kept, model, model.optimise, never)
    verdicts = {failed: trace} if failed else dict.fromkeys(kept, "")
    for name, kind in kinds.items():
        if kind == "deadlock":
            verdicts[name] = search(model.text, folder / "deadlock", [], model, model.optimise, {}, deadlock=True)[2]
    return states, verdicts, reached


def claims(model, text, folder, optimise):
    """(states, {claim: verdict}, {cover: reached}) of another text of this model, all claims in one search; a deadlock is looked for in one of its own."""
    kinds = {c["name"]: c.get("kind", "") for c in model.claims}
    kept = [name for name, kind in kinds.items() if kind != "deadlock"]
    covers = [name for name, kind in properties(text).items() if kind == "cover"]
    states, failed, trace, reached = search(text, folder / "claims", kept + covers, model, optimise, {c["name"]: c["rules"] for c in model.claims if "rules" in c})
    verdicts = {failed: trace} if failed else dict.fromkeys(kept, "")
    for name in kinds.keys() - set(kept):
        verdicts[name] = search(text, folder / "deadlock", [], model, optimise, {}, deadlock=True)[2]
    return states, verdicts, reached


def verdict(model, variant, name, folder):
    """(states, "" if the property holds in this variant, else the way to where it does not)."""
    row = next((c for c in model.claims if c["name"] == name), {})
    never = {name: row["rules"]} if "rules" in row else {}
    states, _, trace, _ = search(variant.text, folder, [name], model, variant.optimise, never, deadlock=row.get("kind") == "deadlock")
    return states, trace


def search(text, folder, kept, model, optimise, never, covers=False, deadlock=False):
    """(states, name of the property that failed or "", the way there or "", {cover: reached})."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.m").write_text(written(text, kept, never, covers))
    process.must(folder, model.timeout_seconds, "rumur", "--output-format", "machine-readable", "--threads", "1", "--deadlock-detection", "stuttering" if deadlock else "off",
                 "--output", "model.c", "model.m")
    wide = ["-mcx16"] if platform.machine() == "x86_64" else []
    process.must(folder, model.timeout_seconds, process.COMPILER, "-std=c11", f"-O{optimise}", "-w", *wide, "-o", "model", "model.c", "-lpthread")
    status, output = process.run(folder, model.timeout_seconds, "./model")
    (folder / "result.xml").write_text(output)
    try:
        tree = xml.etree.ElementTree.fromstring(output)
        states = int(tree.find("summary").get("states"))
    except (xml.etree.ElementTree.ParseError, AttributeError):
        raise process.Trouble(f"the search ended with {status} and no summary: {output.strip()[-600:]}") from None
    reached = {c.get("message"): int(c.get("count")) > 0 for c in tree.iter("cover_result")}
    for error in tree.iter("error"):
        message = error.findtext("message")
        named = re.match(r'(?:invariant|liveness property) "(.+)" (?:failed|violated)$', message)
        if named or (deadlock and message == "deadlock"):
            return states, named[1] if named else "deadlock", way(error), reached
        if not re.match(r'cover "', message):
            raise process.Trouble(f"the model goes wrong, which is neither a claim kept nor one broken: {message}\n{way(error)}")
    return states, "", "", reached


def way(error):
    """A counterexample as data. What a state does not mention is as it was before."""
    start, steps = {}, []
    for part in error:
        if part.tag == "transition" and not (part.text or "").startswith("Startstate"):
            steps.append({"rule": re.sub(r'^Rule "?(.*?)"?$', r"\1", (part.text or "").strip()), "given": {p.get("name"): (p.text or "").strip() for p in part}, "changed": {}})
        elif part.tag == "state":
            values = {c.get("name"): c.get("value") for c in part if c.get("value") is not None}
            if steps:
                steps[-1]["changed"] = values
            else:
                start = values
    return Way(start, steps)
