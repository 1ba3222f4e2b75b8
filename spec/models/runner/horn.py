"""Horn clauses in TPTP, read by two provers that have to agree: derivability for any number of sessions.

The text is `fof(name, axiom, …).` and `fof(name, conjecture, …).`, each ending its line. A claim is a conjecture that states the *attack*: it holds when
the attack cannot be derived. A cover is a conjecture that has to be derivable. For each axiom `body => head` it is tried whether the body can be derived, so
that a rule that never fires is noticed. A text of `rule`, `message` and `attack` lines is translated first (rules.py). Axioms whose name begins with `always_` are excused: rules of the logic, not of the protocol.
"""
import functools
import re

from . import process, rules

KINDS = {""}
FORMULA = re.compile(r"^(?:fof|cnf)\((\w+),\s*(\w+),\s*(.*?)\)\.[ \t]*$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"%[^\n]*")


# A selection and an order under which the clauses of a network that knows all it sees come to an end; `--auto` often picks others, and runs on.
EPROVER = ("--literal-selection-strategy=SelectMaxLComplexG", "--term-ordering=KBO6", "--expert-heuristic=Weight")

# Two reductions of SPASS that may be left out, and cost it more time than they save.
SPASS = ("-RFMRR=0", "-RBMRR=0")


@functools.lru_cache(maxsize=64)
def formulas(text):
    if rules.is_rules(text):
        text = rules.tptp(text)
    return FORMULA.findall(COMMENT.sub("", text))


def properties(text):
    found = {}
    for name, role, _ in formulas(text):
        if name in found:
            raise ValueError(f"the text states {name} twice: rename one")
        found[name] = "conjecture" if role == "conjecture" else ""
    return {name: kind for name, kind in found.items() if kind}


def statements(text):
    """name -> the property as it is written; in the plain notation that is before fields are left out, which is no change of the property."""
    if rules.is_rules(text):
        return {body.split(":", 1)[0].strip(): body for kind, body in rules.split(text) if kind in ("attack", "cover")}
    return {name: formula for name, role, formula in formulas(text) if role == "conjecture"}


def bodies(text):
    """name of an axiom -> the conjecture that its body can be derived; axioms without a body always fire."""
    found = {}
    for name, role, formula in formulas(text):
        if role == "conjecture" or name.startswith("always_") or "=>" not in formula:
            continue
        quantified = re.match(r"\s*!\s*\[([^\]]*)\]\s*:\s*(.*)$", formula, re.DOTALL)
        variables, inner = (quantified[1], quantified[2]) if quantified else ("", formula)
        body = before_arrow(inner.strip())
        used = [v.strip() for v in variables.split(",") if re.search(rf"\b{v.strip()}\b", body)] if variables else []
        found[name] = f"? [{', '.join(used)}] : ({body})" if used else f"({body})"
    return found


def before_arrow(formula):
    while formula.startswith("(") and closing(formula) == len(formula) - 1:
        formula = formula[1:-1].strip()
    depth = 0
    for i, c in enumerate(formula):
        depth += (c == "(") - (c == ")")
        if depth == 0 and formula.startswith("=>", i):
            return formula[:i].strip()
    raise ValueError(f"no implication at the top of: {formula}")


def closing(formula):
    depth = 0
    for i, c in enumerate(formula):
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return i
    return -1


def base(model, folder):
    verdicts, reached, clauses = {}, {}, 0
    goals = {name: formula for name, role, formula in formulas(model.text) if role == "conjecture"}
    for claim in model.claims:
        name = claim["name"]
        states, derived = derivable(model.text, goals[name], folder / name, model.timeout_seconds)
        clauses = max(clauses, states)
        verdicts[name] = "    both provers derive it" if derived else ""
    for cover in model.covers:
        reached[cover["name"]] = derivable(model.text, goals[cover["name"]], folder / cover["name"], model.timeout_seconds)[1]
    for name, body in bodies(model.text).items():
        reached[f"rule {name}"] = derivable(model.text, body, folder / f"rule_{name}", model.timeout_seconds)[1]
    return clauses, verdicts, reached


def verdict(model, variant, name, folder):
    goals = {n: formula for n, role, formula in formulas(variant.text) if role == "conjecture"}
    states, derived = derivable(variant.text, goals[name], folder, model.timeout_seconds)
    return states, "    both provers derive it" if derived else ""


def derivable(text, goal, folder, timeout_seconds):
    """(clauses that SPASS made, whether the goal follows). Both provers decide, and have to agree."""
    folder.mkdir(parents=True, exist_ok=True)
    axioms = "".join(f"fof({name}, {role}, {formula}).\n" for name, role, formula in formulas(text) if role != "conjecture")
    (folder / "model.p").write_text(f"{axioms}fof(goal, conjecture, {goal}).\n")
    _, said = process.run(folder, timeout_seconds + 5, "eprover", *EPROVER, "--tptp3-format", "-s", f"--cpu-limit={timeout_seconds}", "model.p")
    status = re.search(r"SZS status (\w+)", said)
    first = {"Theorem": True, "CounterSatisfiable": False, "Satisfiable": False, "ContradictoryAxioms": None}.get(status[1] if status else "")
    if first is None:
        raise process.Trouble(f"eprover does not decide ({status[1] if status else said.strip()[-400:]}): see {folder}/model.p")
    _, said = process.run(folder, timeout_seconds + 5, "SPASS", *SPASS, "-TPTP", "-PGiven=0", "-PProblem=0", f"-TimeLimit={timeout_seconds}", "model.p")
    second = True if "Proof found" in said else False if "Completion found" in said else None
    if second is None:
        raise process.Trouble(f"SPASS does not decide ({said.strip()[-400:]}): see {folder}/model.p")
    if first != second:
        raise process.Trouble(f"the provers disagree: eprover says {'derivable' if first else 'not derivable'}, SPASS the contrary: see {folder}/model.p")
    made = re.search(r"kept (\d+) clauses", said)
    return int(made[1]) if made else 0, first
