"""Runs models and their variants and judges what came of it. A problem is one text that says what is wrong and what to do."""
import concurrent.futures
import dataclasses
import shutil
import sys
import time

from . import rumur
from .description import CHECKERS
from .process import Trouble


@dataclasses.dataclass
class Result:
    model: object
    states: int = 0
    seconds: float = 0.0  # spent by checkers, summed
    verdicts: dict = dataclasses.field(default_factory=dict)  # claim -> holds, fails, unknown
    covers: dict = dataclasses.field(default_factory=dict)  # cover -> reached
    outcomes: dict = dataclasses.field(default_factory=dict)  # (kind, variant, property) -> holds, fails, unknown
    ways: dict = dataclasses.field(default_factory=dict)  # the same -> the way to where it fails, as the checker found it


def check(models, work, jobs, deep):
    """(a Result for each model, all problems)."""
    results, problems = {m.name: Result(m) for m in models}, []
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        waiting = []
        for model in models:
            folder = work / model.name
            shutil.rmtree(folder, ignore_errors=True)
            waiting.append(pool.submit(base, results[model.name], folder))
        for model in models:
            for variant in model.variants:
                if variant.kind == "deep" and not deep:
                    continue
                if variant.kind == "deep" and model.checker == "rumur":
                    waiting.append(pool.submit(together, results[model.name], variant, work / model.name / variant.kind / variant.name))
                    continue
                for name in variant.fails + variant.holds:
                    waiting.append(pool.submit(one, results[model.name], variant, name, work / model.name / variant.kind / variant.name / name))
        for done in waiting:
            problems += done.result()
    return list(results.values()), problems


def base(result, folder):
    model, problems, began = result.model, [], time.monotonic()
    result.verdicts = {c["name"]: "unknown" for c in model.claims}
    try:
        result.states, verdicts, result.covers = CHECKERS[model.checker].base(model, folder)
    except Trouble as trouble:
        return [f"{model.name}: {trouble}"]
    finally:
        result.seconds += time.monotonic() - began
    for name, trace in verdicts.items():
        result.verdicts[name] = "fails" if trace else "holds"
        if trace:
            problems.append(f"{model.name}: the claim {name} fails: {said(model, name)}\n  Either the specification has a hole (mend it) or the model is wrong (mend that). How it comes about:\n{trace}")
    if not problems:  # a search that stopped early has reached less
        problems += [f"{model.name}: {name} is never reached: it proves nothing; mend its guard, or take it out" for name, reached in result.covers.items() if not reached]
    return problems


def one(result, variant, name, folder):
    """One property of one variant: fails where it has to, holds where it has to."""
    model, key, began = result.model, (variant.kind, variant.name, name), time.monotonic()
    result.outcomes[key] = "unknown"
    try:
        _, trace = CHECKERS[model.checker].verdict(model, variant, name, folder)
    except Trouble as trouble:
        return [f"{model.name}: {variant.kind} {variant.name}: {trouble}"]
    finally:
        result.seconds += time.monotonic() - began
    result.outcomes[key] = "fails" if trace else "holds"
    if trace:
        result.ways[key] = trace
    if name in variant.fails and not trace:
        if variant.kind == "mutant":
            return [f"{model.name}: mutant {variant.name} ({variant.says}) is not caught by {name}: the claim is too weak, or the mutant changes nothing that matters; mend one of them"]
        return [f"{model.name}: {variant.kind} {variant.name} ({variant.says}): {name} holds, and ought to fail: the attack is gone, so say in chapter 2 what stops it, or mend the variant"]
    if name in variant.holds and trace:
        return [f"{model.name}: {variant.kind} {variant.name} ({variant.says}): {name} fails, and ought to hold. How it comes about:\n{trace}"]
    return []


def together(result, variant, folder):
    """Every claim of a larger instance, in one search; and every cover of the text is reached in it, or it may be larger in nothing."""
    model, began = result.model, time.monotonic()
    for name in variant.holds:
        result.outcomes[variant.kind, variant.name, name] = "unknown"
    try:
        states, verdicts, reached = rumur.claims(model, variant.text, folder, variant.optimise)
    except Trouble as trouble:
        return [f"{model.name}: {variant.kind} {variant.name}: {trouble}"]
    finally:
        seconds = time.monotonic() - began
        result.seconds += seconds
    print(f"model: {model.name}: {variant.kind} {variant.name}: {states} states, {seconds:.0f} s", file=sys.stderr)
    for name, trace in verdicts.items():
        result.outcomes[variant.kind, variant.name, name] = "fails" if trace else "holds"
    problems = [f"{model.name}: {variant.kind} {variant.name} ({variant.says}): {name} fails, and ought to hold. How it comes about:\n{trace}" for name, trace in verdicts.items() if trace]
    return problems or [f"{model.name}: {variant.kind} {variant.name}: {name} is never reached: it leaves out too much" for name, there in reached.items() if not there]


def said(model, name):
    return next((c["says"] for c in model.claims if c["name"] == name), name)
