"""Who plays what the models' checkers found: for every counterexample and every cover that has a name of its own, the case of the conformance suite,
or the test vector, in which an implementation with that mutant's fault fails; or why none can. It is said in model.toml, beside the mutant, and written
into attacks.json and models.json by ./dev generate.

It must not know: checkers, implementations.
"""
import collections
import functools
import json
import pathlib
import tomllib

WAYS = ("case", "vector", "none")
STAMPS = ("case", "play", "vector", "none")
GENERATE = "./dev generate"
NOT_CLAIMED = "it is not claimed away: an implementation that keeps every rule is open to it, so that nothing may fail for it"


@functools.cache
def tables(models):
    """name -> model.toml of each model."""
    return {p.parent.name: tomllib.loads(p.read_text()) for p in sorted(pathlib.Path(models).glob("*/model.toml"))}


def stated(table, kind, row):
    """What model.toml says of one mutant, non-claim or cover: the row itself, and the group that names it."""
    said = [{k: row[k] for k in STAMPS if k in row}]
    said += [{"none": group["none"]} for group in table.get("unplayed", []) if row["name"] in group.get({"mutant": "mutants", "cover": "covers"}.get(kind), [])]
    if kind == "non_claim":
        said.append({"none": NOT_CLAIMED})
    return [s for s in said if s]


def of(spec, model, kind, row, attack, by_itself):
    """{"case": …}, perhaps with what it plays where it is made from the attack, {"vector": …} or {"none": reason}. `by_itself`: what the table
    says of an attack on a machine; it stands where model.toml says nothing."""
    said = stated(tables(spec.root / "models")[model], kind, row)
    return said[0] if said else by_itself(spec, model, row["name"], attack["input"]["steps"]) if attack and "input" in attack else {}


def rows(spec):
    """(model, kind, row) of every mutant and non-claim."""
    for model, table in tables(spec.root / "models").items():
        yield from ((model, kind, row) for kind in ("mutant", "non_claim") for row in table.get(kind, []))


def covers(spec):
    """(model, row) of every cover that has a name of its own: the others say that a rule fires."""
    for model, table in tables(spec.root / "models").items():
        yield from ((model, row) for row in table.get("cover", []))


def stamped(spec, attacks, by_itself):
    """The same rows, each with who plays it behind its id."""
    known = {(model, row["name"]): (kind, row) for model, kind, row in rows(spec)}
    for attack in attacks:
        model, name, _ = attack["id"].split(".", 2)
        plain = {k: v for k, v in attack.items() if k not in STAMPS}
        play = of(spec, model, *known[model, name], attack, by_itself) if (model, name) in known else {}
        yield {"id": plain.pop("id"), **play, **plain}


def rendered(attacks):
    """One line for each key and each step: a diff shows what changed."""
    def line(value):
        return json.dumps(value, ensure_ascii=False)

    def lines(key, value):
        if isinstance(value, dict) and "steps" in value:
            rest = {k: v for k, v in value.items() if k != "steps"}
            inner = ",\n   ".join(map(line, value["steps"]))
            return f'{line(key)}: {{{line(rest)[1:-1]}{", " if rest else ""}"steps": [\n   {inner}]}}'
        if key == "steps":
            return f"{line(key)}: [\n   " + ",\n   ".join(map(line, value)) + "]"
        return f"{line(key)}: {line(value)}"
    return "[\n" + ",\n".join("{" + ",\n ".join(lines(k, v) for k, v in r.items()) + "}" for r in attacks) + "\n]\n"


# ---- What is wrong


def vectors(spec):
    """FILE.ID of every vector."""
    return {f"{p.stem}.{v['id']}" for p in sorted((spec.root / "vectors").glob("*.json")) for v in json.loads(p.read_text())["vectors"]}


def problems(spec, attacks):
    """One text for each counterexample or cover that nobody plays and that has no reason, that is said twice, or whose vector does not exist.
    (That each case exists, `test_cases` sees.) `attacks`: rows with their stamps, as committed."""
    there = vectors(spec)
    for attack in attacks:
        yield from wrong(there, attack["id"], [w for w in WAYS if w in attack], attack)
    for model, row in covers(spec):
        said = stated(tables(spec.root / "models")[model], "cover", row)
        yield from wrong(there, f"{model}, cover {row['name']}", [w for s in said for w in WAYS if w in s], said[0] if said else {})
    for model, kind, row in rows(spec):
        said = [w for s in stated(tables(spec.root / "models")[model], kind, row) for w in WAYS if w in s]
        if len(said) > 1:
            yield f"models/{model}/model.toml: {row['name']} says {' and '.join(said)}: one of them is enough"
    for model, table in tables(spec.root / "models").items():
        for group in table.get("unplayed", []):
            for kind, names in (("mutant", group.get("mutants", [])), ("cover", group.get("covers", []))):
                missing = set(names) - {row["name"] for row in table.get(kind, [])}
                yield from (f"models/{model}/model.toml: [[unplayed]] names {name}, which is no {kind}" for name in sorted(missing))


def wrong(there, what, said, play):
    if not said:
        yield f"{what} is played by no case and no vector, and nothing says why: give it `case`, `vector` or `none` in model.toml"
    if len(said) > 1:
        yield f"{what} says {' and '.join(said)}: one of them is enough"
    if "vector" in play and play["vector"] not in there:
        yield f"{what} names the vector {play['vector']}, which does not exist"
    if "none" in play and len(play["none"].split()) < 5:
        yield f"{what}: {play['none']!r} is no reason"


def counts(spec, attacks):
    """model -> {"case": …, "vector": …, "none": …}, of counterexamples."""
    of_models = collections.defaultdict(collections.Counter)
    for attack in attacks:
        of_models[attack["id"].split(".")[0]].update(w for w in WAYS if w in attack)
    return of_models
