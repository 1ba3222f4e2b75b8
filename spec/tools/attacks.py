"""Every attack that the models' checkers found, as a page to read: what is broken, which claim falls, and the sequence. Pure: JSON in, text out."""
import tomllib

import paths
import played

HEAD = """# Attacks found

<!-- Made by spec/tools/generate.py from spec/traces/attacks.json and spec/traces/models.json. Do not edit. -->

What checkers found when one rule of a model was broken, or where the specification claims nothing: the shortest way there; where a session
is to end and never does, a way into the round that it never leaves; of models without a bound, facts in the order in which one follows from those before. The unbroken model has none of them, save those that are not claimed away: these it has. Where an attack begins at a table, a test walks
the reference along it and sees the tables kept. Of each it is said which case of the conformance suite plays it, or which test vector: an implementation
with that fault fails there; or why none can.
"""


def page(spec):
    every = [*paths.stamped(spec, "attacks"), *paths.stamped(spec, "models")]
    of = {}
    for attack in every:
        of.setdefault(attack["id"].split(".")[0], []).append(attack)
    return HEAD + table(spec, every) + "".join(f"\n## {title(spec, model)}\n" + "".join(map(one, rows)) for model, rows in of.items())


def table(spec, every):
    """How many are played, model by model."""
    counts = played.counts(spec, every)
    total = sum(counts.values(), start=type(next(iter(counts.values())))())
    lines = [f"| {name} | {' | '.join(str(row[way]) for way in played.WAYS)} |" for name, row in [*((f"`{m}`", c) for m, c in counts.items()), ("all", total)]]
    return "\n| model | played by a case | by a vector | by neither, with the reason |\n| --- | --- | --- | --- |\n" + "\n".join(lines) + "\n"


def title(spec, model):
    return f"{tomllib.loads((spec.root / f'models/{model}/model.toml').read_text())['title']} (`{model}`)".replace("`", "")


def one(attack):
    table = "input" in attack
    words = f"\n**{capital(attack['comment'])}.** " if not attack["comment"].endswith(".") else f"\n**{capital(attack['comment'])}** "
    words += f"Falls: {attack['claim']} " if attack["claim"] else ""
    words += f"({', '.join(attack['cites'])})"
    words += f" Played by `{attack['case']}`." if "case" in attack else f" Played by the vector `{attack['vector']}`." if "vector" in attack else ""
    words += f" Not played: {attack['none']}." if "none" in attack else ""
    lines = of_table(attack) if table else [line(s) for s in attack["steps"]]
    return words + "\n\n```\n" + "\n".join(lines) + "\n```\n"


def of_table(attack):
    lines = [line(s) for s in attack["input"]["steps"]]
    at, instead = attack["expect"]["breaks_at"], attack["expect"]["instead"]
    if "ends_by" in instead:
        said = "; ".join(f"{side}: {', '.join(events)}" for side, events in instead["ends_by"].items())
        return [*lines, f"the broken model never leaves this; by the tables it ends by {said}"]
    ways = " or ".join(f"{w['to']}{', sending ' + ' '.join(w['sends']) if w['sends'] else ''} ({w['row']})" for w in instead["ways"]) or "nothing: it cannot arise"
    return [*lines[:at + 1], f"    by the tables instead: {ways}", *lines[at + 1:]]


def line(step):
    if "fact" in step:
        return f"{step['rule']}: {step['fact']}"
    if "message" in step:
        return step["message"]
    if "rule" in step:
        given = "".join(f", {k} = {v}" for k, v in step.get("with", {}).items())
        then = ", ".join(f"{k} = {v}" for k, v in step.get("then", {}).items())
        return step["rule"] + given + (f": {then}" if then else "")
    if "wire" in step:
        return step["wire"]
    who = f"{step['side']}: " if "side" in step else ""
    if "row" not in step:
        return f"{who}{step['from']} × {step['event']}"
    return f"{who}{step['from']} × {step['event']} → {step['to']}{', sending ' + ' '.join(step['sends']) if step['sends'] else ''} ({step['row']})"


def capital(text):
    return text[:1].upper() + text[1:]
