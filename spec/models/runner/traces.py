"""Counterexamples as committed files in ../../traces/: attacks.json (of models made from tables: steps of the tables, which a test replays against the
reference) and models.json (of all others: a reader's sequence). A run compares what it found with what is committed.
"""
import concurrent.futures
import functools
import hashlib
import json
import re

import played

from . import derivation, steps

ID = re.compile(r"[A-Z]{3}-\d{3}")


def requirement(cites):
    return next((c for c in cites if ID.fullmatch(c)), "")


# ---- Counterexamples


def attacks(results, tables):
    """(rows of models made from tables, rows of all others). `tables`: the module that judges steps, and the specification."""
    judge, spec = tables
    of_tables, of_others = [], []
    for result in results:
        model = result.model
        for variant in model.variants:
            for name in variant.fails if variant.kind in ("mutant", "non_claim") else []:
                way = result.ways.get((variant.kind, variant.name, name))
                if way is None:
                    continue
                claim = next((c for c in model.claims if c["name"] == name), {})
                cites = variant.cites or claim.get("cites", [])
                if steps.from_tables(model):
                    walked = completed(model, name, steps.told(variant.text, way), judge, spec)
                    number, _ = judge.breaks_at(spec, model.name, walked)
                    of_tables.append({"id": f"{model.name}.{variant.name}.{name}", "requirement": requirement(cites), "kind": "attack", "comment": variant.says, "claim": claim["says"], "cites": cites,
                                      "input": {"model": model.name, "steps": walked}, "expect": {"breaks_at": number, "instead": judge.instead(spec, model.name, walked)}})
                else:
                    row = {"id": f"{model.name}.{variant.name}.{name}", "layer": "model", "kind": "attack on a broken variant" if variant.kind == "mutant" else "attack that is not claimed away",
                           "comment": variant.says, "claim": claim.get("says", ""), "cites": cites}
                    if model.checker == "horn":  # looked for only when it is written: it takes longer than the provers
                        row |= {"made_from": hashlib.sha256(variant.text.encode()).hexdigest()[:16], "sequence": functools.partial(derivation.of, variant.text, name)}
                    else:
                        row["steps"] = sequence(model, way)
                    of_others.append(row)
    return of_tables, of_others


def completed(model, claim, walked, judge, spec):
    """A rule that must not fire is enabled where its counterexample ends: the step is added, where the tables have something against it."""
    never = next((c for c in model.claims if c["name"] == claim and c.get("kind") == "never"), None)
    if not never or judge.breaks_at(spec, model.name, walked)[1]:
        return walked
    for step in reversed(walked):
        if "row" not in step and "wire" not in step:
            default = {"side": step["side"], "from": step["from"], "event": step["event"], "row": "default", "sends": ["disconnect"], "to": "closed"}
            if judge.breaks_at(spec, model.name, [*walked, default])[1]:
                return [*walked, default]
    return walked


def sequence(model, way):
    """What a reader follows: a line for each step."""
    values, lines = dict(way.start), []
    for step in way.steps:
        before = dict(values)
        values.update(step["changed"])
        line = {"rule": step["rule"]}
        if step["given"]:
            line["with"] = step["given"]
        if message := model.messages.get(step["rule"]):
            line["message"] = filled(message, step["given"], before, values)
        elif step["changed"]:
            line["then"] = step["changed"]
        lines.append(line)
    return lines


def filled(message, given, before, after):
    """`{i}` is a parameter, `{client_nonce[i]}` a variable's value once the step is done."""
    def value(m):
        word = re.sub(r"\[(\w+)\]", lambda k: f"[{given.get(k[1], k[1])}]", m[1])
        return str(given[word] if word in given else after.get(word, before.get(word, "0")))
    return re.sub(r"\{([^}]+)\}", value, message)


# ---- Files


def files(spec):
    return {name: spec / f"traces/{name}.json" for name in ("attacks", "models")}


def write(results, options, spec_folder, tables):
    of_tables, of_others = attacks(results, tables)
    waiting = [row for row in of_others if "sequence" in row]
    with workers(max(1, options.jobs)) as pool:
        for row, found in zip(waiting, pool.map(called, [row.pop("sequence") for row in waiting])):
            row["steps"] = found
    ran = {r.model.name for r in results}
    for path, rows in zip(files(spec_folder).values(), (of_tables, of_others)):
        stay = [r for r in json.loads(path.read_text()) if r["id"].split(".")[0] not in ran] if options.only and path.exists() else []
        rows = sorted([*stay, *rows], key=lambda r: r["id"].split(".")[0])
        judge, spec = tables
        path.write_text(played.rendered(played.stamped(spec, rows, judge.by_itself) if judge else rows))
        print(f"{path.relative_to(spec_folder.parent)}: {len(rows)}")


def workers(count):
    """Processes, as putting a proof together is work for Python; threads, which are slower, where this user has no shared memory, as in a bare root."""
    try:
        return concurrent.futures.ProcessPoolExecutor(count)
    except OSError:
        return concurrent.futures.ThreadPoolExecutor(count)


def called(function):
    return function()


def compare(results, spec_folder, tables):
    """(problems, notes): counterexamples of this run that are not what is committed. What a test replays is a problem, what is read only is a note."""
    found = []
    for rows, path in zip(attacks(results, tables), (files(spec_folder)["attacks"], files(spec_folder)["models"])):
        committed = {r["id"]: r for r in json.loads(path.read_text())} if path.exists() else {}
        stale = []
        for row in rows:
            seen = {k: v for k, v in committed.get(row["id"], {}).items() if k not in played.STAMPS}
            if row.pop("sequence", None):
                seen.pop("steps", None)
            if seen != row:
                what = "is not in" if row["id"] not in committed else "is another in"
                stale.append(f"the counterexample {row['id']} {what} {path.relative_to(spec_folder.parent)}: run {tables[0].MAKE} and look at the difference")
        found.append(stale)
    return found
