"""What the models' runner reported: claims with the mutants that break them, attacks found on purpose. Nothing when no run left a report."""
import collections
import html
import json


class Models:
    def __init__(self, house):
        path = house / "build/model/report.json"
        self.models = json.loads(path.read_text())["models"] if path.exists() else []
        self.present = bool(self.models)
        self.of = collections.defaultdict(list)  # what a model cites -> (model, is a claim rather than an attack, good)
        for m in self.models:
            for c in m["claims"]:
                for cited in c["cites"]:
                    self.of[cited].append((m, True, c["verdict"] == "holds"))
            for n in m["non_claims"]:
                for cited in n["cites"]:
                    self.of[cited].append((m, False, found(n)))
        self.claims = sum(c["verdict"] == "holds" for m in self.models for c in m["claims"])
        self.mutants = sum(found(v) for m in self.models for v in m["mutants"])

    def badge(self, cited):
        spoken = self.of[cited]
        if not spoken:
            return ""
        chips = ""
        for is_claim, one, many in ((True, "model claim", "model claims"), (False, "attack found", "attacks found")):
            of_kind = [(m, good) for m, claim, good in spoken if claim == is_claim]
            if of_kind:
                state = "good" if all(good for _, good in of_kind) else "bad"
                chips += f' <a class="chip {state}" href="#model-{of_kind[0][0]["name"]}">{len(of_kind)} {one if len(of_kind) == 1 else many}</a>'
        return chips

    def html(self, link):
        return "\n".join(self.one(m, link) for m in self.models)

    def one(self, m, link):
        rows = "".join(f'<tr><td>{mark(c["verdict"] == "holds")} {html.escape(c["says"])}</td><td>{cites(c, link)}</td><td>{names(c["killed"])}</td></tr>' for c in m["claims"])
        attacks = "".join(f'<tr><td>{mark(found(n))} {html.escape(n["says"])}</td><td>{cites(n, link)}</td></tr>' for n in m["non_claims"])
        reached = sum(c["reached"] for c in m["covers"])
        parts = [f'<h3 id="model-{m["name"]}"><a href="#model-{m["name"]}">{html.escape(m["title"])}</a></h3>',
                 f'<p class="soft"><code>{m["name"]}</code> · {m["checker"]} · {m["states"]:,} states · {m["seconds"]} s · {reached} of {len(m["covers"])} covers reached{" · " + html.escape(m["bound"]) if m.get("bound") else ""}</p>']
        if rows:
            parts.append(f'<div class="wide" tabindex="0"><table><thead><tr><th scope="col">claim</th><th scope="col">speaks of</th><th scope="col">broken variants it catches</th></tr></thead><tbody>{rows}</tbody></table></div>')
        if attacks:
            parts.append(f'<div class="wide" tabindex="0"><table><thead><tr><th scope="col">not claimed: the checker has to find the attack</th><th scope="col">speaks of</th></tr></thead><tbody>{attacks}</tbody></table></div>')
        return "".join(parts)


def found(variant):
    """Whether each of the variant's outcomes is the expected one."""
    return all(variant["found"].get(n) == e for n, e in variant["expected"].items())


def mark(good):
    return '<span class="yes">✓</span>' if good else '<span class="no">✗</span>'


def cites(row, link):
    return " ".join(f'<a href="#{i}">{i}</a>' if i[0] in "CN" and i[1:].isdigit() else link(i) for i in row["cites"])


def names(words):
    return ", ".join(f"<code>{html.escape(w)}</code>" for w in words)
