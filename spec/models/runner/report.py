"""Shows results: a table for people, JSON for programs."""
import json
import sys


def table(results):
    heads = ["model", "checker", "states", "seconds", "claims hold", "covers", "mutants killed", "non-claims"]
    rows = [[r.model.name, r.model.checker, f"{r.states:,}", f"{r.seconds:.1f}", share(list(r.verdicts.values()), "holds"), share(list(r.covers.values()), True),
             variants(r, "mutant"), variants(r, "non_claim")] for r in results]
    widths = [max(len(str(line[i])) for line in [heads, *rows]) for i in range(len(heads))]
    for line in [heads, *rows]:
        print("  ".join(str(cell).ljust(w) if i < 2 else str(cell).rjust(w) for i, (cell, w) in enumerate(zip(line, widths))).rstrip())
    print("states: distinct states of the search (rumur, spin), clauses kept (horn); seconds: of the checkers, all variants together")


def share(values, wanted):
    return f"{values.count(wanted)}/{len(values)}"


def variants(result, kind):
    of = [v for v in result.model.variants if v.kind == kind]
    return f"{sum(killed(result, v) for v in of)}/{len(of)}"


def killed(result, variant):
    return all(result.outcomes.get((variant.kind, variant.name, name)) == "fails" for name in variant.fails)


def complain(problems):
    for problem in problems:
        print(f"\nmodel: {problem}", file=sys.stderr)
    if problems:
        print(f"\nmodel: {len(problems)} problem{'s' if len(problems) > 1 else ''}", file=sys.stderr)
    return bool(problems)


def listing(models):
    for m in models:
        print(f"{m.name} ({m.checker}): {m.title}")
        for c in m.claims:
            print(f"  claim {c['name']}: {c['says']} [{', '.join(c['cites'])}]")
        for v in m.variants:
            expected = [f"{n} fails" for n in v.fails] + [f"{n} holds" for n in v.holds if v.kind != "deep"]
            print(f"  {v.kind} {v.name}: {v.says} [{', '.join(expected) or 'every claim holds'}]")


def write(path, results, problems):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"coffer_models": 1, "passed": not problems, "problems": problems, "models": [model(r) for r in results]}, indent=1, ensure_ascii=False) + "\n")


def model(r):
    def rows(kind):
        return [{"name": v.name, "says": v.says, "cites": v.cites, "changes": [list(c) for c in v.changes], "expected": dict.fromkeys(v.fails, "fails") | dict.fromkeys(v.holds, "holds"),
                 "found": {n: r.outcomes[v.kind, v.name, n] for n in v.fails + v.holds if (v.kind, v.name, n) in r.outcomes}} for v in r.model.variants if v.kind == kind]
    claims = [{"name": c["name"], "says": c["says"], "cites": c["cites"], "verdict": r.verdicts.get(c["name"], "unknown"),
               "killed": [v.name for v in r.model.variants if v.kind == "mutant" and r.outcomes.get((v.kind, v.name, c["name"])) == "fails"]} for c in r.model.claims]
    return {"name": r.model.name, "checker": r.model.checker, "title": r.model.title, "bound": r.model.bound, "states": r.states, "seconds": round(r.seconds, 2), "claims": claims,
            "covers": [{"name": n, "reached": reached} | next(({"says": c["says"], "cites": c.get("cites", [])} for c in r.model.covers if c["name"] == n), {}) for n, reached in r.covers.items()],
            "mutants": rows("mutant"), "non_claims": rows("non_claim"), "variants": rows("variant"), "deep": rows("deep")}
