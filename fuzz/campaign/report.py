"""What a campaign came to: report.json is the truth, the page and the lines on the terminal are made from it. Must not know: engines."""
import html
import json

from campaign import drawing, places, reach

STYLE = "body{font:14px sans-serif;margin:2em}table{border-collapse:collapse}td,th{padding:.2em .8em;text-align:right;border-bottom:1px solid #ddd}" \
        "td:first-child,th:first-child{text-align:left}.machines{display:flex;gap:2em;align-items:flex-start;flex-wrap:wrap}.found{color:#c00}svg{max-width:48%;height:auto}"


def report(outcomes, buckets, specified, previous=None):
    """The report as a value. `previous`: the last report, whose sums go on."""
    before = {row["target"]: row for row in (previous or {}).get("targets", [])}
    targets = []
    for outcome in outcomes.values():
        machines = reach.MACHINES_OF.get(outcome.target)
        row = {"target": outcome.target, "executions": outcome.executions, "cpu_seconds": round(outcome.cpu_seconds, 1), "seconds": round(outcome.seconds, 1),
               "executions_per_cpu_second": round(outcome.per_cpu_second), "edges": outcome.edges, "features": outcome.features, "corpus": outcome.corpus,
               "new": outcome.new_units, "ended": outcome.ended,
               "executions_ever": outcome.executions + before.get(outcome.target, {}).get("executions_ever", 0)}
        if machines:
            reached = specified.reached(outcome.ways)
            row["reach"] = {kind: list(pair) for kind, pair in reach.counts(specified, outcome.ways, machines).items()}
            row["missing"] = [" ".join(filter(None, triple)) for triple in specified.of(machines) if triple not in reached]
        targets.append(row)
    found = [{"target": target, "bucket": bucket, "says": group[0].says, "grade": group[0].grade, "files": [str(f.file.relative_to(places.ROOT)) for f in group],
              "again": repro_line(target, group[0].file)} for (target, bucket), group in buckets.items()]
    return {"coffer_fuzz_report": 1, "targets": targets, "findings": found}


def repro_line(target, file):
    return f"./dev fuzz repro {target} {file.relative_to(places.ROOT) if file.is_relative_to(places.ROOT) else file}"


def terminal(value):
    lines = [f"{'target':<18}{'executions':>12}{'/CPU s':>9}{'edges':>7}{'corpus':>8}{'new':>6}  reach"]
    for row in value["targets"]:
        reached = row.get("reach", {})
        shown = "  ".join(f"{kind}s {reached[kind][0]}/{reached[kind][1]}" for kind in ("state", "transition", "reason") if kind in reached)
        lines.append(f"{row['target']:<18}{row['executions']:>12,}{row['executions_per_cpu_second']:>9,}{row['edges']:>7}{row['corpus']:>8}{row['new']:>6}  {shown}"
                     + (f"  ({row['ended']})" if row["ended"] != "time is up" else ""))
    for found in value["findings"]:
        lines += [f"{found['target']}: {found['bucket']} ({found['grade']}, {len(found['files'])} inputs)", f"  {found['says']}", f"  again: {found['again']}",
                  f"  next:  ./dev fuzz minimise {found['target']} {found['files'][0]}, then show, promote"]
    return "\n".join(lines)


def page(value, ways):
    """One HTML page that needs nothing beside it."""
    cells = lambda words, tag="td": "<tr>" + "".join(f"<{tag}>{html.escape(str(word))}</{tag}>" for word in words) + "</tr>"
    kinds = list(reach.KINDS)
    rows = [cells(["target", "executions", "per CPU second", "edges", "corpus", "new", "ended", *(kind + "s" for kind in kinds)], "th")]
    for row in value["targets"]:
        reached = row.get("reach", {})
        rows.append(cells([row["target"], f"{row['executions']:,}", f"{row['executions_per_cpu_second']:,}", row["edges"], row["corpus"], row["new"], row["ended"],
                           *(f"{reached[kind][0]} of {reached[kind][1]}" if kind in reached else "" for kind in kinds)]))
    found = "".join(f'<li class="found"><b>{html.escape(f["target"])}</b> {html.escape(f["bucket"])} ({f["grade"]}): {html.escape(f["says"])}<br><code>'
                    f'{html.escape(f["again"])}</code></li>' for f in value["findings"]) or "<li>nothing</li>"
    missing = "".join(f"<li>{html.escape(row['target'])}: {html.escape(', '.join(row['missing']))}</li>" for row in value["targets"] if row.get("missing"))
    machines = "".join(drawing.drawn(machine, ways) for machine in ("server_session", "client_session") if any(way.machine == machine for way in ways))
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Coffer fuzzing</title><style>{STYLE}</style><h1>Fuzzing</h1><table>{"".join(rows)}</table>'
            f"<h2>Found</h2><ul>{found}</ul><h2>Not reached</h2><ul>{missing}</ul><h2>Machines</h2><p>green: taken, red: not taken by any input of this campaign"
            f'</p><div class="machines">{machines}</div></html>\n')


def write(value, ways, folder=None):
    folder = folder or places.BUILD
    (folder / "report.json").write_text(json.dumps(value, indent=1) + "\n")
    (folder / "report.html").write_text(page(value, ways))


def last(folder=None):
    path = (folder or places.BUILD) / "report.json"
    return json.loads(path.read_text()) if path.exists() else None
