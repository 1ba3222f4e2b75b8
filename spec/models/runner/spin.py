"""The Promela checker: linear temporal logic under weak fairness.

Properties stand in the text as `ltl name { … }`; a claim of kind "safety" stands for the assertions and the absence of invalid ends. Every
statement of every process has to be reached.
"""
import re

from . import process
from .trail import way

KINDS = {"", "safety"}
LTL = re.compile(r"^ltl\s+(\w+)", re.MULTILINE)
UNREACHED = re.compile(r"^unreached in (?:proctype|init) ?(\S*)\n((?:\t.*\n)*)", re.MULTILINE)


def statements(text):
    """name -> the property as it is written: a line."""
    return {m[1]: m[0] for m in re.finditer(r"^ltl\s+(\w+).*$", text, re.MULTILINE)}


def properties(text):
    names = LTL.findall(text)
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the text states {name} twice: rename one")
    return dict.fromkeys(names, "ltl")


def base(model, folder):
    verdicts, reached = {}, {}
    states, trail, unreached = search(model.text, folder / "safety", "", model, model.optimise)
    if trail and not any(c.get("kind") == "safety" for c in model.claims):
        raise process.Trouble(f"an assertion fails or a process stops where no `end` label lets it, and no claim of kind safety is about that:\n{trail}")
    reached["every statement"] = not unreached
    for line in unreached:
        reached[f"statement {line}"] = False
    for claim in model.claims:
        verdicts[claim["name"]] = trail if claim.get("kind") == "safety" else search(model.text, folder / claim["name"], claim["name"], model, model.optimise)[1]
    return states, verdicts, reached


def verdict(model, variant, name, folder):
    safety = any(c["name"] == name and c.get("kind") == "safety" for c in model.claims)
    states, trail, _ = search(variant.text, folder, "" if safety else name, model, variant.optimise)
    return states, trail


def search(text, folder, ltl, model, optimise):
    """(states, "" or the Way to the error, statements not reached)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.pml.trail").unlink(missing_ok=True)
    (folder / "model.pml").write_text(text)
    process.must(folder, model.timeout_seconds, "spin", "-a", "model.pml")
    process.must(folder, model.timeout_seconds, process.COMPILER, f"-O{optimise}", "-w", "-DNFAIR=3", *([] if ltl else ["-DSAFETY", "-DNOCLAIM"]), "-o", "pan", "pan.c")
    _, said = process.run(folder, model.timeout_seconds, "./pan", "-m200000", *(["-a", "-f", "-N", ltl] if ltl else []))
    errors, states = re.search(r"errors: (\d+)", said), re.search(r"(\d+) states, stored", said)
    if not errors or "max search depth too small" in said:
        raise process.Trouble(f"the search did not come to an end: {said.strip()[-600:]}")
    trail = ""
    if int(errors[1]):
        if not re.search(r"assertion violated|acceptance cycle|invalid end state|claim violated", said):
            raise process.Trouble(f"the model goes wrong, which is neither a claim kept nor one broken: {said.strip()[:600]}")
        _, steps = process.run(folder, model.timeout_seconds, "spin", "-t", "-p", "-g", "model.pml")
        trail = way(text, steps)
    unreached = [f"{name}:{line.strip()}" for name, lines in UNREACHED.findall(said) for line in lines.splitlines() if "state" in line and "states)" not in line and "-end-" not in line]
    return int(states[1]), trail, unreached
